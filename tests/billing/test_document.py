"""Snapshots: they contradict nothing, and survive the store unchanged."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing.document import DocumentError, InvoiceDocument, check_totals, from_dict, sha256, to_dict
from people.canonical import SnapshotError, decode, digest, encode, to_bytes
from tests.billing import samples


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", samples.every())
def test_every_kind_survives_json(kind: str, language: str) -> None:
    document = samples.every(language)[kind]
    stored = json.loads(to_bytes(to_dict(document)))
    assert from_dict(stored) == document
    assert sha256(from_dict(stored)) == sha256(document)


def test_the_capitals_are_frozen_with_the_figure() -> None:
    data = to_dict(samples.invoice())
    assert data["capitals"] == "肆万陆仟捌佰零贰元壹角捌分"
    assert from_dict(data | {"capitals": "as printed then"}) != samples.invoice()


def test_i5_totals_must_be_the_sum_of_the_lines() -> None:
    with pytest.raises(DocumentError, match="the lines sum to"):
        replace(samples.invoice(), gross=Decimal("46802.17"))
    with pytest.raises(DocumentError, match="do not make its gross"):
        check_totals((replace(samples.LINES[0], tax=Decimal(0)),), (Decimal(0),) * 3)


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("interest_statement", "interest_open", Decimal("0.01")),
        ("interest_statement", "outstanding", Decimal("0.01")),
        ("statement", "total", Decimal("0.01")),
        ("account_statement", "closing", Decimal("0.01")),
        ("demand_letter", "total", Decimal("0.01")),
    ],
)
def test_contradicting_figures_are_refused(kind: str, field: str, value: Decimal) -> None:
    with pytest.raises(DocumentError):
        from_dict(to_dict(samples.every()[kind]) | {field: encode(value)})


def test_a_language_without_labels_is_refused() -> None:
    with pytest.raises(DocumentError, match="no labels"):
        samples.invoice(language="fr")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "fapiao"}, "no document kind"),
        ({"net": 44153.0}, "is not a Decimal"),
        ({"net": "abc"}, "is not a Decimal"),
        ({"due_on": "2026-13-01"}, "is not a date"),
        ({"surprise": 1}, "has no surprise"),
        ({"lines": {}}, "is not a list"),
        ({"due_provisional": 1}, "is not a bool"),
    ],
)
def test_a_snapshot_that_does_not_fit_is_refused(change: dict[str, object], words: str) -> None:
    with pytest.raises(SnapshotError, match=words):
        from_dict(to_dict(samples.invoice()) | change)


def test_a_missing_field_is_refused() -> None:
    data = to_dict(samples.invoice())
    del data["seller"]
    with pytest.raises(SnapshotError, match="seller"):
        from_dict(data)


def test_floats_have_no_place_in_a_snapshot() -> None:
    with pytest.raises(SnapshotError, match="float"):
        encode((1.5,))


def test_canonical_bytes_ignore_the_order_of_keys() -> None:
    assert digest({"a": 1, "b": "守约"}) == digest({"b": "守约", "a": 1})
    assert to_bytes({"b": "守约", "a": [1]}) == '{"a":[1],"b":"守约"}'.encode()


def test_decimals_keep_their_places() -> None:
    assert encode(Decimal("1E+3")) == "1000"
    assert decode(Decimal | None, "0.50") == Decimal("0.50")
    assert decode(date | None, None) is None


def test_an_invoice_knows_its_kind() -> None:
    assert isinstance(from_dict(to_dict(samples.draft())), InvoiceDocument)
