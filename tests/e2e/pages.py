"""Every page of the product that can be looked at, found from the registry, the URLconf and the rows there are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from billing.models import Demand, Document, UsageStatement
from contracts.admin.drafting import step_url
from contracts.forms.drafting import steps_of
from contracts.models import (
    Agreement,
    AgreementItem,
    AgreementVersion,
    BreachCase,
    Dispute,
    Drafting,
    ExitTask,
    Membership,
    ObligationOccurrence,
    Organisation,
    PersonUndertaking,
    RuleVersion,
    ThirdPartyAccess,
    Violation,
)
from journal.models import Endpoint
from people.acting import ActingMixin
from people.models import User
from people.roles import LABELS
from sla.models import ArticleVersion, Outage, QualityReport, Ticket

# What is sent, downloaded or put into another page.
NO_PAGES = ("/export/", "/read/", "/renew/", "/revoke/", "/suggest/")


@dataclass(frozen=True)
class Page:
    """One page to draw: a name for its file, its path, and who looks (a username, or nobody)."""

    name: str
    path: str
    username: str = ""


def session_key(user: User) -> str:
    """A signed-in session of the user, made without the sign-in page."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def all_pages(looker: User) -> list[Page]:
    """Door, errors, each role's first page, the admin as looker (a superuser) sees it, the portal of a Party B."""
    return [
        Page("door-sign-in", reverse("sign-in")),
        *_first_pages(),
        *_account_pages(),
        *_admin_pages(looker),
        *_merge_pages(looker),
        *_portal_pages(),
    ]


def _first_pages() -> Iterator[Page]:
    for role in LABELS:
        user = User.objects.filter(groups__name=role, is_staff=True, is_active=True).first()
        if user:
            yield Page(f"first-{role.replace(' ', '-')}", reverse("admin:index"), user.username)


def _account_pages() -> Iterator[Page]:
    user = User.objects.filter(is_active=True, is_superuser=False).first()
    if user:
        yield Page("account", reverse("account"), user.username)
        yield Page("account-password", reverse("password"), user.username)
        yield Page("error-404", "/no-such-page", user.username)


def _admin_pages(looker: User) -> Iterator[Page]:
    request = RequestFactory().get("/")
    request.user = looker
    yield Page("admin-index", reverse("admin:index"), looker.username)
    url = reverse("admin:contracts_obligationoccurrence_calendar")
    yield Page("admin-calendar", url, looker.username)
    yield Page("admin-calendar-as-list", f"{url}?view=list", looker.username)
    yield Page("admin-billing_document-due", reverse("admin:billing_document_due"), looker.username)
    yield Page("admin-billing_rateline-calculator", reverse("admin:billing_rateline_calculator"), looker.username)
    for agreement in Agreement.objects.filter(state="in_force").order_by("pk")[:1]:
        board = reverse("admin:contracts_agreement_board", args=[agreement.pk])
        yield Page("admin-contracts_agreement-board", board, looker.username)
        text = reverse("admin:contracts_agreement_text", args=[agreement.pk])
        yield Page("admin-contracts_agreement-text", text, looker.username)
    for drafting in Drafting.objects.filter(state="open").order_by("pk")[:1]:
        for step in steps_of(drafting):
            yield Page(f"admin-contracts_drafting-step-{step.name}", step_url(drafting, step), looker.username)
    for version in AgreementVersion.objects.filter(kind="supplement").order_by("pk")[:1]:
        compare = reverse("admin:contracts_agreementversion_compare", args=[version.pk])
        yield Page("admin-contracts_agreementversion-compare", compare, looker.username)
        supplemented = reverse("admin:contracts_agreement_change", args=[version.agreement_id])
        yield Page("admin-contracts_agreement-supplemented", supplemented, looker.username)
    for state in ("partly_signed", "suspended", "terminated"):
        for agreement in Agreement.objects.filter(state=state)[:1]:
            path = reverse("admin:contracts_agreement_change", args=[agreement.pk])
            yield Page(f"admin-contracts_agreement-{state}", path, looker.username)
    yield from _desk_pages(looker)
    yield from _telling_pages(looker)
    yield from _receipt_pages(looker)
    for bill in Document.objects.filter(kind="interest_invoice").select_related("refers_to").order_by("pk")[:1]:
        path = reverse("admin:billing_document_interest_page", args=[bill.refers_to_id])
        yield Page("admin-billing_document-interest", path, looker.username)
        whole = f"{reverse('admin:billing_document_interest_sum')}?agreement={bill.agreement_id}"
        yield Page("admin-billing_document-interest-sum", whole, looker.username)
    yield Page("admin-usage-figures", reverse("admin:billing_usagerecord_figures"), looker.username)
    for name in ("ageing", "forecast", "revenue", "debtors", "dso"):
        yield Page(f"admin-money-{name}", reverse(f"admin:billing_ledgerentry_{name}"), looker.username)
    for owing in Document.objects.issued().select_related("agreement").order_by("pk")[:1]:
        path = f"{reverse('admin:billing_ledgerentry_account')}?organisation={owing.agreement.party_b_id}"
        yield Page("admin-money-account", path, looker.username)
    yield Page("admin-sla_rating-figures", reverse("admin:sla_rating_figures"), looker.username)
    for model, model_admin in sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label_lower):
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        yield Page(f"admin-{name}-list", reverse(f"admin:{name}_changelist"), looker.username)
        if model_admin.has_add_permission(request):
            yield Page(f"admin-{name}-add", reverse(f"admin:{name}_add"), looker.username)
        yield from _record_pages(name, model_admin, request)


