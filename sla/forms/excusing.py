"""What is said when a breach is to be excused."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.forms.serving import paper_field
from contracts.models import Relief
from people.acting import VerbForm
from sla.excusing import reliefs_for
from sla.forms.tickets import TextField


class WaiverForm(VerbForm):
    """Party B's paper and the reason."""

    file = paper_field(_("乙方的书面材料"), required=True)
    text = TextField(label=_("理由"), max_length=300)


class ForceMajeureForm(VerbForm):
    """The relief that the breach falls under, and the reason."""

    relief = forms.ModelChoiceField(
        Relief.objects.none(),
        label=_("不可抗力减免"),
        help_text=_("这里只列出本协议响应时限的减免；没有时，请先在“不可抗力”中登记事件和减免。"),
    )
    text = TextField(label=_("理由"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["relief"].queryset = reliefs_for(self.obj)  # type: ignore[attr-defined]
