"""What a supplement would touch of the tickets: each keeps the terms that it was received under."""

from collections.abc import Iterator
from datetime import datetime, time
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import AgreementVersion
from contracts.touching import Touch
from sla.models import Ticket


def touched_tickets(version: AgreementVersion, at: datetime) -> Iterator[Touch]:
    """Tickets under way, and, when the start has passed, tickets received since (contracts.touching.Toucher)."""
    tickets = Ticket.objects.filter(agreement=version.agreement)
    url = reverse("admin:sla_ticket_changelist") + "?" + urlencode({"q": version.agreement.number})
    permission = "sla.view_ticket"
    started = timezone.make_aware(datetime.combine(version.effective_from, time(0)))
    yield Touch(
        what=_("处理中的故障报告"),
        count=tickets.open().filter(received_at__lt=max(started, at)).count(),
        effect=_("时限已按收到时的条款起算，不因补充协议改变。"),
        url=url,
        permission=permission,
    )
    yield Touch(
        what=_("适用日之后已收到的故障报告"),
        count=tickets.filter(received_at__gte=started).count(),
        effect=_("补充协议追溯适用，但这些报告的时限和超时记录仍按收到时的条款，不会重算；有分歧的请另行协商。"),
        tone="warn",
        url=url,
        permission=permission,
    )
