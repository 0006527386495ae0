"""Acting: verbs as buttons of a record page, each with its own page, one permission gate and one effect per form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext

from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key, once

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Any]
else:
    Admin = object

VerbTone = Literal["primary", "plain", "danger"]


class VerbForm(forms.Form):
    """What a verb must be told.  obj is the record (None for a verb of the list), user the person acting."""

    def __init__(self, *args: Any, obj: Any = None, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.obj = obj
        self.user = user


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a verb answers when it leads somewhere else than back to its record: a message and an address."""

    message: object
    url: str


def always(obj: Any) -> bool:
    """The verb is offered whatever the state of the record."""
    return True


@dataclass(frozen=True)
class Verb:
    """A change of state that people may ask for on a record page (or a list page: obj is None there).

    call(request, obj, cleaned) calls the verb of the app and returns the message to show or an Outcome; it may raise
    Refused.  when(obj) says whether the button is offered now; the verb itself must still refuse.  explain(obj) is the
    sentence on the page that says what will happen.
    """

    name: str
    label: object
    permission: str
    call: Callable[[HttpRequest, Any, dict[str, Any]], object]
    form: type[VerbForm] | None = None
    when: Callable[[Any], bool] = always
    explain: Callable[[Any], object] | None = None
    tone: VerbTone = "plain"


@dataclass(frozen=True)
class Button:
    """A verb that this person may use now, with its address."""

    verb: Verb
    url: str


class ActingMixin(Admin):
    """Gives a ModelAdmin `verbs` (of a record) and `list_verbs` (of the list)."""

    verbs: tuple[Verb, ...] = ()
    list_verbs: tuple[Verb, ...] = ()
    verb_template = "admin/verb.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        name = f"{self.model._meta.app_label}_{self.model._meta.model_name}"
        own = [
            path("do/<slug:verb_name>/", view(self.list_verb_view), name=f"{name}_listverb"),
            path("<path:object_id>/do/<slug:verb_name>/", view(self.verb_view), name=f"{name}_verb"),
        ]
        return own + super().get_urls()

    def verb_url(self, verb: Verb, obj: Model | None) -> str:
        """The address of the verb's page."""
        meta = self.model._meta
        name = f"admin:{meta.app_label}_{meta.model_name}"
        if obj is None:
            return reverse(f"{name}_listverb", args=[verb.name])
        return reverse(f"{name}_verb", args=[obj.pk, verb.name])

    def buttons(self, request: HttpRequest, obj: Model | None) -> list[Button]:
        """The verbs that this person may use on this record (or list) in its present state."""
        verbs = self.list_verbs if obj is None else self.verbs
        return [
            Button(verb, self.verb_url(verb, obj))
            for verb in verbs
            if request.user.has_perm(verb.permission) and verb.when(obj)
        ]

    def list_verb_view(self, request: HttpRequest, verb_name: str) -> HttpResponse:
        verb = _permitted(self.list_verbs, verb_name, request)
        return self._act(request, verb, None)

    def verb_view(self, request: HttpRequest, object_id: str, verb_name: str) -> HttpResponse:
        verb = _permitted(self.verbs, verb_name, request)
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        return self._act(request, verb, obj)

    def _act(self, request: HttpRequest, verb: Verb, obj: Any) -> HttpResponse:
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        form_class = verb.form or VerbForm
        if request.method != "POST":
            if not verb.when(obj):
                messages.error(request, _not_now(verb))
                return redirect(self._back(obj))
            return self._verb_page(request, verb, obj, form_class(obj=obj, user=cast(User, request.user)))
        form = form_class(request.POST, request.FILES, obj=obj, user=cast(User, request.user))
        try:
            if form.is_valid():
                return self._done(request, verb, obj, form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        return self._verb_page(request, verb, obj, form)

    def _done(self, request: HttpRequest, verb: Verb, obj: Any, cleaned: dict[str, Any]) -> HttpResponse:
        def work() -> dict[str, str]:
            if not verb.when(obj):
                raise Refused(_not_now(verb))
            answer = verb.call(request, obj, cleaned)
            if isinstance(answer, Outcome):
                return {"message": str(answer.message), "url": answer.url}
            return {"message": str(answer), "url": self._back(obj)}

        user = cast(User, request.user)
        answer = once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=timezone.now())
        messages.success(request, answer["message"])
        return redirect(answer["url"])

    def _back(self, obj: Model | None) -> str:
        meta = self.model._meta
        name = f"admin:{meta.app_label}_{meta.model_name}"
        return reverse(f"{name}_changelist") if obj is None else reverse(f"{name}_change", args=[obj.pk])

    def _verb_page(self, request: HttpRequest, verb: Verb, obj: Any, form: forms.Form) -> TemplateResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": verb.label,
            "subtitle": obj,
            "opts": self.model._meta,
            "verb": verb,
            "original": obj,
            "form": form,
            "media": self.media + form.media,
            "explain": verb.explain(obj) if verb.explain else "",
            "back_url": self._back(obj),
            "key_field": KEY_FIELD,
            "key": request.POST.get(KEY_FIELD) or new_key(),
        }
        return TemplateResponse(request, self.verb_template, context)


def _permitted(verbs: tuple[Verb, ...], name: str, request: HttpRequest) -> Verb:
    """The one gate: unknown verbs do not exist, and nobody passes without the permission."""
    for verb in verbs:
        if verb.name == name:
            if request.user.has_perm(verb.permission):
                return verb
            raise PermissionDenied
    raise Http404


def _not_now(verb: Verb) -> str:
    return gettext("现在不能“%(verb)s”：记录的状态已经变化，请查看最新情况。") % {"verb": verb.label}
