"""The form of a replay: period, agreements, and what would be otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement, SupportHours
from people.acting import VerbForm
from sla.attainment_page import clock_label
from sla.models import Clock, Ticket, WhatIf
from sla.replaying import Scope, Wish
from worktime.models import CalendarVersion

YEAR = timedelta(days=365)
EVERY = 0


class WhatIfForm(VerbForm):
    """Which reports, and which other terms; a field left empty stays as each agreement has it."""

    name = forms.CharField(label=_("名称"), max_length=80, help_text=_("例如：解决方案 4 小时、7×24。"))
    agreements = forms.ModelMultipleChoiceField(
        label=_("协议"), queryset=Agreement.objects.exclude(effective_on=None).order_by("number"), required=False,
        help_text=_("不选就是全部协议。"),
    )  # fmt: skip
    received_from = forms.DateField(label=_("收到日期自"), widget=forms.DateInput(attrs={"type": "date"}))
    received_to = forms.DateField(label=_("收到日期至"), widget=forms.DateInput(attrs={"type": "date"}))
    kinds = forms.MultipleChoiceField(
        label=_("报告类型"),
        choices=Ticket.Kind.choices,
        initial=[Ticket.Kind.FAULT],
        widget=forms.CheckboxSelectMultiple,
    )
    hours_mode = forms.ChoiceField(label=_("计时时段"), choices=WhatIf.Hours.choices, initial=WhatIf.Hours.AGREED)
    hours = forms.ModelChoiceField(label=_("支持时段"), queryset=SupportHours.objects.order_by("name"), required=False)
    calendar_version = forms.ModelChoiceField(
        label=_("日历版本"),
        queryset=CalendarVersion.objects.select_related("calendar").order_by("calendar", "-number"),
        required=False, help_text=_("不选就用每份报告当时所用的版本。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        self.fields["received_from"].initial, self.fields["received_to"].initial = today - YEAR, today
        for kind in Clock.Kind.values:
            for priority in (EVERY, *Ticket.Priority.values):
                self.fields[f"target_{kind}_{priority}"] = _hours_field(kind, priority)

    def wish(self) -> Wish:
        """What the form asks."""
        said = self.cleaned_data
        scope = Scope(
            received_from=said["received_from"],
            received_to=said["received_to"],
            agreements=tuple(made.pk for made in said["agreements"]),
            kinds=tuple(said["kinds"]),
        )
        return Wish(
            name=said["name"],
            scope=scope,
            targets=tuple(self._targets()),
            hours_mode=said["hours_mode"],
            hours=said["hours"],
            calendar_version=said["calendar_version"],
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not self.errors:
            said["wish"] = self.wish()
        return said

    def _targets(self) -> Iterator[tuple[str, int, Decimal]]:
        for kind in Clock.Kind.values:
            for priority in (EVERY, *Ticket.Priority.values):
                hours = self.cleaned_data.get(f"target_{kind}_{priority}")
                if hours is not None:
                    yield kind, priority, hours


def _hours_field(kind: str, priority: int) -> forms.DecimalField:
    level = _t("所有优先级") if priority == EVERY else str(Ticket.Priority(priority).label)
    label = _t("%(clock)s时限（小时），%(level)s") % {"clock": clock_label(kind), "level": level}
    return forms.DecimalField(
        label=label, required=False, min_value=Decimal("0.01"), max_value=Decimal("9999"), decimal_places=2
    )
