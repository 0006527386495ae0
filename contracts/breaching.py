"""Breach cases, each move a verb with its refusals: found, told, answered, decided, dealt with, closed.

Either party may be the one in breach.  What is only found is Party A's own business; a case that Party B brings is
told to Party A by being brought.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import case_telling, limitation, papers, serving
from contracts.models import Agreement, BreachCase, CaseEntry, Interruption, Paper, ServedNotice
from journal.models import Event
from journal.recording import record
from people.models import User
from people.refusal import Refused

State, Kind = BreachCase.State, CaseEntry.Kind


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found: who broke which clauses, the facts, and the days that count."""

    party: str
    title: str
    clause_numbers: str
    facts: str
    found_on: date
    known_on: date
    references: str = ""


@dataclass(frozen=True, kw_only=True)
class Said:
    """Words for the timeline, with the files that prove them."""

    text: str
    files: Iterable[Any] = ()
    internal: bool = False


@transaction.atomic
def open_case(agreement: Agreement, found: Finding, *, files: Iterable[Any] = (), by: User, at: datetime) -> BreachCase:
    """Record a breach that Party A found, by whichever party.  Nobody else is told yet."""
    case = _made(agreement, found, by=by, at=at)
    _line(case, Kind.OPENED, Said(text=_("登记违约案件"), files=files, internal=True), by=by, at=at)
    _note("breach_case.opened", case, by=by, at=at)
    return case


@transaction.atomic
def bring_case(
    agreement: Agreement, found: Finding, *, files: Iterable[Any] = (), by: User, at: datetime
) -> BreachCase:
    """Party B says that Party A is in breach: the case is told to Party A by being brought, by a notice of its own.

    Refused for a breach by Party B itself.
    """
    if found.party != "a":
        raise Refused(_("在这里只能主张甲方违约。"))
    case = _made(agreement, found, by=by, at=at)
    writing = serving.Writing(
        kind=ServedNotice.Kind.BREACH,
        sender=ServedNotice.Side.B,
        subject=case.title,
        text=case.facts,
        clause_number=case.clause_numbers[:20],
    )
    notice = serving.write(agreement, writing, by=by, at=at)
    notice = serving.send(notice, channel=ServedNotice.Channel.PORTAL, sent_at=at, by=by, at=at)
    notice = serving.receive(notice, received_at=at, received_by=_("甲方（本门户）"), by=by, at=at)
    case.notice, case.state = notice, State.NOTIFIED
    case.save()
    _line(case, Kind.NOTIFIED, Said(text=_("乙方通过门户提出"), files=files), by=by, at=at)
    event = _note("breach_case.brought", case, by=by, at=at)
    case_telling.tell_managers(case, "brought", event=event, at=at)
    return case


@transaction.atomic
def notify(
    case: BreachCase, *, notice: ServedNotice, reply_by: date | None = None, by: User, at: datetime
) -> BreachCase:
    """The notice of breach has arrived at the party in breach, which from now on sees the case and may answer.

    Refused for a notice of another agreement, by the party in breach itself, or that has not arrived.
    """
    case = locked(case)
    _only_in(case, {State.FOUND}, _("只有已发现、尚未告知的案件可以告知。"))
    if notice.agreement_id != case.agreement_id:
        raise Refused(_("这份通知属于另一份协议，请选择本协议的通知。"))
    if notice.sender == case.party:
        raise Refused(_("违约通知须由守约一方发出。"))
    if notice.received_at is None:
        raise Refused(_("通知尚未送达；请先登记送达，通知自送达时生效（民法典第137条）。"))
    if reply_by is not None and reply_by <= timezone.localdate(notice.received_at):
        raise Refused(_("申辩期限须晚于通知送达之日。"))
    case.notice, case.reply_by, case.state = notice, reply_by, State.NOTIFIED
    case.save()
    _line(case, Kind.NOTIFIED, Said(text=notice.subject), by=by, at=at)
    event = _note("breach_case.notified", case, by=by, at=at)
    case_telling.tell_party_b(case, "notified", event=event, at=at)
    return case


@transaction.atomic
def answer(case: BreachCase, said: Said, *, by: User, at: datetime) -> BreachCase:
    """The party in breach answers, with evidence; more than once if it has more to say before the decision."""
    case = locked(case)
    _only_in(case, {State.NOTIFIED, State.ANSWERED}, _("只有已告知、尚未认定的案件可以申辩。"))
    _said_something(said)
    case.state = State.ANSWERED
    case.save()
    _line(case, Kind.ANSWERED, said, by=by, at=at)
    event = _note("breach_case.answered", case, by=by, at=at)
    tell = case_telling.tell_party_b if by.is_staff else case_telling.tell_managers
    tell(case, "answered", event=event, at=at)
    return case


