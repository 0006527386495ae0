"""The pages of supplements: buttons and forms in the console, versions and their comparison, Party B's view."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import amending, supplements
from contracts.amending import Wording
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, AgreementVersion
from people.models import User
from people.submitting import KEY_FIELD, new_key

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 2, tzinfo=UTC)
JULY = date(2026, 7, 1)


@pytest.fixture
def supplemented(agreement: Agreement, contract_manager: User, finance_lead: User) -> AgreementVersion:
    """From July on the response target is 1 h and clause 6.2.1 reads otherwise."""
    write_standard_clauses(agreement.versions.get())
    version = edited(agreement, contract_manager)
    supplements.offer(version, by=contract_manager, at=NOW)
    return supplements.take_effect(version, by=finance_lead, at=NOW)


def edited(agreement: Agreement, by: User) -> AgreementVersion:
    version = supplements.draft(agreement, effective_from=JULY, summary="缩短响应时限", by=by, at=NOW)
    version.response_hours = Decimal(1)
    supplements.keep_terms(version, by=by, at=NOW)
    wording = Wording(heading="付款期限", text="<b>乙方</b>收到发票后付款。", reason="协商一致")
    amending.change_clause(version.clauses.get(number="6.2.1"), wording, by=by, at=NOW)
    return version


def post(client: Client, url: str, **said: Any) -> str:
    return client.post(url, {KEY_FIELD: new_key(), **said}, follow=True).content.decode()


def verb(model: str, pk: int, name: str) -> str:
    return reverse(f"admin:contracts_{model}_verb", args=[pk, name])


def test_a_clerk_drafts_edits_and_offers_a_supplement(
    client: Client, agreement: Agreement, contract_manager: User
) -> None:
    write_standard_clauses(agreement.versions.get())
    client.force_login(contract_manager)

    far = date(2028, 7, 1)
    drafted = verb("agreement", agreement.pk, "supplement")
    page = post(client, drafted, effective_from=far.isoformat(), summary="延长付款期限")
    version = agreement.versions.get(number=2)
    assert "已起草补充协议" in page
    assert "没有改变任何内容" in post(client, verb("agreementversion", version.pk, "offer"))

    clause = version.clauses.get(number="6.2.1")
    form = client.get(verb("clause", clause.pk, "amend")).content.decode()
    assert "{payment_working_days}" in form
    page = post(client, verb("clause", clause.pk, "amend"), heading="付款", text="十日内付款。", reason="协商")
    assert "已修改条款 6.2.1" in page
    page = post(
        client, verb("agreementversion", version.pk, "add-clause"),
        number="6.2.3", heading="顺延", text="停机顺延。", klass="money", side="b", reason="国库停机",
    )  # fmt: skip
    assert "已新增条款 6.2.3" in page
    page = post(client, verb("clause", version.clauses.get(number="1.2.2").pk, "remove"), reason="不再需要")
    assert "已删除条款 1.2.2" in page
    page = post(client, verb("clauseamendment", version.amendments.get(number="1.2.2").pk, "undo"))
    assert "条款 1.2.2 已恢复原文" in page

    assert "已提交签署" in post(client, verb("agreementversion", version.pk, "offer"))
    assert set(version.amendments.values_list("number", flat=True)) == {"6.2.1", "6.2.3"}


def test_parameters_are_edited_in_the_form_of_a_draft(
    client: Client, agreement: Agreement, contract_manager: User
) -> None:
    version = supplements.draft(agreement, effective_from=JULY, by=contract_manager, at=NOW)
    client.force_login(contract_manager)
    url = reverse("admin:contracts_agreementversion_change", args=[version.pk])

    client.post(url, terms_of(version, response_hours="1"))
    version.refresh_from_db()
    assert version.response_hours == 1
    assert "响应时限（小时）" in client.get(url).content.decode()
    refused = client.post(url, terms_of(version, effective_from="2025-01-01")).content.decode()
    assert "不能早于原协议的生效日期" in refused

    supplements.offer(version, by=contract_manager, at=NOW)
    assert client.post(url, terms_of(version, response_hours="3")).status_code == 403
    version.refresh_from_db()
    assert version.response_hours == 1


def terms_of(version: AgreementVersion, **changes: str) -> dict[str, Any]:
    fields = (
        "effective_from", "ends_on", "summary", "retro_reason", "signing_rule", "confidentiality_years",
        "support_hours_per_day", "clock_hours", "response_hours", "solution_hours", "payment_working_days",
        "interest_basis", "interest_rate", "interest_year_days", "interest_counting", "allocation_order",
        "statement_silence",
    )  # fmt: skip
    said = {name: getattr(version, name) or "" for name in fields}
    return {**said, "support_hours": version.support_hours_id, "amount_added": "", **changes, "_save": "1"}


@pytest.mark.parametrize("number", [1, 2], ids=["the original", "the supplement"])
def test_versions_and_clauses_in_force_take_no_post(
    client: Client, supplemented: AgreementVersion, contract_manager: User, number: int
) -> None:
    version = supplemented.agreement.versions.get(number=number)
    clause = version.clauses.get(number="7.3.2")
    client.force_login(contract_manager)

    answers = [
        client.post(reverse("admin:contracts_agreementversion_change", args=[version.pk]), terms_of(version)),
        client.post(reverse("admin:contracts_clause_change", args=[clause.pk]), {"text": "改", "_save": "1"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert "现在不能" in post(client, verb("clause", clause.pk, "amend"), heading="改", text="改", reason="改")
    assert version.clauses.get(number="7.3.2").text == clause.text


def test_a_clause_is_written_by_hand_into_originals_only(
    client: Client, agreement: Agreement, contract_manager: User
) -> None:
    version = supplements.draft(agreement, effective_from=JULY, by=contract_manager, at=NOW)
    client.force_login(contract_manager)

    for pk in (version.pk, agreement.versions.get(number=1).pk):
        said = {
            "version": pk,
            "number": "9.1",
            "heading": "加",
            "text": "加",
            "klass": "duty",
            "side": "a",
            "position": 1,
        }
        client.post(reverse("admin:contracts_clause_add"), {**said, "position": 1})

    assert not agreement.versions.filter(clauses__number="9.1").exists()


def test_the_comparison_marks_words_and_escapes_them(
    client: Client, supplemented: AgreementVersion, auditor: User
) -> None:
    client.force_login(auditor)

    url = reverse("admin:contracts_agreementversion_compare", args=[supplemented.pk])
    page = client.get(url).content.decode()

    assert "<del>2</del>" in page and "<ins>1</ins>" in page
    assert "［新增：" in page and "［删去：" in page
    assert "&lt;b&gt;" in page and "<b>乙方" not in page
    assert "<ins>1</ins>" in client.get(url + "?with=1").content.decode()
    assert client.get(url + "?with=nonsense").status_code == 200


def test_an_original_alone_has_nothing_to_compare(
    client: Client, agreement: Agreement, auditor: User, party_b: User
) -> None:
    client.force_login(auditor)
    url = reverse("admin:contracts_agreementversion_compare", args=[agreement.versions.get().pk])
    assert "只有一个版本" in client.get(url).content.decode()

    client.force_login(party_b)
    assert "只有一个版本" in client.get(reverse("contracts:compare", args=[agreement.pk])).content.decode()


def test_party_b_compares_what_is_in_force_and_no_draft(
    client: Client, supplemented: AgreementVersion, contract_manager: User, party_b: User
) -> None:
    agreement = supplemented.agreement
    draft = supplements.draft(agreement, effective_from=date(2026, 9, 1), by=contract_manager, at=NOW)
    draft.response_hours = Decimal("0.5")
    supplements.keep_terms(draft, by=contract_manager, at=NOW)
    client.force_login(party_b)

    page = client.get(reverse("contracts:compare", args=[agreement.pk]), {"from": "1", "to": "3"}).content.decode()
    assert "<ins>1</ins>" in page
    assert "补充协议 v3" not in page and "0.5" not in page
    page = client.get(reverse("contracts:agreement", args=[agreement.pk])).content.decode()
    assert "协议的各版本" in page and "补充协议 v2" in page and "补充协议 v3" not in page


def test_the_agreement_page_shows_its_versions(client: Client, supplemented: AgreementVersion, auditor: User) -> None:
    client.force_login(auditor)

    page = client.get(reverse("admin:contracts_agreement_change", args=[supplemented.agreement_id])).content.decode()

    assert "适用 2026-01-01 至 2026-06-30" in page
    assert "自 2026-07-01 起适用" in page
    assert "缩短响应时限" in page


@pytest.mark.parametrize("rows", [1, 10])
def test_the_list_of_amendments_costs_the_same_for_many(
    client: Client, supplemented: AgreementVersion, auditor: User, rows: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for number in range(rows):
        supplemented.amendments.create(
            number=f"20.{number}", change="added", new_heading="新", new_text="新", reason="补"
        )
    client.force_login(auditor)

    with django_assert_max_num_queries(12):
        client.get(reverse("admin:contracts_clauseamendment_changelist"))
