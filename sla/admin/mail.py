"""The console's pages on letters that came in: the waiting room first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import FileResponse, Http404, HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User
from people.showing import Tone
from people.uploading import download
from sla import mail_in
from sla.forms.mail import DiscardMailForm, FileMailForm, ReplyMailForm
from sla.models import InMail, Ticket

HANDLE = "sla.handle_inmail"
TONES: dict[str, Tone] = {
    "filed": "ok",
    "replied": "ok",
    "waiting": "warn",
    "discarded": "muted",
    "ignored": "muted",
}


def _file(request: HttpRequest, obj: InMail, said: dict[str, Any]) -> Outcome:
    done = mail_in.file_by_hand(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _to_ticket(done, _t("已登记为报告，按来信的收到时间起算。"))


def _reply(request: HttpRequest, obj: InMail, said: dict[str, Any]) -> Outcome:
    ticket = Ticket.objects.get(number=said["number"])
    done = mail_in.reply_by_hand(obj, ticket=ticket, by=cast(User, request.user), at=timezone.now())
    return _to_ticket(done, _t("已作为乙方的回复加入报告。"))


def _discard(request: HttpRequest, obj: InMail, said: dict[str, Any]) -> str:
    mail_in.discard(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已标为不予受理。")


def _to_ticket(mail: InMail, message: str) -> Outcome:
    return Outcome(message=message, url=reverse("admin:sla_ticket_change", args=[mail.ticket_id]))


def _waits(obj: InMail) -> bool:
    return obj.state == InMail.State.WAITING


def _readable(obj: InMail) -> bool:
    return _waits(obj) and obj.why not in {InMail.Why.TOO_BIG, InMail.Why.UNREADABLE}


@admin.register(InMail)
class InMailAdmin(ReadOnlyAdmin):
    """Every letter with what became of it; the waiting ones are handled here."""

    list_display = ("received_at", "sender", "subject", "state_badge", "why", "ticket_link")
    list_select_related = ("ticket", "person")
    list_filter = ("state", "why", ("received_at", DateRangeFilter))
    search_fields = ("sender", "subject", "=message_id", "ticket__number")
    search_help_text = _("按发件人、标题、邮件标识或报告编号查找")
    empty_hint = _("还没有来信。系统管理员配置收件邮箱后，乙方可以用邮件报告故障。")
    fields = (
        ("state_badge", "why"), "detail", ("sender", "person"), "subject", ("received_at", "stamped", "taken_at"),
        ("ticket_link", "decided_by", "decided_at"), ("size", "raw_link"), "message_id", "sha256",
    )  # fmt: skip
    verbs = (
        Verb(
            "file", _("登记为报告"), HANDLE, _file, form=FileMailForm, when=_readable, tone="primary",
            explain=lambda obj: _t("报告按来信的收到时间 %(at)s 起算时限。") % {
                "at": timezone.localtime(obj.received_at).strftime("%Y-%m-%d %H:%M")
            },
        ),
        Verb("reply", _("作为回复"), HANDLE, _reply, form=ReplyMailForm, when=_readable),
        Verb("discard", _("不予受理"), HANDLE, _discard, form=DiscardMailForm, when=_waits, tone="danger"),
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.raw_view)
        return [path("<int:pk>/raw/", view, name="sla_inmail_raw"), *super().get_urls()]

    def raw_view(self, request: HttpRequest, pk: int) -> FileResponse:
        """The letter as it came, as a download and never shown by a browser."""
        obj = self.get_object(request, str(pk))
        if obj is None or not self.has_view_permission(request, obj) or not obj.raw:
            raise Http404
        return download(obj.raw, name=f"letter-{obj.pk}.eml", content_type="application/octet-stream")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: InMail) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])

    @admin.display(description=_("报告"), ordering="ticket")
    def ticket_link(self, obj: InMail) -> str:
        if obj.ticket is None:
            return "—"
        url = reverse("admin:sla_ticket_change", args=[obj.ticket_id])
        return format_html('<a href="{}">{}</a>', url, obj.ticket.number)

    @admin.display(description=_("原始邮件"))
    def raw_link(self, obj: InMail) -> str:
        if not obj.raw or obj.why == InMail.Why.TOO_BIG:
            return "—"
        return format_html('<a href="{}">{}</a>', reverse("admin:sla_inmail_raw", args=[obj.pk]), _t("下载原始邮件"))

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield Panel(name="text", label=_("正文"), template="admin/sla/mail_text.html", context={"mail": obj})
