"""Four eyes: somebody else decides, who holds the right at that moment, on what was asked, once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from journal import approvals, chain, effects
from journal.approvals import approve, ask, expire_due, reject, withdraw
from journal.models import Approval, Event, Notice
from people import roles
from people.models import User
from people.refusal import Refused
from tests import make
from tests.journal.tampering import rewrite

DAY = timedelta(days=1)
Done = list[tuple[Approval, User]]


@pytest.fixture
def asked(finance: User, operator: User, at: datetime, done: Done) -> Approval:
    """Finance asks for a change to the operator's account."""
    return ask("test.change", target=operator, content={"amount": "100.00"}, by=finance, at=at, reason="客户申请减免")


def test_a_request_freezes_its_content_and_ends_in_seven_days(asked: Approval, finance: User, at: datetime) -> None:
    assert (asked.state, asked.permission, asked.requested_by) == ("requested", "journal.view_approval", finance)
    assert asked.content_sha256 == "82895c9b0ebbd4793708e46cf502aae982d1aad69b59ceccb6b132dd4380b706"
    assert asked.expires_at == at + 7 * DAY
    assert Event.objects.get().action == "approval.requested"


def test_those_who_may_decide_are_told_and_the_asker_is_not(
    finance: User, finance_lead: User, auditor: User, system_admin: User, operator: User, at: datetime, done: Done
) -> None:
    ask("test.change", target=operator, content={}, by=finance, at=at)

    told = Notice.objects.filter(channel="in_app")
    assert {notice.recipient for notice in told} == {finance_lead, auditor}
    assert {notice.subject for notice in told} == {"请审批：测试事项，王晓明"}


def test_approval_carries_out_what_was_asked(
    asked: Approval, finance: User, finance_lead: User, at: datetime, done: Done
) -> None:
    approved = approve(asked, by=finance_lead, at=at + DAY, reason="属实")

    assert done == [(approved, finance_lead)]
    assert (approved.state, approved.decided_by, approved.decided_at) == ("approved", finance_lead, at + DAY)
    assert list(Event.objects.order_by("seq").values_list("action", flat=True))[-1] == "approval.approved"
    assert Notice.objects.filter(recipient=finance, subject="已批准：测试事项，王晓明").count() == 2
    assert chain.verify().sound


def test_rejection_does_nothing_but_say_why(asked: Approval, finance_lead: User, at: datetime, done: Done) -> None:
    rejected = reject(asked, by=finance_lead, at=at, reason="依据不足")

    assert done == []
    assert (rejected.state, rejected.decided_by, rejected.reason) == ("rejected", finance_lead, "依据不足")


def test_a_rejection_without_reason_is_refused(asked: Approval, finance_lead: User, at: datetime) -> None:
    with pytest.raises(Refused, match="驳回必须写明理由"):
        reject(asked, by=finance_lead, at=at, reason="  ")


@pytest.mark.parametrize("decide", [approve, reject], ids=["approve", "reject"])
def test_nobody_decides_on_his_own_request(
    asked: Approval, finance: User, at: datetime, done: Done, decide: Callable[..., Approval]
) -> None:
    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        decide(asked, by=finance, at=at, reason="理由")

    assert done == []


def test_the_database_itself_refuses_the_same_person(asked: Approval, at: datetime) -> None:
    asked.state, asked.decided_by, asked.decided_at = "approved", asked.requested_by, at

    with pytest.raises(IntegrityError, match="approval_second_person"), transaction.atomic():
        asked.save()


def test_without_the_right_nobody_decides(asked: Approval, operator: User, at: datetime, done: Done) -> None:
    with pytest.raises(Refused, match="您当前没有审批此事项的权限"):
        approve(asked, by=operator, at=at)

    assert done == []


@pytest.mark.parametrize("loss", ["role", "account"])
def test_a_right_lost_meanwhile_counts_although_the_session_remembers_it(
    asked: Approval, finance_lead: User, at: datetime, done: Done, loss: str
) -> None:
    assert finance_lead.has_perm("journal.view_approval"), "cached on this object from now on"
    if loss == "role":
        finance_lead.groups.remove(Group.objects.get(name=roles.FINANCE_LEAD))
    else:
        User.objects.filter(pk=finance_lead.pk).update(is_active=False)

    with pytest.raises(Refused, match="您当前没有审批此事项的权限"):
        approve(asked, by=finance_lead, at=at)

    assert done == []


