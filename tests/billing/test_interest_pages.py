"""The pages on interest: one bill on a day, all overdue bills of an agreement, the paper, and whose they are."""

import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from billing import enforcing, interest_invoices, invoicing, printing, receipts
from billing.enforcing import Ruling, Spent
from billing.interest_invoices import Tax
from billing.interest_page import day_asked, page_of
from billing.interest_sum import summary_of
from billing.models import Document
from billing.warning import rate_warnings
from contracts.models import Agreement, Organisation
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests import make
from tests.billing import making

NOW = datetime(2026, 11, 26, 2, tzinfo=UTC)
TODAY = date(2026, 11, 26)
DUE = date(2026, 9, 30)


@pytest.fixture
def at_now(db: None, time_machine: Any) -> None:
    make.calendar_version()
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def floating(party_b: User, db: None) -> Agreement:
    """An agreement of party_b's organisation at LPR x 1.5, floating."""
    body = party_b.memberships.get().organisation
    return make.agreement(party_b=body, version_interest_basis="lpr_floating", version_interest_rate=Decimal("1.5"))


@pytest.fixture
def owed(floating: Agreement) -> Document:
    return making.owed(floating, "365000.00", DUE)


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


@pytest.mark.parametrize(
    ("asked", "day"),
    [
        pytest.param("2026-10-05", date(2026, 10, 5), id="a day"),
        pytest.param("", TODAY, id="none"),
        pytest.param("2026-02-30", TODAY, id="no day"),
        pytest.param("9999-12-31", TODAY + timedelta(days=366), id="too far"),
    ],
)
def test_the_day_asked_for(asked: str, day: date) -> None:
    assert day_asked({"on": asked}, TODAY) == day


def test_the_page_shows_segments_and_missing_months(
    client: Client, finance: User, owed: Document, at_now: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(finance)
    with django_assert_max_num_queries(28):
        page = client.get(f"/admin/billing/document/{owed.pk}/interest-on/?on=2026-11-23").content.decode()

    assert "缺 2026-10、2026-11 的 LPR" in page
    for words in ("2026-10-01 – 2026-10-19", "2026-10-20 – 2026-11-23", "年 4.50%", "2026-09-20", "暂计"):
        assert words in page


def test_party_b_sees_its_own_bill_only(
    client: Client, party_b: User, party_b_other: User, owed: Document, at_now: None
) -> None:
    for user, status in ((party_b, 200), (party_b_other, 404)):
        client.force_login(user)
        assert client.get(f"/portal/documents/{owed.pk}/interest-on/").status_code == status
    assert str(owed.number) not in client.get("/portal/interest/").content.decode()
    client.force_login(party_b)
    page = client.get("/portal/interest/").content.decode()
    assert str(owed.number) in page
    assert "可能被请求酌减" not in page


def test_the_warning_of_a_high_claim_is_for_the_console_alone(
    client: Client, finance: User, party_b: User, at_now: None
) -> None:
    body = party_b.memberships.get().organisation
    bill = making.owed(
        make.agreement(party_b=body, version_interest_rate=Decimal("0.3")), "100000.00", date(2026, 3, 1)
    )
    client.force_login(finance)
    console = client.get(f"/admin/billing/document/{bill.pk}/interest-on/?on=2026-03-31").content.decode()
    client.force_login(party_b)
    portal = client.get(f"/portal/documents/{bill.pk}/interest-on/?on=2026-03-31").content.decode()

    assert "利息 9,000.00 元，超过推定损失 369.86 元" in console
    assert "（480.82 元）" in console
    assert "9,000.00" in portal  # warned, never cut
    assert "酌减" not in portal


def test_i15_a_rate_below_the_floor_is_reserved_beside_the_agreed_one(at_now: None, db: None) -> None:
    kinds = Organisation.Kind
    agreement = make.agreement(
        party_a=make.organisation(kind=kinds.SME), party_b=make.organisation(kind=kinds.GOVERNMENT),
        signed_on=date(2026, 3, 1), version_interest_basis="annual", version_interest_rate=Decimal("2.8"),
    )  # fmt: skip
    page = page_of(making.owed(agreement, "365000.00", date(2026, 4, 1)), on=date(2026, 5, 1))

    assert page.floor is not None
    assert page.reserved is not None
    assert (page.floor.agreed, page.floor.floor) == (Decimal("0.028"), Decimal("0.03"))
    assert (str(page.debt.total_interest), str(page.reserved.total_interest)) == ("840.00", "900.00")
    text = text_of(printing.interest_pdf(page.document, on=page.on, by=None))
    assert "债权人保留按后者主张的权利：利息 900.00 元" in text


def test_a_large_payee_has_no_floor(owed: Document, at_now: None) -> None:
    assert page_of(owed, on=TODAY).floor is None


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "转入利息账单 LX-2026-00001"), ("en", "LX-2026-00001")])
def test_the_paper_says_all_that_the_page_says(
    finance: User, finance_lead: User, at_now: None, db: None, language: str, words: str
) -> None:
    bill = making.owed(make.agreement(), "100000.00", date(2026, 3, 10))
    spent = Spent(incurred_on=date(2026, 3, 20), amount=Decimal("500.00"), description="律师费", proof="发票 26362")
    enforcing.record_cost(bill, spent, by=finance, at=NOW)
    paid = making.receipt("10000.00", value_date=date(2026, 4, 9), at=NOW)
    receipts.allocate(paid, bill, by=finance, at=NOW)
    draft = interest_invoices.draft(bill, until=date(2026, 5, 9), tax=Tax(Decimal(6)), by=finance, at=NOW)
    invoicing.issue(draft, by=finance_lead, on=TODAY, at=NOW)
    ruling = Ruling(
        court="某区人民法院", case_number="（2026）民初1号", effective_on=date(2026, 6, 1), pay_by=date(2026, 6, 10)
    )
    enforcing.record_judgment(bill, ruling, by=finance, at=NOW)

    text = text_of(printing.interest_pdf(bill, on=date(2026, 6, 30), by=finance, language=language))

    assert words in text
    assert paid.bank_txn_id in text
    assert "发票 26362" in text
    assert "322.00" in text  # 92,000.00 × 0.0175 % × 20


