"""Addresses of the portal's pages on fault reports."""

from django.urls import path

from sla.views import answers, figures, quality, reports, uptime
from sla.views import tickets as views

app_name = "sla"
urlpatterns = [
    path("attainment/", figures.attainment, name="attainment"),
    path("attainment/rows/", figures.figure, name="figure"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<int:pk>/", reports.report, name="report"),
    path("reports/<int:pk>/pdf/", reports.pdf, name="report-pdf"),
    path("reports/<int:pk>/xlsx/", reports.xlsx, name="report-xlsx"),
    path("reports/<int:pk>/<slug:verb>/", reports.act, name="report-act"),
    path("tickets/", views.tickets, name="tickets"),
    path("tickets/export/", views.export, name="export"),
    path("tickets/new/", views.new, name="new"),
    path("tickets/<str:number>/rate/", answers.rate, name="rate"),
    path("tickets/<str:number>/", views.ticket, name="ticket"),
    path("tickets/<str:number>/<slug:verb>/", views.act, name="act"),
    path("quality/", quality.reports, name="quality"),
    path("quality/new/", quality.new, name="quality-new"),
    path("quality/<str:number>/", quality.report, name="quality-report"),
    path("quality/<str:number>/describe/", quality.describe, name="quality-describe"),
    path("knowledge/", answers.articles, name="articles"),
    path("knowledge/suggest/", answers.suggest, name="suggest"),
    path("knowledge/<int:pk>/", answers.article, name="article"),
    path("knowledge/<int:pk>/<slug:kind>/", answers.use, name="article-use"),
    path("attachments/<int:pk>/", views.attachment, name="attachment"),
    path("service/", uptime.service, name="service"),
    path("service/maintenance/<int:pk>/received/", uptime.received, name="window-received"),
    path("service/outages/<str:number>/", uptime.outage, name="outage"),
    path("service/outages/<str:number>/report/", uptime.outage_report, name="outage-report"),
]
