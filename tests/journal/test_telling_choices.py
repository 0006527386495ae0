"""Quiet hours and digests: what waits, what comes through, and that each notice is in one letter exactly."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from journal import choosing, digests
from journal.choosing import Wanted, choose
from journal.models import DigestLine, Event, Notice
from journal.outbox import announce, send_due
from journal.quiet import AlwaysQuiet, Quiet, over_at
from journal.tasks import send_notices
from people.models import User
from people.refusal import Refused

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_PAST, MOST_AHEAD = datetime(2020, 1, 1), datetime(2030, 1, 1)
MORNING = datetime(2026, 9, 16, 9, tzinfo=SHANGHAI)
NIGHT = Wanted(night_from=time(22), night_until=time(7, 30))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def tell(person: User, at: datetime, key: str = "k", level: str = "info") -> Notice:
    made = announce(key=key, recipient=person, kind="test", subject=f"通知 {key}", url="/x/", level=level, at=at)
    return made[-1]


def mails(state: str) -> int:
    return Notice.objects.filter(channel="email", state=state).count()


# --- The arithmetic ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "at, until",
    [
        pytest.param("2026-09-16 21:59:59", "2026-09-16 21:59:59", id="a second before the night"),
        pytest.param("2026-09-16 22:00:00", "2026-09-17 07:30:00", id="the first second of the night"),
        pytest.param("2026-09-17 00:00:00", "2026-09-17 07:30:00", id="after midnight"),
        pytest.param("2026-09-17 07:29:59", "2026-09-17 07:30:00", id="the last second"),
        pytest.param("2026-09-17 07:30:00", "2026-09-17 07:30:00", id="its end is not quiet"),
        pytest.param("2026-09-18 23:00:00", "2026-09-21 07:30:00", id="Friday night leads into the weekend"),
        pytest.param("2026-09-20 12:00:00", "2026-09-21 07:30:00", id="Sunday noon"),
    ],
)
def test_quiet_hours_end(at: str, until: str) -> None:
    quiet = Quiet(night_from=time(22), night_until=time(7, 30), weekends=True)

    assert over_at(local(at), quiet, zone=SHANGHAI) == local(until)


def test_a_day_sleeper_is_quiet_within_one_day() -> None:
    quiet = Quiet(night_from=time(8), night_until=time(16))

    assert over_at(local("2026-09-16 08:00"), quiet, zone=SHANGHAI) == local("2026-09-16 16:00")
    assert over_at(local("2026-09-16 16:00"), quiet, zone=SHANGHAI) == local("2026-09-16 16:00")


def test_hours_that_never_meet_are_found() -> None:
    quiet = Quiet(night_from=time(8), night_until=time(20))

    def next_noon(at: datetime) -> datetime:
        noon = at.astimezone(SHANGHAI).replace(hour=12, minute=0, second=0, microsecond=0)
        return noon if noon >= at else noon + timedelta(days=1)

    with pytest.raises(AlwaysQuiet):
        over_at(local("2026-09-16 09:00"), quiet, zone=SHANGHAI, next_open=next_noon)


@given(
    start=st.times(),
    end=st.times(),
    weekends=st.booleans(),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
)
def test_the_end_is_never_quiet_and_never_before(start: time, end: time, weekends: bool, at: datetime) -> None:
    quiet = Quiet(night_from=start, night_until=end, weekends=weekends)
    now = at.replace(tzinfo=UTC)
    if start == end:
        return
    until = over_at(now, quiet, zone=SHANGHAI)

    assert until >= now
    assert over_at(until, quiet, zone=SHANGHAI) == until


# --- Quiet hours ---------------------------------------------------------------------------------


def test_at_night_mail_waits_and_the_inbox_does_not(operator: User) -> None:
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))

    notice = tell(operator, local("2026-09-16 23:00"))

    assert (notice.state, notice.next_attempt_at) == ("held", local("2026-09-17 07:30"))
    assert Notice.objects.get(channel="in_app").state == "sent"
    assert send_due(at=local("2026-09-17 07:00")) == 0


@pytest.mark.parametrize("through, state", [(True, "pending"), (False, "held")])
def test_urgent_comes_through_if_the_person_says_so(operator: User, through: bool, state: str) -> None:
    choose(
        operator, Wanted(night_from=time(22), night_until=time(7), urgent_through=through), at=local("2026-09-16 09")
    )

    assert tell(operator, local("2026-09-16 23:00"), level="urgent").state == state


def test_one_that_waited_alone_leaves_as_itself(operator: User) -> None:
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))
    tell(operator, local("2026-09-16 23:00"))
    morning = local("2026-09-17 07:30")

    assert digests.gather(at=morning) == 1
    assert send_due(at=morning) == 1
    assert [message.subject for message in mail.outbox] == ["通知 k"]


def test_what_waited_together_leaves_as_one_letter(operator: User) -> None:
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))
    for number in range(3):
        tell(operator, local(f"2026-09-16 23:0{number}"), key=f"k{number}", level=("info", "warning", "info")[number])
    morning = local("2026-09-17 07:30")

    digests.gather(at=morning)
    assert send_due(at=morning) == 1
    (letter,) = mail.outbox
    assert letter.subject == "3 条通知的汇总"
    assert [f"通知 k{number}" in letter.body for number in range(3)] == [True] * 3
    assert mails("merged") == DigestLine.objects.count() == 3
    assert Notice.objects.get(kind="notice.digest").level == "warning"


def test_a_digest_speaks_the_language_of_its_reader(operator: User) -> None:
    operator.language = "en"
    operator.save()
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))
    for number in range(2):
        tell(operator, local("2026-09-16 23:00"), key=f"k{number}")
    digests.gather(at=local("2026-09-17 07:30"))

    assert Notice.objects.get(kind="notice.digest").subject == "Digest of 2 notices"


# --- When many -----------------------------------------------------------------------------------


def test_above_the_number_the_rest_becomes_one_letter(operator: User) -> None:
    at = local("2026-09-16 10:00")
    choose(operator, Wanted(most=3, minutes=15), at=at)
    for number in range(8):
        tell(operator, at + timedelta(seconds=number), key=f"k{number}")

    assert (mails("pending"), mails("held")) == (3, 5)
    assert set(Notice.objects.held().values_list("next_attempt_at", flat=True)) == {
        at + timedelta(minutes=15, seconds=3)
    }, "all wait for the digest that is due first"
    assert digests.gather(at=at + timedelta(minutes=14)) == 0
    digests.gather(at=at + timedelta(minutes=16))
    assert send_due(at=at + timedelta(minutes=16)) == 4
    assert Notice.objects.filter(channel="in_app").count() == 8


def test_after_the_minutes_letters_leave_one_by_one_again(operator: User) -> None:
    at = local("2026-09-16 10:00")
    choose(operator, Wanted(most=1, minutes=15), at=at)
    tell(operator, at, key="first")

    assert tell(operator, at + timedelta(minutes=14, seconds=59), key="second").state == "held"
    assert tell(operator, at + timedelta(minutes=15), key="third").state == "pending"


def test_without_a_choice_ten_within_a_quarter_of_an_hour_leave_alone(operator: User) -> None:
    at = local("2026-09-16 10:00")
    for number in range(12):
        tell(operator, at, key=f"k{number}")

    assert (mails("pending"), mails("held")) == (10, 2)


def test_a_digest_that_falls_into_quiet_hours_waits_for_their_end(operator: User) -> None:
    choose(operator, Wanted(most=1, minutes=30, night_from=time(22), night_until=time(7)), at=local("2026-09-16 09:00"))
    for number in range(3):
        tell(operator, local("2026-09-16 21:50"), key=f"k{number}")

    assert digests.gather(at=local("2026-09-16 22:20")) == 0
    assert digests.gather(at=local("2026-09-17 07:00")) == 1


def test_the_task_gathers_and_sends(operator: User, time_machine: Any) -> None:
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))
    for number in range(2):
        tell(operator, local("2026-09-16 23:00"), key=f"k{number}")
    time_machine.move_to(local("2026-09-17 07:31"))

    assert send_notices() == 1


def test_four_workers_make_one_letter(race: Callable[..., list[Any]], operator: User) -> None:
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))
    for number in range(30):
        tell(operator, local("2026-09-16 23:00"), key=f"k{number}")
    morning = local("2026-09-17 07:30")

    counts = race(*[lambda: digests.gather(at=morning)] * 4)

    assert sorted(counts) == [0, 0, 0, 1]
    assert Notice.objects.filter(kind="notice.digest").count() == 1
    assert DigestLine.objects.count() == mails("merged") == 30


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_a_second_letter_is_stopped_by_the_table_alone(operator: User) -> None:
    """Negative control: two readings of the same held notices, both before either writes."""
    choose(operator, NIGHT, at=local("2026-09-16 09:00"))
    for number in range(3):
        tell(operator, local("2026-09-16 23:00"), key=f"k{number}")
    stale = [list(Notice.objects.held().order_by("pk")) for _ in range(2)]
    morning = local("2026-09-17 07:30")
    digests.merge(operator, stale[0], at=morning)

    with pytest.raises(IntegrityError), transaction.atomic():
        digests.merge(operator, stale[1][1:], at=morning)  # another key, as one more notice had come meanwhile
    assert Notice.objects.filter(kind="notice.digest").count() == 1


# --- The page ------------------------------------------------------------------------------------


def test_a_person_says_how_on_a_page(client: Client, party_b: User) -> None:
    client.force_login(party_b)
    said = {"night_from": "22:00", "night_until": "07:30", "weekends": "on", "most": "5", "minutes": "10"}

    answer = client.post(reverse("journal:telling"), said)

    assert answer["Location"] == reverse("account")
    choice = choosing.choice_of(party_b)
    assert (choice.night_from, choice.weekends, choice.urgent_through, choice.most) == (time(22), True, False, 5)
    assert Event.objects.filter(action="telling.chosen", actor=party_b).count() == 1
    assert "夜间 22:00 至 07:30 不发邮件" in client.get(reverse("account")).content.decode()


@pytest.mark.parametrize(
    "said, words",
    [
        ({"night_from": "22:00"}, "同时填写开始和结束"),
        ({"night_from": "22:00", "night_until": "22:00"}, "不能相同"),
        ({"support_hours": "999"}, "选择一个有效的选项"),
        ({"minutes": "0"}, "id_minutes_error"),
    ],
)
def test_what_makes_no_sense_is_said_on_the_page(client: Client, operator: User, said: Any, words: str) -> None:
    client.force_login(operator)

    answer = client.post(reverse("journal:telling"), {"most": "5", "minutes": "10", **said})

    assert words in answer.content.decode()


def test_hours_without_any_time_left_are_refused(operator: User, monkeypatch: pytest.MonkeyPatch) -> None:
    class Never:
        def choices(self, user: User) -> list[tuple[str, object]]:
            return [("never", "从不")]

        def next_open(self, code: str, at: datetime) -> datetime:
            return at + timedelta(days=40)

    monkeypatch.setattr(choosing, "_sources", [Never()])
    with pytest.raises(Refused, match="一个月内都没有"):
        choose(operator, Wanted(support_hours="never"), at=local("2026-09-16 09:00"))


def test_leaving_a_notice_costs_two_queries_more(operator: User) -> None:
    with CaptureQueriesContext(connection) as captured:
        tell(operator, local("2026-09-16 10:00"))

    assert len([q for q in captured if q["sql"].startswith("SELECT")]) <= 3
