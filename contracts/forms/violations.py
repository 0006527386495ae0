"""Forms of violations, of the console and of the portal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.forms.fields import AgreementField, FilesField, agreements_to_choose, day_field, text_field
from contracts.forms.serving import moment_field, paper_field
from contracts.models import VIOLABLE_TOPICS, ServedNotice, Violation
from people.acting import VerbForm


class FindForm(VerbForm):
    """What was found."""

    topic = forms.ChoiceField(label=_("违反事项"), choices=VIOLABLE_TOPICS)
    clause_number = forms.CharField(
        label=_("条款号"), max_length=20, required=False, help_text=_("不填则按违反事项从协议条款中查找。")
    )
    side = forms.ChoiceField(label=_("责任方"), choices=Violation.Side.choices, initial="b")
    severity = forms.ChoiceField(label=_("严重程度"), choices=Violation.Severity.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreement"] = AgreementField(agreements_to_choose())
        self.fields["found_at"] = moment_field(_("发现时间"))
        self.fields["facts"] = text_field(_("发现的事实"), rows=6, help_text=_("告知之前只有甲方看得到。"))
        self.fields["files"] = FilesField(label=_("证据材料"))
        self.order_fields(["agreement", "topic", "clause_number", "side", "severity", "found_at", "facts"])


class SayForm(VerbForm):
    """Words that must be said, and files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = text_field(_("内容"))
        self.fields["files"] = FilesField(label=_("证据材料"))


class MaySayForm(SayForm):
    """Words that may be said, and files."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = False


class ReasonForm(VerbForm):
    """Words that must be said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = text_field(_("理由"))


class RemarkForm(VerbForm):
    """Words that may be said."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = text_field(_("说明"), required=False)


class NotifyForm(VerbForm):
    """What the party in breach is told, how, and until when it has time."""

    channel = forms.ChoiceField(label=_("送达方式"), choices=ServedNotice.Channel.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["statement"] = text_field(
            _("告知内容"), rows=6, help_text=_("乙方看到的就是这段文字；上面登记的内部事实不会给乙方看。")
        )
        self.fields["rectify_by"] = day_field(_("整改期限"))
        self.fields["file"] = paper_field(_("告知函（扫描件或原件）"))
        self.order_fields(["statement", "rectify_by", "channel"])


class SendBackForm(VerbForm):
    """What is still to be done, and the new deadline."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = text_field(_("还需要整改什么"))
        self.fields["rectify_by"] = day_field(_("新的整改期限"))
