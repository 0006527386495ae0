"""A receiver of posts on this machine: a real HTTP server in a thread, with an answer that the test chooses."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@dataclass(frozen=True)
class Post:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """What it got, and what it answers: status, headers, body; before answering it may wait for `gate`."""

    url: str = ""
    got: list[Post] = field(default_factory=list)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    answer: bytes | Callable[[Post], bytes] = b'{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}'
    gate: threading.Event | None = None


@contextmanager
def receiver(*, certificate: tuple[Path, Path] | None = None) -> Iterator[Receiver]:
    """A receiver on a free port of 127.0.0.1; with a certificate and its key it speaks TLS."""
    state = Receiver()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    if certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*certificate)
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        if state.gate is not None:
            state.gate.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(state: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the name is that of http.server
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            post = Post(self.path, dict(self.headers.items()), body)
            state.got.append(post)
            if state.gate is not None:
                state.gate.wait(30)
            answer = state.answer(post) if callable(state.answer) else state.answer
            self.send_response(state.status)
            for name, value in state.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    return Handler
