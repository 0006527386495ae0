"""Sample obligations: periodic checks, a yearly assessment, a duty after an event; kept, late, due soon and waived."""

from collections.abc import Sequence
from datetime import date, timedelta

from contracts import obligations, performing
from contracts.models import Agreement, Obligation
from contracts.obligations import Terms
from journal import approvals
from portal.sample.moments import Moments, local
from portal.sample.people import People


def make_duties(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """For each agreement: A's monthly security check, the yearly assessment, B's connection and its own checks."""
    for number, agreement in enumerate(agreements):
        if agreement.effective_on is not None:
            _of_agreement(people, agreement, agreement.effective_on, number, moments)


def _of_agreement(people: People, agreement: Agreement, start: date, number: int, moments: Moments) -> None:
    by, at = people["hetong"], local(start, 10)
    operator = people["yunwei" if number % 2 else "yunwei2"]
    check = obligations.make(
        agreement,
        Terms(
            clause_number="7.2.2", topic="security_checks", title="定期安全检查", side="a", person=operator,
            rule="every", every_number=1, every_unit="month", anchor=start + timedelta(days=20), day_of_month=25,
            tracked_from=start, evidence_needed="检查报告", grace_days=2, grace_kind="working",
        ),
        by=by, at=at,
    )  # fmt: skip
    _do_past(check, people, moments, leave=number % 2)
    obligations.make(
        agreement,
        Terms(
            clause_number="3.2.2", topic="compliance", title="网络安全等级保护测评", side="a", person=operator,
            rule="every", every_number=1, every_unit="year", anchor=moments.today + timedelta(days=5 + number),
            tracked_from=start, evidence_needed="测评报告", lead_days=30,
        ),
        by=by, at=at,
    )  # fmt: skip
    _connection(people, agreement, start, moments)
    _self_check(people, agreement, start, moments)


def _connection(people: People, agreement: Agreement, start: date, moments: Moments) -> None:
    """Connected within ten working days of the notice that the sample served, and confirmed."""
    by, at = people["hetong"], local(start, 10)
    duty = obligations.make(
        agreement,
        Terms(
            clause_number="3.1.1", topic="onboarding", title="按接入通知完成对接", side="b", rule="after_working",
            after_number=10, event_name="收到接入通知", tracked_from=start, evidence_needed="联调记录", confirm_needed=True,
        ),
        by=by, at=at,
    )  # fmt: skip
    arrived = local(start, 11) + timedelta(days=1)
    made = obligations.happened(duty, happened_at=arrived, by=by, at=arrived + timedelta(hours=1))
    done_at = local(made.due_on - timedelta(days=2), 16)
    made = performing.done(
        made, done_on=made.due_on - timedelta(days=2), evidence="接口联调通过。",
        by=people.of(agreement.party_b), at=done_at,
    )  # fmt: skip
    performing.confirm(made, by=people["yunwei"], at=done_at + timedelta(hours=1))


def _self_check(people: People, agreement: Agreement, start: date, moments: Moments) -> None:
    """Every month Party B looks at its own accounts; one turn was waived by two persons."""
    by = people["hetong"]
    duty = obligations.make(
        agreement,
        Terms(
            clause_number="3.3.1", topic="usage_rules", title="账号与权限自查", side="b", rule="every", every_number=1,
            every_unit="month", anchor=start + timedelta(days=14), day_of_month=31, rolls=True, tracked_from=start,
            evidence_needed="自查表", confirm_needed=True,
        ),
        by=by, at=local(start, 10),
    )  # fmt: skip
    first = duty.occurrences.order_by("due_on").first()
    if first is not None and first.due_on <= moments.today:
        at = local(first.due_on, 10)
        asked = performing.ask_to_waive(first, reason="系统尚未开通，无账号可查。", by=people["yunweizhang"], at=at)
        approvals.approve(asked, by=by, at=at + timedelta(hours=2))
    _do_past(duty, people, moments, leave=1)


def _do_past(duty: Obligation, people: People, moments: Moments, *, leave: int) -> None:
    """Do what fell due before today, but for the last ones that are left."""
    who = duty.person or people.of(duty.agreement.party_b)
    past = list(duty.occurrences.open().filter(due_on__lt=moments.today).order_by("due_on"))
    for row in past[: len(past) - leave]:
        performing.done(
            row, done_on=row.due_on, evidence="已按要求完成，未发现异常。", by=who, at=local(row.due_on, 17)
        )
