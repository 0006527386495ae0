"""Guided drafting: kept between sittings, refused where it cannot be agreed, made into a draft with its open ends."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import deciding, drafting, lifecycle
from contracts.bundled import load_bundled_templates
from contracts.clauses import filled_blanks
from contracts.forms.drafting import ends_words, steps_of
from contracts.models import Agreement, AgreementVersion, Decision, Drafting, Organisation, TemplateVersion
from contracts.questions import QUESTIONS
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make

NOW = datetime(2026, 9, 18, 2, tzinfo=UTC)


@pytest.fixture
def bodies(db: None) -> tuple[Organisation, Organisation]:
    """A provider and a user."""
    provider = Organisation.objects.create(name="省政务信息中心", kind=Organisation.Kind.PUBLIC_INSTITUTION)
    return provider, make.organisation("市大数据管理局")


def begun(code: str, by: User) -> Drafting:
    load_bundled_templates(at=NOW)
    return drafting.start(TemplateVersion.objects.get(template__code=code), by=by, at=NOW)


@pytest.fixture
def standard(bodies: Any, contract_manager: User) -> Drafting:
    """A drafting of the standard text."""
    return begun("standard", contract_manager)


@pytest.fixture
def exchange(bodies: Any, contract_manager: User) -> Drafting:
    """A drafting of the shorter text."""
    return begun("exchange", contract_manager)


def parties(bodies: tuple[Organisation, Organisation], **changes: str) -> dict[str, str]:
    a, b = bodies
    return {"number": "GXXY-2026-100", "title": "共享协议", "party_a": str(a.pk), "party_b": str(b.pk), **changes}


TERM = {"starts_on": "2026-10-01", "term_years": "3", "ends_on": "2029-09-30"}


def filled(made: Drafting, bodies: tuple[Organisation, Organisation], by: User, **changes: Any) -> Drafting:
    """Every step of the standard text said."""
    hours = changes.pop("hours", None) or make.support_hours()
    said: dict[str, dict[str, str]] = {
        "parties": parties(bodies),
        "term": TERM,
        "service": {
            "support_hours": str(hours.pk), "support_hours_per_day": "7.5", "response_hours": "2",
            "solution_hours": "8",
        },
        "money": {"payment_working_days": "10", "interest_basis": "daily", "interest_rate": "0.05"},
        "confidentiality": {"confidentiality_years": "5"},
        "parameters": {"update_cycle": "每个工作日"},
        "questions": {
            question.key: question.options[0].value if not question.flag else _flag(hours, question.flag)
            for question in QUESTIONS
        },
        **changes,
    }  # fmt: skip
    for step, answers in said.items():
        made = drafting.keep(made, step, answers, by=by, at=NOW)
    return made


def _flag(hours: Any, flag: str) -> str:
    return deciding.FLAG_VALUES[getattr(hours, flag)]


def test_a_whole_drafting_becomes_an_agreement_that_may_go_to_signing(
    standard: Drafting, bodies: Any, contract_manager: User
) -> None:
    filled(standard, bodies, contract_manager)
    made = drafting.finish(standard, by=contract_manager, at=NOW)

    version = made.versions.get()
    assert (made.state, made.term_years, made.ends_on) == ("draft", 3, date(2029, 9, 30))
    assert (version.number, version.effective_from, version.state) == (1, date(2026, 10, 1), "draft")
    assert (version.response_hours, version.solution_hours) == (Decimal(2), Decimal(8))
    assert version.clauses.count() == 42
    assert version.parameters == {"update_cycle": "每个工作日"}
    assert Decision.objects.filter(version=version).count() == len(QUESTIONS)
    assert lifecycle.open_blanks(made) == []
    assert Event.objects.filter(action="agreement.drafted", agreement_id=made.pk).exists()
    lifecycle.open_for_signing(made, by=contract_manager, at=NOW)


def test_what_was_left_open_stays_open_and_blocks_signing(
    standard: Drafting, bodies: Any, contract_manager: User
) -> None:
    drafting.keep(standard, "parties", parties(bodies), by=contract_manager, at=NOW)
    drafting.keep(standard, "term", {"starts_on": "2026-10-01"}, by=contract_manager, at=NOW)
    standard.refresh_from_db()
    assert {"响应时限", "付款期限（工作日）", "签字和盖章", "税率变动时的价格"} <= set(drafting.left_open(standard))

    made = drafting.finish(standard, by=contract_manager, at=NOW)

    open_items = lifecycle.open_blanks(made)
    assert {"期限（年）", "终止日期", "支持时段", "税率变动时的价格", "签署要求"} <= set(open_items)
    with pytest.raises(Refused, match="还没有填写"):
        lifecycle.open_for_signing(made, by=contract_manager, at=NOW)
    read = filled_blanks(made.versions.get())
    assert read["interest"] == read["availability_target"] == "（没有可衡量的约定）"


def test_a_draft_needs_number_parties_and_start(standard: Drafting, contract_manager: User) -> None:
    with pytest.raises(Refused, match="协议编号、协议名称、甲方、乙方、计划起始日"):
        drafting.finish(standard, by=contract_manager, at=NOW)


def test_another_template_with_other_numbers_and_chosen_chapters(
    exchange: Drafting, bodies: Any, contract_manager: User
) -> None:
    said = {"chapter_9": "yes", "exchange_mode": "接口调用", "fm_notice_days": "3", "penalty_rate": "1"}
    filled(exchange, bodies, contract_manager, parameters=said, questions={"signing_rule": "either"})
    made = drafting.finish(exchange, by=contract_manager, at=NOW)

    version = made.versions.get()
    assert [clause.number for clause in version.clauses.filter(topic="response")] == ["6.2"]
    assert sorted({int(clause.chapter_number) for clause in version.clauses.all()}) == [1, 2, 3, 4, 5, 6, 9]
    assert not version.clauses.exclude(section="").exists()
    assert "penalty_rate" not in version.parameters  # its chapter is not adopted
    open_items = lifecycle.open_blanks(made)
    assert "不可抗力证明天数" in open_items
    assert "逾期违约金日比例（%）" not in open_items
    assert "税率变动时的价格" not in open_items  # this text has no clause on taxes


@pytest.mark.parametrize(
    ("step", "said", "words"),
    [
        pytest.param("parties", {"party_b": "same"}, "不能是同一单位", id="same organisation"),
        pytest.param("term", {"starts_on": "2026-10-01", "ends_on": "2026-09-30"}, "不能早于起始日", id="end first"),
        pytest.param(
            "service", {"response_hours": "8", "solution_hours": "2"}, "不能短于响应时限", id="solution first"
        ),
        pytest.param(
            "service", {"support_hours": "hours", "support_hours_per_day": "8"}, "每天是 7.5", id="hours a day"
        ),
        pytest.param("money", {"interest_basis": "annual"}, "请填写利率", id="no rate"),
        pytest.param("questions", {"weekends_served": "yes"}, "请先选定支持时段", id="flag without hours"),
        pytest.param("colour", {}, "没有这一步", id="no such step"),
    ],
)
def test_what_cannot_be_agreed_is_refused(
    standard: Drafting, bodies: Any, contract_manager: User, step: str, said: dict[str, str], words: str
) -> None:
    if step == "parties":
        said = parties(bodies, party_b=str(bodies[0].pk))
    if said.get("support_hours"):
        said = {**said, "support_hours": str(make.support_hours().pk)}

    with pytest.raises(Refused, match=words):
        drafting.keep(standard, step, said, by=contract_manager, at=NOW)

    standard.refresh_from_db()
    assert step not in standard.answers


def test_a_number_that_is_taken_is_refused(
    standard: Drafting, bodies: Any, contract_manager: User, other_agreement: Agreement
) -> None:
    with pytest.raises(Refused, match="已经用过"):
        drafting.keep(standard, "parties", parties(bodies, number=other_agreement.number), by=contract_manager, at=NOW)

    filled(standard, bodies, contract_manager)
    Agreement.objects.filter(pk=other_agreement.pk).update(number="GXXY-2026-100")
    with pytest.raises(Refused, match="已经用过"):
        drafting.finish(standard, by=contract_manager, at=NOW)
    assert AgreementVersion.objects.count() == 1


def test_an_answer_against_the_support_hours_is_refused(
    standard: Drafting, bodies: Any, contract_manager: User
) -> None:
    hours = make.support_hours()
    made = filled(standard, bodies, contract_manager, hours=hours)

    with pytest.raises(Refused, match="已经设为相反的做法"):
        drafting.keep(made, "questions", {"weekends_served": "yes"}, by=contract_manager, at=NOW)


def test_a_drafting_is_finished_once(standard: Drafting, bodies: Any, contract_manager: User) -> None:
    filled(standard, bodies, contract_manager)
    drafting.finish(standard, by=contract_manager, at=NOW)

    for again in (drafting.finish, drafting.give_up):
        with pytest.raises(Refused, match="已经结束"):
            again(standard, by=contract_manager, at=NOW)
    assert Agreement.objects.filter(number="GXXY-2026-100").count() == 1


def test_only_a_published_version_is_drafted_from(standard: Drafting, contract_manager: User) -> None:
    from contracts import templating

    draft = templating.new_draft(standard.template_version.template, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="已发布的模板版本"):
        drafting.start(draft, by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        pytest.param("2029-09-30", "早 1 天", id="habit of drafting"),
        pytest.param("2029-10-01", "相同", id="the corresponding day"),
        pytest.param("2029-10-15", "晚 14 天", id="later"),
    ],
)
def test_both_ends_are_shown_with_their_difference(
    standard: Drafting, contract_manager: User, written: str, words: str
) -> None:
    made = drafting.keep(standard, "term", {**TERM, "ends_on": written}, by=contract_manager, at=NOW)

    assert words in ends_words(made)
    assert "2029-10-01" in ends_words(made)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 9))
def test_the_corresponding_day_is_that_day_or_the_end_of_february(start: date, years: int) -> None:
    ends = drafting.ends_compared(start, years, start)

    assert ends.by_years.year == start.year + years
    assert (ends.by_years.month, ends.by_years.day) in {(start.month, start.day), (2, 28)}
    assert ends.days < 0


def test_the_steps_follow_the_template(standard: Drafting, exchange: Drafting) -> None:
    assert [step.name for step in steps_of(standard)] == list(drafting.STEPS)
    names = {name for step in steps_of(exchange) for name in step.form(drafting=exchange).fields}
    assert {"chapters", "dispute_way", "response_hours"} <= names
    assert "tax_change" not in names


def address(made: Drafting, step: str) -> str:
    return reverse("admin:contracts_drafting_step", args=[made.pk]) + f"?step={step}"


def test_the_wizard_is_walked_left_and_taken_up_again(client: Client, bodies: Any, contract_manager: User) -> None:
    load_bundled_templates(at=NOW)
    client.force_login(contract_manager)
    template = TemplateVersion.objects.get(template__code="standard")
    listed = reverse("admin:contracts_agreement_listverb", args=["draft"])
    answer = client.post(listed, {"template_version": template.pk, "submission_key": "k" * 32})
    made = Drafting.objects.get()
    assert answer["Location"] == reverse("admin:contracts_drafting_step", args=[made.pk])

    answer = client.post(address(made, "parties"), {**parties(bodies), "next": "1"})
    assert answer["Location"] == address(made, "term")
    answer = client.post(address(made, "term"), {**TERM, "stop": "1"})
    assert answer["Location"] == reverse("admin:contracts_drafting_change", args=[made.pk])

    page = client.get(reverse("admin:contracts_drafting_change", args=[made.pk])).content.decode()
    assert "省政务信息中心" in page
    onward = client.get(reverse("admin:contracts_drafting_step", args=[made.pk])).content.decode()
    assert 'name="response_hours"' in onward
    assert 'aria-current="step"' in onward
    back = client.get(address(made, "term")).content.decode()
    assert 'value="2029-09-30"' in back
    questions = client.get(address(made, "questions")).content.decode()
    assert "按年数算到 2029-10-01，书面终止日期是 2029-09-30，早 1 天" in questions

    finish = reverse("admin:contracts_drafting_verb", args=[made.pk, "finish"])
    answer = client.post(finish, {"submission_key": "f" * 32})
    agreement = Agreement.objects.get()
    assert answer["Location"] == reverse("admin:contracts_agreement_change", args=[agreement.pk])
    assert "税率变动时的价格" in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    ("step", "said", "words"),
    [
        pytest.param("term", {"starts_on": "2026-10-01", "ends_on": "2026-01-01"}, "不能早于起始日", id="end first"),
        pytest.param("term", {"starts_on": ""}, "这个字段是必填项", id="no start"),
        pytest.param("service", {"response_hours": "0"}, "时限须大于 0 小时", id="no time"),
        pytest.param("money", {"payment_working_days": "500"}, "250", id="too long to pay"),
        pytest.param("questions", {"end_rule": "maybe"}, "maybe", id="unknown answer"),
    ],
)
def test_a_step_that_does_not_fit_is_shown_again_with_its_fault(
    client: Client, standard: Drafting, contract_manager: User, step: str, said: dict[str, str], words: str
) -> None:
    client.force_login(contract_manager)

    page = client.post(address(standard, step), said)

    assert page.status_code == 200
    assert words in page.content.decode()
    standard.refresh_from_db()
    assert step not in standard.answers


def test_the_steps_are_the_contract_managers(client: Client, standard: Drafting, auditor: User) -> None:
    client.force_login(auditor)

    assert client.get(address(standard, "term")).status_code == 403
    assert client.post(address(standard, "term"), TERM).status_code == 403
    assert client.get(reverse("admin:contracts_drafting_change", args=[standard.pk])).status_code == 200


def test_an_ended_drafting_has_no_steps(client: Client, standard: Drafting, contract_manager: User) -> None:
    drafting.give_up(standard, by=contract_manager, at=NOW)
    client.force_login(contract_manager)

    answer = client.get(address(standard, "term"))

    assert answer["Location"] == reverse("admin:contracts_drafting_change", args=[standard.pk])


@pytest.mark.parametrize("rows", [1, 8])
def test_the_list_costs_the_same_for_many(
    client: Client,
    standard: Drafting,
    contract_manager: User,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(rows):
        drafting.start(standard.template_version, by=contract_manager, at=NOW)
    client.force_login(contract_manager)

    with django_assert_max_num_queries(9):
        client.get(reverse("admin:contracts_drafting_changelist"))


def test_optional_chapters_are_ticked_and_kept(client: Client, exchange: Drafting, contract_manager: User) -> None:
    client.force_login(contract_manager)

    client.post(address(exchange, "parameters"), {"chapters": ["9", "12"], "copies": "4", "stop": "1"})

    exchange.refresh_from_db()
    said = exchange.answers["parameters"]
    assert (said["chapter_9"], said["chapter_12"], said["copies"]) == ("yes", "yes", "4")
    assert "chapter_7" not in said
    record = client.get(reverse("admin:contracts_drafting_change", args=[exchange.pk])).content.decode()
    assert "9 不可抗力、12 附则" in record
    again = client.get(address(exchange, "parameters")).content.decode()
    assert again.count("checked") == 2
    assert "用于第 12.1 条。" in again
