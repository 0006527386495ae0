"""Suspension, termination and exit: by two persons, from the right instant, closed only when all is done."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from contracts import exits, lifecycle, serving, suspending, terminating
from contracts.clauses import write_standard_clauses
from contracts.lifecycle import Halt
from contracts.models import Agreement, ExitTask, ServedNotice, Suspension, Termination
from contracts.tasks.life import move_agreements
from journal import approvals
from journal.models import Approval, Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.marks import SHANGHAI, scan

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALT = Halt(scope="access", reason="逾期付款，催告后仍未支付。", starts_at=NOW)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def suspend(agreement: Agreement, asker: User, approver: User, halt: Halt = HALT, at: datetime = NOW) -> Suspension:
    approvals.approve(suspending.ask(agreement, halt, by=asker, at=at), by=approver, at=at)
    return agreement.suspensions.latest("pk")


# --- suspension ----------------------------------------------------------------------------------------------


def test_suspended_and_lifted_by_two_persons(
    agreement: Agreement, contract_manager: User, finance_lead: User, party_b: User
) -> None:
    made = suspend(agreement, contract_manager, finance_lead)
    agreement.refresh_from_db()
    assert (agreement.state, made.approval, made.suspended_by) == ("suspended", Approval.objects.get(), finance_lead)
    assert Notice.objects.filter(recipient=party_b, kind="agreement.suspended").exists()

    asked = suspending.ask_lift(agreement, reason="已付清。", by=contract_manager, at=NOW + 2 * DAY)
    approvals.approve(asked, by=finance_lead, at=NOW + 3 * DAY)

    agreement.refresh_from_db()
    made.refresh_from_db()
    assert (agreement.state, made.ends_at, made.lift_reason) == ("in_force", NOW + 3 * DAY, "已付清。")
    assert Notice.objects.filter(recipient=party_b, kind="agreement.lifted").exists()


def test_the_same_person_does_not_suspend_alone(agreement: Agreement, finance_lead: User, operator: User) -> None:
    asked = suspending.ask(agreement, HALT, by=finance_lead, at=NOW)

    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(asked, by=finance_lead, at=NOW)
    with pytest.raises(Refused, match="没有审批此事项的权限"):
        approvals.approve(asked, by=operator, at=NOW)
    agreement.refresh_from_db()
    assert agreement.state == "in_force"


@pytest.mark.parametrize(
    "halt, words",
    [
        pytest.param(Halt(scope="access", reason=" ", starts_at=NOW), "请写明暂停的理由", id="no reason"),
        pytest.param(Halt(scope="part", reason="逾期", starts_at=NOW), "请写明是哪些", id="a part, but which"),
        pytest.param(
            Halt(scope="access", reason="逾期", starts_at=datetime(2029, 1, 1, tzinfo=SHANGHAI)),
            "不能晚于协议的终止日期",
            id="after the end",
        ),
    ],
)
def test_a_suspension_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, halt: Halt, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        suspending.ask(agreement, halt, by=contract_manager, at=NOW)


def test_it_never_starts_before_it_was_approved(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    asked = suspending.ask(agreement, HALT, by=contract_manager, at=NOW)

    approvals.approve(asked, by=finance_lead, at=NOW + DAY)

    assert agreement.suspensions.get().starts_at == NOW + DAY


def test_one_set_for_later_begins_by_the_sweep(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    later = Halt(scope="service", reason="逾期付款。", starts_at=NOW + 2 * DAY)
    suspend(agreement, contract_manager, finance_lead, later)
    states = []
    for moment in (NOW + DAY, NOW + 2 * DAY, NOW + 2 * DAY):
        with time_machine.travel(moment, tick=False):
            move_agreements()
        states.append(Agreement.objects.get(pk=agreement.pk).state)

    assert states == ["in_force", "suspended", "suspended"]
    assert Event.objects.filter(action="agreement.suspension_began").count() == 1


def test_one_lifted_before_it_began_is_empty(agreement: Agreement, contract_manager: User) -> None:
    made = lifecycle.suspend(
        agreement, Halt(scope="access", reason="逾期", starts_at=NOW + 2 * DAY), by=contract_manager, at=NOW
    )

    lifted = lifecycle.lift(agreement, reason="已付清", by=contract_manager, at=NOW + DAY)

    assert lifted.ends_at == made.starts_at
    assert not suspending.suspended_on(agreement, date(2026, 9, 20))


@pytest.mark.parametrize(
    "day, suspended",
    [
        pytest.param(date(2026, 9, 17), False, id="the day before"),
        pytest.param(date(2026, 9, 18), True, id="the day it began"),
        pytest.param(date(2026, 9, 20), True, id="the day it was lifted"),
        pytest.param(date(2026, 9, 21), False, id="the day after"),
    ],
)
def test_whether_it_was_suspended_on_a_day(
    agreement: Agreement, contract_manager: User, day: date, suspended: bool
) -> None:
    lifecycle.suspend(agreement, HALT, by=contract_manager, at=NOW)
    lifecycle.lift(agreement, reason="已付清", by=contract_manager, at=NOW + 2 * DAY)

    assert suspending.suspended_on(agreement, day) is suspended
    assert suspending.spans(agreement, NOW + HOUR, NOW + 9 * DAY) == [(NOW + HOUR, NOW + 2 * DAY)]


def test_a_suspended_agreement_expires_all_the_same(agreement: Agreement, contract_manager: User) -> None:
    made = lifecycle.suspend(agreement, HALT, by=contract_manager, at=NOW)

    over = lifecycle.expire(agreement, by=None, at=datetime(2029, 1, 2, tzinfo=SHANGHAI))

    made.refresh_from_db()
    assert (over.state, made.ends_at, made.lift_reason) == ("expired", over.ended_at, "协议届满")


# --- termination ---------------------------------------------------------------------------------------------


def notice_of(
    agreement: Agreement, by: User, sender: str = "a", *, received_at: datetime | None = None
) -> ServedNotice:
    writing = serving.Writing(kind="termination", sender=sender, subject="解除通知", text="解除协议。")
    notice = serving.write(agreement, writing, by=by, at=NOW)
    return arrived(notice, by, received_at) if received_at else notice


def arrived(notice: ServedNotice, by: User, received_at: datetime) -> ServedNotice:
    serving.send(notice, channel="post", sent_at=NOW, by=by, at=NOW)
    return serving.receive(notice, received_at=received_at, received_by="刘洋", by=by, at=received_at)


def breach(letter: ServedNotice, **changes: Any) -> terminating.Case:
    fields = {
        "ground": "breach",
        "side": "a",
        "reason": "经催告仍未付款。",
        "known_on": date(2026, 9, 1),
        "notice": letter,
    }
    return terminating.Case(**{**fields, **changes})


def decided(agreement: Agreement, case: terminating.Case, asker: User, approver: User) -> Termination:
    made = terminating.propose(agreement, case, by=asker, at=NOW)
    approvals.approve(Approval.objects.get(state="requested"), by=approver, at=NOW)
    made.refresh_from_db()
    return made


def test_it_takes_effect_when_the_notice_arrives(
    agreement: Agreement, contract_manager: User, finance_lead: User, party_b: User
) -> None:
    notice = notice_of(agreement, contract_manager)
    made = decided(agreement, breach(notice), contract_manager, finance_lead)
    with pytest.raises(Refused, match="解除通知还没有送达"):
        terminating.take_effect(made, by=contract_manager, at=NOW + DAY)
    arrived(notice, contract_manager, NOW + DAY)

    made = terminating.take_effect(made, by=contract_manager, at=NOW + 5 * DAY)

    agreement.refresh_from_db()
    assert (made.state, made.effective_at) == ("effective", NOW + DAY)
    assert (agreement.state, agreement.ended_at) == ("terminated", NOW + DAY)
    assert Notice.objects.filter(recipient=party_b, kind="agreement.terminated").exists()


def test_with_a_cure_period_it_takes_effect_at_its_end(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    notice = notice_of(agreement, contract_manager, received_at=NOW + DAY)
    made = decided(agreement, breach(notice, until=date(2026, 10, 8)), contract_manager, finance_lead)
    with pytest.raises(Refused, match="2026-10-08 24 时才届满"):
        terminating.take_effect(made, by=contract_manager, at=datetime(2026, 10, 8, 23, 59, tzinfo=SHANGHAI))

    made = terminating.take_effect(made, by=contract_manager, at=datetime(2026, 10, 12, 9, tzinfo=SHANGHAI))

    assert made.effective_at == datetime(2026, 10, 9, tzinfo=SHANGHAI)


def test_a_cured_breach_ends_nothing(agreement: Agreement, contract_manager: User, finance_lead: User) -> None:
    notice = notice_of(agreement, contract_manager, received_at=NOW + DAY)
    made = decided(agreement, breach(notice, until=date(2026, 10, 8)), contract_manager, finance_lead)

    made = terminating.cure(made, reason="9 月 30 日付清。", by=contract_manager, at=NOW + 12 * DAY)

    agreement.refresh_from_db()
    assert (made.state, agreement.state) == ("cured", "in_force")
    with pytest.raises(Refused, match="还没有批准，或者已经办结"):
        terminating.take_effect(made, by=contract_manager, at=NOW + 40 * DAY)


def test_a_notice_that_arrives_after_the_day_it_names_is_refused(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    notice = notice_of(agreement, contract_manager, received_at=NOW + 5 * DAY)
    made = decided(agreement, breach(notice, until=date(2026, 9, 20)), contract_manager, finance_lead)

    with pytest.raises(Refused, match="载明的期限已经过去，请重新发出通知"):
        terminating.take_effect(made, by=contract_manager, at=NOW + 9 * DAY)


def test_the_notice_arrived_before_the_term_ran_out_but_was_recorded_after(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    eve = datetime(2028, 12, 30, 9, tzinfo=SHANGHAI)
    notice = notice_of(agreement, contract_manager)
    made = decided(agreement, breach(notice), contract_manager, finance_lead)
    arrived(notice, contract_manager, eve)
    lifecycle.expire(agreement, by=None, at=datetime(2029, 1, 1, tzinfo=SHANGHAI))

    terminating.take_effect(made, by=contract_manager, at=datetime(2029, 1, 3, tzinfo=SHANGHAI))

    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_at) == ("terminated", eve)
    assert ExitTask.objects.filter(agreement=agreement).count() == len(exits.PLAN)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"reason": " "}, "请写明解除的理由", id="no reason"),
        pytest.param({"known_on": None}, "请填写知道违约的日期", id="a breach known since when"),
        pytest.param({"known_on": date(2026, 9, 19)}, "不能晚于今天", id="known in the future"),
        pytest.param({"side": "both"}, "请选择由哪一方", id="no side"),
        pytest.param({"side": "b"}, "发出方与提出方不一致", id="another sender"),
        pytest.param({"notice": None}, "登记这份协议的解除通知", id="no notice"),
        pytest.param({"ground": "agreed", "side": "both"}, "上传双方签署的解除协议", id="agreed without its paper"),
    ],
)
def test_a_termination_without_its_grounds_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    notice = notice_of(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        terminating.propose(agreement, breach(notice, **changes), by=contract_manager, at=NOW)

    assert Termination.objects.count() == 0


def test_a_notice_of_another_agreement_is_refused(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User
) -> None:
    with pytest.raises(Refused, match="登记这份协议的解除通知"):
        terminating.propose(
            agreement, breach(notice_of(other_agreement, contract_manager)), by=contract_manager, at=NOW
        )


def test_nobody_decides_his_own_termination_and_one_is_open_at_a_time(agreement: Agreement, finance_lead: User) -> None:
    notice = notice_of(agreement, finance_lead)
    terminating.propose(agreement, breach(notice), by=finance_lead, at=NOW)

    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(Approval.objects.get(), by=finance_lead, at=NOW)
    with pytest.raises(Refused, match="已有一项解除正在办理"):
        terminating.propose(agreement, breach(notice), by=finance_lead, at=NOW)


def test_rejected_it_is_asked_again_or_withdrawn(
    agreement: Agreement, contract_manager: User, finance_lead: User
) -> None:
    made = terminating.propose(agreement, breach(notice_of(agreement, contract_manager)), by=contract_manager, at=NOW)
    approvals.reject(Approval.objects.get(), by=finance_lead, at=NOW, reason="先催告。")

    terminating.ask(made, by=contract_manager, at=NOW + DAY)
    made = terminating.withdraw(made, reason="对方已付款。", by=contract_manager, at=NOW + 2 * DAY)

    assert (made.state, Approval.objects.count()) == ("withdrawn", 2)
    with pytest.raises(Refused, match="已经批准或办结"):
        approvals.approve(Approval.objects.get(state="requested"), by=finance_lead, at=NOW + 2 * DAY)


@pytest.mark.parametrize(
    "known, received, over",
    [
        pytest.param(date(2025, 9, 18), NOW, False, id="the last day of the year"),
        pytest.param(date(2025, 9, 17), NOW, True, id="a day late"),
        pytest.param(date(2025, 9, 17), None, True, id="not arrived yet"),
    ],
)
def test_a_right_of_more_than_a_year_is_warned_of(
    agreement: Agreement, contract_manager: User, known: date, received: datetime | None, over: bool
) -> None:
    notice = notice_of(agreement, contract_manager, received_at=received)
    made = terminating.propose(agreement, breach(notice, known_on=known), by=contract_manager, at=NOW)

    words = " ".join(str(value) for _what, value in terminating.describe(Approval.objects.get()))

    assert terminating.lapsed(made, today=date(2026, 9, 18)) is over
    assert ("解除权可能已经消灭" in words) is over


# --- exit ----------------------------------------------------------------------------------------------------


@pytest.fixture
def ended(agreement: Agreement) -> Agreement:
    write_standard_clauses(agreement.versions.get())
    return lifecycle.expire(agreement, by=None, at=datetime(2029, 1, 1, tzinfo=SHANGHAI))


def task(agreement: Agreement, kind: str) -> ExitTask:
    return ExitTask.objects.get(agreement=agreement, kind=kind)


def test_closed_only_when_every_exit_task_is_settled(ended: Agreement, contract_manager: User) -> None:
    at = datetime(2029, 1, 5, tzinfo=SHANGHAI)
    assert {row.kind for row in ended.exit_tasks.all()} == set(ExitTask.Kind.values)
    for row in ended.exit_tasks.exclude(kind__in=["seals", "data_destroyed"]):
        exits.done(row, note="已办。", by=contract_manager, at=at)
    exits.waive(task(ended, "seals"), reason="没有交付过印章。", by=contract_manager, at=at)
    with pytest.raises(Refused, match="还有退出事项没有办结：销毁数据并出具证明"):
        lifecycle.close(ended, by=contract_manager, at=at)

    exits.done(task(ended, "data_destroyed"), file=scan("销毁证明"), by=contract_manager, at=at)

    assert lifecycle.close(ended, by=contract_manager, at=at).state == "closed"
    assert task(ended, "data_destroyed").paper.kind == "certificate"  # type: ignore[union-attr]
    alive = {number for number, _heading in exits.surviving_clauses(ended)}
    assert {"4.1.1", "4.2.1", "6.2.1", "8.2.2"} <= alive and "7.3.2" not in alive


@pytest.mark.parametrize(
    "kind, note, words",
    [
        pytest.param("data_destroyed", "已销毁。", "须上传销毁证明", id="destroyed without a certificate"),
        pytest.param("accounts", " ", "请写明办理情况", id="nothing said"),
    ],
)
def test_a_task_needs_its_evidence(ended: Agreement, contract_manager: User, kind: str, note: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        exits.done(task(ended, kind), note=note, by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="免办须写明理由"):
        exits.waive(task(ended, kind), reason=" ", by=contract_manager, at=NOW)

    assert task(ended, kind).state == "open"


def test_party_b_reports_and_party_a_confirms_or_sends_back(
    ended: Agreement, contract_manager: User, party_b: User
) -> None:
    row = exits.report(task(ended, "seals"), note="已邮寄。", by=party_b, at=NOW)
    assert Notice.objects.filter(recipient=contract_manager, kind="exit_task.reported").exists()
    with pytest.raises(Refused, match="已经报告或办结"):
        exits.report(row, note="再报一次。", by=party_b, at=NOW)

    row = exits.send_back(row, reason="还缺一枚。", by=contract_manager, at=NOW)
    assert (row.state, row.note) == ("open", "还缺一枚。")
    exits.report(row, note="补寄。", by=party_b, at=NOW)
    row = exits.done(row, by=contract_manager, at=NOW)

    assert (row.state, row.note) == ("done", "补寄。")
    with pytest.raises(Refused, match="已经办结"):
        exits.waive(row, reason="不用了", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="由甲方办理"):
        exits.report(task(ended, "accounts"), note="停了", by=party_b, at=NOW)


def test_agreed_days_become_due_days(agreement: Agreement) -> None:
    make.reword(agreement.versions.get(), parameters={"data_return_days": "15"})

    lifecycle.expire(agreement, by=None, at=datetime(2029, 1, 1, tzinfo=SHANGHAI))

    assert task(agreement, "data_returned").due_on == date(2029, 1, 15)
    assert task(agreement, "accounts").due_on is None  # nothing agreed, nothing invented


# --- pages ---------------------------------------------------------------------------------------------------


def test_party_b_sees_its_agreements_life_and_reports_once(client: Client, ended: Agreement, party_b: User) -> None:
    client.force_login(party_b)
    page = client.get(reverse("contracts:agreement", args=[ended.pk])).content.decode()
    assert "退出事项" in page and "协议终止以后仍然有效的条款" in page and "依法满" in page
    url = reverse("contracts:exit-task", args=[task(ended, "seals").pk])
    said = {"note": "印章已交还。", "submission_key": "k" * 20}

    answers = [client.post(url, said) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Event.objects.filter(action="exit_task.reported").count() == 1
    refused = client.post(url, {"note": "又一次", "submission_key": "m" * 20}).content.decode()
    assert "已经报告或办结" in refused


def test_foreign_exit_tasks_are_not_there(client: Client, ended: Agreement, party_b_other: User) -> None:
    client.force_login(party_b_other)
    url = reverse("contracts:exit-task", args=[task(ended, "seals").pk])

    assert [client.get(url).status_code, client.post(url, {"note": "x"}).status_code] == [404, 404]


def test_party_b_does_not_see_what_is_only_proposed(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    terminating.propose(agreement, breach(notice_of(agreement, contract_manager)), by=contract_manager, at=NOW)
    url = reverse("contracts:agreement", args=[agreement.pk])
    client.force_login(party_b)
    theirs = client.get(url).content.decode()
    client.force_login(contract_manager)
    ours = client.get(reverse("admin:contracts_agreement_change", args=[agreement.pk])).content.decode()

    assert "section-terminations" not in theirs
    assert "panel-terminations" in ours


def test_the_console_asks_to_suspend_and_to_terminate(
    client: Client, agreement: Agreement, contract_manager: User
) -> None:
    client.force_login(contract_manager)
    verb = "admin:contracts_agreement_verb"
    said = {"scope": "access", "starts_at": "2026-09-18T10:00", "reason": "逾期付款。", "submission_key": "k" * 20}
    client.post(reverse(verb, args=[agreement.pk, "suspend"]), said)
    notice = notice_of(agreement, contract_manager)
    case = {"ground": "breach", "side": "a", "reason": "逾期", "known_on": "2026-09-01", "notice": notice.pk}
    client.post(reverse(verb, args=[agreement.pk, "terminate"]), {**case, "submission_key": "m" * 20})

    assert set(Approval.objects.values_list("kind", flat=True)) == {"agreement.suspend", "agreement.terminate"}


@pytest.mark.parametrize("model", ["suspension", "termination", "exittask", "termchange"])
def test_lists_ask_the_same_number_of_queries(
    client: Client, contract_manager: User, auditor: User, model: str, django_assert_max_num_queries: Any
) -> None:
    def rows() -> None:
        made = make.agreement()
        notice = notice_of(made, contract_manager)
        made.suspensions.create(scope="access", reason="x", starts_at=NOW, suspended_by=contract_manager)
        made.exit_tasks.create(kind="accounts", side="a")
        made.term_changes.create(kind="decision", new_end=date(2030, 1, 1), at=NOW, by=contract_manager)
        terminating.propose(made, breach(notice), by=contract_manager, at=NOW)

    client.force_login(auditor)
    url = reverse(f"admin:contracts_{model}_changelist")
    rows()
    client.get(url)
    with django_assert_max_num_queries(40) as few:
        client.get(url)
    for _ in range(3):
        rows()

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url)
