"""manage.py serve: one command, three programs, none of which is left behind."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from celery import Celery
from django.core.management import CommandError, call_command
from django.utils import translation

from portal import spool
from portal.management.commands import serve as command
from portal.management.commands.serve import Address, child_environment, listening, only_one, programs
from portal.supervise import Program, Watch, how_it_ended
from tests.portal.processes import Process, wait_for

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="the kernel ties processes on Linux only")

# --- Without processes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "address", "url"),
    [
        ("127.0.0.1:8000", ("127.0.0.1", 8000), "http://127.0.0.1:8000/"),
        ("[::1]:80", ("::1", 80), "http://[::1]:80/"),
        ("shouyue.example:8443", ("shouyue.example", 8443), "http://shouyue.example:8443/"),
    ],
)
def test_an_address_reads_as_written(text: str, address: tuple[str, int], url: str) -> None:
    assert Address.read(text) == address
    assert Address.read(text).url() == url


@pytest.mark.parametrize(
    "text", ["", "8000", ":8000", "127.0.0.1", "127.0.0.1:", "host:http", "host:65536", "host:８０"]
)
def test_an_address_without_host_and_port_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="请写成 主机:端口"):
        Address.read(text)


def test_all_interfaces_are_called_by_a_real_address() -> None:
    assert Address("0.0.0.0", 8000).reachable()[0] == ("127.0.0.1", 8000)
    assert Address("::", 8000).reachable()[0] == ("::1", 8000)


def test_a_taken_port_is_refused_in_words() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with pytest.raises(CommandError, match=rf"无法监听 127\.0\.0\.1:{port}.*请停止占用该端口的程序，或换一个地址"):
            listening(Address("127.0.0.1", port))


def test_a_second_serve_in_the_same_folder_is_refused(tmp_path: Path) -> None:
    ours = only_one(tmp_path)
    with ours, pytest.raises(CommandError, match=rf"正被另一个 serve（进程 {os.getpid()}）使用"), only_one(tmp_path):
        pass
    with only_one(tmp_path):  # free again
        pass


def test_nothing_starts_when_the_port_is_taken(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(command, "missing_migrations", lambda: 0)
    with closing(socket.create_server(("127.0.0.1", 0))) as other, pytest.raises(CommandError, match="无法监听"):
        call_command("serve", bind=f"127.0.0.1:{other.getsockname()[1]}")


def test_an_outdated_database_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "missing_migrations", lambda: 3)
    with pytest.raises(CommandError, match=r"缺 3 项变更.*请先运行 manage.py migrate"):
        call_command("serve")


def test_beat_is_a_program_of_its_own() -> None:
    commands = {program.name: list(program.command) for program in programs(7, loglevel="warning")}
    assert list(commands) == ["web", "worker", "beat"]
    assert not any(word in {"-B", "--beat"} for command in commands.values() for word in command)
    assert "fd://7" in commands["web"]


def test_the_project_is_importable_from_anywhere(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    paths = child_environment()["PYTHONPATH"].split(os.pathsep)
    assert paths == [str(settings.BASE_DIR), "/elsewhere"]


def test_pauses_grow_and_a_steady_run_starts_them_anew() -> None:
    watch = Watch(Program("worker", []))
    assert [watch.pause_after(age) for age in (1, 1, 60, 1, 1, 1, 1, 1, 1, 1)] == [0.5, 1, 0.5, 1, 2, 4, 8, 16, 30, 30]


def test_what_never_ran_is_given_up() -> None:
    watch = Watch(Program("worker", []))
    assert [watch.pause_after(1) for _ in range(5)] == [0.5, 1, 2, 4, None]


@pytest.mark.parametrize(("code", "words"), [(-9, "被信号 9 结束"), (1, "退出码 1")])
def test_an_end_in_words(code: int, words: str) -> None:
    with translation.override("zh-hans"):
        assert how_it_ended(code) == words


# --- With small programs ------------------------------------------------------------------------

Start = Callable[..., Process]

WAITS = "import signal; print('waits', flush=True); signal.pause()"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {WAITS}"
LEAVES_ONE = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {WAITS!r}]); {WAITS}"


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a process that is marked by an environment variable, and leave nothing of it behind."""
    processes: list[Process] = []

    def run(*arguments: str, **environment: str) -> Process:
        marked = {"SHOUYUE_VAR_DIR": str(tmp_path), **environment}
        processes.append(Process(list(arguments), environment=marked, log=tmp_path / f"log{len(processes)}"))
        return processes[-1]

    yield run
    for process in processes:
        process.end()
    for pid in living(tmp_path):
        os.kill(pid, signal.SIGKILL)