@transaction.atomic
def add_evidence(case: BreachCase, said: Said, *, by: User, at: datetime) -> BreachCase:
    """Words and files for a case that is not closed; internal ones are Party A's alone."""
    case = locked(case)
    if not case.is_open:
        raise Refused(_("案件已经关闭，不能再补充。"))
    _said_something(said)
    _line(case, Kind.NOTE if said.internal else Kind.EVIDENCE, said, by=by, at=at)
    event = _note("breach_case.evidence_added", case, by=by, at=at)
    if not by.is_staff:
        case_telling.tell_managers(case, "evidence", event=event, at=at)
    return case


@transaction.atomic
def decide(case: BreachCase, *, finding: str, text: str, by: User, at: datetime) -> BreachCase:
    """Say whether there was a breach.

    Refused before the party in breach has answered, unless the time that it was given to answer is over.
    """
    case = locked(case)
    _only_in(case, {State.NOTIFIED, State.ANSWERED}, _("只有已告知或已申辩的案件可以认定。"))
    today = timezone.localdate(at)
    if case.state == State.NOTIFIED and (case.reply_by is None or case.reply_by >= today):
        raise Refused(_("对方还没有申辩；收到申辩，或者申辩期限届满后，再作认定。"))
    if finding not in BreachCase.Finding.values:
        raise Refused(_("请选择认定结论。"))
    if not text.strip():
        raise Refused(_("请写明认定理由。"))
    case.finding, case.finding_text, case.decided_on, case.state = finding, text.strip(), today, State.DECIDED
    case.save()
    _line(case, Kind.DECIDED, Said(text=f"{case.get_finding_display()}：{case.finding_text}"), by=by, at=at)
    event = _note("breach_case.decided", case, by=by, at=at, finding=finding)
    case_telling.tell_party_b(case, "decided", event=event, at=at)
    return case


@transaction.atomic
def handle(case: BreachCase, *, text: str, by: User, at: datetime) -> BreachCase:
    """What is being done about a breach that was found to be one."""
    case = locked(case)
    _only_in(case, {State.DECIDED, State.HANDLING}, _("只有已认定的案件可以登记处理措施。"))
    if case.finding == BreachCase.Finding.DISMISSED:
        raise Refused(_("违约不成立，没有要处理的措施，请直接关闭案件。"))
    if not text.strip():
        raise Refused(_("请写明处理措施。"))
    case.state = State.HANDLING
    case.save()
    _line(case, Kind.HANDLING, Said(text=text), by=by, at=at)
    event = _note("breach_case.handled", case, by=by, at=at)
    case_telling.tell_party_b(case, "handling", event=event, at=at)
    return case


@transaction.atomic
def close(case: BreachCase, *, outcome: str, by: User, at: datetime) -> BreachCase:
    """End the case: never told, found to be no breach, or dealt with.

    Refused between telling and decision, while a claim is open, and for a found breach about which nothing was done.
    """
    case = locked(case)
    if not case.is_open:
        raise Refused(_("案件已经关闭。"))
    if case.state in {State.NOTIFIED, State.ANSWERED}:
        raise Refused(_("案件已经告知对方，请先作出认定再关闭。"))
    if case.state == State.DECIDED and case.finding != BreachCase.Finding.DISMISSED:
        raise Refused(_("违约已认定，请先登记处理措施再关闭。"))
    if still := case.claims.open().count():
        raise Refused(_("还有 %(n)d 项主张没有了结，请先登记清偿或撤回。") % {"n": still})
    if not outcome.strip():
        raise Refused(_("请写明处理结果。"))
    case.outcome, case.closed_on, case.state = outcome.strip(), timezone.localdate(at), State.CLOSED
    case.save()
    _line(case, Kind.CLOSED, Said(text=case.outcome, internal=case.notice_id is None), by=by, at=at)
    event = _note("breach_case.closed", case, by=by, at=at)
    case_telling.tell_party_b(case, "closed", event=event, at=at)
    return case


