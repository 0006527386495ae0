"""Channels and certificates: checks, verification, and warnings that come once at each level, also after an outage."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from contracts import board, safeguards
from contracts.alerting import PAST, reached
from contracts.board import Standing
from contracts.models import (
    Agreement,
    ChannelCheck,
    ChannelDuty,
    ComplianceCertificate,
    Organisation,
    SecureChannel,
)
from contracts.safeguards import Stated
from contracts.tasks import controls
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests.answers import let_go

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, DAY = date(2026, 9, 18), timedelta(days=1)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def pdf(name: str = "证书") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n")


def channel(agreement: Agreement, **changes: Any) -> SecureChannel:
    fields = {"kind": "government_net", "name": "政务外网通道", "owner_side": "a", **changes}
    made = SecureChannel.objects.create(agreement=agreement, **fields)
    for side in "ab":
        ChannelDuty.objects.create(channel=made, side=side, person="责任人")
    return made


def certificate(owner: Organisation, by: User, *, verified: bool = True, **changes: Any) -> ComplianceCertificate:
    fields: dict[str, Any] = {
        "kind": "mlps", "subject": "共享平台", "valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31),
        **changes,
    }  # fmt: skip
    replaces = fields.pop("replaces", None)
    row = safeguards.submit(owner, Stated(**fields), file=pdf(), replaces=replaces, by=by, at=NOW)
    return safeguards.verify(row, by=by, at=NOW) if verified else row


def checked(row: SecureChannel, by: User, **changes: Any) -> ChannelCheck:
    fields = {"checked_on": TODAY, "result": "ok", **changes}
    return safeguards.check_channel(row, **fields, by=by, at=NOW)


# --- When to warn (no database) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "left, level",
    [(91, ""), (90, "90"), (31, "90"), (30, "30"), (8, "30"), (7, "7"), (0, "7"), (-1, PAST), (-400, PAST)],
)
def test_the_tightest_level_counts(left: int, level: str) -> None:
    assert reached(TODAY + left * DAY, TODAY) == level


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-500, 500))
def test_levels_only_tighten(due: date, left: int) -> None:
    order = ["", "90", "30", "7", PAST]
    first, second = reached(due, due - left * DAY), reached(due, due - (left - 1) * DAY)

    assert order.index(first) <= order.index(second)


# --- Channels --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"checked_on": TODAY + DAY}, "不能晚于今天", id="to come"),
        pytest.param({"result": "fault"}, "请写明情况", id="a fault without words"),
        pytest.param({"next_check_on": TODAY}, "须晚于这次检查", id="next on the same day"),
    ],
)
def test_checks_that_cannot_be(agreement: Agreement, operator: User, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        checked(channel(agreement), operator, **said)

    assert not ChannelCheck.objects.exists()


def test_a_retired_channel_takes_no_verb(agreement: Agreement, ops_lead: User) -> None:
    row = safeguards.retire_channel(channel(agreement), reason="改用专线", by=ops_lead, at=NOW)

    with pytest.raises(Refused, match="已经停用"):
        checked(row, ops_lead)
    with pytest.raises(Refused, match="已经停用"):
        safeguards.retire_channel(row, reason="再停", by=ops_lead, at=NOW)


def test_the_duty_is_one_row_for_each_side(agreement: Agreement) -> None:
    row = channel(agreement)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChannelDuty.objects.create(channel=row, side="a", person="第二人")


def test_checks_are_kept_as_they_are(agreement: Agreement, operator: User) -> None:
    made = checked(channel(agreement), operator)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        ChannelCheck.objects.filter(pk=made.pk).update(result="fault")


@pytest.mark.parametrize(
    "fields, check, standing",
    [
        pytest.param({}, None, Standing.UNPROVEN, id="never checked"),
        pytest.param({}, {"result": "ok"}, Standing.KEPT, id="in order"),
        pytest.param({}, {"result": "fault", "text": "弱套件"}, Standing.OVERDUE, id="found faulty"),
        pytest.param({"certificate_until": TODAY - DAY}, {"result": "ok"}, Standing.OVERDUE, id="expired"),
        pytest.param({"certificate_until": TODAY + 9 * DAY}, {"result": "ok"}, Standing.DUE_SOON, id="expiring"),
    ],
)
def test_the_board_reads_channels(
    agreement: Agreement, operator: User, fields: dict[str, Any], check: dict[str, Any] | None, standing: Standing
) -> None:
    row = channel(agreement, **fields)
    if check:
        checked(row, operator, **check)

    assert board.read(agreement, "secure_channel", at=NOW).standing == standing


def test_a_channel_without_a_person_on_one_side_is_told(agreement: Agreement, operator: User) -> None:
    row = channel(agreement)
    checked(row, operator)
    row.duties.filter(side="b").delete()

    reading = board.read(agreement, "secure_channel", at=NOW)

    assert (reading.standing, reading.note) == (Standing.DUE_SOON, "1 条通道缺少一方的责任人")


# --- Certificates ----------------------------------------------------------------------------------------------


def test_a_certificate_counts_once_it_is_verified(agreement: Agreement, ops_lead: User, party_b: User) -> None:
    row = certificate(agreement.party_b, party_b, verified=False)
    assert list(ComplianceCertificate.objects.standing()) == []

    safeguards.verify(row, by=ops_lead, at=NOW)

    assert list(ComplianceCertificate.objects.standing()) == [row]
    assert row.paper.for_party_b and row.paper.organisation == agreement.party_b


@pytest.mark.parametrize(
    "state, verb, possible",
    [
        (state, verb, (state, verb) in {("submitted", "verify"), ("submitted", "reject"), ("verified", "withdraw")})
        for state in ("submitted", "verified", "rejected", "withdrawn")
        for verb in ("verify", "reject", "withdraw")
    ],
    ids=lambda value: str(value),
)
def test_each_verb_in_each_state(agreement: Agreement, ops_lead: User, state: str, verb: str, possible: bool) -> None:
    row = certificate(agreement.party_a, ops_lead, verified=False)
    ways: dict[str, tuple[str, ...]] = {
        "verified": ("verify",),
        "rejected": ("reject",),
        "withdrawn": ("verify", "withdraw"),
    }
    for step in ways.get(state, ()):
        row = getattr(safeguards, step)(row, remark="意见", by=ops_lead, at=NOW)

    if possible:
        after = getattr(safeguards, verb)(row, remark="意见", by=ops_lead, at=NOW)
        assert after.state == {"verify": "verified", "reject": "rejected", "withdraw": "withdrawn"}[verb]
    else:
        with pytest.raises(Refused, match=r"已经核验过|只有已核验"):
            getattr(safeguards, verb)(row, remark="意见", by=ops_lead, at=NOW)


@pytest.mark.parametrize(
    "changes, file, words",
    [
        pytest.param({}, None, "请上传证书或报告", id="no paper"),
        pytest.param({"valid_until": date(2025, 1, 1)}, pdf(), "不能早于开始", id="backwards"),
        pytest.param({}, SimpleUploadedFile("证书.pdf", b"MZ"), "可执行程序", id="a program"),
    ],
)
def test_what_is_no_certificate(
    agreement: Agreement, ops_lead: User, changes: dict[str, Any], file: Any, words: str
) -> None:
    fields = {"kind": "mlps", "subject": "平台", "valid_from": date(2026, 1, 1), **changes}

    with pytest.raises(Refused, match=words):
        safeguards.submit(agreement.party_a, Stated(**fields), file=file, by=ops_lead, at=NOW)


@pytest.mark.parametrize("who", ["party_b_other", "outsider"])
def test_nobody_submits_for_another_organisation(agreement: Agreement, request: Any, who: str) -> None:
    with pytest.raises(Refused, match="只有本单位的人员"):
        certificate(agreement.party_b, request.getfixturevalue(who), verified=False)


def test_a_certificate_is_replaced_once_and_within_one_organisation(agreement: Agreement, ops_lead: User) -> None:
    old = certificate(agreement.party_a, ops_lead)
    with pytest.raises(Refused, match="同一单位"):
        certificate(agreement.party_b, ops_lead, replaces=old)

    new = certificate(agreement.party_a, ops_lead, replaces=old, valid_until=date(2027, 12, 31))

    assert list(ComplianceCertificate.objects.standing()) == [new]
    with pytest.raises(Refused, match="已经被另一份替换"):
        certificate(agreement.party_a, ops_lead, replaces=old)


def told(person: User) -> list[str]:
    rows = Notice.objects.filter(kind="safeguard.expiry", channel="in_app", recipient=person).order_by("pk")
    return [row.key.split("/")[4] for row in rows]


@pytest.mark.parametrize(
    "left, levels",
    [
        pytest.param([95], [], id="early"),
        pytest.param([90, 89, 60, 31], ["90"], id="once"),
        pytest.param([90, 30, 7, 0, -1, -30], ["90", "30", "7", "past"], id="all four"),
        pytest.param([100, 5, 4], ["7"], id="after an outage only the tightest"),
        pytest.param([100, -50, -51], ["past"], id="an outage past the end"),
    ],
)
def test_expiry_is_told_once_at_each_level(
    agreement: Agreement,
    ops_lead: User,
    party_b: User,
    party_b_other: User,
    time_machine: Any,
    left: list[int],
    levels: Any,
) -> None:
    due = date(2027, 3, 31)
    certificate(agreement.party_b, ops_lead, valid_until=due)

    for days in left:
        time_machine.move_to(datetime.combine(due - days * DAY, NOW.timetz()), tick=False)
        controls.warn_of_expiries()
        controls.warn_of_expiries()

    assert told(party_b) == told(ops_lead) == levels
    assert told(party_b_other) == []


def test_replaced_rejected_and_withdrawn_ones_warn_nobody(agreement: Agreement, ops_lead: User) -> None:
    old = certificate(agreement.party_a, ops_lead)
    certificate(agreement.party_a, ops_lead, replaces=old, valid_until=date(2030, 1, 1))
    gone = certificate(agreement.party_a, ops_lead)
    safeguards.withdraw(gone, remark="系统下线", by=ops_lead, at=NOW)

    rows = ComplianceCertificate.objects.standing()

    assert sum(safeguards.warn_of_certificate(row, at=NOW + 100 * DAY) for row in rows) == 0


def test_the_next_assessment_warns_too(agreement: Agreement, ops_lead: User, time_machine: Any) -> None:
    certificate(agreement.party_a, ops_lead, valid_until=None, next_assessment_on=TODAY + 20 * DAY)
    time_machine.move_to(NOW, tick=False)

    controls.warn_of_expiries()

    subject = Notice.objects.get(kind="safeguard.expiry", channel="in_app", recipient=ops_lead).subject
    assert subject.startswith("须在 2026-10-08 前完成测评")


def test_a_channel_warns_both_sides(agreement: Agreement, operator: User, party_b: User, time_machine: Any) -> None:
    channel(agreement, certificate_until=TODAY + 7 * DAY)
    time_machine.move_to(NOW, tick=False)

    for _ in range(3):
        controls.warn_of_expiries()

    for person in (operator, party_b):
        assert Notice.objects.filter(kind="safeguard.expiry", channel="in_app", recipient=person).count() == 1


@pytest.mark.parametrize(
    "a, b, standing",
    [
        pytest.param(None, None, Standing.UNPROVEN, id="none"),
        pytest.param({}, None, Standing.UNPROVEN, id="Party A's only"),
        pytest.param({}, {}, Standing.KEPT, id="both"),
        pytest.param({}, {"valid_until": TODAY - DAY}, Standing.OVERDUE, id="one expired"),
        pytest.param({}, {"valid_until": TODAY}, Standing.DUE_SOON, id="the last day is in time"),
        pytest.param({"next_assessment_on": TODAY - DAY}, {}, Standing.OVERDUE, id="assessment late"),
    ],
)
def test_the_board_reads_certificates(
    agreement: Agreement, ops_lead: User, a: dict[str, Any] | None, b: dict[str, Any] | None, standing: Standing
) -> None:
    for owner, changes in ((agreement.party_a, a), (agreement.party_b, b)):
        if changes is not None:
            certificate(owner, ops_lead, **changes)

    assert board.read(agreement, "compliance", at=NOW).standing == standing


# --- Pages -----------------------------------------------------------------------------------------------------


def test_party_b_submits_and_staff_verify(client: Client, agreement: Agreement, ops_lead: User, party_b: User) -> None:
    client.force_login(party_b)
    key = new_key()
    for _ in range(2):
        said = {"owner": agreement.party_b_id, "kind": "crypto", "subject": "市平台", "valid_from": "2026-01-01"}
        client.post("/portal/compliance/certificates/new/", {KEY_FIELD: key, **said, "file": pdf()})
    row = ComplianceCertificate.objects.get()
    page = client.get("/portal/compliance/").content.decode()
    assert "市平台" in page and "待核验" in page
    answer = client.get(f"/portal/papers/{row.paper_id}/")
    assert answer.status_code == 200
    let_go(answer)

    client.force_login(ops_lead)
    client.post(f"/admin/contracts/compliancecertificate/{row.pk}/do/verify/", {KEY_FIELD: new_key(), "remark": "属实"})

    row.refresh_from_db()
    assert (row.state, row.remark) == ("verified", "属实")
    assert Event.objects.filter(action="certificate.verified", organisation_id=agreement.party_b_id).exists()


def test_the_paper_of_another_organisation_is_missing(
    client: Client, agreement: Agreement, ops_lead: User, party_b_other: User
) -> None:
    row = certificate(agreement.party_b, ops_lead)
    client.force_login(party_b_other)

    assert client.get(f"/portal/papers/{row.paper_id}/").status_code == 404
    assert "共享平台" not in client.get("/portal/compliance/").content.decode()


@pytest.mark.parametrize(
    "running_out, shown", [("0", {"past"}), ("30", {"past", "near"}), ("90", {"past", "near", "far"})]
)
def test_the_list_of_those_that_run_out(
    client: Client, agreement: Agreement, ops_lead: User, time_machine: Any, running_out: str, shown: set[str]
) -> None:
    for name, left in (("past", -1), ("near", 0), ("far", 60), ("never", 400)):
        certificate(agreement.party_a, ops_lead, subject=name, valid_until=TODAY + left * DAY)
    time_machine.move_to(NOW, tick=False)
    client.force_login(ops_lead)

    page = client.get(f"/admin/contracts/compliancecertificate/?running_out={running_out}").content.decode()

    assert {name for name in ("past", "near", "far", "never") if f">{name}<" in page} == shown


@pytest.mark.parametrize("model", ["securechannel", "compliancecertificate"])
@pytest.mark.parametrize("rows", [1, 12])
def test_lists_cost_the_same_for_many(
    client: Client, agreement: Agreement, ops_lead: User, model: str, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        channel(agreement, name=f"通道{number}")
        certificate(agreement.party_a, ops_lead, subject=f"系统{number}")
    client.force_login(ops_lead)

    with django_assert_max_num_queries(14):
        assert client.get(f"/admin/contracts/{model}/").status_code == 200


@pytest.mark.parametrize("owner", ["x", "999999", "99999999999999999999", ""])
def test_an_owner_that_was_not_offered_is_refused(client: Client, party_b: User, owner: str) -> None:
    client.force_login(party_b)
    said = {"owner": owner, "kind": "mlps", "subject": "平台", "valid_from": "2026-01-01", "file": pdf()}

    answer = client.post("/portal/compliance/certificates/new/", {KEY_FIELD: new_key(), **said})

    assert answer.status_code == 200
    assert not ComplianceCertificate.objects.exists()
