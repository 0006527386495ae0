"""What the forms on terms and hours refuse before anything is written."""

from decimal import Decimal
from typing import Any

import pytest

from contracts.forms import AgreementVersionForm, SupportHoursForm
from contracts.models import Agreement
from contracts.weeks import parse_day, seconds_a_day, written_day
from tests import make
from worktime.clock import ImpossibleCalendar


def terms(agreement: Agreement, **changes: Any) -> dict[str, Any]:
    version = agreement.versions.get()
    return {
        "agreement": agreement.pk,
        "effective_from": "2026-07-01",
        "support_hours": version.support_hours_id,
        "support_hours_per_day": "7.5",
        "interest_basis": "daily",
        "interest_rate": "0.05",
        "interest_year_days": 365,
        "interest_counting": "after_due",
        "allocation_order": "costs_interest_principal",
        "statement_silence": "ask_again",
        **changes,
    }


def test_terms_that_fit_are_taken(agreement: Agreement) -> None:
    assert AgreementVersionForm(terms(agreement), instance=agreement.versions.get()).errors == {}


def test_an_agreement_has_one_original(agreement: Agreement) -> None:
    form = AgreementVersionForm(terms(agreement))

    assert "起草补充协议" in "".join(map(str, form.errors["agreement"]))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        pytest.param({"support_hours_per_day": "8"}, "support_hours_per_day", "每天是 7.5 小时", id="hours a day"),
        pytest.param({"interest_rate": ""}, "interest_rate", "请填写利率", id="no rate"),
        pytest.param({"payment_working_days": "0"}, "payment_working_days", "1", id="no days to pay"),
    ],
)
def test_terms_that_do_not_fit_are_refused(
    agreement: Agreement, changes: dict[str, str], field: str, words: str
) -> None:
    form = AgreementVersionForm(terms(agreement, **changes), instance=agreement.versions.get())

    assert words in "".join(map(str, form.errors[field]))


@pytest.mark.parametrize(
    ("line", "windows"),
    [
        pytest.param("8:30-12:00，13:30-17:30", [["08:30", "12:00"], ["13:30", "17:30"]], id="as a clerk writes"),
        pytest.param("08:30–12:00; 13:30至17:30", [["08:30", "12:00"], ["13:30", "17:30"]], id="other marks"),
        pytest.param("20：00-4：00", [["20:00", "04:00"]], id="night shift, full-width colons"),
        pytest.param("0:00-24:00", [["00:00", "24:00"]], id="whole day"),
        pytest.param("", [], id="closed"),
    ],
)
def test_a_day_is_read_as_people_write_it(line: str, windows: list[list[str]]) -> None:
    assert parse_day(line) == windows
    assert parse_day(written_day(windows)) == windows


@pytest.mark.parametrize("line", ["8:30", "8:30-25:00", "早上八点到十二点", "08:30-12:75"])
def test_a_day_that_cannot_be_read_is_refused(line: str) -> None:
    with pytest.raises(ImpossibleCalendar):
        parse_day(line)


def test_seconds_of_each_day() -> None:
    assert seconds_a_day([*([[["08:30", "12:00"], ["13:30", "17:30"]]] * 5), [["20:00", "04:00"]], []]) == [
        *([27_000] * 5),
        28_800,
        0,
    ]


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param(["8:30-12:00"] + ["8点"] * 6, "的时段写法不对", id="unreadable"),
        pytest.param([""] * 7, "", id="never open"),
        pytest.param(["8:30-12:00，11:00-13:00"] + [""] * 6, "无法计时", id="overlapping"),
    ],
)
@pytest.mark.django_db
def test_hours_that_cannot_be_counted_are_refused(lines: list[str], words: str) -> None:
    said = {"name": "时段", "calendar": make.calendar().pk, "weekends_served": "false", "makeup_days_served": "true"}
    form = SupportHoursForm({**said, **{f"weekly_{day}": line for day, line in enumerate(lines)}})

    assert not form.is_valid()
    assert words in str(form.errors)


@pytest.mark.django_db
def test_hours_are_stored_as_windows() -> None:
    said = {"name": "时段", "calendar": make.calendar().pk, "weekends_served": "false", "makeup_days_served": "true"}
    lines = {f"weekly_{day}": "8:30-12:00，13:30-17:30" if day < 5 else "" for day in range(7)}

    form = SupportHoursForm({**said, **lines})

    assert form.is_valid(), form.errors
    assert form.save().weekly == make.OFFICE_HOURS
    assert Decimal(27_000) == seconds_a_day(make.OFFICE_HOURS)[0]