@transaction.atomic
def interrupt(case: BreachCase, *, ground: str, on: date, text: str, by: User, at: datetime) -> Interruption:
    """The limitation begins anew, or stands still until proceedings end (Civil Code 195).

    Refused in the future, before the breach was known, after the limitation ran out (unless the other party agreed to
    perform, Civil Code 192), and for the end of proceedings that never began.
    """
    case = locked(case)
    if not case.is_open:
        raise Refused(_("案件已经关闭。"))
    if on > timezone.localdate(at):
        raise Refused(_("日期不能晚于今天。"))
    if on < case.known_on:
        raise Refused(_("日期不能早于知道或应当知道违约之日。"))
    if not text.strip():
        raise Refused(_("请写明中断的情形，例如函件名称、送达方式。"))
    _check_running(case, ground, on)
    made = Interruption.objects.create(case=case, ground=ground, on=on, text=text.strip()[:300], by=by, at=at)
    case.limitation_on = _limitation_of(case)
    case.save()
    _line(case, Kind.INTERRUPTED, Said(text=f"{made.get_ground_display()}：{made.text}", internal=True), by=by, at=at)
    _note("breach_case.limitation_interrupted", case, by=by, at=at, ground=ground, on=on)
    return made


def locked(case: BreachCase) -> BreachCase:
    """The case as it is now, held until the transaction ends."""
    rows = BreachCase.objects.select_related("agreement", "notice")
    found: BreachCase = rows.select_for_update(of=("self",), no_key=True).get(pk=case.pk)
    return found


def write_line(case: BreachCase, kind: str, text: str, *, by: User, at: datetime) -> None:
    """A line of the timeline by another verb of the same change."""
    _line(case, kind, Said(text=text), by=by, at=at)


def _made(agreement: Agreement, found: Finding, *, by: User, at: datetime) -> BreachCase:
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    today = timezone.localdate(at)
    if agreement.state == Agreement.State.DRAFT:
        raise Refused(_("草稿协议还没有约束力，不能登记违约。"))
    if not (found.title.strip() and found.facts.strip() and found.clause_numbers.strip()):
        raise Refused(_("请写明事由、依据条款和违约事实。"))
    if found.found_on > today or found.known_on > today:
        raise Refused(_("发现日期和知道之日不能晚于今天。"))
    if found.known_on > found.found_on:
        raise Refused(_("知道或应当知道之日不能晚于发现日期。"))
    return BreachCase.objects.create(
        number=f"{agreement.number}-WY{agreement.breach_cases.count() + 1:02d}",
        agreement=agreement,
        party=found.party,
        title=found.title.strip(),
        clause_numbers=found.clause_numbers.strip(),
        facts=found.facts.strip(),
        references=found.references.strip(),
        found_on=found.found_on,
        known_on=found.known_on,
        limitation_on=limitation.last_day(found.known_on),
        opened_by=by,
        opened_at=at,
    )


def _check_running(case: BreachCase, ground: str, on: date) -> None:
    Ground = Interruption.Ground
    if ground not in Ground.values:
        raise Refused(_("请选择中断事由。"))
    if ground == Ground.ENDED and case.limitation_on is not None:
        raise Refused(_("没有正在进行的诉讼或仲裁，无需登记程序终结。"))
    if ground not in {Ground.ENDED} and case.limitation_on is None:
        raise Refused(_("诉讼或仲裁正在进行，时效不计算；程序终结后再登记。"))
    if case.limitation_on is not None and on > case.limitation_on and ground != Ground.AGREED:
        raise Refused(
            _("诉讼时效已于 %(day)s 届满，此后的请求不再使时效中断（对方同意履行的除外，民法典第192条）。")
            % {"day": case.limitation_on}
        )


def _limitation_of(case: BreachCase) -> date | None:
    restarts = [limitation.Restart(row.ground, row.on) for row in case.interruptions.order_by("pk")]
    return limitation.last_day(case.known_on, restarts)


def _only_in(case: BreachCase, states: set[Any], words: str) -> None:
    if case.state not in states:
        raise Refused(words)


def _said_something(said: Said) -> None:
    if not said.text.strip():
        raise Refused(_("请写明内容。"))


def _line(case: BreachCase, kind: str, said: Said, *, by: User | None, at: datetime) -> None:
    """One line for the words, and one for each further file."""
    kept = [
        papers.keep(case.agreement, file, kind=Paper.Kind.EVIDENCE, for_party_b=not said.internal, by=by, at=at)
        for file in said.files
        if by is not None
    ]
    fields = {"case": case, "kind": kind, "internal": said.internal, "by": by, "at": at}
    CaseEntry.objects.create(**fields, text=said.text.strip(), paper=kept[0] if kept else None)
    for paper in kept[1:]:
        CaseEntry.objects.create(**fields, text="", paper=paper)


def _note(action: str, case: BreachCase, *, by: User | None, at: datetime, **data: object) -> Event:
    return record(
        action,
        obj=case,
        by=by,
        at=at,
        organisation_id=case.agreement.party_b_id,
        agreement_id=case.agreement_id,
        data={"party": case.party, "state": case.state, "limitation_on": str(case.limitation_on or ""), **data},
    )
