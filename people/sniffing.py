"""What a sent file really is: told by its content, allowed by an explicit list, and never by its name alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

HEAD = 4096
MARKS_OF_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xfe\xed\xfa",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
)
PROGRAM_ENDINGS = frozenset(
    {".exe", ".dll", ".com", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".jar", ".msi", ".scr", ".sh", ".hta", ".lnk"}
)
MOST_MEMBERS = 5_000
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class NotAllowed(ValueError):
    """The file may not be taken; `why` is one of empty, program, ending, content, macro."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Allowed:
    """A kind of file that may be sent: its content type and the proof that content is of this kind."""

    content_type: str
    proof: Callable[[bytes], bool]


def content_type_of(name: str, content: bytes) -> str:
    """The content type of a file whose ending and content agree and are both allowed.  Raises NotAllowed."""
    if not content:
        raise NotAllowed("empty")
    if content.startswith(MARKS_OF_PROGRAMS):
        raise NotAllowed("program")
    ending = PurePosixPath(name.replace("\\", "/").lower()).suffix
    if ending in PROGRAM_ENDINGS:
        raise NotAllowed("program")
    allowed = ALLOWED.get(ending)
    if allowed is None:
        raise NotAllowed("ending")
    if not allowed.proof(content):
        raise NotAllowed("content")
    return allowed.content_type


def endings() -> list[str]:
    """The endings that may be sent, in alphabetical order."""
    return sorted(ALLOWED)


def _starts(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(marks)


def _text(content: bytes) -> bool:
    """UTF-8 or GB 18030 without control characters other than tab, line ends and form feed."""
    if any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in content[:HEAD]) or b"\x00" in content:
        return False
    return _decodes(content, "utf-8") or _decodes(content, "gb18030")


def _xml(content: bytes) -> bool:
    """Text that begins as XML and declares nothing: no document type, so no entity."""
    opened = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    declares = any(mark in content.upper() for mark in (b"<!DOCTYPE", b"<!ENTITY"))
    return opened.startswith(b"<") and not declares and _text(content)


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _package(member: str) -> Callable[[bytes], bool]:
    """A ZIP package that holds the member, and neither macros nor programs."""

    def proof(content: bytes) -> bool:
        names = _member_names(content)
        if any(_is_program(name) for name in names):
            raise NotAllowed("macro")
        return member in names

    return proof


def _member_names(content: bytes) -> list[str]:
    if not content.startswith(b"PK\x03\x04"):
        return []
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            names = package.namelist()
    except zipfile.BadZipFile:
        return []
    return names if len(names) <= MOST_MEMBERS else []


def _is_program(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.name.startswith("vbaproject") or path.suffix in PROGRAM_ENDINGS


ALLOWED = {
    ".pdf": Allowed("application/pdf", _starts(b"%PDF-")),
    ".png": Allowed("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    ".jpg": Allowed("image/jpeg", _starts(b"\xff\xd8\xff")),
    ".jpeg": Allowed("image/jpeg", _starts(b"\xff\xd8\xff")),
    ".gif": Allowed("image/gif", _starts(b"GIF87a", b"GIF89a")),
    ".webp": Allowed("image/webp", _webp),
    ".txt": Allowed("text/plain", _text),
    ".log": Allowed("text/plain", _text),
    ".csv": Allowed("text/csv", _text),
    ".docx": Allowed(WORD, _package("word/document.xml")),
    ".xlsx": Allowed(SHEET, _package("xl/workbook.xml")),
    ".pptx": Allowed(SLIDES, _package("ppt/presentation.xml")),
    ".xml": Allowed("application/xml", _xml),
    ".ofd": Allowed("application/ofd", _package("OFD.xml")),
}
