"""Sample dunning: a ladder that was climbed, a letter of demand whose cure period runs, a suspension lifted long ago."""

from datetime import date, timedelta
from decimal import Decimal

from billing import (
    demands,
    dunning,
    dunning_steps,
    formal_invoices,
    invoicing,
    lifting,
    periods,
    receipts,
    stopping,
)
from billing.ladder import STANDARD, step_day
from billing.models import Demand, Document, FormalInvoice, RateLine
from billing.overdue import statement
from contracts.models import Agreement, SupportHours
from journal import approvals
from journal.models import Approval
from portal.sample.life import Plan, body_named, in_force
from portal.sample.moments import Moments, local, months_before
from portal.sample.organisations import ACCOUNT
from portal.sample.papers import sample_pdf
from portal.sample.people import People

DAY = timedelta(days=1)
CONSEQUENCE = "我方将依据协议第 6.3.2 条提请暂停相关服务，并保留依法解除协议、追究违约责任的权利。"


def make_dunning(people: People, agreements: list[Agreement], hours: SupportHours, moments: Moments) -> None:
    """The ladder of the house, what it told so far, one demand that runs and one suspension of the past."""
    began = months_before(moments.today, 9)
    dunning_steps.set_out(None, by=people["caiwuzhang"], at=local(began, 10))
    _lifted(people, hours, moments)
    _climb(moments)
    _demand(people, agreements[0], moments.working_day(-7), moments)


def _climb(moments: Moments) -> None:
    """Every morning on which a step of some bill was due."""
    dates = FormalInvoice.objects.filter(state="accepted").values_list("due_on", flat=True)
    steps = {step_day(step, due_on, moments.days) for due_on in dates if due_on for step in STANDARD}
    for day in sorted(day for day in steps if day <= moments.today):
        at = local(day, 8, 30)
        for debtor in dunning.debtors(at=at):
            dunning.dun(debtor, at=at)


def _demand(people: People, agreement: Agreement, day: date, moments: Moments) -> Demand:
    """Drafted and issued on a day, sent on the next working day, delivered on the one after."""
    wording = demands.Wording(consequence=CONSEQUENCE)
    draft = demands.draft(agreement, wording, by=people["caiwu"], at=local(day, 9))
    letter = demands.issue(draft, by=people["caiwuzhang"], at=local(day, 15))
    sent, arrived = (moments.days.add_working_days(day, number).value for number in (1, 2))
    demands.send(letter, channel="post", sent_at=local(sent, 10), by=people["caiwu"], at=local(sent, 11))
    return demands.deliver(
        letter,
        received_at=local(arrived, 10),
        received_by=agreement.party_b.contact_name,
        proof=sample_pdf("催告函送达回执", f"函件编号：{letter.number}", f"签收人：{agreement.party_b.contact_name}"),
        by=people["caiwu"],
        at=local(arrived, 16),
    )


def _lifted(people: People, hours: SupportHours, moments: Moments) -> None:
    """Eight months ago: a bill unpaid, demanded, the service suspended for some days, paid and restored."""
    start = months_before(moments.today, 8)
    plan = Plan(body=body_named("西湾区住房和城乡建设局", "孟凡"), number=f"GXXY-{start.year}-017", start=start)
    agreement = in_force(people, hours, plan)
    bill = _bill(people, agreement, start)
    due_on = FormalInvoice.objects.get(document=bill).due_on or start
    letter = _demand(people, agreement, moments.days.roll_forward(due_on + 16 * DAY).value, moments)
    over = (letter.cure_until or due_on) + DAY
    proposed, sent, arrived, effect, paid = (
        moments.days.add_working_days(over, number).value for number in (0, 1, 2, 8, 11)
    )
    proposal = stopping.Proposal(scope="access", reason="催告宽限期满，经电话核实仍未付款。")
    stop = stopping.propose(agreement, proposal, by=people["caiwu"], at=local(proposed, 9))
    request = Approval.objects.get(kind=stopping.KIND, target_id=str(stop.pk))
    approvals.approve(request, by=people["caiwuzhang"], at=local(proposed, 15))
    stop = stopping.give_notice(
        stop, effective_on=effect, channel="hand", sent_at=local(sent, 9), by=people["hetong"], at=local(sent, 10)
    )
    receipt = sample_pdf("暂停通知送达回执", f"协议编号：{agreement.number}", "签收人：孟凡")
    stopping.notice_delivered(
        stop,
        received_at=local(arrived, 9),
        received_by="孟凡",
        proof=receipt,
        by=people["hetong"],
        at=local(arrived, 10),
    )
    stopping.take_effect(stop, by=people["hetong"], at=local(effect, 9))
    _pay(people, bill, paid)
    lifting.follow(stop, at=local(paid, 10, 15))
    lifting.lift(stop, reason="欠款及逾期利息已全部付清。", by=people["caiwuzhang"], at=local(paid, 11))


def _bill(people: People, agreement: Agreement, start: date) -> Document:
    """The platform fee of the first month, issued and received on the first working days of the next."""
    RateLine.objects.create(
        version=agreement.versions.get(), fee_kind="platform", name="平台使用费", meter="", model="flat",
        flat_amount=Decimal("6000.00"), valid_from=start,
    )  # fmt: skip
    (period,) = periods.open_periods(
        agreement, months=1, until=start + DAY, by=people["caiwu"], at=local(start, 9)
    )  # fmt: skip
    day = period.ends_on + DAY
    draft = invoicing.draft_from_usage(agreement, period=period, by=people["caiwu"], at=local(day, 9))
    bill = invoicing.issue(draft, by=people["caiwuzhang"], on=day, at=local(day, 10))
    face = formal_invoices.Face(
        kind=FormalInvoice.Kind.values[0],
        number=f"{day:%y}362000{day:%m%d}99{bill.pk:06d}",
        dated_on=day,
        net=bill.net,
        tax=bill.tax,
        gross=bill.gross,
    )
    formal = formal_invoices.record_formal_invoice(bill, face, by=people["caiwu"], at=local(day, 11))
    formal_invoices.record_received(
        formal, on=day + DAY, proof="孟凡签收，政务快递回单", by=people["caiwu"], at=local(day + DAY, 16)
    )
    return bill


def _pay(people: People, bill: Document, on: date) -> None:
    """All that is owed on a day, interest included."""
    owed = statement(bill, on=on).outstanding
    entry = receipts.Entry(
        account=ACCOUNT.number, bank_txn_id=f"{on:%Y%m%d}{bill.pk:08d}", value_date=on, amount=owed,
        payer_name=bill.agreement.party_b.name, memo=f"付 {bill.number} 及利息",
    )  # fmt: skip
    receipts.receive_payment(bill, entry, by=people["caiwu"], at=local(on, 10))
