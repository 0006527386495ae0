"""Letters: an e-mail read from its bytes, however odd or hostile.  Pure; nothing of it is trusted.

Who sent it is proven by the Authentication-Results of our own server alone (RFC 8601), and when it came by the Received
line that our own server wrote: everything below that line came from outside.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from html.parser import HTMLParser

MOST_PARTS, DEEPEST = 200, 20
MOST_HTML, MOST_TEXT = 200_000, 200_000
ADDRESS = re.compile(r"[A-Za-z0-9._%+'\-]{1,64}@[A-Za-z0-9.\-]{1,190}")
ENCODED = re.compile(r"=\?([^?\s]{1,40})\?([bBqQ])\?([^?\s]{0,2000})\?=")
BETWEEN = re.compile(r"(\?=)\s+(=\?)")
UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
BULK = frozenset({"bulk", "junk", "list", "auto_reply"})
ROBOTS = frozenset({"mailer-daemon", "postmaster", "noreply", "no-reply", "donotreply", "do-not-reply"})


class Unreadable(ValueError):
    """The bytes are no e-mail that could be read within bounds."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of the letter: its name as the sender wrote it, and its content."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What an e-mail says.  sender: empty unless there is exactly one plain address; proof: pass, fail or none."""

    message_id: str
    sender: str
    subject: str
    text: str
    attached: tuple[Attached, ...]
    automatic: bool
    proof: str
    received_at: datetime | None


def read(raw: bytes, *, host: str) -> Letter:
    """The letter in the bytes.  host: the name of our mail server in its lines.  Raises Unreadable."""
    try:
        message = message_from_bytes(raw)
        parts = list(_leaves(message))
    except RecursionError as error:
        raise Unreadable("nested too deeply") from error
    sender = _sender(message)
    text, attached = _contents(parts)
    return Letter(
        message_id=_one(message, "Message-ID")[:250],
        sender=sender,
        subject=words(_one(message, "Subject"))[:250],
        text=trimmed(text),
        attached=attached,
        automatic=_automatic(message, sender),
        proof=_proof(message, sender, host),
        received_at=_received(message, host),
    )


# --- Headers -------------------------------------------------------------------------------------


def words(raw: str) -> str:
    """A header as one line of plain words: encoded words read, raw bytes guessed, control characters gone."""
    data = raw.encode("utf-8", "surrogateescape")
    return " ".join(_clean(_encoded_read(_guessed(data))).split())


def _encoded_read(text: str) -> str:
    """Encoded words (RFC 2047), also where a character was cut in two between neighbours of one charset."""
    read_so_far, held, charset, end = [], b"", "", 0
    joined = BETWEEN.sub(r"\1\2", text)
    for found in ENCODED.finditer(joined):
        gap = joined[end : found.start()]
        if held and (gap or found[1].lower() != charset):
            read_so_far.append(_decoded(held, charset))
            held = b""
        read_so_far.append(gap)
        charset, end = found[1].lower(), found.end()
        held += _bytes_of(found[2], found[3])
    if held:
        read_so_far.append(_decoded(held, charset))
    return "".join(read_so_far) + joined[end:]


def _bytes_of(way: str, text: str) -> bytes:
    if way in "qQ":
        return quopri.decodestring(text.replace("_", " ").encode("ascii", "replace"), header=True)
    try:
        return base64.b64decode(text.encode("ascii", "replace") + b"=" * (-len(text) % 4))
    except binascii.Error:
        return b""


def _decoded(data: bytes, charset: str) -> str:
    # GB2312 is what old programs call what is GBK or GB 18030 in fact.
    name = "gb18030" if charset in {"gb2312", "gbk", "gb_2312-80"} else charset
    try:
        return data.decode(name or "utf-8", "replace")
    except (LookupError, ValueError):
        return _guessed(data)


def _guessed(data: bytes) -> str:
    for charset in ("utf-8", "gb18030"):
        try:
            return data.decode(charset)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def _clean(text: str) -> str:
    """Without control characters and those that turn the direction of writing."""
    return UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _all(message: Message, name: str) -> list[str]:
    """The values of a header as they stand in the message, unfolded."""
    return [" ".join(str(value).split()) for key, value in message.raw_items() if key.lower() == name.lower()]


def _one(message: Message, name: str) -> str:
    """The value of a header that may stand once; empty when it is missing or stands twice."""
    found = _all(message, name)
    return found[0] if len(found) == 1 else ""


def _sender(message: Message) -> str:
    """The one address that the letter claims to come from, in lower case; empty when there is any doubt."""
    value = _one(message, "From")
    if "\udc80" <= max(value, default="") <= "\udcff":
        value = words(value)
    plain = re.fullmatch(rf"\s*(?:[^<>]*<)?\s*({ADDRESS.pattern})\s*>?\s*", value)
    if plain is None or len(getaddresses([value])) != 1 or getaddresses([value])[0][1] != plain[1]:
        return ""
    return plain[1].lower()


def _automatic(message: Message, sender: str) -> bool:
    """Whether a program wrote it: an answer to it could go round for ever."""
    said = _all(message, "Auto-Submitted")
    if any(value.partition(";")[0].strip().lower() != "no" for value in said):
        return True
    if any(value.strip().lower() in BULK for value in _all(message, "Precedence")):
        return True
    if _all(message, "List-Id") or _all(message, "X-Autoreply") or _all(message, "X-Autorespond"):
        return True
    if any(value.strip() == "<>" for value in _all(message, "Return-Path")):
        return True
    return sender.partition("@")[0] in ROBOTS or message.get_content_type() == "multipart/report"


def _received_lines(message: Message, host: str) -> Iterator[tuple[int, str]]:
    by_us = re.compile(rf"\bby\s+{re.escape(host)}(?=[\s;(]|$)", re.IGNORECASE)
    for place, (key, value) in enumerate(message.raw_items()):
        if key.lower() == "received" and by_us.search(" ".join(str(value).split())):
            yield place, str(value)


def _received(message: Message, host: str) -> datetime | None:
    """When our server took the letter: the date of the topmost line that it wrote."""
    if not host:
        return None
    for _place, value in _received_lines(message, host):
        try:
            moment = parsedate_to_datetime(value.rpartition(";")[2].strip())
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return moment if moment.tzinfo is not None else None
    return None


def _proof(message: Message, sender: str, host: str) -> str:
    """pass, fail or none: what our server found about the sender's domain, and nobody else's word for it."""
    domain = sender.partition("@")[2]
    if not host or not domain:
        return "none"
    result = _our_result(message, host)
    return "none" if result is None else verdict(result, domain)


def _our_result(message: Message, host: str) -> str | None:
    """The topmost Authentication-Results of our server, if it stands no deeper than our server's own lines."""
    ours = next(_received_lines(message, host), None)
    if ours is None:
        return None
    for place, (key, value) in enumerate(message.raw_items()):
        if place > ours[0] and key.lower() == "received":
            return None
        if key.lower() == "authentication-results":
            said = re.sub(r"\([^()]{0,500}\)", " ", " ".join(str(value).split()))
            server, _semicolon, rest = said.partition(";")
            if server.split(" ")[0].lower() == host.lower():
                return rest
    return None