def test_all_overdue_bills_of_an_agreement_with_their_total(
    client: Client, finance: User, owed: Document, floating: Agreement, at_now: None,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    second = making.owed(floating, "36500.00", date(2026, 10, 9))
    making.owed(floating, "100.00", date(2026, 12, 24), issued_on=date(2026, 11, 1))
    found = summary_of(Document.objects.issued(), on=TODAY)
    client.force_login(finance)
    with django_assert_max_num_queries(26):
        page = client.get(f"/admin/billing/document/interest/?agreement={floating.pk}&on=2026-11-26").content.decode()

    assert [line.document for line in found.lines] == [owed, second]
    assert found.total.owed == sum((line.sums.owed for line in found.lines), Decimal(0))
    assert (str(found.total.principal), str(found.total.interest_open)) == ("401500.00", "2781.00")
    assert "404,281.00" in page
    assert f"?agreement={floating.pk}&amp;on=" in client.get("/admin/billing/document/interest/").content.decode()


def test_the_spreadsheet_ends_with_the_total(client: Client, finance: User, owed: Document, at_now: None) -> None:
    client.force_login(finance)
    answer = client.get(f"/admin/billing/document/interest/?agreement={owed.agreement_id}&on=2026-10-10&format=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]

    assert lines[0].startswith("账单,协议,到期日,逾期天数,未付本金")
    assert lines[-1] == "合计,,,,365000.00,450.00,0.00,450.00,0.00,0.00,365450.00,"


def test_the_buttons_draft_an_interest_invoice_and_a_waiver(
    client: Client, finance: User, finance_lead: User, at_now: None, db: None
) -> None:
    bill = making.owed(make.agreement(), "100000.00", date(2026, 3, 10))
    client.force_login(finance)
    at = f"/admin/billing/document/{bill.pk}/do/"
    form = client.get(f"{at}interest-invoice/").content.decode()
    data = {KEY_FIELD: new_key(), "until": "2026-04-09", "taxed": "taxed", "rate": "6", "ground": ""}
    page = client.post(f"{at}interest-invoice/", data, follow=True).content.decode()
    draft = Document.objects.get(kind="interest_invoice")

    assert 'name="rate" value="6"' in form
    assert "已拟制利息账单草稿 1500.00 元" in page
    waiver = {KEY_FIELD: new_key(), "until": "2026-04-09", "amount": "", "reason": "协商", "basis": "会议纪要 12 号"}
    assert "利息账单草稿" in client.post(f"{at}waive-interest/", waiver, follow=True).content.decode()
    invoicing.discard(draft, reason="改为减免", by=finance, at=NOW)
    waiver[KEY_FIELD] = new_key()
    assert "已提请减免利息 1500.00 元" in client.post(f"{at}waive-interest/", waiver, follow=True).content.decode()


def test_a_rate_below_the_floor_is_warned_of_where_it_is_entered(
    client: Client, contract_manager: User, at_now: None
) -> None:
    kinds = Organisation.Kind
    agreement = make.agreement(
        party_a=make.organisation(kind=kinds.SME), party_b=make.organisation(kind=kinds.GOVERNMENT),
        version_interest_basis="annual", version_interest_rate=Decimal("2.8"),
    )  # fmt: skip
    client.force_login(contract_manager)

    page = client.get(f"/admin/contracts/agreementversion/{agreement.versions.get().pk}/change/").content.decode()

    assert "约定的逾期利率折合年 2.8%，低于一年期 LPR 3%" in page


@pytest.mark.parametrize(
    ("kind", "rate", "warned"),
    [
        pytest.param("sme", "2.8", True, id="small and below"),
        pytest.param("sme", "3", False, id="small and not below"),
        pytest.param("large", "2.8", False, id="not small"),
    ],
)
def test_who_is_warned(at_now: None, kind: str, rate: str, warned: bool) -> None:
    agreement = make.agreement(
        party_a=make.organisation(kind=kind), party_b=make.organisation(kind=Organisation.Kind.GOVERNMENT),
        version_interest_basis="annual", version_interest_rate=Decimal(rate),
    )  # fmt: skip

    assert bool(list(rate_warnings(agreement.versions.get(), TODAY))) is warned
