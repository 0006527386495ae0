"""Forms of templates: what the admin writes into a draft."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from contracts.blanks import unknown_in
from contracts.models import TemplateBlank, TemplateClause, TemplateVersion
from people.acting import VerbForm

STEP = 10


class StartTemplateForm(VerbForm):
    """A new template."""

    code = forms.CharField(
        label=_("代码"),
        max_length=30,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", _("用小写英文字母、数字和连字符。"))],
    )
    name = forms.CharField(label=_("模板名称"), max_length=80)
    purpose = forms.CharField(label=_("适用于"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class ReasonForm(VerbForm):
    """Why."""

    reason = forms.CharField(label=_("理由"), widget=forms.Textarea(attrs={"rows": 3}))


class _OfDraft(forms.ModelForm):  # type: ignore[type-arg]
    """A row of a template version that is still a draft."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "version" in self.fields:
            drafts = TemplateVersion.objects.filter(state=TemplateVersion.State.DRAFT).select_related("template")
            self.fields["version"].queryset = drafts  # type: ignore[attr-defined]
        if "position" in self.fields:
            self.fields["position"].required = False
            self.fields["position"].help_text = _("数字小的在前；留空排在最后。")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        version = cleaned.get("version") or getattr(self.instance, "version", None)
        if version is not None and "position" in self.fields and cleaned.get("position") is None:
            rows = self._meta.model.objects.filter(version=version)
            cleaned["position"] = (rows.aggregate(last=Max("position"))["last"] or 0) + STEP
        return cleaned


class TemplateClauseForm(_OfDraft):
    """A chapter, section or clause; blanks that nobody registered are named at once."""

    class Meta:
        model = TemplateClause
        fields = (
            "version", "kind", "parent", "number", "heading", "text", "note", "truncated", "klass", "topic", "side",
            "optional", "position",
        )  # fmt: skip
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "note": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            version = getattr(self.instance, "version_id", None) or self.initial.get("version")
            above = TemplateClause.objects.exclude(kind=TemplateClause.Kind.CLAUSE).exclude(pk=self.instance.pk)
            self.fields["parent"].queryset = (  # type: ignore[attr-defined]
                above.filter(version=version) if version else above.filter(version__state=TemplateVersion.State.DRAFT)
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        version = cleaned.get("version") or getattr(self.instance, "version", None)
        if version is None:
            return cleaned
        parent = cleaned.get("parent")
        if parent is not None and parent.version_id != version.pk:
            self.add_error("parent", _("所属章节须在同一个模板版本里。"))
        known = version.blanks.values_list("name", flat=True)
        if unknown := unknown_in(cleaned.get("text") or "", known):
            names = "、".join(f"{{{name}}}" for name in unknown)
            self.add_error("text", _("空白 %(names)s 没有登记，请先登记空白或者改正写法。") % {"names": names})
        return cleaned


class LinesField(forms.CharField):
    """A list of words, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        return [line.strip() for line in (super().to_python(value) or "").splitlines() if line.strip()]


class TemplateBlankForm(_OfDraft):
    """A named blank; its options as lines."""

    options = LinesField(label=_("选项"), required=False, help_text=_("类型为“选项”时填写，每行一个。"))

    class Meta:
        model = TemplateBlank
        fields = ("version", "name", "label", "kind", "home", "required", "help", "options", "position")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        own = not cleaned.get("home")
        if own and cleaned.get("kind") == TemplateBlank.Kind.CHOICE and len(cleaned.get("options") or []) < 2:
            self.add_error("options", _("选项至少写两个。"))
        if own and cleaned.get("kind") == TemplateBlank.Kind.ORGANISATION:
            self.add_error("kind", _("单位只能填在协议的甲方或者乙方。"))
        return cleaned
