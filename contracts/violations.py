"""Violations: found, notified, put right, reviewed, closed, or found to be none; each move a verb with its line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import papers, serving
from contracts.alerting import PAST, reached
from contracts.models import Agreement, Clause, Paper, ServedNotice, Violation, ViolationEntry
from contracts.moving import demand_own, demand_state, locked, note, people_of, said
from journal.models import Event
from journal.outbox import announce_each, holders
from people.models import User
from people.refusal import Refused

Files = Iterable[Any]
Kind, State = ViolationEntry.Kind, Violation.State
OPEN = (State.FOUND, State.NOTIFIED, State.RECTIFYING, State.REVIEW)
# verb -> the states in which it is possible
STEPS: dict[str, tuple[str, ...]] = {
    "add_facts": OPEN,
    "notify": (State.FOUND,),
    "plead": (State.NOTIFIED,),
    "accept": (State.NOTIFIED,),
    "confirm": (State.NOTIFIED,),
    "report": (State.NOTIFIED, State.RECTIFYING),
    "send_back": (State.REVIEW,),
    "close": (State.REVIEW,),
    "dismiss": OPEN,
}
CONFIRMED = frozenset({State.RECTIFYING, State.REVIEW})  # admitted by Party B, or held to be true by Party A
WARNED_BEFORE = (3,)  # days before the deadline


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found: topic, side and severity by the choices of Violation; an empty clause is looked up by topic."""

    topic: str
    severity: str
    found_at: datetime
    facts: str
    side: str = "b"
    clause_number: str = ""


def may(verb: str, state: str) -> bool:
    """Whether the verb is possible in the state."""
    return state in STEPS[verb]


@transaction.atomic
def find(agreement: Agreement, finding: Finding, *, files: Files = (), by: User, at: datetime) -> Violation:
    """Write down what was found; only Party A sees it until it is notified."""
    if finding.found_at > at:
        raise Refused(_t("发现时间不能晚于现在。"))
    facts = said(finding.facts, _t("请写明发现的事实。"))
    violation = Violation.objects.create(
        agreement=agreement,
        topic=finding.topic,
        clause_number=finding.clause_number.strip() or _clause_of(agreement, finding.topic),
        side=finding.side,
        severity=finding.severity,
        found_at=finding.found_at,
        found_by=by,
        facts=facts,
    )
    _enter(violation, Kind.FOUND, facts, files=files, internal=True, by=by, at=at)
    return violation


@transaction.atomic
def add_facts(violation: Violation, *, text: str, files: Files = (), by: User, at: datetime) -> Violation:
    """Add to what is known; Party A's own."""
    violation = _begin("add_facts", violation)
    _enter(violation, Kind.NOTE, said(text, _t("请写明补充的事实。")), files=files, internal=True, by=by, at=at)
    return violation


@transaction.atomic
def notify(
    violation: Violation, *, statement: str, rectify_by: date, channel: str, file: Any = None, by: User, at: datetime
) -> Violation:
    """Tell the party in breach, by a notice that goes out now, and set the day by which it is to be put right."""
    violation = _begin("notify", violation)
    words = said(statement, _t("请写明告知对方的内容。"))
    if rectify_by < timezone.localdate(at):
        raise Refused(_t("整改期限不能早于今天。"))
    writing = serving.Writing(
        kind=ServedNotice.Kind.CURE,
        sender="a" if violation.side == "b" else "b",
        subject=_t("违规告知：%(topic)s") % {"topic": violation.get_topic_display()},
        text=words,
        clause_number=violation.clause_number,
    )
    notice = serving.write(violation.agreement, writing, file=file, by=by, at=at)
    violation.notice = serving.send(notice, channel=channel, sent_at=at, by=by, at=at)
    violation.statement, violation.rectify_by = words, rectify_by
    event = _move(violation, State.NOTIFIED, Kind.NOTIFIED, words, by=by, at=at)
    _tell_party_b(violation, event, _("违规告知：%(violation)s"), at=at)
    return violation


@transaction.atomic
def plead(violation: Violation, *, text: str, files: Files = (), by: User, at: datetime) -> Violation:
    """Party B says why it holds the violation to be none; Party A decides."""
    violation = _begin("plead", violation)
    _demand_theirs(violation, by)
    event = _enter(violation, Kind.PLEADED, said(text, _t("请写明申辩理由。")), files=files, by=by, at=at)
    _tell_staff(violation, event, _("乙方提出申辩：%(violation)s"), at=at)
    return violation


@transaction.atomic
def accept(violation: Violation, *, text: str = "", files: Files = (), by: User, at: datetime) -> Violation:
    """Party B admits the violation and begins to put it right."""
    violation = _begin("accept", violation)
    _demand_theirs(violation, by)
    event = _move(violation, State.RECTIFYING, Kind.ACCEPTED, text, files=files, by=by, at=at)
    _tell_staff(violation, event, _("乙方承认并开始整改：%(violation)s"), at=at)
    return violation


@transaction.atomic
def confirm(violation: Violation, *, text: str, by: User, at: datetime) -> Violation:
    """Party A holds the violation to be true, having heard Party B."""
    violation = _begin("confirm", violation)
    event = _move(violation, State.RECTIFYING, Kind.CONFIRMED, said(text, _t("请写明认定理由。")), by=by, at=at)
    _tell_party_b(violation, event, _("违规认定成立，请按期整改：%(violation)s"), at=at)
    return violation


