"""The broker in a folder: what it carries, what it refuses, and what it gives back.  Kill tests: test_spool_kills."""

import errno
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kombu import Connection, Exchange, Queue
from kombu.exceptions import ContentDisallowed, OperationalError
from kombu.transport.filesystem import Transport as StockTransport

from portal import spool, spool_taker
from portal.spool_files import EXPIRES, STALE_SECONDS, Label, Spool, folder_name
from portal.spool_taker import Taker

spool.register()

Broker = Any
"""A kombu Connection; its type stubs do not know what a virtual channel can do."""


@pytest.fixture
def folder(tmp_path: Path) -> Spool:
    made = Spool(tmp_path / "spool")
    made.prepare()
    return made


@pytest.fixture
def connection(folder: Spool) -> Iterator[Broker]:
    with Connection(f"spool://{folder.root}") as opened:
        yield opened


def publish(connection: Broker, body: Any, queue: str = "celery", **options: Any) -> None:
    connection.Producer().publish(body, routing_key=queue, **{"serializer": "json", **options})


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


# --- Publishing and taking ----------------------------------------------------------------------


@pytest.mark.parametrize("queue", ["celery", "a/b", ".hidden", "..", "中文 队列", "node@host.pidbox"])
def test_oldest_first_and_gone_once_acknowledged(connection: Broker, folder: Spool, queue: str) -> None:
    for body in ["one", {"two": 2}, "三"]:
        publish(connection, body, queue)
    channel = connection.channel()
    got = [channel.basic_get(queue) for _ in range(3)]
    assert [message.decode() for message in got] == ["one", {"two": 2}, "三"]
    assert channel.basic_get(queue) is None
    assert len(files(folder.inflight)) == 3
    for message in got:
        message.ack()
    assert not files(folder.root)


def test_nobody_else_may_read(connection: Broker, folder: Spool) -> None:
    publish(connection, "secret")
    connection.channel().basic_get("celery")
    Queue("news", exchange=Exchange("news", type="fanout"), expires=10, channel=connection.channel()).declare()
    for path in [folder.root, *folder.root.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_an_open_folder_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Spool(tmp_path).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


class _TakesWhileWritten:
    """A body that lets a consumer look at the queue in the middle of its own publication."""

    def __init__(self, look: Any) -> None:
        self.look = look

    def __json__(self) -> str:
        self.look()
        return "whole"


def test_a_message_is_seen_whole_or_not_at_all(folder: Spool, connection: Broker, monkeypatch: Any) -> None:
    looks = []
    fsync = os.fsync
    channel = connection.channel()

    def look(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):  # the message is being written
            looks.append((channel.basic_get("celery"), files(folder.root)))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    publish(connection, "whole")
    monkeypatch.undo()
    ((message, draft),) = looks
    assert message is None
    assert [path.parent for path in draft] == [folder.tmp]
    assert channel.basic_get("celery").decode() == "whole"


def test_negative_control_the_stock_transport_shows_half_a_message(tmp_path: Path) -> None:
    options = {"data_folder_in": str(tmp_path), "data_folder_out": str(tmp_path), "control_folder": str(tmp_path)}
    with Connection(transport=StockTransport, transport_options=options) as stock:
        consumer: Broker = stock.channel()
        producer: Broker = stock.channel()
        body = _TakesWhileWritten(lambda: consumer._get("celery"))
        with pytest.raises(ValueError, match="Expecting value"):
            producer._put("celery", {"body": body})
    assert not files(tmp_path)  # the consumer read an empty file and removed it: the message is lost


def test_a_full_disk_publishes_nothing_and_says_so(connection: Broker, folder: Spool, monkeypatch: Any) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    channel = connection.channel()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OperationalError, match=r"cannot publish.*No space left"):
        publish(connection, "lost")
    monkeypatch.undo()
    assert not files(folder.root)
    assert channel.basic_get("celery") is None


@pytest.mark.parametrize("serializer", ["pickle", "raw"])
def test_json_only(connection: Broker, folder: Spool, serializer: str) -> None:
    with pytest.raises(ContentDisallowed, match=r"carries application/json only"):
        publish(connection, b"x", serializer=serializer)
    assert not files(folder.root)


# --- What cannot be read ------------------------------------------------------------------------

LABEL = f"{1:020d}-{'a' * 32}.0.celery"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(LABEL, b"", id="empty"),
        pytest.param(LABEL, b'{"body": "', id="torn"),
        pytest.param(LABEL, b"\xff\xfe", id="not UTF-8"),
        pytest.param(LABEL, b"[]", id="no message"),
        pytest.param(LABEL, b'{"content-type": "application/json"}', id="no properties"),
        pytest.param(LABEL, b'{"content-type": "application/x-python-serialize", "properties": {}}', id="pickle"),
        pytest.param("notes.txt", b"{}", id="a stray file"),
    ],
)
def test_the_unreadable_is_buried_and_the_rest_delivered(
    connection: Broker, folder: Spool, name: str, content: bytes
) -> None:
    publish(connection, "good")
    (folder.queues / "celery" / name).write_bytes(content)
    channel = connection.channel()
    assert [channel.basic_get("celery").decode(), channel.basic_get("celery")] == ["good", None]
    assert [path.read_bytes() for path in files(folder.dead)] == [content]


