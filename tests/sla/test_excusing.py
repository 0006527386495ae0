"""Excusing a breach by Party B's waiver or by force majeure: asked, proven, decided by a second person."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from contracts import relieving
from contracts.models import Agreement, Clause, Paper, Relief
from journal import approvals
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import adjudicating, excusing, tickets
from sla.attainment import Month
from sla.figures import month_figures
from sla.models import Adjudication, Breach
from tests.contracts import making_cases
from tests.sla.make_sla import PDF, local, make_ticket

pytestmark = pytest.mark.django_db

LATER = local("2026-10-20 11:00")
NOON = local("2026-09-18 12:00")


def letter() -> SimpleUploadedFile:
    return SimpleUploadedFile("谅解函.pdf", PDF, content_type="application/pdf")


@pytest.fixture
def breach(agreement: Agreement, party_b: User, operator: User) -> Breach:
    """A fault of Wednesday nine o'clock, answered on Friday at ten: 16 h 30 min where 2 h were promised."""
    ticket = make_ticket(agreement, party_b)
    tickets.respond(ticket, at=local("2026-09-18 10:00"), by=operator, text="已处理")
    return Breach.objects.get(ticket=ticket, kind="response")


@pytest.fixture
def clause(agreement: Agreement) -> Clause:
    return Clause.objects.create(
        version=agreement.versions.get(), number="7.3.2", heading="响应", text="二小时内响应。", klass="sla",
        topic="response", side="a", position=1,
    )  # fmt: skip


def relief(agreement: Agreement, by: User, *, until: date, **changes: Any) -> Relief:
    """Party A relieved by an event that began a week before."""
    what = relieving.Happening(party="a", title="地震", cause="机房断电。", started_on=date(2026, 9, 9))
    event = relieving.report(agreement, what, by=by, at=NOON)
    notice = making_cases.arrived(agreement, by, sender="a", kind="force_majeure")
    relieving.notify(event, notice=notice, by=by, at=NOON)
    said = {"clause_number": "7.3.2", "obligation": "响应", "reason": "断电", "due_on": date(2026, 9, 15), **changes}
    return relieving.relieve(event, relieving.PutOff(debtor="a", until=until, **said), by=by, at=NOON)


def test_a_waiver_excuses_when_a_second_person_agrees(
    breach: Breach, agreement: Agreement, ops_lead: User, contract_manager: User
) -> None:
    asked = excusing.ask_for_waiver(breach, file=letter(), reason="乙方来函谅解。", by=ops_lead, at=LATER)
    before = month_figures(agreement, Month(2026, 9), LATER).of("response")
    approvals.approve(asked, by=contract_manager, at=LATER)

    after = month_figures(agreement, Month(2026, 9), LATER).of("response")
    made = Adjudication.objects.get()
    assert [before.raw, before.adjudicated, after.raw, after.adjudicated] == [0, 0, 0, 100]
    assert (made.ground, made.state, made.reason) == ("waiver", "excused", "乙方来函谅解。")
    assert made.paper is not None
    assert (made.paper.kind, made.paper.for_party_b) == (Paper.Kind.CONSENT, True)
    assert made.consumed_seconds == breach.evidence["consumed_seconds"] > made.target_seconds


def test_who_asks_does_not_decide(breach: Breach, ops_lead: User) -> None:
    asked = excusing.ask_for_waiver(breach, file=letter(), reason="乙方来函谅解。", by=ops_lead, at=LATER)

    with pytest.raises(Refused):
        approvals.approve(asked, by=ops_lead, at=LATER)

    assert Adjudication.objects.get().state == "proposed"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        pytest.param({"file": None}, "请上传乙方同意免责的书面材料", id="no paper"),
        pytest.param({"reason": "  "}, "请写明理由", id="no reason"),
    ],
)
def test_a_waiver_needs_its_proof(breach: Breach, ops_lead: User, said: dict[str, Any], words: str) -> None:
    with pytest.raises(Refused, match=words):
        excusing.ask_for_waiver(breach, **{"file": letter(), "reason": "谅解", **said}, by=ops_lead, at=LATER)

    assert not Adjudication.objects.exists()


def test_a_program_is_no_proof(breach: Breach, ops_lead: User) -> None:
    program = SimpleUploadedFile("谅解函.pdf", b"MZ\x90\x00", content_type="application/pdf")

    with pytest.raises(Refused):
        excusing.ask_for_waiver(breach, file=program, reason="谅解", by=ops_lead, at=LATER)

    assert not Adjudication.objects.exists()


