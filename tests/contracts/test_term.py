"""The term: the last day by text and by law, expiry at its 24:00, reminders once for each level, renewal by persons."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from contracts import deciding, life_news, lifecycle, renewing, term
from contracts.clauses import READERS, write_standard_clauses
from contracts.models import Agreement, AgreementVersion, Membership, TermChange
from contracts.tasks.life import move_agreements, remind_endings
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.marks import SHANGHAI, draft
from worktime.calendars import workday_calendar

END = date(2028, 12, 31)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def frozen(text: str) -> Any:
    return time_machine.travel(at(text), tick=False)


@pytest.mark.parametrize(
    "days, level",
    [(91, None), (90, 90), (61, 90), (60, 60), (31, 60), (30, 30), (8, 30), (7, 7), (0, 7), (-1, None)],
)
def test_the_most_urgent_level_counts(days: int, level: int | None) -> None:
    assert term.level_of(days) == level


@given(st.integers(min_value=-400, max_value=400))
def test_a_level_is_reached_within_its_days_only(days: int) -> None:
    level = term.level_of(days)

    assert (level is None) == (not 0 <= days <= 90)
    assert level is None or (days <= level and all(days > lower for lower in term.LEVELS if lower < level))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "start, years, end, provisional",
    [
        pytest.param(date(2023, 9, 18), 3, date(2026, 9, 18), False, id="the corresponding day"),
        pytest.param(date(2023, 10, 3), 3, date(2026, 10, 8), False, id="moved past the holiday"),
        pytest.param(date(2024, 2, 29), 2, date(2026, 2, 28), False, id="the month's last day, a make-up Saturday"),
        pytest.param(date(2026, 1, 1), 3, date(2029, 1, 1), True, id="an unpublished year is provisional"),
    ],
)
def test_the_end_by_law(start: date, years: int, end: date, provisional: bool) -> None:
    found = term.legal_end(start, years, workday_calendar(make.calendar_version()))

    assert (found.value, found.provisional) == (end, provisional)


@pytest.mark.django_db
def test_the_page_compares_law_and_text(agreement: Agreement) -> None:
    found = term.term_of(agreement, today=date(2028, 12, 1))

    assert found.by_law is not None
    assert (found.written, found.by_law.value, found.difference, found.days_left) == (END, date(2029, 1, 1), 1, 30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rule, last_day, changes",
    [
        pytest.param("written", END, 0, id="the written date"),
        pytest.param("years", date(2029, 1, 15), 1, id="the years, from the true start"),
    ],
)
def test_the_decision_says_which_end_rules(contract_manager: User, rule: str, last_day: date, changes: int) -> None:
    made = draft()
    write_standard_clauses(made.versions.get())
    make.decided(made, contract_manager)
    deciding.decide(made.versions.get(), "end_rule", rule, by=contract_manager, at=at("2026-01-02T09:00"))
    lifecycle.open_for_signing(made, by=contract_manager, at=at("2026-01-02T10:00"))
    start = date(2026, 1, 15)

    made = lifecycle.put_in_force(
        made, signed_on=start, effective_on=start, by=contract_manager, at=at("2026-01-15T10:00")
    )

    assert (made.ends_on, made.written_ends_on) == (last_day, END)
    assert TermChange.objects.filter(agreement=made, kind="decision").count() == changes
    assert READERS["ends_on"](made.versions.get()) == "2028年12月31日"  # the text keeps what was written


@pytest.mark.django_db
@pytest.mark.parametrize(
    "moment, state",
    [
        pytest.param("2028-12-31T23:59:59", "in_force", id="a second before midnight"),
        pytest.param("2029-01-01T00:00", "expired", id="at midnight"),
        pytest.param("2029-03-01T08:00", "expired", id="after an outage"),
    ],
)
def test_it_expires_at_midnight_of_its_last_day(agreement: Agreement, moment: str, state: str) -> None:
    with frozen(moment):
        move_agreements()
        again = move_agreements()

    agreement.refresh_from_db()
    assert agreement.state == state
    assert again["expired"] == 0
    if state == "expired":
        assert agreement.ended_at == at("2029-01-01T00:00")
        assert Event.objects.filter(action="agreement.expired").count() == 1


@pytest.mark.django_db
def test_one_bad_row_does_not_stop_the_others(agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    other = make.agreement()
    real = lifecycle.expire

    def expire(row: Agreement, **said: Any) -> Agreement:
        if row.pk == agreement.pk:
            raise Refused("坏")
        return real(row, **said)

    monkeypatch.setattr(lifecycle, "expire", expire)
    with frozen("2029-01-02T08:00"):
        assert move_agreements()["expired"] == 1

    other.refresh_from_db()
    assert other.state == "expired"


@pytest.mark.django_db
def test_each_level_is_told_once_and_missed_ones_collapse(
    agreement: Agreement, contract_manager: User, operator: User, party_b: User
) -> None:
    admin = make.user("their_admin", name="管理员")
    make.member(admin, agreement.party_b, role=Membership.Role.ADMIN)
    agreement.manager = operator
    agreement.save()

    told = []
    for day in ("2028-09-01", "2028-10-02", "2028-10-03", "2028-12-03", "2028-12-24", "2028-12-25", "2029-01-01"):
        with frozen(f"{day}T08:20"):
            remind_endings()
            told.append(Notice.objects.filter(kind="agreement.ends_soon", channel="in_app").count())

    # 90 days (three persons), the outage from 90 to 28 days left collapses into 30, then 7; nobody after the end.
    assert told == [0, 3, 3, 6, 9, 9, 9]
    people = set(Notice.objects.filter(kind="agreement.ends_soon").values_list("recipient__username", flat=True))
    assert people == {"operator", "contract_manager", "their_admin"}
    assert {notice.url.split("/")[1] for notice in Notice.objects.filter(recipient=admin)} == {"portal"}


@pytest.mark.django_db
def test_without_an_administrator_all_of_party_b_are_told(agreement: Agreement, party_b: User) -> None:
    assert life_news.administrators_of(agreement) == [party_b]


@pytest.fixture
def tacit(db: None) -> Agreement:
    """To the end of 2028; goes on for two years when nobody objects by 2028-12-01."""
    return make.agreement(version_tacit_notice_days=30, version_tacit_years=2)


BY = date(2028, 12, 1)


def test_a_person_confirms_the_tacit_renewal(tacit: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="2028-12-01 及以前双方都还可以提出异议"):
        renewing.confirm_tacit(tacit, by=contract_manager, at=at("2028-12-01T23:00"))

    made = renewing.confirm_tacit(tacit, by=contract_manager, at=at("2028-12-02T09:00"))

    tacit.refresh_from_db()
    assert (made.old_end, made.new_end, tacit.ends_on, tacit.written_ends_on) == (
        END,
        date(2030, 12, 31),
        date(2030, 12, 31),
        END,
    )
    with frozen("2029-01-01T00:01"):
        assert move_agreements()["expired"] == 0


@pytest.mark.parametrize("side", ["a", "b"])
def test_an_objection_in_time_prevents_it(tacit: Agreement, contract_manager: User, side: str) -> None:
    renewing.object_to(tacit, side=side, objected_on=BY, by=contract_manager, at=at("2028-12-05T09:00"))

    with pytest.raises(Refused, match="已有一方按期提出异议"):
        renewing.confirm_tacit(tacit, by=contract_manager, at=at("2028-12-06T09:00"))
    with pytest.raises(Refused, match="已经登记过这一方的异议"):
        renewing.object_to(tacit, side=side, objected_on=BY, by=contract_manager, at=at("2028-12-06T09:00"))


def test_a_late_objection_is_kept_and_prevents_nothing(tacit: Agreement, contract_manager: User) -> None:
    late = BY + timedelta(days=1)
    renewing.object_to(tacit, side="b", objected_on=late, by=contract_manager, at=at("2028-12-05T09:00"))

    assert renewing.confirm_tacit(tacit, by=contract_manager, at=at("2028-12-06T09:00")).kind == "tacit"


@pytest.mark.parametrize(
    "moment, words",
    [
        pytest.param("2029-01-01T00:00", "已经届满，请起草续签协议", id="after the last day"),
        pytest.param("2028-11-01T09:00", "还可以提出异议", id="too early"),
    ],
)
def test_a_renewal_out_of_time_is_refused(tacit: Agreement, contract_manager: User, moment: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        renewing.confirm_tacit(tacit, by=contract_manager, at=at(moment))


def test_nothing_is_renewed_tacitly_that_was_not_agreed(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="没有约定默示续期"):
        renewing.confirm_tacit(agreement, by=contract_manager, at=at("2028-12-20T09:00"))


def test_the_sweep_never_renews(tacit: Agreement) -> None:
    with frozen("2029-01-01T00:01"):
        move_agreements()

    tacit.refresh_from_db()
    assert (tacit.state, tacit.ends_on) == ("expired", END)


@pytest.fixture
def renewed(agreement: Agreement, contract_manager: User) -> Agreement:
    write_standard_clauses(agreement.versions.get())
    return renewing.copy_forward(agreement, number="GXXY-2029-001", by=contract_manager, at=at("2028-11-01T09:00"))


def test_the_draft_carries_terms_and_text_forward(renewed: Agreement, agreement: Agreement) -> None:
    old, new = agreement.versions.get(), renewed.versions.get()

    assert (renewed.state, renewed.renews, renewed.agreed_effective_on) == ("draft", agreement, date(2029, 1, 1))
    assert renewed.ends_on == date(2031, 12, 31)
    assert (new.state, new.kind, new.response_hours, new.support_hours) == (
        AgreementVersion.State.DRAFT, "original", old.response_hours, old.support_hours,
    )  # fmt: skip
    texts = [list(version.clauses.values_list("number", "text")) for version in (old, new)]
    assert texts[0] == texts[1] and len(texts[1]) > 40


def test_each_term_is_looked_at_by_a_person(renewed: Agreement, contract_manager: User) -> None:
    make.decided(renewed, contract_manager)
    checks = [check.name for check in renewed.renewal_checks.all()]
    assert {"term_years", "ends_on", "response_hours", "payment_working_days"} <= set(checks)
    with pytest.raises(Refused, match="续约核对：响应时限"):
        lifecycle.open_for_signing(renewed, by=contract_manager, at=at("2028-11-02T09:00"))
    verdicts = {name: "changed" if name == "ends_on" else "kept" for name in checks}

    assert renewing.tick(renewed, verdicts, by=contract_manager, at=at("2028-11-02T09:00")) == 0
    made = lifecycle.open_for_signing(renewed, by=contract_manager, at=at("2028-11-02T10:00"))

    assert made.state == "for_signing"


@pytest.mark.parametrize(
    "verdicts, words",
    [
        pytest.param({"response_hours": "changed"}, "与原协议相同", id="changed, but it is the same"),
        pytest.param({"ends_on": "kept"}, "与原协议不同", id="kept, but it is another"),
        pytest.param({"colour": "kept"}, "请从核对清单里选择", id="no such term"),
        pytest.param({"response_hours": "perhaps"}, "请从核对清单里选择", id="no such verdict"),
    ],
)
def test_a_verdict_that_the_draft_contradicts_is_refused(
    renewed: Agreement, contract_manager: User, verdicts: dict[str, str], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        renewing.tick(renewed, verdicts, by=contract_manager, at=at("2028-11-02T09:00"))


def test_a_term_changed_after_it_was_kept_is_open_again(renewed: Agreement, contract_manager: User) -> None:
    renewing.tick(renewed, {"response_hours": "kept"}, by=contract_manager, at=at("2028-11-02T09:00"))
    version = renewed.versions.get()
    version.response_hours = 4
    version.save()

    assert "续约核对：响应时限（小时）" in renewing.unchecked(renewed)


@pytest.mark.parametrize(
    "number, words", [("", "请填写没有用过的协议编号"), ("GXXY-2029-001", "已有续签的草稿"), ("X", "已有续签的草稿")]
)
def test_an_agreement_is_renewed_once(
    renewed: Agreement, agreement: Agreement, contract_manager: User, number: str, words: str
) -> None:
    source = make.agreement() if not number else agreement

    with pytest.raises(Refused, match=words):
        renewing.copy_forward(source, number=number, by=contract_manager, at=at("2028-11-02T09:00"))