def _telling_pages(looker: User) -> Iterator[Page]:
    """Who would be told of a ticket, and the key of a webhook before it is shown."""
    preview = reverse("admin:sla_escalationrule_preview")
    yield Page("admin-sla_escalationrule-preview", preview, looker.username)
    for ticket in Ticket.objects.filter(kind="fault").order_by("pk")[:1]:
        yield Page("admin-sla_escalationrule-previewed", f"{preview}?ticket={ticket.number}", looker.username)
    for hook in Endpoint.objects.filter(kind="webhook").order_by("pk")[:1]:
        path = reverse("admin:journal_endpoint_key", args=[hook.pk])
        yield Page("admin-journal_endpoint-key", path, looker.username)


def _receipt_pages(looker: User) -> Iterator[Page]:
    """The waiting room, and payments of a bill before they are put in order."""
    yield Page("admin-billing_bankreceipt-waiting", reverse("admin:billing_bankreceipt_waiting"), looker.username)
    reorder = reverse("admin:billing_bankreceipt_reorder")
    yield Page("admin-billing_bankreceipt-reorder", reorder, looker.username)
    for bill in Document.objects.filter(allocations__isnull=False, kind="invoice").order_by("-pk")[:1]:
        yield Page("admin-billing_bankreceipt-reordered", f"{reorder}?document={bill.number}", looker.username)


def _desk_pages(looker: User) -> Iterator[Page]:
    """The workbench, the page of an act on many reports, and a report that was merged."""
    desk = reverse("admin:sla_ticket_workbench")
    yield Page("admin-workbench", desk, looker.username)
    yield Page("admin-workbench-filtered", f"{desk}?show=risk", looker.username)
    keys = ",".join(str(pk) for pk in Ticket.objects.open().order_by("pk").values_list("pk", flat=True)[:3])
    yield Page("admin-workbench-mass", f"{reverse('admin:sla_ticket_mass')}?act=queue&ids={keys}", looker.username)
    for merged in Ticket.objects.filter(merge__isnull=False).order_by("pk")[:1]:
        path = reverse("admin:sla_ticket_change", args=[merged.pk])
        yield Page("admin-sla_ticket-merged", path, looker.username)


