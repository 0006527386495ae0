"""The addresses of the whole portal."""

from django.contrib import admin
from django.urls import include, path

from people import views as people_views
from portal import views
from portal.api import api

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found


urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in/", people_views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", people_views.SignOut.as_view(), name="sign-out"),
    path("language/", people_views.language, name="language"),
    path("account/", people_views.account, name="account"),
    path("account/password/", people_views.Password.as_view(), name="password"),
    path("account/tokens/", people_views.api_tokens, name="api-tokens"),
    path("account/tokens/<int:pk>/revoke/", people_views.revoke_token, name="revoke-token"),
    path("account/api/", views.api_guide, name="api-guide"),
    path("api/v1/", api.urls),
    path("healthz", views.healthz, name="healthz"),
    path("admin/", admin.site.urls),
    path("portal/", views.portal_home, name="portal-home"),
    path("portal/", include("sla.urls")),
    path("portal/", include("billing.urls")),
    path("portal/", include("contracts.urls")),
    path("portal/", include("journal.urls")),
]
