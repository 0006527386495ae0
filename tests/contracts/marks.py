"""Makers of signatures and seals, by the verb itself."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import lifecycle, signing
from contracts.models import Agreement, AgreementVersion, SignatureMark
from people.models import User
from tests import make

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 1, 8)
NOW = datetime(2026, 1, 12, 10, 0, tzinfo=SHANGHAI)
FOUR = (("a", "sign"), ("a", "seal"), ("b", "sign"), ("b", "seal"))


def scan(name: str = "签署页") -> SimpleUploadedFile:
    """A small PDF."""
    return SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n")


def draft(**changes: Any) -> Agreement:
    """A draft whose every blank is filled, for three years to the end of 2028."""
    made = make.agreement(state=Agreement.State.DRAFT, signed_on=None, effective_on=None, **changes)
    made.versions.update(state=AgreementVersion.State.DRAFT)
    return made


def for_signing(by: User, **changes: Any) -> AgreementVersion:
    """The version of an agreement that is for signing."""
    made = draft(**changes)
    lifecycle.open_for_signing(made, by=by, at=NOW - timedelta(days=9))
    return made.versions.get()


def mark(version: AgreementVersion, side: str, kind: str, by: User, **changes: Any) -> SignatureMark:
    """A signature of the legal representative, or the seal, on paper."""
    fields: dict[str, Any] = {
        "side": side,
        "kind": kind,
        "person": "沈国梁",
        "made_on": DAY,
        "capacity": "legal_representative" if kind == "sign" else "",
        "seal_name": "公章" if kind == "seal" else "",
        **changes,
    }
    proof = signing.Proof(scan=scan())
    return signing.record_mark(version, signing.Mark(**fields), proof=proof, by=by, at=NOW)


def sign_fully(version: AgreementVersion, by: User, *, last: date = DAY) -> None:
    """Both sides sign and seal, the last of them on a day."""
    for side, kind in FOUR:
        mark(version, side, kind, by, made_on=last if (side, kind) == FOUR[-1] else last - timedelta(days=2))
