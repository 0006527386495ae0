"""Buttons that call a verb of the app with what their form said."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone

from people.console import Verb, VerbForm
from people.models import User

Call = Callable[[HttpRequest, Any, dict[str, Any]], object]


def does(verb: Callable[..., object], done: object) -> Call:
    """The call of a button: the verb on the record with what the form said, by the person and now; `done` is shown."""

    def call(request: HttpRequest, obj: Any, said: dict[str, Any]) -> object:
        verb(obj, **said, by=cast(User, request.user), at=timezone.now())
        return done

    return call


def button(name: str, label: object, permission: str, verb: Callable[..., object], done: object, **rest: Any) -> Verb:
    """A button of a record page; `rest` are form, when, explain and tone of Verb."""
    form: type[VerbForm] | None = rest.pop("form", None)
    return Verb(name, label, permission, does(verb, done), form=form, **rest)
