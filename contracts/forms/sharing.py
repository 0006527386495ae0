"""Forms of the catalogue and of what agreements share."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.catalogue import Classing, Promise
from contracts.forms.serving import moment_field, paper_field
from contracts.models import Agreement, CatalogueItem, ItemConsent
from contracts.sharing import ENDED, Consent, Use
from people.acting import VerbForm


def day_field(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day with the browser's own picker."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=str(label), widget=widget, **kwargs)


class ReasonForm(VerbForm):
    """A reason that must be given."""

    reason = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class FrequencyForm(VerbForm):
    """How often an item is updated, and where that is agreed."""

    frequency_unit = forms.ChoiceField(
        label=_("更新周期"), required=False, choices=[("", _("没有约定")), *CatalogueItem.FrequencyUnit.choices]
    )
    every = forms.IntegerField(
        label=_("每几个周期更新一次"), required=False, min_value=1, max_value=366,
        help_text=_("例如每 2 周：周期选“周”，这里填 2。实时或没有约定的不填。"),
    )  # fmt: skip
    grace_days = forms.IntegerField(label=_("宽限天数"), min_value=0, max_value=366, initial=0)
    rolls_over = forms.BooleanField(
        label=_("遇休息日顺延到下一个工作日（民法典第203条）"), required=False, initial=True
    )
    reason = forms.CharField(label=_("约定依据"), max_length=200, help_text=_("例如：协议附件二第 3 项。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("frequency_unit", "every", "grace_days", "rolls_over"):
            self.fields[name].initial = getattr(self.obj, name)

    def promise(self) -> Promise:
        """The frequency of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return Promise(**said)


class ClassingForm(VerbForm):
    """How an item may be shared."""

    share_attribute = forms.ChoiceField(label=_("共享属性"), choices=CatalogueItem.Attribute.choices)
    level = forms.ChoiceField(label=_("数据级别"), choices=CatalogueItem.Level.choices)
    personal_information = forms.BooleanField(label=_("含个人信息"), required=False)
    reason = forms.CharField(label=_("理由"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("share_attribute", "level", "personal_information"):
            self.fields[name].initial = getattr(self.obj, name)

    def classing(self) -> Classing:
        """The classing of a valid form."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "reason"}
        return Classing(**said)


class AssessmentForm(VerbForm):
    """The report of an impact assessment."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assessed_on"] = day_field(_("评估日期"), initial=timezone.localdate)
        self.fields["file"] = paper_field(
            _("评估报告"), required=True, help_text=_("报告和处理情况记录至少保存三年（个人信息保护法第56条）。")
        )


class UpdateForm(VerbForm):
    """One real update."""

    rows = forms.IntegerField(label=_("更新条数"), required=False, min_value=0)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["updated_at"] = moment_field(_("更新时间"))
        self.fields["data_date"] = day_field(_("数据截至"), required=False)
        self.order_fields(["updated_at", "data_date", "rows", "note"])


class UpdateFileForm(VerbForm):
    """A CSV file of updates."""

    source = forms.CharField(
        label=_("来源系统"), max_length=60, help_text=_("同一来源的同一记录号只登记一次，再次上传不会重复。")
    )
    file = forms.FileField(
        label=_("CSV 文件"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv"}),
        help_text=_("列：目录编号、更新时间、来源记录号；可选：数据截至、更新条数、说明。UTF-8 或 GB18030 编码。"),
    )


class UseForm(VerbForm):
    """Purpose, manner and scope."""

    purpose = forms.CharField(label=_("使用目的"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    manner = forms.CharField(label=_("使用方式"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    scope = forms.CharField(label=_("使用范围"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("purpose", "manner", "scope"):
            self.fields[name].initial = getattr(self.obj, name, "")

    def use(self) -> Use:
        """The use of a valid form."""
        return Use(**{name: self.cleaned_data[name] for name in ("purpose", "manner", "scope")})


class PlanForm(UseForm):
    """An item to list in an agreement."""

    agreement = forms.ModelChoiceField(label=_("协议"), queryset=Agreement.objects.none())
    item = forms.ModelChoiceField(label=_("数据资源"), queryset=CatalogueItem.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"].queryset = Agreement.objects.exclude(state__in=ENDED).order_by("number")  # type: ignore[attr-defined]
        self.fields["item"].queryset = CatalogueItem.objects.published()  # type: ignore[attr-defined]
        self.fields["expected_on"] = day_field(
            _("约定开通日"), required=False, help_text=_("协议或附件约定了才填，没有约定就留空。")
        )
        for name in ("purpose", "manner", "scope"):
            self.fields[name].required = False
        self.order_fields(["agreement", "item", "expected_on", "purpose", "manner", "scope"])


class ConsentForm(VerbForm):
    """One party's written consent."""

    side = forms.ChoiceField(label=_("同意方"), choices=ItemConsent.Side.choices)
    given_by = forms.CharField(label=_("同意人（姓名、职务）"), max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "side" in self.fields and self.obj is not None:
            missing = [side for side in ItemConsent.Side if getattr(self.obj, f"consent_{side.value}_id") is None]
            self.fields["side"].choices = [(side.value, side.label) for side in missing]  # type: ignore[attr-defined]
        self.fields["given_on"] = day_field(_("同意日期"), initial=timezone.localdate)
        self.fields["file"] = paper_field(_("同意书（签字或盖章）"), required=True)

    def consent(self, side: str = "") -> Consent:
        """The consent of a valid form; side when the form does not ask for it."""
        said = dict(self.cleaned_data)
        return Consent(**{"side": side, **said})


class OwnConsentForm(ConsentForm):
    """Party B's own consent: whose it is needs no asking."""

    side = None  # type: ignore[assignment]
