"""The console's pages on endpoints: where notices go besides people."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from journal import endpoints
from journal.admin.records import NOTICE_TONES
from journal.models import Endpoint
from people.console import Outcome, Panel, RecordAdmin, Verb, VerbForm, badge
from people.models import User
from people.refusal import Refused

MANAGE = "journal.manage_endpoint"
SHOWN = 20


class TargetForm(VerbForm):
    """Where it leads."""

    name = forms.CharField(label=_("名称"), max_length=60, help_text=_("例如“运维值班群”。"))
    kind = forms.ChoiceField(label=_("类型"), choices=Endpoint.Kind.choices)
    url = forms.CharField(
        label=_("接收地址"), max_length=500, required=False, help_text=_("仅 Webhook 填写，以 https:// 开头。")
    )
    url_variable = forms.CharField(
        label=_("地址所在的环境变量"),
        max_length=80,
        required=False,
        help_text=_("仅机器人填写，例如 SHOUYUE_ROBOT_DUTY_URL。机器人的地址就是它的口令，只放在环境变量里。"),
    )
    secret_variable = forms.CharField(
        label=_("加签密钥所在的环境变量"),
        max_length=80,
        required=False,
        help_text=_("钉钉、飞书机器人启用了“加签”时填写，例如 SHOUYUE_ROBOT_DUTY_SECRET。"),
    )
    language = forms.ChoiceField(label=_("消息语言"), choices=[("zh-hans", _("简体中文")), ("en", "English")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None:
            self.initial = {name: getattr(self.obj, name) for name in self.fields}


class WhyForm(VerbForm):
    """Why it is switched off."""

    reason = forms.CharField(label=_("停用原因"), max_length=300)


def _add(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = endpoints.add(endpoints.Target(**said), by=cast(User, request.user), at=timezone.now())
    url = reverse("admin:journal_endpoint_change", args=[made.pk])
    return Outcome(message=_t("已登记，请发一条测试消息。"), url=url)


def _revise(request: HttpRequest, obj: Endpoint, said: dict[str, Any]) -> str:
    endpoints.revise(obj, endpoints.Target(**said), by=cast(User, request.user), at=timezone.now())
    return _t("已修改，请发一条测试消息。")


def _test(request: HttpRequest, obj: Endpoint, said: dict[str, Any]) -> str:
    endpoints.test(obj, by=cast(User, request.user), at=timezone.now())
    return _t("测试消息已放入发送队列，稍后刷新本页查看结果。")


def _rotate(request: HttpRequest, obj: Endpoint, said: dict[str, Any]) -> Outcome:
    made = endpoints.rotate(obj, by=cast(User, request.user), at=timezone.now())
    url = reverse("admin:journal_endpoint_key", args=[made.pk])
    return Outcome(message=_t("已更换密钥；24 小时内新旧密钥同时签名。"), url=url)


def _off(request: HttpRequest, obj: Endpoint, said: dict[str, Any]) -> str:
    endpoints.switch_off(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已停用，尚未发出的消息不再发送。")


def _on(request: HttpRequest, obj: Endpoint, said: dict[str, Any]) -> str:
    endpoints.switch_on(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已启用。")


def _is_webhook(obj: Endpoint) -> bool:
    return obj.kind == Endpoint.Kind.WEBHOOK


@admin.register(Endpoint)
class EndpointAdmin(RecordAdmin):
    """Webhooks and group robots, with what was last sent to each."""

    list_display = ("name", "kind", "standing", "language", "made_at")
    list_filter = ("kind", "enabled")
    search_fields = ("name", "url", "url_variable")
    search_help_text = _("按名称、地址或变量名查找")
    empty_hint = _("还没有外部渠道。点“登记渠道”添加 Webhook 或群机器人。")
    readonly_fields = ("standing",)
    list_verbs = (Verb("add", _("登记渠道"), MANAGE, _add, form=TargetForm, tone="primary"),)
    verbs = (
        Verb("test", _("发测试消息"), MANAGE, _test, when=lambda obj: obj.enabled, tone="primary"),
        Verb("revise", _("修改"), MANAGE, _revise, form=TargetForm),
        Verb(
            "rotate",
            _("更换密钥"),
            MANAGE,
            _rotate,
            when=_is_webhook,
            explain=lambda obj: _t(
                "新密钥只显示一次。24 小时内每条消息同时带新旧两个签名，请在此期间更换接收方的密钥。"
            ),
        ),
        Verb("switch-off", _("停用"), MANAGE, _off, form=WhyForm, when=lambda obj: obj.enabled, tone="danger"),
        Verb("switch-on", _("启用"), MANAGE, _on, when=lambda obj: not obj.enabled),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.key_view)
        return [path("<int:pk>/key/", view, name="journal_endpoint_key"), *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Endpoint | None = None) -> Any:
        webhook = obj is not None and _is_webhook(obj)
        where = ("url",) if webhook else ("url_variable", "secret_variable")
        rows: list[Any] = [(None, {"fields": (("name", "standing"), ("kind", "language"), *where, "made_at")})]
        if webhook:
            rows.append((_t("签名密钥"), {"fields": (("key_number", "key_made_at", "key_shown_at"),)}))
        return rows

    @admin.display(description=_("状态"), ordering="enabled")
    def standing(self, obj: Endpoint) -> SafeString:
        return badge(_t("使用中"), "ok") if obj.enabled else badge(_t("已停用"), "muted")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        last = list(obj.notices.order_by("-pk")[:SHOWN])
        for notice in last:
            notice.badge = badge(notice.get_state_display(), NOTICE_TONES[notice.state])
        offered = _is_webhook(obj) and obj.key_shown_at is None and request.user.has_perm(MANAGE)
        if offered:
            url = reverse("admin:journal_endpoint_key", args=[obj.pk])
            yield Panel(
                name="key", label=_("签名密钥"), template="admin/journal/key_offer.html", context={"key_url": url}
            )
        yield Panel(
            name="last", label=_("最近发送"), template="admin/journal/endpoint_last.html", context={"notices": last}
        )

    def key_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The key of a webhook: a page with a button; the button shows it this once."""
        if not request.user.has_perm(MANAGE):
            raise PermissionDenied
        obj = self.get_object(request, str(pk))
        if obj is None:
            raise Http404
        if not _is_webhook(obj):
            messages.error(request, _t("只有 Webhook 有本系统的签名密钥；机器人的密钥在其群设置里更换。"))
            return redirect("admin:journal_endpoint_change", obj.pk)
        key, refused = "", ""
        if request.method == "POST":
            try:
                key = endpoints.show_key(obj, by=cast(User, request.user), at=timezone.now())
            except Refused as error:
                refused = str(error)
        elif obj.key_shown_at is not None:
            refused = _t("密钥已经查看过，不再显示。遗失的话请更换密钥。")
        context = {
            **self.admin_site.each_context(request), "title": _t("签名密钥"), "subtitle": obj, "opts": self.model._meta,
            "original": obj, "key": key, "refused": refused,
            "back_url": reverse("admin:journal_endpoint_change", args=[obj.pk]),
        }  # fmt: skip
        response = TemplateResponse(request, "admin/journal/key.html", context)
        response["Cache-Control"] = "no-store"
        return response
