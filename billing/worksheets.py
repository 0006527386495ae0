"""Reading the first sheet of an XLSX file row by row: memory does not grow with it, and nothing in it is trusted.

Declared sizes are bounded before anything is unpacked, document types (and so entities) are refused, a cell has a
longest length.  Numbers come as Numeric, results of formulas as Formula, so that whoever reads can refuse them.
"""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any
from xml.parsers import expat

LARGEST_SHEET = 1024**3
LARGEST_STRINGS = 96 * 1024**2
LARGEST_PART = 4 * 1024**2  # of the small parts that name the sheets
MOST_STRINGS = 1_200_000
MOST_COLUMNS = 64
LONGEST_CELL = 1000
CHUNK = 64 * 1024
EPOCHS = (datetime(1899, 12, 30), datetime(1904, 1, 1))  # noqa: DTZ001  spreadsheets know no zones


class BadWorkbook(ValueError):
    """What cannot be read: `why` is one of zip, large, sheet, xml, cell."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Numeric(str):
    """A cell that the spreadsheet keeps as a number, as it is written in the file."""

    __slots__ = ()


class Formula(str):
    """A cell that a formula made."""

    __slots__ = ()


class Worksheet:
    """The first sheet of a workbook; iterate for (row number, cells)."""

    def __init__(self, file: IO[bytes]) -> None:
        try:
            self._package = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise BadWorkbook("zip") from error
        self._sheet, self.epoch = self._find_sheet()
        self.size, self.at = max(self._sheet.file_size, 1), 0

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = _Rows(self._strings())
        for chunk in self._chunks(self._sheet, LARGEST_SHEET):
            self.at += len(chunk)
            reader.feed(chunk)
            yield from reader.taken()
        reader.feed(b"", last=True)
        yield from reader.taken()

    def _find_sheet(self) -> tuple[zipfile.ZipInfo, datetime]:
        targets: dict[str, str] = {}
        sheets: list[str] = []
        epoch = EPOCHS[0]

        def relation(name: str, given: dict[str, str]) -> None:
            if name == "Relationship":
                targets[given.get("Id", "")] = given.get("Target", "")

        def part(name: str, given: dict[str, str]) -> None:
            nonlocal epoch
            if name == "sheet":
                sheets.extend(value for key, value in given.items() if key.rpartition(":")[2] == "id")
            elif name == "workbookPr" and given.get("date1904") in {"1", "true"}:
                epoch = EPOCHS[1]

        self._walk("xl/_rels/workbook.xml.rels", relation)
        self._walk("xl/workbook.xml", part)
        target = targets.get(sheets[0], "") if sheets else ""
        path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        return self._part(path), epoch

    def _strings(self) -> list[str]:
        if "xl/sharedStrings.xml" not in self._package.namelist():
            return []
        reader = _Strings()
        for chunk in self._chunks(self._part("xl/sharedStrings.xml"), LARGEST_STRINGS):
            reader.feed(chunk)
        reader.feed(b"", last=True)
        return reader.found

    def _walk(self, path: str, see: Callable[[str, dict[str, str]], None]) -> None:
        reader = _Reader()
        reader.parser.StartElementHandler = lambda name, given: see(_local(name), given)
        for chunk in self._chunks(self._part(path), LARGEST_PART):
            reader.feed(chunk)
        reader.feed(b"", last=True)

    def _part(self, path: str) -> zipfile.ZipInfo:
        try:
            return self._package.getinfo(path)
        except KeyError as error:
            raise BadWorkbook("sheet") from error

    def _chunks(self, part: zipfile.ZipInfo, largest: int) -> Iterator[bytes]:
        # zipfile never unpacks more than a part declares.
        if part.file_size > largest:
            raise BadWorkbook("large")
        try:
            with self._package.open(part) as content:
                while chunk := content.read(CHUNK):
                    yield chunk
        except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise BadWorkbook("zip") from error
        except zipfile.zlib.error as error:  # type: ignore[attr-defined]
            raise BadWorkbook("zip") from error


def _local(name: str) -> str:
    return name.rpartition(":")[2] if ":" in name else name


class _Reader:
    """XML without document types."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse

    def feed(self, chunk: bytes, *, last: bool = False) -> None:
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise BadWorkbook("xml") from error

    def _refuse(self, *said: Any) -> None:
        raise BadWorkbook("xml")


