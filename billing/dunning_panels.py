"""The sections of the pages of dunning: the ladder of a bill, what a case owes, letters, conditions, suspensions."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import stop_conditions
from billing.debts import overdue_bills
from billing.due_dates import in_words
from billing.dunning import workdays_of
from billing.dunning_faces import ENTRY_TONES, demand_badge, met_badge, stop_badge
from billing.dunning_steps import named, steps_of
from billing.ladder import Step, step_day
from billing.models import DebtorStop, Demand, Document, DunningEntry, StopReview
from billing.periods import civil_day
from billing.stop_conditions import LABELS, Condition
from billing.wording import yuan
from contracts.models import Agreement
from contracts.tables import Linked, table
from people.models import User
from people.refusal import Refused
from people.showing import Panel, badge
from worktime.workdays import WorkdayCalendar

MOMENTS = {"proposed": _("提请时"), "approved": _("批准时"), "in_force": _("执行时")}


def ladder_panel(document: Document) -> Panel:
    """Each step of a bill's ladder (from with_due): when it is due, and what was done."""
    due_on, workdays = document.due_on, _workdays(document)
    taken = {row.code: row for row in document.dunning.order_by("pk") if row.due_on == due_on}
    steps = {step.code: step for step in steps_of(document.agreement)}
    rows: list[tuple[Any, ...]] = []
    for code, entry in taken.items():
        if code not in steps:  # a step that was taken and exists no longer
            rows.append(_taken(entry))
    for step in sorted(steps.values(), key=lambda made: made.days):
        found = taken.get(step.code)
        rows.append(_taken(found) if found else _waiting(step, document, workdays))
    heads = (_("步骤"), _("应办日期"), _("结果"), _("办理日期"), _("催款本金（元）"), _("有异议未催（元）"))
    return table("ladder", _("催款阶梯"), heads, rows)


def _workdays(document: Document) -> WorkdayCalendar | None:
    """The working days of a bill's terms, None where they name none: the page is drawn all the same."""
    try:
        return workdays_of(document)
    except Refused:
        return None


def _taken(entry: DunningEntry) -> tuple[Any, ...]:
    state = badge(entry.get_outcome_display(), ENTRY_TONES[entry.outcome])
    disputed = yuan(entry.disputed) if entry.disputed else ""
    return named(entry.code, entry.name), entry.step_on, state, entry.told_on, yuan(entry.asked), disputed


def _waiting(step: Step, document: Document, workdays: WorkdayCalendar | None) -> tuple[Any, ...]:
    due_on = document.due_on
    day = step_day(step, due_on, workdays) if due_on is not None and workdays is not None else None
    return named(step.code, step.name), day, "", None, "", ""


def case_panels(agreement: Agreement, user: User, *, at: datetime) -> Iterator[Panel]:
    """What the agreement owes, its letters, and whether it could be suspended or terminated now."""
    yield _bills(agreement, at)
    yield _letters(agreement)
    demand = stop_conditions.latest_demand(agreement)
    found = stop_conditions.conditions_of(agreement, demand, at=at)
    yield conditions_panel(found)
    yield _stops(agreement)
    if not stop_conditions.unmet([row for row in found if row.key != "running"]) and user.has_perm(
        "contracts.request_termination"
    ):
        url = reverse("admin:contracts_agreement_verb", args=[agreement.pk, "terminate"])
        rows = [(Linked(_t("提请解除协议"), url), _t("依第 6.3.2 条，暂停以外也可以解除；须另有解除通知并经批准。"))]
        yield table("termination", _("解除"), (_("办理"), _("说明")), rows)


def _bills(agreement: Agreement, at: datetime) -> Panel:
    rows = [
        (
            Linked(bill.document.number, reverse("admin:billing_document_change", args=[bill.document.pk])),
            bill.due_on,
            bill.days_late,
            yuan(bill.statement.principal_open),
            yuan(bill.disputed) if bill.disputed else "",
            yuan(bill.statement.interest_open),
            _last_step(bill.document),
        )
        for bill in overdue_bills(agreement, on=civil_day(at))
    ]
    heads = (
        _("账单"), _("到期日"), _("逾期天数"), _("未付本金（元）"), _("有异议（元）"), _("逾期利息（元）"),
        _("最近一步"),
    )  # fmt: skip
    return table("bills", _("逾期的账单"), heads, rows, empty=_("没有逾期的账单。"))


def _last_step(document: Document) -> object:
    entry = document.dunning.exclude(outcome="passed").order_by("-told_at", "-pk").first()
    return f"{named(entry.code, entry.name)} {entry.told_on.isoformat()}" if entry else ""


