"""The console's workbench of operations: open tickets by what runs out next, refreshed in place, worked by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _t

from people.console import Verb
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import saving, workbench
from sla.models import Label, Queue, SavedFilter, Ticket

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object

ONE_CLICK = ("accept", "respond", "ask", "propose")
EVERY = "60s"  # how often the list asks for news of itself
WORKBENCH = "admin:sla_ticket_workbench"


class WorkbenchMixin(Admin):
    """Gives the tickets their workbench, and the verbs a form that opens in place."""

    verbs: tuple[Verb, ...]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.workbench_view)
        return [path("workbench/", view, name="sla_ticket_workbench"), *super().get_urls()]

    def workbench_view(self, request: HttpRequest) -> HttpResponseBase:
        """The page; only its list when the list asks for itself; a POST keeps or deletes a filter."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        what = workbench.asked(request.GET.dict())
        if request.method == "POST":
            return self._keep_filter(request, what)
        context = self._list_context(request, what)
        if request.headers.get("HX-Target") == "desk-list":
            return TemplateResponse(request, "admin/sla/desk_list.html", context)
        return TemplateResponse(request, "admin/sla/workbench.html", {**context, **self._frame(request, what)})

    def _list_context(self, request: HttpRequest, what: workbench.Asked) -> dict[str, Any]:
        user, now = cast(User, request.user), timezone.now()
        number = workbench.page_number(request.GET.get("page", "1"))
        page = workbench.page_of(what, user, number=number, at=now)
        return {
            "asked": what,
            "page": page,
            "rows": [(line, self._offered(request, line.ticket)) for line in page.lines],
            "now": now,
            "every": EVERY,
            "key_field": KEY_FIELD,
            "keys": new_key(),
        }

    def _offered(self, request: HttpRequest, ticket: Ticket) -> list[tuple[Verb, str]]:
        """The verbs of one click that this person may use on the ticket now, with their addresses."""
        verbs = [verb for verb in self.verbs if verb.name in ONE_CLICK]
        return [
            (verb, reverse("admin:sla_ticket_verb", args=[ticket.pk, verb.name]))
            for verb in sorted(verbs, key=lambda verb: ONE_CLICK.index(verb.name))
            if request.user.has_perm(verb.permission) and verb.when(ticket)
        ]

    def _frame(self, request: HttpRequest, what: workbench.Asked) -> dict[str, Any]:
        user = cast(User, request.user)
        return {
            **self.admin_site.each_context(request),
            "title": _t("运维工作台"),
            "opts": self.model._meta,
            "media": self.media,
            "groups": [(name, label) for name, (label, _narrow) in workbench.SHOWN.items()],
            "queues": list(Queue.objects.standing().order_by("name")),
            "labels": list(Label.objects.standing()),
            "kinds": Ticket.Kind.choices,
            "priorities": [(str(value), label) for value, label in Ticket.Priority.choices],
            "saved": list(SavedFilter.objects.usable_by(user).select_related("user")),
            "may_share": user.has_perm(saving.SHARE),
        }

    def _keep_filter(self, request: HttpRequest, what: workbench.Asked) -> HttpResponse:
        user, now, said = cast(User, request.user), timezone.now(), request.POST
        try:
            if "drop" in said:
                saving.drop(workbench.page_number(said["drop"]), at=now, by=user)
                messages.success(request, _t("筛选已删除。"))
            else:
                shared = said.get("shared") == "on"
                row = saving.save(name=said.get("name", ""), query=what.query, shared=shared, at=now, by=user)
                messages.success(request, _t("已保存筛选“%(name)s”。") % {"name": row.name})
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect(f"{reverse(WORKBENCH)}?{what.query}")

    # The verbs, in place: the same gate, the same form, without the page around it.

    def _verb_page(self, request: HttpRequest, verb: Verb, obj: Any, form: Any) -> TemplateResponse:
        page: TemplateResponse = super()._verb_page(request, verb, obj, form)  # type: ignore[misc]
        if _in_place(request):
            page.template_name = "admin/sla/in_place.html"
        return page

    def _done(self, request: HttpRequest, verb: Verb, obj: Any, cleaned: dict[str, Any]) -> HttpResponse:
        done: HttpResponse = super()._done(request, verb, obj, cleaned)  # type: ignore[misc]
        if not _in_place(request):
            return done
        said = [str(message) for message in messages.get_messages(request)]
        answer = TemplateResponse(request, "admin/sla/in_place_done.html", {"said": said, "ticket": obj})
        answer["HX-Trigger"] = "desk-changed"
        return answer


def _in_place(request: HttpRequest) -> bool:
    return request.headers.get("HX-Target") == "desk-form"
