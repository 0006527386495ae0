"""What the text leaves open is decided by a person, blocks signing until it is, and is never changed afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from contracts import deciding, lifecycle
from contracts.blanks import UNMEASURED, Blank, shown, spans, unknown_in
from contracts.clauses import filled_blanks, read_blanks, write_standard_clauses
from contracts.models import Agreement, AgreementVersion, Decision
from contracts.questions import QUESTIONS
from contracts.topics import TOPICS
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)


@pytest.fixture
def draft(db: None) -> AgreementVersion:
    """A draft with the standard clauses, every blank filled, nothing decided."""
    made = make.agreement(state=Agreement.State.DRAFT, signed_on=None, effective_on=None)
    made.versions.update(state=AgreementVersion.State.DRAFT)
    version = made.versions.get()
    write_standard_clauses(version)
    return version


def test_the_register_is_sound() -> None:
    topics = {topic for topic, _label in TOPICS}
    keys = [question.key for question in QUESTIONS]

    assert len(keys) == len(set(keys))
    for question in QUESTIONS:
        assert question.topics <= topics
        assert len(question.options) >= 2
        assert all(str(option.consequence) for option in question.options)


def test_every_question_of_the_text_is_asked_with_its_clauses(draft: AgreementVersion) -> None:
    asked = {row.question.key: row.clauses for row in deciding.asked_of(draft)}

    assert set(asked) == {question.key for question in QUESTIONS}
    assert asked["signing_rule"] == ("1.3.1",)
    assert asked["clock_hours"] == ("7.3.2",)
    assert asked["payment_trigger"] == ("6.3.1",)


def test_undecided_questions_block_signing_and_are_named(draft: AgreementVersion, contract_manager: User) -> None:
    with pytest.raises(Refused, match="还没有填写") as refusal:
        lifecycle.open_for_signing(draft.agreement, by=contract_manager, at=NOW)

    assert "付款从什么时候起算" in str(refusal.value)
    make.decided(draft.agreement, contract_manager)
    lifecycle.open_for_signing(draft.agreement, by=contract_manager, at=NOW)
    draft.agreement.refresh_from_db()
    assert draft.agreement.state == Agreement.State.FOR_SIGNING


def test_an_answer_fills_its_field_and_is_journalled(draft: AgreementVersion, contract_manager: User) -> None:
    made = deciding.decide(draft, "clock_hours", "natural", note="窗口单位夜间值守", by=contract_manager, at=NOW)

    draft.refresh_from_db()
    assert draft.clock_hours == AgreementVersion.ClockHours.NATURAL
    assert Event.objects.get(action="decision.made").data["answer"] == "natural"
    asked = next(row for row in deciding.asked_of(draft) if row.question.key == "clock_hours")
    assert asked.decision == made


def test_a_later_answer_counts_and_the_earlier_one_stays(draft: AgreementVersion, contract_manager: User) -> None:
    for answer in ("debit", "credit"):
        deciding.decide(draft, "paid_moment", answer, by=contract_manager, at=NOW)

    assert deciding.answer_of(draft, "paid_moment") == "credit"
    assert Decision.objects.filter(key="paid_moment").count() == 2


def test_a_field_changed_afterwards_is_shown_without_the_old_decision(
    draft: AgreementVersion, contract_manager: User
) -> None:
    deciding.decide(draft, "signing_rule", "either", by=contract_manager, at=NOW)
    AgreementVersion.objects.filter(pk=draft.pk).update(signing_rule="sign_and_seal")
    draft.refresh_from_db()

    asked = deciding.asked_of(draft)[0]

    assert (asked.answer, asked.decision) == ("sign_and_seal", None)


def test_flags_of_shared_support_hours_are_filled_but_never_turned_round(
    draft: AgreementVersion, contract_manager: User
) -> None:
    with pytest.raises(Refused, match="已经设为相反的做法"):
        deciding.decide(draft, "weekends_served", "yes", by=contract_manager, at=NOW)

    hours = make.support_hours(weekends_served=None)
    AgreementVersion.objects.filter(pk=draft.pk).update(support_hours=hours)
    deciding.decide(draft, "weekends_served", "yes", by=contract_manager, at=NOW)
    hours.refresh_from_db()
    assert hours.weekends_served is True


@pytest.mark.parametrize(
    ("key", "answer", "words"),
    [
        pytest.param("end_rule", "whatever", "请从给出的选项里选择", id="unknown answer"),
        pytest.param("colour", "red", "没有这个待定事项", id="unknown question"),
    ],
)
def test_what_the_register_does_not_have_is_refused(
    draft: AgreementVersion, contract_manager: User, key: str, answer: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        deciding.decide(draft, key, answer, by=contract_manager, at=NOW)


def test_a_question_that_the_text_does_not_raise_is_refused(draft: AgreementVersion, contract_manager: User) -> None:
    draft.clauses.filter(topic="taxes").delete()

    with pytest.raises(Refused, match="没有这个待定事项"):
        deciding.decide(draft, "tax_change", "net", by=contract_manager, at=NOW)


def test_nothing_is_decided_after_submission(draft: AgreementVersion, contract_manager: User) -> None:
    make.decided(draft.agreement, contract_manager)
    lifecycle.open_for_signing(draft.agreement, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="请办补充协议"):
        deciding.decide(draft, "tax_change", "gross", by=contract_manager, at=NOW)


def test_decisions_are_append_only(draft: AgreementVersion, contract_manager: User) -> None:
    made = deciding.decide(draft, "end_rule", "written", by=contract_manager, at=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(answer="years")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        made.delete()


def test_a_supplement_keeps_the_answers_of_the_versions_before_it(
    draft: AgreementVersion, contract_manager: User
) -> None:
    deciding.decide(draft, "tax_change", "net", by=contract_manager, at=NOW)
    AgreementVersion.objects.filter(pk=draft.pk).update(state=AgreementVersion.State.ACTIVE)
    later = make.version(draft.agreement, number=2, kind="supplement", state="draft", effective_from=date(2027, 1, 1))
    write_standard_clauses(later)

    assert deciding.answer_of(later, "tax_change") == "net"
    deciding.decide(later, "tax_change", "gross", by=contract_manager, at=NOW)
    assert deciding.answer_of(later, "tax_change") == "gross"
    assert deciding.answer_of(draft, "tax_change") == "net"


@pytest.mark.parametrize(
    ("rule", "ends"),
    [
        pytest.param("written", date(2028, 12, 31), id="the written date"),
        pytest.param("years", date(2029, 2, 28), id="years, from a leap day"),
    ],
)
def test_the_last_day_follows_the_decision(
    draft: AgreementVersion, contract_manager: User, rule: str, ends: date
) -> None:
    Agreement.objects.filter(pk=draft.agreement_id).update(term_years=1)
    deciding.decide(draft, "end_rule", rule, by=contract_manager, at=NOW)
    draft = AgreementVersion.objects.get(pk=draft.pk)

    assert deciding.last_day(draft, date(2028, 2, 29)) == ends


BLANKS = [
    Blank(name="copies", label="份数", kind="count"),
    Blank(name="way", label="方式", kind="choice", options=("诉讼", "仲裁")),
    Blank(name="cycle", label="周期", kind="text", required=False),
    Blank(name="day", label="日子", kind="date"),
    Blank(name="ends", label="终止", kind="date", home="ends_on"),
]


@pytest.fixture
def with_blanks(draft: AgreementVersion) -> AgreementVersion:
    """The draft with blanks of its own."""
    draft.blanks = [blank.as_json() for blank in BLANKS]
    draft.save()
    return draft


def test_blanks_read_filled_open_or_unmeasured(with_blanks: AgreementVersion, contract_manager: User) -> None:
    version = deciding.fill(with_blanks, {"copies": "4", "day": "2026-09-01"}, by=contract_manager, at=NOW)

    read = read_blanks(version)

    assert (read["copies"].words, read["copies"].mark) == ("4", "filled")
    assert (read["way"].words, read["way"].mark) == ("____", "open")
    assert (read["cycle"].words, read["cycle"].mark) == (UNMEASURED, "unmeasured")
    assert read["day"].words == "2026年9月1日"
    assert read["ends"].words == "2028年12月31日"
    assert (read["effective_on"].words, read["effective_on"].mark) == ("____年__月__日", "signing")


def test_open_parameters_block_signing(with_blanks: AgreementVersion) -> None:
    assert deciding.still_open(with_blanks)[:3] == ["份数", "方式", "日子"]


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        pytest.param("copies", "许多", "填写的内容不对", id="no number"),
        pytest.param("day", "2026-02-30", "填写的内容不对", id="no day"),
        pytest.param("way", "调解", "须从给出的选项里选择", id="no option"),
        pytest.param("ends", "2026-01-01", "没有空白", id="a blank that a field holds"),
        pytest.param("nobody", "1", "没有空白", id="no blank"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    with_blanks: AgreementVersion, contract_manager: User, name: str, value: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        deciding.fill(with_blanks, {name: value}, by=contract_manager, at=NOW)


def test_interest_without_a_rule_reads_unmeasured(draft: AgreementVersion) -> None:
    assert filled_blanks(draft)["interest"] == "每日 0.05%"
    draft.interest_basis = AgreementVersion.InterestBasis.NONE

    assert filled_blanks(draft)["interest"] == UNMEASURED


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        pytest.param("hours", "7.50", "7.5", id="hours"),
        pytest.param("days", "10", "10", id="days"),
        pytest.param("date", "2026-09-01", "2026年9月1日", id="date"),
        pytest.param("text", "每个工作日", "每个工作日", id="text"),
    ],
)
def test_values_read_as_on_paper(kind: str, value: str, words: str) -> None:
    assert shown(kind, value) == words


@pytest.mark.parametrize("value", ["", "NaN", "Infinity", "十"])
def test_figures_that_are_none_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="is no number"):
        shown("decimal", value)


def test_a_value_with_braces_is_printed_as_it_is() -> None:
    from contracts.blanks import Span

    cut = spans("甲方为{a}，乙方为{b}。", {"a": Span("{b}", "filled"), "b": Span("乙", "filled")})

    assert "".join(span.words for span in cut) == "甲方为{b}，乙方为乙。"
    assert unknown_in("{a}与{c}", ["a"]) == ["c"]


def test_the_page_of_a_draft_takes_decisions(client: Client, draft: AgreementVersion, contract_manager: User) -> None:
    client.force_login(contract_manager)
    url = reverse("admin:contracts_agreement_verb", args=[draft.agreement_id, "decide"])
    page = client.get(url).content.decode()
    assert "以哪个为准" in page
    assert "民法典第201、202条" in page

    client.post(url, {"end_rule": "years", "note": "按年", "submission_key": "a" * 32})

    made = Decision.objects.get()
    assert (made.key, made.answer, made.note, made.by) == ("end_rule", "years", "按年", contract_manager)


def test_support_hours_a_day_is_a_decimal(draft: AgreementVersion) -> None:
    draft.support_hours_per_day = Decimal("7.50")

    assert filled_blanks(draft)["support_hours_per_day"] == "7.5"
