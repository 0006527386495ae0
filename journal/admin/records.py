"""The console's pages on events, notices and approvals: read here, changed by verbs alone."""

import json
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from journal import approvals, chain, effects, keeping, outbox
from journal.models import Approval, Event, Notice
from journal.wording import action_label
from people.acting import Button
from people.console import DateRangeFilter, Panel, ReadOnlyAdmin, Verb, VerbForm, badge
from people.models import User
from people.refusal import Refused
from people.showing import Tone

NOTICE_TONES: dict[str, Tone] = {
    "pending": "info",
    "sending": "info",
    "sent": "ok",
    "dead": "bad",
    "held": "warn",
    "merged": "muted",
    "dropped": "muted",
}
APPROVAL_TONES: dict[str, Tone] = {
    "requested": "warn",
    "approved": "ok",
    "rejected": "bad",
    "withdrawn": "muted",
    "expired": "muted",
}
SHOWN_FAULTS = 5


def linked(object_type: str, object_id: str, label: str) -> SafeString | str:
    """The object by its label, with the way to its page where there is one."""
    if not object_type:
        return "—"
    name = f"admin:{object_type.replace('.', '_')}_change"
    try:
        return format_html('<a href="{}">{}</a>', reverse(name, args=[object_id]), label)
    except NoReverseMatch:
        return label


def rows_of(content: dict[str, Any]) -> list[tuple[str, str]]:
    """JSON data as rows to read: a name and its value, what is nested as indented lines."""
    return [(name, "\n".join(_lines(value))) for name, value in content.items()]


