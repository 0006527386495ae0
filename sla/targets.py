"""The terms table of a version: keeping its rows while it is a draft, and asking for its priorities."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from contracts.drafts import locked_draft
from contracts.models import AgreementVersion
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import Clock, PriorityMatrix, ServiceTarget
from sla.priority import usual_matrix

LARGEST_SHARE = 99


def matrix_of(version: AgreementVersion) -> dict[str, int] | None:
    """The version's own priorities by "impact_urgency"; None where it keeps the usual ones."""
    row = PriorityMatrix.objects.filter(version=version).first()
    return None if row is None else {name: getattr(row, name) for name in usual_matrix()}


@transaction.atomic
def keep_target(target: ServiceTarget, *, by: User, at: datetime) -> ServiceTarget:
    """Add a row or change it.  Raises Refused once its version is no draft, and for a row that contradicts itself."""
    version = _draft(target.version_id)
    _check(target, version)
    before = None if target.pk is None else str(ServiceTarget.objects.get(pk=target.pk).target_hours)
    _clean(target)
    target._history_user = by  # type: ignore[attr-defined]
    target.save()
    _note("target.changed" if before else "target.added", target, version, by=by, at=at, before=before)
    return target


@transaction.atomic
def remove_target(target: ServiceTarget, *, by: User, at: datetime) -> None:
    """Take a row out of a draft.  Raises Refused once its version is no draft."""
    version = _draft(target.version_id)
    found = ServiceTarget.objects.get(pk=target.pk)
    _note("target.removed", found, version, by=by, at=at)
    found._history_user = by  # type: ignore[attr-defined]
    found.delete()


@transaction.atomic
def keep_matrix(matrix: PriorityMatrix, *, by: User, at: datetime) -> PriorityMatrix:
    """Agree on other priorities than the usual ones.  Raises Refused once the version is no draft."""
    version = _draft(matrix.version_id)
    _clean(matrix)
    matrix._history_user = by  # type: ignore[attr-defined]
    matrix.save()
    record(
        "matrix.kept",
        obj=matrix,
        by=by,
        at=at,
        data={"version": version.number, **{name: getattr(matrix, name) for name in usual_matrix()}},
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )
    return matrix


def _draft(pk: int) -> AgreementVersion:
    return locked_draft(pk, _("这个版本已经不是草稿，时限不能再改；请起草补充协议。"))


def _check(target: ServiceTarget, version: AgreementVersion) -> None:
    """What the row's constraints cannot say."""
    if target.hours == Clock.Hours.SUPPORT and version.support_hours is None:
        raise Refused(_("这个版本还没有约定支持时段，请先约定，或选择自然小时。"))
    if any(type(share) is not int or not 0 < share <= LARGEST_SHARE for share in target.shares):
        raise Refused(_("预警比例须为 1 至 99 的整数。"))
    target.shares = sorted(set(target.shares))
    if not set(target.pause_reasons) <= set(Clock.Reason.values):
        raise Refused(_("没有这种暂停原因，请重新选择。"))
    if target.clock == Clock.Kind.RESPONSE:
        target.pause_reasons = []
    if target.pause_cap_hours is not None and Clock.Reason.AWAITING_PARTY_B not in target.pause_reasons:
        raise Refused(_("没有约定等待乙方时暂停计时，不用填写最长暂停。"))


def _clean(row: models.Model) -> None:
    try:
        row.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error


def _note(
    action: str, target: ServiceTarget, version: AgreementVersion, *, by: User, at: datetime, **more: Any
) -> None:
    record(
        action,
        obj=target,
        by=by,
        at=at,
        data={
            "version": version.number,
            "ticket_kind": target.ticket_kind,
            "priority": target.priority,
            "clock": target.clock,
            "target_hours": target.target_hours,
            "hours": target.hours,
            **{name: value for name, value in more.items() if value is not None},
        },
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )
