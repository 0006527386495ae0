"""Claims from a breach: made, accepted or contested, settled or withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import breaching, case_telling
from contracts.models import BreachCase, CaseEntry, Claim, PenaltyRule
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = Claim.State
OPEN = frozenset({State.CLAIMED, State.ACCEPTED, State.CONTESTED})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked for: kind, amount and stated loss in yuan, on what basis."""

    kind: str
    basis: str
    amount: Decimal | None = None
    loss: Decimal | None = None
    rule: PenaltyRule | None = None


@transaction.atomic
def claim(case: BreachCase, asked: Asked, *, by: User, at: datetime) -> Claim:
    """Ask for something because of the breach.  A penalty above 130 % of the loss is taken as it is; see too_high.

    Refused before the other party was told, after the case was closed or dismissed, for money without an amount, and
    for a penalty rule of another agreement or of the other party.
    """
    case = breaching.locked(case)
    if case.notice_id is None:
        raise Refused(_("请先将违约通知送达对方，再提出主张。"))
    if not case.is_open or case.finding == BreachCase.Finding.DISMISSED:
        raise Refused(_("案件已经关闭或者违约不成立，不能提出主张。"))
    if asked.kind in {Claim.Kind.PENALTY, Claim.Kind.DAMAGES} and not asked.amount:
        raise Refused(_("主张违约金或赔偿损失须填写金额。"))
    if asked.amount is not None and asked.amount <= 0:
        raise Refused(_("金额须大于 0。"))
    if not asked.basis.strip():
        raise Refused(_("请写明依据和计算。"))
    if asked.rule is not None and (
        asked.rule.version.agreement_id != case.agreement_id or asked.rule.party != case.party
    ):
        raise Refused(_("这条违约金约定不适用于本案。"))
    made = Claim.objects.create(
        case=case,
        kind=asked.kind,
        amount=asked.amount,
        loss=asked.loss,
        rule=asked.rule,
        basis=asked.basis.strip(),
        claimed_by=by,
        claimed_at=at,
    )
    _said(made, CaseEntry.Kind.CLAIMED, made.basis, by=by, at=at)
    return made


@transaction.atomic
def accept(made: Claim, *, text: str = "", by: User, at: datetime) -> Claim:
    """The party in breach accepts the claim."""
    return _move(made, State.ACCEPTED, {State.CLAIMED, State.CONTESTED}, text, by=by, at=at)


@transaction.atomic
def contest(made: Claim, *, text: str, by: User, at: datetime) -> Claim:
    """The party in breach objects, with its reasons."""
    if not text.strip():
        raise Refused(_("请写明异议理由。"))
    return _move(made, State.CONTESTED, {State.CLAIMED}, text, by=by, at=at)


@transaction.atomic
def withdraw(made: Claim, *, text: str, by: User, at: datetime) -> Claim:
    """The claim is given up, with a reason."""
    if not text.strip():
        raise Refused(_("请写明撤回理由。"))
    return _move(made, State.WITHDRAWN, OPEN, text, by=by, at=at)


@transaction.atomic
def settle(made: Claim, *, on: date, amount: Decimal | None = None, text: str = "", by: User, at: datetime) -> Claim:
    """The claim was met: on which day, and with how much where it was about money."""
    if on > timezone.localdate(at):
        raise Refused(_("清偿日期不能晚于今天。"))
    if made.amount is not None and amount is None:
        raise Refused(_("请填写清偿金额。"))
    if amount is not None and amount < 0:
        raise Refused(_("金额不能为负数。"))
    if on < timezone.localdate(made.claimed_at):
        raise Refused(_("清偿日期不能早于主张之日。"))
    return _move(made, State.SETTLED, OPEN, text, by=by, at=at, settled_on=on, settled_amount=amount)


def _move(
    made: Claim, to: str, start: set[str] | frozenset[str], text: str, *, by: User, at: datetime, **set_: object
) -> Claim:
    case = breaching.locked(made.case)
    found: Claim = Claim.objects.select_related("case").select_for_update(of=("self",), no_key=True).get(pk=made.pk)
    found.case = case
    if found.state not in start:
        raise Refused(_("这项主张现在是“%(state)s”，不能这样办理。") % {"state": found.get_state_display()})
    found.state = to
    for name, value in set_.items():
        setattr(found, name, value)
    found.save()
    _said(found, CaseEntry.Kind.CLAIM_MOVED, text, by=by, at=at)
    return found


def _said(made: Claim, kind: str, text: str, *, by: User, at: datetime) -> None:
    case = made.case
    words = f"{made}（{made.get_state_display()}）"
    breaching.write_line(case, kind, f"{words}：{text.strip()}" if text.strip() else words, by=by, at=at)
    event = record(
        f"claim.{made.state}",
        obj=made,
        by=by,
        at=at,
        organisation_id=case.agreement.party_b_id,
        agreement_id=case.agreement_id,
        data={"case": case.number, "kind": made.kind, "amount": made.amount, "loss": made.loss},
    )
    what = "claimed" if kind == CaseEntry.Kind.CLAIMED else "claim_moved"
    tell = case_telling.tell_party_b if by.is_staff else case_telling.tell_managers
    tell(case, what, event=event, at=at)
