"""The console's pages on notices served between the parties."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import serving
from contracts.admin.papers import paper_link
from contracts.forms.serving import ReceiveForm, SendForm, WriteNoticeForm
from contracts.models import ServedNotice
from people.console import DateRangeFilter, Outcome, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone

SERVE = "contracts.serve_notice"
TONES: dict[str, Tone] = {"draft": "muted", "sent": "warn", "received": "ok"}


def _write(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    file = said.pop("file")
    agreement = said.pop("agreement")
    made = serving.write(agreement, serving.Writing(**said), file=file, by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已登记通知，请在发出后登记发出时间。"),
        url=reverse("admin:contracts_servednotice_change", args=[made.pk]),
    )


def _send(request: HttpRequest, obj: ServedNotice, said: dict[str, Any]) -> str:
    serving.send(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已登记发出，送达后请登记送达时间。")


def _receive(request: HttpRequest, obj: ServedNotice, said: dict[str, Any]) -> str:
    serving.receive(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已登记送达，通知自送达时生效。")


@admin.register(ServedNotice)
class ServedNoticeAdmin(RecordAdmin):
    list_display = ("subject", "kind", "agreement", "sender", "state_badge", "sent_at", "received_at")
    list_select_related = ("agreement",)
    list_filter = ("kind", "state", "sender", ("sent_at", DateRangeFilter))
    search_fields = ("subject", "text", "agreement__number", "agreement__party_b__name")
    search_help_text = _("按事由、内容、协议编号或乙方查找")
    fields = (
        "agreement", "kind", "sender", "clause_number", "subject", "text", "letter", "channel", "sent_at",
        "received_at", "received_by", "deemed", "proof_link", "written_by", "written_at",
    )  # fmt: skip
    readonly_fields = ("letter", "proof_link")
    empty_hint = _("还没有往来通知。点“登记通知”写下第一份。")
    list_verbs = (Verb("write", _("登记通知"), SERVE, _write, form=WriteNoticeForm, tone="primary"),)
    verbs = (
        Verb("send", _("登记发出"), SERVE, _send, form=SendForm, when=lambda obj: obj.state == "draft", tone="primary"),
        Verb(
            "receive",
            _("登记送达"),
            SERVE,
            _receive,
            form=ReceiveForm,
            when=lambda obj: obj.state == "sent",
            explain=lambda obj: _t("通知自送达时生效（民法典第137条），其后的期限都从送达时起算。"),
            tone="primary",
        ),
    )

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: ServedNotice) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    @admin.display(description=_("函件"))
    def letter(self, obj: ServedNotice) -> SafeString:
        return paper_link(obj.paper)

    @admin.display(description=_("送达凭证"))
    def proof_link(self, obj: ServedNotice) -> SafeString:
        return paper_link(obj.proof)
