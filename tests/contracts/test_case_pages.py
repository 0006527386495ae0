"""Breach cases and disputes on the pages: the console's and Party B's, and what the clause board says of them."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import breaching, claiming, disputing, relieving
from contracts.board import Standing, read
from contracts.models import Agreement, BreachCase, Claim, PenaltyRule
from contracts.referring import references
from people.models import User
from tests.contracts import making_cases as making
from tests.contracts import test_disputing as disputes
from tests.contracts import test_relieving as events
from tests.contracts.making_cases import DAY, NOW, STAGES, TODAY
from tests.sla.make_sla import make_ticket

pytestmark = pytest.mark.django_db
KEY = re.compile(r'name="submission_key" value="([\w-]+)"')


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def key_on(client: Client, url: str) -> str:
    found = KEY.search(client.get(url).content.decode())
    assert found is not None
    return found[1]


def send(client: Client, page: str, url: str, **said: Any) -> Any:
    return client.post(url, {"submission_key": key_on(client, page), **said}, follow=True)


def test_party_b_sees_a_told_case_without_internal_lines(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    case = making.told(agreement, contract_manager)
    note = breaching.Said(text="暂不起诉", internal=True)
    breaching.add_evidence(case, note, by=contract_manager, at=NOW)
    client.force_login(party_b)

    page = client.get(reverse("contracts:case", args=[case.pk])).content.decode()
    listed = client.get(reverse("contracts:cases")).content.decode()

    assert "发票签收后超过约定期限未付款" in page and "暂不起诉" not in page
    assert case.number in listed


@pytest.mark.parametrize("who", ["party_b_other", "outsider", "party_b"])
def test_a_case_that_is_not_to_be_seen_is_missing(
    client: Client, agreement: Agreement, contract_manager: User, request: pytest.FixtureRequest, who: str
) -> None:
    hidden, shown = making.found(agreement, contract_manager), making.told(agreement, contract_manager)
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse("contracts:case", args=[hidden.pk])).status_code == 404
    assert client.get(reverse("contracts:case", args=[shown.pk])).status_code == (200 if who == "party_b" else 404)
    answer = client.post(reverse("contracts:case-act", args=[hidden.pk, "answer"]), {"text": "外单位"})
    assert answer.status_code == 404


def test_party_b_answers_with_evidence(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    case = making.told(agreement, contract_manager)
    client.force_login(party_b)
    page, url = reverse("contracts:case", args=[case.pk]), reverse("contracts:case-act", args=[case.pk, "answer"])

    answer = send(client, page, url, text="预算已批复。", file=SimpleUploadedFile("批复.pdf", b"%PDF-1.4\n"))

    case.refresh_from_db()
    assert case.state == "answered"
    assert "申辩已提交" in answer.content.decode() and "批复.pdf" in answer.content.decode()


def test_an_answer_sent_twice_is_one(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    case = making.told(agreement, contract_manager)
    client.force_login(party_b)
    key = key_on(client, reverse("contracts:case", args=[case.pk]))
    url = reverse("contracts:case-act", args=[case.pk, "answer"])

    for _ in range(2):
        client.post(url, {"submission_key": key, "text": "预算已批复。"})

    assert case.entries.filter(kind="answered").count() == 1


def test_what_came_too_late_is_refused_and_the_words_stay(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    case = making.told(agreement, contract_manager)
    client.force_login(party_b)
    page, url = reverse("contracts:case", args=[case.pk]), reverse("contracts:case-act", args=[case.pk, "answer"])
    key = key_on(client, page)
    BreachCase.objects.filter(pk=case.pk).update(state="decided", finding="upheld", decided_on=TODAY)

    answer = client.post(url, {"submission_key": key, "text": "预算已批复。"}).content.decode()

    assert "案件状态已经变化" in answer and "预算已批复。" in answer


def test_an_empty_answer_is_shown_as_wrong(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    case = making.told(agreement, contract_manager)
    client.force_login(party_b)
    page, url = reverse("contracts:case", args=[case.pk]), reverse("contracts:case-act", args=[case.pk, "answer"])

    answer = send(client, page, url, text="")

    assert answer.status_code == 200 and "sy-wrong" in answer.content.decode()
    assert client.get(url).status_code == 302
    assert client.get(reverse("contracts:case-act", args=[case.pk, "burn"])).status_code == 404


@pytest.mark.parametrize("verb, state", [("accept", "accepted"), ("contest", "contested")])
def test_party_b_says_what_it_thinks_of_a_claim(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, verb: str, state: str
) -> None:
    case = making.told(agreement, contract_manager)
    made = making.penalty(case, contract_manager)
    client.force_login(party_b)
    page, url = reverse("contracts:case", args=[case.pk]), reverse("contracts:case-act", args=[case.pk, verb])

    send(client, page, url, text="请核减")

    made.refresh_from_db()
    assert made.state == state


def test_party_b_brings_its_own_case_and_claims(client: Client, agreement: Agreement, party_b: User) -> None:
    client.force_login(party_b)
    page = reverse("contracts:case-new")
    said = {
        "agreement": agreement.pk,
        "title": "答复超时",
        "clause_numbers": "7.3.2",
        "facts": "多次超过时限。",
        "known_on": timezone.localdate().isoformat(),
    }

    send(client, page, page, **said)
    case = BreachCase.objects.get()
    at = reverse("contracts:case", args=[case.pk])
    claim = {"kind": "damages", "amount": "300.00", "basis": "窗口加班费用"}
    send(client, at, reverse("contracts:case-act", args=[case.pk, "claim"]), **claim)

    assert (case.party, case.state, case.opened_by) == ("a", "notified", party_b)
    assert Claim.objects.get().amount == Decimal("300.00")


@pytest.mark.parametrize("whose", ["other", "nonsense"])
def test_a_case_about_a_foreign_agreement_is_missing(
    client: Client, party_b: User, agreement: Agreement, other_agreement: Agreement, whose: str
) -> None:
    client.force_login(party_b)
    chosen = other_agreement.pk if whose == "other" else "1 OR 1=1"

    answer = client.post(reverse("contracts:case-new"), {"agreement": chosen})

    assert answer.status_code == 404
    assert not BreachCase.objects.exists()


def test_party_b_sees_the_dispute_without_internal_steps(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User, party_b_other: User
) -> None:
    made = disputes.raised(agreement, contract_manager)
    disputing.advance(made, "negotiation", disputes.step(text="内部底线", internal=True), by=contract_manager, at=NOW)
    url = reverse("contracts:dispute", args=[made.pk])
    client.force_login(party_b)
    page = client.get(url).content.decode()
    client.force_login(party_b_other)

    assert "夜间重复调用" in page and "内部底线" not in page
    assert client.get(url).status_code == 404


def test_the_agreement_pages_name_what_each_side_may_know(
    client: Client, agreement: Agreement, contract_manager: User, party_b: User
) -> None:
    hidden, shown = making.found(agreement, contract_manager), making.told(agreement, contract_manager)
    event = events.notified(agreement, contract_manager)
    client.force_login(contract_manager)
    ours = client.get(reverse("admin:contracts_agreement_change", args=[agreement.pk])).content.decode()
    client.force_login(party_b)
    theirs = client.get(reverse("contracts:agreement", args=[agreement.pk])).content.decode()

    assert hidden.number in ours and shown.number in ours and event.title in ours
    assert hidden.number not in theirs and shown.number in theirs and event.title in theirs


def test_the_case_page_of_the_console(client: Client, agreement: Agreement, contract_manager: User) -> None:
    case = making.told(agreement, contract_manager)
    making.penalty(case, contract_manager, loss=Decimal(100))
    client.force_login(contract_manager)

    page = client.get(reverse("admin:contracts_breachcase_change", args=[case.pk])).content.decode()

    assert "超过损失的 130%" in page
    assert case.limitation_on is not None and case.limitation_on.isoformat() in page


def act(client: Client, model: str, row: Any, verb: str, **said: Any) -> Any:
    """Use a verb of the console on a row, through its page."""
    url = reverse(f"admin:contracts_{model}_verb", args=[row.pk, verb])
    return send(client, url, url, **said)


def test_the_console_takes_a_case_to_its_end(client: Client, agreement: Agreement, contract_manager: User) -> None:
    notice = making.arrived(agreement, contract_manager)
    client.force_login(contract_manager)
    today = timezone.localdate().isoformat()
    opening = reverse("admin:contracts_breachcase_listverb", args=["open"])
    facts = {"title": "逾期", "clause_numbers": "6.2.1", "facts": "未付款", "found_on": today, "known_on": today}
    send(client, opening, opening, agreement=agreement.pk, party="b", **facts)
    case = BreachCase.objects.get()
    steps: list[tuple[str, dict[str, Any]]] = [
        ("notify", {"notice": notice.pk}),
        ("answer", {"text": "资金晚到"}),
        ("decide", {"finding": "upheld", "text": "期限已过"}),
        ("handle", {"text": "催告"}),
        ("claim", {"kind": "penalty", "amount": "200", "loss": "100", "basis": "按约定"}),
        ("interrupt", {"ground": "demand", "on": today, "text": "催告函"}),
        ("evidence", {"text": "内部", "internal": "on"}),
    ]
    answers = [act(client, "breachcase", case, verb, **said) for verb, said in steps]
    made = case.claims.get()
    for verb, said in (("accept", {}), ("settle", {"on": today, "amount": "200"})):
        act(client, "claim", made, verb, **said)
    act(client, "breachcase", case, "close", text="已付清")

    case.refresh_from_db()
    assert case.state == "closed"
    assert "违约金超过损失的 130%" in answers[4].content.decode()


def test_the_console_takes_an_event_and_a_dispute_to_their_end(
    client: Client, agreement: Agreement, contract_manager: User
) -> None:
    client.force_login(contract_manager)
    today = timezone.localdate().isoformat()
    started = (timezone.localdate() - 30 * DAY).isoformat()
    url = reverse("admin:contracts_forcemajeure_listverb", args=["report"])
    send(client, url, url, agreement=agreement.pk, party="b", title="暴雨", cause="停电", started_on=started)
    event = agreement.force_majeure.get()
    notice = making.arrived(agreement, contract_manager, sender="b", kind="force_majeure")
    type(notice).objects.filter(pk=notice.pk).update(received_at=timezone.now())
    relief = {
        "clause_number": "6.2.1",
        "obligation": "付款",
        "debtor": "b",
        "due_on": today,
        "until": "2999-01-01",
        "reason": "停电",
    }
    for verb, said in (
        ("notify", {"notice": notice.pk}),
        ("prove", {"on": today, "file": events.proof()}),
        ("relieve", relief),
        ("end", {"on": today}),
    ):
        act(client, "forcemajeure", event, verb, **said)
    act(client, "forcemajeure", event, "lift", relief=event.reliefs.get().pk, reason="有误")
    url = reverse("admin:contracts_dispute_listverb", args=["raise"])
    both = {"court": "区法院", "arbitration": "市仲裁委"}
    told = send(
        client, url, url, agreement=agreement.pk, raised_by="b", title="争议", matter="用量", raised_on=today, **both
    )
    dispute = agreement.disputes.get()
    for verb, said in (
        ("advance", {"stage": "litigation", "on": today, "institution": "区法院", "text": "立案"}),
        ("close", {"result": "judgment", "on": today, "text": "判决"}),
    ):
        act(client, "dispute", dispute, verb, **said)

    event.refresh_from_db()
    dispute.refresh_from_db()
    assert (event.state, event.reliefs.get().lifted_reason) == ("ended", "有误")
    assert dispute.stage == "closed"
    assert "仲裁约定可能无效" in told.content.decode()


@pytest.mark.parametrize("rows", [1, 8])
@pytest.mark.parametrize("model", ["breachcase", "claim", "forcemajeure", "dispute", "penaltyrule"])
def test_lists_cost_the_same_for_many(
    client: Client,
    agreement: Agreement,
    contract_manager: User,
    model: str,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(rows):
        case = making.told(agreement, contract_manager)
        making.penalty(case, contract_manager)
        events.recorded(agreement, contract_manager)
        disputes.raised(agreement, contract_manager)
        PenaltyRule.objects.create(
            version=agreement.versions.get(), clause_number=f"9.{number}", party="b", formula="按日"
        )
    client.force_login(contract_manager)

    with django_assert_max_num_queries(12):
        client.get(reverse(f"admin:contracts_{model}_changelist"))


@pytest.mark.parametrize("rows", [1, 12])
def test_party_bs_list_costs_the_same_for_many(
    client: Client,
    agreement: Agreement,
    contract_manager: User,
    party_b: User,
    rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(rows):
        making.told(agreement, contract_manager)
        disputes.raised(agreement, contract_manager)
    client.force_login(party_b)

    with django_assert_max_num_queries(12):
        client.get(reverse("contracts:cases"))


@pytest.mark.parametrize(
    "stage, ours, theirs",
    [
        pytest.param("found", Standing.DUE_SOON, Standing.UNPROVEN, id="found, not told"),
        pytest.param("notified", Standing.DUE_SOON, Standing.DUE_SOON, id="told"),
        pytest.param("decided", Standing.BREACHED, Standing.BREACHED, id="found to be a breach"),
        pytest.param("closed", Standing.KEPT, Standing.KEPT, id="ended"),
    ],
)
def test_what_the_board_says_of_cases(
    agreement: Agreement, contract_manager: User, stage: str, ours: Standing, theirs: Standing
) -> None:
    STAGES[stage](agreement, contract_manager)

    reading = read(agreement, "liability", at=NOW)

    assert (reading.standing, (reading.party_b or reading).standing) == (ours, theirs)


def test_the_board_names_the_next_limitation(agreement: Agreement, contract_manager: User) -> None:
    case = making.told(agreement, contract_manager)
    assert case.limitation_on is not None
    near = NOW.replace(year=2029) - timedelta(days=60)

    assert case.limitation_on.isoformat() in str(read(agreement, "liability", at=near).note)


@pytest.mark.parametrize(
    "verb, standing",
    [
        pytest.param("", Standing.DUE_SOON, id="claimed"),
        pytest.param("accept", Standing.OVERDUE, id="accepted and unpaid"),
        pytest.param("settle", Standing.KEPT, id="paid"),
        pytest.param("withdraw", Standing.NOT_MEASURABLE, id="given up, and none agreed"),
    ],
)
def test_what_the_board_says_of_penalties(
    agreement: Agreement, contract_manager: User, verb: str, standing: Standing
) -> None:
    made = making.penalty(making.told(agreement, contract_manager), contract_manager)
    said: dict[str, dict[str, Any]] = {"settle": {"on": TODAY, "amount": Decimal(1000)}, "withdraw": {"text": "放弃"}}
    if verb:
        getattr(claiming, verb)(made, **said.get(verb, {}), by=contract_manager, at=NOW)

    assert read(agreement, "penalty", at=NOW).standing == standing


def test_a_penalty_agreed_and_never_claimed_is_unproven(agreement: Agreement) -> None:
    assert read(agreement, "penalty", at=NOW).standing == Standing.NOT_MEASURABLE
    PenaltyRule.objects.create(version=agreement.versions.get(), clause_number="9", party="b", formula="按日")

    assert read(agreement, "penalty", at=NOW).standing == Standing.UNPROVEN


@pytest.mark.parametrize(
    "stage, days, standing",
    [
        pytest.param("recorded", 7, Standing.OVERDUE, id="no notice in the agreed time"),
        pytest.param("recorded", None, Standing.DUE_SOON, id="no time agreed"),
        pytest.param("ended", None, Standing.KEPT, id="ended"),
    ],
)
def test_what_the_board_says_of_force_majeure(
    agreement: Agreement, contract_manager: User, stage: str, days: int | None, standing: Standing
) -> None:
    event = events.STAGES[stage](agreement, contract_manager)
    type(event).objects.update(notice_days=days)

    reading = read(agreement, "force_majeure", at=NOW)

    assert reading.standing == standing
    if stage == "recorded":
        assert reading.party_b is not None and reading.party_b.standing == Standing.UNPROVEN


def test_an_event_that_lasts_past_the_agreed_days_says_so(agreement: Agreement, contract_manager: User) -> None:
    event = events.notified(agreement, contract_manager, exit_days=10)

    reading = read(agreement, "force_majeure", at=NOW)

    assert "可解除天数" in str(reading.note)
    relieving.end(event, on=TODAY, by=contract_manager, at=NOW)
    assert read(agreement, "force_majeure", at=NOW).standing == Standing.KEPT


def test_what_the_board_says_of_disputes(agreement: Agreement, contract_manager: User) -> None:
    assert read(agreement, "disputes", at=NOW).standing == Standing.UNPROVEN
    made = disputes.raised(agreement, contract_manager, court="区法院", arbitration="市仲裁委")
    reading = read(agreement, "disputes", at=NOW)
    assert reading.standing == Standing.DUE_SOON and "仲裁约定可能无效" in str(reading.note)

    disputing.close(made, result="settled", step=disputes.step(), by=contract_manager, at=NOW)

    assert read(agreement, "disputes", at=NOW).standing == Standing.KEPT


def test_numbers_named_in_a_case_lead_to_their_records(
    agreement: Agreement, party_b: User, auditor: User, finance: User
) -> None:
    ticket = make_ticket(agreement, party_b)
    text = f"{ticket.number}、ZD-2026-99999、无关文字"

    url = reverse("admin:sla_ticket_change", args=[ticket.pk])
    assert references(text, user=auditor) == [(ticket.number, url), ("ZD-2026-99999", "")]
    assert references(text, user=finance)[0] == (ticket.number, "")
