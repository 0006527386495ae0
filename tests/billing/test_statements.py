"""Statements of a period: frozen when sent, answered line by line, corrected by a revision, and what silence means."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from billing import invoicing, statement_answers, statement_watch, statements
from billing.models import DocumentLine, LineAnswer, ServicePeriod, UsageRecord, UsageStatement, UsageStatementLine
from billing.periods import midnight
from billing.statement_answers import Objection
from billing.statement_printing import kept_pdf, statement_paper
from contracts.models import Agreement
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW, OCTOBER

State = UsageStatement.State
_keys = count(1)
FIVE_DAYS_ON = date(2026, 10, 27)  # five working days after Tuesday the 20th
LATER = midnight(date(2026, 10, 28)) + timedelta(hours=8)


@pytest.fixture
def september(agreement: Agreement) -> ServicePeriod:
    """5,000.00 for the platform and 2,000 queries of 0.05, with five working days to answer."""
    make.reword(agreement.versions.get(), statement_working_days=5)
    making.platform_fee(agreement)
    making.rate(agreement)
    making.use(agreement, making.event("2000", source_event_id="q1"))
    return making.period(agreement)


@pytest.fixture
def sent(september: ServicePeriod, finance: User, party_b: User) -> UsageStatement:
    """Its statement, with Party B."""
    return statements.send(statements.draft(september, by=finance, at=NOW), by=finance, at=NOW)


def silence_is_consent(agreement: Agreement) -> None:
    make.reword(agreement.versions.get(), statement_silence="deemed")


def line(statement: UsageStatement, position: int) -> UsageStatementLine:
    return statement.lines.get(position=position)


def dispute(statement: UsageStatement, by: User, *, position: int = 2, **said: Any) -> LineAnswer:
    objection = Objection(**{"reason": "本单位日志只有 1500 次。", "counts": Decimal(1500), **said})
    return statement_answers.dispute(line(statement, position), objection, by=by, at=NOW)


def state(statement: UsageStatement) -> str:
    statement.refresh_from_db()
    return statement.state


def test_a_statement_is_frozen_with_its_lines_and_its_paper(sent: UsageStatement) -> None:
    rows = [(row.description, row.clause, row.mode, str(row.quantity), str(row.amount)) for row in sent.lines.all()]

    assert rows == [
        ("平台使用费", "6.1.1", "平台使用费", "0.000000", "5000.00"),
        ("人口库查询", "6.1.1", "查询费", "2000.000000", "100.00"),
    ]
    assert (sent.number, sent.total, sent.confirm_by) == ("DZ-2026-00001", Decimal("5100.00"), FIVE_DAYS_ON)
    assert sent.snapshot is not None
    assert sent.snapshot["total"] == "5100.00"
    assert line(sent, 2).trace["detail"].startswith("用量 2,000 次")


def test_the_paper_is_kept_and_drawn_alike(sent: UsageStatement) -> None:
    first = kept_pdf(sent)
    sent.refresh_from_db()

    assert first.startswith(b"%PDF")
    assert len(sent.pdf_sha256) == 64
    assert kept_pdf(sent) == first
    assert "逾期未答复不视为确认，甲方将再次催请。" in statement_paper(sent).remarks


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda s: UsageStatement.objects.filter(pk=s.pk).update(total=1), id="the total"),
        pytest.param(lambda s: UsageStatement.objects.filter(pk=s.pk).update(number="DZ-2026-00009"), id="the number"),
        pytest.param(lambda s: s.lines.update(quantity=1), id="a line"),
        pytest.param(lambda s: s.lines.filter(position=1).delete(), id="a line gone"),
    ],
)
def test_nothing_of_a_sent_statement_changes(sent: UsageStatement, change: Any) -> None:
    with pytest.raises(IntegrityError, match=r"frozen|takes no rows"), transaction.atomic():
        change(sent)


def test_what_is_not_over_or_sent_or_drafted_already_is_refused(
    sent: UsageStatement, september: ServicePeriod, finance: User
) -> None:
    with pytest.raises(Refused, match="还没有结束，2026-11-01 起才能对账"):
        statements.draft(making.period(september.agreement, OCTOBER), by=finance, at=NOW)
    with pytest.raises(Refused, match="各行与第 1 版相同"):
        statements.draft(september, by=finance, at=NOW)
    with pytest.raises(Refused, match="已经发出，内容不能再改"):
        statements.redraft(sent, by=finance, at=NOW)


def test_a_draft_that_usage_has_overtaken_is_not_sent(september: ServicePeriod, finance: User) -> None:
    made = statements.draft(september, by=finance, at=NOW)
    making.use(september.agreement, making.event("10"))

    with pytest.raises(Refused, match="先点“重新计算”"):
        statements.send(made, by=finance, at=NOW)
    assert statements.redraft(made, by=finance, at=NOW).total == Decimal("5100.50")
    assert statements.send(made, by=finance, at=NOW).number == "DZ-2026-00001"


def test_a_draft_can_go_with_a_reason(september: ServicePeriod, finance: User) -> None:
    made = statements.draft(september, by=finance, at=NOW)

    with pytest.raises(Refused, match="请填写作废草稿的原因"):
        statements.discard(made, reason=" ", by=finance, at=NOW)
    statements.discard(made, reason="用量未齐", by=finance, at=NOW)

    assert not UsageStatement.objects.exists()


def test_party_b_confirms_line_by_line_and_then_the_rest(sent: UsageStatement, finance: User, party_b: User) -> None:
    statement_answers.confirm(sent, line=line(sent, 1), by=party_b, at=NOW)
    assert state(sent) == State.SENT

    statement_answers.confirm(sent, by=party_b, at=NOW)

    assert state(sent) == State.CONFIRMED
    assert Notice.objects.filter(recipient=finance, kind="statement.answered", channel="in_app").exists()
    with pytest.raises(Refused, match="现在是“已确认”，不能再答复"):
        dispute(sent, party_b)
    invoicing.draft_from_usage(sent.period.agreement, period=sent.period, by=finance, at=NOW)
    with pytest.raises(Refused, match="不再重新出具；以后的更正作为调整行计入下一期"):
        statements.draft(sent.period, by=finance, at=NOW, reason="补")


def test_a_revision_waits_for_the_answers_to_all_disputes(sent: UsageStatement, finance: User, party_b: User) -> None:
    dispute(sent, party_b)
    dispute(sent, party_b, position=1, counts=None)
    statement_answers.uphold(line(sent, 2), by=finance, at=NOW)

    with pytest.raises(Refused, match="请先全部答复，再出具新版"):
        statements.draft(sent.period, by=finance, at=NOW, reason="第 2 行异议成立")


def test_a_dispute_needs_a_reason_and_comes_once(sent: UsageStatement, party_b: User) -> None:
    with pytest.raises(Refused, match="请写明异议的理由"):
        dispute(sent, party_b, reason=" ")
    dispute(sent, party_b)
    with pytest.raises(Refused, match="第 2 行已经答复过了"):
        dispute(sent, party_b)
    assert state(sent) == State.DISPUTED


def test_a_dispute_taken_back_confirms_the_line(sent: UsageStatement, party_b: User) -> None:
    dispute(sent, party_b)
    statement_answers.confirm(sent, by=party_b, at=NOW)

    statement_answers.withdraw(line(sent, 2), by=party_b, at=NOW)

    assert state(sent) == State.CONFIRMED


def test_a_rejected_dispute_settles_the_statement(sent: UsageStatement, finance: User, party_b: User) -> None:
    dispute(sent, party_b)
    statement_answers.confirm(sent, by=party_b, at=NOW)

    with pytest.raises(Refused, match="请写明理由"):
        statement_answers.reject(line(sent, 2), decision="", by=finance, at=NOW)
    statement_answers.reject(line(sent, 2), decision="网关日志为 2000 次，已附。", by=finance, at=NOW)

    assert state(sent) == State.SETTLED
    assert sent.settled_at == NOW
    assert Notice.objects.get(recipient=party_b, kind="statement.decided", channel="in_app").body.startswith("网关日志")
    with pytest.raises(Refused, match="没有待答复的异议"):
        statement_answers.reject(line(sent, 2), decision="再", by=finance, at=NOW)


def test_an_upheld_dispute_corrects_the_usage_and_leads_to_a_new_revision(
    sent: UsageStatement, finance: User, party_b: User
) -> None:
    dispute(sent, party_b)
    answer = statement_answers.uphold(line(sent, 2), by=finance, at=NOW)

    correction = answer.correction
    assert correction is not None
    assert correction.corrects is not None
    assert (correction.quantity, correction.corrects.source_event_id) == (Decimal(-500), "q1")
    with pytest.raises(Refused, match="重新出具请写明原因"):
        statements.draft(sent.period, by=finance, at=NOW)
    again = statements.draft(sent.period, by=finance, at=NOW, reason="第 2 行异议成立")
    again = statements.send(again, by=finance, at=NOW)

    assert state(sent) == State.SUPERSEDED
    assert (again.revision, again.replaces, again.total) == (2, sent, Decimal("5075.00"))
    assert [row.position for row in statements.lines_that_differ(sent, again)] == [2]
    assert f"代替 {sent.number}：第 2 行异议成立" in statement_paper(again).remarks[1]
    assert sent.lines.get(position=2).quantity == 2000


def test_a_line_that_nothing_was_counted_for_is_upheld_by_a_row_of_our_own(
    september: ServicePeriod, finance: User, party_b: User
) -> None:
    making.rate(september.agreement, name="下载", meter="download", fee_kind="download")
    sent = statements.send(statements.draft(september, by=finance, at=NOW), by=finance, at=NOW)
    nothing = sent.lines.get(description="下载")
    dispute(sent, party_b, position=nothing.position, reason="应有 3 次", counts=None)

    with pytest.raises(Refused, match="请填写更正后的数量"):
        statement_answers.uphold(nothing, by=finance, at=NOW)
    with pytest.raises(Refused, match="更正后的数量与对账单相同"):
        statement_answers.uphold(nothing, quantity=Decimal(0), by=finance, at=NOW)
    statement_answers.uphold(nothing, quantity=Decimal(3), by=finance, at=NOW)

    row = UsageRecord.objects.get(source="对账")
    assert (row.meter, row.quantity, row.occurred_at) == ("download", Decimal(3), midnight(date(2026, 9, 1)))


@pytest.mark.parametrize(
    ("at", "told"),
    [
        pytest.param(midnight(date(2026, 10, 22)), {"nothing": 1}, id="three days left"),
        pytest.param(midnight(date(2026, 10, 23)), {"reminded": 1}, id="two days left"),
        pytest.param(midnight(FIVE_DAYS_ON), {"reminded": 1}, id="the last day"),
        pytest.param(midnight(date(2026, 10, 28)), {"lapsed": 1}, id="the day after"),
    ],
)
def test_reminders_come_two_working_days_ahead(sent: UsageStatement, at: datetime, told: dict[str, int]) -> None:
    assert statement_watch.follow(at=at) == told
    before = Notice.objects.count()
    assert statement_watch.follow(at=at) == told
    assert Notice.objects.count() == before


def test_silence_is_no_consent_and_is_asked_again(sent: UsageStatement, finance: User, party_b: User) -> None:
    assert statement_answers.lapse(sent, at=LATER) == "lapsed"
    assert state(sent) == State.SENT
    told = Notice.objects.filter(kind="statement.lapsed", channel="in_app").values_list(
        "recipient__username", flat=True
    )
    assert set(told) == {"finance", "party_b"}

    asked = statements.ask_again(sent, by=finance, at=LATER)

    assert (asked.asked_again, asked.confirm_by) == (1, date(2026, 11, 4))
    assert Notice.objects.filter(recipient=party_b, kind="statement.sent", channel="in_app").count() == 2
    assert sent.snapshot is not None
    assert sent.snapshot["confirm_by"] == "2026-10-27"
    statement_answers.confirm(sent, by=party_b, at=LATER)
    with pytest.raises(Refused, match="不需要再催请"):
        statements.ask_again(sent, by=finance, at=LATER)


def test_where_it_is_agreed_silence_is_consent(sent: UsageStatement, party_b: User) -> None:
    silence_is_consent(sent.period.agreement)

    assert statement_answers.lapse(sent, at=midnight(FIVE_DAYS_ON) + timedelta(hours=23)) == "nothing"
    assert statement_answers.lapse(sent, at=LATER) == "deemed"

    assert state(sent) == State.DEEMED
    assert Event.objects.get(action="statement.deemed").data["lines"] == [1, 2]
    with pytest.raises(Refused, match="不能再答复"):
        statement_answers.confirm(sent, by=party_b, at=LATER)


def test_silence_on_the_rest_leaves_a_dispute_open(sent: UsageStatement, finance: User, party_b: User) -> None:
    silence_is_consent(sent.period.agreement)
    dispute(sent, party_b)

    statement_answers.lapse(sent, at=LATER)
    assert state(sent) == State.DISPUTED
    statement_answers.reject(line(sent, 2), decision="日志相符", by=finance, at=LATER)

    assert state(sent) == State.SETTLED


def test_the_morning_round_drafts_what_is_over(september: ServicePeriod, finance: User) -> None:
    assert statement_watch.follow(at=NOW) == {"drafted": 1}
    assert statement_watch.follow(at=NOW) == {}
    assert UsageStatement.objects.get().made_by is None


def test_the_morning_round_says_what_it_cannot_draft(agreement: Agreement, finance: User) -> None:
    make.reword(agreement.versions.get(), statement_working_days=5)
    making.period(agreement)

    assert statement_watch.follow(at=NOW) == {"refused": 1}
    assert "没有适用的价目" in Notice.objects.get(kind="statement.stuck", channel="in_app").body


def test_a_disputed_line_waits_and_comes_with_the_next_bill(
    sent: UsageStatement, september: ServicePeriod, finance: User, party_b: User
) -> None:
    dispute(sent, party_b)
    first = invoicing.draft_from_usage(september.agreement, period=september, by=finance, at=NOW)
    waits = first.lines.get(position=2)
    assert (first.net, waits.net) == (Decimal("5000.00"), Decimal("0.00"))
    assert waits.description == "人口库查询（对账有异议，处理后计入下一期）"

    statement_answers.uphold(line(sent, 2), quantity=Decimal(1500), by=finance, at=NOW)
    later = midnight(date(2026, 11, 2))
    second = invoicing.draft_from_usage(
        september.agreement, period=making.period(september.agreement, OCTOBER), by=finance, at=later
    )

    added = [(row.description, row.quantity, row.net) for row in second.lines.filter(period=september)]
    assert added == [("人口库查询（2026-09-01 — 2026-09-30 对账异议处理后计入）", Decimal(1500), Decimal("75.00"))]
    assert first.net + second.net == Decimal("10075.00")


def test_a_disputed_flat_fee_waits_too_and_is_charged_once(
    sent: UsageStatement, september: ServicePeriod, finance: User, party_b: User
) -> None:
    dispute(sent, party_b, position=1, counts=None)
    agreement = september.agreement
    invoicing.draft_from_usage(agreement, period=september, by=finance, at=NOW)
    statement_answers.reject(line(sent, 1), decision="按协议计收", by=finance, at=NOW)

    for month, net in ((10, "10000.00"), (11, "5000.00")):
        period = making.period(agreement, date(2026, month, 1))
        draft = invoicing.draft_from_usage(agreement, period=period, by=finance, at=midnight(period.ends_on))
        assert draft.net == Decimal(net)


def test_a_bill_of_nothing_but_disputes_is_refused(
    sent: UsageStatement, september: ServicePeriod, finance: User, party_b: User
) -> None:
    dispute(sent, party_b)
    dispute(sent, party_b, position=1, counts=None)

    with pytest.raises(Refused, match="本期各行都有未答复的对账异议"):
        invoicing.draft_from_usage(september.agreement, period=september, by=finance, at=NOW)
    assert not DocumentLine.objects.exists()


def test_where_agreed_the_statement_comes_before_the_bill(
    september: ServicePeriod, finance: User, party_b: User
) -> None:
    make.reword(september.agreement.versions.get(), statement_required=True)

    def bill() -> Any:
        return invoicing.draft_from_usage(september.agreement, period=september, by=finance, at=NOW)

    with pytest.raises(Refused, match="请先发出 2026-09-01 — 2026-09-30 的对账单"):
        bill()
    sent = statements.send(statements.draft(september, by=finance, at=NOW), by=finance, at=NOW)
    dispute(sent, party_b)
    with pytest.raises(Refused, match="还有 1 行没有答复"):
        bill()
    statement_answers.confirm(sent, by=party_b, at=NOW)

    making.use(september.agreement, making.event("10"))
    with pytest.raises(Refused, match="发出之后用量或价目有变化"):
        bill()
    making.use(september.agreement, making.event("-10", corrects="q1", source_event_id="q1-1"))

    assert bill().net == Decimal("5000.00")


def test_what_was_confirmed_may_be_revised_until_it_is_billed(
    sent: UsageStatement, finance: User, party_b: User
) -> None:
    statement_answers.confirm(sent, by=party_b, at=NOW)
    making.use(sent.period.agreement, making.event("10"))

    again = statements.send(statements.draft(sent.period, by=finance, at=NOW, reason="迟报用量"), by=finance, at=NOW)

    assert (again.total, state(sent)) == (Decimal("5100.50"), State.SUPERSEDED)


def test_a_period_that_is_billed_is_stated_as_a_whole(september: ServicePeriod, finance: User) -> None:
    invoicing.draft_from_usage(september.agreement, period=september, by=finance, at=NOW)

    assert statements.draft(september, by=finance, at=NOW).total == Decimal("5100.00")


def page(statement: UsageStatement, verb: str = "") -> str:
    name = "billing:statement-act" if verb else "billing:statement"
    return reverse(name, args=[statement.pk, verb] if verb else [statement.pk])


def sent_form(**fields: Any) -> dict[str, Any]:
    return {"submission_key": f"statement-form-{next(_keys):08d}", **fields}


def test_party_b_answers_on_the_portal_with_a_file(client: Client, sent: UsageStatement, party_b: User) -> None:
    client.force_login(party_b)
    second = line(sent, 2)
    file = SimpleUploadedFile("本单位日志.txt", b"1500", content_type="text/plain")
    said = {"line": second.pk, "reason": "只有 1500 次", "counts": "1,500", "file": file}

    assert client.post(page(sent, "dispute"), sent_form(**said)).status_code == 302
    assert client.post(page(sent, "confirm-all"), sent_form()).status_code == 302

    answer = LineAnswer.objects.get(line=second)
    assert answer.evidence is not None
    assert (answer.counts, answer.evidence.name) == (Decimal(1500), "本单位日志.txt")
    shown = client.get(page(sent)).content.decode()
    assert "有异议" in shown
    assert "本单位日志.txt" in shown


def test_a_dispute_without_reason_is_shown_on_the_page_and_the_input_stays(
    client: Client, sent: UsageStatement, party_b: User
) -> None:
    client.force_login(party_b)

    shown = client.post(page(sent, "dispute"), sent_form(line=line(sent, 2).pk, counts="1499")).content.decode()

    assert 'value="1499"' in shown
    assert not LineAnswer.objects.exists()


def test_another_organisation_finds_nothing(client: Client, sent: UsageStatement, party_b_other: User) -> None:
    client.force_login(party_b_other)

    answers = [client.get(page(sent)), client.post(page(sent, "confirm-all"), sent_form())]
    answers.append(client.get(reverse("billing:statement-pdf", args=[sent.pk])))

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert "还没有发给贵单位的对账单" in client.get(reverse("billing:statements")).content.decode()


def test_a_draft_does_not_exist_for_party_b(
    client: Client, september: ServicePeriod, finance: User, party_b: User
) -> None:
    made = statements.draft(september, by=finance, at=NOW)
    client.force_login(party_b)

    assert client.get(page(made)).status_code == 404


def test_finance_draws_answers_and_revises_on_the_console(
    client: Client, sent: UsageStatement, finance: User, party_b: User
) -> None:
    dispute(sent, party_b)
    client.force_login(finance)
    name = "admin:billing_usagestatement"

    def act(verb: str, **said: Any) -> str:
        url = reverse(f"{name}_verb", args=[sent.pk, verb])
        return client.post(url, sent_form(**said), follow=True).content.decode()

    assert "已登记异议成立并更正用量" in act("uphold", line=line(sent, 2).pk)
    assert LineAnswer.objects.get().outcome == "upheld"
    assert "已拟出第 2 版" in act("revise", reason="第 2 行异议成立")
    made = UsageStatement.objects.get(revision=2)
    pdf = client.get(reverse(f"{name}_pdf", args=[made.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert "与上一版不同" in client.get(reverse(f"{name}_change", args=[made.pk])).content.decode()


def test_the_lists_take_a_fixed_number_of_queries(
    client: Client, sent: UsageStatement, finance: User, party_b: User, django_assert_max_num_queries: Any
) -> None:
    for month in (10, 11, 12):
        period = making.period(sent.period.agreement, date(2026, month, 1))
        at = midnight(period.ends_on)
        statements.send(statements.draft(period, by=finance, at=at), by=finance, at=at)
    client.force_login(party_b)
    with django_assert_max_num_queries(12):
        assert client.get(reverse("billing:statements")).content.decode().count(">DZ-202") == 4
    client.force_login(finance)
    with django_assert_max_num_queries(16):
        assert client.get(reverse("admin:billing_usagestatement_changelist")).status_code == 200
