"""The platform itself: opened to Party B by a confirmation of both parties (clause 1.1.3)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import papers
from contracts.models import Agreement, OpeningConfirmation, Paper
from contracts.sharing import ENDED
from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.showing import Tone


class Service(StrEnum):
    """The state of the service under an agreement."""

    NOT_OPEN = "not_open"
    OPEN = "open"
    SUSPENDED = "suspended"
    ENDED = "ended"


LABELS: dict[Service, object] = {
    Service.NOT_OPEN: gettext_lazy("未开通"),
    Service.OPEN: gettext_lazy("已开通"),
    Service.SUSPENDED: gettext_lazy("暂停"),
    Service.ENDED: gettext_lazy("终止"),
}
TONES: dict[Service, Tone] = {
    Service.NOT_OPEN: "muted",
    Service.OPEN: "ok",
    Service.SUSPENDED: "bad",
    Service.ENDED: "muted",
}


def service_of(agreement: Agreement, *, confirmed: bool) -> Service:
    """The state of the service: nobody is open without a confirmation, and nobody beyond the agreement."""
    if agreement.state in ENDED:
        return Service.ENDED
    if not confirmed:
        return Service.NOT_OPEN
    return Service.OPEN if agreement.state == Agreement.State.IN_FORCE else Service.SUSPENDED


@transaction.atomic
def confirm_opening(
    agreement: Agreement, *, opened_on: date, confirmed_by: str, file: Any, by: User, at: datetime
) -> OpeningConfirmation:
    """Keep the confirmation that the platform is open.  Refused twice, and for a day outside the agreement."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.state != Agreement.State.IN_FORCE or agreement.effective_on is None:
        raise Refused(_("只有生效的协议可以登记开通确认单。"))
    if OpeningConfirmation.objects.filter(agreement=agreement).exists():
        raise Refused(_("这份协议的开通确认单已经登记。"))
    if not agreement.effective_on <= opened_on <= timezone.localdate(at):
        raise Refused(_("开通日期不能早于协议生效日期，也不能晚于今天。"))
    if not confirmed_by.strip():
        raise Refused(_("请写明乙方确认人。"))
    paper = papers.keep(
        agreement, file, kind=Paper.Kind.EVIDENCE, title=_("开通确认单"), for_party_b=True, by=by, at=at
    )
    made = OpeningConfirmation.objects.create(
        agreement=agreement, opened_on=opened_on, confirmed_by=confirmed_by.strip()[:80], paper=paper, by=by, at=at
    )
    data = {"opened_on": str(opened_on), "sha256": paper.sha256}
    record(
        "platform.opened", obj=made, by=by, at=at, data=data,
        organisation_id=agreement.party_b_id, agreement_id=agreement.pk,
    )  # fmt: skip
    return made
