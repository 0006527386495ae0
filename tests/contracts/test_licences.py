"""The licence is derived from the agreement's life; rights have certificates; the list of laws has gaps and reviews."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from contracts import board, licences
from contracts.board import Standing
from contracts.licences import LicenceState, standing_on
from contracts.models import Agreement, IPAsset, LawItem, Licence
from journal.recording import record
from people.models import User
from people.refusal import Refused
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, DAY = date(2026, 9, 18), timedelta(days=1)


def asset(agreement: Agreement, **changes: Any) -> IPAsset:
    fields = {
        "kind": "software",
        "name": "共享平台软件",
        "registration_number": "2023SR1",
        "registered_on": TODAY,
        **changes,
    }
    return IPAsset.objects.create(owner=agreement.party_a, **fields)


def moved(agreement: Agreement, state: str, on: date) -> None:
    """The agreement's state changed on a day, as its verbs write it down."""
    agreement.state = state
    agreement.save()
    at = datetime.combine(on, NOW.timetz())
    with transaction.atomic():
        record(f"agreement.{state}", obj=agreement, by=None, at=at, agreement_id=agreement.pk, data={"state": state})


@pytest.mark.parametrize(
    "day, state",
    [
        pytest.param(date(2025, 12, 31), LicenceState.NOT_YET, id="before the effect"),
        pytest.param(date(2026, 1, 1), LicenceState.VALID, id="first day"),
        pytest.param(date(2028, 12, 31), LicenceState.VALID, id="last day"),
        pytest.param(date(2029, 1, 1), LicenceState.ENDED, id="after the written end"),
    ],
)
def test_the_licence_lives_with_the_agreement(agreement: Agreement, day: date, state: LicenceState) -> None:
    found = standing_on(agreement, day)

    assert (found.state, found.valid_from, found.valid_until) == (state, date(2026, 1, 1), date(2028, 12, 31))


def test_a_supplement_that_moves_the_end_moves_the_licence(agreement: Agreement) -> None:
    agreement.ends_on = date(2027, 6, 30)
    agreement.save()

    assert standing_on(agreement, date(2027, 7, 1)).state == LicenceState.ENDED


@pytest.mark.parametrize(
    "access, right, state",
    [
        pytest.param(True, False, LicenceState.ACCESS_STOPPED, id="the default: access stops, the right stays"),
        pytest.param(True, True, LicenceState.SUSPENDED, id="decided: the right too"),
        pytest.param(False, False, LicenceState.VALID, id="decided: neither"),
    ],
)
def test_what_a_suspension_does(agreement: Agreement, access: bool, right: bool, state: LicenceState) -> None:
    Licence.objects.create(agreement=agreement, scope="全部", suspends_access=access, suspends_right=right)
    moved(agreement, "suspended", TODAY)

    assert standing_on(agreement, TODAY - DAY).state == LicenceState.VALID
    assert standing_on(agreement, TODAY).state == state


def test_past_days_are_read_from_the_journal(agreement: Agreement) -> None:
    moved(agreement, "in_force", date(2026, 1, 1))
    moved(agreement, "suspended", date(2026, 5, 1))
    moved(agreement, "in_force", date(2026, 6, 1))
    moved(agreement, "terminated", date(2026, 8, 1))

    days = [
        date(2026, 4, 30),
        date(2026, 5, 1),
        date(2026, 5, 31),
        date(2026, 6, 1),
        date(2026, 7, 31),
        date(2026, 8, 1),
    ]
    assert [str(standing_on(agreement, day).state) for day in days] == [
        "valid", "access_stopped", "access_stopped", "valid", "valid", "ended",
    ]  # fmt: skip


@pytest.mark.parametrize("state", ["expired", "terminated", "closed"])
def test_it_ends_with_the_agreement(state: str) -> None:
    assert standing_on(make.agreement(state=state), TODAY).state == LicenceState.ENDED


