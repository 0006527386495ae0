"""Invoice runs: drafting and issuing the bills of all periods that are over, row by row, so that a crash costs nothing.

Each row's draft and its result are one transaction under the row's lock.  A bill is issued by its own short
transaction; a row whose result was lost finds its bill issued and says so.  No row ever gets a second bill.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from time import monotonic

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from billing import invoicing
from billing.models import Document, InvoiceRun, InvoiceRunRow, ServicePeriod
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused

RUN_BUDGET = timedelta(minutes=4)  # below the time limit of a task; the next run goes on
LEASE = timedelta(minutes=3)  # a run that did not move for so long was cut off
State, Drafting, Issuing = InvoiceRun.State, InvoiceRunRow.Drafting, InvoiceRunRow.Issuing
Now = Callable[[], datetime]
WRONG = (Refused, ValueError, ArithmeticError)  # one period's trouble must not stop the others


def ready(day: date) -> QuerySet[ServicePeriod]:
    """The periods that are over on a day and have no bill, each agreement's earliest first."""
    rows: QuerySet[ServicePeriod] = ServicePeriod.objects.ended_by(day).filter(state=ServicePeriod.State.OPEN)
    return rows.order_by("agreement__number", "starts_on", "pk")


@transaction.atomic
def start(*, over_on: date, by: User, at: datetime) -> InvoiceRun:
    """Queue a run over every period that is over on a day.  Raises Refused for a day to come, or when there is none."""
    if over_on > civil_day(at):
        raise Refused(_("截至日期 %(day)s 晚于今天，请核对。") % {"day": over_on})
    periods = list(ready(over_on))
    if not periods:
        raise Refused(_("到 %(day)s 没有已经结束、尚未出账的服务周期。") % {"day": over_on})
    run = InvoiceRun.objects.create(over_on=over_on, started_by=by, started_at=at)
    InvoiceRunRow.objects.bulk_create(InvoiceRunRow(run=run, period=period) for period in periods)
    record("run.started", obj=run, by=by, at=at, data={"over_on": over_on, "periods": len(periods)})
    return run


@transaction.atomic
def ask_issue(run: InvoiceRun, *, on: date, by: User, at: datetime) -> InvoiceRun:
    """Queue the issue of every draft of a run.  Raises Refused for the person who started it, or when none is left."""
    run = _locked(run)
    if run.state != State.DRAFTED:
        raise Refused(
            _("批量出账现在是“%(state)s”，不能开具；请刷新页面查看最新情况。") % {"state": run.get_state_display()}
        )
    if run.started_by_id == by.pk:
        raise Refused(_("开具人不能是发起人，请由另一位财务主管开具。"))
    if on > civil_day(at):
        raise Refused(_("开具日期 %(on)s 晚于今天，请核对。") % {"on": on})
    rows = run.rows.filter(drafting=Drafting.DRAFTED, document__state=Document.State.DRAFT)
    count = rows.update(issuing=Issuing.WAITING, issue_reason="")
    if not count:
        raise Refused(_("没有待开具的草稿。"))
    run.state, run.issue_on, run.issued_by, run.issue_asked_at = State.ISSUING, on, by, at
    run.moved_at = None
    run.save()
    record("run.issue_asked", obj=run, by=by, at=at, data={"on": on, "drafts": count})
    return run


@transaction.atomic
def stop(run: InvoiceRun, *, by: User, at: datetime) -> InvoiceRun:
    """Stop a run: what waits is skipped, what is drafted or issued stays."""
    run = _locked(run)
    if run.state not in {State.DRAFTING, State.DRAFTED, State.ISSUING}:
        raise Refused(_("这次批量出账已经结束（%(state)s）。") % {"state": run.get_state_display()})
    words = _("批量出账已停止。")
    run.rows.filter(drafting=Drafting.WAITING).update(drafting=Drafting.SKIPPED, reason=words)
    run.rows.filter(issuing=Issuing.WAITING).update(issuing=Issuing.NONE)
    run.state, run.finished_at = State.STOPPED, at
    run.save()
    record("run.stopped", obj=run, by=by, at=at)
    return run


def work_waiting(*, now: Now) -> int:
    """Work on what is queued and what was cut off; returns how many runs were worked on.  Not inside a transaction."""
    count = 0
    while (run := _claimed(now())) is not None:
        count += 1
        work(run, now=now)
    return count


