"""A Celery app for the kill tests, with no Django: SPOOL_APP_URL is its broker, SPOOL_APP_EFFECTS the file it writes.

Run as a module it sends tasks (burst <first> <count>, poison) or is a bare producer (produce <first> <count>) or
consumer (consume).
"""

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from celery import Celery
from kombu import Connection, Consumer, Message, Producer, Queue

from portal import spool

spool.register()

OPTIONS = json.loads(os.environ.get("SPOOL_APP_OPTIONS", "{}"))

app = Celery("spool_app", broker=os.environ["SPOOL_APP_URL"])
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    broker_connection_retry_on_startup=True,
    broker_transport_options=OPTIONS,
)

QUEUE = Queue("race", routing_key="race")


def note(line: str) -> None:
    """Append one line to the effects; a short append is written whole or not at all."""
    descriptor = os.open(os.environ["SPOOL_APP_EFFECTS"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def gate() -> int:
    """Tasks below this number may finish; the test moves it."""
    return int(Path(os.environ["SPOOL_APP_EFFECTS"]).with_name("gate").read_text(encoding="ascii"))


@app.task
def work(number: int) -> None:
    """Have an effect once the gate is open: a kill before that must lead to a second try."""
    note(f"start {number}")
    while number >= gate():
        time.sleep(0.01)
    note(f"done {number}")


@app.task
def poison() -> None:
    """Kill the worker that runs it."""
    note("poison")
    os.kill(os.getpid(), 9)


def produce(first: int, count: int) -> None:
    with Connection(os.environ["SPOOL_APP_URL"], transport_options=OPTIONS) as connection:
        producer = Producer(connection.channel())
        for number in range(first, first + count):
            producer.publish(number, routing_key="race", declare=[QUEUE], serializer="json")


def consume() -> None:
    """Note every message, for ever."""

    def on_message(body: object, message: Message) -> None:
        note(f"done {body}")
        message.ack()

    with (
        Connection(os.environ["SPOOL_APP_URL"], transport_options=OPTIONS) as connection,
        Consumer(connection, [QUEUE], callbacks=[on_message], accept=["json"]),
    ):
        while True:
            with suppress(TimeoutError):
                connection.drain_events(timeout=1)


def burst(first: int, count: int) -> None:
    for number in range(first, first + count):
        app.send_task("tests.portal.spool_app.work", [number])


def send_poison() -> None:
    app.send_task("tests.portal.spool_app.poison")


if __name__ == "__main__":
    COMMANDS: dict[str, Callable[..., None]] = {
        "produce": produce,
        "consume": consume,
        "burst": burst,
        "poison": send_poison,
    }
    COMMANDS[sys.argv[1]](*map(int, sys.argv[2:]))
