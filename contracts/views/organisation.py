"""本单位: what Party B sees of its own organisation, and what its administrators do there.

Another organisation's rows are answered as missing; so are the pages that change it to those who do not administer it.
"""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts import contacting, memberships
from contracts.accounts import account_of
from contracts.forms.members import PersonForm
from contracts.forms.organisations import ContactDetailsForm
from contracts.models import Contact, Membership, Organisation, OrganisationName
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once

ROLE_OF = {"make-admin": Membership.Role.ADMIN, "make-user": Membership.Role.USER}


@require_safe
@login_required
def own(request: HttpRequest) -> HttpResponse:
    """The organisation that the user acts for; the first, with the way to the others, where there are several."""
    found = Organisation.objects.for_user(_user(request)).order_by("pk").first()
    if found is None:
        return render(request, "portal/no_organisation.html")
    return _page(request, found)


@require_safe
@login_required
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the organisations that the user acts for."""
    return _page(request, get_object_or_404(Organisation.objects.for_user(_user(request)), pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """A new account for a colleague.  Its first password is in the answer to this form and nowhere else."""
    body = _administered(request, pk)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        told: list[str] = []
        try:
            answer = once(lambda: _invited(request, body, form, told), **_key(request))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            context = {"organisation": body, "added": answer, "password": told[0] if told else ""}
            return render(request, "portal/contracts/member_added.html", context)
    context = {"organisation": body, "form": form, "back_url": _url(body)}
    return render(request, "portal/contracts/member_new.html", context)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """End or resume a membership, or change its role."""
    member = get_object_or_404(
        Membership.objects.administered_by(_user(request)).select_related("organisation", "user"), pk=pk
    )
    if verb not in {*memberships.ACTS, *ROLE_OF}:
        raise Http404
    try:
        once(lambda: _changed(request, member, verb), **_key(request))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已保存。"))
    return redirect(_url(member.organisation))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def add_contact(request: HttpRequest, pk: int) -> HttpResponse:
    """A new contact."""
    body = _administered(request, pk)
    return _contact_page(request, body, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a contact, or say that it holds no more."""
    rows = Contact.objects.administered_by(_user(request)).valid().select_related("organisation")
    found = get_object_or_404(rows, pk=pk)
    return _contact_page(request, found.organisation, found)


def _contact_page(request: HttpRequest, body: Organisation, known: Contact | None) -> HttpResponse:
    fields = ("role", "name", "phone", "email")
    initial = {name: getattr(known, name) for name in fields} if known else {}
    form = ContactDetailsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            once(lambda: _keep_contact(request, body, known, form.cleaned_data), **_key(request))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("已保存。"))
            return redirect(_url(body))
    context = {"organisation": body, "form": form, "contact": known, "back_url": _url(body)}
    return render(request, "portal/contracts/contact.html", context)


def _keep_contact(request: HttpRequest, body: Organisation, known: Contact | None, said: dict[str, Any]) -> int:
    details, at = contacting.Details(**said), timezone.now()
    if known is None:
        return int(contacting.add(body, details, by=_user(request), at=at).pk)
    valid = "retire" not in request.POST
    return int(contacting.change(known, details, valid=valid, by=_user(request), at=at).pk)


def _invited(request: HttpRequest, body: Organisation, form: PersonForm, told: list[str]) -> dict[str, str]:
    person = form.person
    password = memberships.first_password(person)
    memberships.invite(
        body, person, role=form.cleaned_data["role"], password=password, by=_user(request), at=timezone.now()
    )
    told.append(password)
    return {"username": person.username, "name": person.name}


def _changed(request: HttpRequest, member: Membership, verb: str) -> int:
    by, at = _user(request), timezone.now()
    if verb in ROLE_OF:
        return int(memberships.set_role(member, role=ROLE_OF[verb], by=by, at=at).pk)
    return int(memberships.ACTS[verb](member, by=by, at=at).pk)


def _page(request: HttpRequest, body: Organisation) -> HttpResponse:
    user = _user(request)
    account = account_of(body)
    context = {
        "organisation": body,
        "others": Organisation.objects.for_user(user).exclude(pk=body.pk).order_by("pk"),
        "administers": Organisation.objects.administered_by(user).filter(pk=body.pk).exists(),
        "facts": _facts(body),
        "account": account,
        "contacts": body.contacts.valid(),
        "members": body.memberships.select_related("user").order_by("-active", "role", "user__name"),
    }
    return render(request, "portal/contracts/organisation.html", context)


def _facts(body: Organisation) -> list[tuple[str, object]]:
    former = body.names.filter(kind=OrganisationName.Kind.FORMER).values_list("name", flat=True)
    return [
        (_("名称"), body.name),
        (_("曾用名"), "、".join(former)),
        (_("统一社会信用代码"), body.uscc),
        (_("性质"), body.get_kind_display()),
        (_("法定代表人（负责人）"), body.legal_representative),
        (_("地址"), body.address),
        (_("主联系人"), f"{body.contact_name} {body.contact_phone}".strip()),
    ]


def _administered(request: HttpRequest, pk: int) -> Organisation:
    found: Organisation = get_object_or_404(Organisation.objects.administered_by(_user(request)), pk=pk)
    return found


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _key(request: HttpRequest) -> dict[str, Any]:
    return {"key": request.POST.get(KEY_FIELD, ""), "user": _user(request), "at": timezone.now()}


def _url(body: Organisation) -> str:
    return reverse("contracts:organisation", args=[body.pk])
