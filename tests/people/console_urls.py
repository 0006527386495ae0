"""An admin site of its own, whose one page has verbs made for the tests."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth.views import LoginView
from django.http import HttpRequest
from django.urls import include, path
from django.views.generic import RedirectView

from people.console import ConsoleAdmin, DateRangeFilter, Outcome, Panel, Verb, VerbForm
from people.models import User
from people.refusal import Refused
from people.views import SignOut, account, language


class WordForm(VerbForm):
    """One word, which must not be 'bad'."""

    word = forms.CharField(label="词")


def append(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> object:
    """Adds the word to the department, so that a second effect would show."""
    if cleaned["word"] == "bad":
        raise Refused("这个词不行，请换一个。")
    row = User.objects.get(pk=obj.pk)
    row.department += cleaned["word"]
    row.save()
    return f"已记下{cleaned['word']}"


def elsewhere(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> object:
    return Outcome(message="已转到别处", url="/elsewhere/")


class PersonAdmin(ConsoleAdmin):
    """Accounts with two verbs and a panel."""

    list_display = ["username", "name", "department"]
    fields = ["name", "department"]
    search_fields = ["username"]
    list_filter = ["is_staff", ("date_joined", DateRangeFilter)]
    verbs = (
        Verb("append", "记下", "people.change_user", append, form=WordForm, explain=lambda obj: f"为{obj}记下一个词"),
        Verb("never", "不可用", "people.change_user", append, when=lambda obj: False),
    )
    list_verbs = (Verb("away", "去别处", "people.change_user", elsewhere),)

    def panels(self, request: HttpRequest, obj: Any) -> list[Panel]:
        facts = {"facts": [("部门", obj.department)]}
        return [Panel(name="facts", label="要点", template="portal/parts/facts.html", context=facts, count=1)]

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if obj.department == "不存在的部门":
            raise Refused("没有这个部门，请先登记。")
        super().save_model(request, obj, form, change)


site = AdminSite()
site.register(User, PersonAdmin)

urlpatterns = [
    path("admin/", site.urls),
    path("sign-in/", LoginView.as_view(), name="sign-in"),
    path("sign-out/", SignOut.as_view(), name="sign-out"),
    path("language/", language, name="language"),
    path("account/", account, name="account"),
    path("password/", account, name="password"),
    path("portal/", include("journal.urls")),  # the frame shows how many notices are unread
    path("elsewhere/", RedirectView.as_view(url="/"), name="home"),
]
