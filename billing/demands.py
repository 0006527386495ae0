"""Letters of demand (催告函): drafted by finance, issued by its lead, sent, delivered; then a cure period runs."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from billing import demand_news
from billing.debts import OverdueBill, hold_bills
from billing.demand_paper import demanded, keep_pdf, kept_pdf, letter_of, numbered
from billing.document import to_dict
from billing.due_dates import calendar_of
from billing.ladder import CURE_COUNTED, CURE_DAYS, WORKING, cure_end
from billing.models import Demand, DemandBill
from billing.money import ZERO
from billing.numbering import printed, take_number
from billing.periods import civil_day
from billing.printing import require_drawable
from contracts import serving
from contracts.models import Agreement, AgreementVersion, ServedNotice
from contracts.terms import terms_if_any
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.calendars import current_version, workday_calendar
from worktime.explain import explain_workdays

SERIES = "CG"
State = Demand.State


@dataclass(frozen=True, kw_only=True)
class Wording:
    """What the letter says beside its bills.  The cure period counts only where the terms name none."""

    consequence: str
    remark: str = ""
    cure_days: int = CURE_DAYS
    cure_counted: str = CURE_COUNTED


@transaction.atomic
def draft(agreement: Agreement, wording: Wording, *, by: User, at: datetime) -> Demand:
    """Draft a letter over all overdue, undisputed bills of an agreement.  Its figures follow the day until issue.

    Refused while another letter is on its way, when nothing is to be demanded, and without saying what may follow.
    """
    agreement = (
        Agreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("party_a", "party_b")
        .get(pk=agreement.pk)
    )
    if agreement.demands.open().exists():
        raise Refused(_("这份协议已有一份没有送达的催告函，请先办完或者撤回。"))
    if not wording.consequence.strip():
        raise Refused(_("请写明期满未付的后果。"))
    made = Demand(agreement=agreement, drafted_by=by, drafted_at=at)
    bills = demanded(made, on=civil_day(at))
    if not bills:
        raise Refused(_("现在没有逾期且无异议的账单，不能催告。"))
    made.version = _version(agreement, bills, civil_day(at))
    made.cure_agreed = made.version.cure_days is not None
    made.cure_days = made.version.cure_days or wording.cure_days
    made.cure_counted = made.version.cure_counted or wording.cure_counted
    made.consequence, made.remark = wording.consequence.strip(), wording.remark.strip()
    if not 1 <= made.cure_days <= 250:
        raise Refused(_("宽限期须为 1 至 250 天。"))
    calendar_of(made.version)  # a letter whose period cannot be counted is refused now, not on delivery
    made.save()
    told = {"bills": [bill.document.number for bill in bills], "cure_days": made.cure_days, "agreed": made.cure_agreed}
    _note("demand.drafted", made, by=by, at=at, data=told)
    demand_news.tell_drafted(made, by=by, at=at)
    return made


@transaction.atomic
def discard(demand: Demand, *, reason: str, by: User, at: datetime) -> None:
    """Throw a draft away.  An issued letter stays and can only be withdrawn."""
    demand = _locked(demand)
    if demand.state != State.DRAFT:
        raise Refused(_("催告函已经签发，不能作废；有误的请撤回。"))
    if not reason.strip():
        raise Refused(_("请填写作废草稿的原因。"))
    _note("demand.discarded", demand, by=by, at=at, reason=reason.strip())
    demand.delete()


@transaction.atomic
def issue(demand: Demand, *, by: User, at: datetime) -> Demand:
    """Give the letter its number and freeze it with the figures of this day.  `by` must not have drafted it.

    Refused when what was overdue has been paid or disputed meanwhile.
    """
    demand = _locked(demand)
    if demand.state != State.DRAFT:
        raise Refused(_("这份催告函已经签发，请刷新页面。"))
    if demand.drafted_by_id == by.pk:
        raise Refused(_("签发人不能是拟稿人，请由另一位财务负责人签发。"))
    hold_bills(demand.agreement)
    today = civil_day(at)
    bills = demanded(demand, on=today)
    if not bills:
        raise Refused(_("账单已经付清或者有异议，没有可以催告的款项，请作废草稿。"))
    letter = letter_of(demand, bills, on=today)
    require_drawable(numbered(letter, number="", on=today, by=by))
    demand.state, demand.issued_by, demand.issued_at, demand.issued_on = State.ISSUED, by, at, today
    demand.as_of, demand.principal, demand.interest = today, *_totals(bills)
    demand.number = printed(SERIES, today.year, take_number(SERIES, today.year))
    demand.snapshot = to_dict(numbered(letter, number=demand.number, on=today, by=by))
    demand.save()
    DemandBill.objects.bulk_create(_bill(demand, bill) for bill in bills)
    told = {"number": demand.number, "principal": demand.principal, "interest": demand.interest}
    _note("demand.issued", demand, by=by, at=at, data=told)
    transaction.on_commit(partial(keep_pdf, demand), robust=True)
    return demand


@transaction.atomic
def send(demand: Demand, *, channel: str, sent_at: datetime, by: User, at: datetime) -> Demand:
    """Record how and when the letter went out; the letter itself is kept with the notice, and Party B can read it."""
    demand = _locked(demand)
    if demand.state != State.ISSUED:
        raise Refused(_("只有已签发、尚未发出的催告函可以登记发出。"))
    if demand.issued_on is not None and civil_day(sent_at) < demand.issued_on:
        raise Refused(_("发出时间不能早于签发日期。"))
    subject = _("催告函 %(number)s") % {"number": demand.number}
    writing = serving.Writing(
        kind=ServedNotice.Kind.CURE,
        sender=ServedNotice.Side.A,
        subject=subject,
        text=_("催告本金 %(principal)s 元、逾期利息 %(interest)s 元，详见函件。")
        % {"principal": demand.principal, "interest": demand.interest},
        clause_number=_clause_number(demand),
    )
    letter = ContentFile(kept_pdf(demand), name=f"{demand.number}.pdf")
    written = serving.write(demand.agreement, writing, file=letter, by=by, at=at)
    demand.notice = serving.send(written, channel=channel, sent_at=sent_at, by=by, at=at)
    demand.state = State.SENT
    demand.save()
    _note("demand.sent", demand, by=by, at=at, data={"channel": channel, "sent_at": sent_at})
    demand_news.tell_sent(demand, at=at)
    return demand


@transaction.atomic
def deliver(demand: Demand, *, by: User, at: datetime, **arrival: Any) -> Demand:
    """Record the delivery with its proof (contracts.serving.receive); the cure period is counted from it and fixed."""
    demand = _locked(demand)
    if demand.state != State.SENT or demand.notice is None:
        raise Refused(_("只有已发出、尚未送达的催告函可以登记送达。"))
    if demand.notice.state != ServedNotice.State.RECEIVED:
        demand.notice = serving.receive(demand.notice, by=by, at=at, **arrival)
    return _start_cure(demand, by=by, at=at)


@transaction.atomic
def catch_up(demand: Demand, *, at: datetime) -> bool:
    """The delivery was recorded on the notice's own page: the cure period is counted from it all the same."""
    demand = _locked(demand)
    if demand.state != State.SENT or demand.notice is None or demand.notice.received_at is None:
        return False
    _start_cure(demand, by=None, at=at)
    return True


