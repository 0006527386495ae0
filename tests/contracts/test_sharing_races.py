"""Races on shared information: two openings, two consents, two takings-in of one file."""

from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, transaction

from contracts import catalogue, grants, onboarding, sharing, sharing_watch, updates
from contracts.models import AccessGrant, Agreement, AgreementItem, ItemConsent, UpdateEvent
from contracts.updates import Taken, Told
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make
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


def test_of_two_requests_for_one_mode_one_stands(
    agreement: Agreement, contract_manager: User, party_b: User, racing: Any
) -> None:
    row = shared(agreement, by=contract_manager, state="open")
    ask = grants.Ask(mode="query", purpose="核验", manner="查询", scope="窗口", valid_from=TODAY, valid_to=TODAY)

    answers = racing(*[lambda: grants.request(row, ask, by=party_b, at=NOW).state] * 2)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert AccessGrant.objects.count() == 1


def test_of_two_decisions_one_is_taken(
    agreement: Agreement, contract_manager: User, ops_lead: User, party_b: User, racing: Any
) -> None:
    row = shared(agreement, by=contract_manager, state="open")
    ask = grants.Ask(mode="query", purpose="核验", manner="查询", scope="窗口", valid_from=TODAY, valid_to=TODAY)
    grant = grants.request(row, ask, by=party_b, at=NOW)

    answers = racing(
        lambda: grants.give(grant, by=ops_lead, at=NOW).state,
        lambda: grants.refuse(grant, reason="范围过大", by=contract_manager, at=NOW).state,
    )

    grant.refresh_from_db()
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert grant.state in answers
    assert Event.objects.filter(action__in=["grant.given", "grant.refused"]).count() == 1


def test_a_notice_is_acknowledged_once(agreement: Agreement, operator: User, party_b: User, racing: Any) -> None:
    make.calendar()
    task = onboarding.begin(agreement, None, term=onboarding.Term(), by=operator, at=NOW)
    message = onboarding.Message(subject="接入通知", text="请对接。", channel="portal", sent_at=NOW)
    task = onboarding.notify(task, message, by=operator, at=NOW)

    answers = racing(*[lambda: onboarding.acknowledge(task, by=party_b, at=NOW).stage] * 2)

    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    assert Event.objects.filter(action="served_notice.received").count() == 1


def test_of_two_days_that_run_at_once_one_tells(agreement: Agreement, ops_lead: User, racing: Any) -> None:
    shared(agreement, by=ops_lead, frequency_unit="day", every=1)
    later = NOW + timedelta(60)

    answers = racing(*[lambda: sharing_watch.watch(at=later)["overdue"]] * 2)

    assert sorted(answers) == [0, 1]
    assert Event.objects.filter(action="update.overdue").count() == 1