def work(run: InvoiceRun, *, now: Now) -> None:
    """Draft or issue the waiting rows of a run until none is left, it is stopped, or its budget of time is used up."""
    begun = monotonic()
    drafting = run.state == State.DRAFTING
    waiting = Q(drafting=Drafting.WAITING) if drafting else Q(issuing=Issuing.WAITING)
    for pk in list(run.rows.filter(waiting).order_by("pk").values_list("pk", flat=True)):
        if monotonic() - begun > RUN_BUDGET.total_seconds():
            InvoiceRun.objects.filter(pk=run.pk).update(moved_at=None)
            return
        if drafting:
            draft_row(pk, at=now())
        else:
            issue_row(pk, at=now())
        if not InvoiceRun.objects.filter(pk=run.pk, state=run.state).update(moved_at=now()):
            return
    _finish(run, at=now())


@transaction.atomic
def draft_row(pk: int, *, at: datetime) -> str:
    """Draft the bill of a waiting row; its result is kept with it.  A row that does not wait is left as it is."""
    rows = InvoiceRunRow.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("run__started_by", "period__agreement").get(pk=pk)
    if row.drafting != Drafting.WAITING:
        return str(row.drafting)
    other = Document.objects.filter(period=row.period, kind=Document.Kind.INVOICE).first()
    if other is None:
        try:
            with transaction.atomic():
                row.document = invoicing.draft_from_usage(
                    row.period.agreement, period=row.period, by=row.run.started_by, at=at
                )
                row.drafting = Drafting.DRAFTED
        except WRONG as error:
            row.document, row.drafting, row.reason = None, Drafting.REFUSED, _words(error)
        except IntegrityError:  # somebody else's draft of the period, made since it was looked for
            row.document, row.drafting = None, Drafting.WAITING
        other = Document.objects.filter(period=row.period, kind=Document.Kind.INVOICE).first()
    if row.document is None and other is not None:
        row.drafting, row.reason = Drafting.SKIPPED, _("该周期已另行出账：%(document)s。") % {"document": other}
    row.save()
    return str(row.drafting)


def issue_row(pk: int, *, at: datetime) -> str:
    """Issue the bill of a waiting row, and keep the result.  What was issued already is so marked."""
    row = InvoiceRunRow.objects.select_related("run__issued_by", "document").get(pk=pk)
    run = row.run
    if row.issuing != Issuing.WAITING or run.issued_by is None or run.issue_on is None:
        return str(row.issuing)
    issuing, words = Issuing.ISSUED, ""
    if row.document is None:
        issuing, words = Issuing.REFUSED, _("该草稿已被作废。")
    else:
        try:
            invoicing.issue(row.document, by=run.issued_by, on=run.issue_on, at=at)
        except WRONG as error:
            if not Document.objects.issued().filter(pk=row.document.pk).exists():
                issuing, words = Issuing.REFUSED, _words(error)
    InvoiceRunRow.objects.filter(pk=pk, issuing=Issuing.WAITING).update(issuing=issuing, issue_reason=words)
    return str(issuing)


def _words(error: Exception) -> str:
    """Why a row could not be done, in words."""
    if isinstance(error, Refused):
        return str(error)[:500]
    return _("数据有误，请联系系统管理员：%(error)s") % {"error": f"{type(error).__name__}: {error}"[:300]}


def _finish(run: InvoiceRun, *, at: datetime) -> None:
    """Drafting ends in review, issuing in the end of the run, or in review again when some could not be issued."""
    with transaction.atomic():
        held = _locked(run)
        if held.state != run.state:
            return
        if held.state == State.DRAFTING:
            if held.rows.filter(drafting=Drafting.WAITING).exists():
                return
            drafted = held.rows.filter(drafting=Drafting.DRAFTED).count()
            held.state, held.drafted_at = State.DRAFTED, at
            if not drafted:
                held.state, held.finished_at = State.DONE, at
            held.save()
            record("run.drafted", obj=held, by=None, at=at, data={"drafted": drafted})
            return
        if held.rows.filter(issuing=Issuing.WAITING).exists():
            return
        refused = held.rows.filter(issuing=Issuing.REFUSED).count()
        held.state, held.finished_at = State.DONE, at
        held.save()
        record("run.issued", obj=held, by=held.issued_by, at=at, data={"refused": refused})


def _claimed(at: datetime) -> InvoiceRun | None:
    """The run that waits longest, taken for this worker by compare-and-set; None when none waits."""
    cut_off = Q(moved_at__isnull=True) | Q(moved_at__lt=at - LEASE)
    for run in InvoiceRun.objects.working().filter(cut_off).order_by("started_at", "pk"):
        seen = InvoiceRun.objects.filter(pk=run.pk, state=run.state, moved_at=run.moved_at)
        if seen.update(moved_at=at):
            claimed: InvoiceRun = InvoiceRun.objects.get(pk=run.pk)
            return claimed
    return None


def _locked(run: InvoiceRun) -> InvoiceRun:
    held: InvoiceRun = InvoiceRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    return held
