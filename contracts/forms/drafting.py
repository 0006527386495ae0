"""The steps of guided drafting as forms: what a template does not ask for is not shown, and little is required."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.html import escape, format_html, strip_tags
from django.utils.translation import gettext_lazy as _

from contracts import drafting as verbs
from contracts.blanks import names_in
from contracts.deciding import Asked
from contracts.forms.decisions import as_text, blank_field, question_field
from contracts.models import AgreementVersion, Drafting, Organisation, SupportHours, TemplateVersion
from people.acting import VerbForm
from people.refusal import Refused

CHAPTERS = "chapters"


class ChooseTemplateForm(VerbForm):
    """Which published template to draft from."""

    template_version = forms.ModelChoiceField(
        label=_("协议模板"), queryset=TemplateVersion.objects.none(), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = TemplateVersion.objects.filter(state=TemplateVersion.State.PUBLISHED).select_related("template")
        field = self.fields["template_version"]
        field.queryset = published  # type: ignore[attr-defined]
        field.label_from_instance = _described  # type: ignore[attr-defined]
        field.widget.attrs["class"] = "sy-choices"


def _described(version: TemplateVersion) -> str:
    return format_html("{}<small class='sy-consequence'>{}</small>", version, version.template.purpose)


class StepForm(forms.Form):
    """One step.  `said` is what was kept of it; cleaned data become text again, and the verb's rules are asked."""

    step = ""
    homes: Mapping[str, tuple[str, ...]] = {}  # field -> the blanks that call for it; a field not named is always there

    def __init__(self, data: Any = None, *, drafting: Drafting) -> None:
        self.drafting = drafting
        said = drafting.answers.get(self.step, {})
        super().__init__(data, initial={name: value for name, value in said.items() if value})
        asked = {blank.home for blank in drafting.template_version.blanks.all()}
        for name, homes in self.homes.items():
            if not asked & set(homes):
                del self.fields[name]
        self.shape()

    def shape(self) -> None:
        """Add the fields that depend on the template."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                verbs.check(self.step, {**self.drafting.answers, self.step: self.said(cleaned)})
            except Refused as refused:
                self.add_error(None, str(refused))
        return cleaned

    def said(self, cleaned: Mapping[str, Any] | None = None) -> dict[str, str]:
        """What was said in this step, as text."""
        given = self.cleaned_data if cleaned is None else cleaned
        return {name: str(value.pk) if hasattr(value, "pk") else as_text(value) for name, value in given.items()}


class PartiesStep(StepForm):
    """Number, name and the two parties."""

    step = verbs.PARTIES
    number = forms.CharField(label=_("协议编号"), max_length=40)
    title = forms.CharField(label=_("协议名称"), max_length=160)
    party_a = forms.ModelChoiceField(label=_("甲方"), queryset=Organisation.objects.all())
    party_b = forms.ModelChoiceField(
        label=_("乙方"),
        queryset=Organisation.objects.all(),
        help_text=_("单位的性质决定适用哪一种逾期利息规则，请先在“单位”里登记清楚。"),
    )

    def shape(self) -> None:
        for name in ("party_a", "party_b"):
            self.fields[name].label_from_instance = _with_kind  # type: ignore[attr-defined]


def _with_kind(body: Organisation) -> str:
    return f"{body.name}（{body.get_kind_display()}）"


class TermStep(StepForm):
    """The planned start, the years and the written end date."""

    step = verbs.TERM
    starts_on = forms.DateField(
        label=_("计划起始日"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("用来比较两种到期日；真正的生效日在签署后登记。"),
    )
    agreed_effective_on = forms.DateField(
        label=_("约定生效日期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        required=False,
        help_text=_("不填的，自最后一项必需的签字或盖章之日起生效。"),
    )
    term_years = forms.IntegerField(label=_("期限（年）"), min_value=1, max_value=99, required=False)
    ends_on = forms.DateField(
        label=_("书面终止日期"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        required=False,
        help_text=_("写明的日子遇节假日不顺延。"),
    )


class ServiceStep(StepForm):
    """Support hours and the two targets."""

    step = verbs.SERVICE
    homes = {
        "support_hours": ("support_hours", "support_hours_per_day"),
        "support_hours_per_day": ("support_hours_per_day",),
        "response_hours": ("response_hours",),
        "solution_hours": ("solution_hours",),
    }
    support_hours = forms.ModelChoiceField(
        label=_("支持时段"),
        queryset=SupportHours.objects.all(),
        required=False,
        help_text=_("没有合适的，请先在“支持时段”里增加。"),
    )
    support_hours_per_day = forms.DecimalField(
        label=_("每日支持小时数"), min_value=0, max_value=24, max_digits=4, decimal_places=2, required=False
    )
    response_hours = forms.DecimalField(
        label=_("响应时限（小时）"), min_value=0, max_digits=6, decimal_places=2, required=False
    )
    solution_hours = forms.DecimalField(
        label=_("提出解决方案时限（小时）"), min_value=0, max_digits=6, decimal_places=2, required=False
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("response_hours", "solution_hours"):
            if cleaned.get(name) == 0:
                self.add_error(name, _("时限须大于 0 小时。"))
        return cleaned


class MoneyStep(StepForm):
    """Days to pay, interest, and the order in which a payment is set off."""

    step = verbs.MONEY
    homes = {
        "payment_working_days": ("payment_working_days",),
        "interest_basis": ("interest",),
        "interest_rate": ("interest",),
        "interest_year_days": ("interest",),
        "interest_counting": ("interest",),
        "interest_cap": ("interest",),
    }
    payment_working_days = forms.IntegerField(
        label=_("付款期限（工作日）"),
        min_value=1,
        max_value=250,
        required=False,
        help_text=_("收到正式发票的次日为第一个工作日。"),
    )
    interest_basis = forms.ChoiceField(
        label=_("逾期利息依据"), choices=[("", _("（未定）")), *AgreementVersion.InterestBasis.choices], required=False
    )
    interest_rate = forms.DecimalField(
        label=_("利率"), min_value=0, max_digits=10, decimal_places=6, required=False,
        help_text=_("百分数：日利率万分之五填 0.05；年利率 4% 填 4；LPR 倍数填 1.5。"),
    )  # fmt: skip
    interest_year_days = forms.ChoiceField(
        label=_("年计息天数"), choices=[("", _("（未定）")), ("365", "365"), ("360", "360")], required=False
    )
    interest_counting = forms.ChoiceField(
        label=_("计息起止"), choices=[("", _("（未定）")), *AgreementVersion.InterestCounting.choices], required=False,
        help_text=_("没有约定的，自应付日次日起计息，付款当日计息。"),
    )  # fmt: skip
    interest_cap = forms.DecimalField(
        label=_("利息上限（占账单金额的 %）"), min_value=0, max_digits=6, decimal_places=2, required=False,
        help_text=_("约定逾期利息累计不超过账单金额的百分之几时填写，例如 5；没有约定的不填。"),
    )  # fmt: skip
    allocation_order = forms.ChoiceField(
        label=_("抵充顺序"), choices=[("", _("（未定）")), *AgreementVersion.AllocationOrder.choices], required=False,
        help_text=_("付款不足以清偿全部债务时先抵充什么；没有约定的，按民法典第561条。"),
    )  # fmt: skip
    cure_days = forms.IntegerField(
        label=_("催告宽限期（天）"), min_value=1, max_value=250, required=False,
        help_text=_("催告函送达后给乙方的付款期限，期满仍未付清才可以提请暂停服务；没有约定的不填。"),
    )  # fmt: skip
    cure_counted = forms.ChoiceField(
        label=_("宽限期按什么天计"), choices=[("", _("（未定）")), *AgreementVersion.DayCount.choices], required=False
    )

    def clean(self) -> dict[str, Any]:
        """The days of the cure period and how they are counted are agreed together."""
        cleaned = super().clean()
        if bool(cleaned.get("cure_days")) != bool(cleaned.get("cure_counted")):
            self.add_error("cure_days", _("催告宽限期须写明 1 至 250 天，并选定是工作日还是自然日。"))
        return cleaned


class ConfidentialityStep(StepForm):
    """How many years confidentiality goes on after publication or the end of the right."""

    step = verbs.CONFIDENTIALITY
    homes = {"confidentiality_years": ("confidentiality_years",)}
    confidentiality_years = forms.IntegerField(
        label=_("保密年限"), min_value=1, max_value=99, required=False,
        help_text=_("自信息公开或者权利终止起算；在那之前保密义务没有终点，协议终止也不影响。"),
    )  # fmt: skip


class ParametersStep(StepForm):
    """Optional chapters and the blanks that no field holds."""

    step = verbs.PARAMETERS

    def shape(self) -> None:
        said = self.drafting.answers.get(self.step, {})
        template = self.drafting.template_version
        nodes = list(template.nodes.order_by("position"))
        optional = [node for node in nodes if node.optional]
        if optional:
            self.fields[CHAPTERS] = forms.MultipleChoiceField(
                label=_("采用哪些可选章"),
                choices=[(node.number, f"{node.number} {node.heading}") for node in optional],
                required=False,
                initial=[node.number for node in optional if said.get(f"{verbs.CHAPTER}{node.number}")],
                widget=forms.CheckboxSelectMultiple(attrs={"class": "sy-choices"}),
                help_text=_("不采用的章保留章号，写明“本协议不采用本章”；只有它用到的参数不用填。"),
            )
        for row in template.blanks.all():
            if not row.home:
                field = blank_field(row.as_blank(), said.get(row.name, ""))
                numbers = [node.number for node in nodes if row.name in names_in(node.text)]
                field.help_text = format_html("{} {}", _used_in(numbers), field.help_text)
                self.fields[row.name] = field

    def said(self, cleaned: Mapping[str, Any] | None = None) -> dict[str, str]:
        given = dict(self.cleaned_data if cleaned is None else cleaned)
        chapters = given.pop(CHAPTERS, [])
        return {
            **{f"{verbs.CHAPTER}{number}": "yes" for number in chapters},
            **{name: as_text(value) for name, value in given.items()},
        }


def _used_in(numbers: list[str]) -> str:
    if not numbers:
        return str(_("正文没有写到，列入附件。"))
    return str(_("用于第 %(numbers)s 条。")) % {"numbers": "、".join(numbers)}


class QuestionsStep(StepForm):
    """What the text leaves open, each question once, with what follows from each answer."""

    step = verbs.QUESTIONS_STEP

    def shape(self) -> None:
        said = self.drafting.answers.get(self.step, {})
        for question, numbers in verbs.questions_of(self.drafting):
            field = question_field(Asked(question=question, clauses=numbers, answer=said.get(question.key, "")))
            if question.key == "end_rule" and (words := ends_words(self.drafting)):
                field.help_text = escape(words)
            self.fields[question.key] = field


def ends_words(drafting: Drafting) -> str:
    """Both days on which the term may end and their difference; nothing while one of them is not known."""
    said = drafting.answers.get(verbs.TERM, {})
    if not (said.get("starts_on") and said.get("term_years") and said.get("ends_on")):
        return ""
    starts, written = date.fromisoformat(said["starts_on"]), date.fromisoformat(said["ends_on"])
    ends = verbs.ends_compared(starts, int(said["term_years"]), written)
    words = {"years": ends.by_years.isoformat(), "written": written.isoformat(), "days": abs(ends.days)}
    if ends.days == 0:
        return _("按年数算到 %(years)s，与书面终止日期相同。") % words
    if ends.days < 0:
        return _("按年数算到 %(years)s，书面终止日期是 %(written)s，早 %(days)d 天。") % words
    return _("按年数算到 %(years)s，书面终止日期是 %(written)s，晚 %(days)d 天。") % words


@dataclass(frozen=True)
class Step:
    """A step with its name in the address, its title and its form."""

    name: str
    label: object
    form: type[StepForm]


STEPS = (
    Step(verbs.PARTIES, _("编号和双方"), PartiesStep),
    Step(verbs.TERM, _("期限"), TermStep),
    Step(verbs.SERVICE, _("技术支持"), ServiceStep),
    Step(verbs.MONEY, _("付款和利息"), MoneyStep),
    Step(verbs.CONFIDENTIALITY, _("保密"), ConfidentialityStep),
    Step(verbs.PARAMETERS, _("可选章和参数"), ParametersStep),
    Step(verbs.QUESTIONS_STEP, _("需要决定的事项"), QuestionsStep),
)


def steps_of(drafting: Drafting) -> list[Step]:
    """The steps that the template has something to ask in."""
    return [step for step in STEPS if step.form(drafting=drafting).fields]


def shown_answers(drafting: Drafting, step: Step) -> list[tuple[str, str]]:
    """What was said in a step, in words: labels and values, those left open as a dash."""
    form = step.form(drafting=drafting)
    said = drafting.answers.get(step.name, {})
    return [(_title(field), _in_words(field, said.get(name, ""))) for name, field in form.fields.items()]


def _title(field: forms.Field) -> str:
    """The label without the question that stands under it."""
    return strip_tags(str(field.label).partition("<span")[0])


def _in_words(field: forms.Field, value: str) -> str:
    if isinstance(field, forms.MultipleChoiceField):
        labels = dict(cast("list[tuple[Any, Any]]", field.choices))
        return "、".join(str(labels[number]) for number in field.initial or []) or "—"
    if not value:
        return "—"
    if isinstance(field, forms.ModelChoiceField):
        row = field.queryset.filter(pk=value).first() if field.queryset is not None else None
        return str(row or "—")
    if isinstance(field, forms.ChoiceField):
        labels = {str(key): label for key, label in cast("list[tuple[Any, Any]]", field.choices)}
        return str(labels.get(value, value)).partition("<small")[0]
    return value
