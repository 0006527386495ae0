"""What verbs on the rows of an agreement have in common: the lock, words that must be said, the line in the journal."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import Agreement, Membership, Organisation
from journal.models import Event
from journal.recording import record
from people.models import User
from people.refusal import Refused

M = TypeVar("M", bound=Model)


def locked(row: M, *related: str) -> M:
    """The row as it is now, under its lock until the transaction ends; related rows are read along, not locked."""
    rows = type(row)._default_manager.select_related(*related)
    found: M = rows.select_for_update(of=("self",), no_key=True).get(pk=row.pk)
    return found


def said(text: str, otherwise: object) -> str:
    """The words, trimmed.  Raises Refused with `otherwise` when there are none."""
    words = text.strip()
    if not words:
        raise Refused(otherwise)
    return words


def demand_state(state: str, allowed: Collection[str], otherwise: object) -> None:
    """Raises Refused with `otherwise` unless the state is one of the allowed."""
    if state not in allowed:
        raise Refused(otherwise)


def demand_own(agreement: Agreement, by: User) -> None:
    """Raises Refused unless the person acts for Party B of the agreement."""
    if not Agreement.objects.for_user(by).filter(pk=agreement.pk).exists():
        raise Refused(_("只有乙方的人员可以为本单位办理。"))


def note(
    action: str,
    row: Model,
    *,
    of: Agreement | Organisation | None,
    by: User | None,
    at: datetime,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Write the event of a verb, with the agreement or the organisation that it concerns."""
    agreement = of if isinstance(of, Agreement) else None
    body = of if isinstance(of, Organisation) else None
    return record(
        action,
        obj=row,
        by=by,
        at=at,
        reason=reason,
        data=data,
        organisation_id=agreement.party_b_id if agreement else body.pk if body else None,
        agreement_id=agreement.pk if agreement else None,
    )


def people_of(organisation_id: int) -> list[User]:
    """Everybody who acts for an organisation and may sign in."""
    members = Membership.objects.filter(organisation_id=organisation_id, active=True, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("pk")]


def demand_past(day: date, at: datetime) -> None:
    """Raises Refused for a civil day that has not come."""
    if day > timezone.localdate(at):
        raise Refused(_("日期不能晚于今天。"))
