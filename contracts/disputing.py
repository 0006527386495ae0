"""Disputes, step by step: talks, mediation, then arbitration or court, and the end.

They outlive the agreement: what it says of settling disputes stays in force after its end (Civil Code 507, 567).
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import breaching, papers
from contracts.models import Agreement, BreachCase, Dispute, DisputeStep, Interruption, Paper, Stage
from journal.recording import record
from people.models import User
from people.refusal import Refused

ORDER = (Stage.NEGOTIATION, Stage.MEDIATION, Stage.ARBITRATION, Stage.LITIGATION)
BEFORE_A_BODY = frozenset({Stage.ARBITRATION, Stage.LITIGATION})


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What is in dispute, and the bodies that the agreement names for it."""

    raised_by: str
    title: str
    matter: str
    raised_on: date
    case: BreachCase | None = None
    clause_number: str = ""
    court: str = ""
    arbitration: str = ""
    amount: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happened on a day: before which body, under what number, about how much; file is the paper of it."""

    on: date
    text: str
    institution: str = ""
    reference: str = ""
    amount: Decimal | None = None
    file: Any = None
    internal: bool = False


@transaction.atomic
def raise_dispute(agreement: Agreement, matter: Matter, *, by: User, at: datetime) -> Dispute:
    """Record a dispute, at the stage of talks."""
    if agreement.state == Agreement.State.DRAFT:
        raise Refused(_("草稿协议还没有约束力，不能登记争议。"))
    if not (matter.title.strip() and matter.matter.strip()):
        raise Refused(_("请写明争议事项和内容。"))
    if matter.raised_on > timezone.localdate(at):
        raise Refused(_("提出日期不能晚于今天。"))
    if matter.case is not None and matter.case.agreement_id != agreement.pk:
        raise Refused(_("这个违约案件属于另一份协议。"))
    made = Dispute.objects.create(agreement=agreement, recorded_by=by, recorded_at=at, **vars(matter))
    _step(made, Stage.NEGOTIATION, Step(on=matter.raised_on, text=matter.matter), by=by, at=at)
    _note("dispute.raised", made, by=by, at=at)
    return made


@transaction.atomic
def advance(dispute: Dispute, stage: str, step: Step, *, by: User, at: datetime) -> Dispute:
    """Another step at the same stage, or on to a later one.  Going before a body stops the case's limitation.

    Refused for going back, for a court after arbitration was begun (or the other way round), without the name of the
    body, and after the end.
    """
    dispute = _open(dispute)
    _check_step(dispute, step, at)
    if stage not in ORDER:
        raise Refused(_("请选择协商、调解、仲裁或诉讼。"))
    if {dispute.stage, stage} == BEFORE_A_BODY:
        raise Refused(_("仲裁和诉讼只能选择其一：已经进入一种程序，不能再登记另一种。"))
    if ORDER.index(Stage(stage)) < ORDER.index(Stage(dispute.stage)):
        raise Refused(_("不能退回到前一阶段。"))
    if stage in BEFORE_A_BODY and not step.institution.strip():
        raise Refused(_("请写明法院或仲裁机构的名称。"))
    begun = stage in BEFORE_A_BODY and dispute.stage not in BEFORE_A_BODY
    dispute.stage = stage
    if step.amount is not None:
        dispute.amount = step.amount
    dispute.save()
    _step(dispute, stage, step, by=by, at=at)
    _note("dispute.advanced", dispute, by=by, at=at, on=step.on, institution=step.institution)
    if begun:
        _interrupt(dispute, Interruption.Ground.FILED, step.on, step.institution, by=by, at=at)
    return dispute


@transaction.atomic
def close(dispute: Dispute, *, result: str, step: Step, by: User, at: datetime) -> Dispute:
    """The dispute is over, with its result.

    Refused for an award without arbitration or a judgment without a court.  Where a body was at work, the limitation
    of what is still open runs anew from this day.
    """
    dispute = _open(dispute)
    _check_step(dispute, step, at)
    needed = {Dispute.Result.AWARD: Stage.ARBITRATION, Dispute.Result.JUDGMENT: Stage.LITIGATION}
    if result not in Dispute.Result.values:
        raise Refused(_("请选择结果。"))
    if needed.get(Dispute.Result(result), dispute.stage) != dispute.stage:
        raise Refused(_("结果与所处阶段不符：裁决须经仲裁，判决须经诉讼。"))
    ended_body = dispute.stage in BEFORE_A_BODY
    dispute.stage, dispute.result, dispute.closed_on = Stage.CLOSED, result, step.on
    dispute.save()
    _step(dispute, Stage.CLOSED, step, by=by, at=at)
    _note("dispute.closed", dispute, by=by, at=at, result=result)
    if ended_body:
        _interrupt(dispute, Interruption.Ground.ENDED, step.on, str(dispute.get_result_display()), by=by, at=at)
    return dispute


def _interrupt(dispute: Dispute, ground: str, on: date, text: str, *, by: User, at: datetime) -> None:
    """The limitation of the case that the dispute is about, while there is one that still runs or stands still."""
    case = dispute.case
    if case is None or not case.is_open or on < case.known_on:
        return
    standing_still = case.limitation_on is None
    if standing_still == (ground == Interruption.Ground.ENDED) and (
        case.limitation_on is None or on <= case.limitation_on
    ):
        breaching.interrupt(case, ground=ground, on=on, text=f"{dispute.title}：{text}", by=by, at=at)


def _check_step(dispute: Dispute, step: Step, at: datetime) -> None:
    if step.on > timezone.localdate(at):
        raise Refused(_("日期不能晚于今天。"))
    last = dispute.steps.order_by("-on", "-pk").first()
    if last is not None and step.on < last.on:
        raise Refused(_("日期不能早于上一步（%(day)s）。") % {"day": last.on})
    if not step.text.strip():
        raise Refused(_("请写明情况。"))


def _step(dispute: Dispute, stage: str, step: Step, *, by: User, at: datetime) -> None:
    paper = None
    if step.file:
        paper = papers.keep(
            dispute.agreement, step.file, kind=Paper.Kind.EVIDENCE, for_party_b=not step.internal, by=by, at=at
        )
    DisputeStep.objects.create(
        dispute=dispute,
        stage=stage,
        on=step.on,
        institution=step.institution.strip(),
        reference=step.reference.strip(),
        amount=step.amount,
        text=step.text.strip(),
        paper=paper,
        internal=step.internal,
        by=by,
        at=at,
    )


def _open(dispute: Dispute) -> Dispute:
    rows = Dispute.objects.select_related("agreement", "case")
    found: Dispute = rows.select_for_update(of=("self",), no_key=True).get(pk=dispute.pk)
    if found.stage == Stage.CLOSED:
        raise Refused(_("争议已经结案。"))
    return found


def _note(action: str, dispute: Dispute, *, by: User, at: datetime, **data: object) -> None:
    record(
        action,
        obj=dispute,
        by=by,
        at=at,
        organisation_id=dispute.agreement.party_b_id,
        agreement_id=dispute.agreement_id,
        data={"stage": dispute.stage, "amount": dispute.amount, **data},
    )
