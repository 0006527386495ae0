"""Exit tasks: what both sides still have to do once an agreement has ended, and what outlives it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import life_news, papers
from contracts.models import Agreement, AgreementVersion, ExitTask, Paper
from journal.recording import record
from people.models import User
from people.refusal import Refused

Kind, Side, State = ExitTask.Kind, ExitTask.Side, ExitTask.State


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A task that every ended agreement leaves: whose it is, and the agreed parameter that holds its days, if any."""

    kind: str
    side: str
    days: str = ""


PLAN = (
    Planned(kind=Kind.ACCOUNTS, side=Side.A),
    Planned(kind=Kind.CREDENTIALS, side=Side.A),
    Planned(kind=Kind.DATA_RETURNED, side=Side.B, days="data_return_days"),
    Planned(kind=Kind.DATA_DESTROYED, side=Side.B, days="data_return_days"),
    Planned(kind=Kind.SETTLEMENT, side=Side.A),
    Planned(kind=Kind.SEALS, side=Side.B),
)

# What stays alive when the agreement has ended and is closed (Civil Code 501, 507, 558, 567): topics of clauses.
SURVIVORS = (
    "confidentiality",
    "measures",
    "confidentiality_term",
    "leak",
    "ip_ownership",
    "ip_infringement",
    "payment",
    "late_payment",
    "taxes",
    "liability",
    "penalty",
    "disputes",
)


def survives(topic: str) -> bool:
    """Whether clauses on the topic stay alive after the agreement has ended."""
    return topic in SURVIVORS


def surviving_clauses(agreement: Agreement) -> list[tuple[str, str]]:
    """(number, heading) of the clauses of the newest text that outlive the agreement."""
    version = _newest(agreement)
    if version is None:
        return []
    found = version.clauses.filter(topic__in=SURVIVORS).order_by("position")
    return list(found.values_list("number", "heading"))


def make_tasks(agreement: Agreement, *, ended_on: date) -> list[ExitTask]:
    """The tasks of an agreement that has just ended, without a due day where none was agreed; those there stay."""
    version = _newest(agreement)
    agreed = version.parameters if version else {}
    present = set(agreement.exit_tasks.values_list("kind", flat=True))
    made = []
    for planned in PLAN:
        if planned.kind not in present:
            due_on = _due(ended_on, agreed.get(planned.days, ""))
            task = ExitTask(agreement=agreement, kind=planned.kind, side=planned.side, due_on=due_on)
            task.save()
            made.append(task)
    return made


def _newest(agreement: Agreement) -> AgreementVersion | None:
    version: AgreementVersion | None = (
        agreement.versions.filter(state=AgreementVersion.State.ACTIVE).order_by("number").last()
    )
    return version


def _due(ended_on: date, days: str) -> date | None:
    return ended_on + timedelta(days=int(days)) if str(days).isdigit() else None


@transaction.atomic
def report(task: ExitTask, *, note: str = "", file: Any = None, by: User, at: datetime) -> ExitTask:
    """Party B says that its task is done; Party A confirms it.  Refused for Party A's tasks and for settled ones."""
    task = _locked(task)
    if task.side != Side.B:
        raise Refused(_("这一事项由甲方办理。"))
    if task.state != State.OPEN:
        raise Refused(_("这一事项已经报告或办结。"))
    _say(task, note=note, file=file, by=by, at=at)
    task.state, task.reported_by, task.reported_at = State.REPORTED, by, at
    task.save()
    _note("exit_task.reported", task, by=by, at=at)
    life_news.tell_of_report(task, at=at)
    return task


@transaction.atomic
def done(task: ExitTask, *, note: str = "", file: Any = None, by: User, at: datetime) -> ExitTask:
    """Party A confirms the task.  Refused without words or a paper; a destruction needs its certificate."""
    task = _unsettled(task)
    _say(task, note=note, file=file, by=by, at=at)
    task.state, task.settled_by, task.settled_at = State.DONE, by, at
    task.save()
    _note("exit_task.done", task, by=by, at=at)
    return task


@transaction.atomic
def waive(task: ExitTask, *, reason: str, by: User, at: datetime) -> ExitTask:
    """The task need not be done, with a reason."""
    task = _unsettled(task)
    if not reason.strip():
        raise Refused(_("免办须写明理由。"))
    task.note = reason.strip()[:300]
    task.state, task.settled_by, task.settled_at = State.WAIVED, by, at
    task.save()
    _note("exit_task.waived", task, by=by, at=at)
    return task


@transaction.atomic
def send_back(task: ExitTask, *, reason: str, by: User, at: datetime) -> ExitTask:
    """What Party B reported is not enough: the task is open again, with the reason."""
    task = _unsettled(task)
    if task.state != State.REPORTED:
        raise Refused(_("乙方还没有报告办理情况。"))
    if not reason.strip():
        raise Refused(_("请写明退回的理由。"))
    task.note, task.paper = reason.strip()[:300], None
    task.state, task.reported_by, task.reported_at = State.OPEN, None, None
    task.save()
    _note("exit_task.sent_back", task, by=by, at=at)
    return task


def _say(task: ExitTask, *, note: str, file: Any, by: User, at: datetime) -> None:
    """Keep what proves the task: words, a paper, or both; a destruction needs its certificate."""
    if file:
        kind = Paper.Kind.CERTIFICATE if task.kind == Kind.DATA_DESTROYED else Paper.Kind.EVIDENCE
        title = str(task.get_kind_display())
        task.paper = papers.keep(task.agreement, file, kind=kind, title=title, for_party_b=True, by=by, at=at)
    task.note = note.strip()[:300] or task.note
    if task.kind == Kind.DATA_DESTROYED and task.paper is None:
        raise Refused(_("销毁数据须上传销毁证明。"))
    if task.paper is None and not task.note:
        raise Refused(_("请写明办理情况，或者上传证明文件。"))


def _unsettled(task: ExitTask) -> ExitTask:
    task = _locked(task)
    if task.state not in {State.OPEN, State.REPORTED}:
        raise Refused(_("这一事项已经办结。"))
    return task


def _locked(task: ExitTask) -> ExitTask:
    rows = ExitTask.objects.select_related("agreement")
    locked: ExitTask = rows.select_for_update(of=("self",), no_key=True).get(pk=task.pk)
    return locked


def _note(action: str, task: ExitTask, *, by: User, at: datetime) -> None:
    record(
        action,
        obj=task,
        by=by,
        at=at,
        reason=task.note,
        organisation_id=task.agreement.party_b_id,
        agreement_id=task.agreement_id,
        data={"kind": task.kind, "state": task.state, "paper": task.paper.sha256 if task.paper else ""},
    )
