"""The admin site: its title, its dashboard, its menu, and who may enter."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.views.searching import console_context
from people.models import User
from portal.dashboard import dashboard
from portal.navigation import grouped


class ShouyueAdminSite(AdminSite):
    """The console of Party A's staff.  People of Party B are refused here whatever they ask for."""

    site_title = _("守约")
    site_header = _("守约")
    index_title = _("工作台")
    site_url = ""
    enable_nav_sidebar = False  # templates/admin/menu.html is ours
    index_template = "admin/index.html"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:  # noqa: FBT001, FBT002
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("sign-in"))
            if not self.has_permission(request):
                raise PermissionDenied
            response: HttpResponseBase = guarded(request, *args, **kwargs)
            return response

        return inner

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one sign-in for everybody."""
        if request.user.is_authenticated:
            if not self.has_permission(request):
                raise PermissionDenied
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"), reverse("sign-in"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("home")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        return redirect("password")

    def get_urls(self) -> list[Any]:
        return [path("search/", self.admin_view(self.search_view), name="search"), *super().get_urls()]

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """What this person may find, of everything that is kept."""
        context = {**self.each_context(request), "title": _("搜索"), **console_context(request)}
        return TemplateResponse(request, "admin/contracts/search.html", context)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        board = dashboard(cast(User, request.user), at=timezone.now())
        return super().index(request, {"dashboard": board, **(extra_context or {})})

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The menu: only what this person may see, by what people do."""
        if app_label:
            return super().get_app_list(request, app_label)
        # Django would sort by name first, lazy translations included: half the cost of a page, for another order.
        return grouped(list(self._build_app_dict(request).values()))
