"""The life of an agreement as the clause board reads it: term (1.3.1) and ending (10)."""

from datetime import datetime

from django.utils.translation import gettext as _

from contracts import lifecycle, term
from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.models import Agreement, ExitTask, Termination

State = Agreement.State


def _agreement_link(agreement: Agreement) -> Link:
    return list_link(_("协议"), "contracts_agreement", "contracts.view_agreement", number=agreement.number)


def read_term(agreement: Agreement, at: datetime) -> Reading:
    """Kept while the agreement runs and after its term was run to the end; due soon within 90 days of the end."""
    found = term.term_of(agreement, today=term.today_at(at))
    links = (
        list_link(
            _("签署记录"),
            "contracts_signaturemark",
            "contracts.view_signaturemark",
            version__agreement__id__exact=agreement.pk,
        ),
    )
    if agreement.state in {State.DRAFT, *lifecycle.FOR_SIGNATURE}:
        return Reading(standing=Standing.UNPROVEN, note=_("尚未生效"), links=links)
    day = found.last_day.isoformat() if found.last_day else "—"
    if agreement.state not in lifecycle.RUNNING:
        note = _("%(state)s，最后一天是 %(day)s") % {"state": agreement.get_state_display(), "day": day}
        return Reading(standing=Standing.KEPT, note=note, count=1, links=links)
    if found.days_left is not None and found.days_left < 0:
        return Reading(
            standing=Standing.OVERDUE, note=_("%(day)s 已届满，尚未办理") % {"day": day}, count=1, links=links
        )
    if found.level is not None:
        note = _("还有 %(days)d 天届满（%(day)s）") % {"days": found.days_left or 0, "day": day}
        return Reading(standing=Standing.DUE_SOON, note=note, count=1, links=links)
    note = _("生效中，至 %(day)s 止") % {"day": day}
    return Reading(standing=Standing.KEPT, note=note, count=1, links=links)


def read_ending(agreement: Agreement, at: datetime) -> Reading:
    """Overdue with an exit task past its day, due soon while tasks or a termination are open, kept when all is done."""
    links = (
        list_link(
            _("解除记录"), "contracts_termination", "contracts.view_termination", agreement__id__exact=agreement.pk
        ),
        list_link(_("退出事项"), "contracts_exittask", "contracts.view_exittask", agreement__id__exact=agreement.pk),
    )
    tasks = list(agreement.exit_tasks.values_list("state", "due_on"))
    unsettled = [due_on for state, due_on in tasks if state in {ExitTask.State.OPEN, ExitTask.State.REPORTED}]
    late = [due_on for due_on in unsettled if due_on is not None and due_on < term.today_at(at)]
    if late:
        note = _("%(n)d 项退出事项已逾期") % {"n": len(late)}
        return Reading(standing=Standing.OVERDUE, note=note, count=len(tasks), links=links)
    if unsettled:
        note = _("还有 %(n)d 项退出事项没有办结") % {"n": len(unsettled)}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(tasks), links=links)
    if tasks:
        return Reading(standing=Standing.KEPT, note=_("退出事项全部办结"), count=len(tasks), links=links)
    open_ones = agreement.terminations.filter(state__in=[Termination.State.PROPOSED, Termination.State.DECIDED])
    if open_ones.exists():
        return Reading(standing=Standing.DUE_SOON, note=_("正在办理解除"), count=1, links=links)
    return Reading(standing=Standing.UNPROVEN, note=_("没有发生解除"), links=links)


READERS: tuple[tuple[str | tuple[str, ...], Reader], ...] = (
    ("term", read_term),
    ("ending", read_ending),
)