@transaction.atomic
def report(violation: Violation, *, text: str, files: Files = (), by: User, at: datetime) -> Violation:
    """What was done to put it right, by Party B or taken down for it; it waits for Party A's review."""
    violation = _begin("report", violation)
    if not by.is_staff:
        _demand_theirs(violation, by)
    event = _move(violation, State.REVIEW, Kind.REPORTED, said(text, _t("请写明整改情况。")), files=files, by=by, at=at)
    _tell_staff(violation, event, _("整改待复核：%(violation)s"), at=at)
    return violation


@transaction.atomic
def send_back(violation: Violation, *, text: str, rectify_by: date, by: User, at: datetime) -> Violation:
    """The review finds more to do, by a new deadline."""
    violation = _begin("send_back", violation)
    if rectify_by < timezone.localdate(at):
        raise Refused(_t("整改期限不能早于今天。"))
    violation.rectify_by = rectify_by
    words = said(text, _t("请写明还需要整改什么。"))
    event = _move(violation, State.RECTIFYING, Kind.SENT_BACK, words, by=by, at=at)
    _tell_party_b(violation, event, _("整改复核未通过：%(violation)s"), at=at)
    return violation


@transaction.atomic
def close(violation: Violation, *, text: str = "", by: User, at: datetime) -> Violation:
    """The review finds it put right.  That it happened stays on record."""
    violation = _begin("close", violation)
    violation.ended_at = at
    event = _move(violation, State.CLOSED, Kind.CLOSED, text, by=by, at=at)
    _tell_party_b(violation, event, _("整改复核通过：%(violation)s"), at=at)
    return violation


@transaction.atomic
def dismiss(violation: Violation, *, text: str, by: User, at: datetime) -> Violation:
    """There was no violation; who had been told of it is told of this too."""
    violation = _begin("dismiss", violation)
    words = said(text, _t("请写明不成立的理由。"))
    violation.ended_at = at
    event = _move(violation, State.UNFOUNDED, Kind.UNFOUNDED, words, by=by, at=at)
    if violation.notice_id is not None:
        _tell_party_b(violation, event, _("违规不成立，已撤销：%(violation)s"), at=at)
    return violation


def warn_of_deadline(violation: Violation, *, at: datetime) -> int:
    """Tell both parties that the deadline is near, and again that it has passed; each once for each deadline."""
    if violation.rectify_by is None or not may("report", violation.state):
        return 0
    level = reached(violation.rectify_by, timezone.localdate(at), WARNED_BEFORE)
    if not level:
        return 0
    subject = _("整改已逾期：%(violation)s") if level == PAST else _("整改即将到期：%(violation)s")
    key = f"deadline/{violation.rectify_by}/{level}"
    told = _tell_party_b(violation, None, subject, at=at, key=key, level="warning")
    return told + _tell_staff(violation, None, subject, at=at, key=key, level="warning")


def _demand_theirs(violation: Violation, by: User) -> None:
    demand_own(violation.agreement, by)
    if violation.side != Violation.Side.B:
        raise Refused(_t("这项违规的责任方是甲方，由甲方整改。"))


def _begin(verb: str, violation: Violation) -> Violation:
    row = locked(violation, "agreement")
    demand_state(
        row.state, STEPS[verb], _t("这项违规现在是“%(state)s”，不能这样办理。") % {"state": row.get_state_display()}
    )
    return row


def _move(
    violation: Violation, state: str, kind: str, text: str, *, files: Files = (), by: User, at: datetime
) -> Event:
    violation.state = state
    violation.save()
    return _enter(violation, kind, text, files=files, by=by, at=at)


def _enter(
    violation: Violation,
    kind: str,
    text: str,
    *,
    files: Files = (),
    internal: bool = False,
    by: User,
    at: datetime,
) -> Event:
    entry = ViolationEntry.objects.create(
        violation=violation, kind=kind, text=text.strip(), internal=internal, by=by, at=at
    )
    agreement = violation.agreement
    kept = [
        papers.keep(agreement, file, kind=Paper.Kind.EVIDENCE, for_party_b=not internal, by=by, at=at) for file in files
    ]
    entry.papers.set(kept)
    data = {"kind": kind, "state": violation.state, "topic": violation.topic, "papers": len(kept)}
    return note(f"violation.{kind}", violation, of=agreement, by=by, at=at, data=data)


def _clause_of(agreement: Agreement, topic: str) -> str:
    """The first clause on the topic in the newest active version; empty when the text has none."""
    found = Clause.objects.filter(version__agreement=agreement, version__state="active", topic=topic)
    row = found.order_by("-version__number", "position").first()
    return row.number if row else ""


def _tell_party_b(
    violation: Violation, event: Event | None, subject: object, *, at: datetime, key: str = "", level: str = "info"
) -> int:
    url = reverse("contracts:violation", args=[violation.pk])
    people = people_of(violation.agreement.party_b_id)
    return _tell(violation, people, event, subject, at=at, key=f"b/{key}", url=url, level=level)


def _tell_staff(
    violation: Violation, event: Event | None, subject: object, *, at: datetime, key: str = "", level: str = "info"
) -> int:
    url = reverse("admin:contracts_violation_change", args=[violation.pk])
    people = holders("contracts.handle_violation")
    return _tell(violation, people, event, subject, at=at, key=f"a/{key}", url=url, level=level)


def _tell(
    violation: Violation, people: Iterable[User], event: Event | None, subject: object, *, key: str, **rest: Any
) -> int:
    return announce_each(
        people,
        key=f"violation/{violation.pk}/{key or ''}{event.pk if event else ''}",
        kind="violation.told",
        subject=lambda: str(subject) % {"violation": violation},
        event=event,
        **rest,
    )
