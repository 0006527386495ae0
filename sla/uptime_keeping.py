"""Keeping services and what is agreed on them: what the forms of the console save, with its event."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.drafts import locked_draft
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla.models import FixTerm, Service, ServiceTerm


@transaction.atomic
def keep_service(row: Service, *, by: User, at: datetime) -> Service:
    """Save a service."""
    row._history_user = by  # type: ignore[attr-defined]
    row.save()
    record("service.kept", obj=row, by=by, at=at, data={"code": row.code, "kind": row.kind, "since": row.since})
    return row


@transaction.atomic
def end_service(row: Service, *, by: User, at: datetime) -> Service:
    """The service is offered no more from tomorrow on."""
    row = Service.objects.select_for_update(no_key=True).get(pk=row.pk)
    if row.ended_on is not None:
        raise Refused(_("这项服务已经停止。"))
    row.ended_on = max(timezone.localdate(at), row.since)
    row._history_user = by  # type: ignore[attr-defined]
    row.save()
    record("service.ended", obj=row, by=by, at=at, data={"code": row.code, "ended_on": row.ended_on})
    return row


@transaction.atomic
def keep_term(row: ServiceTerm | FixTerm, *, by: User, at: datetime) -> ServiceTerm | FixTerm:
    """Save what a draft version says of a service or of fixing vulnerabilities.

    Refused once the version is no draft: the database would refuse it too.
    """
    version = locked_draft(row.version_id, _("这个版本已提交签署或已生效，约定不能再增加或修改；请办理补充协议。"))
    row._history_user = by  # type: ignore[union-attr]
    row.save()
    about = row.service.code if isinstance(row, ServiceTerm) else row.level
    record(
        "service_term.kept",
        obj=row,
        by=by,
        at=at,
        data={"version": version.pk, "about": about},
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )
    return row
