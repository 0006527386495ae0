"""Knowledge articles: two persons, frozen words, who may read, how they are found, what they solve."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from contracts import indexing, searching
from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, new_key
from sla import knowledge
from sla.models import Article, ArticleUse, ArticleVersion, Ticket
from sla.pieces import MOST, pieces_of
from sla.simple_text import Shape, blocks_of
from tests.sla.make_sla import NINE, make_ticket

WORDS = knowledge.Wording(
    title="接口返回 504 怎么办",
    question="人口信息查询接口超时",
    answer="先看网络。\n\n1. 检查专线\n2. 重试\n\n- <b>不要</b>并发",
)


def written(by: User, second: User | None = None, **changes: Any) -> ArticleVersion:
    """A draft; published by a second person when one is given."""
    fields: dict[str, Any] = {"category": "interface", "audience": "party_b", **changes}
    wording = fields.pop("wording", WORDS)
    version = knowledge.start(wording, at=NINE, by=by, **fields)
    if second is not None:
        knowledge.review(version.article, at=NINE, by=second)
        knowledge.publish(version.article, at=NINE, by=second)
        version.refresh_from_db()
    return version


# --- Pure ----------------------------------------------------------------------------------------------------


def test_simple_form_is_read_and_nothing_else() -> None:
    assert [(block.shape, block.lines) for block in blocks_of(WORDS.answer)] == [
        (Shape.PARAGRAPH, ("先看网络。",)),
        (Shape.STEPS, ("检查专线", "重试")),
        (Shape.BULLETS, ("<b>不要</b>并发",)),
    ]


@given(st.text(max_size=300))
def test_no_word_is_lost_but_marks(text: str) -> None:
    lines = [line for block in blocks_of(text) for line in block.lines]

    assert all(line in text for line in lines)
    assert all(line == line.strip() for line in lines)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("接口超时", ["接口", "口超", "超时"]),
        ("返回 504 错误", ["返回", "504", "错误"]),
        ("ＡＰＩ Token", ["api", "token"]),
        ("请问怎么", ["问怎"]),
        ("的", []),
        ("' OR 1=1 --", ["or"]),
    ],
)
def test_pieces_of_what_is_typed(text: str, pieces: list[str]) -> None:
    assert pieces_of(text) == pieces


@given(st.text(max_size=500))
def test_pieces_are_few(text: str) -> None:
    assert len(pieces_of(text)) <= MOST


# --- Verbs ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_another_person_reviews(operator: User, ops_lead: User) -> None:
    version = written(operator)
    with pytest.raises(Refused, match="不能是撰写人"):
        knowledge.review(version.article, at=NINE, by=operator)
    with pytest.raises(Refused, match="已审核的版本"):
        knowledge.publish(version.article, at=NINE, by=ops_lead)

    made = knowledge.review(version.article, at=NINE, by=ops_lead)

    assert (made.state, made.reviewed_by) == ("reviewed", ops_lead)


@pytest.mark.django_db
def test_whoever_changed_the_draft_is_its_author(operator: User, ops_lead: User) -> None:
    version = written(operator)
    knowledge.change(version.article, WORDS, at=NINE, by=ops_lead)
    with pytest.raises(Refused, match="不能是撰写人"):
        knowledge.review(version.article, at=NINE, by=ops_lead)


@pytest.mark.django_db
def test_reviewed_words_are_frozen(operator: User, ops_lead: User) -> None:
    version = written(operator)
    knowledge.review(version.article, at=NINE, by=ops_lead)

    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(answer="改")
    with pytest.raises(Refused, match="只有草稿"):
        knowledge.change(version.article, WORDS, at=NINE, by=operator)


@pytest.mark.django_db
def test_a_new_version_takes_the_place_of_the_old(operator: User, ops_lead: User) -> None:
    old = written(operator, ops_lead)
    knowledge.draft_anew(old.article, WORDS, at=NINE, by=operator)
    with pytest.raises(Refused, match="已有未发布的版本"):
        knowledge.draft_anew(old.article, WORDS, at=NINE, by=operator)
    assert knowledge.published_of(old.article) == old

    knowledge.review(old.article, at=NINE, by=ops_lead)
    new = knowledge.publish(old.article, at=NINE, by=ops_lead)

    old.refresh_from_db()
    assert (old.state, knowledge.published_of(old.article), new.number) == ("retired", new, 2)


@pytest.mark.django_db
def test_a_retired_article_is_not_read(operator: User, ops_lead: User, party_b: User) -> None:
    version = written(operator, ops_lead)
    with pytest.raises(Refused, match="停用原因"):
        knowledge.retire(version.article, reason=" ", at=NINE, by=ops_lead)
    knowledge.retire(version.article, reason="接口已下线", at=NINE, by=ops_lead)

    assert not ArticleVersion.objects.for_user(party_b).exists()
    with pytest.raises(Refused, match="已经停用"):
        knowledge.retire(version.article, reason="再停", at=NINE, by=ops_lead)


@pytest.mark.django_db
def test_an_audience_needs_its_agreement(operator: User, agreement: Agreement) -> None:
    for changes in ({"audience": "agreement"}, {"audience": "staff", "agreement": agreement}):
        with pytest.raises(Refused, match="须选择协议"):
            written(operator, **changes)


@pytest.mark.django_db
def test_who_may_read_what(
    operator: User, ops_lead: User, agreement: Agreement, party_b: User, party_b_other: User, outsider: User
) -> None:
    for_all = written(operator, ops_lead)
    written(operator, ops_lead, audience="staff")
    theirs = written(operator, ops_lead, audience="agreement", agreement=agreement)
    written(operator)  # a draft

    def read(user: User) -> set[int]:
        return set(ArticleVersion.objects.for_user(user).values_list("pk", flat=True))

    assert read(party_b) == {for_all.pk, theirs.pk}
    assert read(party_b_other) == {for_all.pk}
    assert read(outsider) == read(operator) == set()


@pytest.mark.django_db
def test_an_article_is_linked_to_tickets_whose_party_b_may_read_it(
    operator: User, ops_lead: User, agreement: Agreement, other_agreement: Agreement, party_b: User, party_b_other: User
) -> None:
    theirs = written(operator, ops_lead, audience="agreement", agreement=agreement)
    ticket, foreign = make_ticket(agreement, party_b), make_ticket(other_agreement, party_b_other)

    knowledge.link(theirs.article, ticket, at=NINE, by=operator)
    with pytest.raises(Refused, match="已经链接"):
        knowledge.link(theirs.article, ticket, at=NINE, by=operator)
    with pytest.raises(Refused, match="不能阅读"):
        knowledge.link(theirs.article, foreign, at=NINE, by=operator)


@pytest.mark.django_db
def test_uses_count_once_a_person(operator: User, ops_lead: User, party_b: User) -> None:
    version = written(operator, ops_lead)
    for _again in range(2):
        knowledge.solved(version, at=NINE, by=party_b)
    knowledge.vote(version, "useful", at=NINE, by=party_b)
    knowledge.vote(version, "useless", at=NINE + timedelta(minutes=1), by=party_b)
    with pytest.raises(Refused, match="有用或没有用"):
        knowledge.vote(version, "linked", at=NINE, by=party_b)

    assert sorted(ArticleUse.objects.values_list("kind", flat=True)) == ["solved", "useless"]


# --- Finding -------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["查询接口超时了", "504", "人口信息接口一直超时"])
def test_what_is_typed_finds_the_article(operator: User, ops_lead: User, party_b: User, typed: str) -> None:
    version = written(operator, ops_lead)

    assert list(ArticleVersion.objects.for_user(party_b).near(typed)) == [version]


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "的", "%", "_", "账号密码忘记", "' OR 1=1"])
def test_what_has_nothing_in_common_finds_nothing(operator: User, ops_lead: User, party_b: User, typed: str) -> None:
    written(operator, ops_lead)

    assert list(ArticleVersion.objects.for_user(party_b).near(typed)) == []


@pytest.mark.django_db
def test_the_search_of_everything_finds_articles_by_part_of_a_word(
    operator: User, ops_lead: User, agreement: Agreement, party_b: User, party_b_other: User, outsider: User
) -> None:
    written(operator, ops_lead)
    written(operator, ops_lead, audience="agreement", agreement=agreement)
    written(operator, ops_lead, audience="staff")
    indexing.refresh(at=NINE)
    asked = searching.Asked(query="口超时", kind="article")

    def found(user: User) -> int:
        return int(searching.found(searching.for_party_b(user), asked).count())

    assert (found(party_b), found(party_b_other), found(outsider)) == (2, 1, 0)
    assert searching.found(searching.for_staff(operator), asked).count() == 3


# --- Pages ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_portal_shows_the_answer_escaped(client: Client, operator: User, ops_lead: User, party_b: User) -> None:
    version = written(operator, ops_lead)
    client.force_login(party_b)

    page = client.get(f"/portal/knowledge/{version.article_id}/").content.decode()

    assert "<ol><li>检查专线</li><li>重试</li></ol>" in page
    assert "&lt;b&gt;不要&lt;/b&gt;" in page
    assert "接口返回 504" in client.get("/portal/knowledge/?q=504").content.decode()
    assert "没有找到相关解答" in client.get("/portal/knowledge/?q=不存在").content.decode()


@pytest.mark.django_db
def test_a_suggestion_is_a_piece_of_a_page(client: Client, operator: User, ops_lead: User, party_b: User) -> None:
    version = written(operator, ops_lead)
    client.force_login(party_b)

    piece = client.get("/portal/knowledge/suggest/?q=接口超时").content.decode()

    assert f"/portal/knowledge/{version.article_id}/" in piece
    assert "<html" not in piece
    assert client.get("/portal/knowledge/suggest/?q=" + "x" * 5000).content.decode().strip() == ""
    form = client.get("/portal/tickets/new/").content.decode()
    assert 'aria-live="polite"' in form
    assert 'href="/portal/knowledge/"' in form


@pytest.mark.django_db
def test_this_solved_it_leaves_without_a_ticket(client: Client, operator: User, ops_lead: User, party_b: User) -> None:
    version = written(operator, ops_lead)
    client.force_login(party_b)

    page = client.post(f"/portal/knowledge/{version.article_id}/solved/", follow=True).content.decode()

    assert "没有提交报告" in page
    assert ArticleUse.objects.get().kind == "solved"
    assert not Ticket.objects.exists()


@pytest.mark.django_db
def test_others_do_not_find_an_article_of_one_agreement(
    client: Client, operator: User, ops_lead: User, agreement: Agreement, party_b_other: User
) -> None:
    version = written(operator, ops_lead, audience="agreement", agreement=agreement)
    client.force_login(party_b_other)

    assert client.get(f"/portal/knowledge/{version.article_id}/").status_code == 404
    assert client.post(f"/portal/knowledge/{version.article_id}/solved/").status_code == 404
    assert not ArticleUse.objects.exists()


@pytest.mark.django_db
def test_the_console_leads_an_article_to_its_readers(client: Client, operator: User, ops_lead: User) -> None:
    client.force_login(operator)
    said = {
        KEY_FIELD: new_key(), "category": "data", "audience": "party_b", "title": "题", "question": "问",
        "answer": "答",
    }  # fmt: skip
    client.post("/admin/sla/article/do/start/", said)
    article = Article.objects.get()
    base = f"/admin/sla/article/{article.pk}/do"
    assert "不能是撰写人" in client.post(f"{base}/review/", {KEY_FIELD: new_key()}).content.decode()
    assert client.post(f"{base}/publish/", {KEY_FIELD: new_key()}).status_code == 403

    client.force_login(ops_lead)
    for verb in ("review", "publish"):
        client.post(f"{base}/{verb}/", {KEY_FIELD: new_key()})

    assert knowledge.published_of(article).title == "题"
    assert article.number in client.get("/admin/sla/article/").content.decode()


@pytest.mark.django_db
def test_the_list_asks_as_often_for_many_as_for_few(client: Client, operator: User, ops_lead: User) -> None:
    client.force_login(ops_lead)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            client.get("/admin/sla/article/")
        return len(seen)

    written(operator, ops_lead)
    queries()
    few = queries()
    for _number in range(4):
        written(operator, ops_lead)
    assert queries() == few


@pytest.mark.django_db
def test_staff_name_an_article_from_the_ticket(
    client: Client, operator: User, ops_lead: User, agreement: Agreement, other_agreement: Agreement, party_b: User
) -> None:
    for_all = written(operator, ops_lead)
    foreign = written(operator, ops_lead, audience="agreement", agreement=other_agreement)
    ticket = make_ticket(agreement, party_b)
    client.force_login(operator)
    url = f"/admin/sla/ticket/{ticket.pk}/do/article/"

    refused = client.post(url, {KEY_FIELD: new_key(), "article": foreign.pk})
    client.post(url, {KEY_FIELD: new_key(), "article": for_all.pk})

    assert refused.status_code == 200
    assert [use.version for use in ArticleUse.objects.filter(ticket=ticket)] == [for_all]
    client.force_login(party_b)
    assert for_all.title in client.get(f"/portal/tickets/{ticket.number}/").content.decode()