def verdict(result: str, domain: str) -> str:
    """What the methods of one result say of a domain: DMARC decides, else an aligned SPF or DKIM.

    Aligned: the proven domain is the sender's own or one below it.
    """
    failed, passed = False, False
    for clause in result.lower().split(";"):
        method = re.match(r"\s*(dmarc|spf|dkim)\s*=\s*([a-z]+)", clause)
        if method is None:
            continue
        name, said = method.groups()
        if name == "dmarc" and said in {"pass", "fail"}:
            about = re.search(r"header\.from=([^\s;]+)", clause)
            return said if about is None or about[1].strip('"') == domain else "fail"
        failed = failed or said in {"fail", "softfail", "permerror"}
        passed = passed or (said == "pass" and _aligned(clause, name, domain))
    return "pass" if passed else "fail" if failed else "none"


def _aligned(clause: str, method: str, domain: str) -> bool:
    about = re.search(r"smtp\.mailfrom=([^\s;]+)" if method == "spf" else r"header\.[di]=([^\s;]+)", clause)
    if about is None:
        return False
    proven = about[1].strip('"<>').rpartition("@")[2]
    return proven == domain or proven.endswith(f".{domain}")


# --- Contents ------------------------------------------------------------------------------------


def _leaves(message: Message) -> Iterator[Message]:
    """The parts without parts, in order, not deeper and not more than bounds.  A letter within is one part."""
    waiting: list[tuple[Message, int]] = [(message, 0)]
    count = 0
    while waiting:
        part, depth = waiting.pop()
        count += 1
        if count > MOST_PARTS or depth > DEEPEST:
            raise Unreadable("too many parts")
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_maintype() == "multipart":
            waiting += [(below, depth + 1) for below in reversed(inner) if isinstance(below, Message)]
        else:
            yield part