@transaction.atomic
def acknowledge(demand: Demand, *, by: User, at: datetime) -> Demand:
    """Party B confirms that it has the letter; where no delivery was recorded yet, this is one."""
    demand = _locked(demand)
    if demand.state not in {State.SENT, State.DELIVERED} or demand.notice is None:
        raise Refused(_("这份催告函已经撤回，不需要确认。"))
    if demand.acknowledged_at is not None:
        raise Refused(_("已经确认过收到这份催告函。"))
    demand.acknowledged_by, demand.acknowledged_at = by, at
    demand.save()
    _note("demand.acknowledged", demand, by=by, at=at)
    if demand.state == State.SENT:
        if demand.notice.state != ServedNotice.State.RECEIVED:
            name = by.get_full_name()
            demand.notice = serving.receive(demand.notice, received_at=at, received_by=name, by=by, at=at)
        _start_cure(demand, by=by, at=at)
    return demand


@transaction.atomic
def recount(demand: Demand, *, at: datetime) -> bool:
    """Count a provisional cure period anew; whether its last day moved or became firm."""
    demand = _locked(demand)
    before = demand.cure_until, demand.cure_provisional
    if demand.state != State.DELIVERED or not demand.cure_provisional:
        return False
    _count(demand)
    if (demand.cure_until, demand.cure_provisional) == before:
        return False
    demand.save()
    _note("demand.recounted", demand, by=None, at=at, data={"cure_until": demand.cure_until})
    return True