def _lines(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [line for name, item in value.items() for line in _named(str(name), _lines(item))]
    if isinstance(value, list):
        return [line for item in value for line in _named("·", _lines(item))]
    return [value if isinstance(value, str) else json.dumps(value)]


def _named(name: str, lines: list[str]) -> list[str]:
    mark = name if name == "·" else f"{name}:"
    return [f"{mark} {lines[0]}"] if len(lines) == 1 else [mark, *(f"\u2003{line}" for line in lines)]


def _verify(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> str:
    path = keeping.default_path()
    verdict = chain.verify(kept=keeping.read(path) if path.exists() else ())
    if not verdict.sound:
        found = "; ".join(str(fault) for fault in verdict.faults[:SHOWN_FAULTS])
        raise Refused(
            _t("校验不通过，发现 %(count)d 处问题：%(found)s") % {"count": len(verdict.faults), "found": found}
        )
    return _t("校验通过：%(events)d 条事件、%(anchors)d 个链锚，均未被改动。") % {
        "events": verdict.events,
        "anchors": verdict.anchors,
    }


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    """What happened.  The chain can be verified here by everyone who may read it."""

    list_display = ("seq", "at", "what", "object_label", "actor_label", "reason")
    list_filter = (("at", DateRangeFilter), "object_type")
    search_fields = ("object_label", "actor_label", "action", "reason", "=object_id", "=hash")
    search_help_text = _("按对象、操作人、动作、原因、对象编号或哈希查找")
    fieldsets = (
        (None, {"fields": ("seq", "at", "recorded_at", "what", "code", "about", "actor_label", "reason")}),
        (_("归属"), {"fields": ("organisation_id", "agreement_id")}),
        (_("哈希链"), {"fields": ("alg", "prev", "hash")}),
    )
    export_columns = (
        "seq",
        "at",
        "recorded_at",
        "action",
        "object_type",
        "object_id",
        "object_label",
        "actor_label",
        "reason",
        "hash",
    )
    empty_hint = _("还没有事件。")
    list_verbs = (
        Verb(
            "verify",
            _("校验日志"),
            "journal.view_event",
            _verify,
            explain=lambda obj: _t("逐条核对哈希链、链锚和数据库防护，可能需要一些时间。"),
        ),
    )

    @admin.display(description=_("动作"), ordering="action")
    def what(self, obj: Event) -> object:
        return action_label(obj.action)

    @admin.display(description=_("动作代码"))
    def code(self, obj: Event) -> str:
        return obj.action

    @admin.display(description=_("对象"))
    def about(self, obj: Event) -> str:
        return linked(obj.object_type, obj.object_id, obj.object_label)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield Panel(
            name="data", label=_("内容"), template="admin/journal/content.html", context={"rows": rows_of(obj.data)}
        )


def _retry(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> str:
    outbox.retry(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已放回发送队列。")


@admin.register(Notice)
class NoticeAdmin(ReadOnlyAdmin):
    """Whether notices left.  What they say is shown to those who may read the journal."""

    list_display = ("created_at", "to", "channel", "subject", "state_badge", "attempts", "sent_at")
    list_select_related = ("recipient", "endpoint")
    list_filter = ("state", "channel", "level", ("created_at", DateRangeFilter))
    search_fields = ("recipient__name", "endpoint__name", "address", "subject", "kind", "=message_id")
    search_help_text = _("按收件人、外部渠道、邮箱、标题、类别或邮件标识查找")
    empty_hint = _("还没有通知。")
    verbs = (
        Verb(
            "retry",
            _("重新发送"),
            "journal.retry_notice",
            _retry,
            when=lambda obj: obj.state == Notice.State.DEAD,
            explain=lambda obj: _t("连续 24 小时发送失败后不再尝试。请先排除故障，再放回发送队列。"),
            tone="primary",
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Notice | None = None) -> Any:
        said = ("subject", "body", "url") if request.user.has_perm("journal.view_event") else ("subject",)
        return (
            (None, {"fields": ("recipient", "endpoint", "address", "channel", "kind", "level", *said, "language")}),
            (
                _("发送"),
                {
                    "fields": (
                        "state_badge",
                        "created_at",
                        "attempts",
                        "first_attempt_at",
                        "next_attempt_at",
                        "lease_until",
                        "sent_at",
                        "last_error",
                        "read_at",
                        "message_id",
                    )
                },
            ),
        )

    @admin.display(description=_("收件人"), ordering="recipient")
    def to(self, obj: Notice) -> str:
        return str(obj.recipient or obj.endpoint or obj.address)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Notice) -> SafeString:
        return badge(obj.get_state_display(), NOTICE_TONES[obj.state])


class ReasonForm(VerbForm):
    """Why, if there is something to say."""

    reason = forms.CharField(label=_("说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class RejectForm(VerbForm):
    """Why not."""

    reason = forms.CharField(label=_("驳回理由"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


def _approve(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> str:
    approvals.approve(obj, by=cast(User, request.user), at=timezone.now(), **cleaned)
    return _t("已批准并执行。")


def _reject(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> str:
    approvals.reject(obj, by=cast(User, request.user), at=timezone.now(), **cleaned)
    return _t("已驳回。")


def _withdraw(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> str:
    approvals.withdraw(obj, by=cast(User, request.user), at=timezone.now(), **cleaned)
    return _t("已撤回。")


def _is_open(obj: Approval) -> bool:
    return obj.state == Approval.State.REQUESTED


class ConcernsMeFilter(admin.SimpleListFilter):
    """What waits for me, and what I asked for."""

    title = _("与我有关")
    parameter_name = "mine"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("decide", _("待我审批")), ("asked", _("我提出的"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Approval]) -> QuerySet[Approval]:
        if self.value() == "decide":
            return queryset & Approval.objects.decidable_by(request.user)
        return queryset.filter(requested_by=request.user.pk) if self.value() == "asked" else queryset


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """Requests for a second person's consent.  People see what they asked for and what they may decide."""

    list_display = (
        "requested_at",
        "kind_label",
        "target_label",
        "requested_by",
        "state_badge",
        "expires_at",
        "decided_by",
    )
    list_select_related = ("requested_by", "decided_by")
    list_filter = (ConcernsMeFilter, "state", ("requested_at", DateRangeFilter))
    search_fields = ("target_label", "requested_by__name", "request_reason")
    search_help_text = _("按对象、申请人或申请理由查找")
    empty_hint = _("没有与您有关的审批。")
    fieldsets = (
        (None, {"fields": ("kind_label", "about", "request_reason", "requested_by", "requested_at", "expires_at")}),
        (_("决定"), {"fields": ("state_badge", "decided_by", "decided_at", "reason")}),
        (_("证据"), {"fields": ("permission", "content_sha256")}),
    )
    verbs = (
        Verb(
            "approve",
            _("批准"),
            "journal.view_approval",
            _approve,
            form=ReasonForm,
            when=_is_open,
            explain=lambda obj: _t("批准后立即执行所申请的事项，不能撤销。"),
            tone="primary",
        ),
        Verb("reject", _("驳回"), "journal.view_approval", _reject, form=RejectForm, when=_is_open, tone="danger"),
        Verb("withdraw", _("撤回申请"), "journal.view_approval", _withdraw, form=ReasonForm, when=_is_open),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Approval]:
        return Approval.objects.for_user(request.user).select_related("requested_by", "decided_by")

    def buttons(self, request: HttpRequest, obj: Any) -> list[Button]:
        """Only what this person can do: the asker withdraws, another one with the right decides."""
        offered = super().buttons(request, obj)
        if obj is None:
            return offered
        user = cast(User, request.user)
        mine = {"withdraw"} if obj.requested_by_id == user.pk else set()
        mine |= {"approve", "reject"} if approvals.may_decide(obj, user) else set()
        return [button for button in offered if button.verb.name in mine]

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield Panel(
            name="content",
            label=_("申请内容"),
            template="admin/journal/content.html",
            context={"rows": list(effects.shown(obj)) or rows_of(obj.content)},
        )

    @admin.display(description=_("事项"), ordering="kind")
    def kind_label(self, obj: Approval) -> object:
        return effects.label_of(obj.kind)

    @admin.display(description=_("对象"))
    def about(self, obj: Approval) -> str:
        return linked(obj.target_type, obj.target_id, obj.target_label)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Approval) -> SafeString:
        return badge(obj.get_state_display(), APPROVAL_TONES[obj.state])
