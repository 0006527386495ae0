"""Monthly reports: frozen when issued, answered by Party B, a later revision beside the old one, drawn to the byte."""

import io
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from contracts.models import Agreement
from journal.models import Event, Notice
from people.canonical import digest
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import reporting, tickets, watch
from sla.attainment import Month
from sla.models import Adjudication, Breach, ReportAnswer, ServiceReport
from tests import make
from tests.sla.make_sla import NINE, local, make_ticket
from tests.sla.make_uptime import outage, service, term

pytestmark = pytest.mark.django_db
SEPTEMBER = Month(2026, 9)
OCTOBER_FIRST = local("2026-10-01 00:00")
EVIL = '=HYPERLINK("http://evil")'


@pytest.fixture
def month(agreement: Agreement, party_b: User, operator: User, ops_lead: User) -> Agreement:
    """A kept and a broken response, and a title that a spreadsheet could run."""
    kept = make_ticket(agreement, party_b, title=EVIL)
    tickets.respond(kept, at=NINE + timedelta(hours=1), by=operator, text="正在查。")
    make_ticket(agreement, party_b, title="接口超时 😀")
    watch.sweep(at=OCTOBER_FIRST)
    return agreement


def issued(agreement: Agreement, by: User, **changes: Any) -> ServiceReport:
    return reporting.issue(agreement, SEPTEMBER, by=by, **{"at": OCTOBER_FIRST, **changes})


def excuse(by: User) -> None:
    breach = Breach.objects.filter(kind="response").get()
    Adjudication.objects.create(
        breach=breach, ground="late_notice", calendar_version=make.calendar_version(), consumed_seconds=1,
        target_seconds=7200, state="excused", proposed_at=NINE, decided_by=by, decided_at=OCTOBER_FIRST,
    )  # fmt: skip


def test_an_issued_report_holds_the_figures_and_tells_party_b(month: Agreement, ops_lead: User, party_b: User) -> None:
    report = issued(month, ops_lead)
    content = reporting.content_of(report)

    assert (report.number, report.state, report.sha256) == ("2026-09/1", "issued", digest(report.snapshot))
    assert [(line.clock, line.judged, line.raw) for line in content.wholes] == [
        ("响应", 2, "50.00 %"), ("提出解决方案", 2, "0.00 %"),
    ]  # fmt: skip
    assert Notice.objects.filter(kind="report.issued", channel="in_app").get().recipient == party_b
    assert Event.objects.get(action="report.issued").data["sha256"] == report.sha256


def test_every_number_of_the_report_is_traced_in_its_annex(month: Agreement, ops_lead: User) -> None:
    content = reporting.content_of(issued(month, ops_lead))

    for line in content.wholes:
        rows = [record for record in content.records if record.clock == line.clock]
        assert sum(row.verdict == "按时" for row in rows) == line.kept
        assert sum(row.verdict.startswith("超时") for row in rows) == line.broken


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"at": OCTOBER_FIRST - timedelta(seconds=1)}, "2026-09 还没有结束", id="the month still runs"),
        pytest.param({"month": Month(2025, 12)}, "还没有生效", id="before the agreement"),
    ],
)
def test_what_cannot_be_issued(month: Agreement, ops_lead: User, changes: dict[str, Any], words: str) -> None:
    asked = {"month": SEPTEMBER, "at": OCTOBER_FIRST, **changes}

    with pytest.raises(Refused, match=words):
        reporting.issue(month, asked["month"], by=ops_lead, at=asked["at"])


def test_the_same_figures_are_not_issued_twice(month: Agreement, ops_lead: User) -> None:
    issued(month, ops_lead)

    with pytest.raises(Refused, match="数字与第 1 版相同"):
        issued(month, ops_lead, reason="再出一版", at=OCTOBER_FIRST + timedelta(days=1))


def test_a_later_adjudication_makes_a_new_revision_and_the_old_one_stays(
    month: Agreement, ops_lead: User, contract_manager: User
) -> None:
    first = issued(month, ops_lead)
    before = reporting.pdf_of(first)
    excuse(contract_manager)
    with pytest.raises(Refused, match="重新出具请写明原因"):
        issued(month, ops_lead)

    second = issued(month, ops_lead, reason="超时已复核免责。")
    first.refresh_from_db()

    assert (second.revision, first.state) == (2, "superseded")
    assert reporting.pdf_of(first) == before
    line = reporting.content_of(second).wholes[0]
    assert (line.raw, line.adjudicated, line.excused) == ("50.00 %", "100.00 %", 1)


def test_party_b_confirms_once(month: Agreement, ops_lead: User, party_b: User) -> None:
    report = reporting.confirm(issued(month, ops_lead), by=party_b, at=OCTOBER_FIRST)

    assert report.state == "confirmed"
    assert Notice.objects.filter(kind="report.confirmed", channel="in_app").get().recipient == ops_lead
    for verb in (reporting.confirm, reporting.dispute):
        with pytest.raises(Refused, match="现在是“乙方已确认”"):
            verb(report, by=party_b, at=OCTOBER_FIRST, text="又不同意了。")


