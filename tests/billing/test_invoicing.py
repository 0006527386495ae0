"""Drafting and issuing: each period billed once and in turn, each number given once, what is issued frozen."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.storage import default_storage
from pypdf import PdfReader

from billing import invoicing, printing
from billing.document import InvoiceDocument, from_dict
from billing.models import Document, NumberSeries, ServicePeriod
from billing.periods import midnight
from contracts.models import Agreement, Organisation
from journal.models import Event, Notice
from people import roles
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.making import NOW, OCTOBER


def paper_of(document: Document) -> InvoiceDocument:
    paper = from_dict(document.snapshot or {})
    assert isinstance(paper, InvoiceDocument)
    return paper


def test_a_draft_adds_up_line_by_line(agreement: Agreement, finance: User) -> None:
    document = making.draft(agreement, finance)

    assert [(line.net, line.tax, line.gross) for line in document.lines.all()] == [
        (Decimal("5000.00"), Decimal("300.00"), Decimal("5300.00")),
        (Decimal("100.00"), Decimal("6.00"), Decimal("106.00")),
    ]
    assert (document.net, document.tax, document.gross) == (Decimal("5100.00"), Decimal("306.00"), Decimal("5406.00"))
    assert (document.state, document.number, document.drafted_by) == ("draft", None, finance)


def test_tax_is_rounded_half_up_on_each_line(agreement: Agreement, finance: User) -> None:
    for name in ("甲", "乙"):
        making.platform_fee(agreement, name=name, flat_amount=Decimal("0.25"))  # tax 0.015 each
    period = making.period(agreement)

    document = invoicing.draft_from_usage(agreement, period=period, by=finance, at=NOW)

    assert (document.tax, document.gross) == (Decimal("0.04"), Decimal("0.54"))


def test_drafting_closes_the_period_and_is_told_to_the_journal(agreement: Agreement, finance: User) -> None:
    document = making.draft(agreement, finance)
    period = agreement.periods.get()

    assert period.state == ServicePeriod.State.CLOSED
    event = Event.objects.get(action="document.drafted")
    assert (event.actor, event.agreement_id, event.data["gross"]) == (finance, agreement.pk, "5406.00")
    assert document.history.count() == 1
    assert period.history.count() == 2


def test_a_period_is_not_billed_before_it_is_over(agreement: Agreement, finance: User) -> None:
    making.platform_fee(agreement)
    period = making.period(agreement)
    last_second = midnight(OCTOBER) - timedelta(seconds=1)

    with pytest.raises(Refused, match="还没有结束，2026-10-01 起才能出账"):
        invoicing.draft_from_usage(agreement, period=period, by=finance, at=last_second)

    invoicing.draft_from_usage(agreement, period=period, by=finance, at=midnight(OCTOBER))


def test_a_period_is_billed_once(agreement: Agreement, finance: User) -> None:
    making.draft(agreement, finance)

    with pytest.raises(Refused, match="已经出账"):
        invoicing.draft_from_usage(agreement, period=agreement.periods.get(), by=finance, at=NOW)


def test_periods_are_billed_in_turn(agreement: Agreement, finance: User) -> None:
    making.platform_fee(agreement)
    making.period(agreement, date(2026, 8, 1))

    with pytest.raises(Refused, match="请先出账更早的服务周期 2026-08-01 — 2026-08-31"):
        invoicing.draft_from_usage(agreement, period=making.period(agreement), by=finance, at=NOW)


def test_a_period_of_another_agreement_is_refused(
    agreement: Agreement, other_agreement: Agreement, finance: User
) -> None:
    with pytest.raises(Refused, match="不属于这份协议"):
        invoicing.draft_from_usage(agreement, period=making.period(other_agreement), by=finance, at=NOW)


def test_issue_gives_a_number_and_freezes_the_content(agreement: Agreement, finance: User, finance_lead: User) -> None:
    document = making.issued(agreement, finance, finance_lead)

    assert (document.number, document.year, document.sequence) == ("ZD-2026-00001", 2026, 1)
    assert (document.state, document.issued_on, document.issued_by) == ("issued", OCTOBER, finance_lead)
    paper = paper_of(document)
    assert (paper.heading.number, paper.gross, paper.capitals) == (
        "ZD-2026-00001",
        Decimal("5406.00"),
        "伍仟肆佰零陆元整",
    )
    assert (paper.heading.prepared_by, paper.heading.reviewed_by) == ("李静", "陈立")


def test_the_snapshot_does_not_follow_later_changes(bill: Document) -> None:
    body = bill.agreement.party_b
    body.name = "改名后的单位"
    body.save()

    assert paper_of(Document.objects.get(pk=bill.pk)).buyer.name == "市大数据管理局"


def test_numbers_have_no_gap_and_start_anew_each_year(agreement: Agreement, finance: User, finance_lead: User) -> None:
    making.platform_fee(agreement)
    later = NOW.replace(year=2027, month=1, day=5)
    numbers = []
    for first, on in (
        (date(2026, 9, 1), OCTOBER),
        (date(2026, 10, 1), date(2026, 11, 2)),
        (date(2026, 11, 1), date(2027, 1, 4)),
    ):
        period = making.period(agreement, first)
        draft = invoicing.draft_from_usage(agreement, period=period, by=finance, at=later)
        numbers.append(invoicing.issue(draft, by=finance_lead, on=on, at=later).number)

    assert numbers == ["ZD-2026-00001", "ZD-2026-00002", "ZD-2027-00001"]


def test_a_refused_issue_takes_no_number(agreement: Agreement, finance: User, finance_lead: User) -> None:
    draft = making.draft(agreement, finance)
    with pytest.raises(Refused):
        invoicing.issue(draft, by=finance_lead, on=date(2027, 1, 1), at=NOW)

    assert not NumberSeries.objects.exists()
    assert invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW).sequence == 1


def test_the_drafter_cannot_issue(agreement: Agreement, finance_lead: User) -> None:
    draft = making.draft(agreement, finance_lead)

    with pytest.raises(Refused, match="开具人不能是拟稿人"):
        invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        pytest.param(date(2026, 10, 21), "开具日期 2026-10-21 晚于今天", id="tomorrow"),
        pytest.param(date(2026, 9, 30), "早于服务周期的结束", id="within the period"),
    ],
)
def test_impossible_days_of_issue_are_refused(
    agreement: Agreement, finance: User, finance_lead: User, on: date, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        invoicing.issue(making.draft(agreement, finance), by=finance_lead, on=on, at=NOW)


def test_an_issued_document_is_not_issued_again_nor_discarded(bill: Document, finance_lead: User) -> None:
    for act in (
        lambda: invoicing.issue(bill, by=finance_lead, on=OCTOBER, at=NOW),
        lambda: invoicing.discard(bill, by=finance_lead, reason="x", at=NOW),
        lambda: invoicing.request_issue(bill, by=finance_lead, at=NOW),
    ):
        with pytest.raises(Refused, match="账单 ZD-2026-00001 已经开具，内容不能再改"):
            act()


def test_a_discarded_draft_opens_its_period_again(agreement: Agreement, finance: User) -> None:
    draft = making.draft(agreement, finance)
    period = agreement.periods.get()

    invoicing.discard(draft, by=finance, reason="价目有误", at=NOW)

    period.refresh_from_db()
    assert (period.state, period.closed_at) == ("open", None)
    assert Event.objects.get(action="document.discarded").reason == "价目有误"
    assert invoicing.draft_from_usage(agreement, period=period, by=finance, at=NOW).gross == Decimal("5406.00")


def test_what_was_discarded_meanwhile_is_not_issued(agreement: Agreement, finance: User, finance_lead: User) -> None:
    draft = making.draft(agreement, finance)
    seen = Document.objects.get(pk=draft.pk)
    invoicing.discard(draft, by=finance, reason="重拟", at=NOW)

    with pytest.raises(Refused, match="该草稿已被作废"):
        invoicing.issue(seen, by=finance_lead, on=OCTOBER, at=NOW)


def test_characters_that_cannot_be_printed_are_named_before_a_number_is_taken(
    agreement: Agreement, finance: User, finance_lead: User
) -> None:
    draft = making.draft(agreement, finance)
    Organisation.objects.filter(pk=agreement.party_b_id).update(name="数据局\U0001f600")

    with pytest.raises(Refused, match=r"没有字形.*\U0001f600"):
        invoicing.issue(draft, by=finance_lead, on=OCTOBER, at=NOW)
    assert not NumberSeries.objects.exists()


def test_issue_tells_party_b_once(agreement: Agreement, party_b: User, party_b_other: User, bill: Document) -> None:
    notices = Notice.objects.filter(kind="document.issued", channel="in_app")

    assert [notice.recipient for notice in notices] == [party_b]
    assert "ZD-2026-00001" in notices[0].subject


def test_a_request_tells_the_leads_who_may_issue(agreement: Agreement, finance: User, finance_lead: User) -> None:
    make.user("other_lead", roles.FINANCE_LEAD)
    draft = making.draft(agreement, finance_lead)

    invoicing.request_issue(draft, by=finance, at=NOW)

    told = Notice.objects.filter(kind="document.issue_requested", channel="in_app")
    assert [str(notice.recipient) for notice in told] == ["other_lead"]


def test_the_pdf_is_kept_with_its_hash_after_the_commit(
    agreement: Agreement, finance: User, finance_lead: User, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        document = making.issued(agreement, finance, finance_lead)

    document.refresh_from_db()
    assert len(document.pdf_sha256) == 64
    assert default_storage.exists("documents/2026/ZD-2026-00001.pdf")


def test_the_kept_pdf_survives_the_loss_of_its_file(bill: Document) -> None:
    first = printing.kept_pdf(bill)
    default_storage.delete("documents/2026/ZD-2026-00001.pdf")

    assert printing.kept_pdf(Document.objects.get(pk=bill.pk)) == first


def test_a_changed_file_is_not_served(bill: Document) -> None:
    first = printing.kept_pdf(bill)
    with default_storage.open("documents/2026/ZD-2026-00001.pdf", "wb") as file:
        file.write(b"forged")

    assert printing.kept_pdf(bill) == first


def test_the_pdf_says_what_the_database_says(bill: Document, tmp_path: object) -> None:
    path = tmp_path / "bill.pdf"  # type: ignore[operator]
    path.write_bytes(printing.kept_pdf(bill))

    text = "".join(page.extract_text() for page in PdfReader(path).pages)

    for figure in ("ZD-2026-00001", "5,406.00", "5,100.00", "306.00", "伍仟肆佰零陆元整", "10 个工作日"):
        assert figure in text
