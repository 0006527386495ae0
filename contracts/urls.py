"""Addresses of the portal's pages on agreements."""

from django.urls import path

from contracts.views import agreements, papers

app_name = "contracts"
urlpatterns = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/<int:pk>/", agreements.agreement, name="agreement"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
]
