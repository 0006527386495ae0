"""Letters of demand: two persons, figures of the day of issue, delivery starts the cure period, Party B confirms."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from billing import demands, disputes, receipts
from billing.demand_paper import draft_pdf, kept_pdf, path_of
from billing.document import DemandLetter, from_dict
from billing.models import Demand, Document
from billing.tasks.dunning import follow_demands
from contracts import serving
from contracts.models import Agreement, ServedNotice
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.billing import making
from tests.billing.dunning_rows import another_bill, at, delivered, drafted, proof, sent

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def late(bill: Document, finance: User) -> Document:
    """The bill of September, due on 21 October 2026, unpaid."""
    making.received(bill, finance)
    return bill


def letter_of(demand: Demand) -> DemandLetter:
    found = from_dict(demand.snapshot or {})
    assert isinstance(found, DemandLetter)
    return found


def test_a_letter_names_every_overdue_bill_with_interest_as_of_its_day(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    another_bill(agreement, finance, finance_lead)  # due on 16 November: not overdue on the 9th
    receipts.allocate(making.receipt("1006.00"), late, by=finance, at=at(10, 22))

    issued = demands.issue(drafted(agreement, finance), by=finance_lead, at=at(11, 9, 4))

    letter = letter_of(issued)
    (item,) = letter.items
    # 4,400.00 from 22 October to 9 November: 19 days at 0.05 %.
    assert (item.principal, item.interest, item.days_overdue) == (Decimal("4400.00"), Decimal("41.80"), 19)
    assert issued.number == "CG-2026-00001"
    assert (letter.cure_days, letter.cure_counted, letter.cure_until) == (15, "working", None)
    assert letter.annexes[0].invoice_number == late.number
    assert letter.annexes[0].heading.number == "CG-2026-00001-1"
    assert letter.signer == "陈立"


def test_two_bills_are_one_letter_with_two_annexes(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    another_bill(agreement, finance, finance_lead)
    draft = drafted(agreement, finance, on=at(11, 20))

    issued = demands.issue(draft, by=finance_lead, at=at(11, 20, 4))

    assert [item.principal for item in letter_of(issued).items] == [Decimal("5406.00"), Decimal("5300.00")]
    assert len(letter_of(issued).annexes) == 2
    assert issued.principal == Decimal("10706.00")


def test_the_disputed_part_is_not_demanded(
    late: Document, agreement: Agreement, finance: User, finance_lead: User, party_b: User
) -> None:
    objection = disputes.Objection(reason="少计折扣", amount=Decimal("406.00"))
    disputes.open_dispute(late, objection, by=party_b, at=at(10, 25), through="portal")

    issued = demands.issue(drafted(agreement, finance), by=finance_lead, at=at(11, 9))

    row = issued.bills.get()
    # Interest 5,406.00 × 0.05 % × 19 = 51.36; the share of 5,000.00 is 47.50.
    assert (row.principal, row.interest, row.disputed) == (Decimal("5000.00"), Decimal("47.50"), Decimal("406.00"))
    assert "406.00 元贵方已提出异议，未列入上表" in letter_of(issued).paragraphs[0]


@pytest.mark.parametrize(
    ("term", "given", "kept"),
    [
        pytest.param({}, {}, (15, "working", False), id="nothing agreed: the default is decided"),
        pytest.param({}, {"cure_days": 30, "cure_counted": "calendar"}, (30, "calendar", False), id="a decision"),
        pytest.param(
            {"cure_days": 10, "cure_counted": "working"}, {"cure_days": 3}, (10, "working", True), id="the terms rule"
        ),
    ],
)
def test_whose_cure_period_counts(
    late: Document, agreement: Agreement, finance: User, term: Any, given: Any, kept: Any
) -> None:
    if term:
        make.reword(agreement.versions.get(), **term)

    made = drafted(agreement, finance, **given)

    assert (made.cure_days, made.cure_counted, made.cure_agreed) == kept
    assert Event.objects.get(action="demand.drafted").data["agreed"] is kept[2]


def test_whoever_drafted_does_not_issue(late: Document, agreement: Agreement, finance: User) -> None:
    draft = drafted(agreement, finance)

    with pytest.raises(Refused, match="签发人不能是拟稿人"):
        demands.issue(draft, by=finance, at=at(11, 9))
    with pytest.raises(DatabaseError, match="demand_two_persons"), transaction.atomic():
        Demand.objects.filter(pk=draft.pk).update(issued_by=finance)


def test_what_was_paid_meanwhile_is_not_demanded(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    draft = drafted(agreement, finance)
    receipts.receive_payment(late, making.entry("9000.00", value_date=date(2026, 11, 9)), by=finance, at=at(11, 9))

    with pytest.raises(Refused, match="没有可以催告的款项，请作废草稿"):
        demands.issue(draft, by=finance_lead, at=at(11, 9))
    demands.discard(draft, reason="已付清", by=finance, at=at(11, 9))

    assert not Demand.objects.exists()
    assert issued_numbers() == []


def issued_numbers() -> list[str]:
    return list(Demand.objects.filter(number__isnull=False).values_list("number", flat=True))


@pytest.mark.parametrize(
    ("moment", "words"),
    [pytest.param(at(10, 21), "没有逾期且无异议的账单", id="on the due date"), pytest.param(at(11, 9), "", id="after")],
)
def test_nothing_is_demanded_before_it_is_overdue(
    late: Document, agreement: Agreement, finance: User, moment: Any, words: str
) -> None:
    if not words:
        assert drafted(agreement, finance, on=moment).state == "draft"
        with pytest.raises(Refused, match="已有一份没有送达的催告函"):
            drafted(agreement, finance, on=moment)
        return
    with pytest.raises(Refused, match=words):
        drafted(agreement, finance, on=moment)


def test_an_issued_letter_is_frozen_and_its_pdf_is_kept(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    issued = demands.issue(drafted(agreement, finance), by=finance_lead, at=at(11, 9))
    content = kept_pdf(issued)

    assert issued.pdf_sha256 == hashlib.sha256(content).hexdigest()
    for field, value in (("consequence", "改"), ("principal", 1), ("cure_days", 1), ("pdf_sha256", "0" * 64)):
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            Demand.objects.filter(pk=issued.pk).update(**{field: value})
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        issued.bills.update(principal=1)
    default_storage.delete(path_of(issued))
    default_storage.save(path_of(issued), ContentFile(b"%PDF-1.4 forged"))
    assert kept_pdf(issued) == content


def test_delivery_fixes_the_period(late: Document, agreement: Agreement, finance: User, finance_lead: User) -> None:
    letter = delivered(agreement, finance, finance_lead)

    assert (letter.delivered_on, letter.cure_until) == (date(2026, 11, 10), date(2026, 12, 1))
    assert letter.notice is not None
    assert letter.notice.kind == ServedNotice.Kind.CURE
    assert letter.notice.proof is not None
    assert letter.notice.paper is not None
    assert letter.notice.paper.sha256 == Demand.objects.get(pk=letter.pk).pdf_sha256
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        Demand.objects.filter(pk=letter.pk).update(cure_until=date(2026, 11, 11))


def test_a_delivery_without_proof_or_name_is_none(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    letter = sent(agreement, finance, finance_lead)

    with pytest.raises(Refused, match="请写明签收人、上传送达凭证"):
        demands.deliver(letter, received_at=at(11, 10), by=finance, at=at(11, 10))
    with pytest.raises(Refused, match="送达时间不能早于发出时间"):
        demands.deliver(letter, received_at=at(11, 9, 3), proof=proof(), by=finance, at=at(11, 10))
    letter.refresh_from_db()
    assert letter.cure_until is None


def test_a_delivery_noted_on_the_notice_itself_counts_too(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    letter = sent(agreement, finance, finance_lead)
    assert letter.notice is not None
    serving.receive(letter.notice, received_at=at(11, 12), proof=proof(), by=finance, at=at(11, 13))

    with time_machine.travel(at(11, 14), tick=False):
        assert follow_demands()["delivered"] == 1
        assert follow_demands()["delivered"] == 0

    letter.refresh_from_db()
    assert (letter.delivered_on, letter.cure_until) == (date(2026, 11, 12), date(2026, 12, 3))


def test_a_period_into_an_unpublished_year_stays_provisional(
    late: Document, agreement: Agreement, finance: User, finance_lead: User
) -> None:
    letter = demands.issue(drafted(agreement, finance, on=at(12, 20)), by=finance_lead, at=at(12, 20))
    demands.send(letter, channel="hand", sent_at=at(12, 20), by=finance, at=at(12, 20))
    found = demands.deliver(letter, received_at=at(12, 20), proof=proof(), by=finance, at=at(12, 20))

    assert (found.cure_provisional, demands.recount(found, at=at(12, 21))) == (True, False)


def test_finance_is_told_once_that_the_period_is_over(
    late: Document, agreement: Agreement, finance: User, finance_lead: User, contract_manager: User
) -> None:
    delivered(agreement, finance, finance_lead)

    for day in (1, 2, 3):
        with time_machine.travel(at(12, day), tick=False):
            follow_demands()

    rows = Notice.objects.filter(kind="demand.cure_over", channel="in_app")
    assert {row.recipient for row in rows} == {finance, contract_manager}
    assert rows.count() == 2
    assert "系统不会自动暂停" in rows[0].body


def test_a_withdrawn_letter_is_gone_for_what_rests_on_it(
    late: Document, agreement: Agreement, finance: User, finance_lead: User, party_b: User
) -> None:
    letter = delivered(agreement, finance, finance_lead)
    with pytest.raises(Refused, match="请写明撤回的原因"):
        demands.withdraw(letter, reason=" ", by=finance_lead, at=at(11, 11))

    demands.withdraw(letter, reason="账单有误", by=finance_lead, at=at(11, 11))

    assert Notice.objects.filter(kind="demand.withdrawn", recipient=party_b, channel="in_app").count() == 1
    assert drafted(agreement, finance, on=at(11, 12)).state == "draft"


def sign_in(client: Client, user: User) -> Client:
    client.force_login(user, backend=BACKEND)
    return client


def test_party_b_reads_and_confirms_what_was_sent_to_it(
    client: Client, late: Document, agreement: Agreement, finance: User, finance_lead: User, party_b: User
) -> None:
    letter = sent(agreement, finance, finance_lead)
    url = reverse("billing:demand", args=[letter.pk])
    sign_in(client, party_b)
    assert "确认收到" in client.get(url).content.decode()
    assert client.get(reverse("billing:demand-pdf", args=[letter.pk])).content.startswith(b"%PDF")

    with time_machine.travel(at(11, 11), tick=False):
        for _again in range(2):
            client.post(url, {"submission_key": "k" * 32})

    letter.refresh_from_db()
    assert (letter.acknowledged_by, letter.state) == (party_b, "delivered")
    assert (letter.delivered_on, letter.cure_until) == (date(2026, 11, 11), date(2026, 12, 2))
    assert str(letter.number) in client.get(reverse("billing:demands")).content.decode()


def test_a_letter_that_was_not_sent_or_is_anothers_does_not_exist(
    client: Client, late: Document, agreement: Agreement, finance: User, finance_lead: User, party_b: User,
    party_b_other: User,
) -> None:  # fmt: skip
    issued = demands.issue(drafted(agreement, finance), by=finance_lead, at=at(11, 9, 4))
    url = reverse("billing:demand", args=[issued.pk])
    assert sign_in(client, party_b).get(url).status_code == 404
    demands.send(issued, channel="post", sent_at=at(11, 9, 5), by=finance, at=at(11, 9, 5))

    assert client.get(url).status_code == 200
    assert sign_in(client, party_b_other).get(url).status_code == 404
    assert client.post(url, {"submission_key": "k" * 32}).status_code == 404


def test_a_draft_prints_marked_as_one(late: Document, agreement: Agreement, finance: User) -> None:
    draft = drafted(agreement, finance)

    assert draft_pdf(draft, on=date(2026, 11, 9)).startswith(b"%PDF")
    with pytest.raises(Refused, match="没有逾期且无异议"):
        draft_pdf(draft, on=date(2026, 10, 21))
