"""The console's pages of signing: the buttons that sign a version, its progress, and the list of marks."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import activating, signing
from contracts.admin.papers import paper_link
from contracts.forms.signing import MarkForm, ReasonForm, RemarkForm, said_mark, version_of
from contracts.models import AgreementVersion, SignatureMark
from people.console import DateRangeFilter, Outcome, Panel, ReadOnlyAdmin, Verb, badge
from people.models import User
from people.refusal import Refused

RECORD = "contracts.record_mark"


def _signing(obj: Any) -> bool:
    version = version_of(obj)
    return version is not None and version.state == AgreementVersion.State.SIGNING


def _version(obj: Any) -> AgreementVersion:
    version = version_of(obj)
    if version is None:
        raise Refused(_t("协议还没有条款，不能签署。"))
    return version


def _mark(request: HttpRequest, obj: Any, said: dict[str, Any]) -> str:
    mark, proof = said_mark(said)
    version = _version(obj)
    signing.record_mark(version, mark, proof=proof, by=cast(User, request.user), at=timezone.now())
    missing = signing.progress_of(version).missing
    if missing:
        return _t("已登记，还缺：%(missing)s。") % {"missing": "、".join(missing)}
    return _t("已登记，双方签署完毕，可以提请生效。")


def _back_to_draft(request: HttpRequest, obj: Any, said: dict[str, Any]) -> str:
    signing.back_to_draft(_version(obj), reason=said["reason"], by=cast(User, request.user), at=timezone.now())
    return _t("已退回草稿，可以修改。")


def _ask(request: HttpRequest, obj: Any, said: dict[str, Any]) -> Outcome:
    approval = activating.ask(_version(obj), reason=said["reason"], by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已提请生效，等待财务主管批准。"),
        url=reverse("admin:journal_approval_change", args=[approval.pk]),
    )


def _revoke(request: HttpRequest, obj: SignatureMark, said: dict[str, Any]) -> str:
    signing.revoke_mark(obj, reason=said["reason"], by=cast(User, request.user), at=timezone.now())
    return _t("已撤销这条签署记录，可以重新登记。")


# The buttons of any page that signs a version: an agreement's (its original) or a version's own.
SIGNING_VERBS = (
    Verb(
        "mark",
        _("登记签字盖章"),
        RECORD,
        _mark,
        form=MarkForm,
        when=_signing,
        explain=lambda obj: _t("逐一登记双方的签字和盖章；缺哪一项，概况下方的签署进度会列出。"),
        tone="primary",
    ),
    Verb(
        "activate",
        _("提请生效"),
        "contracts.request_activation",
        _ask,
        form=RemarkForm,
        when=_signing,
        explain=lambda obj: _t("签署齐全后提请，由财务主管批准；生效日期按最后一次签字或盖章确定。"),
        tone="primary",
    ),
    Verb(
        "back-to-draft",
        _("退回草稿"),
        RECORD,
        _back_to_draft,
        form=ReasonForm,
        when=_signing,
        explain=lambda obj: _t("还没有任何签字盖章时可以退回草稿修改。"),
    ),
)


def signing_panel(version: AgreementVersion) -> Panel:
    """The progress of a version's signing: each required mark, by whom, on which day, with its scan."""
    progress = signing.progress_of(version)
    rows = [(line, paper_link(line.mark.scan) if line.mark else "") for line in progress.lines]
    return Panel(
        name="signing",
        label=_("签署进度"),
        template="admin/contracts/signing.html",
        context={"rows": rows, "progress": progress, "version": version},
    )


@admin.register(SignatureMark)
class SignatureMarkAdmin(ReadOnlyAdmin):
    link_lookups = ("version__agreement__id__exact",)
    list_display = ("version", "side", "kind", "person", "made_on", "medium", "standing_badge", "scan_link", "by", "at")
    list_select_related = ("version__agreement", "scan", "by", "revoked_by")
    list_filter = ("side", "kind", "medium", ("made_on", DateRangeFilter))
    search_fields = ("person", "seal_name", "version__agreement__number", "version__agreement__party_b__name")
    search_help_text = _("按签字人、印章名称、协议编号或乙方查找")
    fields = (
        "version", "side", "kind", "person", "capacity", "seal_name", "medium", "made_on", "scan_link",
        "authorisation_link", "certificate", "standing_badge", "revokes", "reason", "by", "at",
    )  # fmt: skip
    readonly_fields = ("scan_link", "authorisation_link", "standing_badge")
    export_columns = ("version", "side", "kind", "person", "capacity", "seal_name", "medium", "made_on", "by", "at")
    empty_hint = _("还没有签署记录。协议提交签署后，在协议页面登记签字盖章。")
    verbs = (
        Verb(
            "revoke",
            _("撤销"),
            RECORD,
            _revoke,
            form=ReasonForm,
            when=lambda obj: (
                obj.revokes_id is None
                and not hasattr(obj, "revoked_by")
                and obj.version.state == AgreementVersion.State.SIGNING
            ),
            explain=lambda obj: _t("登记有误才撤销；原记录保留，另记一条撤销。"),
            tone="danger",
        ),
    )

    @admin.display(description=_("效力"))
    def standing_badge(self, obj: SignatureMark) -> SafeString:
        if obj.revokes_id is not None:
            return badge(_t("撤销记录"), "muted")
        return badge(_t("已撤销"), "bad") if hasattr(obj, "revoked_by") else badge(_t("有效"), "ok")

    @admin.display(description=_("签署扫描件"))
    def scan_link(self, obj: SignatureMark) -> SafeString:
        return paper_link(obj.scan)

    @admin.display(description=_("授权委托书"))
    def authorisation_link(self, obj: SignatureMark) -> SafeString:
        return paper_link(obj.authorisation)
