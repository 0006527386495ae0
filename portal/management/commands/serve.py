"""manage.py serve: the web, the worker and the timetable from one command, with no server to install."""

import fcntl
import http.client
import os
import socket
import sys
import threading
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from portal.supervise import Program, Supervisor

NAME_WIDTH = 6
STOP_SECONDS = 25.0


class Address(NamedTuple):
    """Where the web listens."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> "Address":
        """Parse host:port or [IPv6]:port.  Raises CommandError."""
        host, _colon, port = text.rpartition(":")
        if not port.isascii() or not port.isdigit() or int(port) > 65535 or not host:
            raise CommandError(_("--bind %(text)s：请写成 主机:端口，例如 127.0.0.1:8000。") % {"text": text})
        return cls(host.strip("[]"), int(port))

    def url(self) -> str:
        """As a person types it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}/"

    def reachable(self) -> list["Address"]:
        """Addresses to call it by: for 'all interfaces' the local one and that of the outgoing interface."""
        if self.host not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            return [self]
        local = Address("::1" if self.host == "::" else "127.0.0.1", self.port)
        return [local, *(Address(host, self.port) for host in outgoing_hosts())]


def outgoing_hosts() -> list[str]:
    """This machine's IPv4 address towards the outside, if it has one; nothing is sent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # TEST-NET-1, RFC 5737
        except OSError:
            return []
        return [str(probe.getsockname()[0])]


class Command(BaseCommand):
    """Supervises gunicorn, a Celery worker and Celery beat until Ctrl+C or SIGTERM."""

    help = _("启动网站、后台任务和定时任务（单机运行，无需另装服务）。按 Ctrl+C 停止。")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", help=_("监听地址，主机:端口，默认 127.0.0.1:8000"))

    def handle(self, *, bind: str, verbosity: int, **options: Any) -> None:
        address = Address.read(bind)
        self._look_at_the_database()
        with only_one(settings.VAR_DIR), closing(listening(address)) as listener:
            listener.set_inheritable(True)
            threading.Thread(target=self._tell_when_ready, args=(listener,), daemon=True).start()
            supervisor = Supervisor(
                programs(listener.fileno(), loglevel="info" if verbosity > 1 else "warning"),
                say=self._say,
                environment=child_environment(),
                stop_within=STOP_SECONDS,
            )
            code = supervisor.run()
            self._say("serve", _("已停止。"))
        if code:
            sys.exit(code)

    def _look_at_the_database(self) -> None:
        """Refuse an outdated one; one that does not answer yet may come later, the programs try again."""
        try:
            missing = missing_migrations()
        except DatabaseError as error:
            self._say("serve", _("数据库暂时连不上，先行启动：%(why)s") % {"why": error})
        else:
            if missing:
                text = _("数据库还没有建好，或不是最新的（缺 %(count)d 项变更）。请先运行 manage.py migrate，再启动。")
                raise CommandError(text % {"count": missing})
        finally:
            connections.close_all()

    def _say(self, name: str, line: str) -> None:
        with suppress(OSError):  # the terminal is gone: go on without it
            self.stdout.write(f"{name:<{NAME_WIDTH}} | {line}")
            self.stdout.flush()

    def _tell_when_ready(self, listener: socket.socket) -> None:
        addresses = Address(*listener.getsockname()[:2]).reachable()
        while not answers(addresses[0]):
            time.sleep(0.2)
        urls = " ".join(address.url() for address in addresses)
        self._say("serve", _("守约已就绪：%(urls)s（按 Ctrl+C 停止）") % {"urls": urls})


def missing_migrations() -> int:
    """How many changes of the database's structure are not applied.  Raises DatabaseError when it does not answer."""
    executor = MigrationExecutor(connections["default"])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder for this process.  Raises CommandError when another serve holds it."""
    with (folder / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(_in_use(folder, lock)) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _in_use(folder: Path, lock: TextIO) -> str:
    lock.seek(0)
    text = _("目录 %(folder)s 正被另一个 serve（进程 %(pid)s）使用。请先停止它，或用 SHOUYUE_VAR_DIR 另指定一个目录。")
    return text % {"folder": folder, "pid": lock.read() or "?"}


def listening(address: Address) -> socket.socket:
    """The web's socket; ours, so that it stays open while gunicorn is restarted.  Raises CommandError."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        return socket.create_server(address, family=family, backlog=2048)
    except OSError as error:
        text = _(
            "无法监听 %(host)s:%(port)d：%(why)s。请停止占用该端口的程序，或换一个地址，例如 --bind 127.0.0.1:8001。"
        )
        why = {"host": address.host, "port": address.port, "why": error.strerror}
        raise CommandError(text % why) from error


def programs(descriptor: int, *, loglevel: str) -> list[Program]:
    """The three programs; beat is its own, since one inside a worker (-B) outlives a killed worker."""
    python = sys.executable
    celery = [python, "-m", "celery", "--quiet", "-A", "portal"]
    web = [python, "-m", "gunicorn", "-c", "python:portal.webserver", "-b", f"fd://{descriptor}", "portal.wsgi"]
    worker = [*celery, "worker", "-P", "threads", "-c", "4", "-l", loglevel, "--without-gossip", "--without-mingle"]
    schedule = str(settings.VAR_DIR / "beat-schedule")
    beat = [*celery, "beat", "-S", "celery.beat:PersistentScheduler", "-s", schedule, "--pidfile=", "-l", loglevel]
    return [Program("web", web, (descriptor,)), Program("worker", worker), Program("beat", beat)]


def child_environment() -> dict[str, str]:
    """Ours, with the project importable from any working directory."""
    paths = [str(settings.BASE_DIR), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def answers(address: Address) -> bool:
    """Whether the web gives any answer to GET /healthz."""
    with closing(http.client.HTTPConnection(address.host, address.port, timeout=5)) as call:
        try:
            call.request("GET", "/healthz")
            call.getresponse()
        except (OSError, http.client.HTTPException):
            return False
        return True
