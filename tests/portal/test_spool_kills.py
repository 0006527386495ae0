"""kill -9 of consumers: with the spool every effect happens; with its recovery off the same test loses some."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from portal.spool_files import Spool
from tests.portal.processes import Process, wait_for

pytestmark = pytest.mark.fault


class Bench:
    """One broker folder, one file of effects, and the processes that work on them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = Spool(root / "spool")
        self.folder.prepare()
        self.started: list[Process] = []

    def run(self, *arguments: str, options: dict[str, Any] | None = None) -> Process:
        environment = {
            "SPOOL_APP_URL": f"spool://{self.folder.root}",
            "SPOOL_APP_EFFECTS": str(self.root / "effects"),
            "SPOOL_APP_OPTIONS": json.dumps(options or {}),
        }
        process = Process(["-m", *arguments], environment=environment, log=self.root / f"log{len(self.started)}")
        self.started.append(process)
        return process

    def worker(self, **options: Any) -> Process:
        name = f"worker{len(self.started)}@%h"
        command = ["celery", "-A", "tests.portal.spool_app", "worker", "-P", "threads", "-c", "4", "-n", name]
        return self.run(*command, options=options)

    def module(self, *arguments: str) -> Process:
        return self.run("tests.portal.spool_app", *arguments)

    def send(self, *arguments: str) -> None:
        assert self.module(*arguments).popen.wait() == 0

    def effects(self) -> Counter[str]:
        path = self.root / "effects"
        return Counter(path.read_text(encoding="ascii").splitlines() if path.exists() else [])

    def done(self) -> set[int]:
        return {int(line.split()[1]) for line in self.effects() if line.startswith("done ")}

    def held(self) -> list[str]:
        return [path.name for path in self.folder.inflight.glob("*/*.celery")]

    def open_gate(self, below: int) -> None:
        """Let the tasks with smaller numbers finish."""
        draft = self.root / "gate.new"
        draft.write_text(str(below), encoding="ascii")
        draft.replace(self.root / "gate")

    def starts(self) -> int:
        return sum(count for line, count in self.effects().items() if line.startswith("start "))

    def kill_at_the_gate(self, worker: Process, *, done: int, starts: int) -> None:
        """kill -9 when so many tasks are done, and each of the four threads has started one that cannot end."""
        wait_for(
            lambda: (len(self.done()), self.starts(), len(self.held())) == (done, starts, 4), what=f"{done} effects"
        )
        worker.kill()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.open_gate(0)
    yield made
    for process in made.started:
        process.end()


EVERY = set(range(60))


def test_three_kills_in_a_burst_lose_nothing(bench: Bench) -> None:
    bench.send("burst", "0", "60")
    for round_ in range(3):
        bench.open_gate(8 + 12 * round_)  # 8 more finish, 4 are in hand: the put back wait behind the fresh
        bench.kill_at_the_gate(bench.worker(), done=8 * (round_ + 1), starts=12 * (round_ + 1))
    bench.open_gate(60)
    last = bench.worker()
    wait_for(lambda: bench.done() == EVERY and not bench.held(), what="all effects")
    assert last.stop() == 0
    assert not bench.folder.waiting("celery")
    assert not list(bench.folder.dead.iterdir())
    assert bench.starts() == 60 + 3 * 4  # the twelve in hand were tried again, nothing else


def test_negative_control_without_recovery_the_same_kill_loses_messages(bench: Bench) -> None:
    bench.send("burst", "0", "60")
    bench.open_gate(8)
    bench.kill_at_the_gate(bench.worker(recover_every=None), done=8, starts=12)
    bench.open_gate(60)
    bench.worker(recover_every=None)
    wait_for(lambda: not bench.folder.waiting("celery") and len(bench.held()) == 4, what="an empty queue")
    assert EVERY - bench.done() == {8, 9, 10, 11}  # those in hand at the kill: lost
    bench.worker()  # recovery on: the same folder gives them back
    wait_for(lambda: bench.done() == EVERY, what="the lost ones")


def test_another_living_worker_takes_over(bench: Bench) -> None:
    bench.send("burst", "0", "60")
    doomed = bench.worker(recover_every=0.5)
    wait_for(lambda: len(bench.held()) == 4, what="the first worker at work")
    bench.worker(recover_every=0.5)
    wait_for(lambda: len(bench.held()) == 8, what="both at work")
    doomed.kill()  # and never started again
    bench.open_gate(60)
    wait_for(lambda: bench.done() == EVERY and not bench.held(), what="all effects by the other")


def test_only_the_task_that_kills_its_worker_is_buried(bench: Bench) -> None:
    bench.send("poison")
    bench.send("burst", "0", "3")  # in hand beside it at the first two deaths, since the gate is shut
    for death in range(3):
        bench.open_gate(3 if death == 2 else 0)
        assert bench.worker(max_taken=3).popen.wait() == -9
    bench.worker(max_taken=3)
    wait_for(lambda: any(bench.folder.dead.iterdir()), what="its burial")
    wait_for(lambda: bench.done() == {0, 1, 2} and not bench.held(), what="the others")
    (buried,) = bench.folder.dead.iterdir()
    assert "spool_app.poison" in buried.read_text(encoding="utf-8")
    assert bench.effects()["poison"] == 3


def test_two_producers_and_two_consumers_lose_nothing(bench: Bench) -> None:
    consumers = [bench.module("consume") for _ in range(2)]
    producers = [bench.module("produce", str(first), "1000") for first in (0, 1000)]
    assert [producer.popen.wait() for producer in producers] == [0, 0]
    wait_for(lambda: len(bench.done()) == 2000, what="2,000 effects")
    assert bench.done() == set(range(2000))
    assert set(bench.effects().values()) == {1}  # nobody died: exactly once
    assert [consumer.popen.poll() for consumer in consumers] == [None, None], [c.said() for c in consumers]
    wait_for(lambda: not list(bench.folder.inflight.glob("*/*.race")), what="the last acknowledgement")
