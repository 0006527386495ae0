"""Looking at a breach again: operations' lead asks, the contract manager decides; the breach itself never changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from journal import approvals
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import Adjudication

KIND = "breach.excuse"


@transaction.atomic
def ask_to_excuse(made: Adjudication, *, by: User, at: datetime, reason: str = "") -> Approval:
    """Ask a second person to excuse the breach for the proposed ground."""
    made = _locked(made)
    return approvals.ask(KIND, target=made, content=contents(made), by=by, at=at, reason=reason)


def excuse(approval: Approval, *, by: User, at: datetime) -> Adjudication:
    """The approved effect: adjudicated figures count the promise as kept.  Runs inside the approving transaction."""
    made = _locked(Adjudication.objects.get(pk=approval.target_id))
    return _decide(made, Adjudication.State.EXCUSED, by=by, at=at, reason=approval.request_reason)


@transaction.atomic
def uphold(made: Adjudication, *, by: User, at: datetime, reason: str) -> Adjudication:
    """The breach stands, with a reason."""
    if not reason.strip():
        raise Refused(_("请写明维持超时的理由。"))
    made = _locked(made)
    waiting = Approval.objects.filter(
        kind=KIND, target_id=str(made.pk), state=Approval.State.REQUESTED, expires_at__gt=at
    )
    if waiting.exists():
        raise Refused(_("这项复核正在等待审批，请先处理审批申请。"))
    return _decide(made, Adjudication.State.UPHELD, by=by, at=at, reason=reason.strip()[:300])


def contents(made: Adjudication) -> dict[str, Any]:
    """All that the decision rests on."""
    content = {
        "breach": made.breach.number,
        "sha256": made.breach.sha256,
        "ground": made.ground,
        "calendar": made.calendar_version.sha256,
        "consumed_seconds": made.consumed_seconds,
        "target_seconds": made.target_seconds,
    }
    if made.paper is not None:
        content["paper"] = made.paper.sha256
    if made.relief is not None:
        content["relief"] = made.relief_id
    return content


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(Adjudication.objects.get(pk=approval.target_id))


def _decide(made: Adjudication, state: Adjudication.State, *, by: User, at: datetime, reason: str) -> Adjudication:
    made.state, made.decided_by, made.decided_at, made.reason = state, by, at, reason[:300]
    made.save()
    breach = made.breach
    record(
        f"adjudication.{state.value}",
        obj=made,
        by=by,
        at=at,
        reason=reason,
        data={"breach": breach.number, "ground": made.ground},
        organisation_id=breach.agreement.party_b_id,
        agreement_id=breach.agreement_id,
    )
    return made


def _locked(made: Adjudication) -> Adjudication:
    rows = Adjudication.objects.select_related("breach__agreement", "calendar_version", "paper", "relief")
    locked: Adjudication = rows.select_for_update(of=("self",), no_key=True).get(pk=made.pk)
    if locked.state != Adjudication.State.PROPOSED:
        raise Refused(_("这项复核已经决定（%(state)s）。") % {"state": locked.get_state_display()})
    return locked
