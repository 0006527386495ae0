"""Forms of supplements: what each verb must be told."""

from typing import Any, cast

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from contracts.blanks import HOMES
from contracts.deciding import asked_of
from contracts.forms.decisions import as_text, blank_field, question_field
from contracts.models import Clause
from contracts.parameters import own_blanks
from contracts.topics import TOPICS
from people.acting import VerbForm

TALL = forms.Textarea(attrs={"rows": 8})
LOW = forms.Textarea(attrs={"rows": 3})
KEPT_BLANKS = format_lazy(
    _("花括号里的名称会按参数自动填写，修改时请保留。可用的有：{names}"),
    names=" ".join(f"{{{name}}}" for name in sorted(HOMES)),
)


def civil_day(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=str(label), widget=widget, **kwargs)


class DraftForm(VerbForm):
    """From when the new terms shall apply, and what they are about."""

    summary = forms.CharField(
        label=_("变更说明"), widget=LOW, help_text=_("一两句话说明改什么、为什么；乙方在门户里看得到。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_from"] = civil_day(_("适用自"), help_text=_("条款从这一天起按补充协议执行。"))
        self.order_fields(["effective_from", "summary"])


class WhyForm(VerbForm):
    """A reason in words."""

    reason = forms.CharField(label=_("理由"), widget=LOW)


class WordingForm(VerbForm):
    """How a clause shall read, and why."""

    heading = forms.CharField(label=_("标题"), max_length=120)
    text = forms.CharField(label=_("正文"), widget=TALL, help_text=KEPT_BLANKS)
    reason = forms.CharField(label=_("修改理由"), widget=LOW)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.obj, Clause):
            self.initial = {**self.initial, "heading": self.obj.heading, "text": self.obj.text}


class NewClauseForm(WordingForm):
    """A clause that the text does not have yet."""

    number = forms.CharField(
        label=_("条款号"), max_length=20, help_text=_("用数字和点表示，例如 6.2.3；决定条款的位置。")
    )
    klass = forms.ChoiceField(label=_("类别"), choices=Clause.Klass.choices)
    topic = forms.ChoiceField(label=_("对应事项"), required=False)
    side = forms.ChoiceField(label=_("义务方"), choices=Clause.Side.choices, initial=Clause.Side.BOTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["topic"]).choices = [("", _("不对应任何事项")), *TOPICS]
        self.order_fields(["number", "heading", "text", "klass", "topic", "side", "reason"])


class AgreedForm(VerbForm):
    """The values of the text's own blanks, which no field holds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for blank in own_blanks(self.obj):
            self.fields[blank.name] = blank_field(blank, self.obj.parameters.get(blank.name, ""))

    def clean(self) -> dict[str, Any]:
        return {name: as_text(value) for name, value in (super().clean() or {}).items()}


class AnswersForm(VerbForm):
    """Every question that the text of the supplement leaves open, with the answer that stands, and a note."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for asked in asked_of(self.obj):
            self.fields[asked.question.key] = question_field(asked)
        self.fields["note"] = forms.CharField(label=str(_("说明")), required=False, widget=LOW)


class FilingForm(VerbForm):
    """When the contract was filed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["filed_on"] = civil_day(_("备案日期"))
