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

    def kill_mid_task(self, worker: Process, *, done: int) -> None:
        """kill -9 once so many effects are there and the worker has messages in hand."""
        wait_for(lambda: len(self.done()) >= done and self.held(), what=f"{done} effects")
        worker.kill()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    for process in made.started:
        process.end()


EVERY = set(range(60))


def test_three_kills_in_a_burst_lose_nothing(bench: Bench) -> None:
    bench.send("burst", "0", "60")
    killed_with: list[str] = []
    for round_ in range(3):
        bench.kill_mid_task(bench.worker(), done=8 * (round_ + 1))
        killed_with += bench.held()
    assert killed_with  # else no kill came at a bad moment and the test shows nothing
    last = bench.worker()
    wait_for(lambda: bench.done() == EVERY and not bench.held(), what="all effects")
    assert last.stop() == 0
    assert not bench.folder.waiting("celery")
    assert not list(bench.folder.dead.iterdir())
    assert bench.effects().total() >= 2 * len(EVERY) + 1  # some were started twice


def test_negative_control_without_recovery_the_same_kills_lose_messages(bench: Bench) -> None:
    bench.send("burst", "0", "60")
    worker = bench.worker(recover_every=None)
    bench.kill_mid_task(worker, done=8)
    lost = len(bench.held())
    assert lost
    bench.worker(recover_every=None)
    wait_for(lambda: not bench.folder.waiting("celery") and len(bench.held()) == lost, what="an empty queue")
    missing = EVERY - bench.done()
    assert missing
    assert len(missing) <= lost
    bench.worker()  # recovery on: the same folder gives them back
    wait_for(lambda: bench.done() == EVERY, what="the lost ones")


def test_another_living_worker_takes_over(bench: Bench) -> None:
    bench.send("burst", "0", "60")
    doomed = bench.worker(recover_every=0.5)
    wait_for(bench.held, what="the first worker at work")
    bench.worker(recover_every=0.5)
    wait_for(lambda: len({path.parent for path in bench.folder.inflight.glob("*/*.celery")}) == 2, what="both at work")
    doomed.kill()  # and never started again
    wait_for(lambda: bench.done() == EVERY and not bench.held(), what="all effects by the other")


def test_a_task_that_kills_its_worker_is_buried_and_the_others_run(bench: Bench) -> None:
    bench.send("poison")
    bench.send("burst", "0", "8")
    for _ in range(3):
        worker = bench.worker(max_taken=3)
        assert worker.popen.wait() == -9
    bench.worker(max_taken=3)
    wait_for(
        lambda: bench.done() == set(range(8)) and list(bench.folder.dead.iterdir()), what="the others, and its end"
    )
    (buried,) = bench.folder.dead.iterdir()
    assert ".3." in buried.name
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
