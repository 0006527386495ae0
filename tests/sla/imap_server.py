"""A mail server of a few commands on this machine, so that imaplib's own words and ours are tested."""

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Mailbox:
    """Its letters by UID, where it listens, and the lines that it was told."""

    letters: dict[int, bytes]
    address: tuple[str, int] = ("", 0)
    told: list[str] = field(default_factory=list)


@contextmanager
def imap(letters: dict[int, bytes]) -> Iterator[Mailbox]:
    """A server on a free port of 127.0.0.1."""
    mailbox = Mailbox(letters)
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(mailbox)) as server:
        server.daemon_threads = True
        mailbox.address = ("127.0.0.1", int(server.server_address[1]))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield mailbox
        server.shutdown()
        thread.join(5)


def _handler(mailbox: Mailbox) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"* OK ready\r\n")
            for line in self.rfile:
                tag, _space, said = line.decode().strip().partition(" ")
                mailbox.told.append(said)
                for answer in _answers(mailbox, said):
                    self.wfile.write(answer + b"\r\n")
                self.wfile.write(f"{tag} OK done\r\n".encode())
                if said == "LOGOUT":
                    return

    return Handler


def _answers(mailbox: Mailbox, said: str) -> Iterator[bytes]:
    if said == "CAPABILITY":
        yield b"* CAPABILITY IMAP4rev1"
    elif said.startswith("SELECT"):
        yield f"* {len(mailbox.letters)} EXISTS".encode()
    elif said == "UID SEARCH UNSEEN":
        yield f"* SEARCH {' '.join(map(str, mailbox.letters))}".encode()
    elif fetch := re.fullmatch(r"UID FETCH (\d+) \(BODY\.PEEK\[\]<0\.(\d+)>\)", said):
        raw = mailbox.letters[int(fetch[1])][: int(fetch[2])]
        yield f"* 1 FETCH (UID {fetch[1]} BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")"
    elif said == "LOGOUT":
        yield b"* BYE"