def test_a_dispute_says_why_and_may_end_in_a_confirmation(month: Agreement, ops_lead: User, party_b: User) -> None:
    report = issued(month, ops_lead)
    with pytest.raises(Refused, match="请写明异议的理由"):
        reporting.dispute(report, by=party_b, at=OCTOBER_FIRST, text="  ")

    reporting.dispute(report, by=party_b, at=OCTOBER_FIRST, text="少计一次。")
    report = reporting.confirm(report, by=party_b, at=OCTOBER_FIRST, text="已说明。")

    assert report.state == "confirmed"
    assert list(report.answers.values_list("kind", flat=True)) == ["disputed", "confirmed"]


@pytest.mark.parametrize("field", ["snapshot", "sha256", "issued_at", "revision"])
def test_the_database_keeps_an_issued_report(month: Agreement, ops_lead: User, field: str) -> None:
    report = issued(month, ops_lead)
    values: dict[str, Any] = {"snapshot": {}, "sha256": "0" * 64, "issued_at": NINE, "revision": 9}

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ServiceReport.objects.filter(pk=report.pk).update(**{field: values[field], "reason": "改"})
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ServiceReport.objects.filter(pk=report.pk).delete()


def test_answers_are_append_only(month: Agreement, ops_lead: User, party_b: User) -> None:
    reporting.confirm(issued(month, ops_lead), by=party_b, at=OCTOBER_FIRST)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ReportAnswer.objects.update(text="改")


def test_the_files_are_the_same_to_the_byte_and_chinese(month: Agreement, ops_lead: User) -> None:
    report = issued(month, ops_lead)
    again = ServiceReport.objects.get(pk=report.pk)

    assert reporting.pdf_of(report) == reporting.pdf_of(again)
    assert reporting.xlsx_of(report) == reporting.xlsx_of(again)
    assert reporting.pdf_of(report).startswith(b"%PDF")
    assert "接口超时 〔U+1F600〕" in {record.title for record in reporting.content_of(report).records}


def test_the_workbook_runs_nobodys_formula(month: Agreement, ops_lead: User) -> None:
    file = ZipFile(io.BytesIO(reporting.xlsx_of(issued(month, ops_lead))))
    sheets = [name for name in file.namelist() if name.startswith("xl/worksheets/sheet")]

    assert len(sheets) >= 6
    assert not any(b"<f>" in file.read(name) for name in sheets)
    assert "'=HYPERLINK" in file.read("xl/sharedStrings.xml").decode()
    assert any(name.startswith("xl/charts/chart") for name in file.namelist())


def test_a_report_that_was_tampered_with_says_so(month: Agreement, ops_lead: User) -> None:
    report = issued(month, ops_lead)
    report.snapshot = {**report.snapshot, "received": 99}

    assert not reporting.intact(report)


def test_party_b_confirms_on_the_portal_and_a_form_sent_twice_counts_once(
    client: Client, month: Agreement, ops_lead: User, party_b: User
) -> None:
    report = issued(month, ops_lead)
    client.force_login(party_b)
    said = {"text": "无异议", KEY_FIELD: new_key()}

    for _time in range(2):
        answer = client.post(reverse("sla:report-act", args=[report.pk, "confirm"]), said)
        assert answer.status_code == 302

    assert ReportAnswer.objects.count() == 1
    assert "乙方已确认" in client.get(reverse("sla:report", args=[report.pk])).content.decode()


def test_a_refused_answer_keeps_what_was_written(
    client: Client, month: Agreement, ops_lead: User, party_b: User
) -> None:
    report = issued(month, ops_lead)
    client.force_login(party_b)
    reporting.confirm(report, by=party_b, at=OCTOBER_FIRST)

    html = client.post(
        reverse("sla:report-act", args=[report.pk, "dispute"]), {"text": "数字不对", KEY_FIELD: new_key()}
    ).content.decode()

    assert "现在是“乙方已确认”" in html
    assert "数字不对" in html


def test_the_reports_of_others_are_not_there(
    client: Client, month: Agreement, ops_lead: User, party_b_other: User
) -> None:
    report = issued(month, ops_lead)
    client.force_login(party_b_other)

    for name in ("sla:report", "sla:report-pdf", "sla:report-xlsx"):
        assert client.get(reverse(name, args=[report.pk])).status_code == 404
    assert "还没有月报" in client.get(reverse("sla:reports")).content.decode()


def test_availability_stands_in_the_report(month: Agreement, ops_lead: User, operator: User) -> None:
    about = service(month)
    term(month, about)
    outage(operator, about, since=local("2026-09-10 10:00"), until=local("2026-09-10 13:00"))

    (row,) = reporting.content_of(issued(month, ops_lead)).availability

    assert (row.service, row.availability, row.verdict) == (str(about), "99.583 %", "未达标")
    assert row.outage == "3 小时"


def test_without_a_target_availability_is_not_judged(month: Agreement, ops_lead: User) -> None:
    service(month)

    (row,) = reporting.content_of(issued(month, ops_lead)).availability

    assert (row.availability, row.target, row.verdict) == ("100 %", "没有约定", "不评判")
