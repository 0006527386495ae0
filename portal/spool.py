"""Celery's broker in a folder, spool:///path/to/folder: for one machine, with no server to run.

Kombu's own filesystem transport publishes under the final name before the content is written, takes by way of the
temporary folder and forgets a message as soon as it is taken: each of the three loses messages.  Here spool_files moves
files by rename alone, a message leaves the disk when it is acknowledged, and what a dead consumer held is put back by
whoever lives: at the start of every consumer and every ten seconds after.  Delivery is at least once.
"""

from collections.abc import Callable
from logging import getLogger
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

from kombu.exceptions import ContentDisallowed, OperationalError
from kombu.transport import TRANSPORT_ALIASES, virtual
from kombu.utils.json import dumps, loads

from portal.spool_files import Label, Row, Spool
from portal.spool_taker import Taker

logger = getLogger(__name__)

JSON = "application/json"
RECOVER_EVERY = 10.0
"""Seconds between two looks after dead consumers; transport option recover_every, where None turns it off."""
MAX_TAKEN = 5
"""A message that was in hand at so many deaths is buried, not tried again; transport option max_taken."""

Payload = dict[str, Any]


def register() -> None:
    """Make spool:// known to kombu, and so to Celery.  Call it before the Celery app is made."""
    TRANSPORT_ALIASES["spool"] = "portal.spool:Transport"


def folder_of(hostname: str | None, path: str) -> Path:
    """The folder of a broker address.  Raises ValueError unless it reads spool:///absolute/path."""
    if hostname or not path.strip("/"):
        raise ValueError("CELERY_BROKER_URL: write spool:///absolute/path/to/folder (three slashes).")
    return Path("/", path)


