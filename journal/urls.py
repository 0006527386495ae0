"""Addresses of everybody's own notices."""

from django.urls import path

from journal import views

app_name = "journal"
urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/telling/", views.telling, name="telling"),
    path("notices/read/", views.read_all, name="read-all"),
    path("notices/<int:pk>/read/", views.read_one, name="read"),
]
