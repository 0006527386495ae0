"""Signing: every mark proven, what is missing named, the days taken from the marks, activation by two persons."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from contracts import activating, lifecycle, signing
from contracts.models import Agreement, AgreementVersion, Clause, Paper, SignatureMark
from journal import approvals
from journal.models import Approval, Event
from people.models import User
from people.refusal import Refused
from tests.contracts.marks import DAY, FOUR, NOW, draft, for_signing, mark, scan, sign_fully

pytestmark = pytest.mark.django_db
TWO = timedelta(days=2)


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def version(contract_manager: User) -> AgreementVersion:
    return for_signing(contract_manager)


def agreement_of(version: AgreementVersion) -> Agreement:
    return Agreement.objects.get(pk=version.agreement_id)


def approve(version: AgreementVersion, asker: User, approver: User) -> Approval:
    asked = activating.ask(version, by=asker, at=NOW)
    return approvals.approve(asked, by=approver, at=NOW)


def test_from_the_first_mark_to_force(version: AgreementVersion, contract_manager: User, finance_lead: User) -> None:
    states = [agreement_of(version).state]
    for side, kind in FOUR:
        last = (side, kind) == FOUR[-1]
        mark(version, side, kind, contract_manager, made_on=DAY if last else DAY - TWO)
        states.append(agreement_of(version).state)

    approve(version, contract_manager, finance_lead)

    made = agreement_of(version)
    assert states == ["for_signing", *["partly_signed"] * 4]
    assert (made.state, made.signed_on, made.effective_on) == ("in_force", DAY - TWO, DAY)
    version.refresh_from_db()
    assert (version.state, version.effective_from) == ("active", DAY)
    assert Event.objects.filter(action="signature_mark.recorded", agreement_id=made.pk).count() == 4


@pytest.mark.parametrize(
    "marks, concluded, last",
    [
        pytest.param({("a", "sign"): 2, ("a", "seal"): 3, ("b", "sign"): 5, ("b", "seal"): 6}, 5, 6, id="in order"),
        pytest.param({("a", "sign"): 8, ("a", "seal"): 9, ("b", "sign"): 1, ("b", "seal"): 2}, 8, 9, id="B first"),
        pytest.param({("a", "seal"): 1, ("a", "sign"): 9, ("b", "seal"): 2, ("b", "sign"): 3}, 2, 9, id="seals first"),
    ],
)
def test_concluded_when_both_have_one_and_in_force_at_the_last(
    version: AgreementVersion, contract_manager: User, marks: dict[tuple[str, str], int], concluded: int, last: int
) -> None:
    for (side, kind), day in marks.items():
        mark(version, side, kind, contract_manager, made_on=date(2026, 1, day))

    dates = signing.dates_of(version)

    assert dates == signing.Dates(signed_on=date(2026, 1, concluded), effective_on=date(2026, 1, last))


@pytest.mark.parametrize(
    "agreed, effective",
    [
        pytest.param(date(2026, 2, 1), date(2026, 2, 1), id="the later day of the text"),
        pytest.param(date(2026, 1, 1), DAY, id="an earlier day of the text cannot be kept"),
    ],
)
def test_the_text_may_name_a_later_day(contract_manager: User, agreed: date, effective: date) -> None:
    version = for_signing(contract_manager, agreed_effective_on=agreed)
    sign_fully(version, contract_manager)

    assert signing.dates_of(version).effective_on == effective


def test_a_signature_or_a_seal_is_enough_where_that_is_agreed(contract_manager: User) -> None:
    version = for_signing(contract_manager, version_signing_rule="either")
    mark(version, "a", "seal", contract_manager, made_on=date(2026, 1, 3))
    assert signing.progress_of(version).missing == ["乙方签字或盖章"]

    mark(version, "b", "sign", contract_manager, made_on=date(2026, 1, 5))
    mark(version, "b", "seal", contract_manager, made_on=date(2026, 1, 9))

    assert signing.dates_of(version).effective_on == date(2026, 1, 5)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"made_on": date(2026, 1, 13)}, "不能晚于今天", id="in the future"),
        pytest.param({"person": " "}, "请写明签字人或用印人", id="nobody"),
        pytest.param({"capacity": ""}, "请写明签字人的身份", id="no capacity"),
        pytest.param({"kind": "seal", "seal_name": " "}, "请写明印章名称", id="a seal without its name"),
        pytest.param({"capacity": "authorised_signer"}, "请上传授权委托书", id="no authorisation"),
        pytest.param({"medium": "electronic", "certificate": "xyz"}, "请?须填写证书指纹", id="no fingerprint"),
    ],
)
def test_a_mark_that_cannot_be_is_refused(
    version: AgreementVersion, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        mark(version, "a", **{"kind": "sign", "by": contract_manager, **changes})

    assert SignatureMark.objects.count() == 0
    assert agreement_of(version).state == "for_signing"


def test_a_paper_mark_needs_its_scan(version: AgreementVersion, contract_manager: User) -> None:
    said = signing.Mark(side="a", kind="seal", person="郭志远", seal_name="公章", made_on=DAY)

    with pytest.raises(Refused, match="请上传扫描件"):
        signing.record_mark(version, said, by=contract_manager, at=NOW)


def test_scan_and_authorisation_are_kept_with_their_hash(version: AgreementVersion, contract_manager: User) -> None:
    said = signing.Mark(side="b", kind="sign", person="刘洋", capacity="authorised_signer", made_on=DAY)
    proof = signing.Proof(scan=scan(), authorisation=scan("委托书"))

    made = signing.record_mark(version, said, proof=proof, by=contract_manager, at=NOW)

    assert made.scan is not None and made.authorisation is not None
    assert (made.scan.kind, len(made.scan.sha256)) == ("signed_scan", 64)
    assert made.authorisation.kind == "authorisation"


def test_one_scan_proves_several_marks_but_not_those_of_another_agreement(
    version: AgreementVersion, contract_manager: User
) -> None:
    kept = mark(version, "a", "sign", contract_manager).scan
    said = signing.Mark(side="a", kind="seal", person="郭志远", seal_name="公章", made_on=DAY)

    again = signing.record_mark(version, said, proof=signing.Proof(scan=kept), by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="不属于这份协议"):
        other = for_signing(contract_manager)
        signing.record_mark(other, said, proof=signing.Proof(scan=kept), by=contract_manager, at=NOW)

    assert again.scan == kept
    assert Paper.objects.count() == 1


def test_an_electronic_signature_keeps_its_fingerprint(version: AgreementVersion, contract_manager: User) -> None:
    said = signing.Mark(
        side="a", kind="seal", person="系统", seal_name="电子公章", made_on=DAY,
        medium="electronic", certificate="AB:CD " * 16 + "0123456789abcdef",
    )  # fmt: skip

    made = signing.record_mark(version, said, by=contract_manager, at=NOW)

    assert made.certificate == "abcd" * 16 + "0123456789abcdef"


def test_no_mark_before_the_draft_is_for_signing(contract_manager: User) -> None:
    with pytest.raises(Refused, match="请先提交签署"):
        mark(draft().versions.get(), "a", "sign", contract_manager)


def test_no_mark_twice_and_none_once_in_force(
    version: AgreementVersion, contract_manager: User, finance_lead: User
) -> None:
    sign_fully(version, contract_manager)
    with pytest.raises(Refused, match="已经登记过"):
        mark(version, "a", "sign", contract_manager)
    approve(version, contract_manager, finance_lead)

    with pytest.raises(Refused, match="已经生效，不能再登记"):
        mark(version, "a", "sign", contract_manager)
    with pytest.raises(Refused, match="已经生效，签署记录不能再撤销"):
        signing.revoke_mark(version.marks.earliest("pk"), reason="登记错误", by=contract_manager, at=NOW)


def test_a_wrong_mark_is_revoked_by_a_later_row(version: AgreementVersion, contract_manager: User) -> None:
    wrong = mark(version, "b", "seal", contract_manager)

    revocation = signing.revoke_mark(wrong, reason="印章名称登记错误", by=contract_manager, at=NOW)

    assert agreement_of(version).state == "for_signing"
    assert list(version.marks.standing()) == []
    assert (revocation.revokes, SignatureMark.objects.count()) == (wrong, 2)
    with pytest.raises(Refused, match="已经撤销"):
        signing.revoke_mark(wrong, reason="再来一次", by=contract_manager, at=NOW)
    assert mark(version, "b", "seal", contract_manager).pk  # the right one can be recorded now


def test_back_to_draft_with_a_reason_while_no_mark_stands(version: AgreementVersion, contract_manager: User) -> None:
    with pytest.raises(Refused, match="请写明退回草稿的理由"):
        signing.back_to_draft(version, reason=" ", by=contract_manager, at=NOW)
    made = mark(version, "a", "sign", contract_manager)
    with pytest.raises(Refused, match="已有签字或盖章"):
        signing.back_to_draft(version, reason="乙方要求改付款期限", by=contract_manager, at=NOW)
    signing.revoke_mark(made, reason="登记到了别的协议", by=contract_manager, at=NOW)

    signing.back_to_draft(version, reason="乙方要求改付款期限", by=contract_manager, at=NOW)

    version.refresh_from_db()
    assert (agreement_of(version).state, version.state) == ("draft", "draft")
    assert Event.objects.get(action="version.reopened").reason == "乙方要求改付款期限"


def test_activation_waits_for_the_last_mark(version: AgreementVersion, contract_manager: User) -> None:
    mark(version, "a", "sign", contract_manager)

    with pytest.raises(Refused, match="还没有签署完毕，缺少：甲方盖章、乙方签字、乙方盖章"):
        activating.ask(version, by=contract_manager, at=NOW)


def test_nobody_approves_his_own_activation(
    version: AgreementVersion, contract_manager: User, finance_lead: User, operator: User
) -> None:
    sign_fully(version, contract_manager)
    asked = activating.ask(version, by=finance_lead, at=NOW)

    with pytest.raises(Refused, match="不能审批自己提出的申请"):
        approvals.approve(asked, by=finance_lead, at=NOW)
    with pytest.raises(Refused, match="没有审批此事项的权限"):
        approvals.approve(asked, by=operator, at=NOW)

    assert agreement_of(version).state == "partly_signed"


def test_a_mark_revoked_meanwhile_voids_the_request(
    version: AgreementVersion, contract_manager: User, finance_lead: User
) -> None:
    sign_fully(version, contract_manager)
    asked = activating.ask(version, by=contract_manager, at=NOW)
    signing.revoke_mark(version.marks.latest("pk"), reason="日期登记错误", by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="申请之后内容已被修改"):
        approvals.approve(asked, by=finance_lead, at=NOW)


def test_wording_changed_behind_the_verbs_voids_the_request(
    version: AgreementVersion, contract_manager: User, finance_lead: User
) -> None:
    clause = Clause.objects.create(version=version, number="1", heading="期限", text="三年", klass="term", position=1)
    sign_fully(version, contract_manager)
    asked = activating.ask(version, by=contract_manager, at=NOW)
    Clause.objects.filter(pk=clause.pk).update(text="五年")

    with pytest.raises(Refused, match="申请之后内容已被修改"):
        approvals.approve(asked, by=finance_lead, at=NOW)


def test_a_term_that_ended_before_the_last_mark_is_refused(contract_manager: User) -> None:
    version = for_signing(contract_manager, ends_on=DAY - timedelta(days=1))
    sign_fully(version, contract_manager)

    with pytest.raises(Refused, match="终止日期不能早于生效日期"):
        activating.ask(version, by=contract_manager, at=NOW)


def test_a_draft_that_ends_before_it_starts_does_not_go_to_signing(contract_manager: User) -> None:
    made = draft(agreed_effective_on=date(2029, 1, 1))

    with pytest.raises(Refused, match="终止日期不能早于生效日期"):
        lifecycle.open_for_signing(made, by=contract_manager, at=NOW)


def test_an_agreed_signing_day_after_the_last_mark_is_refused(contract_manager: User) -> None:
    version = for_signing(contract_manager)
    Agreement.objects.filter(pk=version.agreement_id).update(signed_on=DAY + TWO)
    sign_fully(version, contract_manager)

    with pytest.raises(Refused, match="约定的订立日期晚于双方签署完毕的日期"):
        activating.ask(AgreementVersion.objects.get(pk=version.pk), by=contract_manager, at=NOW)


@pytest.mark.parametrize("page", ["agreement", "agreementversion", "clause", "supporthours"])
def test_nothing_is_edited_once_it_is_for_signing(
    client: Client, version: AgreementVersion, contract_manager: User, page: str
) -> None:
    clause = Clause.objects.create(version=version, number="1", heading="期限", text="三年", klass="term", position=1)
    rows: dict[str, Any] = {
        "agreement": version.agreement_id,
        "agreementversion": version.pk,
        "clause": clause.pk,
        "supporthours": version.support_hours_id,
    }
    client.force_login(contract_manager)

    answer = client.post(reverse(f"admin:contracts_{page}_change", args=[rows[page]]), {"title": "改", "text": "改"})

    assert answer.status_code == 403


def test_no_clause_is_added_to_what_is_for_signing(
    client: Client, version: AgreementVersion, contract_manager: User
) -> None:
    client.force_login(contract_manager)
    said = {"version": version.pk, "number": "99", "heading": "补", "text": "补", "klass": "duty", "position": 99}

    answer = client.post(reverse("admin:contracts_clause_add"), {**said, "side": "both"})

    assert "条款不能再增加或修改" in answer.content.decode()
    assert Clause.objects.count() == 0


def test_the_clerk_signs_and_asks_and_the_lead_sees_what_he_approves(
    client: Client, version: AgreementVersion, contract_manager: User, finance_lead: User
) -> None:
    client.force_login(contract_manager)
    page = reverse("admin:contracts_agreement_change", args=[version.agreement_id])
    url = reverse("admin:contracts_agreement_verb", args=[version.agreement_id, "mark"])
    assert 'value="a" selected' in client.get(url).content.decode()
    said = {
        "side": "b",
        "kind": "seal",
        "person": "沈国梁",
        "seal_name": "公章",
        "medium": "paper",
        "made_on": "2026-01-05",
    }

    client.post(url, {**said, "scan": scan(), "submission_key": "k" * 20})

    shown = client.get(page).content.decode()
    assert "部分签署" in shown and "沈国梁" in shown and "还缺：甲方签字、甲方盖章、乙方签字" in shown
    for side, kind in FOUR[:3]:
        mark(version, side, kind, contract_manager)
    client.post(
        reverse("admin:contracts_agreement_verb", args=[version.agreement_id, "activate"]), {"submission_key": "m" * 20}
    )
    client.force_login(finance_lead)
    asked = client.get(reverse("admin:journal_approval_change", args=[Approval.objects.get().pk])).content.decode()
    assert "2026-01-08" in asked and "甲方签字" in asked and version.agreement.number in asked


def test_the_list_of_marks_asks_the_same_number_of_queries(
    client: Client, version: AgreementVersion, contract_manager: User, django_assert_max_num_queries: Any
) -> None:
    client.force_login(contract_manager)
    mark(version, "a", "sign", contract_manager)
    url = reverse("admin:contracts_signaturemark_changelist")
    client.get(url)
    with django_assert_max_num_queries(30) as few:
        client.get(url)
    for side, kind in FOUR[1:]:
        mark(version, side, kind, contract_manager)

    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(url)