class Channel(virtual.Channel):
    """What one consumer or producer does with the folder.  A delivery tag is the taken file's path under inflight/."""

    supports_fanout = True
    connection: "Transport"

    def __init__(self, connection: "Transport", **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.spool = connection.spool
        self._taker = Taker(connection.spool)
        self._unacknowledged: set[str] = set()
        self._lifetimes: dict[str, float] = {}
        self._idle: dict[str, float] = {}

    # --- Publishing ---------------------------------------------------------------------------

    def _put(self, queue: str, message: Payload, **kwargs: Any) -> None:
        if message.get("content-type") != JSON:
            raise ContentDisallowed(f"spool:// carries {JSON} only, not {message.get('content-type')}.")
        try:
            self.spool.put(queue, dumps(message).encode())
        except OSError as error:
            raise OperationalError(f"{self.spool.root}: cannot publish: {error}") from error

    def _put_fanout(self, exchange: str, message: Payload, routing_key: str, **kwargs: Any) -> None:
        for _key, _pattern, queue in self.get_table(exchange):
            self._put(queue, message)

    # --- Consuming ----------------------------------------------------------------------------

    def _get(self, queue: str, timeout: float | None = None) -> Payload:
        while path := self._taker.take(queue):
            if Label.read(path.name).age() > self._lifetimes.get(queue, float("inf")):
                path.unlink(missing_ok=True)
            elif message := self._opened(path):
                return message
        raise Empty

    def _opened(self, path: Path) -> Payload | None:
        """The message in a file we took; one that nobody can read is buried."""
        try:
            message: Payload = loads(path.read_bytes())
            if message["content-type"] != JSON:
                raise ValueError(message["content-type"])
            properties = message["properties"]
            properties["delivery_tag"] = str(path.relative_to(self.spool.inflight))
            properties["delivery_info"]["redelivered"] = Label.read(path.name).taken > 1
        except FileNotFoundError:  # the folder was removed under us
            return None
        except (ValueError, TypeError, KeyError) as error:
            logger.error("Buried an unreadable message in %s: %s: %r", self.spool.dead, path.name, error)
            self.spool.bury(path)
            return None
        return message

    def _get_and_deliver(self, queue: str, callback: Callable[[Payload, str], None]) -> None:
        message = self._get(queue)
        if queue in self._unacknowledged:
            self.spool.acknowledge(message["properties"]["delivery_tag"])
        callback(message, queue)

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - kombu's signature
        message = super().basic_get(queue, no_ack=no_ack, **kwargs)
        if message is not None and no_ack:
            self.spool.acknowledge(str(message.delivery_tag))
        return message

    def basic_consume(
        self,
        queue: str,
        no_ack: bool,  # noqa: FBT001 - kombu's signature
        callback: Callable[..., Any] | None,
        consumer_tag: str | None,
        **kwargs: Any,
    ) -> Any:
        if no_ack:
            self._unacknowledged.add(queue)
        return super().basic_consume(queue, no_ack, callback, consumer_tag, **kwargs)

    def basic_cancel(self, consumer_tag: str) -> None:
        self._unacknowledged.discard(self._tag_to_queue.get(consumer_tag, ""))
        super().basic_cancel(consumer_tag)

    def drain_events(self, timeout: float | None = None, callback: Callable[..., Any] | None = None) -> Any:
        if self._consumers and self.connection.recovery_is_due():
            self._look_after_the_dead()
        return super().drain_events(timeout=timeout, callback=callback)

    def _look_after_the_dead(self) -> None:
        for queue, seconds in self._idle.items():
            self.spool.expire(queue, seconds)
        returned, buried = self.spool.recover(max_taken=self.connection.max_taken)
        self.spool.tidy()
        if returned:
            logger.warning("Put back %d messages of consumers that died.", returned)
        if buried:
            logger.error("Buried %d messages in %s: they were in hand at too many deaths.", buried, self.spool.dead)

    # --- Settling -----------------------------------------------------------------------------

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's signature
        self.spool.acknowledge(delivery_tag)
        super().basic_ack(delivery_tag, multiple)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - kombu's signature
        if not requeue:
            logger.error("Buried a refused message in %s: %s", self.spool.dead, delivery_tag)
            self.spool.bury(self.spool.inflight / delivery_tag)
        super().basic_reject(delivery_tag, requeue)

    def _restore(self, message: virtual.Message) -> None:
        self.spool.give_back(str(message.delivery_tag))

    def close(self) -> None:
        super().close()
        self._taker.close()

    # --- Queues and bindings ------------------------------------------------------------------

    def prepare_queue_arguments(self, arguments: Payload | None, **kwargs: Any) -> Payload:
        return {**(arguments or {}), **{name: value for name, value in kwargs.items() if value is not None}}

    def _new_queue(self, queue: str, arguments: Payload | None = None, **kwargs: Any) -> None:
        known = arguments or {}
        if "message_ttl" in known:
            self._lifetimes[queue] = known["message_ttl"]
        if "expires" in known:
            self._idle[queue] = known["expires"]
            self.spool.expire(queue, known["expires"])

    def get_table(self, exchange: str) -> list[Row]:
        return self.spool.table(exchange)

    def _queue_bind(self, exchange: str, routing_key: str | None, pattern: str | None, queue: str) -> None:
        self.spool.bind(exchange, (routing_key or "", pattern or "", queue))

    def queue_unbind(
        self,
        queue: str,
        exchange: str | None = None,
        routing_key: str = "",
        arguments: Payload | None = None,
        **kwargs: Any,
    ) -> None:
        name = exchange or "amq.direct"
        key, pattern, *_ = self.typeof(name).prepare_bind(queue, name, routing_key, arguments)
        self.state.binding_delete(queue, name, routing_key)
        self.spool.unbind(name, (key or "", pattern or "", queue))

    def _delete(self, queue: str, *args: Any, **kwargs: Any) -> None:
        self._idle.pop(queue, None)
        self.spool.drop(queue)

    def _purge(self, queue: str) -> int:
        return self.spool.purge(queue)

    def _size(self, queue: str) -> int:
        return len(self.spool.waiting(queue))


class Transport(virtual.Transport):
    """spool:// for kombu."""

    Channel = Channel
    driver_type = "spool"
    driver_name = "spool"
    polling_interval = 0.1
    implements = virtual.Transport.implements.extend(
        asynchronous=False, exchange_type=frozenset(["direct", "topic", "fanout"])
    )
    _states: dict[Path, virtual.BrokerState] = {}

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        root = folder_of(client.hostname, client.virtual_host)
        self.spool = Spool(root)
        self.state = self._states.setdefault(root, virtual.BrokerState())
        self.max_taken = int(client.transport_options.get("max_taken", MAX_TAKEN))
        self._recover_every: float | None = client.transport_options.get("recover_every", RECOVER_EVERY)
        self._recover_at = 0.0

    def establish_connection(self) -> Any:
        try:
            self.spool.prepare()
        except OSError as error:
            raise OperationalError(f"{self.spool.root}: cannot use this folder as broker: {error}") from error
        return super().establish_connection()

    @property
    def default_connection_params(self) -> dict[str, Any]:
        return {}  # a folder has no host and no port

    def recovery_is_due(self) -> bool:
        """True at once, then every recover_every seconds; never when that is None."""
        if self._recover_every is None or monotonic() < self._recover_at:
            return False
        self._recover_at = monotonic() + self._recover_every
        return True

    def driver_version(self) -> str:
        return "1"
