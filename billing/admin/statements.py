"""The console's pages on usage statements, and what finance does with one."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing import statement_answers, statements
from billing.faces import figure
from billing.forms.documents import ReasonForm
from billing.forms.statements import DraftStatementForm, RejectLineForm, ReviseForm, UpholdForm
from billing.models import ServicePeriod, UsageStatement
from billing.statement_faces import deadline_words, state_badge, statement_panels
from billing.statement_printing import draft_pdf, kept_pdf
from people.console import DateRangeFilter, Outcome, Panel, RecordAdmin, Verb
from people.models import User
from people.refusal import Refused
from people.uploading import pdf_download

MAKE, DECIDE = "billing.make_statement", "billing.decide_statement"
State = UsageStatement.State
Said = dict[str, Any]


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _to(message: str, statement: UsageStatement) -> Outcome:
    return Outcome(message=message, url=reverse("admin:billing_usagestatement_change", args=[statement.pk]))


def _draft(request: HttpRequest, obj: None, data: Said) -> Outcome:
    made = statements.draft(data["period"], by=_user(request), at=timezone.now())
    return _to(_t("已拟出对账单，请核对各行后发送给乙方。"), made)


def _revise(request: HttpRequest, obj: Any, data: Said) -> Outcome:
    made = statements.draft(obj.period, by=_user(request), at=timezone.now(), **data)
    return _to(_t("已拟出第 %(revision)d 版，请核对后发送；发送后原版由它代替。") % {"revision": made.revision}, made)


def _redraft(request: HttpRequest, obj: Any, data: Said) -> str:
    statements.redraft(obj, by=_user(request), at=timezone.now())
    return _t("已按现在的用量和价目重新计算。")


def _send(request: HttpRequest, obj: Any, data: Said) -> str:
    sent = statements.send(obj, by=_user(request), at=timezone.now())
    return _t("已发送给乙方，编号 %(number)s。") % {"number": sent.number}


def _discard(request: HttpRequest, obj: Any, data: Said) -> Outcome:
    statements.discard(obj, by=_user(request), at=timezone.now(), **data)
    return Outcome(message=_t("草稿已作废。"), url=reverse("admin:billing_usagestatement_changelist"))


def _ask_again(request: HttpRequest, obj: Any, data: Said) -> str:
    asked = statements.ask_again(obj, by=_user(request), at=timezone.now())
    if asked.confirm_by is None:
        return _t("已再次催请乙方。")
    return _t("已再次催请，新的答复期限是 %(by)s。") % {"by": asked.confirm_by}


def _uphold(request: HttpRequest, obj: Any, data: Said) -> str:
    answer = statement_answers.uphold(by=_user(request), at=timezone.now(), **data)
    if answer.correction is None:
        return _t("已登记异议成立；请先改正价目或条款，再出具新版。")
    return _t("已登记异议成立并更正用量；请出具新版对账单。")


def _reject(request: HttpRequest, obj: Any, data: Said) -> str:
    statement_answers.reject(by=_user(request), at=timezone.now(), **data)
    return _t("已答复乙方：异议不成立。")


def _has_dispute(obj: Any) -> bool:
    return obj.state == State.DISPUTED and bool(obj.lines.filter(answer__kind="disputed", answer__outcome="").exists())


def _unanswered(obj: Any) -> bool:
    waits = obj.state in {State.SENT, State.DISPUTED} and obj.deemed_at is None
    return waits and obj.lines.filter(answer=None).exists()


def _revisable(obj: Any) -> bool:
    billed = obj.state in statements.FINAL and obj.period.state == ServicePeriod.State.CLOSED
    return obj.state not in {State.DRAFT, State.SUPERSEDED} and not billed and not hasattr(obj, "replaced_by")


@admin.register(UsageStatement)
class UsageStatementAdmin(RecordAdmin):
    list_display = ("name", "party_b", "period_shown", "revision", "total_shown", "state_shown", "deadline", "sent_at")
    list_filter = ("state", ("sent_at", DateRangeFilter), ("confirm_by", DateRangeFilter))
    search_fields = ("number", "period__agreement__number", "period__agreement__party_b__name")
    search_help_text = _("按编号、协议编号或乙方查找")
    list_select_related = ("period__agreement__party_b",)
    date_hierarchy = "made_at"
    ordering = ("-made_at", "-pk")
    empty_hint = _("还没有对账单。服务周期结束后，点“拟制对账单”。")
    export_columns = (
        "name", "agreement_number", "party_b", "period", "revision", "total", "state", "confirm_by", "asked_again",
        "sent_at",
    )  # fmt: skip
    fields = (
        ("period", "version", "revision"), ("made_by", "made_at"), ("sent_by", "sent_at"),
        ("deemed_at", "settled_at"), "pdf_sha256",
    )  # fmt: skip
    list_verbs = (
        Verb("draft", _("拟制对账单"), MAKE, _draft, form=DraftStatementForm, tone="primary",
             explain=lambda obj: _t("按所选周期的用量和价目生成草稿；发送之前乙方看不到。")),
    )  # fmt: skip
    verbs = (
        Verb("send", _("发送给乙方"), MAKE, _send, when=lambda obj: obj.is_draft, tone="primary",
             explain=lambda obj: _t("发送后取得编号，内容不能再改；答复期限按协议约定的工作日计算。")),
        Verb("redraft", _("重新计算"), MAKE, _redraft, when=lambda obj: obj.is_draft,
             explain=lambda obj: _t("按现在的用量和价目重新计算各行。")),
        Verb("uphold", _("异议成立"), DECIDE, _uphold, form=UpholdForm, when=_has_dispute, tone="primary",
             explain=lambda obj: _t("按用量计费的行会另记一条更正的用量；之后请出具新版对账单。")),
        Verb("reject", _("异议不成立"), DECIDE, _reject, form=RejectLineForm, when=_has_dispute,
             explain=lambda obj: _t("写明理由答复乙方；该行照原数计费。")),
        Verb("revise", _("出具新版"), MAKE, _revise, form=ReviseForm, when=_revisable,
             explain=lambda obj: _t("已发出的对账单不改；新版写明它代替哪一份，由乙方重新答复。")),
        Verb("ask-again", _("再次催请"), MAKE, _ask_again, when=_unanswered,
             explain=lambda obj: _t("再次通知乙方答复，答复期限重新计算。")),
        Verb("discard", _("作废草稿"), MAKE, _discard, form=ReasonForm, when=lambda obj: obj.is_draft, tone="danger",
             explain=lambda obj: _t("草稿没有编号，作废后可以重新拟制。")),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[UsageStatement]:
        related = ("period__agreement__party_a", "period__agreement__party_b", "version", "replaces", "made_by")
        return super().get_queryset(request).select_related(*related).defer("snapshot")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.pdf_view)
        return [path("<int:pk>/pdf/", view, name="billing_usagestatement_pdf"), *super().get_urls()]

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The statement as it was sent, or its draft marked as one."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        statement: Any = self.get_object(request, str(pk))
        if statement is None:
            raise Http404
        try:
            content = draft_pdf(statement) if statement.is_draft else kept_pdf(statement)
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("admin:billing_usagestatement_change", statement.pk)
        return pdf_download(content, name=f"{statement.number or f'draft-{statement.pk}'}.pdf")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        return statement_panels(obj, on=timezone.localdate())

    @admin.display(description=_("编号"), ordering="number")
    def name(self, obj: UsageStatement) -> str:
        return str(obj)

    @admin.display(description=_("协议"), ordering="period__agreement__number")
    def agreement_number(self, obj: UsageStatement) -> str:
        return obj.period.agreement.number

    @admin.display(description=_("乙方"), ordering="period__agreement__party_b__name")
    def party_b(self, obj: UsageStatement) -> str:
        return obj.period.agreement.party_b.name

    @admin.display(description=_("服务周期"), ordering="period__starts_on")
    def period_shown(self, obj: UsageStatement) -> str:
        return str(obj.period)

    @admin.display(description=_("不含税合计"), ordering="total")
    def total_shown(self, obj: UsageStatement) -> SafeString:
        return figure(obj.total)

    @admin.display(description=_("状态"), ordering="state")
    def state_shown(self, obj: UsageStatement) -> SafeString:
        return state_badge(obj)

    @admin.display(description=_("答复期限"), ordering="confirm_by")
    def deadline(self, obj: UsageStatement) -> SafeString | str:
        if obj.confirm_by is None:
            return "—"
        left = deadline_words(obj, on=timezone.localdate())
        return format_html('<div>{}<br><span class="sy-muted">{}</span></div>', obj.confirm_by.isoformat(), left)
