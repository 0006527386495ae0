"""What a supplement would touch is told before it applies; public procurement is watched."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing import tariffs
from billing.periods import midnight
from billing.touching import touched_money
from contracts import amending, procurement, supplements, touching
from contracts.amending import Wording
from contracts.board import Standing
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, AgreementVersion, Obligation
from contracts.parameters import Change
from contracts.readings.supplements import read_filing
from contracts.telling_changes import told
from contracts.touched_duties import touched_duties
from contracts.touching import Touch
from people.models import User
from people.refusal import Refused
from sla.touching import touched_tickets
from tests import make
from tests.billing import making
from tests.billing.making import OCTOBER, SEPTEMBER
from tests.sla.make_sla import NINE, make_ticket

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 20, 3, tzinfo=UTC)


def drafted(agreement: Agreement, by: User, start: date, **changes: Any) -> AgreementVersion:
    version = supplements.draft(agreement, effective_from=start, by=by, at=NOW)
    for name, value in {"response_hours": Decimal(1), **changes}.items():
        setattr(version, name, value)
    return supplements.keep_terms(version, by=by, at=NOW)


def counts(touches: Iterable[Touch]) -> dict[str, int]:
    return {str(touch.what): touch.count for touch in touches if touch.count}


def test_tickets_keep_their_terms(agreement: Agreement, party_b: User, operator: User, contract_manager: User) -> None:
    ticket = make_ticket(agreement, party_b)

    ahead = drafted(agreement, contract_manager, date(2026, 12, 1))
    assert counts(touched_tickets(ahead, NOW)) == {"处理中的故障报告": 1}
    ahead.effective_from = NINE.date()
    assert counts(touched_tickets(ahead, NOW)) == {"处理中的故障报告": 1, "适用日之后已收到的故障报告": 1}
    ahead.effective_from = date(2026, 9, 17)
    assert counts(touched_tickets(ahead, NOW)) == {"处理中的故障报告": 1}
    assert ticket.clocks.get(kind="response").target_seconds == 2 * 3600


def test_money_of_both_sides_of_the_start_is_counted(
    agreement: Agreement, finance: User, contract_manager: User
) -> None:
    making.draft(agreement, finance)
    making.period(agreement, OCTOBER)
    making.use(agreement, making.event("5", occurred_at=midnight(date(2026, 10, 9))))

    ahead = drafted(agreement, contract_manager, date(2026, 10, 15))
    assert counts(touched_money(ahead, NOW)) == {"尚未出账的服务周期": 1}
    ahead.effective_from = SEPTEMBER
    assert counts(touched_money(ahead, NOW)) == {
        "尚未出账的服务周期": 1,
        "已经出账的服务周期": 1,
        "适用日之后已登记的用量": 2,
    }
    ahead.ends_on = date(2026, 10, 24)
    assert counts(touched_money(ahead, NOW))["新的终止日期之后的服务周期"] == 1


def test_duties_of_a_changed_clause_are_named(agreement: Agreement, contract_manager: User) -> None:
    write_standard_clauses(agreement.versions.get())
    duty = {"topic": "payment", "side": "b", "rule": "once", "due_date": SEPTEMBER, "tracked_from": SEPTEMBER}
    Obligation.objects.create(agreement=agreement, clause_number="6.2.1", title="付款", **duty)
    version = drafted(agreement, contract_manager, OCTOBER)
    assert counts(touched_duties(version, NOW)) == {}

    wording = Wording(heading="付款期限", text="十日内付款。", reason="协商")
    amending.change_clause(version.clauses.get(number="6.2.1"), wording, by=contract_manager, at=NOW)

    assert counts(touched_duties(version, NOW)) == {"对应条款有改动的义务": 1}


def test_prices_go_over_and_their_changes_show(agreement: Agreement, finance: User, contract_manager: User) -> None:
    making.rate(agreement, name="已停", valid_to=date(2026, 6, 1))
    making.rate(agreement, valid_from=date(2026, 6, 1))
    making.platform_fee(agreement)
    version = supplements.draft(agreement, effective_from=OCTOBER, by=contract_manager, at=NOW)
    assert supplements.changes_of(version).others == []

    line = version.rates.get(name="人口库查询")
    line.unit_price = Decimal("0.04")
    tariffs.keep_rate(line, by=finance, at=NOW)

    assert supplements.changes_of(version).others == [
        Change(what="价目 人口库查询", old="按量单价，0.05 元/次，税率 6%", new="按量单价，0.04 元/次，税率 6%")
    ]
    assert set(version.rates.values_list("name", flat=True)) == {"人口库查询", "平台使用费"}
    supplements.offer(version, by=contract_manager, at=datetime(2026, 9, 1, tzinfo=UTC))
    with pytest.raises(Refused, match="是“待签署”，价目不能修改"):
        tariffs.keep_rate(line, by=finance, at=NOW)


def test_the_page_warns_of_a_start_in_the_past(
    client: Client, agreement: Agreement, party_b: User, operator: User, contract_manager: User
) -> None:
    make_ticket(agreement, party_b)
    version = drafted(agreement, contract_manager, SEPTEMBER)
    client.force_login(contract_manager)

    page = client.get(reverse("admin:contracts_agreementversion_change", args=[version.pk])).content.decode()

    assert "追溯适用，请核对下面已经发生的事项" in page
    assert "适用日之后已收到的故障报告" in page and "须处理" in page


def test_links_are_for_those_who_may_follow_them(finance: User, operator: User) -> None:
    touch = Touch(what="故障报告", count=1, effect="不变", url="/x/", permission="sla.view_ticket")

    assert touching.shown_to(finance, [touch]) == [(touch, "")]
    assert touching.shown_to(operator, [touch]) == [(touch, "/x/")]


def test_the_approver_reads_what_changes_and_what_is_touched(
    agreement: Agreement, party_b: User, operator: User, contract_manager: User
) -> None:
    make_ticket(agreement, party_b)
    version = drafted(agreement, contract_manager, date(2026, 12, 1))

    rows = {str(what): str(words) for what, words in told(version, at=NOW)}

    assert rows["响应时限（小时）"] == "2 → 1"
    assert rows["处理中的故障报告（1）"].startswith("时限已按收到时的条款")
    assert list(told(agreement.versions.get(number=1), at=NOW)) == []


# --- Public procurement -----------------------------------------------------------------------------------------------


@pytest.fixture
def procured(agreement: Agreement) -> Agreement:
    agreement.public_procurement, agreement.original_amount = True, Decimal("800000.00")
    agreement.save()
    return agreement


@pytest.mark.parametrize(
    ("before", "added", "words"),
    [
        pytest.param(None, "80000.00", "", id="ten per cent"),
        pytest.param(None, "80000.01", "是原合同金额的 10%，超过", id="a fen more"),
        pytest.param("50000.00", "36000.00", "累计 86000 元，是原合同金额的 10.75%", id="together with an earlier one"),
        pytest.param("50000.00", None, "", id="nothing added"),
    ],
)
def test_supplements_that_add_more_than_ten_per_cent_warn(
    procured: Agreement, contract_manager: User, finance_lead: User, before: str | None, added: str | None, words: str
) -> None:
    if before:
        first = drafted(procured, contract_manager, date(2026, 11, 1), amount_added=Decimal(before))
        supplements.offer(first, by=contract_manager, at=NOW)
        supplements.take_effect(first, by=finance_lead, at=NOW)
    amount = Decimal(added) if added else None
    version = drafted(procured, contract_manager, date(2026, 12, 1), amount_added=amount, solution_hours=Decimal(6))

    warning = procurement.warning_of(version)

    assert words in warning and bool(words) == bool(warning)


def test_without_an_original_amount_the_check_says_so(procured: Agreement, contract_manager: User) -> None:
    procured.original_amount = None
    procured.save()
    version = drafted(procured, contract_manager, date(2026, 12, 1), amount_added=Decimal(1))

    assert "没有登记原合同金额" in procurement.warning_of(version)


def test_other_agreements_are_not_warned(agreement: Agreement, contract_manager: User) -> None:
    version = drafted(agreement, contract_manager, date(2026, 12, 1), amount_added=Decimal(10**9))

    assert procurement.warning_of(version) == ""
    assert procurement.filing_of(agreement) is None
    assert read_filing(agreement, NOW).standing == Standing.UNPROVEN


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        pytest.param(date(2025, 12, 24), Standing.UNPROVEN, id="in good time"),
        pytest.param(date(2025, 12, 30), Standing.DUE_SOON, id="the day before"),
        pytest.param(date(2025, 12, 31), Standing.DUE_SOON, id="on the seventh working day"),
        pytest.param(date(2026, 1, 1), Standing.OVERDUE, id="a day late"),
    ],
)
def test_the_contract_is_filed_within_seven_working_days(procured: Agreement, day: date, standing: Standing) -> None:
    make.calendar()
    procured.signed_on = date(2025, 12, 22)
    procured.save()

    filing = procurement.filing_of(procured)

    assert filing is not None and filing.due_on == date(2025, 12, 31)
    assert read_filing(procured, datetime(day.year, day.month, day.day, 3, tzinfo=UTC)).standing == standing


def test_the_filing_is_recorded_once(procured: Agreement, contract_manager: User) -> None:
    make.calendar()
    for day in (date(2025, 12, 1), date(2026, 12, 1)):
        with pytest.raises(Refused, match="备案日期须在签订日期和今天之间"):
            procurement.record_filing(procured, filed_on=day, by=contract_manager, at=NOW)
    made = procurement.record_filing(procured, filed_on=date(2026, 1, 4), by=contract_manager, at=NOW)

    assert read_filing(made, NOW).standing == Standing.KEPT
    with pytest.raises(Refused, match="合同已于 2026-01-04 备案"):
        procurement.record_filing(procured, filed_on=date(2026, 1, 4), by=contract_manager, at=NOW)


def test_only_public_procurement_is_filed(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="只有已签订的政府采购项目"):
        procurement.record_filing(agreement, filed_on=date(2026, 1, 4), by=contract_manager, at=NOW)
