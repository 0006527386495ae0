"""Credentials: told by fingerprint and never by secret, warned of before they expire, revoked once."""

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from contracts import credentials, sharing_watch
from contracts.credentials import Issued
from contracts.models import Agreement, Credential
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.make_sharing import NOW, TODAY

pytestmark = pytest.mark.django_db
PRINT = sha256(b"key").hexdigest()


def register(agreement: Agreement, by: User, **changes: Any) -> Credential:
    fields: dict[str, Any] = {
        "kind": "api_key", "identifier": "app-001", "fingerprint": PRINT, "held_by": "刘洋", "issued_on": TODAY,
        "expires_on": TODAY + timedelta(90), **changes,
    }  # fmt: skip
    return credentials.register(agreement, None, Issued(**fields), by=by, at=NOW)


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param(PRINT, id="plain"),
        pytest.param(PRINT.upper(), id="in capitals"),
        pytest.param(":".join(PRINT[at : at + 2] for at in range(0, 64, 2)), id="in pairs, as openssl prints it"),
    ],
)
def test_a_fingerprint_is_understood_as_tools_print_it(agreement: Agreement, operator: User, typed: str) -> None:
    assert register(agreement, operator, fingerprint=typed).fingerprint == PRINT


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"fingerprint": "s3cret-Passw0rd"}, "密钥、口令本身不要填写", id="a secret"),
        pytest.param({"fingerprint": PRINT[:-1]}, "64 位十六进制", id="too short"),
        pytest.param({"identifier": " "}, "请填写标识和保管人", id="no identifier"),
        pytest.param({"held_by": ""}, "请填写标识和保管人", id="no keeper"),
        pytest.param({"issued_on": TODAY + timedelta(1)}, "签发日期不能晚于今天", id="issued tomorrow"),
        pytest.param({"expires_on": TODAY - timedelta(1)}, "到期日期不能早于签发日期", id="expired when issued"),
    ],
)
def test_what_cannot_be_a_credential_is_refused(
    agreement: Agreement, operator: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        register(agreement, operator, **changes)

    assert "s3cret" not in str(refused.value)
    assert not Credential.objects.exists()


def test_a_fingerprint_is_registered_once(agreement: Agreement, other_agreement: Agreement, operator: User) -> None:
    register(agreement, operator)

    with pytest.raises(Refused, match="已经登记过"):
        register(other_agreement, operator)


def test_nothing_is_registered_under_an_agreement_that_does_not_bind(operator: User) -> None:
    with pytest.raises(Refused, match="只有已生效的协议"):
        register(make.agreement(state="terminated"), operator)


def test_a_credential_is_revoked_once_and_with_a_reason(agreement: Agreement, operator: User) -> None:
    row = register(agreement, operator)
    with pytest.raises(Refused, match="请写明注销原因"):
        credentials.revoke(row, reason=" ", by=operator, at=NOW)

    row = credentials.revoke(row, reason="调岗", by=operator, at=NOW)

    assert (row.revoked_on, row.standing_on(TODAY)) == (TODAY, "revoked")
    assert Event.objects.get(action="credential.revoked").reason == "调岗"
    with pytest.raises(Refused, match="已经注销"):
        credentials.revoke(row, reason="调岗", by=operator, at=NOW)
    assert not Credential.objects.live_on(TODAY).exists()


@pytest.mark.parametrize(
    "day, standing",
    [
        pytest.param(0, "live", id="new"),
        pytest.param(59, "live", id="31 days left"),
        pytest.param(60, "expiring", id="30 days left"),
        pytest.param(90, "expiring", id="the last day"),
        pytest.param(91, "expired", id="the day after"),
    ],
)
def test_where_a_credential_stands(agreement: Agreement, operator: User, day: int, standing: str) -> None:
    assert register(agreement, operator).standing_on(TODAY + timedelta(day)) == standing


def test_expiry_is_told_once_at_each_level(agreement: Agreement, operator: User, party_b: User) -> None:
    register(agreement, operator)

    told = [
        sharing_watch.watch(at=NOW + timedelta(day))["credentials_warned"] for day in (59, 60, 61, 83, 88, 89, 90, 91)
    ]

    assert told == [0, 1, 0, 1, 0, 1, 0, 0]
    mine = Notice.objects.filter(kind="credential.expires", channel="in_app")
    assert (mine.filter(recipient=party_b).count(), mine.filter(recipient=operator).count()) == (3, 3)


def test_what_is_live_after_the_agreement_is_told_once(agreement: Agreement, operator: User) -> None:
    register(agreement, operator)
    Agreement.objects.update(state="terminated")

    assert [sharing_watch.watch(at=NOW)["credentials_left"] for _again in range(2)] == [1, 0]
    assert "协议已结束，凭证尚未注销" in Notice.objects.get(kind="credential.left", channel="in_app").subject
