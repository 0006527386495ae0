"""Every address of the product, found from the URLconf, with the arguments of a real row where it needs some."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.admin import site
from django.db.models import Model
from django.urls import URLPattern, URLResolver, get_resolver, reverse

ADMIN_ACTIONS = (
    "changelist", "add", "change", "delete", "history", "simple_history", "verb", "listverb", "export",
)  # fmt: skip


@dataclass(frozen=True)
class Address:
    """One URL pattern: its full name and the names of its arguments."""

    name: str
    arguments: tuple[str, ...]
    route: str


def addresses() -> list[Address]:
    """Every named and unnamed pattern of the URLconf."""
    return list(_walk(get_resolver(), "", ()))


def _walk(node: URLResolver, namespace: str, kept: tuple[str, ...]) -> Iterator[Address]:
    for child in node.url_patterns:
        converters = (*kept, *child.pattern.converters)
        if isinstance(child, URLResolver):
            inner = f"{namespace}{child.namespace}:" if child.namespace else namespace
            yield from _walk(child, inner, converters)
        elif isinstance(child, URLPattern):
            arguments = tuple(dict.fromkeys((*converters, *child.pattern.regex.groupindex)))
            yield Address(f"{namespace}{child.name or child.pattern}", arguments, str(child.pattern))


def admin_models() -> dict[str, type[Model]]:
    """The models of the admin by their part of an address: app_model."""
    return {f"{model._meta.app_label}_{model._meta.model_name}": model for model in site._registry}


def admin_parts(name: str) -> tuple[str, str] | None:
    """(app_model, action) of an address of the admin such as admin:sla_ticket_change; None for the others."""
    if not name.startswith("admin:"):
        return None
    rest = name.removeprefix("admin:")
    for label in sorted(admin_models(), key=len, reverse=True):
        if rest.startswith(f"{label}_"):
            return label, rest.removeprefix(f"{label}_")
    return None


def row_of(label: str) -> Any:
    """The first row of an admin model, or None; of approvals the last, which still waits for its second person."""
    order = "-pk" if label == "journal_approval" else "pk"
    return apps.get_model(label.replace("_", ".", 1)).objects.order_by(order).first()


def url(address: Address, **arguments: Any) -> str:
    """The address with its arguments filled."""
    return reverse(address.name, kwargs={name: arguments[name] for name in address.arguments})