def test_a_refused_message_is_kept_for_a_person(connection: Broker, folder: Spool) -> None:
    publish(connection, "nobody knows this task")
    connection.channel().basic_get("celery").reject()
    (buried,) = files(folder.dead)
    buried.rename(folder.queues / "celery" / buried.name)  # what the manual says: move it back
    assert connection.channel().basic_get("celery").decode() == "nobody knows this task"


# --- Giving back and recovering -----------------------------------------------------------------


def test_returned_messages_keep_their_place_and_their_count(connection: Broker, folder: Spool) -> None:
    for body in "ab":
        publish(connection, body)
    waiting = folder.waiting("celery")
    connection.channel().basic_get("celery").requeue()
    assert folder.waiting("celery") == waiting
    channel = connection.channel()
    channel.basic_get("celery")
    channel.close()
    assert folder.waiting("celery") == waiting


def taken(folder: Spool, content: bytes = b"{}") -> tuple[Taker, Path]:
    folder.put("celery", content)
    taker = Taker(folder)
    path = taker.take("celery")
    assert path is not None
    return taker, path


def test_the_living_keep_what_they_hold(folder: Spool) -> None:
    taker, path = taken(folder)  # of this very process: a process id says nothing
    assert folder.recover(max_taken=5) == (0, 0)
    assert path.exists()
    taker.close()


def test_the_dead_give_back(folder: Spool) -> None:
    taker, path = taken(folder)
    folder.put("celery", b"younger")
    taker.release()  # what the kernel does at a kill -9
    assert folder.recover(max_taken=5) == (1, 0)
    labels = [Label.read(name) for name in folder.waiting("celery")]
    assert [label.taken for label in labels] == [0, 1]  # behind those that killed nobody
    assert labels[1].unique == Label.read(path.name).unique
    assert not list(folder.inflight.iterdir())


def test_a_half_removed_home_counts_as_dead(folder: Spool) -> None:
    taker, path = taken(folder)
    taker.release()
    (path.parent / ".alive").unlink()
    assert folder.recover(max_taken=5) == (1, 0)


def test_a_forked_child_does_not_keep_its_dead_parent_alive(folder: Spool) -> None:
    taker, _path = taken(folder)
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        theirs.send(b"running")
        theirs.recv(1)
        os._exit(0)
    theirs.close()
    try:
        ours.recv(7)
        taker.release()
        assert folder.recover(max_taken=5) == (1, 0)
    finally:
        ours.close()
        os.waitpid(child, 0)


def test_a_message_at_too_many_deaths_is_buried(folder: Spool) -> None:
    folder.put("celery", b"poison")
    for death in range(3):
        taker = Taker(folder)
        assert taker.take("celery"), f"not delivered a {death + 1}. time"
        taker.release()
        last = folder.recover(max_taken=3)
    assert last == (0, 1)
    assert not folder.waiting("celery")
    assert [path.read_bytes() for path in files(folder.dead)] == [b"poison"]


def suspects(folder: Spool, *contents: bytes) -> None:
    """Messages that were in hand at two deaths."""
    for content in contents:
        folder.put("celery", content)
    for _death in range(2):
        taker = Taker(folder)
        while taker.take("celery"):
            pass
        taker.release()
        folder.recover(max_taken=5)


def test_a_suspect_is_taken_alone(folder: Spool) -> None:
    suspects(folder, b"first", b"second")
    folder.put("celery", b"fresh")
    taker = Taker(folder)
    for expected in [b"first", b"second", b"fresh"]:
        path = taker.take("celery")
        assert path is not None
        assert path.read_bytes() == expected
        assert expected == b"fresh" or taker.take("celery") is None
        folder.acknowledge(str(path.relative_to(folder.inflight)))
    taker.close()


def test_a_suspect_waits_for_empty_hands_and_stops_nobody(folder: Spool) -> None:
    folder.put("other", b"in hand")
    taker = Taker(folder)
    held = taker.take("other")
    assert held is not None
    suspects(folder, b"suspect")
    folder.put("celery", b"fresh")
    fresh = taker.take("celery")
    assert fresh is not None
    assert fresh.read_bytes() == b"fresh"
    assert taker.take("celery") is None
    for path in (held, fresh):
        path.unlink()
    suspect = taker.take("celery")
    assert suspect is not None
    assert suspect.read_bytes() == b"suspect"
    taker.close()


def test_a_suspect_that_hangs_keeps_others_waiting_for_a_minute_only(
    folder: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool_taker, "ALONE_SECONDS", 0.0)
    suspects(folder, b"suspect")
    folder.put("celery", b"fresh")
    taker = Taker(folder)
    assert [path.read_bytes() for path in iter(lambda: taker.take("celery"), None)] == [b"suspect", b"fresh"]
    taker.close()


