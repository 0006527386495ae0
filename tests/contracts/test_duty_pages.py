"""The pages of duties: the console's lists and verbs, the portal's own duties, the agreement's sections."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts import obligations, performing, starters
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, Obligation, ObligationOccurrence
from contracts.starters import Numbers
from people.models import User
from people.refusal import Refused
from people.submitting import new_key
from tests.contracts.duty_rows import NOW, TODAY, duty, event_terms, first

pytestmark = pytest.mark.django_db
LIST = "admin:contracts_obligationoccurrence_changelist"


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def shown(client: Client, user: User, **query: str) -> str:
    client.force_login(user)
    return client.get(reverse(LIST), query).content.decode()


def post(client: Client, obj: Any, verb: str, **said: Any) -> Any:
    name = f"admin:contracts_{obj._meta.model_name}_verb"
    return client.post(reverse(name, args=[obj.pk, verb]), {"submission_key": new_key(), **said})


def test_the_list_filters(
    client: Client, agreement: Agreement, contract_manager: User, operator: User, today: date
) -> None:
    at = timezone.now()
    ago, ahead = today - timedelta(days=3), today + timedelta(days=40)
    common: dict[str, Any] = {"rule": "once", "tracked_from": today - timedelta(days=9), "at": at}
    duty(agreement, contract_manager, title="迟了的", due_date=ago, person=operator, **common)
    duty(agreement, contract_manager, title="今天的", due_date=today, side="b", **common)
    duty(agreement, contract_manager, title="以后的", due_date=ahead, clause_number="3.2.2", **common)

    titles = ("迟了的", "今天的", "以后的")

    def seen(**query: str) -> list[str]:
        table = shown(client, operator, **query).partition('id="result_list"')[2]
        return [title for title in titles if title in table]

    assert seen() == list(titles)
    assert seen(stand="overdue") == ["迟了的"]
    assert seen(stand="today") == ["今天的"]
    assert "今天的" in seen(stand="week")
    assert seen(mine="1") == ["迟了的"]
    assert seen(obligation__side__exact="b") == ["今天的"]
    assert seen(obligation__clause_number="3.2.2") == ["以后的"]
    assert seen(obligation__topic__exact="security_checks") == list(titles)
    assert seen(q="以后") == ["以后的"]
    assert seen(stand="nonsense") == []


def test_the_list_takes_the_same_queries_however_long(
    client: Client, agreement: Agreement, contract_manager: User, django_assert_max_num_queries: Any
) -> None:
    duty(agreement, contract_manager)
    shown(client, contract_manager)
    with django_assert_max_num_queries(40) as few:
        shown(client, contract_manager)
    for number in range(3):
        duty(agreement, contract_manager, title=f"检查 {number}")

    with django_assert_max_num_queries(len(few)):
        assert "检查 2" in shown(client, contract_manager)


def test_the_list_goes_out_as_csv(client: Client, agreement: Agreement, contract_manager: User) -> None:
    duty(agreement, contract_manager, title="=检查")
    client.force_login(contract_manager)

    answer = client.get(reverse("admin:contracts_obligationoccurrence_export", args=["csv"]), {"stand": "all"})

    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=检查" in text and "2026-08-25" in text


def test_done_through_the_console(client: Client, agreement: Agreement, contract_manager: User, operator: User) -> None:
    row = first(duty(agreement, contract_manager))
    client.force_login(operator)

    refused = post(client, row, "done", done_on=TODAY.isoformat(), evidence="").content.decode()
    assert "上传证据（检查报告）" in refused
    assert post(client, row, "done", done_on="昨天", evidence="已查").status_code == 200
    answer = post(client, row, "done", done_on="2026-08-25", evidence="已查")

    row.refresh_from_db()
    assert (answer.status_code, row.state, row.done_on) == (302, "done", date(2026, 8, 25))


def test_registered_through_the_console(client: Client, agreement: Agreement, contract_manager: User) -> None:
    client.force_login(contract_manager)
    url = reverse("admin:contracts_obligation_listverb", args=["make"])
    said = {
        "agreement": agreement.pk, "clause_number": "7.2.2", "topic": "security_checks", "title": "安全检查",
        "side": "a", "rule": "every", "every_number": "3", "every_unit": "month", "anchor": "2026-10-15",
        "due_date": "2026-01-01", "tracked_from": "2026-09-01", "grace_days": "0", "grace_kind": "natural",
        "lead_days": "7",
    }  # fmt: skip

    bad = client.post(url, {**said, "every_number": "", "submission_key": new_key()}).content.decode()
    assert "到期规则没有填完整" in bad
    answer = client.post(url, {**said, "submission_key": new_key()})

    made = Obligation.objects.get()
    assert answer.headers["Location"] == reverse("admin:contracts_obligation_change", args=[made.pk])
    assert (made.due_date, made.every_number) == (None, 3)
    page = client.get(answer.headers["Location"]).content.decode()
    assert "每 3 个月，自 2026-10-15 起" in page
    form = client.get(reverse("admin:contracts_obligation_verb", args=[made.pk, "revise"])).content.decode()
    assert 'value="安全检查"' in form


def test_revised_and_set_off_through_the_console(client: Client, agreement: Agreement, contract_manager: User) -> None:
    made = obligations.make(agreement, event_terms(tracked_from=TODAY), by=contract_manager, at=NOW)
    client.force_login(contract_manager)

    answer = post(client, made, "event", happened_at="2026-09-18T09:00")

    row = ObligationOccurrence.objects.get()
    assert answer.headers["Location"].endswith(f"/{row.pk}/change/")
    page = client.get(answer.headers["Location"]).content.decode()
    assert "第10个工作日" in page or "工作日" in page
    assert post(client, made, "suspend", reason="停用").status_code == 302
    assert post(client, made, "event", happened_at="2026-09-17T09:00").status_code == 200


def test_started_from_clauses(agreement: Agreement, contract_manager: User) -> None:
    write_standard_clauses(agreement.versions.get())
    chosen = {
        "security_checks": Numbers(number=3, unit="month", first=date(2026, 10, 15)),
        "onboarding": Numbers(number=10),
    }

    made = starters.start(agreement, chosen, by=contract_manager, at=NOW)

    assert [(row.clause_number, row.rule) for row in made] == [("7.2.2", "every"), ("3.1.1", "after_working")]
    with pytest.raises(Refused, match="已有同一条款"):
        starters.start(agreement, chosen, by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="至少填写一项"):
        starters.start(agreement, {}, by=contract_manager, at=NOW)
    assert Obligation.objects.count() == 2


def test_nothing_is_started_without_its_clause(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="没有关于“定期安全检查”的条款"):
        starters.start(
            agreement, {"security_checks": Numbers(number=1, unit="year", first=TODAY)}, by=contract_manager, at=NOW
        )


def test_started_through_the_console(client: Client, agreement: Agreement, contract_manager: User) -> None:
    write_standard_clauses(agreement.versions.get())
    client.force_login(contract_manager)
    url = reverse("admin:contracts_obligation_listverb", args=["start"])

    half = client.post(url, {"agreement": agreement.pk, "compliance_0": "1", "submission_key": new_key()})
    assert "都填写完整，或者都留空" in half.content.decode()
    said = {"compliance_0": "1", "compliance_1": "year", "compliance_2": "2026-12-01"}
    answer = client.post(url, {"agreement": agreement.pk, **said, "submission_key": new_key()})

    assert answer.status_code == 302
    assert [str(row) for row in Obligation.objects.all()] == ["3.2.2 网络安全等级保护测评"]


def test_party_b_does_its_duty_on_the_portal(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = first(duty(agreement, contract_manager, title="账号自查", side="b", confirm_needed=True))
    client.force_login(party_b)
    url = reverse("contracts:duty", args=[row.pk])

    assert "账号自查" in client.get(reverse("contracts:duties")).content.decode()
    assert "登记完成" in client.get(url).content.decode()
    refused = client.post(url, {"done_on": "2026-08-25", "evidence": "", "submission_key": new_key()})
    assert "上传证据" in refused.content.decode()
    key = new_key()
    for _twice in range(2):
        answer = client.post(
            url, {"done_on": "2026-08-25", "evidence": "<b>已查</b>", "submission_key": key}, follow=True
        )
        assert answer.redirect_chain[0][0] == url

    page = answer.content.decode()
    assert "待甲方确认" in page and "&lt;b&gt;已查&lt;/b&gt;" in page
    assert client.get(reverse("contracts:duties"), {"stand": "confirm"}).content.decode().count("账号自查") == 1


def test_foreign_and_other_sides_duties_are_missing(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, party_b_other: User
) -> None:
    theirs, ours = (first(duty(agreement, contract_manager, title=side, side=side)) for side in ("b", "a"))
    for user, row in ((party_b_other, theirs), (party_b, ours)):
        client.force_login(user)
        for call in (client.get, client.post):
            assert call(reverse("contracts:duty", args=[row.pk])).status_code == 404
    assert ObligationOccurrence.objects.filter(state="done").count() == 0


def test_a_joint_duty_is_seen_and_not_done_by_party_b(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    row = first(duty(agreement, contract_manager, side="both"))
    client.force_login(party_b)
    url = reverse("contracts:duty", args=[row.pk])

    assert "双方共同的义务" in client.get(url).content.decode()
    answer = client.post(url, {"done_on": "2026-08-25", "evidence": "已查", "submission_key": new_key()})

    assert "只有乙方的义务" in answer.content.decode()


@pytest.mark.parametrize("query", [{"stand": "x"}, {"page": "-1"}, {"q": "'; --"}, {"stand": "done"}], ids=str)
def test_the_portals_list_takes_any_question(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, query: dict[str, str]
) -> None:
    duty(agreement, contract_manager, side="b")
    client.force_login(party_b)

    assert client.get(reverse("contracts:duties"), query).status_code == 200


def test_the_agreements_pages_show_the_next(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    duty(agreement, contract_manager, title="甲方检查")
    duty(agreement, contract_manager, title="乙方自查", side="b")
    client.force_login(contract_manager)
    page = client.get(reverse("admin:contracts_agreement_change", args=[agreement.pk])).content.decode()
    client.force_login(party_b)
    own = client.get(reverse("contracts:agreement", args=[agreement.pk])).content.decode()

    assert "panel-duties" in page and "甲方检查" in page and "乙方自查" in page
    assert "乙方自查" in own and "甲方检查" not in own


def test_history_shows_what_was_sent_back(client: Client, agreement: Agreement, contract_manager: User) -> None:
    row = first(duty(agreement, contract_manager))
    performing.reopen(
        performing.done(row, done_on=TODAY, evidence="第一次", by=contract_manager, at=NOW),
        reason="重做", by=contract_manager, at=NOW,
    )  # fmt: skip
    client.force_login(contract_manager)

    for past in row.history.all():
        url = reverse("admin:contracts_obligationoccurrence_simple_history", args=[row.pk, past.pk])
        assert client.get(url).status_code == 200
