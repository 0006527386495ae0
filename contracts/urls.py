"""Addresses of the portal's pages on agreements."""

from django.urls import path

from contracts.views import (
    agreements,
    boards,
    breaching,
    compliance,
    duties,
    feeds,
    onboarding,
    papers,
    sharing,
    versions,
    violations,
)

app_name = "contracts"
urlpatterns = [
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/<int:pk>/", agreements.agreement, name="agreement"),
    path("agreements/<int:pk>/board/", boards.board, name="board"),
    path("agreements/<int:pk>/board/pdf/", boards.board_pdf, name="board-pdf"),
    path("calendar/", duties.calendar, name="calendar"),
    path("calendar/renew/", feeds.renew, name="feed-renew"),
    path("calendar/revoke/", feeds.revoke, name="feed-revoke"),
    path("calendar/feed/<slug:token>.ics", feeds.feed, name="feed"),
    path("duties/", duties.duties, name="duties"),
    path("duties/<int:pk>/", duties.duty, name="duty"),
    path("cases/", breaching.cases, name="cases"),
    path("cases/new/", breaching.case_new, name="case-new"),
    path("cases/<int:pk>/", breaching.case, name="case"),
    path("cases/<int:pk>/<slug:name>/", breaching.case_act, name="case-act"),
    path("disputes/<int:pk>/", breaching.dispute, name="dispute"),
    path("agreements/<int:pk>/compare/", versions.compare_versions, name="compare"),
    path("papers/<int:pk>/", papers.paper, name="paper"),
    path("compliance/", compliance.compliance, name="compliance"),
    path("compliance/violations/<int:pk>/", violations.violation, name="violation"),
    path("compliance/violations/<int:pk>/<slug:verb>/", violations.act, name="violation-act"),
    path("compliance/rules/<int:pk>/", compliance.rule, name="rule"),
    path("compliance/rules/<int:pk>/file/", compliance.rule_file, name="rule-file"),
    path("sharing/", sharing.shared_items, name="sharing"),
    path("sharing/<int:pk>/", sharing.shared_item, name="shared-item"),
    path("sharing/<int:pk>/<slug:verb>/", sharing.act, name="sharing-act"),
    path("sharing/grants/<int:pk>/cancel/", sharing.cancel, name="grant-cancel"),
    path("sharing/onboarding/", onboarding.onboarding, name="onboarding"),
    path("sharing/onboarding/<int:pk>/<slug:verb>/", onboarding.act, name="onboarding-act"),
    path("sharing/specs/<int:pk>/", onboarding.spec_file, name="spec-file"),
]