def test_a_second_delivery_is_marked(connection: Broker, folder: Spool) -> None:
    publish(connection, "again")
    taker = Taker(folder)
    taker.take("celery")
    taker.release()
    folder.recover(max_taken=5)
    message = connection.channel().basic_get("celery")
    assert message.delivery_info["redelivered"] is True


def test_a_removed_folder_is_made_again(folder: Spool) -> None:
    taker, path = taken(folder)
    path.unlink()
    for leftover in path.parent.iterdir():
        leftover.unlink()
    path.parent.rmdir()
    folder.put("celery", b"after")
    found = taker.take("celery")
    assert found is not None
    assert found.read_bytes() == b"after"
    taker.close()


# --- Queues that pass, broadcast ----------------------------------------------------------------


def test_without_acknowledgement_nothing_stays(connection: Broker, folder: Spool) -> None:
    publish(connection, "x")
    publish(connection, "y")
    assert connection.channel().basic_get("celery", no_ack=True).decode() == "x"
    got: list[Any] = []
    with connection.Consumer(
        [Queue("celery", routing_key="celery")], no_ack=True, on_message=lambda message: got.append(message.decode())
    ):
        connection.drain_events(timeout=5)
    assert got == ["y"]
    assert not files(folder.inflight)


def test_an_old_command_is_not_obeyed(connection: Broker, folder: Spool) -> None:
    passing: Any = Queue("orders", message_ttl=300, channel=connection.channel())
    passing.declare()
    publish(connection, "shut down", "orders")
    publish(connection, "ping", "orders")
    first = folder.queues / "orders" / folder.waiting("orders")[0]
    first.rename(first.with_name(first.name.replace(first.name[:20], f"{1:020d}")))
    assert passing.get().decode() == "ping"
    assert passing.get() is None


def test_a_passing_queue_goes_after_an_hour_of_silence(connection: Broker, folder: Spool) -> None:
    queue = Queue("reply", exchange=Exchange("news", type="fanout"), expires=10, channel=connection.channel())
    queue.declare()
    publish(connection, "x", "reply")
    folder.tidy()
    assert folder.waiting("reply")
    marker = folder.queues / "reply" / EXPIRES
    old = marker.stat().st_mtime - STALE_SECONDS - 1
    os.utime(marker, (old, old))
    folder.tidy()
    assert not (folder.queues / "reply").exists()
    assert folder.table("news") == []


def test_half_written_files_go_after_an_hour(folder: Spool) -> None:
    for name in ["old", "new"]:
        (folder.tmp / name).write_bytes(b"half")
    old = (folder.tmp / "old").stat().st_mtime - STALE_SECONDS - 1
    os.utime(folder.tmp / "old", (old, old))
    folder.tidy()
    assert [path.name for path in folder.tmp.iterdir()] == ["new"]


def test_a_broadcast_reaches_queues_bound_by_other_processes(connection: Broker, folder: Spool) -> None:
    news = Exchange("news", type="fanout")
    for name in ["left", "right"]:
        Queue(name, exchange=news, channel=connection.channel()).declare()
    spool.Transport._states.clear()  # what another process knows: nothing
    other: Broker
    with Connection(f"spool://{folder.root}") as other:
        other.Producer(exchange=news).publish("all hands", declare=[news], serializer="json")
    channel = connection.channel()
    assert [channel.basic_get(name).decode() for name in ["left", "right"]] == ["all hands", "all hands"]
    Queue("left", exchange=news, channel=channel).unbind_from(news)
    Queue("right", exchange=news, channel=channel).delete()
    assert folder.table("news") == []


def test_purge_and_size(connection: Broker) -> None:
    for number in range(3):
        publish(connection, number)
    queue: Any = Queue("celery", routing_key="celery", channel=connection.channel())
    assert queue.queue_declare().message_count == 3
    assert queue.purge() == 3
    assert queue.get() is None


# --- The address --------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["spool://", "spool:///", "spool://relative/path"])
def test_only_an_absolute_folder_is_an_address(url: str) -> None:
    with pytest.raises(ValueError, match="write spool:///absolute/path/to/folder"):
        Connection(url).connect()


def test_blanks_and_chinese_in_the_address(tmp_path: Path) -> None:
    with Connection(f"spool://{tmp_path}/守约%20队列") as connection:
        publish(connection, "x")
    assert len(files(tmp_path / "守约 队列" / "queues")) == 1


def test_a_folder_that_cannot_be_used_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(OperationalError, match="cannot use this folder as broker"):
        Connection(f"spool://{tmp_path}/file").connect()


@pytest.mark.parametrize("queue", ["celery", ".a", "/", "..", "a.b", "中"])
def test_labels_read_back(queue: str) -> None:
    label = Label.fresh(queue)
    assert Label.read(str(label)) == label
    assert "/" not in folder_name(queue)
    assert not folder_name(queue).startswith(".")
