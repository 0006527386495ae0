"""What services and security duties say on the clause board: nothing is kept without a row."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts.board import Reading, Standing, read
from contracts.models import Agreement
from people.models import User
from sla import checking, incidents, outages, vulnerabilities
from sla.models import CheckPlan
from sla.uptime_readings import read_availability, read_data_security, read_security_checks
from tests.sla.make_sla import PDF, local
from tests.sla.make_uptime import outage, service, term

pytestmark = pytest.mark.django_db
NOW = local("2026-10-20 12:00")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_without_a_target_the_figure_is_shown_and_not_judged(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    outage(operator, about, since=local("2026-10-10 10:00"), until=local("2026-10-10 11:00"))

    reading = read_availability(agreement, NOW)

    assert reading.standing == Standing.NOT_MEASURABLE
    assert str(reading.note).startswith("没有约定可用率目标；近 3 个月最低")


@pytest.mark.parametrize(
    "since, until, standing",
    [
        pytest.param(None, None, Standing.KEPT, id="no outage"),
        pytest.param("2026-10-10 10:00", "2026-10-10 10:05", Standing.KEPT, id="within the target"),
        pytest.param("2026-10-10 10:00", "2026-10-10 20:00", Standing.OVERDUE, id="missed so far this month"),
        pytest.param("2026-09-10 10:00", "2026-09-10 20:00", Standing.BREACHED, id="missed in a month that is over"),
        pytest.param("2026-03-10 10:00", "2026-03-10 20:00", Standing.KEPT, id="long ago"),
    ],
)
def test_a_target_is_judged(
    agreement: Agreement, operator: User, since: str | None, until: str | None, standing: Standing
) -> None:
    about = service(agreement)
    term(agreement, about)
    if since and until:
        outage(operator, about, since=local(since), until=local(until))

    assert read_availability(agreement, NOW).standing == standing


def test_an_announced_outage_under_way_is_near(agreement: Agreement, operator: User) -> None:
    about = service(agreement)
    term(agreement, about)
    row = outage(operator, about, since=NOW - timedelta(minutes=5))
    outages.announce(row, text="正在处理。", by=operator, at=NOW)

    assert read_availability(agreement, NOW).standing == Standing.DUE_SOON


def planned(agreement: Agreement, by: User, anchor: date) -> CheckPlan:
    rule = checking.Rule(
        provider=agreement.party_a, title="漏洞扫描", scope="全部主机", basis="7.2.2", every_number=1,
        every_unit="quarter", anchor=anchor, agreements=[agreement],
    )  # fmt: skip
    return checking.plan(rule, by=by, at=local("2026-09-01 09:00"))


def checks(agreement: Agreement) -> Reading:
    return read_security_checks(agreement, NOW)


def test_checks_are_kept_by_a_report_alone(agreement: Agreement, ops_lead: User) -> None:
    assert checks(agreement).standing == Standing.NOT_MEASURABLE
    row = planned(agreement, ops_lead, date(2026, 11, 30))
    assert checks(agreement).standing == Standing.UNPROVEN

    file = SimpleUploadedFile("报告.pdf", PDF, content_type="application/pdf")
    checking.record_result(row, outcome="passed", done_on=NOW.date(), text="正常", file=file, by=ops_lead, at=NOW)

    assert (checks(agreement).standing, checks(agreement).count) == (Standing.KEPT, 1)


@pytest.mark.parametrize(
    "anchor, standing",
    [
        pytest.param(date(2026, 10, 19), Standing.OVERDUE, id="late"),
        pytest.param(date(2026, 10, 20), Standing.DUE_SOON, id="today"),
        pytest.param(date(2026, 10, 27), Standing.DUE_SOON, id="within a week"),
        pytest.param(date(2026, 10, 28), Standing.UNPROVEN, id="later"),
    ],
)
def test_a_check_nears_and_is_late(agreement: Agreement, ops_lead: User, anchor: date, standing: Standing) -> None:
    planned(agreement, ops_lead, anchor)

    assert checks(agreement).standing == standing


def test_a_missed_check_is_a_breach(agreement: Agreement, ops_lead: User) -> None:
    row = planned(agreement, ops_lead, date(2026, 10, 10))
    checking.miss(row, reason="未采购", by=ops_lead, at=NOW)

    assert checks(agreement).standing == Standing.BREACHED


def test_an_overdue_vulnerability_is_overdue(agreement: Agreement, operator: User, ops_lead: User) -> None:
    what = vulnerabilities.Finding(
        provider=agreement.party_a, title="弱口令", text="管理端", level="high", source="scan", found_at=NOW - 9 * DAY
    )
    row = vulnerabilities.find(what, by=operator, at=NOW)
    vulnerabilities.set_fix_by(row, fix_by=NOW - DAY, reason="主管定", by=ops_lead, at=NOW)

    assert checks(agreement).standing == Standing.OVERDUE


def test_incidents_are_near_or_overdue_and_never_shown_to_party_b(
    agreement: Agreement, operator: User, ops_lead: User
) -> None:
    assert read_data_security(agreement, NOW).standing == Standing.UNPROVEN
    what = incidents.Sighting(
        provider=agreement.party_a, title="入侵", kind="intrusion", actor="other", text="x", found_at=NOW - DAY
    )
    row = incidents.find(what, by=operator, at=NOW)
    under_way = read_data_security(agreement, NOW)
    said: dict[str, Any] = {"personal_information": False, "endangers": False, "reason": "按预案"}
    incidents.grade(row, level="major", **said, by=ops_lead, at=NOW)
    late = read(agreement, "data_security", at=NOW)

    assert (under_way.standing, late.standing) == (Standing.DUE_SOON, Standing.OVERDUE)
    assert late.party_b is not None
    assert (late.party_b.standing, str(late.party_b.note)) == (Standing.UNPROVEN, "")
