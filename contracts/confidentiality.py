"""Confidentiality (4.1, 4.2): the event that starts the last years of a secret, checks of measures, undertakings.

The duty begins when the agreement is concluded (订立), has no end before its event, then ends N years after it, and
outlives the agreement (Civil Code 501, 567).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import papers
from contracts.models import (
    Agreement,
    AgreementVersion,
    ConfidentialItem,
    ControlMeasure,
    MeasureCheck,
    Paper,
    PersonUndertaking,
)
from contracts.moving import demand_own, demand_past, locked, note, people_of, said
from journal.outbox import announce_each, holders
from people.models import User
from people.refusal import Refused
from worktime.calendars import CHINA, workday_calendar
from worktime.models import CalendarVersion
from worktime.published import Reckoned
from worktime.workdays import RollOver, WorkdayCalendar, civil_period_end, corresponding_day


class Stage(StrEnum):
    """Where the confidentiality of one item stands."""

    KEPT = "kept"
    TAIL = "tail"
    OVER = "over"
    UNKNOWN = "unknown"


STAGES: dict[Stage, object] = {
    Stage.KEPT: _("保密中，终止日期未知"),
    Stage.TAIL: _("尾期"),
    Stage.OVER: _("已届满"),
    Stage.UNKNOWN: _("年限未约定，终止日期未知"),
}


@dataclass(frozen=True, kw_only=True)
class Term:
    """From when to when an item is confidential.  ends_on is None while the event has not come: never a default.

    provisional: the year in which it ends has no published calendar, so that a day off may still move it.
    """

    begins_on: date | None
    stage: Stage
    years: int | None = None
    ends_on: date | None = None
    provisional: bool = False


def term_of(item: ConfidentialItem, day: date, *, workdays: WorkdayCalendar | None = None) -> Term:
    """The term of an item as it stands on a civil day.  Asks for the agreement and its versions (prefetch them)."""
    begins_on = item.agreement.signed_on
    years = years_on(item.agreement.versions.all(), item.event_on or day)
    if item.event_on is None:
        return Term(begins_on=begins_on, stage=Stage.KEPT, years=years)
    if years is None:
        return Term(begins_on=begins_on, stage=Stage.UNKNOWN)
    end = _end(item.event_on, years, workdays or china_workdays())
    stage = Stage.TAIL if day <= end.value else Stage.OVER
    return Term(begins_on=begins_on, stage=stage, years=years, ends_on=end.value, provisional=end.provisional)


def with_terms(items: Iterable[ConfidentialItem], day: date) -> Iterator[tuple[ConfidentialItem, Term]]:
    """Each item with its term, the calendar read once and only when an event needs it."""
    workdays: WorkdayCalendar | None = None
    for item in items:
        if item.event_on is not None and workdays is None:
            workdays = china_workdays()
        yield item, term_of(item, day, workdays=workdays)


def _end(event_on: date, years: int, workdays: WorkdayCalendar | None) -> Reckoned[date]:
    """N years after the event by Civil Code 202 and 203; without any calendar the corresponding day, provisionally."""
    if workdays is None:
        return Reckoned(corresponding_day(event_on, years=years), (event_on.year + years,))
    return civil_period_end(event_on, workdays, roll_over=RollOver.NEXT_WORKING_DAY, years=years)


def years_on(versions: Sequence[AgreementVersion] | Any, day: date) -> int | None:
    """The years of 4.2.1 in the terms of a day, else in the last terms there were; None when nobody agreed on any."""
    active = sorted(
        (row for row in versions if row.state == AgreementVersion.State.ACTIVE), key=lambda row: row.effective_from
    )
    held = [row for row in active if row.effective_from <= day and (row.effective_to is None or day < row.effective_to)]
    chosen = (held or active)[-1:] or [None]
    return chosen[0].confidentiality_years if chosen[0] is not None else None


def china_workdays() -> WorkdayCalendar | None:
    """The working days of China by the newest version; None while no calendar is loaded."""
    version = (
        CalendarVersion.objects.filter(calendar__code=CHINA).select_related("calendar").order_by("-number").first()
    )
    return workday_calendar(version) if version else None


@transaction.atomic
def record_event(
    item: ConfidentialItem, *, event: str, event_on: date, file: Any, by: User, at: datetime
) -> ConfidentialItem:
    """The information was published or the right in it ended: its last years run from that day.

    Refused without a proof, a second time, for a day to come or before the agreement was concluded.  The state of the
    agreement does not matter: the duty outlives it.
    """
    item = locked(item, "agreement")
    if item.event_on is not None:
        raise Refused(_t("这项信息已经登记过公开或权利终止。"))
    demand_past(event_on, at)
    if item.agreement.signed_on is not None and event_on < item.agreement.signed_on:
        raise Refused(_t("事件日期不能早于协议订立日期。"))
    if not file:
        raise Refused(_t("请上传公开或权利终止的证明。"))
    item.proof = papers.keep(item.agreement, file, kind=Paper.Kind.EVIDENCE, title=item.title, by=by, at=at)
    item.event, item.event_on = event, event_on
    item.save()
    data = {"event": event, "event_on": event_on}
    note("confidential.event", item, of=item.agreement, by=by, at=at, data=data)
    return item


@transaction.atomic
def check_measure(
    measure: ControlMeasure,
    *,
    checked_on: date,
    result: str,
    text: str = "",
    file: Any = None,
    by: User,
    at: datetime,
) -> MeasureCheck:
    """Write down a check of a measure; the next falls due one period after it."""
    measure = locked(measure, "agreement")
    _demand_running(measure)
    demand_past(checked_on, at)
    if checked_on < measure.starts_on:
        raise Refused(_t("检查日期不能早于措施的开始日期。"))
    if result != MeasureCheck.Result.OK:
        said(text, _t("有差距时，请写明情况。"))
    paper = papers.keep(measure.agreement, file, kind=Paper.Kind.EVIDENCE, by=by, at=at) if file else None
    row = MeasureCheck.objects.create(
        measure=measure, checked_on=checked_on, result=result, text=text.strip(), paper=paper, by=by, at=at
    )
    # A check entered late never brings the next one forward.
    measure.next_check_on = max(measure.next_check_on, corresponding_day(checked_on, months=measure.every_months))
    measure.save()
    note("measure.checked", measure, of=measure.agreement, by=by, at=at, data={"result": result, "on": checked_on})
    return row


@transaction.atomic
def end_measure(measure: ControlMeasure, *, reason: str, by: User, at: datetime) -> ControlMeasure:
    """The parties no longer keep a measure on their list."""
    measure = locked(measure, "agreement")
    _demand_running(measure)
    words = said(reason, _t("请写明结束原因。"))
    measure.ended_on = timezone.localdate(at)
    measure.save()
    note("measure.ended", measure, of=measure.agreement, by=by, at=at, reason=words)
    return measure


def warn_of_measure(measure: ControlMeasure, *, at: datetime) -> int:
    """Tell both sides once that the check of a measure is late."""
    if measure.ended_on is not None or measure.next_check_on >= timezone.localdate(at):
        return 0
    people = {*holders("contracts.check_safeguards")}
    if measure.side == "b":
        people |= {*people_of(measure.agreement.party_b_id)}
    return announce_each(
        sorted(people, key=lambda person: person.pk),
        key=f"measure/{measure.pk}/{measure.next_check_on}",
        kind="measure.overdue",
        subject=lambda: (
            _t("保密措施检查已逾期：%(measure)s（%(day)s）") % {"measure": measure, "day": measure.next_check_on}
        ),
        at=at,
        level="warning",
    )


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person with access to confidential information, and the undertaking when it is signed (date and paper)."""

    person: str
    access_from: date
    department: str = ""
    signed_on: date | None = None