def test_the_last_moment_of_the_seven_days(asked: Approval, finance_lead: User, at: datetime, done: Done) -> None:
    with pytest.raises(Refused, match="已超过 7 天有效期"):
        approve(asked, by=finance_lead, at=at + 7 * DAY)

    approve(asked, by=finance_lead, at=at + 7 * DAY - timedelta(microseconds=1))
    assert len(done) == 1


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda a, lead, asker, at: approve(a, by=lead, at=at), id="approved"),
        pytest.param(lambda a, lead, asker, at: reject(a, by=lead, at=at, reason="x"), id="rejected"),
        pytest.param(lambda a, lead, asker, at: withdraw(a, by=asker, at=at), id="withdrawn"),
        pytest.param(lambda a, lead, asker, at: expire_due(at=at + 7 * DAY), id="expired"),
    ],
)
def test_what_has_ended_cannot_be_decided_again(
    asked: Approval, finance: User, finance_lead: User, contract_manager: User, at: datetime, end: Callable[..., Any]
) -> None:
    end(asked, finance_lead, finance, at)

    for decide in (approve, reject):
        with pytest.raises(Refused, match="此申请已处理"):
            decide(asked, by=contract_manager, at=at, reason="x")
    with pytest.raises(Refused, match="此申请已处理"):
        withdraw(asked, by=finance, at=at)


def test_only_the_asker_withdraws(asked: Approval, finance: User, finance_lead: User, at: datetime) -> None:
    with pytest.raises(Refused, match="只有申请人本人可以撤回"):
        withdraw(asked, by=finance_lead, at=at)

    assert withdraw(asked, by=finance, at=at, reason="填错").state == "withdrawn"


def test_requests_run_out_once_and_the_asker_is_told(asked: Approval, finance: User, at: datetime) -> None:
    assert expire_due(at=at + 7 * DAY - timedelta(microseconds=1)) == 0
    assert expire_due(at=at + 7 * DAY) == 1
    assert expire_due(at=at + 8 * DAY) == 0

    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("expired", None)
    assert Event.objects.order_by("-seq")[0].actor_label.startswith("system:")
    assert Notice.objects.filter(recipient=finance, kind="approval.expired", channel="in_app").count() == 1


def test_the_same_is_not_asked_twice(asked: Approval, contract_manager: User, operator: User, at: datetime) -> None:
    with pytest.raises(Refused, match="同一事项已有待批准的申请"):
        ask("test.change", target=operator, content={}, by=contract_manager, at=at)

    assert Approval.objects.count() == 1


def test_after_the_end_the_same_may_be_asked_anew(
    asked: Approval, finance: User, finance_lead: User, operator: User, at: datetime
) -> None:
    reject(asked, by=finance_lead, at=at, reason="依据不足")

    assert ask("test.change", target=operator, content={"amount": "50.00"}, by=finance, at=at).state == "requested"


def test_a_request_that_ran_out_unswept_does_not_block(
    asked: Approval, finance: User, operator: User, at: datetime
) -> None:
    ask("test.change", target=operator, content={}, by=finance, at=at + 7 * DAY)

    asked.refresh_from_db()
    assert asked.state == "expired"


def test_an_unknown_kind_is_an_error(finance: User, operator: User, at: datetime) -> None:
    with pytest.raises(LookupError, match=r"no app registered the approval kind 'no\.such'"):
        ask("no.such", target=operator, content={}, by=finance, at=at)


def test_a_kind_is_registered_by_one_app_only(done: Done) -> None:
    with pytest.raises(ValueError, match="registered already"):
        effects.register("test.change", lambda approval, *, by, at: None, permission="a.b", label="x")


# --- The content ---------------------------------------------------------------------------------


def test_content_changed_behind_the_guards_voids_the_request(
    asked: Approval, finance_lead: User, at: datetime, done: Done
) -> None:
    rewrite('UPDATE journal_approval SET content = \'{"amount": "900.00"}\'')

    with pytest.raises(Refused, match="申请之后内容已被修改"):
        approve(asked, by=finance_lead, at=at)

    assert done == []


def test_a_target_edited_after_the_request_voids_it(
    finance: User, finance_lead: User, operator: User, at: datetime
) -> None:
    effects.register(
        "test.live",
        lambda approval, *, by, at: None,
        permission="journal.view_approval",
        label="改名",
        present=lambda approval: {"phone": User.objects.get(pk=approval.target_id).phone},
    )
    asked = ask("test.live", target=operator, content={"phone": ""}, by=finance, at=at)
    operator.phone = "010-12345678"
    operator.save()

    with pytest.raises(Refused, match="申请之后内容已被修改"):
        approve(asked, by=finance_lead, at=at)
    reject(asked, by=finance_lead, at=at, reason="内容已变")

    effects.unregister("test.live")


