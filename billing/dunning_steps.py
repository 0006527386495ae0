"""Whose ladder applies: an agreement's own steps, else those of the house, else the standard ones."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.ladder import STANDARD, Step
from billing.models import DunningStep
from contracts.models import Agreement
from journal.recording import record
from people.models import User
from people.refusal import Refused

# The names of the standard steps in the words of the reader; a step that people named keeps its own words.
NAMES = {
    "before": gettext_lazy("到期前提醒"),
    "after": gettext_lazy("逾期提醒"),
    "again": gettext_lazy("再次催款"),
    "demand": gettext_lazy("提议催告函"),
}
_STANDARD_NAMES = {step.code: step.name for step in STANDARD}


def named(code: str, name: str) -> object:
    """What a step is called for the reader."""
    return NAMES[code] if _STANDARD_NAMES.get(code) == name else name


def steps_of(agreement: Agreement) -> tuple[Step, ...]:
    """The steps that apply to an agreement's bills, without those that are switched off."""
    rows = list(DunningStep.objects.filter(Q(agreement=agreement) | Q(agreement__isnull=True)))
    own = [row for row in rows if row.agreement_id is not None]
    chosen = own or rows
    return tuple(_step(row) for row in chosen if row.active) if chosen else STANDARD


@transaction.atomic
def set_out(agreement: Agreement | None, *, by: User, at: datetime) -> list[DunningStep]:
    """Write down the steps that apply now as rows to edit: for one agreement, or (None) for the house."""
    if DunningStep.objects.filter(agreement=agreement).exists():
        raise Refused(_("已有自己的催款阶梯，请直接修改各步骤。"))
    steps = steps_of(agreement) if agreement is not None else STANDARD
    made = [DunningStep(agreement=agreement, **_fields(step)) for step in steps]
    for row in made:
        row.save()
    _note("dunning.set_out", made[0] if made else None, agreement, by=by, at=at, data={"steps": len(made)})
    return made


@transaction.atomic
def keep(step: DunningStep, *, by: User, at: datetime) -> DunningStep:
    """Keep a new or edited step.  What was told by it before stays told: a bill remembers a step by its code."""
    step.save()
    told = {"code": step.code, "days": step.days, "counted": step.counted, "kind": step.kind, "active": step.active}
    _note("dunning.step_kept", step, step.agreement, by=by, at=at, data=told)
    return step


def _step(row: DunningStep) -> Step:
    return Step(code=row.code, name=row.name, kind=row.kind, days=row.days, counted=row.counted)


def _fields(step: Step) -> dict[str, Any]:
    return {
        "code": step.code, "name": step.name, "kind": step.kind, "days": step.days, "counted": step.counted,
    }  # fmt: skip


def _note(
    action: str, step: DunningStep | None, agreement: Agreement | None, *, by: User, at: datetime, data: dict[str, Any]
) -> None:
    record(
        action,
        obj=step,
        by=by,
        at=at,
        data=data,
        organisation_id=agreement.party_b_id if agreement else None,
        agreement_id=agreement.pk if agreement else None,
    )
