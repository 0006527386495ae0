"""What an agreement's pages show of its services: the figures of this month and the last, and what is agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.tables import Linked, table
from people.models import User
from people.showing import Panel
from sla.faces import spelled
from sla.uptime import availability_of
from sla.uptime_words import figure_words, span_words, standing_badge, target_words


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The panel of the console's page; only for those who may see outages."""
    if user.has_perm("sla.view_outage"):
        yield availability_panel(agreement, at=timezone.now(), linked=user.has_perm("sla.view_service"))


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The section of Party B's page."""
    yield availability_panel(agreement, at=timezone.now(), linked=False)


def availability_panel(agreement: Agreement, *, at: datetime, linked: bool) -> Panel:
    """The rows of the present month and of the one before it."""
    present = timezone.localdate(at).replace(day=1)
    last = (present - timedelta(days=1)).replace(day=1)
    rows = [row for month in (present, last) for row in availability_of(agreement, month, at)]
    return table(
        "availability",
        _("服务可用率"),
        (_("服务"), _("时间"), _("约定"), _("可用率"), _("不可用"), _("扣除"), _("是否达标")),
        (
            (
                Linked(row.service.name, reverse("admin:sla_service_change", args=[row.service.pk]))
                if linked
                else row.service.name,
                span_words(row.since, row.until),
                target_words(row.term),
                figure_words(row),
                spelled(row.down),
                spelled(row.excluded),
                standing_badge(row),
            )
            for row in rows
        ),
        empty=_t("这份协议没有登记平台服务，不统计可用率。"),
    )
