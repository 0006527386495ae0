"""Races of signing, with real threads: the last two marks at once, two approvals at once."""

import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from contracts import activating, lifecycle, signing
from contracts.models import Agreement, AgreementVersion, SignatureMark
from journal import approvals
from journal.models import Event
from people import roles
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.marks import DAY, FOUR, NOW, for_signing, mark, sign_fully
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def version(contract_manager: User) -> AgreementVersion:
    return for_signing(contract_manager)


def test_the_two_last_marks_at_once_are_both_there(
    version: AgreementVersion, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for side, kind in FOUR[:2]:
        mark(version, side, kind, contract_manager)

    answers = race(
        *[partial(mark, version, side, kind, contract_manager) for side, kind in FOUR[2:]],
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    assert all(isinstance(answer, SignatureMark) for answer in answers), answers
    assert signing.progress_of(version).complete
    assert Agreement.objects.get(pk=version.agreement_id).state == "partly_signed"


def test_the_same_mark_recorded_twice_at_once_stands_once(
    version: AgreementVersion, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = partial(mark, version, "a", "seal", contract_manager)

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert version.marks.standing().count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_lock_the_same_mark_would_stand_twice(
    version: AgreementVersion, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the row of the agreement is not locked, both look before either writes."""
    gate = threading.Barrier(2, timeout=20)
    made = mark(version, "a", "sign", contract_manager)

    def unlocked(seen: AgreementVersion) -> AgreementVersion:
        found: AgreementVersion = AgreementVersion.objects.select_related("agreement").get(pk=seen.pk)
        return found

    def prove(row: SignatureMark, proof: signing.Proof) -> None:
        gate.wait()
        row.scan = made.scan

    monkeypatch.setattr(signing, "locked", unlocked)
    monkeypatch.setattr(signing, "_prove", prove)

    race(*[partial(mark, version, "b", "seal", contract_manager)] * 2, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert version.marks.standing().filter(side="b", kind="seal").count() == 2


def test_two_approvals_at_once_activate_once(
    version: AgreementVersion,
    contract_manager: User,
    finance_lead: User,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    second = make.user("second_lead", roles.FINANCE_LEAD)
    sign_fully(version, contract_manager)
    asked = activating.ask(version, by=contract_manager, at=NOW)

    answers = race(
        *[partial(approvals.approve, asked, by=person, at=NOW) for person in (finance_lead, second)],
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert Event.objects.filter(action="agreement.in_force").count() == 1
    assert Agreement.objects.get(pk=version.agreement_id).effective_on == DAY


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_lock_both_would_activate(
    version: AgreementVersion, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the state is read without a lock by both before either writes."""
    gate = threading.Barrier(2, timeout=20)

    def unlocked(agreement: Agreement) -> Agreement:
        found = Agreement.objects.get(pk=agreement.pk)
        gate.wait()
        return found

    monkeypatch.setattr(lifecycle, "_locked", unlocked)
    work = partial(
        lifecycle.put_in_force, version.agreement, signed_on=DAY, effective_on=DAY, by=contract_manager, at=NOW
    )

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert [type(answer) for answer in answers] == [Agreement, Agreement]
    assert Event.objects.filter(action="agreement.in_force").count() == 2
