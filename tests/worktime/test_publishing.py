"""A notice is drafted by one person, published by another, and every open deadline follows."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.models import Agreement
from journal import approvals
from journal.models import Approval, Event
from people.models import User
from people.refusal import Refused
from sla import tickets, watch
from sla.models import Adjudication, Clock, ClockEvent, Ticket
from sla.watch import drifted
from tests import make
from worktime import publishing
from worktime.almanac import Notice, YearDays
from worktime.calendars import current_version
from worktime.china import china_almanac
from worktime.models import Calendar, CalendarVersion, NoticeDraft

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)  # Monday 10:00 in Shanghai


def stated(*, off: dict[date, str] | None = None, work: dict[date, str] | None = None, year: int = 2026) -> YearDays:
    """The year as known, with some days more, by a notice of 2026-11-20."""
    known = china_almanac().years.get(year) or YearDays(year, {}, {})
    notice = Notice("国办发明电〔2026〕9号", date(2026, 11, 20))
    return replace(
        known, off={**known.off, **(off or {})}, work={**known.work, **(work or {})}, notices=(*known.notices, notice)
    )


def drafted(by: User, says: YearDays, *, at: datetime = NOW) -> NoticeDraft:
    return publishing.draft(make.calendar(), says, origin="text", text="……", by=by, at=at)


def published(says: YearDays, *, by: User, other: User, at: datetime = NOW) -> CalendarVersion:
    approvals.approve(publishing.ask(drafted(by, says, at=at), by=by, at=at), by=other, at=at)
    return current_version(Calendar.objects.get())


def filed(agreement: Agreement, by: User, at: datetime) -> Ticket:
    report = tickets.Report(
        agreement=agreement, kind="fault", title="查询失败", description="接口报错", found_at=at - timedelta(minutes=5)
    )
    return tickets.file(report, at=at, by=by)


def solution(ticket: Ticket) -> Clock:
    return ticket.clocks.get(kind="solution")


def test_a_new_day_off_moves_an_open_deadline_by_one_event(
    agreement: Agreement, party_b: User, contract_manager: User, security_admin: User
) -> None:
    ticket = filed(agreement, party_b, NOW)
    before = solution(ticket)
    assert before.due_at == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)

    version = published(stated(off={date(2026, 11, 24): "临时放假"}), by=contract_manager, other=security_admin)

    after = solution(ticket)
    assert after.due_at == datetime(2026, 11, 25, 2, 30, tzinfo=UTC)
    assert after.calendar_version == version
    assert [event.kind for event in after.events.all()] == ["started", "calendar_revised"]
    assert drifted() == {}
    event = Event.objects.get(action="calendar.published")
    assert event.data["moved"] == 1  # the response clock is due today: nothing of it touches the 24th


def test_the_preview_says_what_would_move_and_changes_nothing(
    agreement: Agreement, party_b: User, contract_manager: User
) -> None:
    ticket = filed(agreement, party_b, NOW)
    made = drafted(contract_manager, stated(off={date(2026, 11, 24): "临时放假"}))

    moves = publishing.preview(made, at=NOW)

    assert [(move.label, move.outcome, move.before_text, move.after_text) for move in moves] == [
        (str(solution(ticket)), "moved", "2026-11-24 10:30", "2026-11-25 10:30")
    ]
    assert not ClockEvent.objects.filter(kind="calendar_revised").exists()


def test_a_make_up_day_in_the_past_breaks_no_promise_in_the_past(
    agreement: Agreement, party_b: User, contract_manager: User, security_admin: User
) -> None:
    """Received Friday 17:00; told on Monday that Saturday was worked: the response breaks at the publication."""
    ticket = filed(agreement, party_b, datetime(2026, 11, 20, 9, tzinfo=UTC))
    at = datetime(2026, 11, 23, 1, tzinfo=UTC)

    published(stated(work={date(2026, 11, 21): "元旦"}), by=contract_manager, other=security_admin, at=at)
    watch.sweep(at=at + timedelta(seconds=30))

    clock = ticket.clocks.get(kind="response")
    assert clock.breached_at == at
    assert drifted() == {}


def test_a_frozen_breach_never_moves_but_is_looked_at_again(
    agreement: Agreement, party_b: User, contract_manager: User, security_admin: User
) -> None:
    ticket = filed(agreement, party_b, datetime(2026, 11, 19, 9, tzinfo=UTC))  # Thursday 17:00
    watch.sweep(at=NOW)
    breach = ticket.clocks.get(kind="response").breach
    kept = (breach.breached_at, breach.sha256, breach.evidence)
    days = {date(2026, 11, 20): "临时放假", date(2026, 11, 23): "临时放假"}

    version = published(stated(off=days), by=contract_manager, other=security_admin)

    breach.refresh_from_db()
    assert (breach.breached_at, breach.sha256, breach.evidence) == kept
    made = Adjudication.objects.get(breach=breach)
    assert (made.state, made.consumed_seconds, made.calendar_version) == ("proposed", 30 * 60, version)


def test_publishing_needs_another_person(contract_manager: User, security_admin: User) -> None:
    asked = publishing.ask(
        drafted(contract_manager, stated(off={date(2026, 12, 31): "元旦"})), by=contract_manager, at=NOW
    )

    with pytest.raises(Refused, match="不能审批自己"):
        approvals.approve(asked, by=contract_manager, at=NOW)

    assert current_version(Calendar.objects.get()).number == len(CalendarVersion.objects.all())
    assert NoticeDraft.objects.get().state == "draft"


def test_a_request_is_void_once_the_calendar_has_changed(contract_manager: User, security_admin: User) -> None:
    first = drafted(contract_manager, stated(off={date(2026, 12, 31): "元旦"}))
    other = replace(stated(off={date(2026, 12, 30): "元旦"}), notices=(Notice("另一份通知", date(2026, 11, 21)),))
    second = drafted(contract_manager, other)
    asked = [publishing.ask(made, by=contract_manager, at=NOW) for made in (first, second)]
    approvals.approve(asked[0], by=security_admin, at=NOW)

    with pytest.raises(Refused, match="内容已被修改"):
        approvals.approve(asked[1], by=security_admin, at=NOW)

    assert Approval.objects.get(pk=asked[1].pk).state == "requested"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({}, "完全一致", id="nothing new"),
        pytest.param(
            {"published_on": date(2026, 12, 1), "off": {date(2026, 12, 31): "元旦"}}, "还没有到", id="from the future"
        ),
    ],
)
def test_a_notice_that_cannot_be_is_refused(contract_manager: User, changes: dict[str, Any], words: str) -> None:
    says = stated(off=changes.get("off"))
    if "published_on" in changes:
        says = replace(says, notices=(Notice("国办发明电〔2026〕9号", changes["published_on"]),))

    with pytest.raises(Refused, match=words):
        drafted(contract_manager, says)

    assert not NoticeDraft.objects.exists()


def test_the_same_notice_is_drafted_once(contract_manager: User) -> None:
    drafted(contract_manager, stated(off={date(2026, 12, 31): "元旦"}))

    with pytest.raises(Refused, match="已经登记"):
        drafted(contract_manager, stated(off={date(2026, 12, 31): "元旦"}))


def test_a_draft_that_waits_for_approval_cannot_be_set_aside(contract_manager: User) -> None:
    made = drafted(contract_manager, stated(off={date(2026, 12, 31): "元旦"}))
    asked = publishing.ask(made, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="先撤回申请"):
        publishing.discard(made, by=contract_manager, at=NOW)

    approvals.withdraw(asked, by=contract_manager, at=NOW)
    assert publishing.discard(made, by=contract_manager, at=NOW).state == "discarded"
