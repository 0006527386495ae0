"""Sample corrections: a dispute that waits, one upheld in part with its credit note, and a small write-off."""

from datetime import date
from decimal import Decimal

from billing import credits, disputes, invoicing, write_offs
from billing.models import BillDispute, Document
from contracts.models import Agreement
from portal.sample.moments import Moments, months_before
from portal.sample.people import People


def make_corrections(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Object to two bills; decide, credit and write off something of the second."""
    waiting = _bill(agreements[0], months_before(moments.today, 2))
    queries = waiting.lines.filter(description__contains="查询").values_list("position", flat=True)
    objection = disputes.Objection(
        reason="二号查询接口九时至十时的用量与我方网关日志相差约三百次，请核对。", positions=list(queries)
    )
    disputes.open_dispute(
        waiting, objection, by=people.of(waiting.agreement.party_b), at=moments.now, through=BillDispute.Through.PORTAL
    )
    _settle(people, _bill(agreements[1], months_before(moments.today, 2)), moments)


def _settle(people: People, bill: Document, moments: Moments) -> None:
    clerk, lead, at = people["caiwu"], people["caiwuzhang"], moments.now
    dispute = disputes.open_dispute(
        bill, disputes.Objection(reason="下载服务中断期间仍计费", amount=Decimal("300.00")), by=clerk, at=at,
        through=BillDispute.Through.PHONE,
    )  # fmt: skip
    disputes.decide(
        dispute,
        outcome="partly",
        upheld=Decimal("200.00"),
        decision="中断属实，按中断时长减收 200 元。",
        by=lead,
        at=at,
    )
    wishes = credits.spread_gross(bill, Decimal("200.00"))
    note = credits.draft_credit_note(bill, wishes, reason="服务中断期间减收", by=clerk, at=at, dispute=dispute)
    invoicing.issue(note, by=lead, on=moments.today, at=at)
    proposal = write_offs.Proposal(
        reason="小额尾款，追收费用高于欠款", basis="清信财审〔2026〕12 号", amount=Decimal("50.00")
    )
    off = write_offs.draft_write_off(bill, proposal, by=clerk, at=at)
    invoicing.issue(off, by=lead, on=moments.today, at=at)


def _bill(agreement: Agreement, first: date) -> Document:
    rows = Document.objects.issued().select_related("version", "agreement__party_b")
    found: Document = rows.get(agreement=agreement, kind=Document.Kind.INVOICE, period__starts_on=first)
    return found
