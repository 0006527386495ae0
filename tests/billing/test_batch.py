"""`manage.py money batch`: foreign vectors, our own categories, and lines that are no cases."""

import csv
import json
import subprocess
import sys
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing import batch
from billing.cases.reading import Unsupported

HERE = Path(__file__).parent
VECTORS: list[dict[str, Any]] = json.loads((HERE / "vectors" / "billing_vectors.json").read_text("utf-8"))["vectors"]
OTHERWISE = {
    "tax_inclusive-018": "several_included_taxes",
    "payment_allocation-006": "overpayment_is_credit",
    "payment_allocation-010": "early_discount",
}


def ask(**case: Any) -> dict[str, Any]:
    (line,) = batch.answers([json.dumps(case)])
    found: dict[str, Any] = json.loads(line)
    return found


def result(category: str, kind: str = "", **inputs: Any) -> Any:
    found = ask(id="x", category=category, kind=kind, inputs=inputs)
    assert "result" in found, found
    return found["result"]


def same(expected: Any, found: Any) -> bool:
    """Equal, numbers by value: a case may say 2 where the answer says "2.00"."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(
            name in found and same(part, found[name]) for name, part in expected.items()
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(same, expected, found))
    try:
        return Decimal(str(expected)) == Decimal(str(found))
    except InvalidOperation:
        return bool(expected == found)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["id"] for vector in VECTORS])
def test_foreign_vectors(vector: dict[str, Any]) -> None:
    found = result(vector["category"], vector["kind"], **vector["inputs"])
    if vector["id"] in OTHERWISE:
        assert found["reason"] == OTHERWISE[vector["id"]]
    else:
        assert same(vector["expected"], found), found


def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / "vectors" / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.parametrize("row", _rows("rmb_vectors.csv"), ids=lambda row: row["amount"])
def test_rmb_vectors(row: dict[str, str]) -> None:
    assert result("rmb", amount=row["amount"])["capital"] == row["capital"]


@pytest.mark.parametrize("row", _rows("uscc_vectors.csv"), ids=lambda row: row["code"])
def test_uscc_vectors(row: dict[str, str]) -> None:
    assert result("uscc", code=row["code"])["check_digit_ok"] == (row["check_digit_ok"] == "1")


@pytest.mark.parametrize("row", _rows("workdays_vectors.csv"), ids=lambda row: row["received"])
def test_working_day_vectors(row: dict[str, str]) -> None:
    found = result("working_days", received=row["received"], n_working_days=row["n_working_days"])
    if row["due"].startswith("PROVISIONAL"):
        assert (found["due"], found["provisional"], found["needs"]) == (None, True, [2027])
    else:
        assert found == {"due": row["due"], "provisional": False}


def test_working_days_as_known_before_a_notice_was_amended() -> None:
    assert result("working_days", received="2020-01-23", n=3, known_on="2020-01-20")["due"] == "2020-02-03"


I5 = {
    "principal": "200000.00", "daily_rate_percent": "0.05", "due": "2026-05-20", "costs": "500.00",
    "payments": [["2026-06-19", "50000.00"]], "as_of": "2026-07-19",
}  # fmt: skip
CHINA: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "I1",
        {"principal": "100000.00", "daily_rate_percent": "0.05", "due": "2026-03-10", "paid": "2026-04-09"},
        {"days": 30, "interest": "1500.00", "total": "101500.00"},
    ),
    (
        "I2",
        {
            "principal": "120000", "annual_rate_percent": "6", "day_count": 360,
            "due": "2026-01-15", "paid": "2026-03-16",
        },
        {"interest": "1200.00"},
    ),
    (
        "I3",
        {"principal": "500000", "basis": "lpr_fixed", "lpr_multiple": "1.5", "due": "2024-10-18", "paid": "2025-01-16"},
        {"interest": "6195.21", "days": 90},
    ),
    (
        "I4",
        {"principal": "500000", "basis": "lpr_floating", "multiple": "1.5", "due": "2024-10-18", "paid": "2025-01-16"},
        {"interest": "5743.15", "segments": [{"days": 2, "rate": "0.05025"}, {"days": 88, "rate": "0.0465"}]},
    ),
    ("I5", I5, {"pay_off": "155802.50", "interest": "5302.50", "principal_open": "153500.00"}),
    ("I5b", {**I5, "costs": "0", "order": "principal_first"}, {"interest": "5250.00", "principal_open": "150000.00"}),
    (
        "I6",
        {
            "principal": "1000000", "daily_rate": "0.0005", "due": "2026-01-31",
            "payments": [["2026-03-02", "10000"]], "as_of": "2026-04-01",
        },
        {"pay_off": "1020000.00"},
    ),
    (
        "I8",
        {"principal": "66666.67", "sme": True, "due": "2026-06-30", "paid": "2026-07-07"},
        {"interest": "233.33"},
    ),
    (
        "I11",
        {
            "principal": "80000", "daily_rate": "0.0005", "received": "2026-09-18", "working_days": 5,
            "paid": "2026-09-28",
        },
        {"due": "2026-09-24", "interest": "160.00", "days": 4},
    ),
    (
        "I14",
        {"principal": "100000", "daily_rate_percent": "0.3", "due": "2026-03-01", "paid": "2026-03-31"},
        {"interest": "9000.00", "warnings": ["court_may_reduce"]},
    ),
    (
        "I15",
        {
            "principal": "36500", "annual_rate_percent": "2.8", "sme": True, "signed": "2026-03-01",
            "due": "2026-03-01", "paid": "2026-03-11",
        },
        {"interest": "30.00", "warnings": ["below_sme_floor"]},
    ),
    (
        "I16",
        {"principal": "100000", "basis": "judgment", "due": "2026-01-01", "paid": "2026-02-10"},
        {"interest": "700.00"},
    ),
    (
        "provisional",
        {"principal": "100000", "basis": "lpr_floating", "due": "2026-09-30", "as_of": "2026-11-23"},
        {"provisional": True, "warnings": ["lpr_not_published"]},
    ),
    (
        "own-lpr",
        {
            "principal": "365000", "basis": "lpr_floating", "due": "2026-09-30", "as_of": "2026-11-23",
            "lpr": {"2026-10-20": "2.90", "2026-11-20": "2.90"},
        },
        {"provisional": False, "interest": "1585.00"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("inputs", "expected"), [case[1:] for case in CHINA], ids=[case[0] for case in CHINA])
def test_interest_cn(inputs: dict[str, Any], expected: dict[str, Any]) -> None:
    found = result("interest_cn", **inputs)
    assert same(expected, found), found


def test_i12_i13_among_debts() -> None:
    debts = [{"amount": "30000.00", "due": "2026-03-01"}, {"amount": "10000.00", "due": "2026-03-01"}]
    assert result("interest_cn", "among_debts", amount="20000", debts=debts, on="2026-04-01")["shares"] == [
        "15000.00",
        "5000.00",
    ]
    thirds = [{"amount": "100.00"}] * 3
    assert result("interest_cn", "among_debts", amount="100", debts=thirds, on="2026-04-01")["shares"] == [
        "33.34",
        "33.33",
        "33.33",
    ]


def test_i18_a_red_lettered_invoice_starts_no_clock() -> None:
    events = [
        {"on": "2026-03-10", "event": "received"},
        {"on": "2026-03-02", "event": "received"},
        {"on": "2026-03-06", "event": "red_lettered"},
    ]
    found = result("working_days", "invoice_events", events=events, working_days=5)
    assert (found["due"], found["clock"]) == ("2026-03-17", "running")
    assert result("working_days", "invoice_events", events=events[1:], working_days=5)["due"] is None


def test_typed_capitals_are_compared() -> None:
    assert result("rmb", amount="107000.53", text="人民币壹拾万零柒仟元伍角叁分")["same"] is True


@pytest.mark.parametrize(
    ("kind", "inputs", "reason"),
    [
        ("allocate_minor_units", {"minor_units": -5, "ratios": [7, 3]}, "negative_mirrors"),
        (
            "expiry",
            {
                "today": "2024-04-22",
                "begin": "2025-01-01",
                "initial_months": 6,
                "renewal": "express",
                "renewal_months": 3,
            },
            "express_renewal",
        ),
        ("percent_of_total", {}, "unknown_kind"),
    ],
)
def test_what_is_done_otherwise_says_why(kind: str, inputs: dict[str, Any], reason: str) -> None:
    assert result("", kind, **inputs)["reason"] == reason


BY_FIELDS: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("per_unit", "standard", {"units": "4", "unit_price": "2.5"}, {"amount": "10"}),
    ("minimum", "spend", {"amount": "80", "minimum": "100"}, {"amount": "100", "adjustment": "20"}),
    ("maximum", "spend", {"amount": "180", "maximum": "100"}, {"amount": "100", "adjustment": "-80"}),
    ("minimum", "tiers", {"units": "3", "tiers": [{"up_to": None, "per_unit": "1"}], "minimum": "5"}, {"amount": "5"}),
    (
        "proration",
        "fixed",
        {"start": "2023-05-23", "end_exclusive": "2023-06-15", "fixed_days_in_month": 30},
        {"ratio": "0.733333333", "days": 22, "period_days": 30},
    ),
    ("proration", "amount", {"amount": "100", "days": 10, "period_days": 30}, {"amount": "33.33"}),
    (
        "tax_exclusive",
        "percent_excluded_round_globally",
        {"net": "9176", "rate_percent": "19"},
        {"tax_unrounded": "1743.44"},
    ),
    ("tax_rounding_document", "lines", {"lines": ["23.00"], "rate_percent": "7", "mode": "line"}, {"gross": "23.00"}),
    ("tax_inclusive", "one", {"gross": "10", "rate_percent": "5"}, {"net": "9.52", "tax": "0.48"}),
    ("cash_rounding", "round_to_0.10", {"cost": "10.05"}, {"total": "10.10"}),
    (
        "billing_periods",
        "week",
        {"start": "2026-01-05", "interval": "Week", "count": 2},
        {"first_period_end": "2026-01-18"},
    ),
]


@pytest.mark.parametrize(
    ("category", "kind", "inputs", "expected"), BY_FIELDS, ids=[f"{case[0]}-{case[1]}" for case in BY_FIELDS]
)
def test_other_kinds_are_read_by_their_fields(
    category: str, kind: str, inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    found = result(category, kind, **inputs)
    assert same(expected, found), found


def test_late_fees_are_unsupported_whatever_their_kind() -> None:
    assert result("late_fee", "percent", amount="100", percent="2")["reason"] == "late_fee"


def test_every_reason_is_explained_to_people() -> None:
    page = (HERE.parents[1] / "docs" / "rules" / "otherwise.md").read_text("utf-8")
    assert [reason for reason in Unsupported.REASONS if f"`{reason}`" not in page] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("not json", "is not JSON"),
        ("[1, 2]", "is not a JSON object"),
        ('"text"', "is not a JSON object"),
        ('{"id": 1, "inputs": []}', "inputs is not an object"),
        ('{"id": 1, "kind": "package", "inputs": {"units": "x", "price": "1"}}', "units is not a number"),
        ('{"id": 1, "kind": "package", "inputs": {}}', "is missing"),
        ('{"id": 1, "kind": "package", "inputs": {"units": "1e99999999", "price": "1"}}', "too_large"),
        ('{"id": 1, "kind": "package", "inputs": {"units": NaN, "price": "1"}}', "is not a number"),
        ('{"id": 1, "category": "interest_cn", "inputs": {"principal": "1", "due": "2026-02-30"}}', "BadCase"),
        (
            '{"id": 1, "kind": "calendar_term", "inputs": {"invoice_date": "2026-01-01", "term": "soon"}}',
            "not understood",
        ),
    ],
)
def test_bad_lines_are_answered_and_the_rest_goes_on(line: str, words: str) -> None:
    good = json.dumps({"id": 2, "category": "rmb", "inputs": {"amount": "1"}})
    first, second = map(json.loads, batch.answers([line, "", good]))
    assert words in first["error"]
    assert second["result"]["capital"] == "壹元整"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["2026-01-31", "0", "-1", "1e9"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(VECTORS), st.data())
@settings(max_examples=300, deadline=None)
def test_no_value_in_any_field_breaks_the_batch(vector: dict[str, Any], data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(vector["inputs"])))
    inputs = {**vector["inputs"], field: data.draw(json_values)}
    case = {"id": 1, "category": vector["category"], "kind": vector["kind"], "inputs": inputs}
    (answered,) = batch.answers([json.dumps(case)])
    assert len({"result", "error"} & json.loads(answered).keys()) == 1


def test_the_command_needs_no_database() -> None:
    root = HERE.parents[1]
    case = json.dumps({"id": "a", "category": "rmb", "inputs": {"amount": "10.50"}})
    done = subprocess.run(
        [sys.executable, "manage.py", "money", "batch"],
        cwd=root, input=case + "\n", capture_output=True, text=True, check=True, timeout=120,
        env={"DATABASE_URL": "sqlite:////nowhere/none.sqlite3", "PATH": "/usr/bin"},
    )  # fmt: skip
    assert json.loads(done.stdout) == {"id": "a", "result": {"capital": "壹拾元伍角整"}}
