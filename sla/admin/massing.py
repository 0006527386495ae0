"""The console's page on which one act is done to many tickets that were chosen in the list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from people.models import User
from sla import forms, massing
from sla.massing import MASS_ACTS, MOST, MassAct
from sla.models import Ticket

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object

MASS = "admin:sla_ticket_mass"


class MassMixin(Admin):
    """Gives the list of tickets its acts on many, each with a page that says what it is about to do."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.mass_view)
        return [path("mass/", view, name="sla_ticket_mass"), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """The acts that this person may use, in the list's own menu."""
        return {
            act.name: (_chosen(act), act.name, act.label)
            for act in MASS_ACTS.values()
            if request.user.has_perm(act.permission)
        }

    def mass_view(self, request: HttpRequest) -> HttpResponseBase:
        """The chosen tickets and the form; sent, it is done to each and what was refused is said by number."""
        said = request.POST if request.method == "POST" else request.GET
        if not self.has_view_permission(request) or not request.user.has_perm(massing.HANDLE):
            raise PermissionDenied
        act = _act(request, said.get("act", ""))
        rows = _chosen_rows(said.get("ids", ""))
        form = act.form(request.POST if request.method == "POST" else None, obj=None, user=cast(User, request.user))
        if request.method == "POST" and form.is_valid():
            done = massing.do(act, rows, forms.told(form.cleaned_data), at=timezone.now(), by=cast(User, request.user))
            _say(request, act, done)
            return redirect("admin:sla_ticket_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": act.label,
            "opts": self.model._meta,
            "media": self.media + form.media,
            "act": act,
            "rows": rows,
            "ids": ",".join(str(row.pk) for row in rows),
            "form": form,
            "back_url": reverse("admin:sla_ticket_changelist"),
        }
        return TemplateResponse(request, "admin/sla/mass.html", context)


def _chosen_rows(ids: str) -> list[Ticket]:
    keys = [int(key) for key in ids.split(",") if key.isascii() and key.isdigit() and len(key) < 18]
    rows = Ticket.objects.filter(pk__in=keys[:MOST]).select_related("agreement__party_b").order_by("pk")
    return list(rows)


def _chosen(act: MassAct) -> Any:
    """What the list does with the rows that were ticked: leads to the page of the act."""

    def lead(modeladmin: Any, request: HttpRequest, chosen: QuerySet[Ticket]) -> HttpResponseBase:
        keys = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(keys) > MOST:
            messages.warning(request, _t("一次最多处理 %(most)s 份，只取了前 %(most)s 份。") % {"most": MOST})
        query = urlencode({"act": act.name, "ids": ",".join(str(key) for key in keys[:MOST])})
        return redirect(f"{reverse(MASS)}?{query}")

    return lead


def _act(request: HttpRequest, name: str) -> MassAct:
    """The act of the address; without a name the first.  Raises Http404 and PermissionDenied."""
    act = MASS_ACTS.get(name) if name else next(iter(MASS_ACTS.values()))
    if act is None:
        raise Http404
    if not request.user.has_perm(act.permission):
        raise PermissionDenied
    return act


def _say(request: HttpRequest, act: MassAct, done: massing.Done) -> None:
    if done.changed:
        messages.success(request, _t("“%(act)s”：完成 %(count)s 份。") % {"act": act.label, "count": len(done.changed)})
    for ticket, why in done.refused[:20]:
        messages.warning(request, _t("%(number)s 未处理：%(why)s") % {"number": ticket.number, "why": why})
    if len(done.refused) > 20:
        messages.warning(request, _t("另有 %(count)s 份未处理。") % {"count": len(done.refused) - 20})
    if not done.changed and not done.refused:
        messages.warning(request, _t("没有选中报告。"))
