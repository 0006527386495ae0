"""Confidentiality: no end before its event, years by the civil rule, measures checked, undertakings missing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from contracts import board, confidentiality
from contracts.board import Standing
from contracts.confidentiality import Person, Stage, term_of
from contracts.models import Agreement, ConfidentialItem, ControlMeasure, MeasureCheck, PersonUndertaking
from contracts.safeguard_faces import end_words
from contracts.tasks import controls
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
TODAY, DAY = date(2026, 9, 18), timedelta(days=1)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def pdf(name: str = "证明") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n")


def item(agreement: Agreement, **changes: Any) -> ConfidentialItem:
    fields = {"title": "接口密钥方案", "klass": "technical", "owner_side": "a", **changes}
    return ConfidentialItem.objects.create(agreement=agreement, **fields)


def published(row: ConfidentialItem, by: User, on: date = TODAY) -> ConfidentialItem:
    return confidentiality.record_event(row, event="published", event_on=on, file=pdf(), by=by, at=NOW)


def measure(agreement: Agreement, **changes: Any) -> ControlMeasure:
    fields = {"title": "加密存放", "side": "b", "every_months": 3, "starts_on": date(2026, 3, 31), **changes}
    return ControlMeasure.objects.create(agreement=agreement, **fields)


# --- The term --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", [TODAY, date(2029, 1, 1), date(2099, 12, 31)])
def test_before_its_event_the_end_is_unknown(agreement: Agreement, day: date) -> None:
    term = term_of(item(agreement), day)

    assert (term.stage, term.ends_on, term.provisional) == (Stage.KEPT, None, False)
    assert end_words(term) == "未知"


def test_it_begins_with_the_signing_not_with_the_effect(agreement: Agreement) -> None:
    assert agreement.signed_on != agreement.effective_on

    assert term_of(item(agreement), TODAY).begins_on == agreement.signed_on


@pytest.mark.parametrize(
    "years, event_on, end, provisional",
    [
        # 2024-02-29 + 1 year: the last day of February, a Friday (Civil Code 202).
        pytest.param(1, date(2024, 2, 29), date(2025, 2, 28), False, id="no such day: the month's last"),
        # 2026-09-12 is a Saturday, not made up: the period ends on Monday (Civil Code 203).
        pytest.param(1, date(2025, 9, 12), date(2026, 9, 14), False, id="ends on a day off"),
        # 2026-09-20 is a Sunday worked to make up for a holiday.
        pytest.param(1, date(2025, 9, 20), date(2026, 9, 20), False, id="a make-up Sunday is worked"),
        pytest.param(5, date(2026, 3, 2), date(2031, 3, 3), True, id="a year that is not published"),
    ],
)
def test_after_its_event_it_ends_by_the_civil_rule(
    contract_manager: User, years: int, event_on: date, end: date, provisional: bool
) -> None:
    made = make.agreement(signed_on=date(2024, 1, 2), version_confidentiality_years=years)
    row = published(item(made), contract_manager, event_on)

    term = term_of(row, event_on)

    assert (term.stage, term.years, term.ends_on, term.provisional) == (Stage.TAIL, years, end, provisional)


def test_the_last_day_is_still_kept(contract_manager: User) -> None:
    made = make.agreement(signed_on=date(2024, 1, 2), version_confidentiality_years=1)
    row = published(item(made), contract_manager, date(2025, 9, 12))

    assert term_of(row, date(2026, 9, 14)).stage == Stage.TAIL
    assert term_of(row, date(2026, 9, 15)).stage == Stage.OVER


@pytest.mark.parametrize("state", ["expired", "terminated", "closed"])
def test_closing_the_agreement_closes_no_secret(contract_manager: User, state: str) -> None:
    made = make.agreement(state=state)
    row = item(made)
    assert term_of(row, date(2040, 1, 1)).stage == Stage.KEPT

    row = published(row, contract_manager)

    assert term_of(row, TODAY).stage == Stage.TAIL


def test_without_agreed_years_the_end_stays_unknown(contract_manager: User) -> None:
    made = make.agreement(version_confidentiality_years=None)
    row = published(item(made), contract_manager)

    term = term_of(row, TODAY)

    assert (term.stage, term.ends_on) == (Stage.UNKNOWN, None)
    assert board.read(made, "confidentiality_term", at=NOW).standing == Standing.NOT_MEASURABLE


def test_the_years_are_those_of_the_terms_of_the_event(contract_manager: User) -> None:
    made = make.agreement(version_confidentiality_years=3, version_effective_to=date(2026, 7, 1))
    make.version(made, number=2, kind="supplement", effective_from=date(2026, 7, 1), confidentiality_years=8)
    before, after = item(made), item(made, title="后公开的")

    before = published(before, contract_manager, date(2026, 6, 30))
    after = published(after, contract_manager, date(2026, 7, 1))

    assert (term_of(before, TODAY).years, term_of(after, TODAY).years) == (3, 8)


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"event_on": TODAY + DAY, "file": pdf()}, "不能晚于今天", id="to come"),
        pytest.param({"event_on": date(2025, 12, 19), "file": pdf()}, "不能早于协议订立日期", id="before the signing"),
        pytest.param({"event_on": TODAY, "file": None}, "请上传公开或权利终止的证明", id="no proof"),
    ],
)
def test_events_that_are_refused(agreement: Agreement, contract_manager: User, said: Any, words: str) -> None:
    row = item(agreement)

    with pytest.raises(Refused, match=words):
        confidentiality.record_event(row, event="published", **said, by=contract_manager, at=NOW)

    row.refresh_from_db()
    assert row.event_on is None


def test_the_event_happens_once(agreement: Agreement, contract_manager: User) -> None:
    row = published(item(agreement), contract_manager)

    with pytest.raises(Refused, match="已经登记过"):
        published(row, contract_manager)


def test_the_database_wants_date_and_proof_together(agreement: Agreement) -> None:
    row = item(agreement)

    with pytest.raises(IntegrityError, match="confidential_event_whole"), transaction.atomic():
        ConfidentialItem.objects.filter(pk=row.pk).update(event="published", event_on=TODAY)


def test_the_board_tells_stages_and_no_date(agreement: Agreement, contract_manager: User) -> None:
    assert board.read(agreement, "confidentiality_term", at=NOW).standing == Standing.UNPROVEN
    item(agreement)
    published(item(agreement, title="规划"), contract_manager)

    reading = board.read(agreement, "confidentiality_term", at=NOW)

    assert reading.standing == Standing.KEPT
    assert "保密中 1 项（终止日期未知），尾期 1 项" in str(reading.note)


# --- Measures --------------------------------------------------------------------------------------------------


def test_the_first_check_falls_due_one_period_after_the_start(agreement: Agreement) -> None:
    assert measure(agreement).next_check_on == date(2026, 6, 30)


def test_a_check_sets_the_next_and_one_entered_late_brings_nothing_forward(
    agreement: Agreement, operator: User
) -> None:
    row = measure(agreement)
    confidentiality.check_measure(row, checked_on=date(2026, 9, 10), result="ok", by=operator, at=NOW)
    row.refresh_from_db()
    assert row.next_check_on == date(2026, 12, 10)

    confidentiality.check_measure(row, checked_on=date(2026, 5, 1), result="ok", by=operator, at=NOW)

    row.refresh_from_db()
    assert row.next_check_on == date(2026, 12, 10)


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"checked_on": TODAY + DAY, "result": "ok"}, "不能晚于今天", id="to come"),
        pytest.param({"checked_on": date(2026, 3, 30), "result": "ok"}, "不能早于措施的开始", id="before the start"),
        pytest.param({"checked_on": TODAY, "result": "gap"}, "请写明情况", id="a gap without words"),
    ],
)
def test_checks_that_cannot_be(agreement: Agreement, operator: User, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        confidentiality.check_measure(measure(agreement), **said, by=operator, at=NOW)


def test_an_ended_measure_takes_no_verb(agreement: Agreement, contract_manager: User) -> None:
    row = confidentiality.end_measure(measure(agreement), reason="并入制度", by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="已经结束"):
        confidentiality.check_measure(row, checked_on=TODAY, result="ok", by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="已经结束"):
        confidentiality.end_measure(row, reason="再次", by=contract_manager, at=NOW)
    assert list(ControlMeasure.objects.overdue(TODAY)) == []


def test_checks_are_kept_as_they_are(agreement: Agreement, operator: User) -> None:
    made = confidentiality.check_measure(measure(agreement), checked_on=TODAY, result="ok", by=operator, at=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        MeasureCheck.objects.filter(pk=made.pk).update(result="gap")


def test_a_late_check_is_told_once(agreement: Agreement, operator: User, party_b: User, time_machine: Any) -> None:
    measure(agreement)
    measure(agreement, side="a", title="双人复核")
    for days in (0, 1, 30):
        time_machine.move_to(NOW + days * DAY, tick=False)
        controls.warn_of_expiries()

    count = {
        person: Notice.objects.filter(kind="measure.overdue", channel="in_app", recipient=person).count()
        for person in (operator, party_b)
    }
    assert count == {operator: 2, party_b: 1}


@pytest.mark.parametrize(
    "check, standing",
    [
        pytest.param(None, Standing.OVERDUE, id="first check late"),
        pytest.param({"result": "ok"}, Standing.KEPT, id="in place"),
        pytest.param({"result": "gap", "text": "未加密"}, Standing.DUE_SOON, id="a gap"),
    ],
)
def test_the_board_reads_measures(agreement: Agreement, operator: User, check: Any, standing: Standing) -> None:
    assert board.read(agreement, "measures", at=NOW).standing == Standing.UNPROVEN
    row = measure(agreement)
    if check:
        confidentiality.check_measure(row, checked_on=TODAY, **check, by=operator, at=NOW)

    assert board.read(agreement, "measures", at=NOW).standing == standing
    assert board.read(agreement, "data_security", at=NOW).standing == Standing.UNPROVEN  # it is Party B's measure


# --- Undertakings ----------------------------------------------------------------------------------------------


def person(agreement: Agreement, by: User, *, signed: bool = False, **changes: Any) -> PersonUndertaking:
    fields: dict[str, Any] = {"person": "高峰", "access_from": TODAY - 10 * DAY, **changes}
    if signed:
        fields["signed_on"] = TODAY - 9 * DAY
    file = pdf("承诺书") if signed else None
    return confidentiality.record_person(agreement, Person(**fields), file=file, by=by, at=NOW)


def test_people_with_access_and_no_undertaking_are_listed(agreement: Agreement, party_b: User) -> None:
    missing, gone = person(agreement, party_b), person(agreement, party_b, person="已离岗")
    person(agreement, party_b, signed=True, person="已签")
    person(agreement, party_b, person="还没来", access_from=TODAY + DAY)
    confidentiality.leave(gone, left_on=TODAY, by=party_b, at=NOW)

    assert list(PersonUndertaking.objects.missing(TODAY)) == [missing]
    assert board.read(agreement, "confidentiality", at=NOW).standing == Standing.DUE_SOON

    confidentiality.sign_undertaking(missing, signed_on=TODAY, file=pdf(), by=party_b, at=NOW)

    assert board.read(agreement, "confidentiality", at=NOW).standing == Standing.KEPT


@pytest.mark.parametrize(
    "verb, said, words",
    [
        pytest.param("sign_undertaking", {"signed_on": TODAY + DAY, "file": pdf()}, "不能晚于今天", id="signed later"),
        pytest.param("sign_undertaking", {"signed_on": TODAY, "file": None}, "请上传签署", id="no paper"),
        pytest.param("leave", {"left_on": TODAY - 11 * DAY}, "不能早于接触", id="left before access"),
    ],
)
def test_what_is_refused(agreement: Agreement, party_b: User, verb: str, said: dict[str, Any], words: str) -> None:
    row = person(agreement, party_b)

    with pytest.raises(Refused, match=words):
        getattr(confidentiality, verb)(row, **said, by=party_b, at=NOW)


def test_signing_and_leaving_happen_once(agreement: Agreement, party_b: User) -> None:
    row = person(agreement, party_b, signed=True)
    with pytest.raises(Refused, match="已经登记过保密承诺书"):
        confidentiality.sign_undertaking(row, signed_on=TODAY, file=pdf(), by=party_b, at=NOW)
    confidentiality.leave(row, left_on=TODAY, by=party_b, at=NOW)

    with pytest.raises(Refused, match="已经登记过离岗"):
        confidentiality.leave(row, left_on=TODAY, by=party_b, at=NOW)


@pytest.mark.parametrize("who", ["party_b_other", "outsider"])
def test_others_write_down_nobody(agreement: Agreement, party_b: User, request: Any, who: str) -> None:
    by, row = request.getfixturevalue(who), person(agreement, party_b)

    acts: list[Callable[[], object]] = [
        lambda: person(agreement, by),
        lambda: confidentiality.leave(row, left_on=TODAY, by=by, at=NOW),
        lambda: confidentiality.sign_undertaking(row, signed_on=TODAY, file=pdf(), by=by, at=NOW),
    ]
    for act in acts:
        with pytest.raises(Refused, match="只有乙方的人员"):
            act()


def test_party_b_cannot_write_down_people_of_party_a(agreement: Agreement, party_b: User) -> None:
    said = Person(person="王晓明", access_from=TODAY)

    assert confidentiality.record_person(agreement, said, side="a", by=party_b, at=NOW).side == "b"


def test_date_and_paper_go_together(agreement: Agreement, party_b: User) -> None:
    with pytest.raises(Refused, match="须一起登记"):
        confidentiality.record_person(agreement, Person(person="甲", access_from=TODAY), file=pdf(), by=party_b, at=NOW)


# --- Pages -----------------------------------------------------------------------------------------------------


def test_party_b_records_and_uploads(client: Client, agreement: Agreement, party_b: User) -> None:
    client.force_login(party_b)
    said = {"agreement": agreement.pk, "person": "高峰", "access_from": "2026-09-01"}
    client.post("/portal/compliance/undertakings/new/", {KEY_FIELD: new_key(), **said})
    row = PersonUndertaking.objects.get()
    assert "缺少承诺书" in client.get("/portal/compliance/").content.decode()

    client.post(
        f"/portal/compliance/undertaking-sign/{row.pk}/",
        {KEY_FIELD: new_key(), "signed_on": "2026-09-02", "file": pdf()},
    )

    row.refresh_from_db()
    assert row.signed_on == date(2026, 9, 2)
    assert "缺少承诺书" not in client.get("/portal/compliance/").content.decode()


@pytest.mark.parametrize("what", ["undertaking-sign", "undertaking-leave"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_people_of_others_are_missing(
    client: Client, agreement: Agreement, party_b: User, party_b_other: User, what: str, method: str
) -> None:
    row = person(agreement, party_b)
    client.force_login(party_b_other)

    answer = getattr(client, method)(
        f"/portal/compliance/{what}/{row.pk}/", {KEY_FIELD: new_key(), "left_on": "2026-09-18"}
    )

    row.refresh_from_db()
    assert answer.status_code == 404
    assert row.left_on is None


@pytest.mark.parametrize(
    "who, url", [("contract_manager", "/admin/contracts/agreement/{}/change/"), ("party_b", "/portal/agreements/{}/")]
)
def test_the_agreement_page_shows_the_stage(
    client: Client, agreement: Agreement, request: Any, who: str, url: str
) -> None:
    user = request.getfixturevalue(who)
    item(agreement)
    client.force_login(user)

    page = client.get(url.format(agreement.pk)).content.decode()

    assert ("接口密钥方案" in page and "未知" in page) if who == "party_b" else "终止日期未知" in page


def test_the_console_records_the_event(client: Client, agreement: Agreement, contract_manager: User) -> None:
    row = item(agreement)
    client.force_login(contract_manager)
    said = {"event": "right_ended", "event_on": "2026-01-15", "file": pdf()}

    page = client.post(
        f"/admin/contracts/confidentialitem/{row.pk}/do/event/", {KEY_FIELD: new_key(), **said}, follow=True
    ).content.decode()

    assert "2031-01-15（待节假日公布后确定）" in page
    assert "尾期" in page


@pytest.mark.parametrize("model", ["confidentialitem", "controlmeasure", "personundertaking"])
@pytest.mark.parametrize("rows", [1, 12])
def test_lists_cost_the_same_for_many(
    client: Client, contract_manager: User, model: str, rows: int, django_assert_max_num_queries: Any
) -> None:
    for number in range(rows):
        made = make.agreement()
        published(item(made, title=f"信息{number}"), contract_manager)
        measure(made, title=f"措施{number}")
        person(made, contract_manager, person=f"人员{number}")
    client.force_login(contract_manager)

    with django_assert_max_num_queries(16):
        assert client.get(f"/admin/contracts/{model}/").status_code == 200
