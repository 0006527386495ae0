"""Races on shared information: two openings, two consents, two takings-in of one file."""

from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from contracts import catalogue, sharing, updates
from contracts.models import Agreement, AgreementItem, ItemConsent, UpdateEvent
from contracts.updates import Taken, Told
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests.contracts.make_sharing import NOW, TODAY, consented, pdf, shared
from tests.journal.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def racing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    return partial(race, tmp_path=tmp_path, monkeypatch=monkeypatch)


def test_of_two_openings_one_opens(agreement: Agreement, contract_manager: User, racing: Any) -> None:
    row = shared(agreement, by=contract_manager)

    answers = racing(*[lambda: sharing.open_item(row, by=contract_manager, at=NOW).state] * 2)

    assert sorted(map(str, answers)) == ["open", "只有已确认、尚未开通的信息可以开通。"]
    assert Event.objects.filter(action="shared_item.opened").count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one writer in at a time")
def test_without_the_lock_both_would_open(agreement: Agreement, contract_manager: User, racing: Any) -> None:
    """Negative control: the state is read without the lock, so both find the item confirmed and both open it."""
    row = shared(agreement, by=contract_manager)

    read = Barrier(2)

    def unlocked() -> bool:
        with transaction.atomic():
            seen = AgreementItem.objects.select_related("agreement", "item").get(pk=row.pk)
            read.wait(10)
            found = bool(seen.state == "confirmed")
            seen.state, seen.opened_on = "open", TODAY
            seen.save()
            return found

    assert racing(unlocked, unlocked) == [True, True]


def test_of_two_consents_of_one_side_one_stands(agreement: Agreement, contract_manager: User, racing: Any) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4), "a", by=contract_manager)

    def give() -> str:
        given = sharing.Consent(side="b", given_by="刘洋", given_on=TODAY, file=pdf())
        return sharing.consent(row, given, by=contract_manager, at=NOW).state

    answers = racing(give, give)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert ItemConsent.objects.filter(side="b").count() == 1


def test_a_file_taken_in_twice_at_once_adds_once(agreement: Agreement, ops_lead: User, racing: Any) -> None:
    row = shared(agreement, by=ops_lead)
    told = [Told(number=row.item.number, updated_at=NOW, external_id=str(n)) for n in range(20)]

    def take() -> Taken:
        return updates.take_in(told, source="交换平台", way="csv", by=ops_lead, at=NOW)

    answers = racing(take, take)

    assert sorted(answers, key=lambda taken: taken.added) == [Taken(0, 20), Taken(20, 0)]
    assert UpdateEvent.objects.count() == 20


def test_an_item_is_not_withheld_while_it_is_being_opened(
    agreement: Agreement, contract_manager: User, racing: Any
) -> None:
    row = shared(agreement, by=contract_manager)
    withheld = catalogue.Classing(share_attribute="withheld", level="general", personal_information=False)

    answers = racing(
        lambda: sharing.open_item(row, by=contract_manager, at=NOW).state,
        lambda: catalogue.reclassify(row.item, withheld, reason="定级", by=contract_manager, at=NOW).share_attribute,
    )

    row = AgreementItem.objects.select_related("item").get(pk=row.pk)
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert (row.state, row.item.share_attribute) in {("open", "unconditional"), ("confirmed", "withheld")}
