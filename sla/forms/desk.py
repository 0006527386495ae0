"""What operations fill in at the desk: queues, labels, links, merging, escalation, canned answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.acting import VerbForm
from people.models import User
from sla import answering, holding, linking, telling, watching
from sla.canned import NAMES
from sla.forms.tickets import AskForm, ProposeForm, RespondForm, TextField
from sla.models import CannedAnswer, Label, Outage, Queue, QueueRule, Ticket, TicketLink
from sla.querysets import TicketQuerySet

Named = list[tuple[str, object]]
NOTHING: Named = [("", "—")]


class CannedSelect(forms.Select):
    """The canned answers to choose from; each option carries its filled text for the script that puts it in."""

    def __init__(self, texts: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.texts = texts

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if text := self.texts.get(str(value)):
            option["attrs"]["data-text"] = text
        return option


class CannedMixin(VerbForm):
    """Offers the canned answers of a verb.  A chosen one with no text of one's own is the text."""

    use = CannedAnswer.Use.ANY.value

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is None or self.user is None:
            return
        offered = answering.offered(self.obj, self.use, by=self.user)
        if not offered:
            return
        texts = {str(answer.pk): text for answer, text in offered}
        choices = [*NOTHING, *((str(answer.pk), answer.name) for answer, _text in offered)]
        self.fields["canned"] = forms.ChoiceField(
            label=_("答复模板"),
            choices=choices,
            required=False,
            widget=CannedSelect(texts, attrs={"data-fills": self.add_prefix("text")}),
            help_text=_("选一个放进正文，再按实际情况修改。正文空着时，发送的就是所选的模板。"),
        )
        self.order_fields(["canned", "text"])
        self._take_canned(texts)

    def _take_canned(self, texts: dict[str, str]) -> None:
        name = self.add_prefix("text")
        if self.is_bound and not self.data.get(name, "").strip():
            text = texts.get(self.data.get(self.add_prefix("canned"), ""), "")
            self.data = (
                {**self.data.dict(), name: text} if isinstance(self.data, QueryDict) else {**self.data, name: text}
            )

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        self.cleaned_data.pop("canned", None)
        return cleaned


class CannedRespondForm(CannedMixin, RespondForm):
    use = CannedAnswer.Use.RESPOND.value


class CannedAskForm(CannedMixin, AskForm):
    use = CannedAnswer.Use.ASK.value


class CannedProposeForm(CannedMixin, ProposeForm):
    use = CannedAnswer.Use.PROPOSE.value


class NumberField(forms.CharField):
    """The number of another ticket; it becomes the ticket.  `rows` says which ones there are."""

    rows: TicketQuerySet

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"placeholder": "GZ-2026-000001", "autocomplete": "off"})
        super().__init__(**{"max_length": 20, "widget": widget, "label": _("报告编号"), **kwargs})

    def clean(self, value: Any) -> Any:
        number = super().clean(value).strip().upper()
        found = Ticket.objects.select_related("agreement").filter(number=number).first()
        if found is None:
            raise forms.ValidationError(_t("没有编号为 %(number)s 的报告，请核对。") % {"number": number})
        return found


