"""What the XML of a digital invoice (数电票) says of itself. No Django, and nothing that an XML file could ask for.

Only the texts of a few elements are taken; a document type, and with it every entity, is refused.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from xml.parsers import expat

LARGEST = 4 * 1024 * 1024
DEEPEST = 40
# Where the tax bureau's format keeps what is compared, by the names of elements.
PLACES = {
    "number": ("InvoiceNumber", "EIid"),
    "dated_on": ("IssueTime", "RequestTime"),
    "net": ("TotalAmWithoutTax",),
    "tax": ("TotalTaxAm",),
    "gross": ("TotalTax-includedAmount",),
    "seller": ("SellerIdNum",),
    "buyer": ("BuyerIdNum",),
}
WANTED = frozenset(name for names in PLACES.values() for name in names)


class Unreadable(ValueError):
    """Not XML that is read here; `why` is one of large, doctype, deep, broken, foreign."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Said:
    """What the file says; None where it says nothing that can be understood."""

    number: str | None = None
    dated_on: date | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    gross: Decimal | None = None
    seller: str | None = None
    buyer: str | None = None


def read(content: bytes) -> Said:
    """What an XML file says of an invoice.  Raises Unreadable for any other file."""
    texts = _texts(content)
    found = {part: next((texts[name] for name in names if texts.get(name)), None) for part, names in PLACES.items()}
    if found["number"] is None:
        raise Unreadable("foreign")
    amounts = {part: _amount(found[part]) for part in ("net", "tax", "gross")}
    return Said(
        number=found["number"], seller=found["seller"], buyer=found["buyer"], dated_on=_day(found["dated_on"]),
        **amounts,
    )  # fmt: skip


def _texts(content: bytes) -> dict[str, str]:
    """The first text of each wanted element, by its name."""
    if len(content) > LARGEST:
        raise Unreadable("large")
    texts: dict[str, str] = {}
    path: list[str] = []

    def refuse(*_what: object) -> None:
        raise Unreadable("doctype")

    def start(name: str, _attributes: object) -> None:
        path.append(name.rpartition(":")[2])
        if len(path) > DEEPEST:
            raise Unreadable("deep")

    def end(_name: str) -> None:
        path.pop()

    def text(data: str) -> None:
        if path and path[-1] in WANTED:
            texts[path[-1]] = texts.get(path[-1], "") + data

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        parser.Parse(content, True)  # noqa: FBT003 - the last piece
    except expat.ExpatError as error:
        raise Unreadable("broken") from error
    return {name: value.strip() for name, value in texts.items()}


def _amount(text: str | None) -> Decimal | None:
    try:
        value = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None
