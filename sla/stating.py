"""The terms table of a version in words: for its page, Party B's page, the agreement's text and the comparison."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Agreement, AgreementVersion
from contracts.tables import table
from contracts.terms import shown_on
from contracts.text.document import Annex, AnnexRow
from people.models import User
from people.showing import Panel
from sla.models import Clock, ServiceTarget, Ticket
from sla.priority import IMPACTS, URGENCIES, cell
from sla.targets import matrix_of

OF_THE_TEXT = (("response", "response_hours"), ("solution", "solution_hours"))


def name_of(target: ServiceTarget) -> str:
    """Which promise a row makes: kind of report, priority, clock."""
    priority = target.get_priority_display() if target.priority else _("各级")
    return f"{target.get_ticket_kind_display()} · {priority} · {target.get_clock_display()}"


def promise_of(target: ServiceTarget) -> str:
    """The promised time and the hours it counts."""
    return _("%(n)s 小时（%(hours)s）") % {"n": plain(target.target_hours), "hours": target.get_hours_display()}


def policy_of(target: ServiceTarget) -> str:
    """Warnings, pauses, their cap and the window for reopening; what is not agreed says so."""
    parts = [_("%(shares)s%% 时预警") % {"shares": "/".join(map(str, target.shares))}] if target.shares else []
    if target.clock == Clock.Kind.RESPONSE:
        return "；".join([*parts, _("不暂停")])
    reasons = _("、").join(str(Clock.Reason(reason).label) for reason in target.pause_reasons)
    parts.append(_("可暂停的原因：%(reasons)s") % {"reasons": reasons} if reasons else _("不暂停"))
    if target.pause_cap_hours is not None:
        parts.append(_("单次等待乙方最长暂停 %(n)s 小时") % {"n": plain(target.pause_cap_hours)})
    if target.clock == Clock.Kind.SOLUTION:
        window = _("关闭后 %(n)s 个支持日内重新打开的，原时限继续") % {"n": target.reopen_days}
        parts.append(window if target.reopen_days else _("没有约定重新打开期限"))
    return "；".join(parts)


def plain(hours: Decimal) -> str:
    """A number of hours without needless zeros."""
    return format(hours.normalize(), "f")


def rows_of(version: AgreementVersion) -> list[tuple[str, str, str]]:
    """What the version promises, one (which, how long, policy) each: the text's own numbers, then the table."""
    own = [
        (
            f"{Ticket.Kind.FAULT.label} · {Clock.Kind(clock).label}",
            _("%(n)s 小时（%(hours)s）")
            % {"n": plain(hours), "hours": version.get_clock_hours_display() or _("计量方式没有约定")},
            _("按条款正文，下表另有约定的从其约定"),
        )
        for clock, field in OF_THE_TEXT
        if (hours := getattr(version, field)) is not None
    ]
    return own + [(name_of(row), promise_of(row), policy_of(row)) for row in version.targets.all()]


def matrix_lines(version: AgreementVersion) -> list[tuple[str, str]]:
    """The priorities that the version agrees on, a line for each impact; none where it keeps the usual ones."""
    matrix = matrix_of(version)
    if matrix is None:
        return []
    return [(str(Ticket.Impact(impact).label), _line(matrix, impact)) for impact in IMPACTS]


def annex(version: AgreementVersion) -> Annex:
    """The table as an annex of the agreement's text; without rows where nothing is agreed beside the clauses."""
    rows = [AnnexRow(name_of(row), promise_of(row), policy_of(row)) for row in version.targets.all()]
    rows += [AnnexRow(f"{_('优先级')} · {impact}", levels) for impact, levels in matrix_lines(version)]
    return Annex(title=_("服务时限"), rows=tuple(rows))


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The promised times on the agreement's page in the console."""
    if user.has_perm("sla.view_servicetarget"):
        yield from _panels(agreement)


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The same on Party B's page of its agreement."""
    yield from _panels(agreement)


def _panels(agreement: Agreement) -> Iterator[Panel]:
    version = shown_on(agreement, timezone.localdate())
    if version is None:
        return
    rows: list[tuple[str, str, str]] = rows_of(version)
    rows += [
        (f"{_('优先级')} · {impact}", levels, _("影响范围与紧急程度决定")) for impact, levels in matrix_lines(version)
    ]
    yield table(
        "targets",
        _("服务时限"),
        (_("适用于"), _("约定"), _("规则")),
        rows,
        empty=_("没有约定可计量的时限。"),
    )


def _line(matrix: dict[str, int], impact: str) -> str:
    levels = [(Ticket.Urgency(urgency), Ticket.Priority(matrix[cell(impact, urgency)])) for urgency in URGENCIES]
    return "；".join(f"{urgency.label}：{level.label}" for urgency, level in levels)
