"""Consents and third parties: each verb in each state, what stands on a day, live access without approval is red."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from contracts import board, consents, third_parties
from contracts.board import Standing
from contracts.consents import Asked
from contracts.models import Agreement, ConsentRequest, ThirdPartyAccess
from contracts.third_parties import Declared
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests.answers import seen

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, DAY = date(2026, 9, 18), timedelta(days=1)
UNTIL = date(2026, 12, 31)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def pdf(name: str = "同意书") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n")


def asked(agreement: Agreement, by: User, **changes: Any) -> ConsentRequest:
    fields = {
        "kind": "commercial_use", "purpose": "核验服务", "scope": "逐笔授权",
        "wanted_from": TODAY, "wanted_until": UNTIL, **changes,
    }  # fmt: skip
    return consents.request(agreement, Asked(**fields), by=by, at=NOW)


def declared(agreement: Agreement, by: User, *, file: Any = None, **changes: Any) -> ThirdPartyAccess:
    fields = {"name": "某科技公司", "purpose": "运维", "scope": "前置机", "access_from": TODAY, **changes}
    return third_parties.declare(agreement, Declared(**fields), file=file, by=by, at=NOW)


# --- Consents --------------------------------------------------------------------------------------------------


@pytest.fixture
def verbs(contract_manager: User, party_b: User) -> dict[str, Callable[[ConsentRequest], ConsentRequest]]:
    def grant(row: ConsentRequest) -> ConsentRequest:
        return consents.grant(row, valid_from=TODAY, valid_until=UNTIL, file=pdf(), by=contract_manager, at=NOW)

    return {
        "grant": grant,
        "refuse": lambda row: consents.refuse(row, reasons="超出用途", by=contract_manager, at=NOW),
        "revoke": lambda row: consents.revoke(row, reasons="滥用", by=contract_manager, at=NOW + 30 * DAY),
        "withdraw": lambda row: consents.withdraw(row, by=party_b, at=NOW),
    }


WAYS: dict[str, tuple[str, ...]] = {
    "requested": (), "granted": ("grant",), "refused": ("refuse",), "revoked": ("grant", "revoke"),
    "withdrawn": ("withdraw",),
}  # fmt: skip
AFTER = {"grant": "granted", "refuse": "refused", "revoke": "revoked", "withdraw": "withdrawn"}


@pytest.mark.parametrize("state", WAYS)
@pytest.mark.parametrize("verb", AFTER)
def test_each_verb_in_each_state(
    agreement: Agreement, party_b: User, verbs: dict[str, Any], verb: str, state: str
) -> None:
    row = asked(agreement, party_b)
    for step in WAYS[state]:
        row = verbs[step](row)

    if (state == "requested" and verb != "revoke") or (state, verb) == ("granted", "revoke"):
        assert verbs[verb](row).state == AFTER[verb]
        assert Event.objects.filter(action=f"consent.{AFTER[verb]}", agreement_id=agreement.pk).count() == 1
    else:
        with pytest.raises(Refused, match="不能这样办理"):
            verbs[verb](row)


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"file": None}, "须有书面同意书", id="no letter"),
        pytest.param({"valid_until": TODAY - DAY}, "不能早于开始", id="backwards"),
    ],
)
def test_grants_that_are_refused(
    agreement: Agreement, contract_manager: User, party_b: User, said: dict[str, Any], words: str
) -> None:
    row = asked(agreement, party_b)
    fields = {"valid_from": TODAY, "valid_until": UNTIL, "file": pdf(), **said}

    with pytest.raises(Refused, match=words):
        consents.grant(row, **fields, by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"purpose": " "}, "请写明用途", id="no purpose"),
        pytest.param({"scope": ""}, "请写明范围", id="no scope"),
        pytest.param({"wanted_until": TODAY - DAY}, "不能早于开始", id="backwards"),
    ],
)
def test_requests_that_are_refused(agreement: Agreement, party_b: User, changes: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        asked(agreement, party_b, **changes)


def test_the_database_keeps_no_grant_without_a_letter(agreement: Agreement, party_b: User) -> None:
    row = asked(agreement, party_b)

    with pytest.raises(IntegrityError, match="consent_grant_whole"), transaction.atomic():
        ConsentRequest.objects.filter(pk=row.pk).update(state="granted", valid_from=TODAY, valid_until=UNTIL)


@pytest.mark.parametrize(
    "day, held",
    [
        pytest.param(TODAY - DAY, False, id="the day before"),
        pytest.param(TODAY, True, id="first day"),
        pytest.param(UNTIL, True, id="last day"),
        pytest.param(UNTIL + DAY, False, id="expired"),
    ],
)
def test_a_consent_stands_from_day_to_day(
    agreement: Agreement, party_b: User, verbs: dict[str, Any], day: date, held: bool
) -> None:
    row = verbs["grant"](asked(agreement, party_b))

    assert consents.in_force(agreement, "commercial_use", day) == (row if held else None)
    assert consents.in_force(agreement, "publication", day) is None
    assert consents.has_expired(row, day) == (day > UNTIL)


def test_a_revoked_consent_covers_what_was_before(agreement: Agreement, party_b: User, verbs: dict[str, Any]) -> None:
    row = verbs["revoke"](verbs["grant"](asked(agreement, party_b)))

    assert row.revoked_on == TODAY + 30 * DAY
    assert consents.in_force(agreement, "commercial_use", TODAY + 29 * DAY) == row
    assert consents.in_force(agreement, "commercial_use", TODAY + 30 * DAY) is None


@pytest.mark.parametrize("who", ["party_b_other", "outsider"])
def test_others_ask_and_withdraw_nothing(agreement: Agreement, party_b: User, request: Any, who: str) -> None:
    by, row = request.getfixturevalue(who), asked(agreement, party_b)

    acts: list[Callable[[], object]] = [lambda: asked(agreement, by), lambda: consents.withdraw(row, by=by, at=NOW)]
    for act in acts:
        with pytest.raises(Refused, match="只有乙方的人员"):
            act()


def test_the_board_reads_consents(agreement: Agreement, party_b: User, verbs: dict[str, Any]) -> None:
    row = asked(agreement, party_b)
    assert board.read(agreement, "commercial_use", at=NOW).standing == Standing.UNPROVEN

    verbs["grant"](row)

    assert board.read(agreement, "commercial_use", at=NOW).standing == Standing.KEPT
    assert board.read(agreement, "commercial_use", at=NOW + 200 * DAY).standing == Standing.UNPROVEN


# --- Third parties ---------------------------------------------------------------------------------------------


@pytest.fixture
def moves(contract_manager: User, party_b: User) -> dict[str, Callable[[ThirdPartyAccess], ThirdPartyAccess]]:
    return {
        "approve": lambda row: third_parties.approve(row, file=pdf(), by=contract_manager, at=NOW),
        "refuse": lambda row: third_parties.refuse(row, reasons="无资质", by=contract_manager, at=NOW),
        "end": lambda row: third_parties.end(row, by=party_b, at=NOW),
    }


@pytest.mark.parametrize("state", ["declared", "approved", "refused", "ended"])
@pytest.mark.parametrize("verb", ["approve", "refuse", "end"])
def test_each_move_in_each_state(
    agreement: Agreement, party_b: User, moves: dict[str, Any], verb: str, state: str
) -> None:
    row = declared(agreement, party_b)
    ways = {"approved": "approve", "refused": "refuse", "ended": "end"}
    if state in ways:
        row = moves[ways[state]](row)
    possible = {"approve": {"declared", "refused"}, "refuse": {"declared"}, "end": {"declared", "approved", "refused"}}

    if state in possible[verb]:
        assert moves[verb](row).state == {"approve": "approved", "refuse": "refused", "end": "ended"}[verb]
    else:
        with pytest.raises(Refused, match="不能这样办理"):
            moves[verb](row)


def test_no_approval_without_the_confidentiality_agreement(
    agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    with pytest.raises(Refused, match="须有第三方的保密协议"):
        third_parties.approve(declared(agreement, party_b), by=contract_manager, at=NOW)

    with_paper = declared(agreement, party_b, file=pdf())
    assert third_parties.approve(with_paper, by=contract_manager, at=NOW).state == "approved"


@pytest.mark.parametrize(
    "changes, state, live, finding",
    [
        pytest.param({}, "declared", True, True, id="lives unapproved"),
        pytest.param({}, "refused", True, True, id="lives though refused"),
        pytest.param({}, "approved", True, False, id="lives approved"),
        pytest.param({}, "ended", False, False, id="ended"),
        pytest.param({"access_from": TODAY + DAY}, "declared", False, False, id="not begun"),
        pytest.param({"access_from": TODAY - 9 * DAY, "access_until": TODAY}, "declared", True, True, id="last day"),
        pytest.param(
            {"access_from": TODAY - 9 * DAY, "access_until": TODAY - DAY}, "declared", False, False, id="over"
        ),
    ],
)
def test_live_access_without_approval_is_a_finding(
    agreement: Agreement, party_b: User, moves: dict[str, Any], changes: Any, state: str, live: bool, finding: bool
) -> None:
    row = declared(agreement, party_b, **changes)
    if state != "declared":
        row = moves[{"approved": "approve", "refused": "refuse", "ended": "end"}[state]](row)

    assert (third_parties.is_live(row, TODAY), third_parties.is_finding(row, TODAY)) == (live, finding)
    assert ThirdPartyAccess.objects.live(TODAY).exists() == live
    assert ThirdPartyAccess.objects.unapproved(TODAY).exists() == finding
    expected = Standing.BREACHED if finding else Standing.KEPT if live else Standing.UNPROVEN
    assert board.read(agreement, "sublicence", at=NOW).standing == expected


def test_an_end_to_come_is_refused(agreement: Agreement, party_b: User) -> None:
    with pytest.raises(Refused, match="不能晚于今天"):
        third_parties.end(declared(agreement, party_b), ended_on=TODAY + DAY, by=party_b, at=NOW)


def test_the_finding_is_red_on_both_sides(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, time_machine: Any
) -> None:
    declared(agreement, party_b)
    time_machine.move_to(NOW, tick=False)
    for user, url in (
        (contract_manager, "/admin/contracts/thirdpartyaccess/?access=finding"),
        (party_b, "/portal/compliance/"),
    ):
        client.force_login(user)
        assert 'badge-bad">已申报，未经批准仍在接入' in client.get(url).content.decode()


# --- Pages -----------------------------------------------------------------------------------------------------


def test_party_b_asks_and_reads_the_answer(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    client.force_login(party_b)
    said = {
        "agreement": agreement.pk, "kind": "publication", "purpose": "年报", "scope": "汇总数字",
        "wanted_from": "2026-10-01", "wanted_until": "2026-10-31",
    }  # fmt: skip
    key = new_key()
    for _ in range(2):
        client.post(reverse("contracts:consent-new"), {KEY_FIELD: key, **said})
    row = ConsentRequest.objects.get()
    assert Notice.objects.filter(recipient=contract_manager, subject__contains="同意申请待审批").exists()

    client.force_login(contract_manager)
    granted = {"valid_from": "2026-10-01", "valid_until": "2026-10-31", "reasons": "仅汇总", "file": pdf()}
    client.post(f"/admin/contracts/consentrequest/{row.pk}/do/grant/", {KEY_FIELD: new_key(), **granted})

    client.force_login(party_b)
    page = client.get(reverse("contracts:compliance")).content.decode()
    assert "已同意" in page and "仅汇总" in page and "同意书.pdf" in page


@pytest.mark.parametrize("what", ["consent", "third-party"])
@pytest.mark.parametrize("agreement_id", ["x", "999999", "99999999999999999999", ""])
def test_an_agreement_that_was_not_offered_is_refused(
    client: Client, party_b: User, other_agreement: Agreement, what: str, agreement_id: str
) -> None:
    client.force_login(party_b)
    said = {
        "kind": "other", "purpose": "x", "scope": "x", "name": "x", "access_from": "2026-10-01",
        "wanted_from": "2026-10-01", "wanted_until": "2026-10-02",
    }  # fmt: skip
    for pk in (agreement_id, other_agreement.pk):
        answer = client.post(reverse(f"contracts:{what}-new"), {KEY_FIELD: new_key(), **said, "agreement": pk})
        assert answer.status_code == 200
        assert "sy-errors" in answer.content.decode()

    assert not ConsentRequest.objects.exists() and not ThirdPartyAccess.objects.exists()


@pytest.mark.parametrize("what", ["consent-withdraw", "third-party-end"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_rows_of_others_are_answered_as_missing_ones(
    client: Client, agreement: Agreement, party_b: User, party_b_other: User, what: str, method: str
) -> None:
    row: Any = asked(agreement, party_b) if what == "consent-withdraw" else declared(agreement, party_b)
    client.force_login(party_b_other)

    said = {KEY_FIELD: new_key(), "ended_on": "2026-09-18"}
    foreign, missing = (
        getattr(client, method)(reverse(f"contracts:{what}", args=[pk]), said) for pk in (row.pk, 99999)
    )

    assert foreign.status_code == missing.status_code == 404
    assert seen(foreign, asked=row.pk) == seen(missing, asked=99999)
    before = row.state
    row.refresh_from_db()
    assert row.state == before


def test_party_b_ends_and_withdraws_its_own(
    client: Client, agreement: Agreement, party_b: User, time_machine: Any
) -> None:
    time_machine.move_to(NOW, tick=False)
    third, consent = declared(agreement, party_b), asked(agreement, party_b)
    client.force_login(party_b)

    client.post(reverse("contracts:third-party-end", args=[third.pk]), {KEY_FIELD: new_key(), "ended_on": "2026-09-18"})
    client.post(reverse("contracts:consent-withdraw", args=[consent.pk]), {KEY_FIELD: new_key()})
    again = client.post(reverse("contracts:consent-withdraw", args=[consent.pk]), {KEY_FIELD: new_key()})

    third.refresh_from_db()
    consent.refresh_from_db()
    assert (third.state, consent.state) == ("ended", "withdrawn")
    assert "不能这样办理" in again.content.decode()


@pytest.mark.parametrize("model", ["consentrequest", "thirdpartyaccess"])
@pytest.mark.parametrize("rows", [1, 12])
def test_lists_cost_the_same_for_many(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, model: str, rows: int,
    django_assert_max_num_queries: Any,
) -> None:  # fmt: skip
    for _ in range(rows):
        asked(agreement, party_b)
        declared(agreement, party_b)
    client.force_login(contract_manager)
    with django_assert_max_num_queries(14):
        assert client.get(f"/admin/contracts/{model}/").status_code == 200

    client.force_login(party_b)
    with django_assert_max_num_queries(18):
        client.get(reverse("contracts:compliance"))
