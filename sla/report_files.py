"""A report as files to keep: PDF and XLSX."""

from django.http import HttpResponse

from sla.models import ServiceReport
from sla.reporting import pdf_of, xlsx_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def pdf_file(report: ServiceReport) -> HttpResponse:
    """The report on paper."""
    return _file(pdf_of(report), f"{_name(report)}.pdf", "application/pdf")


def xlsx_file(report: ServiceReport) -> HttpResponse:
    """The report as a workbook."""
    return _file(xlsx_of(report), f"{_name(report)}.xlsx", XLSX)


def _name(report: ServiceReport) -> str:
    """A name without anything that a person wrote."""
    return f"service-report-{report.agreement_id}-{report.month:%Y%m}-{report.revision}"


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
