"""The console's pages on agreements."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from contracts import lifecycle
from contracts.admin import decisions, drafting, life, parties, supplementing
from contracts.admin.boards import BoardMixin
from contracts.admin.signing import signing_panel
from contracts.admin.texts import TextMixin
from contracts.agreement_filters import FILTERS
from contracts.clauses import filled_blanks, worded
from contracts.models import Agreement
from contracts.panels import panels_of
from contracts.terms import shown_on
from contracts.version_panels import versions_panel
from people.console import ConsoleAdmin, DateRangeFilter, Panel, badge
from people.models import User
from people.showing import Tone

STATE_TONES: dict[str, Tone] = {
    Agreement.State.DRAFT: "muted",
    Agreement.State.FOR_SIGNING: "info",
    Agreement.State.PARTLY_SIGNED: "info",
    Agreement.State.IN_FORCE: "ok",
    Agreement.State.SUSPENDED: "bad",
    Agreement.State.EXPIRED: "warn",
    Agreement.State.TERMINATED: "muted",
    Agreement.State.CLOSED: "muted",
}


@admin.register(Agreement)
class AgreementAdmin(TextMixin, BoardMixin, ConsoleAdmin):
    list_display = ("number", "title", "party_b", "state_badge", "effective_on", "ends_on", "manager")
    list_select_related = ("party_b", "manager")
    list_filter = (*FILTERS, ("ends_on", DateRangeFilter))
    search_fields = ("number", "title", "party_b__name")
    search_help_text = _("按编号、名称或乙方查找")
    autocomplete_fields = ("party_a", "party_b", "manager")
    empty_hint = _("还没有协议。点“增加”起草第一份协议。")
    fields = (
        "number", "title", ("party_a", "party_b"), "manager", ("signed_on", "agreed_effective_on"),
        ("term_years", "ends_on"), ("public_procurement", "original_amount"),
    )  # fmt: skip
    verbs = (*life.VERBS, *decisions.VERBS, *parties.VERBS, *supplementing.AGREEMENT_VERBS)
    list_verbs = drafting.LIST_VERBS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        return super().get_queryset(request).select_related("party_a", "party_b", "manager")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a draft is edited; later changes are supplements."""
        return super().has_change_permission(request, obj) and (obj is None or obj.state == Agreement.State.DRAFT)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Agreement) -> SafeString:
        return badge(obj.get_state_display(), STATE_TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        today = timezone.localdate()
        current: Any = shown_on(obj, today)
        clauses = list(current.clauses.all()) if current else []
        if current:
            current.agreement = obj
            blanks = filled_blanks(current)
            for clause in clauses:
                clause.worded = worded(clause, blanks)
        yield Panel(
            name="overview",
            label=_("概况"),
            template="admin/contracts/overview.html",
            context={
                "agreement": obj,
                "version": current,
                "state": self.state_badge(obj),
                "blanks": lifecycle.open_blanks(obj) if obj.state == Agreement.State.DRAFT else [],
            },
        )
        if current and obj.state != Agreement.State.DRAFT:
            yield signing_panel(lifecycle.original_of(obj) or current)
        yield versions_panel(obj, day=today)
        yield from panels_of(cast(User, request.user), obj)
        yield Panel(
            name="clauses",
            label=_("条款"),
            template="admin/contracts/clauses.html",
            context={"clauses": clauses, "version": current},
            count=len(clauses),
        )
