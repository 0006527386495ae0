"""The form of a usage file."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.acting import VerbForm


class UsageFileForm(VerbForm):
    """A file of usage, for one agreement or with the agreement in each line."""

    agreement = forms.ModelChoiceField(
        label=_("协议"), queryset=Agreement.objects.none(), required=False,
        help_text=_("整份文件属于一份协议时选择；不选的，文件须有“协议编号”一列。"),
    )  # fmt: skip
    source = forms.CharField(label=_("来源系统"), max_length=40, help_text=_("例如：接口网关、下载中心。"))
    file = forms.FileField(
        label=_("用量文件（CSV 或 XLSX）"),
        help_text=_(
            "首行为列名：来源记录号、计量项、使用时间、用量，可加“更正记录号”“协议编号”；时间写作 2026-09-01 08:30:00。"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,text/csv"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Agreement]", self.fields["agreement"])
        field.queryset = Agreement.objects.filter(effective_on__isnull=False).order_by("number")


class LookForm(VerbForm):
    """The agreement whose usage is looked through."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Agreement]", self.fields["agreement"])
        field.queryset = Agreement.objects.filter(effective_on__isnull=False).order_by("number")