def _contents(parts: Sequence[Message]) -> tuple[str, tuple[Attached, ...]]:
    """The words of the letter, from plain text before HTML, and its files."""
    plain, marked, files = [], [], []
    for part in parts:
        name = _file_name(part)
        if part.get_content_maintype() == "message":
            files.append(Attached(name, b"\n"))  # a letter within the letter is not taken apart
        elif name:
            files.append(Attached(name, _payload(part)))
        elif part.get_content_type() == "text/plain":
            plain.append(_text(part)[:MOST_TEXT])
        elif part.get_content_type() == "text/html":
            marked.append(from_html(_text(part)))
    said = "\n".join(text for text in plain if text.strip()) or "\n".join(marked)
    return _clean(said)[:MOST_TEXT], tuple(files)


def _file_name(part: Message) -> str:
    """What the part is called as a file; empty for the words of the letter."""
    try:
        said = part.get_filename() or ""
        kept_apart = part.get_content_disposition() == "attachment"
    except (ValueError, LookupError):
        said, kept_apart = "", True
    name = words(said).replace("\\", "/").rpartition("/")[2]
    if not name and part.get_content_maintype() == "message":
        return "message.eml"
    if not name and (kept_apart or part.get_content_maintype() not in {"text", "multipart"}):
        return f"{part.get_content_type().replace('/', '.')}"
    return name


def _payload(part: Message) -> bytes:
    try:
        content = part.get_payload(decode=True)
    except (ValueError, LookupError, AssertionError):
        return b""
    return content if isinstance(content, bytes) else b""


def _text(part: Message) -> str:
    try:
        charset = part.get_content_charset() or ""
    except (ValueError, LookupError):
        charset = ""
    data = _payload(part)
    return _decoded(data, charset) if charset else _guessed(data)


def from_html(page: str) -> str:
    """The words of a page, without anything that runs or loads; what was quoted is marked with >."""
    reader = _Page()
    try:
        reader.feed(page[:MOST_HTML])
        reader.close()
    except AssertionError:  # what html.parser raises for declarations that it does not know
        return re.sub(r"<[^>]{0,1000}>", " ", page[:MOST_HTML])
    return reader.text()


class _Page(HTMLParser):
    """Collects the words of a page."""

    SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe"})
    BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "pre", "hr"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._silent = 0
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.SILENT:
            self._silent += 1
        if tag == "blockquote":
            self._quoted += 1
        if tag in self.BREAKS or tag == "blockquote":
            self._said.append("\n")
        if tag == "td":
            self._said.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        if tag in self.BREAKS - {"br"} or tag == "blockquote":
            self._said.append("\n")

    def handle_data(self, data: str) -> None:
        if self._silent == 0:
            said = " ".join(data.split()) if data.strip() else " "
            lead = " " if data[:1].isspace() else ""
            self._said.append(f"\n> {said}" if self._quoted else lead + said)

    def text(self) -> str:
        lines = [line.strip() for line in "".join(self._said).split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


# --- What is new in an answer --------------------------------------------------------------------

QUOTE_BEGINS = (
    re.compile(r"^\s*-{2,}\s*(Original Message|Forwarded message|(回复的)?原始?邮件|转发的邮件)\s*-{2,}\s*$", re.I),
    re.compile(r"^\s*On\s.{1,300}\swrote:\s*$"),
    re.compile(r"^\s*(在|於|于)\s*.{1,300}(写道|寫道)\s*[:：]\s*$"),
    re.compile(r"^\s*\d{4}[-/年].{1,200}(写道|<[^>]{1,200}>)\s*[:：]\s*$"),
)  # fmt: skip
BLOCK_FIRST = re.compile(r"^\s*\*?(From|发件人|寄件者)\s*[:：]\*?\s*\S", re.IGNORECASE)
BLOCK_NEXT = re.compile(r"^\s*\*?(Sent|Date|To|Subject|发送时间|发送日期|日期|时间|收件人|主题)\s*[:：]", re.IGNORECASE)


def trimmed(text: str) -> str:
    """What is new: without the letter that it answers and the signature.  All of it when nothing would be left."""
    lines = text.split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        following = f"{line} {lines[place + 1]}" if place + 1 < len(lines) else line
        if line.rstrip() == "--" or _quote_begins(line) or (line.strip() and _quote_begins(following, whole=False)):
            break
        if BLOCK_FIRST.match(line) and _block_goes_on(lines[place + 1 : place + 5]):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line.rstrip())
    new = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return new or re.sub(r"\n{3,}", "\n\n", text).strip()


def _block_goes_on(lines: Sequence[str]) -> bool:
    """Whether the headers of a quoted letter follow its first one."""
    return sum(bool(BLOCK_NEXT.match(line)) for line in lines) >= 2


def _quote_begins(line: str, *, whole: bool = True) -> bool:
    if len(line) > 600:
        return False
    patterns = QUOTE_BEGINS if whole else QUOTE_BEGINS[1:2]
    return any(pattern.match(line) for pattern in patterns)