def test_the_same_ground_is_asked_once_until_it_is_turned_down(
    breach: Breach, ops_lead: User, contract_manager: User
) -> None:
    asked = excusing.ask_for_waiver(breach, file=letter(), reason="谅解", by=ops_lead, at=LATER)
    with pytest.raises(Refused, match="已经以同样的理由提出过复核"):
        excusing.ask_for_waiver(breach, file=letter(), reason="谅解", by=ops_lead, at=LATER)
    approvals.reject(asked, by=contract_manager, at=LATER, reason="材料没有盖章。")
    adjudicating.uphold(Adjudication.objects.get(), by=contract_manager, at=LATER, reason="材料没有盖章。")

    excusing.ask_for_waiver(breach, file=letter(), reason="材料已盖章。", by=ops_lead, at=LATER)

    assert sorted(Adjudication.objects.values_list("state", flat=True)) == ["proposed", "upheld"]


@pytest.mark.usefixtures("clause")
def test_the_days_of_the_event_are_left_out(
    breach: Breach, agreement: Agreement, ops_lead: User, contract_manager: User
) -> None:
    found = relief(agreement, contract_manager, until=date(2026, 9, 17))

    asked = excusing.ask_for_force_majeure(breach, found, reason="机房断电。", by=ops_lead, at=LATER)
    approvals.approve(asked, by=contract_manager, at=LATER)

    # Friday 8:30 to 10:00 is what is left of the time.
    made = Adjudication.objects.get()
    assert (made.ground, made.state, made.consumed_seconds) == ("force_majeure", "excused", 5400)
    assert made.relief == found


@pytest.mark.usefixtures("clause")
def test_an_event_that_does_not_save_the_promise_excuses_nothing(
    breach: Breach, agreement: Agreement, ops_lead: User, contract_manager: User
) -> None:
    what = relief(agreement, contract_manager, until=date(2026, 9, 16))

    with pytest.raises(Refused, match="扣除不可抗力期间后仍用了 540 分钟，超过约定的 120 分钟"):
        excusing.ask_for_force_majeure(breach, what, reason="断电", by=ops_lead, at=LATER)


def test_a_relief_of_another_promise_or_agreement_is_refused(
    breach: Breach, agreement: Agreement, ops_lead: User, contract_manager: User
) -> None:
    other = relief(agreement, contract_manager, until=date(2026, 9, 17), clause_number="6.2.1")

    with pytest.raises(Refused, match="不涉及本协议的响应时限"):
        excusing.ask_for_force_majeure(breach, other, reason="断电", by=ops_lead, at=LATER)


@pytest.mark.usefixtures("clause")
def test_a_relief_that_was_lifted_excuses_nothing(
    breach: Breach, agreement: Agreement, ops_lead: User, contract_manager: User
) -> None:
    made = relief(agreement, contract_manager, until=date(2026, 9, 17))
    relieving.lift(made, reason="登记有误。", by=contract_manager, at=LATER)

    with pytest.raises(Refused, match="或者已经撤销"):
        excusing.ask_for_force_majeure(breach, made, reason="断电", by=ops_lead, at=LATER)


@pytest.mark.parametrize("ground", ["waiver", "force_majeure", "kindness"])
def test_a_ground_without_its_proof_is_refused_by_the_database(breach: Breach, ground: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Adjudication.objects.create(
            breach=breach, ground=ground, calendar_version=breach.clock.calendar_version, consumed_seconds=1,
            target_seconds=7200, proposed_at=LATER,
        )  # fmt: skip


def test_the_lead_asks_on_the_page_of_the_breach(client: Client, breach: Breach, ops_lead: User) -> None:
    client.force_login(ops_lead, backend="django.contrib.auth.backends.ModelBackend")
    page = f"/admin/sla/breach/{breach.pk}/"
    shown = client.get(f"{page}change/").content.decode()
    form = client.get(f"{page}do/ask-waiver/")
    said = {KEY_FIELD: new_key(), "file": letter(), "text": "乙方来函谅解。"}
    answer = client.post(f"{page}do/ask-waiver/", said, follow=True)

    assert "申请谅解免责" in shown
    assert form.status_code == 200
    assert "已提交，等待合同管理员审批" in answer.content.decode()
    assert Adjudication.objects.get().ground == "waiver"


def test_a_waiver_changes_nothing_of_the_breach(breach: Breach, ops_lead: User, contract_manager: User) -> None:
    said = (breach.sha256, breach.breached_at)
    asked = excusing.ask_for_waiver(breach, file=letter(), reason="谅解", by=ops_lead, at=LATER)
    approvals.approve(asked, by=contract_manager, at=LATER + timedelta(minutes=1))
    breach.refresh_from_db()

    assert (breach.sha256, breach.breached_at) == said
    assert breach.clock.state == "missed"
