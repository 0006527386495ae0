"""The database itself refuses what may not be."""

from collections.abc import Callable
from datetime import date

import pytest
from django.db import IntegrityError, transaction

from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, AgreementVersion, Clause, Organisation
from tests import make


def same_party(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(party_b=agreement.party_a)


def ends_before_start(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(ends_on=date(2025, 12, 31))


def in_force_undated(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(effective_on=None)


def unknown_state(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(state="lively")


def no_days_to_pay(agreement: Agreement) -> None:
    make.reword(agreement.versions.get(), payment_working_days=0)


def negative_target(agreement: Agreement) -> None:
    make.reword(agreement.versions.get(), response_hours=-2)


def unknown_version_state(agreement: Agreement) -> None:
    agreement.versions.update(state="lively")


def terms_in_force(agreement: Agreement) -> None:
    agreement.versions.update(response_hours=4)


def wording_in_force(agreement: Agreement) -> None:
    write_standard_clauses(agreement.versions.get())
    Clause.objects.filter(number="1.3.1").update(text="另一种写法")


def backward_interval(agreement: Agreement) -> None:
    agreement.versions.update(effective_to=date(2025, 1, 1))


def second_first_version(agreement: Agreement) -> None:
    make.version(agreement, state="withdrawn")


def unknown_kind(agreement: Agreement) -> None:
    Organisation.objects.filter(pk=agreement.party_b_id).update(kind="club")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "constraint"),
    [
        pytest.param(same_party, "agreement_two_parties", id="same organisation on both sides"),
        pytest.param(ends_before_start, "agreement_ends_after_start", id="end before start"),
        pytest.param(in_force_undated, "agreement_in_force_dated", id="in force without a date"),
        pytest.param(unknown_state, "agreement_state_known", id="unknown state"),
        pytest.param(no_days_to_pay, "agrver_payment_days", id="no days to pay"),
        pytest.param(negative_target, "agrver_targets_positive", id="negative target"),
        pytest.param(unknown_version_state, "agrver_state_known", id="unknown state of a version"),
        pytest.param(terms_in_force, "keeps rows frozen", id="terms in force rewritten"),
        pytest.param(wording_in_force, "keeps rows frozen", id="wording in force rewritten"),
        pytest.param(backward_interval, "agrver_interval", id="terms end before they start"),
        pytest.param(second_first_version, "agrver_number_once|UNIQUE", id="version number twice"),
        pytest.param(unknown_kind, "organisation_kind_known", id="unknown kind"),
    ],
)
def test_the_database_refuses(agreement: Agreement, wrong: Callable[[Agreement], None], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        wrong(agreement)


@pytest.mark.django_db
def test_terms_are_frozen_names_of_open_blanks() -> None:
    assert AgreementVersion(payment_working_days=10, signing_rule="either").open_blanks == [
        "confidentiality_years",
        "support_hours",
        "support_hours_per_day",
        "response_hours",
        "solution_hours",
        "clock_hours",
    ]
