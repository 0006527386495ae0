"""Grants: every state against every verb, what may not be asked for, when one may be used, and how they run out."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from contracts import board, grants, sharing, sharing_watch
from contracts.board import Standing
from contracts.grants import Ask
from contracts.models import AccessGrant, Agreement, AgreementItem
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests.contracts.make_sharing import NOW, TODAY, pdf, shared

pytestmark = pytest.mark.django_db
State = AccessGrant.State


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def opened(agreement: Agreement, contract_manager: User) -> AgreementItem:
    """An open item that can be queried and downloaded."""
    return shared(agreement, by=contract_manager, state="open", by_download=True)


def ask(**changes: Any) -> Ask:
    fields: dict[str, Any] = {
        "mode": "query", "purpose": "核验", "manner": "逐件查询", "scope": "综合窗口", "valid_from": TODAY,
        "valid_to": TODAY + timedelta(90), **changes,
    }  # fmt: skip
    return Ask(**fields)


def requested(opened: AgreementItem, by: User, **changes: Any) -> AccessGrant:
    return grants.request(opened, ask(**changes), by=by, at=NOW)


def given(opened: AgreementItem, party_b: User, lead: User, **changes: Any) -> AccessGrant:
    return grants.give(requested(opened, party_b, **changes), by=lead, at=NOW)


def in_state(state: str, opened: AgreementItem, party_b: User, lead: User) -> AccessGrant:
    row = requested(opened, party_b)
    if state == "refused":
        return grants.refuse(row, reason="范围过大。", by=lead, at=NOW)
    if state == "cancelled":
        return grants.cancel(row, by=party_b, at=NOW)
    if state == "requested":
        return row
    row = grants.give(row, by=lead, at=NOW)
    if state == "suspended":
        return grants.suspend(row, reason="核查。", by=lead, at=NOW)
    if state == "ended":
        return grants.end(row, reason="不再需要。", by=lead, at=NOW)
    if state == "expired":
        grants.expire(row, at=NOW + timedelta(200))
    row.refresh_from_db()
    return row


VERBS: dict[str, Callable[[AccessGrant, User], AccessGrant]] = {
    "give": lambda row, by: grants.give(row, by=by, at=NOW),
    "refuse": lambda row, by: grants.refuse(row, reason="范围过大。", by=by, at=NOW),
    "cancel": lambda row, by: grants.cancel(row, by=by, at=NOW),
    "suspend": lambda row, by: grants.suspend(row, reason="核查。", by=by, at=NOW),
    "resume": lambda row, by: grants.resume(row, by=by, at=NOW),
    "end": lambda row, by: grants.end(row, reason="不再需要。", by=by, at=NOW),
}
MOVES = {
    "give": {"requested": "granted"},
    "refuse": {"requested": "refused"},
    "cancel": {"requested": "cancelled"},
    "suspend": {"granted": "suspended"},
    "resume": {"suspended": "granted"},
    "end": {"granted": "ended", "suspended": "ended"},
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", State.values)
def test_every_state_takes_its_verbs_and_refuses_the_others(
    opened: AgreementItem, party_b: User, ops_lead: User, state: str, verb: str
) -> None:
    row = in_state(state, opened, party_b, ops_lead)
    after = MOVES[verb].get(state)

    if after is None:
        with pytest.raises(Refused):
            VERBS[verb](row, ops_lead)
    else:
        VERBS[verb](row, ops_lead)

    row.refresh_from_db()
    assert row.state == (after or state)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"mode": "interface"}, "不提供这种共享方式", id="a mode that is not offered"),
        pytest.param({"purpose": " "}, "请写明使用目的", id="no purpose"),
        pytest.param({"manner": ""}, "请写明使用目的", id="no manner"),
        pytest.param({"scope": ""}, "请写明使用目的", id="no scope"),
        pytest.param({"valid_from": TODAY + timedelta(91)}, "不能早于开始", id="backward"),
        pytest.param({"valid_from": TODAY - timedelta(9), "valid_to": TODAY - timedelta(1)}, "已经过去", id="past"),
        pytest.param({"valid_to": date(2029, 1, 1)}, "不能超过协议终止日期 2028-12-31", id="beyond the agreement"),
        pytest.param({"quota": 100}, "用量上限要写全", id="a quota of no period"),
        pytest.param({"quota_period": "day"}, "用量上限要写全", id="a period of no quota"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    opened: AgreementItem, party_b: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        requested(opened, party_b, **changes)

    assert not AccessGrant.objects.exists()


def test_only_an_open_item_can_be_asked_for(agreement: Agreement, contract_manager: User, party_b: User) -> None:
    with pytest.raises(Refused, match="只有已开通"):
        requested(shared(agreement, by=contract_manager), party_b)


def test_a_second_request_for_the_same_time_is_refused(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    given(opened, party_b, ops_lead)

    with pytest.raises(Refused, match="请勿重复申请"):
        requested(opened, party_b, valid_from=TODAY + timedelta(90), valid_to=TODAY + timedelta(120))
    requested(opened, party_b, mode="download")
    requested(opened, party_b, valid_from=TODAY + timedelta(91), valid_to=TODAY + timedelta(120))

    assert AccessGrant.objects.count() == 3


def test_a_request_is_told_to_those_who_decide_and_the_decision_to_party_b(
    opened: AgreementItem, party_b: User, ops_lead: User
) -> None:
    row = requested(opened, party_b)
    assert "请审批使用授权" in Notice.objects.get(recipient=ops_lead, kind="grant.requested", channel="in_app").subject

    row = grants.refuse(row, reason="范围过大，请缩小。", by=ops_lead, at=NOW)

    notice = Notice.objects.get(recipient=party_b, kind="grant.refused", channel="in_app")
    assert (notice.body, row.reason) == ("范围过大，请缩小。", "范围过大，请缩小。")
    assert Event.objects.get(action="grant.refused").reason == "范围过大，请缩小。"


def test_a_refusal_says_why(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    row = requested(opened, party_b)

    with pytest.raises(Refused, match="请写明理由"):
        grants.refuse(row, reason=" ", by=ops_lead, at=NOW)
    with pytest.raises(IntegrityError, match="grant_refused_why"), transaction.atomic():
        AccessGrant.objects.filter(pk=row.pk).update(state="refused", decided_by=ops_lead, decided_at=NOW)


def test_nobody_decides_an_own_request(opened: AgreementItem, ops_lead: User) -> None:
    row = requested(opened, ops_lead)

    for decide in (grants.give, lambda grant, **said: grants.refuse(grant, reason="不妥", **said)):
        with pytest.raises(Refused, match="不能审批自己提出的申请"):
            decide(row, by=ops_lead, at=NOW)
    with pytest.raises(IntegrityError, match="grant_two_persons"), transaction.atomic():
        AccessGrant.objects.filter(pk=row.pk).update(state="granted", decided_by=ops_lead, decided_at=NOW)


def test_nothing_is_given_on_an_item_that_was_suspended_meanwhile(
    opened: AgreementItem, party_b: User, ops_lead: User
) -> None:
    row = requested(opened, party_b)
    sharing.suspend(opened, reason="核查", by=ops_lead, at=NOW)

    with pytest.raises(Refused, match="没有开通，不能授权"):
        grants.give(row, by=ops_lead, at=NOW)


def test_the_authorisation_is_kept_for_party_b(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    row = grants.give(requested(opened, party_b), file=pdf("授权书.pdf"), by=ops_lead, at=NOW)

    assert row.paper is not None
    assert (row.paper.kind, row.paper.for_party_b) == ("authorisation", True)


# --- Use -------------------------------------------------------------------------------------------------------


def agreement_suspended(row: AccessGrant, by: User) -> None:
    Agreement.objects.update(state="suspended")


def agreement_over(row: AccessGrant, by: User) -> None:
    Agreement.objects.update(ends_on=TODAY - timedelta(1))


def item_suspended(row: AccessGrant, by: User) -> None:
    sharing.suspend(row.shared_item, reason="核查", by=by, at=NOW)


def grant_suspended(row: AccessGrant, by: User) -> None:
    grants.suspend(row, reason="核查", by=by, at=NOW)


def nothing(row: AccessGrant, by: User) -> None:
    pass


@pytest.mark.parametrize(
    "happened, day, words",
    [
        pytest.param(nothing, TODAY, "", id="all well"),
        pytest.param(nothing, TODAY + timedelta(90), "", id="the last day"),
        pytest.param(nothing, TODAY + timedelta(91), "不在授权有效期内", id="the day after"),
        pytest.param(nothing, TODAY - timedelta(1), "不在授权有效期内", id="the day before"),
        pytest.param(agreement_suspended, TODAY, "协议现在是“暂停”", id="agreement suspended"),
        pytest.param(agreement_over, TODAY, "不在协议期内", id="agreement over"),
        pytest.param(item_suspended, TODAY, "共享信息现在是“暂停”", id="item suspended"),
        pytest.param(grant_suspended, TODAY, "授权现在是“暂停”", id="grant suspended"),
    ],
)
def test_a_grant_is_used_only_while_everything_holds(
    opened: AgreementItem, party_b: User, ops_lead: User, happened: Callable[..., None], day: date, words: str
) -> None:
    row = given(opened, party_b, ops_lead)
    happened(row, ops_lead)
    row = AccessGrant.objects.select_related("shared_item__agreement").get(pk=row.pk)

    found = grants.usable_on(row, day)

    assert found.usable == (not words)
    assert words in " ".join(found.reasons)
    assert AccessGrant.objects.usable_on(day).filter(pk=row.pk).exists() == found.usable


# --- Running out -----------------------------------------------------------------------------------------------


def test_a_grant_is_warned_of_once_at_each_level_and_then_expires(
    opened: AgreementItem, party_b: User, ops_lead: User
) -> None:
    row = given(opened, party_b, ops_lead)

    told = [sharing_watch.watch(at=NOW + timedelta(day))["grants_warned"] for day in (59, 60, 60, 75, 83, 84, 90)]

    assert told == [0, 1, 0, 0, 1, 0, 0]
    assert Notice.objects.filter(recipient=party_b, kind="grant.runs_out", channel="in_app").count() == 2
    assert [sharing_watch.watch(at=NOW + timedelta(91))["expired"] for _again in range(2)] == [1, 0]
    row.refresh_from_db()
    assert (row.state, row.reason) == ("expired", "授权有效期已满。")


def test_after_an_outage_only_the_nearest_level_is_told(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    given(opened, party_b, ops_lead)

    sharing_watch.watch(at=NOW + timedelta(88))

    mine = Notice.objects.filter(recipient=party_b, kind="grant.runs_out", channel="in_app")
    assert [notice.key.split("/")[4] for notice in mine] == ["7"]


@pytest.mark.parametrize("state", ["requested", "granted", "suspended"])
def test_grants_end_with_their_item_and_their_agreement(
    opened: AgreementItem, party_b: User, ops_lead: User, state: str
) -> None:
    row = in_state(state, opened, party_b, ops_lead)
    sharing.withdraw(opened, reason="停止提供", by=ops_lead, at=NOW)

    assert sharing_watch.watch(at=NOW)["expired"] == 1

    row.refresh_from_db()
    assert (row.state, row.reason) == ("expired", "共享信息已经下线。")


def test_grants_end_with_the_agreement(opened: AgreementItem, party_b: User, ops_lead: User) -> None:
    row = given(opened, party_b, ops_lead)
    Agreement.objects.update(state="terminated")

    assert sharing_watch.watch(at=NOW)["expired"] == 1

    row.refresh_from_db()
    assert row.reason == "协议已经结束。"


def test_the_clause_of_modes_counts_usable_grants(
    agreement: Agreement, opened: AgreementItem, party_b: User, ops_lead: User
) -> None:
    assert board.read(agreement, "modes", at=NOW).standing == Standing.UNPROVEN
    given(opened, party_b, ops_lead)
    requested(opened, party_b, mode="download")

    kept, soon = (board.read(agreement, "modes", at=NOW + timedelta(day)) for day in (0, 61))

    assert (kept.standing, soon.standing, kept.count) == (Standing.KEPT, Standing.DUE_SOON, 1)
    assert "查询 1，另有 1 份申请待审批" in str(kept.note)
