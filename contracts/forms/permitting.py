"""Forms of consents and third parties."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import AgreementField, agreements_to_choose, day_field, text_field
from contracts.forms.serving import paper_field
from contracts.models import ConsentRequest
from people.acting import VerbForm


class ConsentForm(VerbForm):
    """What consent is asked for."""

    kind = forms.ChoiceField(label=_("事项"), choices=ConsentRequest.Kind.choices)
    purpose = forms.CharField(label=_("用途"), max_length=300)

    def __init__(self, *args: Any, agreements: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"] = AgreementField(agreements_to_choose() if agreements is None else agreements)
        self.fields["scope"] = text_field(_("范围"), help_text=_("哪些信息、提供给谁、以什么方式使用。"))
        self.fields["wanted_from"] = day_field(_("申请自"))
        self.fields["wanted_until"] = day_field(_("申请至"))
        self.order_fields(["agreement"])


class GrantForm(VerbForm):
    """From when to when, and the letter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = self.obj
        self.fields["valid_from"] = day_field(_("同意自"), initial=asked.wanted_from if asked else None)
        self.fields["valid_until"] = day_field(_("同意至"), initial=asked.wanted_until if asked else None)
        self.fields["reasons"] = text_field(_("审批意见"), required=False)
        self.fields["file"] = paper_field(
            _("同意书"), required=True, help_text=_("协议没有写明同意的形式，系统一律要求保存书面同意书。")
        )


class ReasonsForm(VerbForm):
    """Why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"] = text_field(_("理由"), max_length=300)


class ThirdPartyForm(VerbForm):
    """A third party as it is declared."""

    name = forms.CharField(label=_("第三方名称"), max_length=120)
    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=18, required=False)
    purpose = forms.CharField(label=_("用途"), max_length=300)

    def __init__(self, *args: Any, agreements: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"] = AgreementField(agreements_to_choose() if agreements is None else agreements)
        self.fields["scope"] = text_field(_("接触的系统和信息"))
        self.fields["access_from"] = day_field(_("接入自"))
        self.fields["access_until"] = day_field(_("接入至"), required=False, help_text=_("没有约定的可以不填。"))
        self.fields["file"] = paper_field(_("保密协议"), help_text=_("批准前须有第三方签署的保密协议。"))
        self.order_fields(["agreement"])


class ApproveForm(VerbForm):
    """The approval of a third party."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reasons"] = text_field(_("审批意见"), required=False, max_length=300)
        self.fields["file"] = paper_field(_("保密协议"), help_text=_("申报时已上传的可以不再上传。"))


class EndForm(VerbForm):
    """Since when the access has ended."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"] = day_field(_("终止日期"), initial=timezone.localdate)
