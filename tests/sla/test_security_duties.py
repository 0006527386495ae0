"""Security duties: checks by their rule, fixes by what is agreed, statutory reports in natural hours, each told."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st

from contracts.models import Agreement
from journal import approvals
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from sla import checking, duty_watch, incidents, vulnerabilities
from sla.incident_rules import FIRST_HOURS, LEVELS, Seen, duties_of
from sla.models import CheckPlan, FixTerm, ReportDuty, SecurityIncident, Vulnerability
from tests import make
from tests.journal.racing import race
from tests.sla.make_sla import PDF, local
from tests.sla.make_uptime import service

FOUND = local("2026-09-25 23:30")  # a Friday night
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def pdf(name: str = "检查报告.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def checked(agreement: Agreement, by: User, **changes: Any) -> CheckPlan:
    """A quarterly check, first due on 2026-09-28, its report within 3 working days."""
    fields: dict[str, Any] = {
        "provider": agreement.party_a, "title": "漏洞扫描", "scope": "全部主机", "basis": "7.2.2",
        "every_number": 1, "every_unit": "quarter", "anchor": date(2026, 9, 28), "grace_working_days": 3,
        "agreements": [agreement], **changes,
    }  # fmt: skip
    return checking.plan(checking.Rule(**fields), by=by, at=local("2026-09-01 09:00"))


@pytest.mark.django_db
class TestChecks:
    def test_the_report_is_late_after_its_working_days(self, agreement: Agreement, ops_lead: User) -> None:
        row = checked(agreement, ops_lead)

        # Three working days after 28 September: the 29th, the 30th, and, after the National Day, 8 October.
        assert (row.next_due_on, row.late_from) == (date(2026, 9, 28), date(2026, 10, 9))

    def test_a_late_check_moves_no_later_one(self, agreement: Agreement, ops_lead: User) -> None:
        row = checked(agreement, ops_lead)
        at = local("2026-10-20 10:00")
        made = checking.record_result(
            row, outcome="passed", done_on=at.date(), text="正常", file=pdf(), by=ops_lead, at=at
        )
        row.refresh_from_db()

        assert (made.late, row.next_due_on) == (True, date(2026, 12, 28))

    @pytest.mark.parametrize(
        "changes, words",
        [
            pytest.param({"done_on": date(2026, 12, 1)}, "完成日期不能晚于今天", id="in the future"),
            pytest.param({"file": None}, "上传检查报告", id="no report"),
            pytest.param({"outcome": "missed"}, "请选择检查结果", id="missed is said otherwise"),
        ],
    )
    def test_a_result_without_its_proof_is_refused(
        self, agreement: Agreement, ops_lead: User, changes: dict[str, Any], words: str
    ) -> None:
        row, at = checked(agreement, ops_lead), local("2026-09-28 10:00")
        said = {"outcome": "passed", "done_on": at.date(), "text": "正常", "file": pdf(), **changes}

        with pytest.raises(Refused, match=words):
            checking.record_result(row, **said, by=ops_lead, at=at)

    def test_what_is_not_due_cannot_be_missed(self, agreement: Agreement, ops_lead: User) -> None:
        row = checked(agreement, ops_lead)

        with pytest.raises(Refused, match="还没有到检查期限"):
            checking.miss(row, reason="忙", by=ops_lead, at=local("2026-09-27 10:00"))

    @pytest.mark.parametrize("text", ["", "   "])
    def test_a_missed_check_stays_in_the_record(self, agreement: Agreement, ops_lead: User, text: str) -> None:
        row, at = checked(agreement, ops_lead), local("2026-10-09 10:00")
        with pytest.raises(Refused, match="没有开展的原因"):
            checking.miss(row, reason=text, by=ops_lead, at=at)

        made = checking.miss(row, reason="外包合同到期", by=ops_lead, at=at)

        assert (made.outcome, made.late, made.done_on) == ("missed", True, None)


def found(agreement: Agreement, by: User, **changes: Any) -> Vulnerability:
    """A high one on a service of the agreement."""
    about = changes.pop("services", None) or [service(agreement)]
    fields: dict[str, Any] = {
        "provider": agreement.party_a, "title": "SQL 注入", "text": "登录页", "level": "high", "source": "scan",
        "found_at": FOUND, "services": about, **changes,
    }  # fmt: skip
    return vulnerabilities.find(vulnerabilities.Finding(**fields), by=by, at=FOUND)


def agreed(agreement: Agreement, number: int, unit: str, level: str = "high") -> None:
    version = agreement.versions.get()
    with make.thawed(version):
        FixTerm.objects.create(version=version, level=level, number=number, unit=unit)


@pytest.mark.django_db
class TestVulnerabilities:
    @pytest.mark.parametrize(
        "number, unit, until",
        [
            pytest.param(24, "hours", "2026-09-26 23:30", id="natural hours"),
            pytest.param(3, "days", "2026-09-29 00:00", id="days, to the end of the last"),
            pytest.param(5, "working", "2026-10-10 00:00", id="working days over the National Day"),
        ],
    )
    def test_the_date_is_the_one_agreed(
        self, agreement: Agreement, operator: User, number: int, unit: str, until: str
    ) -> None:
        agreed(agreement, number, unit)

        row = found(agreement, operator)

        assert row.fix_by == local(until)
        assert row.fix_basis.startswith(agreement.number)

    def test_the_strictest_agreement_rules(
        self, agreement: Agreement, other_agreement: Agreement, operator: User
    ) -> None:
        agreed(agreement, 10, "days")
        agreed(other_agreement, 48, "hours")

        row = found(agreement, operator, services=[service(agreement, for_all=True)])

        assert row.fix_by == FOUND + 2 * DAY

    def test_nothing_agreed_has_no_date_until_the_lead_sets_one(
        self, agreement: Agreement, operator: User, ops_lead: User
    ) -> None:
        row = found(agreement, operator)
        assert (row.fix_by, row.look_at) == (None, None)

        row = vulnerabilities.set_fix_by(row, fix_by=FOUND + 9 * DAY, reason="厂商补丁周期", by=ops_lead, at=FOUND)

        assert (row.fix_by, row.fix_basis) == (FOUND + 9 * DAY, "主管确定：厂商补丁周期")

    def test_what_is_agreed_cannot_be_put_off(self, agreement: Agreement, operator: User, ops_lead: User) -> None:
        agreed(agreement, 24, "hours")
        row = found(agreement, operator)

        with pytest.raises(Refused, match="不能再往后定"):
            vulnerabilities.set_fix_by(row, fix_by=FOUND + 2 * DAY, reason="忙", by=ops_lead, at=FOUND)

    def test_a_fix_is_verified_by_another(self, agreement: Agreement, operator: User, ops_lead: User) -> None:
        row = vulnerabilities.fix(found(agreement, operator), fixed_at=FOUND, text="已修", by=operator, at=FOUND)

        with pytest.raises(Refused, match="修复须由另一人验证"):
            vulnerabilities.verify(row, by=operator, at=FOUND)
        assert vulnerabilities.verify(row, by=ops_lead, at=FOUND + DAY).state == "verified"

    def test_a_fix_that_is_none_goes_back_with_its_date(
        self, agreement: Agreement, operator: User, ops_lead: User
    ) -> None:
        agreed(agreement, 24, "hours")
        row = vulnerabilities.fix(found(agreement, operator), fixed_at=FOUND, text="已修", by=operator, at=FOUND)

        row = vulnerabilities.send_back(row, reason="复测仍可注入", by=ops_lead, at=FOUND + DAY)

        assert (row.state, row.fix_by, row.fixed_at) == ("open", FOUND + DAY, None)
        assert list(Vulnerability.objects.late_at(FOUND + 2 * DAY)) == [row]

    def test_a_risk_is_accepted_by_two_and_for_a_time(
        self, agreement: Agreement, operator: User, ops_lead: User, contract_manager: User
    ) -> None:
        row, until = found(agreement, operator), (FOUND + 30 * DAY).date()
        asked = vulnerabilities.ask_acceptance(row, until=until, reason="已隔离", by=operator, at=FOUND)
        approvals.approve(asked, by=contract_manager, at=FOUND)
        row.refresh_from_db()

        assert row.state == "accepted"
        assert list(Vulnerability.objects.late_at(FOUND + 30 * DAY)) == []
        assert list(Vulnerability.objects.late_at(FOUND + 31 * DAY)) == [row]

    @pytest.mark.parametrize("days", [0, 400], ids=["today", "longer than a year"])
    def test_no_risk_is_accepted_for_ever(self, agreement: Agreement, operator: User, days: int) -> None:
        until = (FOUND + timedelta(days=days)).date()

        with pytest.raises(Refused, match="不超过一年"):
            vulnerabilities.ask_acceptance(found(agreement, operator), until=until, reason="x", by=operator, at=FOUND)


@pytest.mark.parametrize(
    "actor, hours",
    [
        pytest.param("critical", 1, id="critical infrastructure"),
        pytest.param("central", 2, id="central and state organs"),
        pytest.param("other", 4, id="others"),
    ],
)
def test_the_first_report_has_natural_hours_by_the_kind_of_operator(actor: str, hours: int) -> None:
    (duty,) = duties_of(Seen(actor=actor, level="considerable", found_at=FOUND))

    assert (duty.kind, duty.due_at) == ("first", FOUND + timedelta(hours=hours))


@pytest.mark.parametrize(
    "changes, kinds",
    [
        pytest.param({"level": ""}, [], id="not graded"),
        pytest.param({"level": "ordinary"}, [], id="ordinary"),
        pytest.param({"level": "major", "handled_at": FOUND + DAY}, ["first", "summary"], id="handled"),
        pytest.param({"level": "", "endangers": True}, ["data"], id="danger needs no level"),
        pytest.param({"level": "ordinary", "personal_information": True}, ["personal"], id="personal information"),
        pytest.param({"level": "major", "found_at": local("2025-10-31 23:00")}, [], id="before the measures"),
        pytest.param({"level": "major", "found_at": local("2025-11-01 00:00")}, ["first"], id="their first day"),
    ],
)
def test_which_reports_the_law_asks_for(changes: dict[str, Any], kinds: list[str]) -> None:
    seen = Seen(**{"actor": "other", "level": "major", "found_at": FOUND, **changes})

    assert [duty.kind for duty in duties_of(seen)] == kinds


def test_the_summary_has_thirty_days_after_handling() -> None:
    handled = local("2026-09-28 10:00")
    seen = Seen(actor="other", level="major", found_at=FOUND, handled_at=handled)

    assert duties_of(seen)[1].due_at == local("2026-10-29 00:00")


@given(actor=st.sampled_from(sorted(FIRST_HOURS)), danger=st.booleans())
def test_a_graver_level_never_asks_for_less(actor: str, danger: bool) -> None:
    kinds = [
        {duty.kind for duty in duties_of(Seen(actor=actor, level=one, found_at=FOUND, endangers=danger))}
        for one in ("", *LEVELS)
    ]

    assert kinds == sorted(kinds, key=len)
    assert all(a <= b for a, b in pairwise(kinds))


def sighted(agreement: Agreement, by: User, **changes: Any) -> SecurityIncident:
    fields: dict[str, Any] = {
        "provider": agreement.party_a, "title": "凭证泄露", "kind": "leak", "actor": "other", "text": "批量查询",
        "found_at": FOUND, **changes,
    }  # fmt: skip
    return incidents.find(incidents.Sighting(**fields), by=by, at=FOUND)


def graded(row: SecurityIncident, by: User, level: str, at: datetime, **changes: Any) -> SecurityIncident:
    said = {"personal_information": False, "endangers": False, "reason": "按预案", **changes}
    return incidents.grade(row, level=level, **said, by=by, at=at)


def told(kind: str) -> int:
    return Notice.objects.filter(kind=kind, channel="in_app").count()


@pytest.mark.django_db
class TestIncidents:
    def test_grading_late_does_not_put_the_time_off(self, agreement: Agreement, operator: User, ops_lead: User) -> None:
        row = graded(sighted(agreement, operator), ops_lead, "considerable", FOUND + DAY)

        duty = row.duties.get()
        assert (duty.kind, duty.due_at) == ("first", FOUND + timedelta(hours=4))
        assert list(ReportDuty.objects.late_at(FOUND + DAY)) == [duty]

    def test_a_late_report_stays_late(self, agreement: Agreement, operator: User, ops_lead: User) -> None:
        row = graded(sighted(agreement, operator), ops_lead, "major", FOUND)
        made = FOUND + timedelta(hours=4, seconds=1)

        duty = incidents.report(row.duties.get(), made_at=made, channel="电话", text="报告", by=operator, at=made)

        assert duty.late is True
        with pytest.raises(Refused, match="已经登记"):
            incidents.report(duty, made_at=FOUND, channel="电话", text="改早", by=operator, at=made)
        with pytest.raises(Exception, match="keeps rows frozen"):
            ReportDuty.objects.filter(pk=duty.pk).update(made_at=FOUND)

    @pytest.mark.parametrize(
        "act, words",
        [
            pytest.param(
                lambda row, by: incidents.close(row, summary="完", by=by, at=FOUND + DAY), "还没有登记",
                id="open report",
            ),
            pytest.param(
                lambda row, by: incidents.needless(row.duties.first(), reason="不报", by=by, at=FOUND),
                "仍须报告", id="the law still asks",
            ),
            pytest.param(
                lambda row, by: incidents.report(
                    row.duties.first(), made_at=FOUND - DAY, channel="电话", text="x", by=by, at=FOUND
                ),
                "报告时间须在事件发现之后", id="before it was found",
            ),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_refused(
        self,
        agreement: Agreement,
        operator: User,
        ops_lead: User,
        act: Callable[[SecurityIncident, User], Any],
        words: str,
    ) -> None:
        row = graded(sighted(agreement, operator), ops_lead, "major", FOUND)
        row = incidents.handle(row, handled_at=FOUND, text="已处置", by=operator, at=FOUND)

        with pytest.raises(Refused, match=words):
            act(row, ops_lead)

    def test_a_lower_level_makes_a_report_needless_with_a_reason(
        self, agreement: Agreement, operator: User, ops_lead: User
    ) -> None:
        row = graded(sighted(agreement, operator), ops_lead, "considerable", FOUND)
        row = graded(row, ops_lead, "ordinary", FOUND + DAY)

        duty = incidents.needless(row.duties.get(), reason="影响面核实后为一般", by=ops_lead, at=FOUND + DAY)

        assert (duty.state, duty.made_at) == ("needless", None)

    def test_party_b_is_told_by_a_text_alone(
        self, agreement: Agreement, operator: User, ops_lead: User, party_b: User, party_b_other: User
    ) -> None:
        row = sighted(agreement, operator, services=[service(agreement)])

        incidents.tell(row, text="请更换凭证。", by=ops_lead, at=FOUND)

        (notice,) = Notice.objects.filter(kind="incident.told", channel="in_app")
        assert (notice.recipient, notice.body, notice.url) == (party_b, "请更换凭证。", "")


@pytest.mark.django_db(transaction=True)
def test_each_level_is_told_once_and_a_gap_is_repaired(agreement: Agreement, operator: User, ops_lead: User) -> None:
    graded(sighted(agreement, operator), ops_lead, "considerable", FOUND)
    agreed(agreement, 24, "hours")
    found(agreement, operator)
    checked(agreement, ops_lead)
    late = local("2026-10-09 00:00")

    first = duty_watch.sweep(FOUND + timedelta(hours=2))
    between = duty_watch.sweep(FOUND + timedelta(hours=3))
    second = duty_watch.sweep(late)
    last = duty_watch.sweep(late + DAY)

    assert (first["reminded"], between, second["late"], last) == (3, {}, 3, {})
    assert (told("incident.reminded"), told("incident.late")) == (2, 2)  # operator and lead, each once
    assert (told("vulnerability.late"), told("check.late")) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_warn_once(
    agreement: Agreement, operator: User, ops_lead: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graded(sighted(agreement, operator), ops_lead, "considerable", FOUND)
    late = FOUND + timedelta(hours=5)

    answers = race(*[partial(duty_watch.sweep, late)] * 3, tmp_path=tmp_path, monkeypatch=monkeypatch)

    assert sum(answer["late"] for answer in answers) == 1, answers
    assert Event.objects.filter(action="incident.late").count() == 1
    assert told("incident.late") == 2  # the operator and the lead