@transaction.atomic
def withdraw(demand: Demand, *, reason: str, by: User, at: datetime) -> Demand:
    """Take a wrong letter back; nothing may rest on it from now on."""
    demand = _locked(demand)
    if demand.state not in {State.ISSUED, State.SENT, State.DELIVERED}:
        raise Refused(_("草稿请作废；已撤回的不能再撤回。"))
    if not reason.strip():
        raise Refused(_("请写明撤回的原因。"))
    demand.state, demand.withdrawn_by, demand.withdrawn_at = State.WITHDRAWN, by, at
    demand.withdrawn_why = reason.strip()[:300]
    demand.save()
    _note("demand.withdrawn", demand, by=by, at=at, reason=demand.withdrawn_why)
    if demand.notice is not None:
        demand_news.tell_withdrawn(demand, at=at)
    return demand


def _start_cure(demand: Demand, *, by: User | None, at: datetime) -> Demand:
    arrived = demand.notice.received_at if demand.notice else None
    assert arrived is not None  # noqa: S101 - the callers looked
    demand.delivered_on = civil_day(arrived)
    _count(demand)
    demand.state = State.DELIVERED
    demand.save()
    told = {"delivered_on": demand.delivered_on, "cure_until": demand.cure_until}
    _note("demand.delivered", demand, by=by, at=at, data=told)
    demand_news.tell_delivered(demand, at=at)
    return demand


def _count(demand: Demand) -> None:
    """The last day of the cure period by the newest calendar, with how it was counted."""
    delivered_on = demand.delivered_on
    assert delivered_on is not None  # noqa: S101 - set by the caller
    version = current_version(calendar_of(demand.version))
    days = workday_calendar(version)
    end = cure_end(delivered_on, demand.cure_days, demand.cure_counted, days)
    demand.cure_until, demand.cure_provisional = end.value, end.provisional
    demand.calendar_version = version
    counted = demand.cure_counted == WORKING
    demand.cure_working = explain_workdays(days, delivered_on, demand.cure_days).as_json() if counted else None


def _version(agreement: Agreement, bills: list[OverdueBill], today: date) -> AgreementVersion:
    """The terms of the day; of an agreement that has ended, those of its last overdue bill."""
    return terms_if_any(agreement, today) or bills[-1].document.version


def _totals(bills: list[OverdueBill]) -> tuple[Any, Any]:
    return sum((bill.undisputed for bill in bills), ZERO), sum((bill.interest for bill in bills), ZERO)


def _bill(demand: Demand, bill: OverdueBill) -> DemandBill:
    return DemandBill(
        demand=demand, document=bill.document, due_on=bill.due_on, principal=bill.undisputed, interest=bill.interest,
        disputed=bill.disputed,
    )  # fmt: skip


def _clause_number(demand: Demand) -> str:
    found: str | None = demand.version.clauses.filter(topic="late_payment").values_list("number", flat=True).first()
    return found or "6.3.2"


def _locked(demand: Demand) -> Demand:
    """The letter, its agreement's row locked first as every verb on an agreement does."""
    Agreement.objects.select_for_update(no_key=True).get(pk=demand.agreement_id)
    related = ("agreement__party_a", "agreement__party_b", "version__support_hours__calendar", "notice", "drafted_by")
    rows = Demand.objects.select_related(*related).select_for_update(of=("self",), no_key=True)
    held: Demand | None = rows.filter(pk=demand.pk).first()
    if held is None:
        raise Refused(_("该草稿已被作废，请返回列表。"))
    return held


def _note(
    action: str, demand: Demand, *, by: User | None, at: datetime, data: dict[str, Any] | None = None, reason: str = ""
) -> None:
    record(
        action,
        obj=demand,
        by=by,
        at=at,
        reason=reason,
        data=data or {},
        organisation_id=demand.agreement.party_b_id,
        agreement_id=demand.agreement_id,
    )