def _merge_pages(looker: User) -> Iterator[Page]:
    """What merging the first organisations into one another would do: one that may be, one that may not."""
    bodies = list(Organisation.objects.standing().order_by("-pk")[:2])
    agreement = Agreement.objects.order_by("pk").first()
    if len(bodies) == 2 and agreement is not None:
        for name, old, into in (
            ("may", bodies[0].pk, bodies[1].pk),
            ("not", agreement.party_b_id, agreement.party_a_id),
        ):
            path = reverse("admin:contracts_organisation_mergeplan", args=[old])
            yield Page(f"admin-contracts_organisation-merge-{name}", f"{path}?into={into}", looker.username)


def _record_pages(name: str, model_admin: Any, request: Any) -> Iterator[Page]:
    """The newest record, its history, and each verb on some record that offers it."""
    who = request.user.username
    rows = list(model_admin.get_queryset(request).order_by("-pk")[:200])
    if rows:
        yield Page(f"admin-{name}-record", reverse(f"admin:{name}_change", args=[rows[0].pk]), who)
        if hasattr(model_admin.model, "history"):
            yield Page(f"admin-{name}-history", reverse(f"admin:{name}_history", args=[rows[0].pk]), who)
    if isinstance(model_admin, ActingMixin):
        for verb in model_admin.list_verbs:
            yield Page(f"admin-{name}-do-{verb.name}", model_admin.verb_url(verb, None), who)
        for verb in model_admin.verbs:
            row = next((row for row in rows if verb.when(row)), None)
            if row is not None:
                yield Page(f"admin-{name}-do-{verb.name}", model_admin.verb_url(verb, row), who)


def _portal_pages() -> Iterator[Page]:
    member = Membership.objects.filter(active=True).select_related("user").order_by("pk").first()
    if member is None:
        return
    for name, path in _plain_paths(get_resolver().url_patterns, "/"):
        if path.startswith("/portal/") and not path.endswith(NO_PAGES):
            yield Page(f"portal-{name}", path, member.user.username)
    yield from _portal_records(member.user)


