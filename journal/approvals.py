"""Four eyes: one person asks, another who holds the right at that moment decides; consent and effect are one change."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from journal import effects
from journal.hashing import sha256_of
from journal.models import Approval, Event
from journal.outbox import announce, holders
from journal.recording import plain, record
from people.models import User
from people.refusal import Refused

VALID_FOR = timedelta(days=7)


@transaction.atomic
def ask(
    kind: str, *, target: models.Model, content: Mapping[str, Any], by: User, at: datetime, reason: str = ""
) -> Approval:
    """Ask for a second person's consent to a registered kind of change; valid for 7 days.

    content is all that the change needs and all that the approver sees; its hash is frozen here.  Lock the target
    first where two people may ask at once.  Refused when the same is asked already; LookupError for an unknown kind.
    """
    needed = effects.kind_of(kind).permission
    for run_out in Approval.objects.run_out(at).of(target).filter(kind=kind):
        _expire(run_out.pk, at)
    frozen = plain(content)
    with translation.override(settings.LANGUAGE_CODE):
        label = str(target)[:200]
    approval = Approval(
        kind=kind,
        permission=needed,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=label,
        content=frozen,
        content_sha256=sha256_of(frozen),
        request_reason=reason,
        requested_by=by,
        requested_at=at,
        expires_at=at + VALID_FOR,
    )
    _add(approval)
    event = _recorded("approval.requested", approval, by=by, at=at, reason=reason)
    for holder in holders(needed).exclude(pk=by.pk):
        _tell(holder, approval, event, _("请审批：{kind}，{target}"))
    return approval


@transaction.atomic
def approve(approval: Approval, *, by: User, at: datetime, reason: str = "") -> Approval:
    """Consent to the request and do what was asked, in one change.

    Refused when somebody decided already, when it ran out, when by asked for it himself or no longer holds the right,
    when the content is not what was asked, or when the effect itself refuses: then nothing has changed.
    """
    approval = _open_for_decision(approval, by=by, at=at)
    _check_content(approval)
    _decide(approval, Approval.State.APPROVED, by=by, at=at, reason=reason)
    effects.kind_of(approval.kind).effect(approval, by=by, at=at)
    event = _recorded("approval.approved", approval, by=by, at=at, reason=reason)
    _tell(approval.requested_by, approval, event, _("已批准：{kind}，{target}"))
    return approval


@transaction.atomic
def reject(approval: Approval, *, by: User, at: datetime, reason: str) -> Approval:
    """Refuse consent, with a reason.  Refused as for approve; a changed content may be rejected."""
    if not reason.strip():
        raise Refused(_("驳回必须写明理由。"))
    approval = _open_for_decision(approval, by=by, at=at)
    _decide(approval, Approval.State.REJECTED, by=by, at=at, reason=reason)
    event = _recorded("approval.rejected", approval, by=by, at=at, reason=reason)
    _tell(approval.requested_by, approval, event, _("已驳回：{kind}，{target}"))
    return approval


@transaction.atomic
def withdraw(approval: Approval, *, by: User, at: datetime, reason: str = "") -> Approval:
    """The person who asked takes the request back while nobody has decided."""
    approval = _locked_open(approval)
    if approval.requested_by_id != by.pk:
        raise Refused(_("只有申请人本人可以撤回申请。"))
    _end(approval, Approval.State.WITHDRAWN, at=at, reason=reason)
    _recorded("approval.withdrawn", approval, by=by, at=at, reason=reason)
    return approval


def expire_due(*, at: datetime) -> int:
    """End every open request whose 7 days are over, each in its own transaction; returns how many."""
    return sum(_expire(pk, at) for pk in Approval.objects.run_out(at).order_by("pk").values_list("pk", flat=True))


def may_decide(approval: Approval, by: User) -> bool:
    """Whether this person is somebody else than the asker and holds the right now."""
    return approval.requested_by_id != by.pk and by.has_perm(approval.permission)


@transaction.atomic
def _expire(pk: int, at: datetime) -> int:
    approval = Approval.objects.select_for_update(no_key=True).run_out(at).filter(pk=pk).first()
    if approval is None:
        return 0
    _end(approval, Approval.State.EXPIRED, at=at, reason="")
    event = _recorded("approval.expired", approval, by=None, at=at)
    _tell(approval.requested_by, approval, event, _("已过期未批：{kind}，{target}"))
    return 1


def _add(approval: Approval) -> None:
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError as error:  # the constraint approval_one_open, also when two people ask at once
        raise Refused(_("同一事项已有待批准的申请，请等待审批，或由申请人先撤回。")) from error


def _locked_open(approval: Approval) -> Approval:
    # Of two people who decide at once the second waits here and then finds the request decided.
    locked = Approval.objects.select_for_update(no_key=True).get(pk=approval.pk)
    if locked.state != Approval.State.REQUESTED:
        raise Refused(_("此申请已处理（%(state)s），请刷新页面。") % {"state": locked.get_state_display()})
    return locked


def _open_for_decision(approval: Approval, *, by: User, at: datetime) -> Approval:
    locked = _locked_open(approval)
    if at >= locked.expires_at:
        raise Refused(_("此申请已超过 7 天有效期，请申请人重新提交。"))
    if locked.requested_by_id == by.pk:
        raise Refused(_("不能审批自己提出的申请，请由另一位有权限的人员处理。"))
    # Read the account anew: the rights that count are those of this moment, not those cached at sign-in.
    person = User.objects.filter(pk=by.pk, is_active=True).first()
    if person is None or not person.has_perm(locked.permission):
        raise Refused(_("您当前没有审批此事项的权限，请联系安全管理员。"))
    return locked


def _check_content(approval: Approval) -> None:
    present = effects.kind_of(approval.kind).present
    asked = approval.content_sha256
    now_holds = plain(present(approval)) if present else approval.content
    if sha256_of(approval.content) != asked or sha256_of(now_holds) != asked:
        raise Refused(_("申请之后内容已被修改，原申请作废，请撤回后重新提交。"))


def _decide(approval: Approval, state: Approval.State, *, by: User, at: datetime, reason: str) -> None:
    approval.decided_by = by
    _end(approval, state, at=at, reason=reason)


def _end(approval: Approval, state: Approval.State, *, at: datetime, reason: str) -> None:
    approval.state, approval.decided_at, approval.reason = state, at, reason
    approval.save(update_fields=["state", "decided_by", "decided_at", "reason"])


def _recorded(action: str, approval: Approval, *, by: User | None, at: datetime, reason: str = "") -> Event:
    data = {
        "kind": approval.kind,
        "target_type": approval.target_type,
        "target_id": approval.target_id,
        "content_sha256": approval.content_sha256,
        "requested_by": approval.requested_by_id,
    }
    return record(action, obj=approval, by=by, at=at, reason=reason, data=data)


def _tell(recipient: User, approval: Approval, event: Event, subject: Any) -> None:
    label = effects.label_of(approval.kind)
    announce(
        key=f"approval/{approval.pk}/{approval.state}",
        recipient=recipient,
        kind=event.action,
        subject=format_lazy(subject, kind=label, target=approval.target_label),
        body=approval.request_reason if approval.state == Approval.State.REQUESTED else approval.reason,
        url=reverse("admin:journal_approval_change", args=[approval.pk]),
        event=event,
        at=event.at,
    )
