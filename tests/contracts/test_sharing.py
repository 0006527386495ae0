"""What agreements share: every state and every verb, consents of both sides, classing, and the database's own no."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from contracts import board, catalogue, sharing
from contracts.board import Standing
from contracts.models import Agreement, AgreementItem, CatalogueItem, ItemConsent
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.make_sharing import NOW, TODAY, USE, consented, item, pdf, shared

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


VERBS: dict[str, Callable[[AgreementItem, User], AgreementItem]] = {
    "confirm": lambda row, by: sharing.confirm(row, by=by, at=NOW),
    "open": lambda row, by: sharing.open_item(row, by=by, at=NOW),
    "suspend": lambda row, by: sharing.suspend(row, reason="核查", by=by, at=NOW),
    "resume": lambda row, by: sharing.resume(row, by=by, at=NOW),
    "withdraw": lambda row, by: sharing.withdraw(row, reason="终止提供", by=by, at=NOW),
    "use": lambda row, by: sharing.state_use(row, USE, by=by, at=NOW),
}
# What each verb makes of each state; a state that is not named here refuses it.
MOVES = {
    "confirm": {"planned": "confirmed"},
    "open": {"confirmed": "open"},
    "suspend": {"open": "suspended"},
    "resume": {"suspended": "open"},
    "withdraw": dict.fromkeys(("planned", "confirmed", "open", "suspended"), "withdrawn"),
    "use": {state: state for state in ("planned", "confirmed", "suspended")},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", AgreementItem.State.values)
def test_every_state_takes_its_verbs_and_refuses_the_others(
    agreement: Agreement, contract_manager: User, state: str, verb: str
) -> None:
    row = shared(agreement, by=contract_manager, state=state)
    after = MOVES[verb].get(state)

    if after is None:
        with pytest.raises(Refused):
            VERBS[verb](row, contract_manager)
    else:
        VERBS[verb](row, contract_manager)

    row.refresh_from_db()
    assert row.state == (after or state)


def test_opening_is_dated_recorded_and_told(agreement: Agreement, contract_manager: User, party_b: User) -> None:
    row = shared(agreement, by=contract_manager, state="open")

    assert row.opened_on == TODAY
    event = Event.objects.get(action="shared_item.opened")
    assert (event.agreement_id, event.organisation_id) == (agreement.pk, agreement.party_b_id)
    notice = Notice.objects.get(recipient=party_b, kind="shared_item.opened", channel="in_app")
    assert "已开通" in notice.subject


# --- Category 4 ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sides, missing",
    [
        pytest.param((), "甲方、乙方", id="nobody consented"),
        pytest.param(("a",), "乙方", id="only Party A"),
        pytest.param(("b",), "甲方", id="only Party B"),
    ],
)
def test_the_fourth_category_is_not_opened_without_both_consents(
    agreement: Agreement, contract_manager: User, sides: tuple[str, ...], missing: str
) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4), *sides, by=contract_manager)

    with pytest.raises(Refused, match=f"第四类信息须经双方书面同意才能开通，还缺：{missing}的同意记录"):
        sharing.open_item(row, by=contract_manager, at=NOW)

    row.refresh_from_db()
    assert (row.state, row.opened_on) == ("confirmed", None)


def test_both_consents_open_it_and_keep_their_papers(agreement: Agreement, contract_manager: User) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4), "a", "b", by=contract_manager)

    row = sharing.open_item(row, by=contract_manager, at=NOW)

    assert row.state == "open"
    assert {one.side for one in row.consents.all()} == {"a", "b"}
    assert all(one.paper.kind == "consent" and one.paper.for_party_b for one in row.consents.all())


def test_the_database_itself_keeps_the_fourth_category_shut(agreement: Agreement, contract_manager: User) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4), "a", by=contract_manager)

    with pytest.raises(IntegrityError, match="agritem_fourth_consented"), transaction.atomic():
        AgreementItem.objects.filter(pk=row.pk).update(state="open", opened_on=TODAY)


def test_consents_are_kept_as_they_are(agreement: Agreement, contract_manager: User) -> None:
    consented(shared(agreement, by=contract_manager, category=4), "a", by=contract_manager)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ItemConsent.objects.update(given_by="别人")


def test_another_use_needs_another_consent(agreement: Agreement, contract_manager: User) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4), "a", "b", by=contract_manager)

    row = sharing.state_use(row, USE, by=contract_manager, at=NOW)

    assert (row.consent_a_id, row.consent_b_id) == (None, None)
    with pytest.raises(Refused, match="还缺：甲方、乙方"):
        sharing.open_item(row, by=contract_manager, at=NOW)
    again = consented(row, "a", "b", by=contract_manager)
    assert sharing.open_item(again, by=contract_manager, at=NOW).state == "open"
    assert row.consents.count() == 4


def test_the_same_use_once_more_keeps_the_consents(agreement: Agreement, contract_manager: User) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4, use=USE), "a", by=contract_manager)

    assert sharing.state_use(row, USE, by=contract_manager, at=NOW).consent_a_id is not None


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"given_on": TODAY + timedelta(1)}, "同意日期不能晚于今天", id="tomorrow"),
        pytest.param({"given_by": " "}, "请写明同意人", id="nobody"),
        pytest.param({"side": "a"}, "已经登记", id="twice"),
    ],
)
def test_a_consent_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    row = consented(shared(agreement, by=contract_manager, category=4), "a", by=contract_manager)
    said = {"side": "b", "given_by": "刘洋", "given_on": TODAY, "file": pdf(), **changes}

    with pytest.raises(Refused, match=words):
        sharing.consent(row, sharing.Consent(**said), by=contract_manager, at=NOW)

    assert row.consents.count() == 1


# --- What else stands against opening --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"share_attribute": "withheld"}, "不予共享，不能开通", id="withheld"),
        pytest.param({"personal_information": True, "use": USE}, "影响评估报告", id="no impact assessment"),
        pytest.param({"level": "important"}, "使用目的、方式和范围", id="important data without a use"),
    ],
)
def test_what_may_not_be_shared_is_not_opened(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    row = shared(agreement, by=contract_manager, **changes)

    with pytest.raises(Refused, match=words):
        sharing.open_item(row, by=contract_manager, at=NOW)


def test_personal_information_opens_with_its_assessment_and_use(agreement: Agreement, contract_manager: User) -> None:
    row = shared(agreement, by=contract_manager, personal_information=True, use=USE)
    catalogue.assess(row.item, file=pdf(), assessed_on=TODAY, by=contract_manager, at=NOW)

    assert sharing.open_item(row, by=contract_manager, at=NOW).state == "open"


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"state": "suspended"}, "协议现在是“暂停”", id="suspended"),
        pytest.param({"state": "terminated"}, "协议现在是“终止”", id="terminated"),
        pytest.param({"ends_on": date(2026, 9, 17)}, "不在协议期内", id="over since yesterday"),
    ],
)
def test_nothing_opens_under_an_agreement_that_does_not_bind(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    row = shared(agreement, by=contract_manager)
    Agreement.objects.filter(pk=agreement.pk).update(**changes)

    with pytest.raises(Refused, match=words):
        sharing.open_item(row, by=contract_manager, at=NOW)


def test_an_item_is_listed_once_by_its_own_provider_and_while_it_stands(
    agreement: Agreement, contract_manager: User
) -> None:
    row = shared(agreement, by=contract_manager)
    draft = item(agreement, by=contract_manager, published=False)
    strange = item(make.agreement(party_a=make.organisation("另一提供方")), by=contract_manager)

    for listed, words in ((row.item, "已经列入"), (draft, "只有已发布"), (strange, "与协议甲方不一致")):
        with pytest.raises(Refused, match=words):
            sharing.plan(agreement, listed, use=USE, by=contract_manager, at=NOW)
    Agreement.objects.filter(pk=agreement.pk).update(state="closed")
    with pytest.raises(Refused, match="协议已经结束"):
        sharing.plan(agreement, item(agreement, by=contract_manager), use=USE, by=contract_manager, at=NOW)


# --- The catalogue ---------------------------------------------------------------------------------------------


def test_an_item_is_published_once_and_only_with_a_mode(agreement: Agreement, contract_manager: User) -> None:
    bare = item(agreement, by=contract_manager, published=False, by_query=False)
    with pytest.raises(Refused, match="至少一种共享方式"):
        catalogue.publish(bare, by=contract_manager, at=NOW)

    made = item(agreement, by=contract_manager)

    with pytest.raises(Refused, match="只有编目中"):
        catalogue.publish(made, by=contract_manager, at=NOW)


def test_an_item_leaves_the_catalogue_when_no_agreement_lists_it(agreement: Agreement, contract_manager: User) -> None:
    row = shared(agreement, by=contract_manager, state="open")
    with pytest.raises(Refused, match=agreement.number):
        catalogue.withdraw(row.item, reason="停止提供", by=contract_manager, at=NOW)

    sharing.withdraw(row, reason="停止提供", by=contract_manager, at=NOW)

    assert catalogue.withdraw(row.item, reason="停止提供", by=contract_manager, at=NOW).state == "withdrawn"


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"share_attribute": "withheld"}, "再改为不予共享", id="withheld"),
        pytest.param({"personal_information": True}, "改为含个人信息之前", id="personal information"),
    ],
)
def test_an_open_item_is_not_reclassified_behind_its_agreements(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    row = shared(agreement, by=contract_manager, state="open")
    said = {"share_attribute": "conditional", "level": "general", "personal_information": False, **changes}

    with pytest.raises(Refused, match=words):
        catalogue.reclassify(row.item, catalogue.Classing(**said), reason="重新定级", by=contract_manager, at=NOW)

    sharing.suspend(row, reason="重新定级", by=contract_manager, at=NOW)
    made = catalogue.reclassify(row.item, catalogue.Classing(**said), reason="重新定级", by=contract_manager, at=NOW)
    assert all(getattr(made, name) == value for name, value in changes.items())


def test_verbs_of_the_catalogue_ask_for_a_reason(agreement: Agreement, contract_manager: User) -> None:
    made = item(agreement, by=contract_manager)
    classing = catalogue.Classing(share_attribute="conditional", level="general", personal_information=False)
    promise = catalogue.Promise(frequency_unit="week", every=1)

    with pytest.raises(Refused, match="请写明理由"):
        catalogue.withdraw(made, reason=" ", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="请写明理由"):
        catalogue.reclassify(made, classing, reason="", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="约定在哪里"):
        catalogue.set_frequency(made, promise, reason="", by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "assessed_on, personal, words",
    [
        pytest.param(TODAY + timedelta(1), True, "评估日期不能晚于今天", id="tomorrow"),
        pytest.param(TODAY, False, "没有标注含个人信息", id="nothing personal"),
    ],
)
def test_an_assessment_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, assessed_on: date, personal: bool, words: str
) -> None:
    made = item(agreement, by=contract_manager, personal_information=personal)

    with pytest.raises(Refused, match=words):
        catalogue.assess(made, file=pdf(), assessed_on=assessed_on, by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"category": 5}, id="a fifth category"),
        pytest.param({"share_attribute": "maybe"}, id="unknown attribute"),
        pytest.param({"level": "secret"}, id="unknown level"),
        pytest.param({"every": 2}, id="every two of nothing"),
        pytest.param({"frequency_unit": "week"}, id="weeks without a number"),
        pytest.param({"frequency_unit": "realtime", "every": 1}, id="live, every one"),
        pytest.param({"by_query": False}, id="published without a mode"),
        pytest.param({"assessed_on": TODAY}, id="assessed without a report"),
    ],
)
def test_the_database_refuses_an_item_that_cannot_be(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any]
) -> None:
    made = item(agreement, by=contract_manager)

    with pytest.raises(IntegrityError), transaction.atomic():
        CatalogueItem.objects.filter(pk=made.pk).update(**changes)


# --- The clause board ------------------------------------------------------------------------------------------


def test_the_catalogue_clause_counts_opened_of_listed(agreement: Agreement, contract_manager: User) -> None:
    assert board.read(agreement, "catalogue", at=NOW).standing == Standing.UNPROVEN
    shared(agreement, by=contract_manager, state="open")
    assert board.read(agreement, "catalogue", at=NOW).standing == Standing.KEPT

    shared(agreement, by=contract_manager, category=2, expected_on=TODAY + timedelta(9))
    soon = board.read(agreement, "catalogue", at=NOW)
    late = board.read(agreement, "catalogue", at=NOW + timedelta(10))

    assert (soon.standing, soon.count) == (Standing.DUE_SOON, 1)
    assert late.standing == Standing.OVERDUE
    assert "第 1 类 1/1" in str(late.note)
    assert "第 2 类 0/1" in str(late.note)


def test_an_unopened_item_without_an_agreed_day_is_not_measured(agreement: Agreement, contract_manager: User) -> None:
    shared(agreement, by=contract_manager)

    assert board.read(agreement, "catalogue", at=NOW).standing == Standing.NOT_MEASURABLE
