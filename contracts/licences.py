"""The licence to use the platform (5.2.1): whether it stands on a day, derived from the agreement's life alone."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import papers
from contracts.models import Agreement, IPAsset, Licence, Paper
from contracts.moving import locked, note
from journal.models import Event
from people.models import User
from people.refusal import Refused


class LicenceState(StrEnum):
    """Where a licence stands."""

    NOT_YET = "not_yet"
    VALID = "valid"
    ACCESS_STOPPED = "access_stopped"
    SUSPENDED = "suspended"
    ENDED = "ended"


STATES: dict[LicenceState, object] = {
    LicenceState.NOT_YET: _("未开始"),
    LicenceState.VALID: _("有效"),
    LicenceState.ACCESS_STOPPED: _("有效，访问暂停"),
    LicenceState.SUSPENDED: _("中止"),
    LicenceState.ENDED: _("已终止"),
}
OVER = frozenset({Agreement.State.EXPIRED, Agreement.State.TERMINATED, Agreement.State.CLOSED})


@dataclass(frozen=True, kw_only=True)
class LicenceStanding:
    """The licence on a day: its state, and from when to when it runs as written."""

    state: LicenceState
    valid_from: date | None
    valid_until: date | None

    @property
    def label(self) -> object:
        """The state in words."""
        return STATES[self.state]


def standing_on(agreement: Agreement, day: date) -> LicenceStanding:
    """Whether the licence stands on a civil day: from the effective day to the end, with the agreement's state then.

    Nothing is stored: a termination, an expiry or a supplement that moves the end moves the licence with it.
    """
    row = Licence.objects.filter(agreement=agreement).first()
    state = _derived(agreement, state_on(agreement, day), day, row or Licence())
    return LicenceStanding(state=state, valid_from=agreement.effective_on, valid_until=agreement.ends_on)


def standing_now(licence: Licence, today: date) -> LicenceStanding:
    """The same for today, from the rows at hand: no query."""
    agreement = licence.agreement
    state = _derived(agreement, agreement.state, today, licence)
    return LicenceStanding(state=state, valid_from=agreement.effective_on, valid_until=agreement.ends_on)


def state_on(agreement: Agreement, day: date) -> str:
    """The agreement's state at the end of a civil day by its journal; today and later it is the present one."""
    told = Event.objects.filter(
        object_type="contracts.agreement", object_id=str(agreement.pk), agreement_id=agreement.pk
    )
    states = [
        (timezone.localdate(at), data["state"])
        for at, data in told.order_by("seq").values_list("at", "data")
        if isinstance(data, dict) and data.get("state") in Agreement.State.values
    ]
    if not any(changed > day for changed, _state in states):
        return str(agreement.state)
    return str(next((state for changed, state in reversed(states) if changed <= day), Agreement.State.DRAFT))


def _derived(agreement: Agreement, state: str, day: date, licence: Licence) -> LicenceState:
    if state in OVER or (agreement.ends_on is not None and day > agreement.ends_on):
        return LicenceState.ENDED
    if agreement.effective_on is None or day < agreement.effective_on:
        return LicenceState.NOT_YET
    if state == Agreement.State.SUSPENDED and licence.suspends_right:
        return LicenceState.SUSPENDED
    if state == Agreement.State.SUSPENDED and licence.suspends_access:
        return LicenceState.ACCESS_STOPPED
    return LicenceState.VALID


@transaction.atomic
def keep_certificate(asset: IPAsset, *, file: Any, by: User, at: datetime) -> IPAsset:
    """Keep the certificate of a right; a better scan takes its place, the earlier paper stays."""
    asset = locked(asset, "owner")
    if not file:
        raise Refused(_t("请上传证书。"))
    asset.certificate = papers.keep(asset.owner, file, kind=Paper.Kind.CERTIFICATE, title=asset.name, by=by, at=at)
    asset.save()
    note("ip_asset.certified", asset, of=asset.owner, by=by, at=at)
    return asset
