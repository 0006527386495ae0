"""The outbox: each notice once, in the recipient's language, sent without loss and without doubling by a race."""

import smtplib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy
from pytest_django import Settings

from journal import outbox
from journal.choosing import Wanted, choose
from journal.models import Event, Notice
from journal.outbox import announce, mark_read, retry, send_due, unread_for, wait_after
from journal.querysets import NoticeQuerySet
from journal.recording import record
from people import roles
from people.models import User
from people.refusal import Refused
from tests import make

MINUTE = timedelta(minutes=1)


def tell(recipient: User, at: datetime, key: str = "ticket/1/breached", **changes: Any) -> list[Notice]:
    words = {
        "kind": "sla.breached",
        "subject": "响应超时",
        "body": "故障单 GZ-1 响应超时。",
        "url": "/portal/tickets/1/",
    }
    return announce(key=key, recipient=recipient, at=at, **{**words, **changes})


def email(recipient: User, at: datetime, key: str = "k") -> Notice:
    return tell(recipient, at, key, channels=["email"])[0]


def refuse(notice: Notice) -> None:
    raise smtplib.SMTPServerDisconnected("gone")


def reload(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


# --- Leaving notices -----------------------------------------------------------------------------


def test_a_person_is_told_in_app_and_by_mail(operator: User, at: datetime) -> None:
    in_app, by_mail = tell(operator, at, level="warning")

    assert (in_app.channel, in_app.state, in_app.sent_at) == ("in_app", "sent", at)
    assert (by_mail.channel, by_mail.state, by_mail.address) == ("email", "pending", "operator@example.cn")
    assert in_app.subject == by_mail.subject == "响应超时"
    assert in_app.level == "warning"


def test_the_same_notice_again_changes_nothing(operator: User, at: datetime) -> None:
    first = tell(operator, at)

    again = tell(operator, at + MINUTE, subject="另一个标题")

    assert again == first
    assert [notice.subject for notice in again] == ["响应超时", "响应超时"]
    assert Notice.objects.count() == 2


def test_another_person_or_key_is_another_notice(operator: User, finance: User, at: datetime) -> None:
    tell(operator, at)
    tell(finance, at)
    tell(operator, at, key="ticket/2/breached")

    assert Notice.objects.count() == 6


def test_a_notice_is_bound_to_its_event(operator: User, at: datetime) -> None:
    event = record("ticket.breached", by=None, at=at)

    assert {notice.event for notice in tell(operator, at, event=event)} == {event}


@pytest.mark.parametrize(
    "changes, channels",
    [
        pytest.param({"email": ""}, ["in_app"], id="no address"),
        pytest.param({"is_active": False}, [], id="closed account"),
    ],
)
def test_who_cannot_be_reached_is_left_out(
    db: None, at: datetime, changes: dict[str, Any], channels: list[str]
) -> None:
    person = make.user("someone", roles.OPERATIONS, **changes)

    assert [notice.channel for notice in tell(person, at)] == channels


def test_a_bad_address_does_not_stop_the_change_it_tells_of(operator: User, at: datetime) -> None:
    operator.email = "no address at all"

    assert len(tell(operator, at)) == 2


@pytest.mark.parametrize(
    "changes, error",
    [
        pytest.param({"channels": ["pigeon"]}, ValueError, id="channel"),
        pytest.param({"level": "loud"}, ValidationError, id="level"),
        pytest.param({"key": "k" * 200}, ValidationError, id="key too long"),
        pytest.param({"url": "/" * 501}, ValidationError, id="address too long"),
        pytest.param({"subject": ""}, ValidationError, id="no subject"),
    ],
)
def test_wrong_notices_are_errors_on_every_engine(
    operator: User, at: datetime, changes: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        tell(operator, at, **changes)

    assert not Notice.objects.exists()


def test_words_are_said_in_the_recipients_language(operator: User, finance: User, at: datetime) -> None:
    operator.language = "en"
    lazy = gettext_lazy("Yes")  # Django's own, in both languages

    (english,) = tell(operator, at, subject=lazy, body=lambda: f"{lazy}!", channels=["in_app"])
    (chinese,) = tell(finance, at, subject=lazy, body=lambda: f"{lazy}!", channels=["in_app"])

    assert (english.subject, english.body, english.language) == ("Yes", "Yes!", "en")
    assert (chinese.subject, chinese.body, chinese.language) == ("是", "是!", "zh-hans")


def test_a_rolled_back_change_leaves_no_notice(operator: User, at: datetime) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        tell(operator, at)
        raise ZeroDivisionError

    assert not Notice.objects.exists()


# --- Reading -------------------------------------------------------------------------------------


def test_unread_notices_are_ones_own_and_in_app(operator: User, finance: User, at: datetime) -> None:
    mine = tell(operator, at)[0]
    tell(finance, at)

    assert list(unread_for(operator)) == [mine]


def test_only_ones_own_notices_can_be_read_off(operator: User, finance: User, at: datetime) -> None:
    mine, other = tell(operator, at)[0], tell(finance, at)[0]

    assert mark_read(user=operator, at=at, notices=[mine.pk, other.pk]) == 1
    assert mark_read(user=operator, at=at + MINUTE) == 0

    assert reload(mine).read_at == at
    assert reload(other).read_at is None


# --- Sending -------------------------------------------------------------------------------------


def test_a_due_mail_is_sent_once(operator: User, at: datetime, settings: Settings) -> None:
    notice = email(operator, at)

    assert [send_due(at=at), send_due(at=at + MINUTE)] == [1, 0]

    (message,) = mail.outbox
    assert (message.to, message.subject) == (["operator@example.cn"], "响应超时")
    assert message.extra_headers == {"Message-ID": notice.message_id, "Auto-Submitted": "auto-generated"}
    assert "王晓明，您好：" in message.body
    assert f"查看详情：{settings.SITE_URL}/portal/tickets/1/" in message.body
    assert (reload(notice).state, reload(notice).attempts) == ("sent", 1)


def test_text_that_looks_like_a_header_stays_one_subject(operator: User, at: datetime) -> None:
    tell(operator, at, subject="标题\r\nBcc: all@example.cn", body="<b>&amp;</b>", channels=["email"])
    send_due(at=at)

    message = mail.outbox[0].message()
    assert mail.outbox[0].subject == "标题 Bcc: all@example.cn"
    assert message["Bcc"] is None
    assert "<b>&amp;</b>" in mail.outbox[0].body


@pytest.mark.parametrize(
    "attempts, minutes",
    [(1, 1), (2, 2), (3, 4), (6, 32), (7, 60), (8, 60), (1000, 60)],
)
def test_each_failure_waits_longer_up_to_an_hour(attempts: int, minutes: int) -> None:
    assert wait_after(attempts) == minutes * MINUTE


def test_a_failed_mail_waits_and_goes_again_under_the_same_id(operator: User, at: datetime) -> None:
    notice = email(operator, at)

    assert send_due(at=at, sender=refuse) == 0
    failed = reload(notice)
    assert (failed.state, failed.last_error) == ("pending", "SMTPServerDisconnected: gone")
    assert failed.next_attempt_at is not None
    assert at + MINUTE <= failed.next_attempt_at < at + 1.1 * MINUTE
    assert send_due(at=at + 0.9 * MINUTE) == 0
    assert send_due(at=at + 2 * MINUTE) == 1

    assert mail.outbox[0].extra_headers["Message-ID"] == notice.message_id
    assert mail.outbox[0].extra_headers["X-Retry"] == "1"
    assert reload(notice).last_error == ""


def test_a_mail_that_fails_for_a_day_is_dead(operator: User, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "monotonic", lambda: 0.0)
    notice = email(operator, at)
    hours = 0
    while reload(notice).state == "pending":
        hours += 1
        send_due(at=at + hours * timedelta(hours=1), sender=refuse)

    assert reload(notice).state == "dead"
    assert hours == 24
    assert send_due(at=at + timedelta(days=30)) == 0


def test_a_mail_that_waited_days_for_the_worker_is_not_dead(operator: User, at: datetime) -> None:
    email(operator, at)

    assert send_due(at=at + timedelta(days=7)) == 1


def test_a_bad_mail_does_not_hold_up_the_others(operator: User, finance: User, at: datetime) -> None:
    email(operator, at, key="bad")
    email(finance, at, key="good")

    def sender(notice: Notice) -> None:
        if notice.recipient == operator:
            refuse(notice)

    assert send_due(at=at, sender=sender) == 1


def test_a_slow_server_ends_the_run_in_time(
    operator: User, finance: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    email(operator, at, key="1")
    email(finance, at, key="2")
    clock = iter([0.0, 0.0, 181.0])
    monkeypatch.setattr(outbox, "monotonic", lambda: next(clock))

    assert send_due(at=at) == 1


def test_each_lease_counts_from_its_own_claim(operator: User, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    email(operator, at)
    clock = iter([0.0, 100.0])
    monkeypatch.setattr(outbox, "monotonic", lambda: next(clock))
    leases: list[Any] = []

    send_due(at=at, sender=lambda notice: leases.append(notice.lease_until))

    assert leases == [at + timedelta(seconds=100) + 2 * MINUTE]


def test_a_dead_mail_can_be_sent_anew(operator: User, system_admin: User, at: datetime) -> None:
    notice = email(operator, at)
    Notice.objects.update(state="dead", first_attempt_at=at)

    retry(notice, by=system_admin, at=at + timedelta(days=3))

    assert send_due(at=at + timedelta(days=3)) == 1
    assert Event.objects.get().action == "notice.retried"


def test_only_a_dead_mail_can_be_sent_anew(operator: User, system_admin: User, at: datetime) -> None:
    with pytest.raises(Refused, match="只有发送失败的通知才能重新发送"):
        retry(email(operator, at), by=system_admin, at=at)


# --- Crashes -------------------------------------------------------------------------------------


class Crash(BaseException):
    """The process dies here."""


def dies_before(notice: Notice) -> None:
    raise Crash


def dies_after(notice: Notice) -> None:
    outbox.send_mail(notice)
    raise Crash


@pytest.mark.parametrize("sender, mails", [(dies_before, 1), (dies_after, 2)], ids=["before sending", "after sending"])
def test_a_crash_in_sending_is_made_good_after_the_lease(
    operator: User, at: datetime, sender: outbox.Sender, mails: int
) -> None:
    notice = email(operator, at)
    with pytest.raises(Crash):
        send_due(at=at, sender=sender)

    assert reload(notice).state == "sending"
    assert send_due(at=at + MINUTE) == 0, "the lease still holds"
    assert send_due(at=at + 3 * MINUTE) == 1

    assert reload(notice).state == "sent"
    assert len(mail.outbox) == mails
    assert {message.extra_headers["Message-ID"] for message in mail.outbox} == {notice.message_id}
    assert mail.outbox[-1].extra_headers["X-Retry"] == "1"


def test_a_mail_that_kills_its_sender_for_a_day_is_dead(operator: User, at: datetime) -> None:
    notice = email(operator, at)
    for hour in range(24):
        with pytest.raises(Crash):
            send_due(at=at + hour * timedelta(hours=1), sender=dies_before)

    assert send_due(at=at + timedelta(hours=25), sender=dies_before) == 0
    assert reload(notice).state == "dead"


def test_a_sender_that_lost_its_lease_does_not_undo_the_other(operator: User, at: datetime) -> None:
    notice = email(operator, at)

    def slow(claimed: Notice) -> None:
        send_due(at=at + 3 * MINUTE)  # meanwhile another sender takes over and sends
        raise OSError("timed out")

    assert send_due(at=at, sender=slow) == 0
    assert reload(notice).state == "sent"


# --- Races ---------------------------------------------------------------------------------------


def naive_claim(self: NoticeQuerySet, at: datetime, *, seen: Notice) -> int:
    """A claim that asks nothing of the row as it is now."""
    return self.filter(pk=seen.pk).update(state="sending", lease_until=at + MINUTE, attempts=seen.attempts + 1)


@pytest.mark.parametrize(
    "guarded, sent",
    [pytest.param(True, 1, id="compare and set"), pytest.param(False, 2, id="negative control: without")],
)
def test_two_senders_of_one_mail(
    race: Callable[..., list[Any]],
    operator: User,
    at: datetime,
    monkeypatch: pytest.MonkeyPatch,
    guarded: bool,
    sent: int,
) -> None:
    email(operator, at)
    barrier, real, taken = threading.Barrier(2, timeout=20), outbox.claim, []

    def both_have_seen_it(seen: Notice, *, at: datetime) -> bool:
        barrier.wait()
        return real(seen, at=at)

    monkeypatch.setattr(outbox, "claim", both_have_seen_it)
    if not guarded:
        monkeypatch.setattr(NoticeQuerySet, "claim", naive_claim)

    race(*[lambda: send_due(at=at, sender=lambda notice: taken.append(notice.pk))] * 2)

    assert len(taken) == sent


def test_four_senders_of_forty_mails_send_each_once(
    race: Callable[..., list[Any]], operator: User, at: datetime
) -> None:
    choose(operator, Wanted(most=0), at=at)
    for number in range(40):
        email(operator, at, key=f"k{number}")
    taken: list[int] = []

    counts = race(*[lambda: send_due(at=at, sender=lambda notice: taken.append(notice.pk))] * 4)

    assert sorted(taken) == sorted(Notice.objects.values_list("pk", flat=True))
    assert sum(counts) == 40
    assert set(Notice.objects.values_list("state", "attempts")) == {("sent", 1)}


def test_two_verbs_that_announce_the_same_leave_one_notice(
    race: Callable[..., list[Any]], operator: User, at: datetime
) -> None:
    def verb() -> list[int]:
        with transaction.atomic():
            return [notice.pk for notice in tell(operator, at)]

    results = race(*[verb] * 4)

    assert Notice.objects.count() == 2
    assert results == [results[0]] * 4


def test_sending_inside_a_transaction_is_an_error(
    transactional_db: None, at: datetime, django_user_model: type[User]
) -> None:
    email(make.user("operator", roles.OPERATIONS), at)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        send_due(at=at)
