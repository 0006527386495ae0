"""The search pages: one for Party A on the console, one for Party B on the portal."""

from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from contracts.comparable import LONGEST_QUERY
from contracts.searching import Asked, for_party_b, for_staff, found, grouped, hits_of, kinds_for
from people.models import User

PER_PAGE = 20


@require_safe
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """What Party B may find, of its own agreements; nothing for others."""
    user = cast(User, request.user)
    context = search_context(request, for_party_b(user), portal=True)
    return render(request, "portal/contracts/search.html", context)


def search_context(request: HttpRequest, entries: Any, *, portal: bool) -> dict[str, Any]:
    """What a page of the search draws: groups, or the pages of one kind; and why nothing is found."""
    user = cast(User, request.user)
    kinds = kinds_for(user)
    kind = request.GET.get("kind", "")
    asked = Asked(
        query=request.GET.get("q", "").strip(),
        kind=kind if kind in dict(kinds) else "",
        agreement=request.GET.get("agreement", "").strip().replace("\x00", ""),
    )
    context: dict[str, Any] = {"asked": asked, "kinds": kinds, "advice": _advice(asked)}
    if asked.kind:
        page = Paginator(found(entries, asked), PER_PAGE).get_page(request.GET.get("page"))
        context |= {"page_obj": page, "hits": hits_of(page.object_list, asked, portal=portal)}
    else:
        context["groups"] = grouped(entries, asked, portal=portal)
    return context


def console_context(request: HttpRequest) -> dict[str, Any]:
    """The same for Party A: the kinds that the person may see."""
    return search_context(request, for_staff(cast(User, request.user)), portal=False)


def _advice(asked: Asked) -> str:
    if len(asked.query) > LONGEST_QUERY:
        return _("搜索内容太长，只按前 %(most)d 个字查找。") % {"most": LONGEST_QUERY}
    if asked.query and not asked.words:
        return _("请输入要查找的文字或编号。")
    return ""