def _portal_records(user: User) -> Iterator[Page]:
    """A ticket in each state, a bill in each standing, and an agreement."""
    seen: dict[str, Page] = {}
    for ticket in Ticket.objects.for_user(user).order_by("pk"):
        path = reverse("sla:ticket", args=[ticket.number])
        seen.setdefault(f"t{ticket.state}", Page(f"portal-ticket-{ticket.state}", path, user.username))
    today = timezone.localdate()
    for bill in Document.objects.for_user(user).with_standing(today=today, soon=today).order_by("pk"):
        path = reverse("billing:document", args=[bill.pk])
        seen.setdefault(f"b{bill.standing}", Page(f"portal-bill-{bill.standing}", path, user.username))
        objecting = reverse("billing:document-dispute", args=[bill.pk])
        seen.setdefault("dispute", Page("portal-bill-dispute", objecting, user.username))
    for stated in UsageStatement.objects.for_user(user).order_by("pk"):
        path = reverse("billing:statement", args=[stated.pk])
        seen.setdefault(f"s{stated.state}", Page(f"portal-statement-{stated.state}", path, user.username))
        if bill.standing == "overdue":
            detail = Page("portal-bill-interest", reverse("billing:interest", args=[bill.pk]), user.username)
            seen.setdefault("interest", detail)
    for row in ObligationOccurrence.objects.for_user(user).order_by("pk"):
        seen.setdefault(
            f"d{row.state}", Page(f"portal-duty-{row.state}", reverse("contracts:duty", args=[row.pk]), user.username)
        )
    for body in Organisation.objects.administered_by(user)[:1]:
        for name in ("member-add", "contact-add"):
            seen[name] = Page(f"portal-{name}", reverse(f"contracts:{name}", args=[body.pk]), user.username)
        for contact in body.contacts.valid()[:1]:
            seen["contact"] = Page("portal-contact", reverse("contracts:contact", args=[contact.pk]), user.username)
    for demand in Demand.objects.for_user(user)[:1]:
        seen["demand"] = Page("portal-demand", reverse("billing:demand", args=[demand.pk]), user.username)
    for task in ExitTask.objects.for_user(user).filter(state="open")[:1]:
        seen["x"] = Page("portal-exit-task", reverse("contracts:exit-task", args=[task.pk]), user.username)
    for agreement in Agreement.objects.for_user(user).filter(state="expired")[:1]:
        ended = reverse("contracts:agreement", args=[agreement.pk])
        seen["ax"] = Page("portal-agreement-expired", ended, user.username)
    for agreement in Agreement.objects.for_user(user)[:1]:
        board = reverse("contracts:board", args=[agreement.pk])
        compare = reverse("contracts:compare", args=[agreement.pk])
        seen["compare"] = Page("portal-agreement-compare", compare, user.username)
        seen["board"] = Page("portal-agreement-board", board, user.username)
        text = reverse("contracts:text", args=[agreement.pk])
        seen["text"] = Page("portal-agreement-text", text, user.username)
        for case in BreachCase.objects.for_user(user).order_by("pk"):
            path = reverse("contracts:case", args=[case.pk])
            seen.setdefault(f"c{case.state}", Page(f"portal-case-{case.state}", path, user.username))
        for dispute in Dispute.objects.for_user(user)[:1]:
            seen["d"] = Page("portal-dispute", reverse("contracts:dispute", args=[dispute.pk]), user.username)
        seen["a"] = Page("portal-agreement", reverse("contracts:agreement", args=[agreement.pk]), user.username)
    for outage in Outage.objects.for_user(user).order_by("pk"):
        path = reverse("sla:outage", args=[outage.number])
        seen.setdefault(f"o{outage.state}", Page(f"portal-outage-{outage.state}", path, user.username))
    for violation in Violation.objects.for_user(user).order_by("pk"):
        path = reverse("contracts:violation", args=[violation.pk])
        seen.setdefault(f"v{violation.state}", Page(f"portal-violation-{violation.state}", path, user.username))
    for name, model in (("third-party-end", ThirdPartyAccess), ("undertaking-sign", PersonUndertaking)):
        for row in model.objects.for_user(user).order_by("pk")[:1]:
            seen[name] = Page(f"portal-{name}", reverse(f"contracts:{name}", args=[row.pk]), user.username)
    for version in RuleVersion.objects.for_user(user).order_by("-pk")[:1]:
        seen["r"] = Page("portal-rule", reverse("contracts:rule", args=[version.pk]), user.username)
    for version in ArticleVersion.objects.for_user(user)[:1]:
        path = reverse("sla:article", args=[version.article_id])
        seen["article"] = Page("portal-article", path, user.username)
    for closed in Ticket.objects.for_user(user).filter(state="closed", ratings=None)[:1]:
        seen["rate"] = Page("portal-rate", reverse("sla:rate", args=[closed.number]), user.username)
    for report in QualityReport.objects.for_user(user).select_related("ticket").order_by("pk"):
        path = reverse("sla:quality-report", args=[report.ticket.number])
        seen.setdefault(f"q{report.state}", Page(f"portal-quality-{report.state}", path, user.username))
    for bare in Ticket.objects.for_user(user).filter(kind="data_quality", quality=None)[:1]:
        path = reverse("sla:quality-describe", args=[bare.number])
        seen["qd"] = Page("portal-quality-describe", path, user.username)
    for shared in AgreementItem.objects.for_user(user).order_by("pk"):
        path = reverse("contracts:shared-item", args=[shared.pk])
        name = f"portal-shared-{shared.category}-{shared.state}"
        seen.setdefault(name, Page(name, path, user.username))
    yield from seen.values()


def _plain_paths(patterns: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    """The addresses below /portal/ that need no argument."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver) and not route.startswith("/admin/"):
            yield from _plain_paths(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern) and "<" not in route:
            yield pattern.name or route.strip("/").replace("/", "-"), route