class MergeForm(VerbForm):
    into = NumberField(label=_("并入哪份报告"), help_text=_("须是同一份协议、还没有结束的报告；它的时限不变。"))
    text = TextField(label=_("原因"), max_length=300, help_text=_("乙方可以看到。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            choices = _neighbours(self.obj)
            self.fields["into"].widget.attrs["list"] = "id_into_list"
            self.fields["into"].widget = ListedInput(choices, attrs=self.fields["into"].widget.attrs)


class ListedInput(forms.TextInput):
    """A text input with proposals to choose from."""

    template_name = "admin/sla/listed_input.html"

    def __init__(self, choices: Named, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.proposals = choices

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return {**super().get_context(name, value, attrs), "proposals": self.proposals}


class LinkForm(VerbForm):
    kind = forms.ChoiceField(label=_("关系"), choices=TicketLink.Kind.choices, initial=TicketLink.Kind.RELATED)
    other = NumberField(label=_("另一份报告"))
    text = TextField(required=False, label=_("说明"), help_text=_("乙方看不到。"))


class UnlinkForm(VerbForm):
    tie = forms.ChoiceField(label=_("删除哪条关联"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            ties = [tie for tie in linking.ties_of(self.obj) if tie.pk is not None]
            self.fields["tie"].choices = [(str(t.pk), f"{t.words} {t.ticket}") for t in ties]  # type: ignore[attr-defined]

    def clean_tie(self) -> TicketLink:
        """The link itself; sla.linking refuses one that is gone."""
        return TicketLink(pk=int(self.cleaned_data["tie"]))


class LabelForm(VerbForm):
    category = forms.ModelChoiceField(queryset=Label.objects.none(), required=False, label=_("分类"))
    labels = forms.ModelMultipleChoiceField(
        queryset=Label.objects.none(), required=False, label=_("标签"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worn = list(self.obj.labelled.all()) if self.obj is not None else []
        own = [row.label_id for row in worn]
        usable = Label.objects.filter(retired=False) | Label.objects.filter(pk__in=own)
        self.fields["category"].queryset = usable.filter(sort="category")  # type: ignore[attr-defined]
        self.fields["labels"].queryset = usable.filter(sort="label")  # type: ignore[attr-defined]
        self.initial.setdefault("category", next((row.label_id for row in worn if row.sort == "category"), None))
        self.initial.setdefault("labels", [row.label_id for row in worn if row.sort == "label"])


class MoveForm(VerbForm):
    queue = forms.ModelChoiceField(queryset=Queue.objects.none(), label=_("转入队列"))
    text = TextField(required=False, label=_("说明"), help_text=_("乙方看不到。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        queues = Queue.objects.standing()
        now = holding.queue_of(self.obj) if self.obj is not None else None
        self.fields["queue"].queryset = queues.exclude(pk=now.pk) if now else queues  # type: ignore[attr-defined]


class EscalateForm(VerbForm):
    to = forms.ModelChoiceField(queryset=User.objects.none(), label=_("上报给"), empty_label=None)
    text = TextField(label=_("原因"), max_length=1000, help_text=_("乙方看不到。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leads = User.objects.filter(pk__in=[person.pk for person in telling.leads()])
        self.fields["to"].queryset = leads.exclude(pk=self.user.pk) if self.user else leads  # type: ignore[attr-defined]


class WatchForm(VerbForm):
    user = forms.ModelChoiceField(  # type: ignore[assignment]
        queryset=User.objects.none(), label=_("让谁关注"), help_text=_("甲方人员，或本协议乙方的人员。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            keys = [person.pk for person in watching.possible_watchers(self.obj)]
            self.fields["user"].queryset = User.objects.filter(pk__in=keys)  # type: ignore[attr-defined]
            _begin_with(self, kwargs.get("user"), keys)


class UnwatchForm(VerbForm):
    user = forms.ModelChoiceField(  # type: ignore[assignment]
        queryset=User.objects.none(), label=_("谁不再关注")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            people = User.objects.filter(watched_tickets__ticket=self.obj)
            self.fields["user"].queryset = people  # type: ignore[attr-defined]
            _begin_with(self, kwargs.get("user"), [person.pk for person in people])


class QueueForm(VerbForm):
    name = forms.CharField(label=_("队列名称"), max_length=40)
    purpose = forms.CharField(label=_("处理什么"), max_length=200, required=False)
    members = forms.ModelMultipleChoiceField(
        queryset=User.objects.none(), required=False, label=_("成员"), widget=forms.CheckboxSelectMultiple,
        help_text=_("没有人负责的报告转入队列时，通知全体成员。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["members"].queryset = telling.handlers()  # type: ignore[attr-defined]
        if self.obj is not None:
            said = {"name": self.obj.name, "purpose": self.obj.purpose, "members": self.obj.members.all()}
            self.initial.update(said)


class QueueRuleForm(VerbForm):
    agreement = forms.ModelChoiceField(
        queryset=Agreement.objects.none(), required=False, label=_("协议"), empty_label=_("全部协议")
    )
    kind = forms.ChoiceField(label=_("类型"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = Agreement.objects.running().select_related("party_b").order_by("number")
        self.fields["agreement"].queryset = made  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("全部类型")), *Ticket.Kind.choices]  # type: ignore[attr-defined]


class DropRuleForm(VerbForm):
    rule = forms.ModelChoiceField(queryset=QueueRule.objects.none(), label=_("删除哪条规则"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.fields["rule"].queryset = self.obj.rules.select_related("agreement")  # type: ignore[attr-defined]
            self.fields["rule"].label_from_instance = rule_words  # type: ignore[attr-defined]


class NewLabelForm(VerbForm):
    name = forms.CharField(label=_("名称"), max_length=30)
    sort = forms.ChoiceField(label=_("用作"), choices=Label.Sort.choices, initial=Label.Sort.LABEL)
    tone = forms.ChoiceField(label=_("颜色"), choices=Label.Tone.choices)


class ChangeLabelForm(VerbForm):
    name = forms.CharField(label=_("名称"), max_length=30)
    tone = forms.ChoiceField(label=_("颜色"), choices=Label.Tone.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.initial.update({"name": self.obj.name, "tone": self.obj.tone})


class CannedForm(VerbForm):
    name = forms.CharField(label=_("名称"), max_length=60)
    use = forms.ChoiceField(label=_("用于"), choices=CannedAnswer.Use.choices)
    queue = forms.ModelChoiceField(
        queryset=Queue.objects.none(), required=False, label=_("只供队列"), empty_label=_("全部队列")
    )
    text = TextField(max_length=4000, widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["queue"].queryset = Queue.objects.standing()  # type: ignore[attr-defined]
        places = "、".join(f"{{{name}}}" for name in NAMES)
        self.fields["text"].help_text = _t("可以用 %(places)s，发送时换成报告的内容。") % {"places": places}
        if self.obj is not None:
            said = {"name": self.obj.name, "use": self.obj.use, "queue": self.obj.queue_id, "text": self.obj.text}
            self.initial.update(said)

    def wording(self) -> answering.Wording:
        """What a valid form says."""
        return answering.Wording(**self.cleaned_data)


class OutageLinkForm(VerbForm):
    outage = forms.ModelChoiceField(queryset=Outage.objects.none(), label=_("服务中断"), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = Outage.objects.exclude(state=Outage.State.WITHDRAWN).order_by("-started_at")
        self.fields["outage"].queryset = standing  # type: ignore[attr-defined]


class AddLabelForm(VerbForm):
    label = forms.ModelChoiceField(queryset=Label.objects.none(), label=_("标签或分类"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].queryset = Label.objects.standing()  # type: ignore[attr-defined]


def _begin_with(form: VerbForm, person: User | None, keys: list[int]) -> None:
    """The person who acts is proposed, where he is among those who may be chosen."""
    if person is not None and person.pk in keys:
        form.initial.setdefault("user", person.pk)


def rule_words(rule: Any) -> str:
    """A rule of a queue in words."""
    agreement = str(rule.agreement) if rule.agreement else _t("全部协议")
    return f"{agreement} · {rule.get_kind_display() if rule.kind else _t('全部类型')}"


def _neighbours(ticket: Ticket) -> Named:
    return list(_proposed(ticket))


def _proposed(ticket: Ticket) -> Iterator[tuple[str, object]]:
    rows = Ticket.objects.open().filter(agreement=ticket.agreement_id).exclude(pk=ticket.pk)
    for row in rows.order_by("-received_at")[:20]:
        yield row.number, row.title
