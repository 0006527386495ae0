"""Supplements: drafted from the terms in force, edited with amendments kept right, taking effect without overlap."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts import activating, amending, deciding, signing, supplements
from contracts.amending import NewClause, Wording
from contracts.blanks import Blank
from contracts.board import Standing
from contracts.clauses import filled_blanks, write_standard_clauses
from contracts.models import Agreement, AgreementVersion, Clause, ClauseAmendment
from contracts.parameters import OF_ITSELF, OF_THE_TEXT, PARAMETERS, end_under
from contracts.readings.supplements import read_supplements
from contracts.terms import terms_on
from journal import approvals
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
LATER = datetime(2026, 6, 21, 2, tzinfo=UTC)
JULY = date(2026, 7, 1)
WORDS = Wording(heading="付款期限", text="收到发票后{payment_working_days}个工作日内付款。", reason="双方协商一致")


@pytest.fixture
def worded(agreement: Agreement) -> Agreement:
    """The agreement in force with its standard clauses."""
    write_standard_clauses(agreement.versions.get())
    return agreement


def drafted(agreement: Agreement, by: User, start: date = JULY) -> AgreementVersion:
    return supplements.draft(agreement, effective_from=start, summary="缩短响应时限", by=by, at=NOW)


def offered(agreement: Agreement, by: User, start: date = JULY, **changes: Any) -> AgreementVersion:
    version = drafted(agreement, by, start)
    for name, value in {"response_hours": Decimal(1), **changes}.items():
        setattr(version, name, value)
    supplements.keep_terms(version, by=by, at=NOW)
    return supplements.offer(version, by=by, at=NOW)


def clause_of(version: AgreementVersion, number: str) -> Clause:
    return version.clauses.get(number=number)


def test_a_draft_copies_terms_and_clauses_and_touches_nothing(worded: Agreement, contract_manager: User) -> None:
    original = worded.versions.get()

    version = drafted(worded, contract_manager)

    assert (version.number, version.kind, version.state, version.base) == (2, "supplement", "draft", original)
    assert [getattr(version, name) for name in PARAMETERS] == [getattr(original, name) for name in PARAMETERS]
    assert _texts(version) == _texts(original)
    assert terms_on(worded, JULY) == original
    assert version.ends_on == worded.ends_on
    assert Event.objects.latest("seq").action == "supplement.drafted"


def test_it_takes_effect_where_the_version_before_ends(agreement: Agreement, people: dict[str, User]) -> None:
    version = offered(agreement, people["manager"])

    supplements.take_effect(version, by=people["lead"], at=NOW)

    assert terms_on(agreement, date(2026, 6, 30)).response_hours == 2
    assert terms_on(agreement, JULY).response_hours == 1
    assert list(agreement.versions.values_list("effective_from", "effective_to")) == [
        (date(2026, 1, 1), JULY),
        (JULY, None),
    ]
    told = Notice.objects.filter(kind="supplement.in_force", channel="in_app")
    assert [notice.recipient for notice in told] == [people["party_b"]]
    assert "自 2026-07-01 起适用" in told[0].subject


def test_the_end_date_moves_with_the_supplement(agreement: Agreement, people: dict[str, User]) -> None:
    original = agreement.versions.get()
    version = offered(agreement, people["manager"], ends_on=date(2029, 12, 31))

    version = supplements.take_effect(version, by=people["lead"], at=NOW)

    agreement.refresh_from_db()
    original.refresh_from_db()
    assert agreement.ends_on == date(2029, 12, 31)
    assert (end_under(original), end_under(version)) == (date(2028, 12, 31), date(2029, 12, 31))
    assert filled_blanks(original)["ends_on"] == "2028年12月31日"


@pytest.fixture
def people(contract_manager: User, finance_lead: User, party_b: User) -> dict[str, User]:
    return {"manager": contract_manager, "lead": finance_lead, "party_b": party_b}


# --- Amendments -------------------------------------------------------------------------------------------------------


def test_each_change_of_a_clause_keeps_one_row(worded: Agreement, contract_manager: User) -> None:
    version = drafted(worded, contract_manager)
    before = clause_of(version, "6.2.1").text

    amending.change_clause(clause_of(version, "6.2.1"), WORDS, by=contract_manager, at=NOW)
    again = Wording(heading="付款期限", text="收到发票后十日内付款。", reason="再次协商")
    amending.change_clause(clause_of(version, "6.2.1"), again, by=contract_manager, at=NOW)
    amending.remove_clause(clause_of(version, "1.2.2"), reason="不再需要", by=contract_manager, at=NOW)
    new = NewClause(number="6.2.3", klass="money", topic="payment", side="b")
    added = amending.add_clause(version, new, WORDS, by=contract_manager, at=NOW)

    assert list(version.amendments.values_list("number", "change", "old_text", "new_text", "reason")) == [
        ("6.2.1", "changed", before, "收到发票后十日内付款。", "再次协商"),
        ("1.2.2", "removed", clause_of(worded.versions.get(number=1), "1.2.2").text, "", "不再需要"),
        ("6.2.3", "added", "", WORDS.text, "双方协商一致"),
    ]
    numbers = list(version.clauses.values_list("number", flat=True))
    assert numbers[numbers.index("6.2.2") + 1] == "6.2.3"
    assert numbers[numbers.index("6.2.3") + 1] == "6.3.1"
    assert added.side == "b"
    assert len(list(worded.versions.get(number=1).clauses.all())) == 42


def test_a_change_put_back_leaves_no_amendment(worded: Agreement, contract_manager: User) -> None:
    version = drafted(worded, contract_manager)
    clause = clause_of(version, "6.2.1")
    old = Wording(heading=clause.heading, text=clause.text, reason="恢复")

    amending.change_clause(clause, WORDS, by=contract_manager, at=NOW)
    amending.change_clause(clause, old, by=contract_manager, at=NOW)
    amending.add_clause(version, NewClause(number="9.9", klass="duty"), WORDS, by=contract_manager, at=NOW)
    amending.remove_clause(clause_of(version, "9.9"), reason="不加了", by=contract_manager, at=NOW)

    assert not version.amendments.exists()
    assert ClauseAmendment.history.filter(history_type="-").count() == 2


@pytest.mark.parametrize("number", ["6.2.1", "1.2.2", "9.1"], ids=["changed", "removed", "added"])
def test_undoing_puts_the_clause_back(worded: Agreement, contract_manager: User, number: str) -> None:
    version = drafted(worded, contract_manager)
    amending.change_clause(clause_of(version, "6.2.1"), WORDS, by=contract_manager, at=NOW)
    amending.remove_clause(clause_of(version, "1.2.2"), reason="不再需要", by=contract_manager, at=NOW)
    amending.add_clause(version, NewClause(number="9.1", klass="duty"), WORDS, by=contract_manager, at=NOW)

    amending.undo(version.amendments.get(number=number), by=contract_manager, at=NOW)

    assert version.amendments.count() == 2
    original = worded.versions.get(number=1)
    assert version.clauses.filter(number=number).exists() == original.clauses.filter(number=number).exists()
    for amendment in list(version.amendments.all()):
        amending.undo(amendment, by=contract_manager, at=NOW)
    assert _texts(version) == _texts(original)


@pytest.mark.parametrize(
    ("wording", "words"),
    [
        pytest.param({"reason": " "}, "请写明修改理由", id="no reason"),
        pytest.param({"text": ""}, "请填写条款的标题和正文", id="no text"),
        pytest.param({"text": "在{some_hours}小时内答复。"}, "不是系统能填写的内容", id="unknown blank"),
    ],
)
def test_a_wording_that_cannot_stand_is_refused(
    worded: Agreement, contract_manager: User, wording: dict[str, str], words: str
) -> None:
    version = drafted(worded, contract_manager)
    said = Wording(**{"heading": "付款期限", "text": "十日内付款。", "reason": "协商", **wording})

    with pytest.raises(Refused, match=words):
        amending.change_clause(clause_of(version, "6.2.1"), said, by=contract_manager, at=NOW)

    assert not version.amendments.exists()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        pytest.param("6.2.1", "条款 6.2.1 已经存在", id="taken"),
        pytest.param("六.二", "条款号用数字和点表示", id="no number"),
    ],
)
def test_a_number_that_cannot_be_is_refused(worded: Agreement, contract_manager: User, number: str, words: str) -> None:
    version = drafted(worded, contract_manager)

    with pytest.raises(Refused, match=words):
        amending.add_clause(version, NewClause(number=number, klass="duty"), WORDS, by=contract_manager, at=NOW)


def test_the_same_words_are_no_change(worded: Agreement, contract_manager: User) -> None:
    clause = clause_of(drafted(worded, contract_manager), "6.2.1")

    with pytest.raises(Refused, match="和现在的条款一样"):
        same = Wording(heading=clause.heading, text=clause.text, reason="无")
        amending.change_clause(clause, same, by=contract_manager, at=NOW)


# --- What is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param("draft", "是“草稿”，只有生效或暂停的协议", id="draft"),
        pytest.param("expired", "是“届满”，只有生效或暂停的协议", id="expired"),
        pytest.param("terminated", "是“终止”，只有生效或暂停的协议", id="terminated"),
        pytest.param("closed", "是“已关闭”，只有生效或暂停的协议", id="closed"),
    ],
)
def test_only_a_living_agreement_is_supplemented(
    agreement: Agreement, contract_manager: User, state: str, words: str
) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(state=state)

    with pytest.raises(Refused, match=words):
        drafted(agreement, contract_manager)


def test_a_suspended_agreement_may_be_supplemented(agreement: Agreement, contract_manager: User) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(state="suspended")

    assert drafted(agreement, contract_manager).state == "draft"


@pytest.mark.parametrize(
    ("start", "words"),
    [
        pytest.param(date(2025, 12, 31), "不能早于原协议的生效日期 2026-01-01", id="before the agreement"),
        pytest.param(date(2026, 1, 1), "原协议 v1 自 2026-01-01 起适用；.*不能重叠", id="on its first day"),
        pytest.param(date(2029, 1, 1), "协议在 2028-12-31 终止", id="after its end"),
    ],
)
def test_a_start_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, start: date, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        drafted(agreement, contract_manager, start)


def test_a_supplement_does_not_slip_in_before_a_later_one(agreement: Agreement, people: dict[str, User]) -> None:
    later = offered(agreement, people["manager"], date(2026, 10, 1))
    supplements.take_effect(later, by=people["lead"], at=NOW)

    with pytest.raises(Refused, match="补充协议 v2 自 2026-10-01 起适用；新的补充协议须从更晚的日期起适用"):
        drafted(agreement, people["manager"], date(2026, 8, 1))

    assert drafted(agreement, people["manager"], date(2026, 11, 1)).response_hours == 1


def test_two_drafts_at_once_are_refused(agreement: Agreement, contract_manager: User) -> None:
    drafted(agreement, contract_manager)

    with pytest.raises(Refused, match="已有一份没有办完的补充协议（补充协议 v2）"):
        drafted(agreement, contract_manager, date(2026, 8, 1))
    with pytest.raises(IntegrityError, match=r"agrver_one_open|UNIQUE"), transaction.atomic():
        make.version(agreement, number=3, state="draft")


def test_an_empty_supplement_is_refused(worded: Agreement, contract_manager: User) -> None:
    version = drafted(worded, contract_manager)

    with pytest.raises(Refused, match="没有改变任何内容"):
        supplements.offer(version, by=contract_manager, at=NOW)

    amending.change_clause(clause_of(version, "6.2.1"), WORDS, by=contract_manager, at=NOW)
    assert supplements.offer(version, by=contract_manager, at=NOW).state == "signing"


def test_an_open_blank_keeps_it_from_signing(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match=r"还没有填写.*响应时限（小时）"):
        offered(agreement, contract_manager, response_hours=None)


@pytest.mark.parametrize("state", ["signing", "active", "withdrawn"])
def test_what_is_offered_or_in_force_is_not_edited(worded: Agreement, people: dict[str, User], state: str) -> None:
    version = offered(worded, people["manager"])
    if state == "active":
        version = supplements.take_effect(version, by=people["lead"], at=NOW)
    if state == "withdrawn":
        version = supplements.withdraw(version, reason="不再需要", by=people["manager"], at=NOW)
    clause = clause_of(version, "6.2.1")
    label = version.get_state_display()

    for attempt in (
        lambda: supplements.keep_terms(version, by=people["manager"], at=NOW),
        lambda: amending.change_clause(clause, WORDS, by=people["manager"], at=NOW),
        lambda: amending.remove_clause(clause, reason="删", by=people["manager"], at=NOW),
        lambda: amending.add_clause(
            version, NewClause(number="9.1", klass="duty"), WORDS, by=people["manager"], at=NOW
        ),
    ):
        with pytest.raises(Refused, match=f"补充协议 v2 是“{label}”，内容不能修改"):
            attempt()


def test_the_original_is_not_edited_by_these_verbs(worded: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="原协议 v1 是“已生效”，内容不能修改"):
        amending.change_clause(clause_of(worded.versions.get(), "6.2.1"), WORDS, by=contract_manager, at=NOW)


def test_the_database_keeps_amendments_offered_and_clauses_in_force(worded: Agreement, people: dict[str, User]) -> None:
    version = drafted(worded, people["manager"])
    amending.change_clause(clause_of(version, "6.2.1"), WORDS, by=people["manager"], at=NOW)
    supplements.offer(version, by=people["manager"], at=NOW)

    for rows, change in (
        (worded.versions.get(number=1).clauses.all(), {"text": "改"}),
        (version.amendments.all(), {"reason": "改"}),
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows.update(**change)


def test_a_supplement_in_the_past_needs_a_reason(agreement: Agreement, people: dict[str, User]) -> None:
    with pytest.raises(Refused, match="适用日期 2026-05-01 早于签署日 2026-06-15，追溯适用须写明理由"):
        offered(agreement, people["manager"], date(2026, 5, 1))
    supplements.withdraw(agreement.versions.get(number=2), reason="重来", by=people["manager"], at=NOW)

    version = offered(agreement, people["manager"], date(2026, 5, 1), retro_reason="双方自五月起已按新时限执行")
    supplements.take_effect(version, by=people["lead"], at=NOW)

    assert terms_on(agreement, date(2026, 5, 1)) == version
    assert Event.objects.get(action="supplement.in_force").reason == "双方自五月起已按新时限执行"


def test_signed_later_than_planned_needs_a_reason_too(agreement: Agreement, people: dict[str, User]) -> None:
    version = offered(agreement, people["manager"])

    with pytest.raises(Refused, match="早于签署日 2026-07-09"):
        supplements.take_effect(
            version, signed_on=date(2026, 7, 9), by=people["lead"], at=datetime(2026, 7, 9, tzinfo=UTC)
        )
    late = datetime(2026, 7, 9, tzinfo=UTC)
    supplements.take_effect(version, signed_on=date(2026, 6, 30), by=people["lead"], at=late)

    assert terms_on(agreement, JULY) == version


@pytest.mark.parametrize(
    ("ends_on", "words"),
    [
        pytest.param(date(2026, 6, 14), "新的终止日期不能早于今天", id="in the past"),
        pytest.param(date(2026, 6, 20), "终止日期不能早于它的适用日期", id="before its start"),
    ],
)
def test_an_end_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, ends_on: date, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        offered(agreement, contract_manager, ends_on=ends_on)


def test_it_takes_effect_once_and_by_another_person(agreement: Agreement, people: dict[str, User]) -> None:
    version = offered(agreement, people["manager"])
    with pytest.raises(Refused, match="起草人不能登记自己起草的补充协议生效"):
        supplements.take_effect(version, by=people["manager"], at=NOW)
    supplements.take_effect(version, by=people["lead"], at=NOW)

    with pytest.raises(Refused, match="只有待签署的补充协议可以生效"):
        supplements.take_effect(version, by=people["lead"], at=NOW)


def test_withdrawing_says_why_and_frees_the_agreement(agreement: Agreement, contract_manager: User) -> None:
    version = offered(agreement, contract_manager)
    with pytest.raises(Refused, match="请写明撤销的原因"):
        supplements.withdraw(version, reason="", by=contract_manager, at=NOW)
    supplements.withdraw(version, reason="不再需要", by=contract_manager, at=NOW)

    assert drafted(agreement, contract_manager).number == 3
    assert terms_on(agreement, JULY).number == 1


# --- Signing ----------------------------------------------------------------------------------------------------------


def signed(version: AgreementVersion, by: User, day: date = date(2026, 6, 20)) -> AgreementVersion:
    """Signed and sealed electronically by both sides on a day."""
    for side in "ab":
        for kind, named in (("sign", {"capacity": "legal_representative"}), ("seal", {"seal_name": "公章"})):
            mark = signing.Mark(
                side=side, kind=kind, person="郭志远", made_on=day, medium="electronic", certificate="a" * 40, **named
            )
            signing.record_mark(version, mark, by=by, at=LATER)
    return version


def test_signed_and_approved_it_takes_effect_from_its_own_day(agreement: Agreement, people: dict[str, User]) -> None:
    version = signed(offered(agreement, people["manager"]), people["manager"])

    asked = activating.ask(version, by=people["manager"], at=LATER)
    approvals.approve(asked, by=people["lead"], at=LATER)

    assert terms_on(agreement, JULY).response_hours == 1
    assert terms_on(agreement, date(2026, 6, 30)).response_hours == 2
    agreement.refresh_from_db()
    assert (agreement.state, agreement.effective_on) == ("in_force", date(2026, 1, 1))
    reading = read_supplements(agreement, LATER)
    assert (reading.standing, reading.count) == (Standing.KEPT, 1)


def test_the_board_waits_for_the_signatures(agreement: Agreement, contract_manager: User) -> None:
    assert read_supplements(agreement, NOW).standing == Standing.UNPROVEN

    offered(agreement, contract_manager)

    assert read_supplements(agreement, NOW).standing == Standing.DUE_SOON


def test_signed_too_late_it_waits_for_a_reason(agreement: Agreement, people: dict[str, User]) -> None:
    version = signed(offered(agreement, people["manager"], date(2026, 6, 16)), people["manager"])
    with pytest.raises(Refused, match="适用日期 2026-06-16 早于签署日 2026-06-20"):
        activating.ask(version, by=people["manager"], at=LATER)

    supplements.explain_retro(version, reason="双方已按新时限执行", by=people["manager"], at=LATER)
    approvals.approve(activating.ask(version, by=people["manager"], at=LATER), by=people["lead"], at=LATER)

    assert terms_on(agreement, date(2026, 6, 16)).response_hours == 1


def test_a_signed_supplement_is_neither_withdrawn_nor_taken_back(agreement: Agreement, contract_manager: User) -> None:
    version = signed(offered(agreement, contract_manager), contract_manager)

    with pytest.raises(Refused, match="已有签字或盖章，请先撤销签署记录"):
        supplements.withdraw(version, reason="不要了", by=contract_manager, at=LATER)
    with pytest.raises(Refused, match="已有签字或盖章，内容不能再改"):
        signing.back_to_draft(version, reason="笔误", by=contract_manager, at=LATER)


def test_without_signatures_it_goes_back_to_draft_and_on(agreement: Agreement, contract_manager: User) -> None:
    version = signing.back_to_draft(offered(agreement, contract_manager), reason="笔误", by=contract_manager, at=NOW)

    version.response_hours = Decimal(4)
    assert supplements.keep_terms(version, by=contract_manager, at=NOW).response_hours == 4
    assert supplements.offer(version, by=contract_manager, at=NOW).state == "signing"


def test_the_database_freezes_terms_in_force(agreement: Agreement, people: dict[str, User]) -> None:
    version = supplements.take_effect(offered(agreement, people["manager"]), by=people["lead"], at=NOW)

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        AgreementVersion.objects.filter(pk=version.pk).update(response_hours=Decimal(3))


# --- Truths -----------------------------------------------------------------------------------------------------------


def test_active_versions_never_overlap_in_the_database(agreement: Agreement) -> None:
    with pytest.raises(IntegrityError, match="agrver_no_overlap"), transaction.atomic():
        make.version(agreement, number=2, effective_from=JULY)
    agreement.versions.update(effective_to=JULY)
    second = make.version(agreement, number=2, effective_from=JULY)
    with pytest.raises(IntegrityError, match="agrver_no_overlap"), transaction.atomic():
        AgreementVersion.objects.exclude(pk=second.pk).update(effective_to=date(2026, 7, 2))
    make.version(agreement, number=3, state="withdrawn", effective_from=JULY)


def test_every_field_of_a_version_is_a_parameter_or_its_own() -> None:
    fields = {field.name for field in AgreementVersion._meta.concrete_fields}

    assert fields == {*PARAMETERS, *OF_ITSELF, *OF_THE_TEXT}


def test_blanks_of_the_text_are_changed_by_their_names(agreement: Agreement, contract_manager: User) -> None:
    days = Blank(name="notice_days", label="解除通知天数", kind="days")
    make.reword(agreement.versions.get(), blanks=[days.as_json()], parameters={"notice_days": "30"})
    version = drafted(agreement, contract_manager)

    for name, value, words in (
        ("other", "3", "没有空白“other”"),
        ("notice_days", "三十", "“解除通知天数”填写的内容不对"),
    ):
        with pytest.raises(Refused, match=words):
            deciding.fill(version, {name: value}, by=contract_manager, at=NOW)
    version = deciding.fill(version, {"notice_days": "45"}, by=contract_manager, at=NOW)

    [change] = supplements.changes_of(version).parameters
    assert (change.what, change.old, change.new) == ("解除通知天数", "30", "45")
    assert agreement.versions.get(number=1).parameters == {"notice_days": "30"}


class AnySequence(TestCase):
    """Whatever supplements are accepted, each day of the agreement has exactly one version."""

    @given(days=st.lists(st.integers(min_value=-40, max_value=1200), max_size=6), probes=st.lists(st.integers(0, 1095)))
    def test_one_version_a_day(self, days: list[int], probes: list[int]) -> None:
        manager, lead = make.user("cm", name="周敏"), make.user("fl", name="陈立")
        agreement = make.agreement()
        first = date(2026, 1, 1).toordinal()
        for step, day in enumerate(days):
            _try(agreement, date.fromordinal(first + day), Decimal(step + 3), (manager, lead))
        for probe in {0, 1095, *days, *probes} & set(range(1096)):
            on = date.fromordinal(first + probe)
            holding = agreement.versions.filter(state="active").applying_on(on)
            assert list(holding) == [terms_on(agreement, on)]


def _try(agreement: Agreement, start: date, hours: Decimal, people: tuple[User, User]) -> None:
    manager, lead = people
    try:
        version = offered(agreement, manager, start, response_hours=hours, retro_reason="补签")
        supplements.take_effect(version, by=lead, at=NOW)
    except Refused:
        assert not agreement.versions.filter(state__in=["draft", "signing"]).exists()


def _texts(version: AgreementVersion) -> list[tuple[str, str, str]]:
    return list(version.clauses.values_list("number", "heading", "text"))
