"""The console's pages on usage rules, their versions and who has them."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import rules
from contracts.admin.papers import paper_link
from contracts.forms.rules import DraftRuleForm, ServeRuleForm, WithdrawRuleForm
from contracts.models import RuleAcknowledgement, RuleVersion, UsageRule
from contracts.receipts import standings
from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User

CHANGE, PUBLISH, SERVE = "contracts.change_usagerule", "contracts.publish_rule", "contracts.serve_notice"


def _draft(request: HttpRequest, obj: UsageRule, said: dict[str, Any]) -> Outcome:
    made = rules.draft(obj, **said, by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已起草第 %(number)d 版，核对后发布。") % {"number": made.number},
        url=reverse("admin:contracts_ruleversion_change", args=[made.pk]),
    )


def _withdraw(request: HttpRequest, obj: UsageRule, said: dict[str, Any]) -> str:
    rules.withdraw(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("规则已废止。")


def _publish(request: HttpRequest, obj: RuleVersion, said: dict[str, Any]) -> str:
    rules.publish(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已发布并通知乙方；对每个乙方自送达或确认之日起适用。")


def _serve(request: HttpRequest, obj: RuleVersion, said: dict[str, Any]) -> Outcome:
    notice = rules.serve(obj, said["agreement"], by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已写好通知，请在发出和送达后登记。"),
        url=reverse("admin:contracts_servednotice_change", args=[notice.pk]),
    )


@admin.register(UsageRule)
class UsageRuleAdmin(ConsoleAdmin):
    list_display = ("title", "issuer", "agreement", "newest", "standing")
    list_select_related = ("issuer", "agreement")
    list_filter = ("issuer",)
    search_fields = ("title", "issuer__name", "agreement__number")
    search_help_text = _("按规则名称、发布单位或协议编号查找")
    autocomplete_fields = ("issuer", "agreement")
    fields = ("title", "issuer", "agreement")
    empty_hint = _("还没有使用规则。点“增加”登记一项，再起草它的第一版。")
    verbs = (
        Verb(
            "draft", _("起草新版本"), CHANGE, _draft, form=DraftRuleForm, when=lambda obj: not obj.withdrawn_on,
            tone="primary",
        ),
        Verb(
            "withdraw", _("废止"), PUBLISH, _withdraw, form=WithdrawRuleForm, when=lambda obj: not obj.withdrawn_on,
            explain=lambda obj: _t("废止后这项规则的任何版本都不再适用。"), tone="danger",
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("versions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What has been published is not renamed or turned to another agreement."""
        published = obj is not None and any(version.state == "published" for version in obj.versions.all())
        return super().has_change_permission(request, obj) and not published

    @admin.display(description=_("最新版本"))
    def newest(self, obj: UsageRule) -> str:
        published = [version for version in obj.versions.all() if version.state == "published"]
        return f"v{published[0].number}（{published[0].published_on}）" if published else "—"

    @admin.display(description=_("状态"))
    def standing(self, obj: UsageRule) -> SafeString:
        if obj.withdrawn_on:
            return badge(_t("已废止"), "muted")
        published = any(version.state == "published" for version in obj.versions.all())
        return badge(_t("施行中"), "ok") if published else badge(_t("未发布"), "warn")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        versions = list(obj.versions.select_related("published_by"))
        yield Panel(
            name="versions",
            label=_("版本"),
            template="admin/contracts/rule_versions.html",
            context={"rule": obj, "versions": versions},
            count=len(versions),
        )


@admin.register(RuleVersion)
class RuleVersionAdmin(ConsoleAdmin):
    list_display = ("rule", "number", "state_badge", "published_on", "applies_from", "published_by")
    list_select_related = ("rule", "published_by")
    list_filter = ("state", ("published_on", DateRangeFilter), "rule")
    search_fields = ("rule__title", "text", "changes")
    search_help_text = _("按规则名称或正文查找")
    fields = ("rule", "number", "text", "changes", "applies_from", "file", "published_on", "published_by")
    readonly_fields = ("rule", "number", "file", "published_on", "published_by")
    empty_hint = _("还没有规则版本。在使用规则的页面上点“起草新版本”。")
    verbs = (
        Verb(
            "publish", _("发布"), PUBLISH, _publish, when=lambda obj: obj.state == "draft",
            explain=lambda obj: _t("发布后正文不能再改。系统会通知适用范围内的每个乙方；新版本在送达之前不对其适用。"),
            tone="primary",
        ),
        Verb(
            "serve", _("书面送达"), SERVE, _serve, form=ServeRuleForm, when=lambda obj: obj.state == "published",
            explain=lambda obj: _t("乙方不在门户确认时，用书面通知送达；登记送达后，这一版即对其适用。"),
        ),
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft is edited."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == "draft")

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: RuleVersion) -> SafeString:
        return badge(obj.get_state_display(), "ok" if obj.state == "published" else "muted")

    @admin.display(description=_("规则文件"))
    def file(self, obj: RuleVersion) -> SafeString:
        return paper_link(obj.paper)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        if obj.state != "published":
            return
        versions = RuleVersion.objects.filter(pk=obj.pk).select_related("rule")
        found = standings(rules.agreements_under(obj.rule).order_by("number"), versions)
        yield Panel(
            name="receipts",
            label=_("送达与确认"),
            template="admin/contracts/rule_receipts.html",
            context={"standings": found},
            count=len(found),
        )


@admin.register(RuleAcknowledgement)
class RuleAcknowledgementAdmin(ReadOnlyAdmin):
    list_display = ("version", "agreement", "party_b", "by", "at")
    list_select_related = ("version__rule", "agreement__party_b", "by")
    list_filter = (("at", DateRangeFilter), "version__rule")
    search_fields = ("version__rule__title", "agreement__number", "agreement__party_b__name", "by__name")
    search_help_text = _("按规则、协议编号、乙方或确认人查找")
    fields = ("version", "agreement", "by", "at")
    empty_hint = _("还没有乙方确认过使用规则。")

    @admin.display(description=_("乙方"), ordering="agreement__party_b__name")
    def party_b(self, obj: RuleAcknowledgement) -> str:
        return str(obj.agreement.party_b)
