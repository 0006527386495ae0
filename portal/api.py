"""The API, assembled: every app's addresses under /api/v1/, one way in, one shape of refusals."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, ValidationError
from ninja.throttling import AuthRateThrottle

from billing.api import router as billing
from contracts.api import router as sharing
from journal.idempotency import KeyReused
from people.api import TokenAuth
from people.refusal import Refused
from sla.api import router as tickets
from sla.api.outages import router as outages

api = NinjaAPI(
    title="Shouyue",
    version="1",
    description="Fault reports, usage, bills and data updates of information-platform sharing agreements.",
    urls_namespace="api",
    auth=TokenAuth(),
    docs_url=None,  # our own page, without scripts: portal.views.api_guide
    throttle=[AuthRateThrottle("600/m")],
)
api.add_router("/tickets", tickets)
api.add_router("/outages", outages)
api.add_router("/billing", billing)
api.add_router("/sharing", sharing)


def _problem(request: HttpRequest, status: int, code: str, message: object) -> HttpResponse:
    return api.create_response(request, {"code": code, "message": str(message)}, status=status)


@api.exception_handler(KeyReused)
def key_reused(request: HttpRequest, refused: KeyReused) -> HttpResponse:
    """The idempotency key came with another request."""
    return _problem(request, 409, "key_reused", refused)


@api.exception_handler(Refused)
def refused(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The rules forbid it."""
    return _problem(request, 422, "refused", refused)


@api.exception_handler(PermissionDenied)
def denied(request: HttpRequest, denied: PermissionDenied) -> HttpResponse:
    """The person may not."""
    return _problem(request, 403, "denied", _("没有权限进行这项操作。"))


@api.exception_handler(Http404)
def missing(request: HttpRequest, missing: Http404) -> HttpResponse:
    """Not there, or not yours."""
    return _problem(request, 404, "missing", _("没有找到。"))


@api.exception_handler(AuthenticationError)
def unknown(request: HttpRequest, unknown: AuthenticationError) -> HttpResponse:
    """No token, or one that has ended."""
    return _problem(request, 401, "token", _("令牌无效或已过期。"))


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """The request is not what the address takes."""
    places = "；".join(f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors[:10])
    return _problem(request, 422, "malformed", places)


def guide() -> list[dict[str, Any]]:
    """Every address of the API for the page that describes it: method, path, summary, description, fields."""
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": said["summary"],
            "description": said.get("description", ""),
            "fields": _fields(schema, said),
        }
        for path, methods in schema["paths"].items()
        for method, said in methods.items()
    ]


def _fields(schema: dict[str, Any], said: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(name, type, what it is) of the query and of the body."""
    found = [(p["name"], _type(p["schema"]), p.get("description", "")) for p in said.get("parameters", ())]
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if name := body.get("$ref", "").rpartition("/")[2]:
        parts = schema["components"]["schemas"][name]["properties"]
        found += [(part, _type(kind), kind.get("description", "")) for part, kind in parts.items()]
    return found


def _type(kind: dict[str, Any]) -> str:
    if "enum" in kind:
        return " | ".join(map(str, kind["enum"]))
    if "anyOf" in kind:
        return " | ".join(_type(one) for one in kind["anyOf"])
    return str(kind.get("format") or kind.get("type") or kind.get("$ref", "").rpartition("/")[2])
