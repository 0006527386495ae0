"""The addresses of the whole portal."""

from importlib.util import find_spec

from django.contrib import admin
from django.urls import URLResolver, include, path

from people import views as people_views
from portal import views

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found


def _portal_apps() -> list[URLResolver]:
    """The portal pages of each app that has some."""
    apps = ("sla", "billing", "contracts", "journal")
    return [path("", include(f"{app}.urls")) for app in apps if find_spec(f"{app}.urls")]


urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", people_views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", people_views.SignOut.as_view(), name="sign-out"),
    path("language/", people_views.language, name="language"),
    path("account/", people_views.account, name="account"),
    path("account/password/", people_views.Password.as_view(), name="password"),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("portal/", views.portal_home, name="portal-home"),
    path("portal/", include(_portal_apps())),
]
