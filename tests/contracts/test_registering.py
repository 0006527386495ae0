"""Registering organisations: doubtful codes need a reason, doubles are warned of, old names stay findable."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import registering
from contracts.models import Organisation, OrganisationName
from contracts.registering import Assurance
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 18, 2, 0, tzinfo=UTC)
DAY = date(2026, 9, 1)
GOOD, WRONG, FORMLESS = "91350100M000100Y43", "91350211M0000XUF46", "360100123456789"
VECTORS = Path(__file__).parents[1] / "billing" / "vectors" / "uscc_vectors.csv"
with VECTORS.open(encoding="utf-8", newline="") as lines:
    CASES = [(row["code"], row["check_digit_ok"] == "1") for row in csv.DictReader(lines)]


def body(name: str = "某某（集团）有限公司", **changes: str) -> Organisation:
    return Organisation(name=name, **{"kind": "large", **changes})


def registered(by: User, name: str = "某某（集团）有限公司", *, reason: str = "", **changes: str) -> Organisation:
    return registering.register(body(name, **changes), assurance=Assurance(uscc_reason=reason), by=by, at=AT)


@pytest.mark.parametrize(("code", "fits"), CASES)
def test_a_right_code_needs_nothing_and_a_wrong_one_a_reason(contract_manager: User, code: str, fits: bool) -> None:
    if fits:
        assert registered(contract_manager, uscc=code).uscc_proven
        return
    with pytest.raises(Refused, match=r"校验位不符.*最后一位应为"):
        registered(contract_manager, uscc=code)

    made = registered(contract_manager, uscc=code, reason="与证照一致")

    assert (made.uscc_reason, made.uscc_confirmed_by, made.uscc_confirmed_at) == ("与证照一致", contract_manager, AT)
    assert made.uscc_proven


@pytest.mark.parametrize(
    ("code", "words"),
    [
        pytest.param("360100123456789", "15 位.*应为 18 位", id="old tax number"),
        pytest.param("9135O100M000100Y43", "不含 I、O、S、V、Z", id="letter O for nought"),
        pytest.param("91350100M000100Y4A", "最后一位应为“3”，填写的是“A”", id="wrong digit"),
    ],
)
def test_the_warning_says_what_is_wrong(code: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(registering.uscc_warning(code))


def test_a_code_is_stored_uniformly(contract_manager: User) -> None:
    assert registered(contract_manager, uscc=" 91350100-m000100y43").uscc == GOOD


def test_a_reason_belongs_to_its_code(contract_manager: User, security_admin: User) -> None:
    made = registered(contract_manager, uscc=WRONG, reason="与证照一致")
    made.address = "新址"
    kept = registering.amend(made, assurance=Assurance(uscc_reason="与证照一致"), by=security_admin, at=AT)
    assert kept.uscc_confirmed_by == contract_manager

    kept.uscc = GOOD
    settled = registering.amend(kept, assurance=Assurance(uscc_reason="与证照一致"), by=security_admin, at=AT)

    assert (settled.uscc_reason, settled.uscc_confirmed_by, settled.uscc_confirmed_at) == ("", None, None)


@pytest.mark.parametrize("twin", ["某某(集团)有限公司", "某某集团 有限公司", "某某旧称公司", "某集团"])
def test_a_double_is_warned_of_by_any_of_its_names(contract_manager: User, twin: str) -> None:
    first = registered(contract_manager)
    registering.add_name(first, name="某某旧称公司", kind="former", valid_to=DAY, by=contract_manager, at=AT)
    registering.add_name(first, name="某集团", kind="short", by=contract_manager, at=AT)

    with pytest.raises(Refused, match="可能与已登记的单位重复：某某（集团）有限公司"):
        registered(contract_manager, twin)

    assurance = Assurance(distinct=True)
    assert registering.register(body(twin), assurance=assurance, by=contract_manager, at=AT).pk


def test_a_double_is_warned_of_by_its_code(contract_manager: User) -> None:
    registered(contract_manager, uscc=GOOD)

    with pytest.raises(Refused, match="可能与已登记的单位重复"):
        registered(contract_manager, "完全不同的名称", uscc=GOOD)


def test_the_very_same_name_is_refused_even_when_assured(contract_manager: User) -> None:
    registered(contract_manager)

    with pytest.raises(Refused, match="已有同名单位"):
        registering.register(body(), assurance=Assurance(distinct=True), by=contract_manager, at=AT)


@pytest.mark.parametrize("name", ["", "（）", " \u200b"])
def test_a_name_has_letters(contract_manager: User, name: str) -> None:
    with pytest.raises(Refused, match="请填写单位名称"):
        registered(contract_manager, name)


def test_renaming_keeps_the_old_name(contract_manager: User) -> None:
    made = registered(contract_manager)

    made = registering.rename(made, name="某某控股公司", on=DAY, by=contract_manager, at=AT)

    rows = set(made.names.values_list("name", "kind", "valid_from", "valid_to"))
    assert rows == {("某某（集团）有限公司", "former", None, DAY), ("某某控股公司", "current", DAY, None)}
    event = Event.objects.get(action="organisation.renamed")
    assert event.data == {"before": "某某（集团）有限公司", "name": "某某控股公司", "on": "2026-09-01"}


def test_an_organisation_without_name_rows_is_renamed_too(contract_manager: User) -> None:
    made = registering.rename(make.organisation("旧局"), name="新局", on=DAY, by=contract_manager, at=AT)

    assert sorted(made.names.values_list("name", "kind")) == [("新局", "current"), ("旧局", "former")]


def test_a_rename_that_cannot_be_is_refused(contract_manager: User) -> None:
    made = registering.rename(registered(contract_manager), name="某某控股", on=DAY, by=contract_manager, at=AT)
    registered(contract_manager, "另一单位")

    for name, on, words in (
        ("某某控股", date(2026, 9, 2), "与现用名相同"),
        ("某某新控股", DAY, "启用日期须晚于现用名的启用日期"),
        ("另一·单位", date(2026, 9, 2), "可能与已登记的单位重复"),
    ):
        with pytest.raises(Refused, match=words):
            registering.rename(made, name=name, on=on, by=contract_manager, at=AT)
    made.refresh_from_db()
    assert made.name == "某某控股"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "某某(集团)有限公司", "kind": "alias"}, "已登记过名称"),
        ({"name": "某集团", "kind": "former"}, "请填写曾用名的停用日期"),
        ({"name": "某集团", "kind": "current"}, "用“更名”办理"),
    ],
    ids=["own name", "former without a day", "current"],
)
def test_a_name_that_cannot_be_added_is_refused(contract_manager: User, said: dict[str, Any], words: str) -> None:
    made = registered(contract_manager)

    with pytest.raises(Refused, match=words):
        registering.add_name(made, **said, by=contract_manager, at=AT)


def test_only_aliases_are_retired_and_once(contract_manager: User) -> None:
    made = registered(contract_manager)
    alias = registering.add_name(made, name="某集团", kind="alias", by=contract_manager, at=AT)
    registering.retire_name(alias, on=DAY, by=contract_manager, at=AT)

    for name in (alias, made.names.get(kind="current")):
        with pytest.raises(Refused, match="只有在用的别名和简称"):
            registering.retire_name(name, on=DAY, by=contract_manager, at=AT)
    assert Organisation.objects.named("某集团").get() == made


@pytest.mark.parametrize("query", ["某某(集团)", "旧 称", "某·集团", "９１３５０１００M000100Y43"])
def test_search_finds_by_every_name(client: Client, contract_manager: User, query: str) -> None:
    made = registered(contract_manager, uscc=GOOD)
    registering.add_name(made, name="旧称公司", kind="former", valid_to=DAY, by=contract_manager, at=AT)
    registered(contract_manager, "不相干的单位")
    client.force_login(contract_manager)

    page = client.get(reverse("admin:contracts_organisation_changelist"), {"q": query}).content.decode()

    assert made.name in page
    assert "不相干的单位" not in page


def form(**changes: str) -> dict[str, str]:
    return {"name": "某某（集团）有限公司", "kind": "large", **changes}


def test_the_page_asks_for_a_reason_only_for_a_doubtful_code(client: Client, contract_manager: User) -> None:
    client.force_login(contract_manager)
    add = reverse("admin:contracts_organisation_add")

    assert 'type="hidden" name="uscc_reason"' in client.get(add).content.decode()
    asked = client.post(add, form(uscc=WRONG)).content.decode()
    assert "最后一位应为" in asked
    assert 'type="text" name="uscc_reason"' in asked
    answer = client.post(add, form(uscc=WRONG, uscc_reason="与证照一致"))

    assert answer.status_code == 302
    assert Organisation.objects.get().uscc_confirmed_by == contract_manager


def test_the_page_asks_about_a_double_and_takes_the_answer(client: Client, contract_manager: User) -> None:
    registered(contract_manager)
    client.force_login(contract_manager)
    add = reverse("admin:contracts_organisation_add")

    asked = client.post(add, form(name="某某(集团)有限公司")).content.decode()
    assert "可能与已登记的单位重复" in asked
    assert 'type="checkbox" name="distinct"' in asked
    client.post(add, form(name="某某(集团)有限公司", distinct="on"))

    assert Organisation.objects.filter(name="某某(集团)有限公司").exists()


def test_the_page_does_not_change_a_name(client: Client, contract_manager: User) -> None:
    made = registered(contract_manager)
    client.force_login(contract_manager)

    page = reverse("admin:contracts_organisation_change", args=[made.pk])
    answer = client.post(page, form(name="偷换的名称", address="新址"))

    made.refresh_from_db()
    assert (answer.status_code, made.name, made.address) == (302, "某某（集团）有限公司", "新址")
    assert "address" in Event.objects.get(action="organisation.amended").data["changed"]


@pytest.mark.parametrize("rows", [2, 12])
def test_the_list_costs_the_same_for_many(
    client: Client, contract_manager: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        registered(contract_manager, f"第{number}局", uscc=WRONG if number == 1 else "", reason="一致")
    client.force_login(contract_manager)

    with django_assert_max_num_queries(13):
        client.get(reverse("admin:contracts_organisation_changelist"), {"q": "局"})


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "current"}, "orgname_one_current|UNIQUE"),
        ({"kind": "former"}, "orgname_ended_if_former"),
        ({"kind": "nick"}, "orgname_kind_known|orgname_ended"),
        ({"kind": "alias", "valid_from": date(2026, 2, 1), "valid_to": DAY.replace(month=1)}, "orgname_interval"),
    ],
)
def test_the_database_refuses_names(contract_manager: User, changes: dict[str, object], constraint: str) -> None:
    made = registered(contract_manager)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        OrganisationName.objects.create(organisation=made, name="别的名称", **changes)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"uscc_reason": "没有人确认"}, "organisation_uscc_confirmed"),
        ({"uscc_confirmed_at": AT}, "organisation_uscc_confirmed"),
    ],
)
def test_the_database_refuses_a_reason_of_nobody(
    contract_manager: User, changes: dict[str, object], constraint: str
) -> None:
    made = registered(contract_manager)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Organisation.objects.filter(pk=made.pk).update(**changes)
