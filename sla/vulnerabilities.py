"""Vulnerabilities: found, fixed by one person, verified by another; a risk is accepted by two, and not for ever.

The fix-by date is the earliest that any agreement concerned asks for; where none does, the lead sets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from contracts.due_rules import ROLL, AfterEvent, Count, due_on
from contracts.models import Agreement, AgreementVersion, Organisation
from journal import approvals
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import CheckResult, FixTerm, Service, Vulnerability
from sla.numbering import next_number
from sla.scope import agreements_of
from sla.uptime_words import fix_words
from worktime.calendars import CHINA, current_version, workday_calendar
from worktime.models import Calendar
from worktime.workdays import end_of_day

ACCEPT = "vulnerability.accept"
SOON = timedelta(days=2)
LONGEST_ACCEPTANCE = timedelta(days=366)
State = Vulnerability.State


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A weakness: what, how bad, on which services, who found it and when."""

    provider: Organisation
    title: str
    text: str
    level: str
    source: str
    found_at: datetime
    services: Sequence[Service] = ()
    identifier: str = ""
    result: CheckResult | None = None


@transaction.atomic
def find(what: Finding, *, by: User, at: datetime) -> Vulnerability:
    """Keep a weakness with the fix-by date that the agreements concerned ask for, if any does."""
    if not (what.title.strip() and what.text.strip()):
        raise Refused(_("请写明漏洞和情况。"))
    if what.found_at > at:
        raise Refused(_("发现时间不能晚于现在。"))
    row = Vulnerability(
        number=next_number("LD", "vulnerability", at),
        provider=what.provider,
        title=what.title.strip(),
        text=what.text.strip(),
        identifier=what.identifier.strip(),
        level=what.level,
        source=what.source,
        found_at=what.found_at,
        result=what.result,
        recorded_by=by,
        recorded_at=at,
    )
    row.fix_by, row.fix_basis = agreed_fix(what.provider, what.services, what.level, what.found_at)
    _watch(row)
    _save(row, by)
    row.services.set(what.services)
    _note("vulnerability.found", row, by=by, at=at)
    return row


def agreed_fix(
    provider: Organisation, services: Sequence[Service], level: str, found_at: datetime
) -> tuple[datetime | None, str]:
    """The earliest fix-by instant that an agreement concerned asks for, and which does; nothing agreed: (None, "")."""
    day = timezone.localdate(found_at)
    running = Agreement.objects.running().filter(party_a=provider)
    agreements = agreements_of(services) if services else running
    versions = AgreementVersion.objects.filter(agreement__in=agreements, state="active").applying_on(day)
    terms = FixTerm.objects.filter(version__in=versions, level=level).select_related("version__agreement")
    asked = [(_until(term, found_at), f"{term.version.agreement.number}：{fix_words(term)}") for term in terms]
    return min(asked, default=(None, ""))


@transaction.atomic
def set_fix_by(row: Vulnerability, *, fix_by: datetime, reason: str, by: User, at: datetime) -> Vulnerability:
    """The lead sets the date: any where nothing is agreed, an earlier one where something is."""
    row = _locked(row, State.OPEN)
    if not reason.strip():
        raise Refused(_("请写明理由。"))
    agreed, _basis = agreed_fix(row.provider, list(row.services.all()), row.level, row.found_at)
    if agreed is not None and fix_by > agreed:
        raise Refused(
            _("协议约定须在 %(day)s 前修复，不能再往后定。") % {"day": f"{timezone.localtime(agreed):%Y-%m-%d %H:%M}"}
        )
    if fix_by <= row.found_at:
        raise Refused(_("修复期限须晚于发现时间。"))
    row.fix_by, row.fix_basis = fix_by, _("主管确定：%(why)s") % {"why": reason.strip()[:150]}
    _watch(row)
    _save(row, by)
    _note("vulnerability.fix_by_set", row, by=by, at=at, reason=reason.strip())
    return row


@transaction.atomic
def fix(row: Vulnerability, *, fixed_at: datetime, text: str, by: User, at: datetime) -> Vulnerability:
    """It was fixed; somebody else verifies that."""
    row = _locked(row, State.OPEN)
    if not text.strip():
        raise Refused(_("请写明修复措施。"))
    if not row.found_at <= fixed_at <= at:
        raise Refused(_("修复时间须在发现之后、现在之前。"))
    row.state, row.fixed_at, row.fix_text, row.fixed_by = State.FIXED, fixed_at, text.strip(), by
    row.look_at = None
    _save(row, by)
    _note("vulnerability.fixed", row, by=by, at=at)
    return row


@transaction.atomic
def verify(row: Vulnerability, *, by: User, at: datetime) -> Vulnerability:
    """Another person saw that it is gone."""
    row = _locked(row, State.FIXED)
    if row.fixed_by_id == by.pk:
        raise Refused(_("修复须由另一人验证。"))
    row.state, row.verified_at, row.verified_by = State.VERIFIED, at, by
    _save(row, by)
    _note("vulnerability.verified", row, by=by, at=at)
    return row


