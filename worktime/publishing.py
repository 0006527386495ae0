"""Loading a holiday notice: a person drafts what it says, a second one publishes it, and every deadline follows."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from journal import approvals
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.almanac import Almanac, Notice, YearDays
from worktime.calendars import add_version, almanac_of, current_version
from worktime.following import Move, follow_all, preview_all
from worktime.models import Calendar, CalendarVersion, NoticeDraft

KIND = "calendar.publish"
LONGEST_TEXT = 100_000


@transaction.atomic
def draft(calendar: Calendar, stated: YearDays, *, origin: str, text: str, by: User, at: datetime) -> NoticeDraft:
    """Keep what a notice says, for a person to check.  `stated` carries the notice as the last of its notices.

    Raises Refused for a notice from the future, one that is loaded already, and one that changes nothing.
    """
    notice = stated.notices[-1]
    if notice.published_on > at.date():
        raise Refused(_("公布日期 %(day)s 还没有到，请核对。") % {"day": notice.published_on})
    if calendar.drafts.filter(number=notice.number, state=NoticeDraft.State.DRAFT).exists():
        raise Refused(_("通知 %(number)s 已经登记，正在等待公布，请在列表中打开它。") % {"number": notice.number})
    made = NoticeDraft(
        calendar=calendar,
        year=stated.year,
        number=notice.number,
        published_on=notice.published_on,
        url=notice.url,
        origin=origin,
        text=text[:LONGEST_TEXT],
        days={kind: stated.as_json()[kind] for kind in ("off", "work")},
        made_by=by,
        made_at=at,
    )
    if not changed_dates(almanac_of(current_version(calendar)), resulting_almanac(made)):
        raise Refused(_("这份通知与现有日历完全一致，无需公布。"))
    made.full_clean()
    made.save()
    record("notice.drafted", obj=made, by=by, at=at, data=contents(made))
    return made


@transaction.atomic
def ask(made: NoticeDraft, *, by: User, at: datetime) -> Approval:
    """Ask a second person to publish the notice."""
    made = _locked_draft(made)
    return approvals.ask(KIND, target=made, content=contents(made), by=by, at=at)


@transaction.atomic
def discard(made: NoticeDraft, *, by: User, at: datetime) -> NoticeDraft:
    """Set a draft aside.  Refused while a request to publish it is open."""
    made = _locked_draft(made)
    open_requests = Approval.objects.filter(
        kind=KIND, target_id=str(made.pk), state=Approval.State.REQUESTED, expires_at__gt=at
    )
    if open_requests.exists():
        raise Refused(_("这份通知正在等待公布审批，请先撤回申请再作废。"))
    made.state = NoticeDraft.State.DISCARDED
    made.save()
    record("notice.discarded", obj=made, by=by, at=at)
    return made


def publish(approval: Approval, *, by: User, at: datetime) -> CalendarVersion:
    """The approved effect: a new version, and every deadline that counts on the calendar follows it.

    Runs inside the approving transaction.  Raises Refused when the calendar has changed since the request.
    """
    made = _locked_draft(NoticeDraft.objects.get(pk=approval.target_id))
    version = add_version(
        made.calendar,
        resulting_almanac(made),
        source=made.number,
        published_on=made.published_on,
        known_since=at,
        by=by,
    )
    made.state, made.version = NoticeDraft.State.PUBLISHED, version
    made.save()
    moves = follow_all(version, by=by, at=at)
    record(
        "calendar.published",
        obj=version,
        by=by,
        at=at,
        data={"notice": made.number, "year": made.year, "sha256": version.sha256, "moved": len(moves)},
    )
    return version


def preview(made: NoticeDraft, *, at: datetime) -> list[Move]:
    """Every open deadline and due date that publishing the draft would move."""
    version = current_version(made.calendar)
    return preview_all(version, resulting_almanac(made), at=at)


def contents(made: NoticeDraft) -> dict[str, Any]:
    """All that publishing depends on: the notice, its days, and the version that it would follow."""
    return {
        "number": made.number,
        "published_on": made.published_on.isoformat(),
        "url": made.url,
        "year": made.year,
        "days": made.days,
        "follows": current_version(made.calendar).sha256,
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now: it is void when the draft or the calendar has changed."""
    return contents(NoticeDraft.objects.select_related("calendar").get(pk=approval.target_id))


def stated_by(made: NoticeDraft) -> YearDays:
    """What the draft says of its year, with the notices that it follows."""
    earlier = almanac_of(current_version(made.calendar)).years.get(made.year)
    notice = Notice(made.number, made.published_on, made.url)
    notices = (*(earlier.notices if earlier else ()), notice)
    return YearDays.from_json(made.year, {**made.days, "notices": [known.as_json() for known in notices]})


def resulting_almanac(made: NoticeDraft) -> Almanac:
    """The calendar as it would be after publication."""
    return almanac_of(current_version(made.calendar)).with_year(stated_by(made))


def changed_dates(old: Almanac, new: Almanac) -> frozenset[date]:
    """The dates on which two almanacs differ; every date of a year that only one of them has is not listed singly."""
    kinds = ((old.off, new.off), (old.work, new.work))
    return frozenset(day for before, after in kinds for day in before.keys() ^ after.keys())


def _locked_draft(made: NoticeDraft) -> NoticeDraft:
    locked = NoticeDraft.objects.select_for_update(no_key=True).select_related("calendar").get(pk=made.pk)
    if locked.state != NoticeDraft.State.DRAFT:
        raise Refused(_("这份通知已经处理（%(state)s）。") % {"state": locked.get_state_display()})
    return locked
