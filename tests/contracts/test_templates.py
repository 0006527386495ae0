"""Templates: bundled ones load once, drafts are copies, a second person publishes, the published text is frozen."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import templating
from contracts.bundled import load_bundled_templates
from contracts.clauses import read_wordings, wordings_of, write_clauses, write_standard_clauses
from contracts.models import Agreement, AgreementTemplate, TemplateBlank, TemplateClause, TemplateVersion
from journal import approvals
from journal.models import Event
from people.models import User
from people.refusal import Refused

NOW = datetime(2026, 9, 18, 2, tzinfo=UTC)
DRAFT, PUBLISHED, RETIRED = TemplateVersion.State.DRAFT, TemplateVersion.State.PUBLISHED, TemplateVersion.State.RETIRED


@pytest.fixture
def standard(db: None) -> TemplateVersion:
    """The standard text, published."""
    load_bundled_templates(at=NOW)
    return TemplateVersion.objects.get(template__code="standard")


@pytest.fixture
def draft(standard: TemplateVersion, contract_manager: User) -> TemplateVersion:
    """A second version of the standard text, still a draft."""
    return templating.new_draft(standard.template, by=contract_manager, at=NOW)


def clause(version: TemplateVersion, **changes: Any) -> TemplateClause:
    chapter = version.nodes.filter(kind="chapter").last()
    fields = {
        "version": version, "kind": "clause", "parent": chapter, "number": "8.9.9", "heading": "补充",
        "text": "双方另行约定。", "klass": "duty", "position": 9990, **changes,
    }  # fmt: skip
    return TemplateClause.objects.create(**fields)


@pytest.mark.parametrize(
    ("code", "chapters", "sections", "clauses"),
    [pytest.param("standard", 8, 22, 42, id="standard"), pytest.param("exchange", 12, 0, 31, id="exchange")],
)
def test_bundled_templates_load_with_chapters_and_sections(
    standard: TemplateVersion, code: str, chapters: int, sections: int, clauses: int
) -> None:
    nodes = TemplateVersion.objects.get(template__code=code).nodes

    counted = [nodes.filter(kind=kind).count() for kind in ("chapter", "section", "clause")]

    assert counted == [chapters, sections, clauses]
    assert all(
        node.number.startswith(f"{node.parent.number}.")
        for node in nodes.select_related("parent")
        if node.parent is not None
    )


def test_loading_again_adds_and_changes_nothing(standard: TemplateVersion) -> None:
    before = (TemplateClause.objects.count(), TemplateBlank.objects.count(), Event.objects.count())

    load_bundled_templates(at=NOW)

    assert (TemplateClause.objects.count(), TemplateBlank.objects.count(), Event.objects.count()) == before
    assert AgreementTemplate.objects.count() == 2


def test_the_standard_clauses_are_those_of_the_bundled_template(
    standard: TemplateVersion, agreement: Agreement, other_agreement: Agreement
) -> None:
    written = write_standard_clauses(agreement.versions.get())
    copied = write_clauses(other_agreement.versions.get(), wordings_of(standard))

    def texts(rows: list[Any]) -> list[tuple[str, ...]]:
        return [(row.chapter_title, row.section_number, row.section, row.number, row.text, row.note) for row in rows]

    assert texts(written) == texts(copied)
    assert written[0].chapter_title == "1 总则"
    assert (written[0].section_number, written[0].section) == ("1.1", "订约双方")
    assert [row.number for row in written if row.truncated] == ["8.3.1"]


def test_a_new_version_is_a_copy_that_may_be_edited(standard: TemplateVersion, draft: TemplateVersion) -> None:
    assert (draft.number, draft.state) == (2, DRAFT)
    assert templating.text_hash(draft) == templating.text_hash(standard) == standard.sha256
    node = draft.nodes.get(number="1.2.1")
    node.text = "双方为便利政务办理订立本协议。"
    node.save()
    assert templating.text_hash(draft) != standard.sha256


def test_only_one_draft_at_a_time(draft: TemplateVersion, contract_manager: User) -> None:
    with pytest.raises(Refused, match="已有草稿 v2"):
        templating.new_draft(draft.template, by=contract_manager, at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        TemplateVersion.objects.create(template=draft.template, number=3, drafted_at=NOW)


def test_another_person_publishes_and_the_older_version_retires(
    standard: TemplateVersion, draft: TemplateVersion, contract_manager: User, finance_lead: User
) -> None:
    asked = templating.ask_to_publish(draft, by=contract_manager, at=NOW, reason="措辞")
    approvals.approve(asked, by=finance_lead, at=NOW)

    draft.refresh_from_db()
    standard.refresh_from_db()
    assert (draft.state, draft.published_by, draft.published_at) == (PUBLISHED, finance_lead, NOW)
    assert draft.sha256 == templating.text_hash(draft)
    assert (standard.state, standard.retired_at) == (RETIRED, NOW)
    assert Event.objects.filter(action="template.published", actor=finance_lead).exists()


def test_the_drafter_cannot_publish(draft: TemplateVersion, contract_manager: User) -> None:
    asked = templating.ask_to_publish(draft, by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="不能审批自己"):
        approvals.approve(asked, by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="起草人不能批准"):
        templating.publish(draft, by=contract_manager, at=NOW)


def test_a_draft_that_was_edited_meanwhile_is_not_published(
    draft: TemplateVersion, contract_manager: User, finance_lead: User
) -> None:
    asked = templating.ask_to_publish(draft, by=contract_manager, at=NOW)
    clause(draft)

    with pytest.raises(Refused, match="申请之后内容已被修改"):
        approvals.approve(asked, by=finance_lead, at=NOW)

    draft.refresh_from_db()
    assert draft.state == DRAFT


def test_an_empty_template_is_not_published(contract_manager: User) -> None:
    empty = templating.start(code="new", name="新模板", by=contract_manager, at=NOW)

    with pytest.raises(Refused, match="还没有条款"):
        templating.ask_to_publish(empty, by=contract_manager, at=NOW)


def test_a_clause_with_an_unknown_blank_is_not_published(draft: TemplateVersion, contract_manager: User) -> None:
    clause(draft, text="乙方在{grace_days}日内补正。")

    with pytest.raises(Refused, match=r"第 8\.9\.9 条里的空白 \{grace_days\} 没有登记"):
        templating.ask_to_publish(draft, by=contract_manager, at=NOW)


def test_a_template_without_its_parties_is_not_published(draft: TemplateVersion, contract_manager: User) -> None:
    for node in draft.nodes.filter(text__contains="{party_b}"):
        node.text = node.text.replace("{party_b}", "乙方")
        node.save()
    draft.blanks.filter(name="party_b").delete()

    with pytest.raises(Refused, match="协议的乙方"):
        templating.ask_to_publish(draft, by=contract_manager, at=NOW)


def test_a_clause_before_its_chapter_is_not_published(draft: TemplateVersion, contract_manager: User) -> None:
    clause(draft, position=1)

    with pytest.raises(Refused, match="排在它所属的章节之后"):
        templating.ask_to_publish(draft, by=contract_manager, at=NOW)


@pytest.mark.parametrize(
    "touch",
    [
        pytest.param(lambda v: v.nodes.filter(number="1.2.1").update(text="改"), id="clause changed"),
        pytest.param(lambda v: v.nodes.filter(number="1.2.1").delete(), id="clause deleted"),
        pytest.param(lambda v: clause(v), id="clause added"),
        pytest.param(lambda v: v.blanks.filter(name="term_years").update(required=False), id="blank changed"),
        pytest.param(lambda v: v.blanks.create(name="x", label="x", kind="text"), id="blank added"),
        pytest.param(lambda v: TemplateVersion.objects.filter(pk=v.pk).update(sha256="0" * 64), id="hash changed"),
        pytest.param(lambda v: TemplateVersion.objects.filter(pk=v.pk).update(number=9), id="number changed"),
    ],
)
def test_the_database_keeps_a_published_version_as_it_is(standard: TemplateVersion, touch: Any) -> None:
    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        touch(standard)

    assert templating.text_hash(standard) == standard.sha256


def test_a_clause_leaves_a_draft_and_stays_in_the_journal(
    standard: TemplateVersion, draft: TemplateVersion, contract_manager: User
) -> None:
    templating.take_out(draft.nodes.get(number="1.2.2"), by=contract_manager, at=NOW)

    assert not draft.nodes.filter(number="1.2.2").exists()
    assert Event.objects.get(action="template.clause_taken_out").data["number"] == "1.2.2"
    with pytest.raises(Refused, match="下面还有内容"):
        templating.take_out(draft.nodes.get(number="1.1"), by=contract_manager, at=NOW)
    with pytest.raises(Refused, match="已发布的模板版本不能再改"):
        templating.take_out(standard.nodes.get(number="1.2.2"), by=contract_manager, at=NOW)


def test_a_version_is_retired_with_a_reason(standard: TemplateVersion, contract_manager: User) -> None:
    with pytest.raises(Refused, match="理由"):
        templating.retire(standard, by=contract_manager, at=NOW, reason=" ")

    assert templating.retire(standard, by=contract_manager, at=NOW, reason="改用新文本").state == RETIRED
    with pytest.raises(Refused, match="只有已发布"):
        templating.retire(standard, by=contract_manager, at=NOW, reason="再次")


def test_the_form_names_an_unknown_blank(client: Client, draft: TemplateVersion, contract_manager: User) -> None:
    client.force_login(contract_manager)
    parent = draft.nodes.get(number="8.3")
    said = {
        "version": draft.pk, "kind": "clause", "parent": parent.pk, "number": "8.3.2", "heading": "赔偿",
        "text": "在{nobody_knows}日内赔偿。", "klass": "remedy", "topic": "liability", "side": "both",
    }  # fmt: skip

    page = client.post(reverse("admin:contracts_templateclause_add"), said)
    assert "空白 {nobody_knows} 没有登记" in page.content.decode()

    client.post(reverse("admin:contracts_templateclause_add"), {**said, "text": "一方违约的，赔偿损失。"})
    made = draft.nodes.get(number="8.3.2")
    assert made.position > draft.nodes.get(number="8.3.1").position


def test_a_published_clause_is_only_read_in_the_console(
    client: Client, standard: TemplateVersion, contract_manager: User
) -> None:
    client.force_login(contract_manager)
    node = standard.nodes.get(number="1.2.1")

    answer = client.post(reverse("admin:contracts_templateclause_change", args=[node.pk]), {"text": "改"})

    assert answer.status_code == 403


@pytest.mark.parametrize("templates", [1, 6])
def test_the_list_costs_the_same_for_many(
    client: Client,
    standard: TemplateVersion,
    contract_manager: User,
    templates: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(templates):
        templating.start(code=f"t{number}", name=f"模板{number}", by=contract_manager, at=NOW)
    client.force_login(contract_manager)

    with django_assert_max_num_queries(9):
        page = client.get(reverse("admin:contracts_agreementtemplate_changelist"))
    assert "电子政务信息平台共享协议" in page.content.decode()


def test_every_bundled_text_can_be_printed() -> None:
    from contracts.clauses import DATA
    from people.typesetting import missing_glyphs

    for code in ("standard", "exchange"):
        words = "".join(row.text + row.heading + row.note for row in read_wordings(DATA / f"{code}_clauses.csv"))
        assert missing_glyphs(words) == set()
