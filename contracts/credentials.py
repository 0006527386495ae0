"""Credentials that are out: registered by fingerprint, told before they expire, revoked with a reason.

No secret is stored: what looks like anything but a SHA-256 fingerprint is refused.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Agreement, AgreementItem, Credential
from journal.recording import record
from people.models import User
from people.refusal import Refused

FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A credential as it was handed out."""

    kind: str
    identifier: str
    fingerprint: str
    held_by: str
    issued_on: date
    expires_on: date


@transaction.atomic
def register(
    agreement: Agreement, shared: AgreementItem | None, issued: Issued, *, by: User, at: datetime
) -> Credential:
    """Record a credential that was handed to Party B.  Refused without a SHA-256 fingerprint, or twice."""
    fingerprint = re.sub(r"[\s:]", "", issued.fingerprint).lower()
    if not FINGERPRINT.fullmatch(fingerprint):
        raise Refused(_("请填写 64 位十六进制的 SHA-256 指纹；密钥、口令本身不要填写，系统不保存。"))
    if agreement.state not in {Agreement.State.IN_FORCE, Agreement.State.SUSPENDED}:
        raise Refused(_("只有已生效的协议可以登记访问凭证。"))
    if shared is not None and shared.agreement_id != agreement.pk:
        raise Refused(_("这项共享信息不属于该协议。"))
    if not (issued.identifier.strip() and issued.held_by.strip()):
        raise Refused(_("请填写标识和保管人。"))
    if issued.expires_on < issued.issued_on or issued.issued_on > timezone.localdate(at):
        raise Refused(_("签发日期不能晚于今天，到期日期不能早于签发日期。"))
    row = Credential(
        agreement=agreement, shared_item=shared, kind=issued.kind, identifier=issued.identifier.strip(),
        fingerprint=fingerprint, held_by=issued.held_by.strip(), issued_on=issued.issued_on,
        expires_on=issued.expires_on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Refused(_("这个指纹已经登记过。")) from error
    _note("credential.registered", row, by=by, at=at)
    return row


@transaction.atomic
def revoke(credential: Credential, *, reason: str, by: User, at: datetime) -> Credential:
    """Record that a credential was revoked, with why.  Refused twice."""
    rows = Credential.objects.select_related("agreement").select_for_update(no_key=True, of=("self",))
    row: Credential = rows.get(pk=credential.pk)
    if row.revoked_on is not None:
        raise Refused(_("这个凭证已经注销。"))
    if not reason.strip():
        raise Refused(_("请写明注销原因。"))
    row.revoked_on, row.revoked_why = timezone.localdate(at), reason.strip()[:300]
    row.save()
    _note("credential.revoked", row, by=by, at=at, reason=row.revoked_why)
    return row


def _note(action: str, row: Credential, *, by: User, at: datetime, reason: str = "") -> None:
    record(
        action,
        obj=row,
        by=by,
        at=at,
        reason=reason,
        organisation_id=row.agreement.party_b_id,
        agreement_id=row.agreement_id,
        data={"kind": row.kind, "identifier": row.identifier, "fingerprint": row.fingerprint},
    )
