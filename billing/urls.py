"""Addresses of the portal's pages on bills."""

from django.urls import path

from billing.views import account, disputes, payments, rates, usage
from billing.views import demands as demand_views
from billing.views import documents as views
from billing.views import formal_invoices as formal_views
from billing.views import interest as interest_views
from billing.views import statements as statement_views

app_name = "billing"
urlpatterns = [
    path("account/", account.account, name="account"),
    path("documents/", views.documents, name="documents"),
    path("rates/", rates.rates, name="rates"),
    path("demands/", demand_views.demands, name="demands"),
    path("demands/<int:pk>/", demand_views.demand, name="demand"),
    path("demands/<int:pk>/pdf/", demand_views.demand_pdf, name="demand-pdf"),
    path("documents/<int:pk>/", views.document, name="document"),
    path("payments/", payments.payments, name="payments"),
    path("documents/<int:pk>/pdf/", views.document_pdf, name="document-pdf"),
    path("documents/<int:pk>/dispute/", disputes.dispute, name="document-dispute"),
    path("formal-files/<int:pk>/", formal_views.formal_file, name="formal-file"),
    path("formal-invoices/<int:pk>/acknowledge/", formal_views.acknowledge, name="formal-acknowledge"),
    path("formal-invoices/<int:pk>/send-back/", formal_views.send_back, name="formal-send-back"),
    path("disputes/<int:pk>/withdraw/", disputes.withdraw, name="dispute-withdraw"),
    path("documents/<int:pk>/interest/", views.interest_pdf, name="interest-pdf"),
    path("usage/", usage.usage, name="usage"),
    path("usage/export/", usage.usage_file, name="usage-file"),
    path("documents/<int:pk>/interest-on/", interest_views.interest, name="interest"),
    path("interest/", interest_views.interest_sum, name="interest-sum"),
    path("statements/", statement_views.statements, name="statements"),
    path("statements/<int:pk>/", statement_views.statement, name="statement"),
    path("statements/<int:pk>/pdf/", statement_views.statement_pdf, name="statement-pdf"),
    path("statements/<int:pk>/<slug:verb>/", statement_views.act, name="statement-act"),
]
