"""The morning digest: one letter a working day to everybody who answers for duties that are late, due, or soon due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import ObligationOccurrence
from contracts.scheduling import civil_day
from journal.models import IdempotencyKey, Notice
from journal.outbox import announce
from people.models import User
from worktime.calendars import CHINA, workday_calendar
from worktime.models import CalendarVersion

SCOPE = "digest"
DAYS = 7
MOST = 20
SATURDAY = 5


@dataclass(frozen=True, kw_only=True)
class Morning:
    """A day, whether it is worked, and whether a published calendar says so."""

    day: date
    works: bool
    published: bool


@dataclass(frozen=True, kw_only=True)
class Digest:
    """What one person answers for, by how near it is."""

    overdue: list[ObligationOccurrence]
    today: list[ObligationOccurrence]
    soon: list[ObligationOccurrence]

    def __bool__(self) -> bool:
        return bool(self.overdue or self.today or self.soon)


def morning(day: date) -> Morning:
    """Whether a digest goes out: by the calendar of China; Monday to Friday while the year is not published."""
    versions = CalendarVersion.objects.filter(calendar__code=CHINA).select_related("calendar")
    newest = versions.order_by("-number").first()
    calendar = workday_calendar(newest) if newest else None
    if calendar is None or calendar.unpublished(day, day):
        return Morning(day=day, works=day.weekday() < SATURDAY, published=False)
    return Morning(day=day, works=calendar.is_working_day(day), published=True)


def send_all(*, at: datetime) -> int:
    """Tell everybody once a day; returns how many were told.  A later run of the day goes on where one broke off, then
    none does anything: yesterday's is never sent after."""
    now = morning(civil_day(at))
    if not now.works or IdempotencyKey.objects.filter(scope=SCOPE, key=now.day.isoformat()).exists():
        return 0
    told = sum(send(person, now, at=at) for person in recipients(now.day))
    IdempotencyKey.objects.get_or_create(
        scope=SCOPE, key=now.day.isoformat(), defaults={"request_sha256": "", "result": {"told": told}, "at": at}
    )
    return told


@transaction.atomic
def send(person: User, now: Morning, *, at: datetime) -> bool:
    """Tell one person what is late, due today and due within a week; False when there is nothing to say."""
    found = digest_of(person, now.day)
    if not found:
        return False
    counts = {"late": len(found.overdue), "today": len(found.today), "soon": len(found.soon)}
    announce(
        key=f"digest/{now.day}",
        recipient=person,
        kind="digest",
        level=Notice.Level.WARNING.value if found.overdue else Notice.Level.INFO.value,
        subject=lambda: _("今日义务：逾期 %(late)d 项，今天到期 %(today)d 项，7 天内到期 %(soon)d 项") % counts,
        body=lambda: body_of(found, now),
        url=reverse("admin:contracts_obligationoccurrence_changelist") + "?mine=1"
        if person.is_staff
        else reverse("contracts:duties"),
        at=at,
    )
    return True


def digest_of(person: User, today: date) -> Digest:
    """What the person answers for.  What is in its days of grace is not late: it is due today until they are over."""
    found = ObligationOccurrence.objects.open().in_charge_of(person).select_related("obligation__agreement")
    rows = list(found.filter(due_on__lte=today + timedelta(days=DAYS)).order_by("due_on", "pk"))
    return Digest(
        overdue=[row for row in rows if row.late_after < today],
        today=[row for row in rows if row.due_on <= today <= row.late_after],
        soon=[row for row in rows if row.due_on > today],
    )


def body_of(found: Digest, now: Morning) -> str:
    """The letter, in the language that is active."""
    parts = [
        _part(_("已逾期"), found.overdue),
        _part(_("今天到期（含宽限期内）"), found.today),
        _part(_("7 天内到期"), found.soon),
    ]
    if not now.published:
        year = {"year": now.day.year}
        parts.append(_("%(year)d 年的放假安排尚未公布，今天按周一至周五视为工作日。") % year)
    return "\n\n".join(part for part in parts if part)


def recipients(day: date) -> Iterable[User]:
    """Active accounts that may answer for something due: named, managers of agreements, people of Party B."""
    rows = ObligationOccurrence.objects.open().filter(due_on__lte=day + timedelta(days=DAYS))
    of = "obligation__agreement__"
    named = rows.filter(obligation__person__isnull=False).values("obligation__person")
    unnamed = rows.filter(obligation__person__isnull=True)
    managers = unnamed.filter(obligation__side__in=("a", "both")).values(f"{of}manager")
    bodies = unnamed.filter(obligation__side="b").values(f"{of}party_b")
    return User.objects.filter(
        Q(pk__in=named) | Q(pk__in=managers) | Q(memberships__organisation__in=bodies, memberships__active=True),
        is_active=True,
    ).distinct()


def _part(label: str, rows: list[ObligationOccurrence]) -> str:
    if not rows:
        return ""
    lines = [f"{label}（{len(rows)}）"]
    for row in rows[:MOST]:
        agreement = row.obligation.agreement
        lines.append(f"· {row.due_on} {row.obligation.title}（{agreement.number} {row.obligation.clause_number}）")
    if len(rows) > MOST:
        lines.append(_("……另有 %(n)d 项，请在系统中查看。") % {"n": len(rows) - MOST})
    return "\n".join(lines)
