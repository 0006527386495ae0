"""The cure period of a demand as a term: days and how they are counted are agreed together, compared and drafted."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contracts.forms.terms import AgreementVersionForm
from contracts.models import Agreement, AgreementVersion
from contracts.parameters import parameters_of
from tests import make


@pytest.mark.django_db
@pytest.mark.parametrize(
    "terms",
    [
        pytest.param({"cure_days": 15}, id="days without their kind"),
        pytest.param({"cure_counted": "working"}, id="a kind without days"),
        pytest.param({"cure_days": 0, "cure_counted": "working"}, id="no day"),
        pytest.param({"cure_days": 251, "cure_counted": "calendar"}, id="more than a year of working days"),
        pytest.param({"cure_days": 15, "cure_counted": "natural"}, id="an unknown kind"),
    ],
)
def test_half_a_cure_period_is_no_term(terms: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="agrver_cure_whole"), transaction.atomic():
        make.agreement(**{f"version_{name}": value for name, value in terms.items()})


def test_the_form_asks_for_both(agreement: Agreement) -> None:
    version = agreement.versions.get()
    said = {
        "agreement": agreement.pk, "effective_from": "2026-07-01", "support_hours": version.support_hours_id,
        "support_hours_per_day": "7.5", "interest_basis": "daily", "interest_rate": "0.05", "interest_year_days": 365,
        "allocation_order": "costs_interest_principal", "cure_days": "10",
        "interest_counting": version.interest_counting, "statement_silence": version.statement_silence,
    }  # fmt: skip

    wrong = AgreementVersionForm(said, instance=version)
    right = AgreementVersionForm({**said, "cure_counted": "working"}, instance=version)

    assert "选定是工作日还是自然日" in str(wrong.errors)
    assert right.errors == {}


def test_a_supplement_shows_what_it_changes(agreement: Agreement) -> None:
    old = agreement.versions.get()
    new = AgreementVersion(agreement=agreement, number=2, cure_days=10, cure_counted="working")

    rows = {row.what: (row.old, row.new) for row in parameters_of(old, new)}

    assert rows["催告宽限期（天）"] == ("未约定", "10")
    assert rows["宽限期按什么天计"] == ("未约定", "工作日")
