"""Forms of the pages on letters that came in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.console import VerbForm
from people.models import User
from sla.mail_in import TICKET_NUMBER
from sla.models import Ticket
from sla.tickets import LONGEST_TITLE


class FileMailForm(VerbForm):
    """A report made of a letter."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none(), empty_label=None)
    reporter = forms.ModelChoiceField(
        label=_("报告人"),
        queryset=User.objects.none(),
        help_text=_("请先用电话等方式核实发件人，再选择乙方的报告人。"),
    )
    kind = forms.ChoiceField(label=_("类型"), choices=Ticket.Kind.choices)
    title = forms.CharField(label=_("标题"), max_length=LONGEST_TITLE)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agreements = Agreement.objects.in_force_on(timezone.localdate()).select_related("party_b")
        people = User.objects.filter(memberships__active=True, is_active=True, is_staff=False).distinct()
        rows: dict[str, Any] = {
            "agreement": agreements.order_by("party_b__name", "number"),
            "reporter": people.order_by("name", "pk"),
        }
        for name, queryset in rows.items():
            field: Any = self.fields[name]
            field.queryset = queryset
        field = self.fields["agreement"]
        field.label_from_instance = lambda made: f"{made.party_b} · {made.number}"
        self.initial = {"title": self.obj.subject[:LONGEST_TITLE], "reporter": self.obj.person_id}


class ReplyMailForm(VerbForm):
    """The report that a letter belongs to."""

    number = forms.CharField(label=_("报告编号"), max_length=20, help_text=_("例如 GZ-2026-000001"))

    def clean_number(self) -> str:
        """The number in capitals.  Raises ValidationError when there is no such report."""
        number: str = self.cleaned_data["number"].strip().upper()
        if not TICKET_NUMBER.fullmatch(number) or not Ticket.objects.filter(number=number).exists():
            raise forms.ValidationError(_("没有这个编号的报告，请核对。"))
        return number


class DiscardMailForm(VerbForm):
    """Why a letter is let be."""

    reason = forms.CharField(label=_("不予受理的原因"), max_length=300)
