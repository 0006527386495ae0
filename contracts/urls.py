"""Addresses of the portal's pages on agreements."""

from django.urls import path

from contracts import views

app_name = "contracts"
urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<int:pk>/", views.agreement, name="agreement"),
]
