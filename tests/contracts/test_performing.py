"""Doing a duty: with evidence, once, never in the future; confirmed, sent back, or waived by two persons."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import duty_faces, obligations, performing
from contracts.models import Agreement, ObligationOccurrence
from journal import approvals, effects
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests.contracts.duty_rows import NOW, TODAY, duty, event_terms, first

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def row(agreement: Agreement, contract_manager: User) -> ObligationOccurrence:
    return first(duty(agreement, contract_manager))


@pytest.fixture
def theirs(agreement: Agreement, contract_manager: User, operator: User) -> ObligationOccurrence:
    return first(duty(agreement, contract_manager, title="账号自查", side="b", confirm_needed=True, person=operator))


def test_done_with_evidence(row: ObligationOccurrence, operator: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    report = SimpleUploadedFile("报告.pdf", b"%PDF-1.4\n")

    done = performing.done(row, done_on=TODAY, file=report, by=operator, at=NOW)

    assert (done.state, done.done_on, done.done_by) == ("done", TODAY, operator)
    assert done.paper is not None and done.paper.kind == "evidence" and not done.paper.for_party_b
    assert Event.objects.get(action="obligation.done").data["late"] is True


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"done_on": TODAY, "evidence": " "}, "上传证据（检查报告）", id="no evidence"),
        pytest.param({"done_on": TODAY + DAY, "evidence": "已查"}, "不能晚于今天", id="in the future"),
    ],
)
def test_what_is_not_done(row: ObligationOccurrence, operator: User, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        performing.done(row, **said, by=operator, at=NOW)

    row.refresh_from_db()
    assert row.state == "open"


def test_no_evidence_is_asked_where_none_is_agreed(agreement: Agreement, contract_manager: User) -> None:
    row = first(duty(agreement, contract_manager, evidence_needed=""))

    assert performing.done(row, done_on=TODAY, by=contract_manager, at=NOW).state == "done"


def test_it_is_done_once(row: ObligationOccurrence, operator: User) -> None:
    performing.done(row, done_on=TODAY, evidence="已查", by=operator, at=NOW)

    with pytest.raises(Refused, match="已经登记完成"):
        performing.done(row, done_on=TODAY, evidence="又查", by=operator, at=NOW)


def test_not_before_the_event(agreement: Agreement, contract_manager: User) -> None:
    event = obligations.make(agreement, event_terms(evidence_needed=""), by=contract_manager, at=NOW)
    row = obligations.happened(event, happened_at=NOW, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="不能早于事件发生日"):
        performing.done(row, done_on=TODAY - DAY, by=contract_manager, at=NOW)


def test_party_b_does_only_its_own(row: ObligationOccurrence, theirs: ObligationOccurrence, party_b: User) -> None:
    with pytest.raises(Refused, match="只有乙方的义务"):
        performing.done(row, done_on=TODAY, evidence="已查", by=party_b, at=NOW)

    assert performing.done(theirs, done_on=TODAY, evidence="已自查", by=party_b, at=NOW).done_by == party_b


def test_party_a_confirms_what_party_b_did(theirs: ObligationOccurrence, party_b: User, operator: User) -> None:
    with pytest.raises(Refused, match="没有需要确认"):
        performing.confirm(theirs, by=operator, at=NOW)
    done = performing.done(theirs, done_on=TODAY, evidence="已自查", by=party_b, at=NOW)
    assert Notice.objects.filter(recipient=operator, kind="obligation.done", channel="in_app").count() == 1
    assert list(ObligationOccurrence.objects.to_confirm()) == [done]

    confirmed = performing.confirm(done, by=operator, at=NOW)

    assert confirmed.confirmed_by == operator
    with pytest.raises(Refused, match="没有需要确认"):
        performing.confirm(confirmed, by=operator, at=NOW)


def test_nobody_confirms_his_own_entry(theirs: ObligationOccurrence, operator: User) -> None:
    done = performing.done(theirs, done_on=TODAY, evidence="代登记", by=operator, at=NOW)

    with pytest.raises(Refused, match="不能确认自己"):
        performing.confirm(done, by=operator, at=NOW)


def test_sent_back_with_a_reason(theirs: ObligationOccurrence, party_b: User, ops_lead: User) -> None:
    with pytest.raises(Refused, match="只有已完成"):
        performing.reopen(theirs, reason="缺附件", by=ops_lead, at=NOW)
    done = performing.done(theirs, done_on=TODAY, evidence="已自查", by=party_b, at=NOW)
    with pytest.raises(Refused, match="请写明退回的理由"):
        performing.reopen(done, reason="", by=ops_lead, at=NOW)

    open_again = performing.reopen(done, reason="自查表不完整", by=ops_lead, at=NOW)

    assert (open_again.state, open_again.done_on, open_again.evidence) == ("open", None, "")
    assert open_again.history.filter(state="done", evidence="已自查").exists()
    notice = Notice.objects.get(recipient=party_b, kind="obligation.reopened", channel="in_app")
    assert notice.body == "自查表不完整"


def test_waived_by_two_persons(row: ObligationOccurrence, ops_lead: User, contract_manager: User) -> None:
    asked = performing.ask_to_waive(row, reason="平台本月停机", by=ops_lead, at=NOW)
    assert ("义务", "7.2.2 定期安全检查") in [(str(label), value) for label, value in effects.shown(asked)]
    with pytest.raises(Refused, match="不能审批自己"):
        approvals.approve(asked, by=ops_lead, at=NOW)

    approvals.approve(asked, by=contract_manager, at=NOW)

    row.refresh_from_db()
    assert (row.state, row.reason) == ("waived", "平台本月停机")
    with pytest.raises(Refused, match="已豁免"):
        performing.done(row, done_on=TODAY, evidence="已查", by=contract_manager, at=NOW)


def test_nobody_without_the_right_waives(row: ObligationOccurrence, ops_lead: User, finance_lead: User) -> None:
    asked = performing.ask_to_waive(row, reason="平台停机", by=ops_lead, at=NOW)

    with pytest.raises(Refused, match="没有审批此事项的权限"):
        approvals.approve(asked, by=finance_lead, at=NOW)


def test_a_request_is_void_when_the_turn_has_moved(
    row: ObligationOccurrence, ops_lead: User, contract_manager: User
) -> None:
    asked = performing.ask_to_waive(row, reason="平台停机", by=ops_lead, at=NOW)
    obligations.extend(row, until=date(2026, 12, 1), ground="agreed", reason="同意延期", by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="原申请作废"):
        approvals.approve(asked, by=contract_manager, at=NOW)


def test_a_waiver_says_why(row: ObligationOccurrence, ops_lead: User) -> None:
    with pytest.raises(Refused, match="请写明豁免的理由"):
        performing.ask_to_waive(row, reason=" ", by=ops_lead, at=NOW)


def test_standing_is_read_from_the_dates_alike_in_both_places(
    agreement: Agreement, contract_manager: User, operator: User
) -> None:
    obligation = duty(agreement, contract_manager, grace_days=2, lead_days=10)
    for row in obligation.occurrences.order_by("due_on")[:1]:
        performing.done(row, done_on=date(2026, 8, 28), evidence="迟了", by=operator, at=NOW)
    probes = [date(2026, 8, 1) + DAY * number for number in range(80)]

    for today in probes:
        for row in ObligationOccurrence.objects.with_standing(today):
            assert row.standing == duty_faces.standing_of(row, today)
    seen = {duty_faces.standing_of(row, today) for today in probes for row in obligation.occurrences.all()}
    assert seen == {"done_late", "overdue", "in_grace", "due_today", "due_soon", "not_due"}