@pytest.mark.parametrize(
    "scope, state, standing",
    [
        pytest.param("", "in_force", Standing.UNPROVEN, id="no scope written"),
        pytest.param("查询", "in_force", Standing.KEPT, id="stands"),
        pytest.param("查询", "suspended", Standing.DUE_SOON, id="suspended"),
        pytest.param("查询", "terminated", Standing.UNPROVEN, id="over"),
    ],
)
def test_the_board_reads_the_licence(scope: str, state: str, standing: Standing) -> None:
    made = make.agreement(state=state)
    if scope:
        Licence.objects.create(agreement=made, scope=scope)

    assert board.read(made, "licence", at=NOW).standing == standing


def test_a_right_needs_its_certificate(
    agreement: Agreement, contract_manager: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    assert board.read(agreement, "ip_ownership", at=NOW).standing == Standing.UNPROVEN
    row = asset(agreement)
    assert board.read(agreement, "ip_ownership", at=NOW).note == "1 项权利没有证书"
    with pytest.raises(Refused, match="请上传证书"):
        licences.keep_certificate(row, file=None, by=contract_manager, at=NOW)

    file = SimpleUploadedFile("证书.pdf", b"%PDF-1.4\n")
    licences.keep_certificate(row, file=file, by=contract_manager, at=NOW)

    assert board.read(agreement, "ip_ownership", at=NOW).standing == Standing.KEPT
    IPAsset.objects.filter(pk=row.pk).update(expires_on=TODAY - DAY)
    assert board.read(agreement, "ip_ownership", at=NOW).standing == Standing.OVERDUE


def test_a_registration_number_is_one_right(agreement: Agreement) -> None:
    asset(agreement)

    with pytest.raises(IntegrityError), transaction.atomic():
        asset(agreement, name="另一个")


def law(**changes: Any) -> LawItem:
    fields = {
        "law": "网络安全法",
        "control": "日志留存",
        "evidence": "策略",
        "next_review_on": TODAY + 30 * DAY,
        **changes,
    }
    return LawItem.objects.create(**fields)


@pytest.mark.parametrize(
    "rows, staff, theirs",
    [
        pytest.param([], Standing.UNPROVEN, Standing.UNPROVEN, id="no list"),
        pytest.param([{}], Standing.KEPT, Standing.KEPT, id="with evidence"),
        pytest.param([{"evidence": ""}], Standing.UNPROVEN, Standing.UNPROVEN, id="no evidence"),
        pytest.param([{"gap": "未归档", "side": "a"}], Standing.DUE_SOON, Standing.UNPROVEN, id="Party A's own gap"),
        pytest.param([{"next_review_on": TODAY - DAY}], Standing.OVERDUE, Standing.OVERDUE, id="review late"),
    ],
)
def test_the_board_reads_the_list_of_laws(
    agreement: Agreement, rows: list[dict[str, Any]], staff: Standing, theirs: Standing
) -> None:
    for fields in rows:
        law(**fields)

    reading = board.read(agreement, "law_compliance", at=NOW)

    assert reading.standing == staff
    assert reading.party_b is not None and reading.party_b.standing == theirs


@pytest.mark.parametrize("model", ["ipasset", "licence", "lawitem"])
@pytest.mark.parametrize("rows", [1, 12])
def test_lists_cost_the_same_for_many(
    client: Client,
    agreement: Agreement,
    contract_manager: User,
    model: str,
    rows: int,
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(rows):
        asset(agreement, registration_number=f"N{number}")
        law(control=f"要求{number}")
        Licence.objects.create(agreement=make.agreement(), scope="查询")
    client.force_login(contract_manager)

    with django_assert_max_num_queries(14):
        assert client.get(f"/admin/contracts/{model}/").status_code == 200


def test_the_agreement_page_shows_the_licence(client: Client, agreement: Agreement, party_b: User) -> None:
    Licence.objects.create(agreement=agreement, scope="查询与接口调用")
    client.force_login(party_b)

    page = client.get(f"/portal/agreements/{agreement.pk}/").content.decode()

    assert "查询与接口调用" in page and "非独占、不可转让、有范围限制" in page
