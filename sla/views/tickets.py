"""The portal's pages on fault reports: Party B files, follows, answers, confirms and disputes its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from contracts.models import Agreement
from people.exporting import as_csv
from people.models import User
from people.refusal import Refused
from people.submitting import once
from people.uploading import download
from sla import forms, listing, watching
from sla import tickets as verbs
from sla.answer_panels import sections_beside
from sla.facing import facing
from sla.models import Attachment, Ticket
from sla.steps import may

PER_PAGE = 20


@dataclass(frozen=True)
class Reaction:
    """Something that Party B may do on a ticket: its form, its verb, its words."""

    verb: str
    label: object
    form: type[django_forms.Form]
    call: Callable[..., Ticket]
    done: object
    tone: str = "plain"


REACTIONS = {
    reaction.verb: reaction
    for reaction in (
        Reaction(
            "confirm",
            gettext_lazy("确认解决"),
            forms.MaySayForm,
            verbs.confirm,
            gettext_lazy("已确认，谢谢。"),
            "primary",
        ),
        Reaction(
            "dispute",
            gettext_lazy("提出异议"),
            forms.DisputeForm,
            verbs.dispute,
            gettext_lazy("异议已提交，解决方案时限继续计时。"),
            "danger",
        ),
        Reaction("reply", gettext_lazy("回复"), forms.ReplyForm, verbs.reply, gettext_lazy("回复已提交。"), "primary"),
        Reaction(
            "reopen",
            gettext_lazy("重新打开"),
            forms.ReopenForm,
            verbs.reopen,
            gettext_lazy("已重新打开，甲方会继续处理。"),
            "danger",
        ),
        Reaction(
            "cancel",
            gettext_lazy("撤销报告"),
            forms.WithdrawForm,
            verbs.cancel,
            gettext_lazy("报告已撤销。"),
            "danger",
        ),
    )
}


WATCHING: dict[str, tuple[Callable[..., Ticket], object]] = {
    "watch": (watching.watch, gettext_lazy("已关注，有新进展会通知您。")),
    "unwatch": (watching.unwatch, gettext_lazy("已取消关注。")),
}


@require_safe
@login_required
def tickets(request: HttpRequest) -> HttpResponse:
    """The tickets of the user's organisations: search, filters, order, pages."""
    user, what = _user(request), listing.asked(request.GET.dict())
    page = Paginator(listing.found(user, what), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "asked": what,
        "groups": [(name, label) for name, (label, _rows) in listing.GROUPS.items()],
        "sorts": [(name, label) for name, (label, _rows) in listing.SORTS.items()],
        "kinds": Ticket.Kind.choices,
        "agreements": listing.agreements_of(user),
    }
    return render(request, "portal/sla/tickets.html", context)


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponseBase:
    """The list as the address filters and sorts it, as CSV."""
    found = listing.found(_user(request), listing.asked(request.GET.dict()))
    return as_csv(listing.header(), listing.rows(found), name=f"tickets-{timezone.localdate():%Y%m%d}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """File a report.  An agreement that is not the user's is answered as missing."""
    user, now = _user(request), timezone.now()
    own = Agreement.objects.for_user(user).order_by("number").distinct()
    agreements = own.in_force_on(timezone.localdate(now)) or own
    form = _report_form(request, agreements)
    if request.method == "POST":
        try:
            if form.is_valid():
                report = form.report(forms.sent_key(request.POST))
                ticket = verbs.file(report, at=now, by=user, files=form.cleaned_data["attachments"])
                messages.success(request, _("报告已提交，编号 %(number)s。") % {"number": ticket.number})
                return redirect("sla:ticket", ticket.number)
        except Refused as refused:
            form.add_error(None, str(refused))
    return render(request, "portal/sla/new.html", {"form": form, "agreements": agreements})


@require_safe
@login_required
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket: its state, both clocks with how they were counted, its timeline and files, and what may be done."""
    return _ticket_page(request, _own_ticket(request, number), {})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def act(request: HttpRequest, number: str, verb: str) -> HttpResponse:
    """Reply, confirm, dispute or withdraw.  What is refused is shown on the ticket's page; the input stays."""
    own = _own_ticket(request, number)
    if verb in WATCHING:
        return _watch(request, own, verb)
    reaction = REACTIONS.get(verb)
    if reaction is None:
        raise Http404
    if request.method != "POST":  # the address of a refused form, opened again
        return redirect("sla:ticket", own.number)
    form = reaction.form(request.POST, request.FILES)
    try:
        if form.is_valid():
            _react(request, own, reaction, form.cleaned_data)
            messages.success(request, str(reaction.done))
            return redirect("sla:ticket", own.number)
    except Refused as refused:
        form.add_error(None, str(refused))
    own.refresh_from_db()
    return _ticket_page(request, own, {verb: form})


def _watch(request: HttpRequest, own: Ticket, verb: str) -> HttpResponse:
    """Watch a ticket of one's organisation, or stop; sent twice, it is done once."""
    if request.method == "POST":
        call, done = WATCHING[verb]
        user, now = _user(request), timezone.now()
        try:
            once(lambda: call(own, at=now, by=user).number, key=forms.sent_key(request.POST), user=user, at=now)
            messages.success(request, str(done))
        except Refused as refused:
            messages.error(request, str(refused))
    return redirect("sla:ticket", own.number)


@require_safe
@login_required
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """A file, always as a download: to Party B those it may read, to staff who may see tickets any."""
    user = _user(request)
    staff = user.is_staff and user.has_perm("sla.view_ticket")
    found = get_object_or_404(
        Attachment.objects.all() if staff else Attachment.objects.for_user(user).distinct(), pk=pk
    )
    return download(found.file, name=found.name, content_type=found.content_type)


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _own_ticket(request: HttpRequest, number: str) -> Ticket:
    """The user's ticket; another organisation's is answered exactly like a missing one."""
    own = Ticket.objects.for_user(_user(request)).select_related("agreement__party_b", "reporter", "assignee")
    found: Ticket = get_object_or_404(own, number=number)
    return found


def _report_form(request: HttpRequest, agreements: Any) -> forms.ReportForm:
    if request.method != "POST":
        return forms.ReportForm(agreements=agreements, initial={"agreement": request.GET.get("agreement")})
    chosen = request.POST.get("agreement", "")
    if chosen and not (chosen.isascii() and chosen.isdigit() and agreements.filter(pk=chosen[:18]).exists()):
        raise Http404
    return forms.ReportForm(request.POST, request.FILES, agreements=agreements)


def _react(request: HttpRequest, own: Ticket, reaction: Reaction, said: dict[str, Any]) -> None:
    user, at = _user(request), timezone.now()

    def work() -> str:
        reaction.call(own, at=at, by=user, **forms.told(said))
        return own.number

    once(work, key=forms.sent_key(request.POST), user=user, at=at)


def _ticket_page(request: HttpRequest, own: Ticket, sent: dict[str, django_forms.Form]) -> HttpResponse:
    offered = [
        (reaction, sent.get(verb) or reaction.form(prefix=None, auto_id=f"{verb}_%s"), verb in sent)
        for verb, reaction in REACTIONS.items()
        if may(verb, own.state) or verb in sent
    ]
    user, now = _user(request), timezone.now()
    context = {
        **facing(own, at=now),
        "offered": offered,
        "watching": watching.watches(own, user),
        "sections": list(sections_beside(own, user, at=now)),
    }
    return render(request, "portal/sla/ticket.html", context)
