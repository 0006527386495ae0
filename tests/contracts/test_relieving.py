"""Force majeure: notified, proven, ended; relief obligation by obligation, none for who was late before."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import obligations, relieving
from contracts.models import Agreement, ForceMajeure, ObligationOccurrence, Relief
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts import making_cases as making
from tests.contracts.making_cases import DAY, NOW, TODAY

pytestmark = pytest.mark.django_db
STARTED = TODAY - 20 * DAY


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def proof() -> SimpleUploadedFile:
    return SimpleUploadedFile("证明.pdf", b"%PDF-1.4\n")


def recorded(agreement: Agreement, by: User, **changes: Any) -> ForceMajeure:
    fields: dict[str, Any] = {"party": "b", "title": "暴雨", "cause": "机房停电。", "started_on": STARTED, **changes}
    return relieving.report(agreement, relieving.Happening(**fields), by=by, at=NOW)


def notified(agreement: Agreement, by: User, **changes: Any) -> ForceMajeure:
    event = recorded(agreement, by, **changes)
    notice = making.arrived(agreement, by, sender=event.party, kind="force_majeure")
    return relieving.notify(event, notice=notice, by=by, at=NOW)


def proven(agreement: Agreement, by: User) -> ForceMajeure:
    return relieving.prove(notified(agreement, by), file=proof(), on=TODAY, by=by, at=NOW)


def ended(agreement: Agreement, by: User) -> ForceMajeure:
    return relieving.end(notified(agreement, by), on=STARTED + 3 * DAY, by=by, at=NOW)


def put_off(**changes: Any) -> relieving.PutOff:
    fields: dict[str, Any] = {
        "clause_number": "6.2.1",
        "obligation": "八月账单付款",
        "debtor": "b",
        "due_on": STARTED + DAY,
        "until": STARTED + 10 * DAY,
        "reason": "停电无法审批。",
        **changes,
    }
    return relieving.PutOff(**fields)


STAGES = {"recorded": recorded, "notified": notified, "proven": proven, "ended": ended}
ACTS: dict[str, Callable[[ForceMajeure, User], object]] = {
    "notify": lambda event, by: relieving.notify(
        event, notice=making.arrived(event.agreement, by, sender="b"), by=by, at=NOW
    ),
    "prove": lambda event, by: relieving.prove(event, file=proof(), on=TODAY, by=by, at=NOW),
    "end": lambda event, by: relieving.end(event, on=TODAY, by=by, at=NOW),
    "relieve": lambda event, by: relieving.relieve(event, put_off(), by=by, at=NOW),
}
MAY = {
    "notify": {"recorded"},
    "prove": {"notified", "ended"},
    "end": {"notified", "proven"},
    "relieve": {"notified", "proven", "ended"},
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("verb", ACTS)
def test_each_verb_starts_only_where_it_may(
    agreement: Agreement, contract_manager: User, verb: str, stage: str
) -> None:
    event = STAGES[stage](agreement, contract_manager)
    if stage in MAY[verb]:
        assert ACTS[verb](event, contract_manager)
    else:
        with pytest.raises(Refused):
            ACTS[verb](event, contract_manager)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"due_on": STARTED - DAY}, "第590条", id="late before the event"),
        pytest.param({"debtor": "a"}, "只有受影响一方", id="the other party's"),
        pytest.param({"until": STARTED + DAY}, "须晚于原到期日", id="put off to nowhere"),
        pytest.param({"obligation": " "}, "请写明条款号", id="of what is not said"),
    ],
)
def test_relief_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        relieving.relieve(notified(agreement, contract_manager), put_off(**changes), by=contract_manager, at=NOW)

    assert not Relief.objects.exists()


def test_what_falls_due_on_the_first_day_is_not_late(agreement: Agreement, contract_manager: User) -> None:
    event = notified(agreement, contract_manager)

    assert relieving.relieve(event, put_off(due_on=STARTED), by=contract_manager, at=NOW).due_on == STARTED


def test_what_falls_due_after_the_event_is_not_affected(agreement: Agreement, contract_manager: User) -> None:
    event = ended(agreement, contract_manager)

    with pytest.raises(Refused, match="不受事件影响"):
        relieving.relieve(event, put_off(due_on=STARTED + 4 * DAY), by=contract_manager, at=NOW)


def test_an_obligation_is_put_off_once_until_it_is_taken_back(agreement: Agreement, contract_manager: User) -> None:
    event = notified(agreement, contract_manager)
    made = relieving.relieve(event, put_off(), by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="已经登记过顺延"):
        relieving.relieve(event, put_off(), by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="撤销理由"):
        relieving.lift(made, reason=" ", by=contract_manager, at=NOW)

    relieving.lift(made, reason="日期有误", by=contract_manager, at=NOW)
    again = relieving.relieve(event, put_off(until=STARTED + 8 * DAY), by=contract_manager, at=NOW)

    assert again.lifted_on is None
    with pytest.raises(Refused, match="已经撤销"):
        relieving.lift(made, reason="日期有误", by=contract_manager, at=NOW)


def test_followers_hear_of_relief_given_and_taken_back(
    agreement: Agreement, contract_manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bool] = []
    monkeypatch.setattr(relieving, "_followers", [])
    relieving.add_follower(lambda made: heard.append(made.lifted_on is None))

    made = relieving.relieve(notified(agreement, contract_manager), put_off(), by=contract_manager, at=NOW)
    relieving.lift(made, reason="日期有误", by=contract_manager, at=NOW)

    assert heard == [True, False]


@pytest.mark.parametrize(
    "days, due, exit_from",
    [
        pytest.param(7, STARTED + timedelta(days=7), STARTED + timedelta(days=8), id="seven days"),
        pytest.param(None, None, None, id="nothing agreed, nothing made up"),
    ],
)
def test_deadlines_are_those_agreed(
    agreement: Agreement, contract_manager: User, days: int | None, due: Any, exit_from: Any
) -> None:
    event = recorded(agreement, contract_manager, notice_days=days, proof_days=days, exit_days=days)

    assert (event.notice_due, event.proof_due, event.exit_from) == (due, due, exit_from)


@pytest.mark.parametrize(
    "sender, words",
    [pytest.param("a", "受影响一方发出", id="by the other party")],
)
def test_the_notice_comes_from_the_party_affected(
    agreement: Agreement, contract_manager: User, sender: str, words: str
) -> None:
    event = recorded(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        relieving.notify(
            event, notice=making.arrived(agreement, contract_manager, sender=sender), by=contract_manager, at=NOW
        )


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"started_on": TODAY + DAY}, "不能晚于今天", id="tomorrow"),
        pytest.param({"cause": ""}, "请写明事件", id="without a cause"),
    ],
)
def test_an_event_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        recorded(agreement, contract_manager, **changes)


def test_a_draft_binds_nobody_yet(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="草稿协议"):
        recorded(make.agreement(party_b=agreement.party_b, state="draft"), contract_manager)


def test_who_sees_an_event(agreement: Agreement, contract_manager: User, party_b: User, party_b_other: User) -> None:
    recorded(agreement, contract_manager)
    shown = notified(agreement, contract_manager)

    assert list(ForceMajeure.objects.for_user(party_b)) == [shown]
    assert not ForceMajeure.objects.for_user(party_b_other).exists()


def tracked(agreement: Agreement, by: User, **changes: Any) -> ObligationOccurrence:
    fields: dict[str, Any] = {
        "clause_number": "6.2.1",
        "topic": "payment",
        "title": "付款",
        "side": "b",
        "rule": "once",
        "due_date": STARTED + DAY,
        "tracked_from": STARTED - 30 * DAY,
        **changes,
    }
    obligations.make(agreement, obligations.Terms(**fields), by=by, at=NOW - 50 * DAY)
    found: ObligationOccurrence = ObligationOccurrence.objects.filter(obligation__agreement=agreement).latest("pk")
    return found


def test_a_tracked_obligation_gets_the_time(agreement: Agreement, contract_manager: User) -> None:
    row = tracked(agreement, contract_manager)
    event = notified(agreement, contract_manager)

    made = relieving.relieve(event, put_off(occurrence=row), by=contract_manager, at=NOW)

    row.refresh_from_db()
    assert row.due_on == made.until
    with pytest.raises(Refused, match="延期记录不能撤销"):
        relieving.lift(made, reason="有误", by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "changes, said, words",
    [
        pytest.param({"side": "a"}, {}, "只有受影响一方", id="of the other party"),
        pytest.param({}, {"due_on": STARTED + 2 * DAY}, "请核对", id="due on another day"),
    ],
)
def test_a_tracked_obligation_is_the_one_that_was_said(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], said: dict[str, Any], words: str
) -> None:
    row = tracked(agreement, contract_manager, **changes)
    event = notified(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        relieving.relieve(event, put_off(occurrence=row, **said), by=contract_manager, at=NOW)


def test_a_tracked_obligation_of_another_agreement_is_refused(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User
) -> None:
    row = tracked(other_agreement, contract_manager)

    with pytest.raises(Refused, match="另一份协议"):
        relieving.relieve(notified(agreement, contract_manager), put_off(occurrence=row), by=contract_manager, at=NOW)