def living(mark: Path) -> dict[int, str]:
    """Processes started below the fixture, by their environment: process id and command line."""
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if f"SHOUYUE_VAR_DIR={mark}\0".encode() in (folder / "environ").read_bytes():
                found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:  # it ended meanwhile
            continue
    return {pid: command for pid, command in found.items() if command}


def supervised(start: Start, stop_within: float = 30, tries: int = 5, **sources: str) -> Process:
    return start("-m", "tests.portal.supervised", json.dumps(sources), str(stop_within), str(tries))


def pids(mark: Path, part: str) -> set[int]:
    return {
        pid for pid, command in living(mark).items() if part in command and "tests.portal.supervised" not in command
    }


@linux_only
@pytest.mark.fault
def test_lines_say_who_speaks(start: Start) -> None:
    process = supervised(start, one=f"print('good'); {WAITS}", two=rf"import os; os.write(2, b'\xff\n'); {WAITS}")
    wait_for(lambda: process.said().count("waits") == 2, what="both run")
    assert process.stop() == 0
    lines = process.said().splitlines()
    assert {"one: good", "two: \ufffd", "serve: 正在停止……"} <= set(lines)


@linux_only
@pytest.mark.fault
def test_a_stubborn_program_is_ended_within_the_bound(start: Start, tmp_path: Path) -> None:
    process = supervised(start, stop_within=0.3, mule=STUBBORN, lamb=WAITS)
    wait_for(lambda: process.said().count("waits") == 2, what="both run")
    assert process.stop() == 0
    assert "serve: mule 未能及时停下，强行结束。" in process.said()
    assert "lamb 未能" not in process.said()
    assert not living(tmp_path)


@linux_only
@pytest.mark.fault
def test_a_second_signal_does_not_wait(start: Start, tmp_path: Path) -> None:
    process = supervised(start, stop_within=3600, mule=STUBBORN)
    wait_for(lambda: "waits" in process.said(), what="it runs")
    process.popen.send_signal(signal.SIGINT)
    wait_for(lambda: "正在停止" in process.said(), what="the first signal is heard")
    assert process.stop() == 0
    assert not living(tmp_path)


@linux_only
@pytest.mark.fault
def test_what_a_dead_program_left_is_cleared_before_the_next_start(start: Start, tmp_path: Path) -> None:
    process = supervised(start, parent=LEAVES_ONE)
    wait_for(lambda: process.said().count("waits") == 2, what="parent and child run")
    before = pids(tmp_path, "signal.pause")
    parent = max(before, key=lambda pid: "subprocess" in living(tmp_path)[pid])
    os.kill(parent, signal.SIGKILL)
    wait_for(lambda: process.said().count("waits") == 4, what="both run again")
    assert "serve: parent 意外退出（被信号 9 结束），0.5 秒后重新启动。" in process.said()
    assert not before & living(tmp_path).keys()


@linux_only
@pytest.mark.fault
def test_a_program_that_never_runs_ends_the_whole(start: Start, tmp_path: Path) -> None:
    process = supervised(start, tries=2, broken="raise SystemExit('no such setting')", other=WAITS)
    assert process.popen.wait() == 1
    assert process.said().count("broken: no such setting") == 2
    assert "serve: broken 连续 2 次启动失败，服务停止。" in process.said()
    assert not living(tmp_path)


