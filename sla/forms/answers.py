"""What people fill in about ratings and knowledge articles."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import text_field
from contracts.models import Agreement
from people.acting import VerbForm
from sla.knowledge import Wording
from sla.models import Article, ArticleVersion, Rating, Ticket


class RateForm(forms.Form):
    """A score, and words if there are some."""

    score = forms.TypedChoiceField(
        label=_("评分"), coerce=int, choices=Rating.Score.choices[::-1],
        widget=forms.RadioSelect(attrs={"class": "sy-choices"}),
    )  # fmt: skip
    words = text_field(_("想说的话"), rows=3, max_length=1000, required=False, help_text=_("可以不填。"))


class FollowUpForm(VerbForm):
    """What came of speaking to Party B."""

    text = text_field(_("回访结果"), max_length=1000, help_text=_("乙方看不到。"))


class WordingForm(VerbForm):
    """What an article says."""

    title = forms.CharField(label=_("标题"), max_length=120)
    question = text_field(_("问题"), rows=3, max_length=1000, help_text=_("像提问的人那样写，便于在报告时找到。"))
    answer = text_field(
        _("解答"), rows=10, max_length=8000,
        help_text=_("纯文本：空一行分段；行首写“- ”是列表，写“1. ”是步骤。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = self.obj.versions.order_by("-number").first() if self.obj else None
        for name in ("title", "question", "answer"):
            if newest is not None:
                self.fields[name].initial = getattr(newest, name)

    def wording(self) -> Wording:
        """What a valid form says."""
        return wording_of(self.cleaned_data)


class StartForm(WordingForm):
    """A new article."""

    category = forms.ChoiceField(label=_("分类"), choices=Article.Category.choices)
    audience = forms.ChoiceField(label=_("读者"), choices=Article.Audience.choices)
    agreement = forms.ModelChoiceField(
        label=_("协议"), queryset=Agreement.objects.none(), required=False,
        help_text=_("只在读者是“一份协议的乙方”时选择。"),
    )  # fmt: skip
    field_order = ("category", "audience", "agreement", "title", "question", "answer")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Agreement.objects.exclude(state="draft").order_by("number")
        self.fields["agreement"].queryset = rows  # type: ignore[attr-defined]


class RetireForm(VerbForm):
    """Why an article goes."""

    reason = text_field(_("停用原因"), rows=3, max_length=300)


class LinkForm(VerbForm):
    """The ticket on whose page the article is named."""

    ticket = forms.CharField(label=_("报告编号"), max_length=20, help_text=_("例如 GZ-2026-000012。"))

    def clean_ticket(self) -> Ticket:
        """The ticket of that number."""
        found: Ticket | None = Ticket.objects.filter(number=self.cleaned_data["ticket"].strip().upper()).first()
        if found is None:
            raise forms.ValidationError(_("没有这个编号的报告，请核对。"))
        return found


class ArticleForm(VerbForm):
    """The article to name on a ticket, of those that its Party B may read."""

    article = forms.ModelChoiceField(label=_("知识文章"), queryset=ArticleVersion.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        readable = ArticleVersion.objects.published().readable_under(self.obj.agreement_id)
        self.fields["article"].queryset = readable.select_related("article")  # type: ignore[attr-defined]


def wording_of(said: dict[str, Any]) -> Wording:
    """The words of an article from a form."""
    return Wording(title=said["title"], question=said["question"], answer=said["answer"])