@transaction.atomic
def send_back(row: Vulnerability, *, reason: str, by: User, at: datetime) -> Vulnerability:
    """It is not gone: open again, with the same date."""
    row = _locked(row, State.FIXED)
    if not reason.strip():
        raise Refused(_("请写明没有修复好的情况。"))
    _open(row)
    _save(row, by)
    _note("vulnerability.sent_back", row, by=by, at=at, reason=reason.strip())
    return row


@transaction.atomic
def ask_acceptance(row: Vulnerability, *, until: date, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to live with the risk up to a day, a year at most."""
    row = _locked(row, State.OPEN)
    if not reason.strip():
        raise Refused(_("请写明接受风险的理由和采取的缓解措施。"))
    today = timezone.localdate(at)
    if not today < until <= today + LONGEST_ACCEPTANCE:
        raise Refused(_("接受风险的截止日期须晚于今天，且不超过一年。"))
    content = {"number": row.number, "level": row.level, "until": until.isoformat(), "reason": reason.strip()}
    return approvals.ask(ACCEPT, target=row, content=content, by=by, at=at, reason=reason.strip())


def accept_approved(approval: Approval, *, by: User, at: datetime) -> Vulnerability:
    """The approved effect."""
    row = _locked(Vulnerability.objects.get(pk=approval.target_id), State.OPEN)
    until = parse_date(approval.content["until"])
    if until is None:
        raise Refused(_("申请里没有截止日期。"))
    row.state, row.accepted_until, row.acceptance = State.ACCEPTED, until, approval
    row.look_at = end_of_day(until)
    _save(row, by)
    _note("vulnerability.accepted", row, by=by, at=at, reason=approval.content["reason"])
    return row


@transaction.atomic
def reopen(row: Vulnerability, *, reason: str, by: User, at: datetime) -> Vulnerability:
    """The risk is accepted no more."""
    row = _locked(row, State.ACCEPTED)
    if not reason.strip():
        raise Refused(_("请写明重新打开的理由。"))
    _open(row)
    _save(row, by)
    _note("vulnerability.reopened", row, by=by, at=at, reason=reason.strip())
    return row


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold now: void when the level changed."""
    row = Vulnerability.objects.get(pk=approval.target_id)
    return {**approval.content, "level": row.level}


def describe(approval: Approval) -> Iterator[tuple[object, object]]:
    """What the approver reads."""
    said = approval.content
    row = Vulnerability.objects.get(pk=approval.target_id)
    yield _("漏洞"), str(row)
    yield _("级别"), row.get_level_display()
    yield _("情况"), row.text
    yield _("接受风险至"), said["until"]
    yield _("理由和缓解措施"), said["reason"]


def _until(term: FixTerm, found_at: datetime) -> datetime:
    """The instant by which one term asks for the fix."""
    if term.unit == FixTerm.Unit.HOURS:
        return found_at + timedelta(hours=term.number)
    calendar = Calendar.objects.filter(code=CHINA).first()
    if calendar is None:
        raise Refused(_("还没有载入工作日历，不能推算修复期限。"))
    counted = Count.WORKING if term.unit == FixTerm.Unit.WORKING else Count.NATURAL
    rule = AfterEvent(number=term.number, counted=counted, roll_over=ROLL)
    day = due_on(rule, timezone.localdate(found_at), workday_calendar(current_version(calendar)))
    return end_of_day(day.value)


def _watch(row: Vulnerability) -> None:
    """Remind two days before the date, but not before it was found."""
    row.look_at = None if row.fix_by is None else max(row.found_at, row.fix_by - SOON)


def _open(row: Vulnerability) -> None:
    row.state, row.fixed_at, row.fixed_by, row.fix_text = State.OPEN, None, None, ""
    row.accepted_until, row.acceptance = None, None
    _watch(row)


def _locked(row: Vulnerability, *states: str) -> Vulnerability:
    locked: Vulnerability = Vulnerability.objects.select_for_update(no_key=True).get(pk=row.pk)
    if locked.state not in states:
        raise Refused(
            _("漏洞 %(number)s 现在是“%(state)s”，不能进行此操作，请刷新页面查看最新情况。")
            % {"number": locked.number, "state": locked.get_state_display()}
        )
    return locked


def _save(row: Vulnerability, by: User | None) -> None:
    row._history_user = by  # type: ignore[attr-defined]
    row.save()


def _note(action: str, row: Vulnerability, *, by: User, at: datetime, reason: str = "") -> None:
    data = {"number": row.number, "level": row.level, "state": row.state, "fix_by": row.fix_by}
    record(action, obj=row, by=by, at=at, reason=reason, data=data)
