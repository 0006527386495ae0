"""Forms that answer what the text leaves open: questions of the register, and blanks without a field of their own."""

from typing import Any

from django import forms
from django.utils.html import escape, format_html
from django.utils.translation import gettext_lazy as _

from contracts.blanks import CHOICE, COUNT, DATE, DAYS, DECIMAL, HOURS, YEARS, Blank
from contracts.clauses import blanks_of
from contracts.deciding import Asked, asked_of
from contracts.models import AgreementVersion
from people.acting import VerbForm


def question_field(asked: Asked) -> forms.ChoiceField:
    """Radio buttons: the question in plain words, each answer with what follows from it."""
    question = asked.question
    choices = [
        (option.value, format_html("{}<small class='sy-consequence'>{}</small>", option.label, option.consequence))
        for option in question.options
    ]
    words = _("%(words)s（第 %(clauses)s 条）") % {"words": question.words, "clauses": "、".join(asked.clauses)}
    return forms.ChoiceField(
        label=format_html("{}<span class='sy-question'>{}</span>", question.title, words),
        choices=choices,
        required=False,
        initial=asked.answer,
        widget=forms.RadioSelect(attrs={"class": "sy-choices"}),
    )


def blank_field(blank: Blank, value: str) -> forms.Field:
    """An input for a blank without a field of its own; nothing is required, what stays empty stays open."""
    said: dict[str, Any] = {
        "label": blank.label, "required": False, "help_text": escape(blank.help), "initial": value or None,
    }  # fmt: skip
    if blank.kind == CHOICE:
        return forms.ChoiceField(choices=[("", _("（未定）")), *((option, option) for option in blank.options)], **said)
    if blank.kind == DATE:
        return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **said)
    if blank.kind in {YEARS, DAYS, COUNT}:
        return forms.IntegerField(min_value=1, max_value=9999, **said)
    if blank.kind in {HOURS, DECIMAL}:
        return forms.DecimalField(min_value=0, max_digits=12, decimal_places=6, **said)
    return forms.CharField(max_length=200, **said)


def as_text(value: Any) -> str:
    """A cleaned value as it is kept: dates as ISO text, figures in plain digits, nothing as empty text."""
    if value in (None, ""):
        return ""
    return (
        value.isoformat() if hasattr(value, "isoformat") else f"{value:f}" if hasattr(value, "as_tuple") else str(value)
    )


class DecideForm(VerbForm):
    """Every question of the newest version that may still be answered, and a note."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = newest(self.obj)
        for asked in asked_of(version) if version else []:
            self.fields[asked.question.key] = question_field(asked)
        self.fields["note"] = forms.CharField(
            label=_("说明"),
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("为什么这样定，可不填。"),
        )


class FillForm(VerbForm):
    """Every blank of the newest version that no field holds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        version = newest(self.obj)
        for blank in blanks_of(version) if version else []:
            if not blank.home:
                self.fields[blank.name] = blank_field(blank, version.parameters.get(blank.name, ""))  # type: ignore[union-attr]

    def clean(self) -> dict[str, Any]:
        return {name: as_text(value) for name, value in (super().clean() or {}).items()}


def newest(agreement: Any) -> AgreementVersion | None:
    """The newest version of the agreement."""
    found: AgreementVersion | None = agreement.versions.order_by("number").last() if agreement else None
    return found
