"""The pages of corrections and disputes, driven as people drive them, on both sides."""

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from billing import credits, disputes, invoicing, write_offs
from billing.disputes import Objection
from billing.forms.corrections import CreditNoteForm
from billing.models import BillDispute, Document
from billing.taking_back import Wish
from contracts.models import Agreement
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests.billing import making
from tests.billing.making import NOW
from tests.billing.test_admin import Clerk, button

TODAY = NOW.date()


@pytest.fixture(autouse=True)
def october() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def portal(client: Client, party_b: User) -> Client:
    client.force_login(party_b)
    return client


def test_a_credit_note_from_form_to_issue(bill: Document, finance: User, finance_lead: User) -> None:
    clerk, lead = Clerk(finance), Clerk(finance_lead)
    form = clerk.sees(button(bill, "credit-note"))
    assert "第 2 行 人口库查询：不含税金额（余 100.00 元）" in form

    clerk.does(button(bill, "credit-note"), scope="lines", net_1="1000", quantity_2="400", reason="计量有误")
    note = Document.objects.get(kind="credit_note")
    lead.does(button(note, "issue"), on=TODAY.isoformat())

    page = clerk.sees(f"/admin/billing/document/{note.pk}/change/")
    for words in ("DX-2026-00001", "计量有误", "1,081.20", bill.number or ""):
        assert words in page
    assert "DX-2026-00001" in clerk.sees(f"/admin/billing/document/{bill.pk}/change/")


@pytest.mark.parametrize(
    ("fields", "wishes"),
    [
        pytest.param({"scope": "rest"}, None, id="the rest"),
        pytest.param({"scope": "total", "total": "540.60"},
                     {1: Wish(gross=Decimal("530.00")), 2: Wish(gross=Decimal("10.60"))}, id="spread by what is left"),
        pytest.param({"scope": "lines", "net_1": "1,000", "quantity_2": "5"},
                     {1: Wish(net=Decimal("1000.00")), 2: Wish(quantity=Decimal(5))}, id="typed"),
    ],
)  # fmt: skip
def test_the_form_reads_what_to_credit(bill: Document, fields: dict[str, str], wishes: Any) -> None:
    form = CreditNoteForm({"reason": "更正", **fields}, obj=bill)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["wishes"] == wishes


def test_of_a_long_bill_the_lines_are_written_down(bill: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.forms.corrections.MOST_FIELDS", 1)

    form = CreditNoteForm({"reason": "更正", "scope": "lines", "written": "1, 1000\n2，5.00, 100"}, obj=bill)
    wrong = CreditNoteForm({"reason": "更正", "scope": "lines", "written": "一, 1000"}, obj=bill)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["wishes"] == {
        1: Wish(net=Decimal(1000)), 2: Wish(net=Decimal("5.00"), quantity=Decimal(100)),
    }  # fmt: skip
    assert not wrong.is_valid()
    assert "不是有效的数值" in str(wrong.errors)


def test_party_b_objects_withdraws_and_objects_again(portal: Client, bill: Document) -> None:
    page = f"/portal/documents/{bill.pk}/"
    asked = {KEY_FIELD: new_key(), "positions": ["2"], "amount": "", "reason": "查询量不符"}
    for _again in range(2):  # a form sent twice
        answer = portal.post(f"{page}dispute/", asked, follow=True)
    assert "异议已提出" in answer.content.decode()
    dispute = BillDispute.objects.get()

    portal.post(f"/portal/disputes/{dispute.pk}/withdraw/", follow=True)
    refused = portal.post(f"{page}dispute/", {KEY_FIELD: new_key(), "amount": "9999", "reason": "不符"})

    dispute.refresh_from_db()
    assert (dispute.outcome, dispute.amount) == ("withdrawn", Decimal("106.00"))
    assert "5406.00 元" in refused.content.decode()
    assert "已撤回" in portal.get(page).content.decode()


def test_foreign_bills_and_disputes_are_not_there(
    portal: Client, other_agreement: Agreement, finance: User, finance_lead: User
) -> None:
    foreign = making.issued(other_agreement, finance, finance_lead)
    dispute = disputes.open_dispute(foreign, Objection(reason="不符"), by=finance, at=NOW, through="phone")

    assert portal.get(f"/portal/documents/{foreign.pk}/dispute/").status_code == 404
    assert portal.post(f"/portal/disputes/{dispute.pk}/withdraw/").status_code == 404
    assert BillDispute.objects.open().count() == 1


def test_party_b_reads_its_credit_note_and_no_write_off(
    portal: Client, bill: Document, finance: User, finance_lead: User
) -> None:
    note = credits.draft_credit_note(bill, {2: Wish()}, reason="计量有误", by=finance, at=NOW)
    invoicing.issue(note, by=finance_lead, on=TODAY, at=NOW)
    proposal = write_offs.Proposal(reason="内部原因", basis="审批 12 号")
    off = write_offs.draft_write_off(bill, proposal, by=finance, at=NOW)
    invoicing.issue(off, by=finance_lead, on=TODAY, at=NOW)

    own = portal.get(f"/portal/documents/{note.pk}/").content.decode()
    listed = portal.get("/portal/documents/").content.decode()

    assert "计量有误" in own
    assert "DX-2026-00001" in listed
    assert "HX-2026-00001" not in listed
    assert portal.get(f"/portal/documents/{off.pk}/").status_code == 404
    assert "内部原因" not in portal.get(f"/portal/documents/{bill.pk}/").content.decode()


def test_the_dispute_is_decided_and_answered_at_the_console(
    bill: Document, party_b: User, finance: User, finance_lead: User
) -> None:
    dispute = disputes.open_dispute(
        bill, Objection(reason="查询量不符", positions=[2]), by=party_b, at=NOW, through="portal"
    )  # fmt: skip
    place = f"/admin/billing/billdispute/{dispute.pk}/do/"
    Clerk(finance_lead).does(f"{place}decide/", outcome="partly", upheld="53", decision="一半属实")

    Clerk(finance).does(f"{place}credit-note/", scope="total", total="53", reason="一半属实")

    dispute.refresh_from_db()
    assert dispute.credit_note is not None
    assert dispute.credit_note.gross == Decimal("53.00")


def test_the_list_of_disputes_asks_a_fixed_number_of_queries(bill: Document, finance: User, party_b: User) -> None:
    clerk = Clerk(finance)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            clerk.sees("/admin/billing/billdispute/")
        return len(asked)

    disputes.open_dispute(bill, Objection(reason="一", amount=Decimal(1)), by=party_b, at=NOW, through="portal")
    first = count()
    for _more in range(3):
        disputes.open_dispute(bill, Objection(reason="二", amount=Decimal(1)), by=party_b, at=NOW, through="portal")

    assert count() == first
