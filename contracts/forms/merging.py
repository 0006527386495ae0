"""Forms of merging two organisations: choose, then ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Organisation
from people.acting import VerbForm


class ReasonField(forms.CharField):
    """Why two organisations are one and the same."""

    def __init__(self) -> None:
        super().__init__(
            label=_("认定是同一单位的依据"),
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("例如：统一社会信用代码相同；机构改革文件载明职责并入。"),
        )


class MergeForm(forms.Form):
    """Which organisation stays."""

    into = forms.ModelChoiceField(label=_("并入后的单位"), queryset=Organisation.objects.standing())

    def __init__(self, *args: Any, obj: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Organisation.objects.standing().exclude(pk=obj.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class HiddenMergeForm(forms.Form):
    """Why, once the organisation that stays has been chosen and looked at."""

    into = forms.ModelChoiceField(queryset=Organisation.objects.standing(), widget=forms.HiddenInput)
    reason = ReasonField()


class AskMergeForm(VerbForm):
    """Which organisation stays, and why the two are one."""

    into = forms.ModelChoiceField(label=_("并入后的单位"), queryset=Organisation.objects.standing())
    reason = ReasonField()