class _Texts(_Reader):
    """Gathers the text of the elements that hold some."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] | None = None
        self.length = 0
        self.parser.StartElementHandler = self._starts
        self.parser.EndElementHandler = self._ends
        self.parser.CharacterDataHandler = self._says

    def _says(self, text: str) -> None:
        if self.parts is not None:
            self.length += len(text)
            if self.length > LONGEST_CELL:
                raise BadWorkbook("cell")
            self.parts.append(text)

    def _starts(self, name: str, given: dict[str, str]) -> None:
        raise NotImplementedError

    def _ends(self, name: str) -> None:
        raise NotImplementedError


class _Strings(_Texts):
    """The shared strings; runs of one string are joined, phonetic hints left out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.whole: list[str] = []
        self.hint = False

    def _starts(self, name: str, given: dict[str, str]) -> None:
        name = _local(name)
        if name == "t" and not self.hint:
            self.parts = []
        elif name == "si":
            self.whole, self.length = [], 0
        elif name == "rPh":
            self.hint = True

    def _ends(self, name: str) -> None:
        name = _local(name)
        if name == "t" and self.parts is not None:
            self.whole += self.parts
            self.parts = None
        elif name == "rPh":
            self.hint = False
        elif name == "si":
            if len(self.found) >= MOST_STRINGS:
                raise BadWorkbook("large")
            self.found.append("".join(self.whole))


class _Rows(_Texts):
    """The cells of a sheet."""

    def __init__(self, strings: list[str]) -> None:
        super().__init__()
        self.strings = strings
        self.rows: list[tuple[int, list[str]]] = []
        self.cells: list[str] = []
        self.number = self.column = 0
        self.kind, self.formula, self.text = "n", False, ""

    def taken(self) -> list[tuple[int, list[str]]]:
        """The rows that were finished since the last call."""
        rows, self.rows = self.rows, []
        return rows

    def _starts(self, name: str, given: dict[str, str]) -> None:
        name = _local(name)
        if name == "c":
            place = given.get("r", "")
            self.column = _column(place) if place else self.column + 1
            self.kind, self.formula, self.text, self.length = given.get("t", "n"), False, "", 0
        elif name in {"v", "t"}:
            self.parts = []
        elif name == "f":
            self.formula = True
        elif name == "row":
            told = given.get("r", "")
            self.number = int(told) if told.isascii() and told.isdigit() and len(told) < 9 else self.number + 1
            self.cells, self.column = [], 0

    def _ends(self, name: str) -> None:
        name = _local(name)
        if name in {"v", "t"}:
            self.text += "".join(self.parts or ())
            self.parts = None
        elif name == "c" and 0 < self.column <= MOST_COLUMNS:
            missing = self.column - len(self.cells) - 1
            if missing > 0:
                self.cells += [""] * missing
            self.cells[self.column - 1 :] = [self._cell()]
        elif name == "row":
            self.rows.append((self.number, self.cells))

    def _cell(self) -> str:
        if self.formula:
            return Formula(self.text)
        if self.kind == "s":
            place = self.text
            if not (place.isascii() and place.isdigit() and int(place) < len(self.strings)):
                raise BadWorkbook("cell")
            return self.strings[int(place)]
        return Numeric(self.text) if self.kind == "n" and self.text else self.text


def _column(place: str) -> int:
    """1 for A12, 27 for AA1; 0 where it cannot be told."""
    number = 0
    for letter in place[:4]:
        if not "A" <= letter <= "Z":
            break
        number = number * 26 + ord(letter) - 64
    return number
