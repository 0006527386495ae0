"""Availability of an agreement in a month: outages, maintenance in time and late, suspensions, terms that change."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import Agreement, ForceMajeure, ServedNotice, Suspension
from people.models import User
from sla import maintenance, outages
from sla.models import Reach
from sla.uptime import Row, availability_of
from tests import make
from tests.sla.make_sla import local
from tests.sla.make_uptime import NIGHT, announced, done, outage, service, term

pytestmark = pytest.mark.django_db
SEPTEMBER, LATER = date(2026, 9, 1), local("2026-10-05 12:00")
DAY, HOUR = 86_400, 3_600
EARLY = NIGHT - timedelta(days=4)


def only(agreement: Agreement, month: date = SEPTEMBER, at: datetime = LATER) -> Row:
    """The one row of the month."""
    (row,) = availability_of(agreement, month, at)
    return row


def test_without_services_there_is_nothing_to_measure(agreement: Agreement) -> None:
    assert availability_of(agreement, SEPTEMBER, LATER) == []


def test_a_month_without_outages_is_whole(agreement: Agreement) -> None:
    term(agreement, service(agreement))

    row = only(agreement)

    assert (row.seconds, row.down, row.excluded, row.percentage, row.met) == (30 * DAY, 0, 0, Decimal(100), True)


def test_nothing_agreed_is_measured_around_the_clock_and_not_judged(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    outage(operator, about, since=local("2026-09-10 10:00"), until=local("2026-09-10 13:00"))

    row = only(agreement)

    assert (row.down, row.target, row.met) == (3 * HOUR, None, None)
    assert row.percentage == Decimal("99.583")


def test_overlapping_outages_count_once(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    term(agreement, about)
    outage(operator, about, since=local("2026-09-10 10:00"), until=local("2026-09-10 12:00"))
    outage(operator, about, since=local("2026-09-10 11:00"), until=local("2026-09-10 13:00"))

    row = only(agreement)

    assert (row.down, row.percentage, row.met) == (3 * HOUR, Decimal("99.583"), False)
    assert [part.seconds for part in row.down_parts] == [2 * HOUR, 2 * HOUR]


def test_an_outage_across_a_month_end_counts_in_both(agreement: Agreement, operator: User) -> None:
    outage(operator, service(agreement), since=local("2026-09-30 23:00"), until=local("2026-10-01 02:00"))

    assert [only(agreement, month).down for month in (SEPTEMBER, date(2026, 10, 1))] == [HOUR, 2 * HOUR]


def test_an_open_outage_counts_up_to_now(agreement: Agreement, operator: User) -> None:
    outage(operator, service(agreement), since=local("2026-09-10 10:00"))

    row = only(agreement, at=local("2026-09-10 10:30"))

    assert (row.down, row.complete) == (1_800, False)
    assert row.seconds == 9 * DAY + 10 * HOUR + 1_800


def test_in_support_hours_a_night_outage_costs_nothing(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    term(agreement, about, hours="support")
    outage(operator, about, since=local("2026-09-16 17:00"), until=local("2026-09-17 08:45"))

    row = only(agreement)

    assert row.down == 30 * 60 + 15 * 60
    # 22 working days in September 2026, the make-up Sunday of the 20th among them, 7.5 hours each, less the 25th.
    assert row.figure.service % (int(7.5 * HOUR)) == 0


def test_maintenance_announced_in_time_is_taken_out(agreement: Agreement, operator: User, ops_lead: User) -> None:
    about = service(agreement)
    term(agreement, about)
    window = announced(ops_lead, about, at=EARLY)
    done(window, operator, NIGHT, NIGHT + timedelta(hours=3))

    row = only(agreement)

    assert (row.excluded, row.down, row.met) == (3 * HOUR, 0, True)
    assert row.seconds == 30 * DAY - 3 * HOUR
    assert [part.kind for part in row.excluded_parts] == ["maintenance"]


def test_late_maintenance_counts_as_downtime_and_says_why(agreement: Agreement, operator: User, ops_lead: User) -> None:
    about = service(agreement)
    term(agreement, about)
    window = announced(ops_lead, about, at=NIGHT - timedelta(hours=47, minutes=59))
    done(window, operator, NIGHT, NIGHT + timedelta(hours=3))

    row = only(agreement)

    assert (row.excluded, row.down, row.met) == (0, 3 * HOUR, False)
    (part,) = row.down_parts
    assert part.reach is not None
    assert (part.kind, part.reach.verdict, part.reach.given_seconds) == ("late", "late", 48 * HOUR - 60)


@pytest.mark.parametrize(
    "changes, before, verdict",
    [
        pytest.param({}, timedelta(hours=48), "in_time", id="to the second"),
        pytest.param({}, timedelta(hours=47), "late", id="an hour too late"),
        pytest.param(
            {"notice_counted": "support", "notice_hours": 8}, timedelta(hours=35), "in_time",
            id="Friday 11:00 to Saturday 22:00 holds half an hour less than the eight",
        ),
        pytest.param(
            {"notice_counted": "support", "notice_hours": 8}, timedelta(hours=30), "late", id="a weekend has no hours"
        ),
        pytest.param({"notice_hours": None, "notice_counted": ""}, timedelta(days=9), "no_rule", id="nothing agreed"),
    ],
)  # fmt: skip
def test_the_notice_is_judged_by_what_is_agreed(
    agreement: Agreement, ops_lead: User, changes: dict[str, Any], before: timedelta, verdict: str
) -> None:
    about = service(agreement)
    term(agreement, about, **changes)

    announced(ops_lead, about, at=NIGHT - before)

    assert Reach.objects.get().verdict == (verdict if before != timedelta(hours=35) else "late")


@pytest.mark.parametrize(
    "clause, verdict",
    [
        pytest.param(0, "emergency", id="before it begins"),
        pytest.param(2, "emergency", id="two hours ahead"),
        pytest.param(3, "late", id="three were agreed"),
        pytest.param(None, "late", id="no such clause"),
    ],
)
def test_an_emergency_needs_its_clause(agreement: Agreement, ops_lead: User, clause: int | None, verdict: str) -> None:
    about = service(agreement)
    term(agreement, about, emergency_hours=clause)

    announced(ops_lead, about, at=NIGHT - timedelta(hours=2), emergency=True, emergency_reason="高危漏洞")

    assert Reach.objects.get().verdict == verdict


def test_the_monthly_limit_takes_out_the_first_hours_only(agreement: Agreement, operator: User, ops_lead: User) -> None:
    about = service(agreement)
    term(agreement, about, most_hours=2)
    window = announced(ops_lead, about, at=EARLY)
    done(window, operator, NIGHT, NIGHT + timedelta(hours=3))

    row = only(agreement)

    assert (row.excluded, row.down, row.figure.over) == (2 * HOUR, HOUR, HOUR)


def test_work_outside_the_announced_time_is_downtime(agreement: Agreement, operator: User, ops_lead: User) -> None:
    about = service(agreement)
    term(agreement, about)
    window = announced(ops_lead, about, at=EARLY)
    done(window, operator, NIGHT - timedelta(minutes=10), NIGHT + timedelta(hours=5))

    row = only(agreement)

    assert (row.excluded, row.down) == (4 * HOUR, HOUR + 600)


def test_a_late_change_keeps_the_hours_that_were_announced_before(
    agreement: Agreement, operator: User, ops_lead: User
) -> None:
    about = service(agreement)
    term(agreement, about)
    window = announced(ops_lead, about, at=EARLY)
    moved = maintenance.Plan(
        title="数据库版本升级", text="推迟一小时。", services=[about],
        planned_from=NIGHT + timedelta(hours=1), planned_to=NIGHT + timedelta(hours=5),
    )  # fmt: skip
    maintenance.change(window, moved, by=ops_lead, at=NIGHT - timedelta(hours=1))
    done(window, operator, NIGHT + timedelta(hours=1), NIGHT + timedelta(hours=5))

    row = only(agreement)

    assert (row.excluded, row.down) == (3 * HOUR, HOUR)


def test_a_cancelled_announcement_excuses_nothing(agreement: Agreement, ops_lead: User, operator: User) -> None:
    about = service(agreement)
    term(agreement, about)
    window = announced(ops_lead, about, at=EARLY)
    maintenance.cancel(window, reason="供应商改期", by=ops_lead, at=EARLY + timedelta(days=1))
    outage(operator, about, since=NIGHT, until=NIGHT + timedelta(hours=1))

    row = only(agreement)

    assert (row.excluded, row.down) == (0, HOUR)
    assert ServedNotice.objects.filter(agreement=agreement, kind="maintenance").count() == 2


def test_a_suspension_is_no_service_time(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    term(agreement, about)
    Suspension.objects.create(
        agreement=agreement, scope="service", reason="欠费", lift_reason="已付清",
        starts_at=local("2026-09-10 00:00"), ends_at=local("2026-09-12 00:00"),
    )  # fmt: skip
    outage(operator, about, since=local("2026-09-11 23:00"), until=local("2026-09-12 01:00"))

    row = only(agreement)

    assert (row.excluded, row.down) == (2 * DAY, HOUR)


@pytest.mark.parametrize(
    "state, cause, excluded",
    [
        pytest.param("recorded", "force_majeure", 0, id="nobody was notified"),
        pytest.param("ended", "force_majeure", 12 * HOUR, id="notified, the cause and the day"),
        pytest.param("ended", "power", 0, id="another cause"),
    ],
)
def test_force_majeure_takes_out_what_it_caused(
    agreement: Agreement, operator: User, state: str, cause: str, excluded: int
) -> None:
    about = service(agreement)
    _flood(agreement, operator, state)
    outage(operator, about, since=local("2026-09-10 12:00"), until=local("2026-09-11 06:00"), cause=cause)

    row = only(agreement)

    assert (row.excluded, row.down) == (excluded, 18 * HOUR - excluded)


def _flood(agreement: Agreement, by: User, state: str) -> ForceMajeure:
    """A flood on 10 September."""
    notice = ServedNotice.objects.create(
        agreement=agreement, kind="force_majeure", sender="a", subject="洪水", text="机房进水", state="draft",
        written_by=by, written_at=LATER,
    )  # fmt: skip
    day = date(2026, 9, 10)
    return ForceMajeure.objects.create(
        agreement=agreement, party="a", title="洪水", cause="机房进水", started_on=day, ended_on=day, state=state,
        notice=None if state == "recorded" else notice, recorded_by=by, recorded_at=LATER,
    )  # fmt: skip


def test_a_supplement_inside_the_month_makes_two_stretches(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    term(agreement, about)
    first = agreement.versions.get()
    make.thawed(first)
    first.__class__.objects.filter(pk=first.pk).update(effective_to=date(2026, 9, 16))
    make.version(agreement, number=2, kind="supplement", effective_from=date(2026, 9, 16))
    term(agreement, about, target=Decimal("99.99"))
    outage(operator, about, since=local("2026-09-15 23:00"), until=local("2026-09-16 01:00"))

    rows = availability_of(agreement, SEPTEMBER, LATER)

    assert [(row.seconds, row.down, row.target) for row in rows] == [
        (15 * DAY, HOUR, Decimal("99.900")),
        (15 * DAY, HOUR, Decimal("99.990")),
    ]


def test_terms_that_read_the_same_make_one_stretch(agreement: Agreement) -> None:
    about = service(agreement)
    term(agreement, about)
    first = agreement.versions.get()
    first.__class__.objects.filter(pk=first.pk).update(effective_to=date(2026, 9, 16))
    make.version(agreement, number=2, kind="supplement", effective_from=date(2026, 9, 16))
    term(agreement, about)

    assert only(agreement).seconds == 30 * DAY


def test_a_withdrawn_outage_counts_no_more(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    row = outage(operator, about, since=local("2026-09-10 10:00"), until=local("2026-09-10 11:00"))
    wrong = outages.Correction(
        started_at=row.started_at, ended_at=row.ended_at, services=[about], reason="监控误报", withdrawn=True
    )
    outages.correct(row, wrong, by=operator, at=LATER)

    assert only(agreement).down == 0


def test_an_outage_of_another_service_is_none_of_this_agreement(
    agreement: Agreement, other_agreement: Agreement, operator: User
) -> None:
    service(agreement)
    theirs = service(other_agreement)
    outage(operator, theirs, since=local("2026-09-10 10:00"), until=local("2026-09-10 11:00"))

    assert only(agreement).down == 0
    assert only(other_agreement).down == HOUR
