"""Data quality reports: filed, verified, forwarded, corrected, told to all who share the data."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts import sharing
from contracts.models import Agreement, AgreementItem
from journal.models import Notice
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import quality, tickets
from sla.models import QualityReport, Ticket
from sla.quality_readings import figures_of, read_quality
from tests.contracts import make_sharing
from tests.sla.make_sla import NINE, local, make_ticket, report

pytestmark = pytest.mark.django_db
NOON = NINE + timedelta(days=3)
CORRECTED = local("2026-09-18 16:30")


@pytest.fixture
def shared(agreement: Agreement, contract_manager: User) -> AgreementItem:
    """The item that the agreement shares."""
    return make_sharing.shared(agreement, by=contract_manager, state="open", title="企业登记基本信息")


@pytest.fixture
def shared_too(shared: AgreementItem, other_agreement: Agreement, contract_manager: User) -> AgreementItem:
    """The same item under another organisation's agreement."""
    made = sharing.plan(
        other_agreement, shared.item, use=sharing.Use(), expected_on=None, by=contract_manager, at=make_sharing.NOW
    )
    made = sharing.confirm(made, by=contract_manager, at=make_sharing.NOW)
    return sharing.open_item(made, by=contract_manager, at=make_sharing.NOW)


def complaint(*items: AgreementItem, **changes: Any) -> quality.Complaint:
    fields: dict[str, Any] = {
        "items": items,
        "respects": ["inaccurate", "untimely"],
        "samples": "9 月 1 日后登记的企业，经营范围为空。",
        "asked": "请补全经营范围。",
        **changes,
    }
    return quality.Complaint(**fields)


def filed(agreement: Agreement, shared: AgreementItem, by: User, **changes: Any) -> QualityReport:
    said = report(agreement, kind="data_quality", title="经营范围为空", **changes)
    return quality.file(said, complaint(shared), at=NINE, by=by)


def corrected(made: QualityReport, by: User, **changes: Any) -> QualityReport:
    quality.confirm(made, text="属实，源库漏抽取。", at=NOON, by=by)
    said = {
        "corrected_at": CORRECTED,
        "correction": "已补全 9 月经营范围。",
        "evidence": "市监复函〔2026〕8 号",
        **changes,
    }
    return quality.correct(made, at=NOON, by=by, **said)


def told(user: User) -> list[str]:
    return list(Notice.objects.filter(recipient=user, channel="in_app").values_list("subject", flat=True))


# --- The verbs -----------------------------------------------------------------------------------------------


def test_a_report_is_a_ticket_with_its_data(agreement: Agreement, shared: AgreementItem, party_b: User) -> None:
    made = filed(agreement, shared, party_b)

    assert (made.state, made.ticket.kind, made.respects) == ("reported", "data_quality", ["inaccurate", "untimely"])
    assert list(made.items.all()) == [shared]


