"""The morning digest: on working mornings, once a person and day, nothing when there is nothing to say."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts import digest
from contracts.models import Agreement
from contracts.tasks.duties import send_digests
from journal.models import Notice
from people.models import User
from tests.contracts.duty_rows import NOW, SHANGHAI, duty

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 9, 18, 8, tzinfo=SHANGHAI)


@pytest.fixture
def row(agreement: Agreement, contract_manager: User, operator: User) -> Any:
    """Overdue since 25 August, due again on 25 September."""
    return duty(agreement, contract_manager, person=operator)


def letters(person: User) -> list[Notice]:
    return list(Notice.objects.filter(recipient=person, kind="digest", channel="email").order_by("pk"))


def test_one_letter_with_what_is_late_and_near(row: Any, agreement: Agreement, operator: User) -> None:
    assert digest.send_all(at=EIGHT) == 1

    (letter,) = letters(operator)
    assert letter.subject == "今日义务：逾期 1 项，今天到期 0 项，7 天内到期 1 项"
    assert f"· 2026-08-25 定期安全检查（{agreement.number} 7.2.2）" in letter.body
    assert "2026-09-25" in letter.body
    assert letter.url.endswith("?mine=1")
    assert Notice.objects.filter(recipient=operator, kind="digest", channel="in_app").count() == 1


@pytest.mark.parametrize(
    "day, works, published",
    [
        pytest.param(date(2026, 9, 18), True, True, id="Friday"),
        pytest.param(date(2026, 9, 19), False, True, id="Saturday"),
        pytest.param(date(2026, 10, 1), False, True, id="National Day"),
        pytest.param(date(2026, 10, 10), True, True, id="make-up Saturday"),
        pytest.param(date(2027, 1, 1), True, False, id="Friday of an unpublished year"),
        pytest.param(date(2027, 1, 2), False, False, id="Saturday of an unpublished year"),
    ],
)
def test_mornings(row: Any, day: date, works: bool, published: bool) -> None:
    assert digest.morning(day) == digest.Morning(day=day, works=works, published=published)

    told = digest.send_all(at=datetime(day.year, day.month, day.day, 8, tzinfo=SHANGHAI))

    assert told == int(works)


def test_a_year_that_is_not_published_is_said(row: Any, operator: User) -> None:
    digest.send_all(at=datetime(2027, 1, 4, 8, tzinfo=SHANGHAI))

    (letter,) = letters(operator)
    assert "2027 年的放假安排尚未公布，今天按周一至周五视为工作日" in letter.body


def test_once_a_day_however_often_it_runs(row: Any, operator: User) -> None:
    runs = [digest.send_all(at=EIGHT + timedelta(minutes=15 * number)) for number in range(3)]

    assert runs == [1, 0, 0]
    assert len(letters(operator)) == 1


def test_a_run_that_broke_off_goes_on(
    row: Any, agreement: Agreement, contract_manager: User, ops_lead: User, operator: User, monkeypatch: Any
) -> None:
    duty(agreement, contract_manager, title="漏洞修补", person=ops_lead)
    real, seen = digest.send, []

    def breaking(person: User, now: digest.Morning, *, at: datetime) -> bool:
        seen.append(person)
        if len(seen) == 2:
            raise RuntimeError("掉电")
        return real(person, now, at=at)

    monkeypatch.setattr(digest, "send", breaking)
    with pytest.raises(RuntimeError, match="掉电"):
        digest.send_all(at=EIGHT)
    digest.send_all(at=EIGHT + timedelta(minutes=15))

    assert [len(letters(person)) for person in (operator, ops_lead)] == [1, 1]


def test_after_an_outage_only_today_is_sent(row: Any, operator: User) -> None:
    digest.send_all(at=EIGHT)
    digest.send_all(at=EIGHT + timedelta(days=5))

    assert [letter.key.split("/")[1] for letter in letters(operator)] == ["2026-09-18", "2026-09-23"]


def test_nothing_to_say_no_letter(agreement: Agreement, contract_manager: User, operator: User) -> None:
    duty(agreement, contract_manager, person=operator, tracked_from=date(2026, 9, 18), anchor=date(2026, 12, 1))

    assert digest.send_all(at=EIGHT) == 0
    assert letters(operator) == []


def test_who_is_told(
    agreement: Agreement, contract_manager: User, operator: User, party_b: User, party_b_other: User, outsider: User
) -> None:
    agreement.manager = contract_manager
    agreement.save()
    duty(agreement, contract_manager, title="甲方事项")
    duty(agreement, contract_manager, title="乙方事项", side="b")
    duty(agreement, contract_manager, title="有人负责", person=operator)

    digest.send_all(at=EIGHT)

    bodies = {person: letters(person)[0].body for person in (contract_manager, operator, party_b)}
    assert "甲方事项" in bodies[contract_manager] and "有人负责" not in bodies[contract_manager]
    assert "乙方事项" in bodies[party_b] and "甲方事项" not in bodies[party_b]
    assert letters(party_b)[0].url == "/portal/duties/"
    assert letters(party_b_other) == letters(outsider) == []


def test_days_of_grace_are_not_late(agreement: Agreement, contract_manager: User, operator: User) -> None:
    duty(agreement, contract_manager, person=operator, grace_days=40)

    digest.send_all(at=EIGHT)

    assert "逾期 0 项，今天到期 1 项" in letters(operator)[0].subject


def test_in_the_language_of_the_reader(row: Any, operator: User) -> None:
    operator.language = "en"
    operator.save()

    digest.send_all(at=EIGHT)

    assert letters(operator)[0].subject == "Your duties today: 1 overdue, 0 due today, 1 due within 7 days"


def test_a_long_list_is_cut(agreement: Agreement, contract_manager: User, operator: User) -> None:
    duty(agreement, contract_manager, person=operator, every_unit="day", anchor=date(2026, 8, 1), at=NOW)

    digest.send_all(at=EIGHT)

    assert "……另有 28 项，请在系统中查看。" in letters(operator)[0].body


def test_the_task_runs(row: Any) -> None:
    assert send_digests() >= 0