# --- The real thing -----------------------------------------------------------------------------

PROGRAM = {"web": "gunicorn", "worker": " worker ", "beat": " beat "}


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once."""
    folder = tmp_path_factory.mktemp("database")
    manage = Process(["manage.py", "migrate"], environment=portal_environment(folder), log=folder / "log")
    assert manage.popen.wait() == 0, manage.said()
    return folder / "db.sqlite3"


def portal_environment(folder: Path) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SHOUYUE_VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "CELERY_BROKER_URL": f"spool://{folder}/spool",
    }


@pytest.fixture
def serve(start: Start, tmp_path: Path, database: Path) -> Start:
    """Start manage.py serve in a folder and on a free port of its own."""
    shutil.copy(database, tmp_path / "db.sqlite3")

    def run(bind: str = "127.0.0.1:0") -> Process:
        return start("manage.py", "serve", "--bind", bind, **portal_environment(tmp_path))

    return run


def ready_address(process: Process) -> Address:
    """Wait until it says that the web answers, and where."""
    pattern = re.compile(r"^serve  \| 守约已就绪：http://(\S+?)/", re.MULTILINE)
    wait_for(lambda: pattern.search(process.said()) or process.popen.poll() is not None, what="it answers")
    found = pattern.search(process.said())
    assert found, process.said()
    return Address.read(found[1])


def answers(address: Address) -> bool:
    """Whether the web answers with health."""
    with closing(http.client.HTTPConnection(*address, timeout=60)) as call:
        call.request("GET", "/healthz")
        return call.getresponse().status == 200


def worker_answers(tmp_path: Path) -> bool:
    spool.register()
    with Celery(broker=f"spool://{tmp_path}/spool", set_as_current=False) as app:
        return bool(app.control.ping(timeout=1))


@linux_only
@pytest.mark.fault
def test_one_command_serves_all_and_stops_cleanly(serve: Start, tmp_path: Path) -> None:
    process = serve()
    assert answers(ready_address(process))
    wait_for(lambda: worker_answers(tmp_path), what="the worker answers")
    wait_for(lambda: any(tmp_path.glob("beat-schedule*")), what="beat keeps its timetable")
    second = serve()
    assert second.popen.wait() == 1
    assert f"正被另一个 serve（进程 {process.pid}）使用" in second.said()
    assert process.stop() == 0
    assert "serve  | 已停止。" in process.said()
    assert not living(tmp_path)


@linux_only
@pytest.mark.fault
def test_each_killed_program_comes_back(serve: Start, tmp_path: Path) -> None:
    process = serve()
    address = ready_address(process)
    for name, part in PROGRAM.items():
        wait_for(lambda part=part: pids(tmp_path, part), what=f"{name} runs")  # type: ignore[misc]
        before = pids(tmp_path, part)
        os.kill(min(before), signal.SIGKILL)
        told = f"serve  | {name} 意外退出（被信号 9 结束）"
        wait_for(lambda told=told: told in process.said(), what=f"the end of {name} is seen")  # type: ignore[misc]
        wait_for(lambda part=part, before=before: pids(tmp_path, part) - before, what=f"{name} again")  # type: ignore[misc]
        assert not before & living(tmp_path).keys(), "something of the killed one is left"
    assert answers(address)  # the socket stayed open: no call was refused meanwhile
    wait_for(lambda: worker_answers(tmp_path), what="the worker answers")
    assert process.stop() == 0
    assert not living(tmp_path)


@linux_only
@pytest.mark.fault
def test_nothing_outlives_a_killed_supervisor(serve: Start, tmp_path: Path) -> None:
    process = serve()
    address = ready_address(process)
    for part in PROGRAM.values():
        wait_for(lambda part=part: pids(tmp_path, part), what=f"{part} runs")  # type: ignore[misc]
    process.kill()
    wait_for(lambda: not living(tmp_path), what="all of it gone", within=10)
    again = serve(bind=f"127.0.0.1:{address.port}")
    assert answers(ready_address(again))
    assert again.stop() == 0