@pytest.mark.parametrize(
    "change",
    ["content = '{}'", "content_sha256 = 'x'", "requested_by_id = requested_by_id + 1", "permission = 'a.b'"],
)
def test_the_database_refuses_to_edit_a_request(asked: Approval, change: str) -> None:
    with pytest.raises(IntegrityError, match="journal_approval keeps rows frozen"), transaction.atomic():
        connection.cursor().execute(f"UPDATE journal_approval SET {change}")


def test_the_database_refuses_to_touch_a_decision(asked: Approval, finance_lead: User, at: datetime) -> None:
    approve(asked, by=finance_lead, at=at)

    with pytest.raises(IntegrityError, match="journal_approval keeps rows frozen"), transaction.atomic():
        connection.cursor().execute("UPDATE journal_approval SET state = 'requested', decided_by_id = NULL")


def test_an_effect_that_is_refused_leaves_the_request_open(
    finance: User, finance_lead: User, operator: User, at: datetime
) -> None:
    def refusing(approval: Approval, *, by: User, at: datetime) -> None:
        User.objects.filter(pk=approval.target_id).update(phone="half done")
        raise Refused("账单已核销")

    effects.register("test.refusing", refusing, permission="journal.view_approval", label="核销")
    asked = ask("test.refusing", target=operator, content={}, by=finance, at=at)

    with pytest.raises(Refused, match="账单已核销"):
        approve(asked, by=finance_lead, at=at)

    effects.unregister("test.refusing")
    asked.refresh_from_db()
    operator.refresh_from_db()
    assert (asked.state, operator.phone) == ("requested", "")
    assert Event.objects.count() == 1


# --- Races ---------------------------------------------------------------------------------------


@pytest.fixture
def two_leads(transactional_db: None, at: datetime, done: Done) -> tuple[Approval, User, User]:
    """A request, and two people who may decide on it."""
    asker, first, second = (make.user(name, roles.FINANCE_LEAD) for name in ("asker", "first", "second"))
    return ask("test.change", target=asker, content={}, by=asker, at=at), first, second


def at_once(race: Callable[..., list[Any]], two_leads: tuple[Approval, User, User], at: datetime) -> list[Any]:
    asked, first, second = two_leads
    barrier = threading.Barrier(2, timeout=20)

    def decide(by: User) -> Approval:
        barrier.wait()
        return approve(asked, by=by, at=at)

    return race(lambda: decide(first), lambda: decide(second))


def test_of_two_approvers_at_once_one_has_effect(
    race: Callable[..., list[Any]], two_leads: tuple[Approval, User, User], at: datetime, done: Done
) -> None:
    results = at_once(race, two_leads, at)

    assert len(done) == 1
    assert sorted(type(result).__name__ for result in results) == ["Approval", "Refused"]
    assert Event.objects.filter(action="approval.approved").count() == 1
    assert Approval.objects.get().state == "approved"


@pytest.fixture
def no_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both approvers read the request as open before either has decided, and neither locks it."""
    barrier = threading.Barrier(2, timeout=20)

    def unlocked(approval: Approval) -> Approval:
        seen = Approval.objects.get(pk=approval.pk)
        barrier.wait()
        return seen

    monkeypatch.setattr(approvals, "_locked_open", unlocked)


POSTGRESQL_ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time by itself"
)


@POSTGRESQL_ONLY
def test_negative_control_without_the_lock_the_guard_still_stops_the_second(
    race: Callable[..., list[Any]], two_leads: tuple[Approval, User, User], at: datetime, no_lock: None
) -> None:
    results = at_once(race, two_leads, at)

    assert sorted(type(result).__name__ for result in results) == ["Approval", "IntegrityError"]
    assert Event.objects.filter(action="approval.approved").count() == 1


@POSTGRESQL_ONLY
def test_negative_control_without_lock_and_guard_the_effect_doubles(
    race: Callable[..., list[Any]], two_leads: tuple[Approval, User, User], at: datetime, done: Done, no_lock: None
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_approval DISABLE TRIGGER USER")

    at_once(race, two_leads, at)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE journal_approval ENABLE TRIGGER USER")
    assert len(done) == 2
    assert Event.objects.filter(action="approval.approved").count() == 2


def test_of_two_who_ask_at_once_one_is_heard(
    race: Callable[..., list[Any]], transactional_db: None, at: datetime, done: Done
) -> None:
    askers = [make.user(name, roles.FINANCE) for name in ("first", "second")]

    results = race(*[lambda by=by: ask("test.change", target=askers[0], content={}, by=by, at=at) for by in askers])

    assert sorted(type(result).__name__ for result in results) == ["Approval", "Refused"]
    assert Approval.objects.count() == 1