def _letters(agreement: Agreement) -> Panel:
    rows = [
        (
            Linked(str(row), reverse("admin:billing_demand_change", args=[row.pk])),
            demand_badge(row),
            yuan(row.principal + row.interest) if row.is_issued else "",
            row.delivered_on,
            row.cure_until,
        )
        for row in Demand.objects.filter(agreement=agreement).order_by("-pk")
    ]
    heads = (_("催告函"), _("状态"), _("催告金额（元）"), _("送达日期"), _("宽限期届满日"))
    return table("demands", _("催告函"), heads, rows, empty=_("还没有催告函。"))


def conditions_panel(found: list[Condition]) -> Panel:
    """Each condition for a suspension with its evidence, met or not; a person decides, no machine."""
    rows = [
        (row.label, met_badge(met=row.met), Linked(row.evidence, row.url) if row.url else row.evidence)
        for row in found
    ]  # fmt: skip
    return table("conditions", _("暂停服务的条件"), (_("条件"), _("是否具备"), _("依据")), rows)


def _stops(agreement: Agreement) -> Panel:
    rows = [
        (
            Linked(row.get_scope_display(), reverse("admin:billing_debtorstop_change", args=[row.pk])),
            stop_badge(row),
            row.reason,
            row.proposed_at,
            row.effective_on,
            row.ended_at,
        )
        for row in DebtorStop.objects.filter(agreement=agreement)
    ]
    heads = (_("范围"), _("状态"), _("理由"), _("提请时间"), _("暂停日期"), _("结束时间"))
    return table("stops", _("欠费暂停"), heads, rows, empty=_("没有因欠费暂停过。"))


def demand_panels(demand: Demand, *, at: datetime) -> Iterator[Panel]:
    """The bills of a letter, and how its cure period was counted."""
    heads = (_("账单"), _("到期日"), _("催告本金（元）"), _("逾期利息（元）"), _("有异议未催（元）"))
    yield table("bills", _("催告的账单"), heads, _demanded(demand, at), empty=_("没有可以催告的账单。"))
    lines = in_words(demand.cure_working)
    if lines:
        context = {"lines": lines, "provisional": demand.cure_provisional}
        yield Panel(name="cure", label=_("宽限期的计算"), template="admin/billing/counted.html", context=context)


def _demanded(demand: Demand, at: datetime) -> Iterator[tuple[Any, ...]]:
    """As frozen at issue; of a draft as it would be today."""
    if demand.is_issued:
        for row in demand.bills.select_related("document"):
            link = Linked(row.document.number, reverse("admin:billing_document_change", args=[row.document_id]))
            yield link, row.due_on, yuan(row.principal), yuan(row.interest), yuan(row.disputed) if row.disputed else ""
        return
    for bill in overdue_bills(demand.agreement, on=civil_day(at)):
        if bill.undisputed > 0:
            link = Linked(bill.document.number, reverse("admin:billing_document_change", args=[bill.document.pk]))
            disputed = yuan(bill.disputed) if bill.disputed else ""
            yield link, bill.due_on, yuan(bill.undisputed), yuan(bill.interest), disputed


def stop_panels(stop: DebtorStop, *, at: datetime) -> Iterator[Panel]:
    """The conditions now and as they were found, and what asks for restoring the service."""
    reviews = list(stop.reviews.select_related("closed_by"))
    if reviews:
        yield _reviews(reviews)
    if stop.state in {"proposed", "approved", "noticed"}:
        yield conditions_panel(stop_conditions.conditions_of(stop.agreement, stop.demand, at=at))
    yield _checks(stop)


def _reviews(reviews: list[StopReview]) -> Panel:
    rows = [
        (
            row.get_ground_display(),
            row.opened_at,
            badge(row.get_outcome_display(), "muted") if row.outcome else badge(_t("等待决定"), "bad"),
            row.reason,
            row.closed_by.get_full_name() if row.closed_by else "",
        )
        for row in reviews
    ]
    heads = (_("事由"), _("提出时间"), _("处理结果"), _("理由"), _("处理人"))
    return table("reviews", _("恢复服务的提议"), heads, rows)


def _checks(stop: DebtorStop) -> Panel:
    rows = [
        (MOMENTS[check["moment"]], parse_datetime(check["at"]), LABELS[key], met_badge(met=met), evidence)
        for check in stop.checks
        for key, met, evidence in check["conditions"]
    ]
    heads = (_("环节"), _("时间"), _("条件"), _("是否具备"), _("依据"))
    return table("checks", _("条件核对记录"), heads, rows)
