"""Forms of notices served between the parties."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement, ServedNotice
from people.acting import VerbForm
from people.sniffing import endings


def moment_field(label: object, **kwargs: Any) -> forms.DateTimeField:
    """A wall time in minutes, now by default."""
    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"})
    return forms.DateTimeField(
        label=str(label), widget=widget, initial=lambda: timezone.localtime().replace(second=0, microsecond=0), **kwargs
    )


def paper_field(label: object, *, required: bool = False, **kwargs: Any) -> forms.FileField:
    """A file to keep as a paper."""
    widget = forms.ClearableFileInput(attrs={"accept": ",".join(endings())})
    return forms.FileField(label=str(label), required=required, widget=widget, **kwargs)


class WriteNoticeForm(VerbForm):
    """A new notice of one agreement."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    kind = forms.ChoiceField(label=_("种类"), choices=ServedNotice.Kind.choices)
    sender = forms.ChoiceField(label=_("发出方"), choices=ServedNotice.Side.choices)
    subject = forms.CharField(label=_("事由"), max_length=160)
    text = forms.CharField(label=_("内容"), widget=forms.Textarea(attrs={"rows": 6}))
    clause_number = forms.CharField(label=_("依据条款"), max_length=20, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.exclude(state="draft").order_by("number")  # type: ignore[attr-defined]
        self.fields["file"] = paper_field(_("函件（扫描件或原件）"))


class SendForm(VerbForm):
    """How and when the notice went out."""

    channel = forms.ChoiceField(label=_("送达方式"), choices=ServedNotice.Channel.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sent_at"] = moment_field(_("发出时间"))


class ReceiveForm(VerbForm):
    """When and how the notice arrived."""

    received_by = forms.CharField(label=_("签收人"), max_length=60, required=False)
    deemed = forms.BooleanField(
        label=_("依约视为送达"), required=False, help_text=_("协议约定了视为送达的情形，且已满足，才勾选。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["received_at"] = moment_field(_("送达时间"))
        self.fields["proof"] = paper_field(_("送达凭证"))
        self.order_fields(["received_at", "received_by", "proof", "deemed"])