@transaction.atomic
def record_person(
    agreement: Agreement, said_of: Person, *, side: str = "b", file: Any = None, by: User, at: datetime
) -> PersonUndertaking:
    """Write down who has access; without a signed undertaking the person is listed as missing one."""
    if not by.is_staff:
        demand_own(agreement, by)
    name = said(said_of.person, _t("请填写姓名。"))
    if (said_of.signed_on is None) != (not file):
        raise Refused(_t("签署日期和保密承诺书须一起登记。"))
    if said_of.signed_on is not None:
        demand_past(said_of.signed_on, at)
    row = PersonUndertaking.objects.create(
        agreement=agreement,
        side=side if by.is_staff else "b",
        person=name,
        department=said_of.department.strip(),
        access_from=said_of.access_from,
        signed_on=said_of.signed_on,
        paper=_undertaking(agreement, file, name, by=by, at=at) if file else None,
    )
    note("undertaking.recorded", row, of=agreement, by=by, at=at, data={"signed_on": row.signed_on})
    return row


@transaction.atomic
def sign_undertaking(
    row: PersonUndertaking, *, signed_on: date, file: Any, by: User, at: datetime
) -> PersonUndertaking:
    """The person has signed."""
    row = locked(row, "agreement")
    if not by.is_staff:
        demand_own(row.agreement, by)
    if row.signed_on is not None:
        raise Refused(_t("已经登记过保密承诺书。"))
    demand_past(signed_on, at)
    if not file:
        raise Refused(_t("请上传签署的保密承诺书。"))
    row.paper = _undertaking(row.agreement, file, row.person, by=by, at=at)
    row.signed_on = signed_on
    row.save()
    note("undertaking.signed", row, of=row.agreement, by=by, at=at, data={"signed_on": signed_on})
    return row


@transaction.atomic
def leave(row: PersonUndertaking, *, left_on: date, by: User, at: datetime) -> PersonUndertaking:
    """The person has access no more; the undertaking goes on."""
    row = locked(row, "agreement")
    if not by.is_staff:
        demand_own(row.agreement, by)
    if row.left_on is not None:
        raise Refused(_t("已经登记过离岗。"))
    if left_on < row.access_from:
        raise Refused(_t("离岗日期不能早于接触信息的日期。"))
    row.left_on = left_on
    row.save()
    note("undertaking.left", row, of=row.agreement, by=by, at=at, data={"left_on": left_on})
    return row


def _undertaking(agreement: Agreement, file: Any, person: str, *, by: User, at: datetime) -> Paper:
    kind = Paper.Kind.UNDERTAKING
    return papers.keep(agreement, file, kind=kind, title=person, for_party_b=True, by=by, at=at)


def _demand_running(measure: ControlMeasure) -> None:
    if measure.ended_on is not None:
        raise Refused(_t("这项措施已经结束。"))
