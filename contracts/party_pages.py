"""The sections that show an agreement's two parties: in the console and on Party B's page."""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts import parties
from contracts.models import Agreement, AgreementParty, Organisation
from people.models import User
from people.showing import Panel


def agreement_panels(user: User, agreement: Agreement) -> Iterable[Panel]:
    """Both parties for those who may see them, with what is still missing."""
    if user.has_perm("contracts.view_agreementparty"):
        yield _panel(agreement, telling_gaps=True)


def agreement_sections(user: User, agreement: Agreement) -> Iterable[Panel]:
    """Both parties as Party B signed with them."""
    yield _panel(agreement, telling_gaps=False)


def _panel(agreement: Agreement, *, telling_gaps: bool) -> Panel:
    sides = [parties.party_of(agreement, side) for side in parties.SIDES]
    drawn = [(side.get_side_display(), _facts(side), parties.gaps(side) if telling_gaps else []) for side in sides]
    return Panel(
        name="parties",
        label=gettext_lazy("签署主体"),
        template="admin/contracts/parties.html",
        context={"sides": drawn},
    )


def _facts(side: AgreementParty) -> list[tuple[str, object]]:
    signer = f"{side.signer} {side.capacity}".strip()
    notice = "，".join(part for part in (side.notice_address, side.notice_email, side.notice_system) if part)
    fixed = (
        _("%(at)s 提交签署时") % {"at": f"{timezone.localtime(side.frozen_at):%Y-%m-%d %H:%M}"}
        if side.frozen_at
        else _("尚未固定，显示单位目前的登记")
    )
    return [
        (_("名称"), side.name),
        (_("统一社会信用代码"), side.uscc),
        (_("性质"), Organisation.Kind(side.kind).label),
        (_("法定代表人（负责人）"), side.legal_representative),
        (_("签署人"), signer),
        (_("送达"), notice),
        (_("信息固定于"), fixed),
    ]
