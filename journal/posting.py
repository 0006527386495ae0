"""Posting to the outside, guarded: https only, no private addresses, no redirects, no proxy, bounded time and answer.

The name is looked up once and the connection goes to the address that was checked, so that a second answer of the name
server cannot lead it inside.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MOST_ANSWER = 64 * 1024
MOST_ADDRESSES = 3  # tried one after the other: together they stay below the lease of a notice
PORTS = {"http": 80, "https": 443}
NAT64 = ipaddress.ip_network("64:ff9b::/96")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(ValueError):
    """The address may not be written to, by the rules of this installation."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said: the status and at most MOST_ANSWER bytes."""

    status: int
    content: bytes


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """POST the body.  A redirect is an answer like any other and is not followed.

    Raises NotAllowed, OSError when the other side cannot be reached or takes too long, and ValueError for a bad header.
    """
    parts = demand_allowed(url)
    host, port = str(parts.hostname), parts.port or PORTS[parts.scheme]
    link = _Link(host, port, _addresses(host, port), secure=parts.scheme == "https")
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        return link.exchange(path, body, dict(headers))
    except http.client.HTTPException as error:
        raise ConnectionError(f"no proper HTTP answer: {type(error).__name__}") from error
    finally:
        link.close()


def demand_allowed(url: str) -> SplitResult:
    """The parts of an address that may be written to, its name not yet looked up.  Raises NotAllowed."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise NotAllowed("not an address") from error
    if not host or parts.username is not None or parts.password is not None or not url.isascii() or " " in url:
        raise NotAllowed("not an address with a plain host name")
    if parts.scheme != "https" and not (parts.scheme == "http" and host in settings.WEBHOOK_HTTP_HOSTS):
        raise NotAllowed("only https is allowed")
    return parts


def inside(address: IPAddress) -> bool:
    """Whether an address is not plainly out on the internet: private, loopback, link-local, or a disguise of such."""
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or address.sixtofour or address.teredo or address in NAT64
    ):
        return True
    return not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified


def _addresses(host: str, port: int) -> list[str]:
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if host not in settings.WEBHOOK_PRIVATE_HOSTS:
        for text in found:
            # A scope such as %eth0 belongs to a link-local address.
            if "%" in text or inside(ipaddress.ip_address(text)):
                raise NotAllowed("the host lies in a private network")
    return found


class _Link(http.client.HTTPConnection):
    """One connection to one of the checked addresses, over within TOTAL_SECONDS whatever the other side does."""

    def __init__(self, host: str, port: int, addresses: list[str], *, secure: bool) -> None:
        super().__init__(host, port, timeout=CONNECT_SECONDS)
        self._addresses, self._secure = addresses, secure
        self._tls = ssl.create_default_context() if secure else None
        self.default_port = PORTS["https" if secure else "http"]
        self._live: socket.socket | None = None  # http.client lets go of its own reference while it reads the answer

    def connect(self) -> None:
        self.sock = self._live = self._reached()
        if self._tls is not None:
            self.sock = self._live = self._tls.wrap_socket(self.sock, server_hostname=self.host)

    def exchange(self, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        ended = threading.Event()
        timer = threading.Timer(TOTAL_SECONDS, self._end, [ended])
        timer.daemon = True
        timer.start()
        try:
            self.request("POST", path, body, headers)
            with self.getresponse() as answer:
                return Answer(answer.status, answer.read(MOST_ANSWER))
        except (OSError, http.client.HTTPException) as error:
            if ended.is_set():
                raise TimeoutError(f"no answer within {TOTAL_SECONDS:g} s") from error
            raise
        finally:
            timer.cancel()

    def _reached(self) -> socket.socket:
        failed: OSError = ConnectionError("the host has no address")
        for address in self._addresses[:MOST_ADDRESSES]:
            try:
                return socket.create_connection((address, self.port), CONNECT_SECONDS)
            except OSError as error:
                failed = error
        raise failed

    def _end(self, ended: threading.Event) -> None:
        """Called by the timer: whatever is being waited for ends now."""
        ended.set()
        if self._live is not None:
            with contextlib.suppress(OSError):  # the other side was faster
                self._live.shutdown(socket.SHUT_RDWR)
