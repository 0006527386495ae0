"""Races of an agreement's life: swept twice at once, renewed twice at once, terminated while it expires."""

import threading
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection

from contracts import lifecycle, renewing
from contracts.models import Agreement, ExitTask, TermChange
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.marks import SHANGHAI
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
OVER = datetime(2029, 1, 1, 0, 1, tzinfo=SHANGHAI)
EVE = datetime(2028, 12, 20, 9, tzinfo=SHANGHAI)


@pytest.fixture
def tacit(db: None) -> Agreement:
    return make.agreement(version_tacit_notice_days=30, version_tacit_years=1)


def test_swept_twice_at_once_it_expires_once(tacit: Agreement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = partial(lifecycle.expire, tacit, by=None, at=OVER)

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert Event.objects.filter(action="agreement.expired").count() == 1
    assert ExitTask.objects.count() == 6


def test_confirmed_twice_at_once_it_is_renewed_once(
    tacit: Agreement, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = partial(renewing.confirm_tacit, tacit, by=contract_manager, at=EVE)

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1, answers
    assert Agreement.objects.get(pk=tacit.pk).ends_on == date(2029, 12, 31)


def test_without_the_lock_the_same_end_is_still_renewed_once(tacit: Agreement, contract_manager: User) -> None:
    """Negative control: both have read the old end; only the constraint is left."""
    said: dict[str, Any] = {
        "agreement": tacit, "kind": "tacit", "old_end": tacit.ends_on, "new_end": date(2029, 12, 31), "at": EVE,
        "by": contract_manager,
    }  # fmt: skip
    TermChange.objects.create(**said)

    with pytest.raises(IntegrityError):
        TermChange.objects.create(**said)


def test_terminated_and_expired_at_once_it_ends_by_the_earlier(
    tacit: Agreement, contract_manager: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = race(
        partial(lifecycle.expire, tacit, by=None, at=OVER),
        partial(lifecycle.terminate, tacit, ended_at=EVE, by=contract_manager, at=OVER),
        tmp_path=tmp_path,
        monkeypatch=monkeypatch,
    )

    made = Agreement.objects.get(pk=tacit.pk)
    assert (made.state, made.ended_at) == ("terminated", EVE), answers
    assert ExitTask.objects.count() == 6


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_lock_both_sweeps_would_expire_it(
    tacit: Agreement, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both read the state before either writes; the second then meets the first one's exit tasks."""
    gate = threading.Barrier(2, timeout=20)

    def unlocked(agreement: Agreement) -> Agreement:
        found = Agreement.objects.get(pk=agreement.pk)
        gate.wait()
        return found

    monkeypatch.setattr(lifecycle, "_locked", unlocked)
    work = partial(lifecycle.expire, tacit, by=None, at=OVER + timedelta(hours=1))

    answers = race(work, work, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert not any(isinstance(answer, Refused) for answer in answers), answers