def test_the_same_submission_is_one_report(agreement: Agreement, shared: AgreementItem, party_b: User) -> None:
    said = report(agreement, kind="data_quality")
    first, again = (quality.file(said, complaint(shared), at=NINE, by=party_b) for _ in range(2))

    assert first == again
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items": ()}, "选择涉及的数据"),
        ({"respects": []}, "至少选择一项"),
        ({"respects": ["ugly"]}, "至少选择一项"),
        ({"samples": " "}, "涉及哪些记录"),
        ({"asked": ""}, "怎样更正"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_what_is_left_out_is_asked_for(
    agreement: Agreement, shared: AgreementItem, party_b: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        quality.file(report(agreement, kind="data_quality"), complaint(shared, **changes), at=NINE, by=party_b)
    assert not Ticket.objects.exists()


def test_a_foreign_item_is_refused(agreement: Agreement, shared_too: AgreementItem, party_b: User) -> None:
    ticket = make_ticket(agreement, party_b, kind="data_quality")
    with pytest.raises(Refused, match="不属于这份协议"):
        quality.describe(ticket, complaint(shared_too), at=NINE, by=party_b)


def test_only_data_quality_tickets_and_only_once(agreement: Agreement, shared: AgreementItem, party_b: User) -> None:
    with pytest.raises(Refused, match="数据质量"):
        quality.describe(make_ticket(agreement, party_b), complaint(shared), at=NINE, by=party_b)
    made = filed(agreement, shared, party_b)
    with pytest.raises(Refused, match="已经登记过"):
        quality.describe(made.ticket, complaint(shared), at=NINE, by=party_b)


VERBS: dict[str, Any] = {
    "confirm": lambda made, by: quality.confirm(made, text="属实", at=NOON, by=by),
    "reject": lambda made, by: quality.reject(made, text="不属实", at=NOON, by=by),
    "forward": lambda made, by: quality.forward(made, department="市监局", text="", at=NOON, by=by),
    "correct": lambda made, by: quality.correct(
        made, corrected_at=CORRECTED, correction="已补全", evidence="复函", at=NOON, by=by
    ),
}
MAY = {
    "reported": {"confirm", "reject", "forward"},
    "confirmed": {"forward", "correct"},
    "rejected": set(),
    "corrected": set(),
}


@pytest.mark.parametrize("state", MAY)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_in_every_state(
    agreement: Agreement, shared: AgreementItem, party_b: User, operator: User, state: str, verb: str
) -> None:
    made = filed(agreement, shared, party_b)
    for step in {"confirmed": ["confirm"], "rejected": ["reject"], "corrected": ["confirm", "correct"]}.get(state, []):
        made = VERBS[step](made, operator)

    if verb in MAY[state]:
        VERBS[verb](made, operator)
    else:
        with pytest.raises(Refused, match="不能进行此操作"):
            VERBS[verb](made, operator)


def test_a_correction_is_measured(agreement: Agreement, shared: AgreementItem, party_b: User, operator: User) -> None:
    made = corrected(filed(agreement, shared, party_b), operator)

    # Wednesday nine to Friday half past four: Thursday and Friday; 7 + 7.5 + 7.5 hours less half, one.
    assert (made.working_days, made.support_seconds) == (2, (21 * 3600))
    assert not made.provisional


@pytest.mark.parametrize("when", [NINE - timedelta(minutes=1), NOON + timedelta(minutes=1)], ids=["before", "ahead"])
def test_a_correction_has_a_possible_time(
    agreement: Agreement, shared: AgreementItem, party_b: User, operator: User, when: Any
) -> None:
    made = quality.confirm(filed(agreement, shared, party_b), text="属实", at=NOON, by=operator)
    with pytest.raises(Refused, match="收到报告之后"):
        quality.correct(made, corrected_at=when, correction="x", evidence="y", at=NOON, by=operator)


def test_a_correction_without_evidence_is_no_row(
    agreement: Agreement, shared: AgreementItem, party_b: User, operator: User
) -> None:
    made = corrected(filed(agreement, shared, party_b), operator)
    made.evidence = ""
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save()


def test_others_who_share_the_data_are_told_without_the_reporter(
    agreement: Agreement, shared: AgreementItem, shared_too: AgreementItem, party_b: User, party_b_other: User,
    operator: User,
) -> None:  # fmt: skip
    made = corrected(filed(agreement, shared, party_b), operator)

    notice = Notice.objects.get(recipient=party_b_other, channel="in_app")
    assert notice.subject == "共享数据已更正：企业登记基本信息"
    assert notice.body == "已补全 9 月经营范围。"
    for secret in (made.ticket.number, party_b.name, agreement.party_b.name, agreement.number):
        assert secret not in notice.subject + notice.body + notice.url
    assert any("数据已更正" in subject for subject in told(party_b))


# --- The figures ---------------------------------------------------------------------------------------------


def test_open_reports_stand_beside_the_times(
    agreement: Agreement, shared: AgreementItem, party_b: User, operator: User
) -> None:
    corrected(filed(agreement, shared, party_b), operator)
    quality.confirm(filed(agreement, shared, party_b), text="属实", at=NOON, by=operator)
    tickets.cancel(filed(agreement, shared, party_b).ticket, at=NOON, by=party_b, text="误报")

    found = figures_of(QualityReport.objects.about(shared.item_id))

    assert (found.all, found.open, found.corrected.count, found.corrected.p90) == (2, 1, 1, 2)


def test_the_board_names_what_is_not_corrected(
    agreement: Agreement, shared: AgreementItem, party_b: User, operator: User
) -> None:
    assert read_quality(agreement, NOON).note == "没有约定质量指标"
    quality.confirm(filed(agreement, shared, party_b), text="属实", at=NOON, by=operator)
    make_ticket(agreement, party_b, kind="data_quality")

    reading = read_quality(agreement, NOON)

    assert (reading.standing.value, reading.count) == ("due_soon", 2)
    assert "1 份已核实的问题尚未更正" in str(reading.note)
    assert "还没有更正过" in str(reading.note)


# --- The pages -----------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def moment(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def send(client: Client, **changes: Any) -> Any:
    said = {
        KEY_FIELD: new_key(), "title": "经营范围为空", "respects": ["incomplete"], "samples": "9 月新设企业",
        "asked": "补全", "found_at": "2026-09-16T08:45", **changes,
    }  # fmt: skip
    return client.post("/portal/quality/new/", said, follow=True)


def test_party_b_reports_on_the_portal(client: Client, shared: AgreementItem, party_b: User) -> None:
    client.force_login(party_b)
    answer = send(client, items=[shared.pk])

    assert "报告已提交" in answer.content.decode()
    assert QualityReport.objects.get().incomplete


def test_what_looks_personal_must_be_confirmed(client: Client, shared: AgreementItem, party_b: User) -> None:
    client.force_login(party_b)
    typed = {"items": [shared.pk], "samples": "身份证 36010219900307123X 查不到"}

    assert "像是写了身份证号" in send(client, **typed).content.decode()
    assert not Ticket.objects.exists()
    send(client, **typed, personal="on")
    assert QualityReport.objects.count() == 1


def test_an_item_of_others_cannot_be_named(client: Client, shared_too: AgreementItem, party_b: User) -> None:
    client.force_login(party_b)
    send(client, items=[shared_too.pk])

    assert not Ticket.objects.exists()


def test_others_read_the_correction_and_not_the_report(
    client: Client, agreement: Agreement, shared: AgreementItem, shared_too: AgreementItem, party_b: User,
    party_b_other: User, operator: User,
) -> None:  # fmt: skip
    made = corrected(filed(agreement, shared, party_b), operator)
    client.force_login(party_b_other)

    assert client.get(f"/portal/quality/{made.ticket.number}/").status_code == 404
    for url in ("/portal/quality/", f"/portal/sharing/{shared_too.pk}/"):
        page = client.get(url).content.decode()
        assert "已补全 9 月经营范围" in page
        assert made.ticket.number not in page
        assert "市监复函" not in page


def test_the_reporter_never_sees_what_is_internal(
    client: Client, agreement: Agreement, shared: AgreementItem, party_b: User, operator: User
) -> None:
    made = filed(agreement, shared, party_b)
    quality.forward(made, department="市监局数据处", text="催办两次", at=NOON, by=operator)
    corrected(made, operator)
    client.force_login(party_b)

    page = client.get(f"/portal/quality/{made.ticket.number}/").content.decode()

    assert "属实，源库漏抽取" in page
    assert "催办两次" not in page
    assert "市监复函" not in page


def test_a_bare_ticket_is_described_later(
    client: Client, agreement: Agreement, shared: AgreementItem, party_b: User
) -> None:
    ticket = make_ticket(agreement, party_b, kind="data_quality")
    client.force_login(party_b)
    said = {KEY_FIELD: new_key(), "items": [shared.pk], "respects": ["untrue"], "samples": "x", "asked": "y"}

    client.post(f"/portal/quality/{ticket.number}/describe/", said)

    assert QualityReport.objects.get(ticket=ticket).untrue
    assert client.get(f"/portal/quality/{ticket.number}/describe/").status_code == 302


def test_words_are_shown_as_words(client: Client, agreement: Agreement, shared: AgreementItem, party_b: User) -> None:
    made = quality.file(
        report(agreement, kind="data_quality", title="<script>alert(1)</script>"),
        complaint(shared, samples="<img src=x onerror=1>"), at=NINE, by=party_b,
    )  # fmt: skip
    client.force_login(party_b)

    page = client.get(f"/portal/quality/{made.ticket.number}/").content.decode()

    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_console_works_a_report(
    client: Client, agreement: Agreement, shared: AgreementItem, party_b: User, operator: User
) -> None:
    made = filed(agreement, shared, party_b)
    client.force_login(operator)
    base = f"/admin/sla/qualityreport/{made.pk}/"

    client.post(f"{base}do/confirm/", {KEY_FIELD: new_key(), "text": "属实"})
    refused = client.post(
        f"{base}do/correct/",
        {
            KEY_FIELD: new_key(),
            "corrected_at": "2026-09-18T16:30",
            "correction": "电话 13800138000",
            "evidence": "复函",
        },
    )
    assert "像是写了电话号码" in refused.content.decode()
    made.refresh_from_db()
    assert made.state == "confirmed"
    page = client.get(f"/admin/contracts/catalogueitem/{shared.item_id}/change/").content.decode()
    assert made.ticket.number in page


def test_the_list_asks_as_often_for_many_as_for_few(
    client: Client, agreement: Agreement, shared: AgreementItem, party_b: User, ops_lead: User
) -> None:
    client.force_login(ops_lead)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/admin/sla/qualityreport/")
        return len(seen)

    filed(agreement, shared, party_b)
    queries()
    few = queries()
    for _number in range(5):
        filed(agreement, shared, party_b)
    assert queries() == few


def test_an_auditor_cannot_act(
    client: Client, agreement: Agreement, shared: AgreementItem, party_b: User, auditor: User
) -> None:
    made = filed(agreement, shared, party_b)
    client.force_login(auditor)

    answer = client.post(f"/admin/sla/qualityreport/{made.pk}/do/confirm/", {KEY_FIELD: new_key(), "text": "属实"})

    assert answer.status_code == 403
    assert QualityReport.objects.get().state == "reported"
