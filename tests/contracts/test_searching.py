"""Searching: Chinese in any piece of two characters, taken literally, scoped, grouped, shown in context."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import indexing, searching
from contracts.clauses import write_standard_clauses
from contracts.comparable import LONGEST_QUERY, MOST_WORDS, around, comparable, words_of
from contracts.models import Agreement, SearchEntry
from contracts.searching import Asked, Findable, Source
from contracts.tasks.searching import refresh_search
from people.models import User
from tests import make
from tests.contracts import making_cases as making
from tests.sla.make_sla import make_ticket

NOW = making.NOW
HOSTILE = [
    "%", "_", "%%", "\\", "'", '"', "'; DROP TABLE x; --", "<script>alert(1)</script>", "a\x00b", "\ufeff", "𠮷",
    "%' OR 1=1",
]  # fmt: skip


@pytest.mark.parametrize(
    "written, made",
    [
        pytest.param("ＧＸＸＹ－２０２６", "gxxy-2026", id="full width"),
        pytest.param("  信息　 共享\n平台 ", "信息 共享 平台", id="blanks"),
        pytest.param("㈱Ⅷ①", "(株)viii1", id="compatibility characters"),
        pytest.param("İstanbul", "i̇stanbul", id="a letter that grows"),
        pytest.param("\x00\u200b", "", id="nothing to see"),
    ],
)
def test_words_are_made_comparable(written: str, made: str) -> None:
    assert comparable(written) == made


@given(st.text())
def test_comparing_twice_is_comparing_once_for_blanks(text: str) -> None:
    made = comparable(text)

    assert made == made.strip()
    assert "  " not in made and "\x00" not in made


@pytest.mark.parametrize(
    "query, words",
    [
        pytest.param("信息 共享", ["信息", "共享"], id="two words"),
        pytest.param("信息 信息", ["信息"], id="one word twice"),
        pytest.param("   ", [], id="blanks"),
        pytest.param("字" * 10_000, ["字" * LONGEST_QUERY], id="ten thousand characters"),
        pytest.param(" ".join(map(str, range(50))), [str(n) for n in range(MOST_WORDS)], id="fifty words"),
    ],
)
def test_queries_are_cut_to_what_can_be_asked(query: str, words: list[str]) -> None:
    assert words_of(query) == words


@pytest.mark.parametrize(
    "text, words, shown",
    [
        pytest.param("甲方提供平台", ["平台"], [("甲方提供", False), ("平台", True)], id="at the end"),
        pytest.param("ＡＢＣ平台", ["abc"], [("ＡＢＣ", True), ("平台", False)], id="as it is written"),
        pytest.param("一" * 50 + "平台" + "二" * 90, ["平台"],
                     [("…", False), ("一" * 24, False), ("平台", True), ("二" * 59, False), ("…", False)],
                     id="cut on both sides"),
        pytest.param("平台平台", ["平台", "台平"], [("平台", True), ("平台", True)], id="hits that overlap"),
        pytest.param("甲方", ["平台"], [("甲方", False)], id="found elsewhere"),
        pytest.param("", ["平台"], [], id="nothing"),
    ],
)  # fmt: skip
def test_a_hit_is_shown_in_its_context(text: str, words: list[str], shown: list[tuple[str, bool]]) -> None:
    assert around(text, words) == shown


@given(st.text(max_size=200), st.text(min_size=1, max_size=4))
def test_the_context_is_always_a_piece_of_the_text(text: str, word: str) -> None:
    pieces = [piece for piece, _hit in around(text, words_of(word)) if piece != "…"]

    assert "".join(pieces) in text or "…" in text


@pytest.fixture
def index(agreement: Agreement, other_agreement: Agreement, contract_manager: User) -> None:
    """Both agreements with their clauses, a told and an untold case, and a ticket."""
    for one in (agreement, other_agreement):
        write_standard_clauses(one.versions.get())
    making.told(agreement, contract_manager)
    making.found(agreement, contract_manager, title="凭证外泄")
    indexing.refresh(at=NOW)


def titles(entries: Any, query: str, **said: str) -> list[str]:
    return [entry.title for entry in searching.found(entries, Asked(query=query, **said))]


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "query, title",
    [
        pytest.param("保密", "4.1.1 保密义务", id="two characters"),
        pytest.param("术秘", "4.1.1 保密义务", id="across a word"),
        pytest.param("正式发票 银行转账", "6.2.1 付款期限", id="two words far apart"),
        pytest.param("１０个工作日", "6.2.1 付款期限", id="full width, in a filled blank"),
    ],
)
def test_any_piece_of_a_clause_finds_it(auditor: User, query: str, title: str) -> None:
    assert title in titles(searching.for_staff(auditor), query)


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
@pytest.mark.parametrize("query", HOSTILE)
def test_hostile_words_are_taken_literally(client: Client, auditor: User, query: str) -> None:
    client.force_login(auditor)

    page = client.get(reverse("admin:search"), {"q": query})

    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    words = words_of(query)
    assert all(
        word in entry.text for entry in searching.found(SearchEntry.objects.all(), Asked(query=query)) for word in words
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"q": "字" * 10_000}, id="a long query"),
        pytest.param({"q": "保密", "kind": "'; DROP"}, id="no such kind"),
        pytest.param({"q": "保密", "kind": "clause", "page": "x"}, id="no such page"),
        pytest.param({"q": "保密", "agreement": "%_\x00'" + "9" * 500}, id="a hostile number"),
        pytest.param({}, id="nothing"),
    ],
)
def test_hostile_addresses_are_answered(client: Client, party_b: User, auditor: User, said: dict[str, str]) -> None:
    client.force_login(party_b)
    assert client.get(reverse("contracts:search"), said).status_code == 200
    client.force_login(auditor)
    assert client.get(reverse("admin:search"), said).status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_a_query_that_was_cut_says_so(client: Client, auditor: User) -> None:
    client.force_login(auditor)

    assert "只按前 100 个字" in client.get(reverse("admin:search"), {"q": "字" * 101}).content.decode()
    assert "没有找到" in client.get(reverse("admin:search"), {"q": "榴莲"}).content.decode()
    assert "请输入要查找" in client.get(reverse("admin:search"), {"q": "\u200b"}).content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_party_b_finds_its_own_and_nothing_internal(
    party_b: User, party_b_other: User, outsider: User, agreement: Agreement, other_agreement: Agreement
) -> None:
    own, others = searching.for_party_b(party_b), searching.for_party_b(party_b_other)

    assert titles(own, agreement.number, kind="agreement") == [str(agreement)]
    assert titles(own, other_agreement.number) == []
    assert [title.split()[1] for title in titles(own, "WY")] == ["逾期付款"]
    assert titles(others, "WY") == []
    assert titles(searching.for_party_b(outsider), "保密") == []


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_party_a_finds_what_its_role_may_see(operator: User, system_admin: User, auditor: User) -> None:
    assert len(titles(searching.for_staff(auditor), "WY")) == 2
    assert titles(searching.for_staff(system_admin), "保密") == []
    assert "document" not in dict(searching.kinds_for(operator))
    assert "document" in dict(searching.kinds_for(auditor))


@pytest.mark.django_db
def test_a_draft_is_not_found_by_party_b(agreement: Agreement, party_b: User) -> None:
    draft = make.agreement(party_b=agreement.party_b, state="draft", number="CAOGAO-1")
    indexing.refresh(at=NOW)

    assert titles(searching.for_party_b(party_b), draft.number) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_titles_come_first_then_kinds_and_numbers_narrow(auditor: User, agreement: Agreement) -> None:
    everything = searching.for_staff(auditor)

    assert titles(everything, "保密", kind="clause")[0].endswith(
        ("保密义务", "保密措施", "保密期限", "保密（同4.1.1）")
    )
    assert {
        entry.agreement for entry in searching.found(everything, Asked(query="保密", agreement=agreement.number))
    } == {agreement}


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_the_page_groups_and_marks_the_hits(client: Client, auditor: User) -> None:
    client.force_login(auditor)

    page = client.get(reverse("admin:search"), {"q": "保密"})

    groups = {group.kind: group for group in page.context["groups"]}
    assert groups["clause"].count > len(groups["clause"].hits) == searching.SHOWN
    assert "<mark>保密</mark>" in page.content.decode()
    whole = client.get(reverse("admin:search"), {"q": "保密", "kind": "clause"})
    assert len(whole.context["hits"]) == groups["clause"].count


@pytest.mark.django_db
def test_words_of_people_are_escaped(client: Client, agreement: Agreement, contract_manager: User) -> None:
    making.told(agreement, contract_manager, title="<b>逾期</b>", facts="逾期 <img src=x onerror=alert(1)>")
    indexing.refresh(at=NOW)
    client.force_login(contract_manager)

    page = client.get(reverse("admin:search"), {"q": "逾期"}).content.decode()

    assert "<img src=x" not in page and "&lt;img src=x" in page
    assert "<b>" not in page and "&lt;b&gt;" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_refreshing_twice_writes_nothing_more() -> None:
    before = list(SearchEntry.objects.order_by("pk").values())

    again = indexing.refresh(at=timezone.now())

    assert (again.written, again.removed, again.same) == (0, 0, len(before))
    assert list(SearchEntry.objects.order_by("pk").values()) == before


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_what_changed_is_written_and_what_is_gone_taken_out(agreement: Agreement, auditor: User) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(title="守密专项协议")
    for kind in ("agreement", "old"):
        fields = {"title": "旧", "head": "旧", "text": "旧", "url": "/", "digest": "", "updated_at": NOW}
        SearchEntry.objects.create(kind=kind, object_id=999_999, **fields)

    done = indexing.refresh(at=NOW)

    assert (done.written, done.removed) == (1, 2)
    assert titles(searching.for_staff(auditor), "守密") == [f"{agreement.number} 守密专项协议"]


@pytest.mark.django_db
@pytest.mark.usefixtures("index")
def test_the_command_and_the_task_do_the_same() -> None:
    said = StringIO()
    call_command("search", "rebuild", stdout=said)
    count = SearchEntry.objects.count()

    assert said.getvalue().startswith(f"written {count}, removed 0")
    assert refresh_search() == 0


@pytest.mark.django_db
def test_a_thing_that_no_engine_can_store_is_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    thing = Findable(object_id=1, agreement_id=None, title="a\x00b" + "长" * 500, body="长" * 50_000, url="/")
    monkeypatch.setattr(searching, "_sources", {})
    searching.add_source(Source(kind="odd", label="", permission="", everything=lambda: [thing]))

    indexing.refresh(at=NOW)

    entry = SearchEntry.objects.get()
    assert entry.title.startswith("a b") and len(entry.body) == indexing.LONGEST_BODY


@pytest.mark.django_db
def test_every_app_lets_its_things_be_found(agreement: Agreement, party_b: User, auditor: User) -> None:
    ticket = make_ticket(agreement, party_b)
    indexing.refresh(at=NOW)

    assert titles(searching.for_staff(auditor), "504") == [f"{ticket.number} {ticket.title}"]
    assert titles(searching.for_party_b(party_b), "504") == [f"{ticket.number} {ticket.title}"]
    assert {"agreement", "clause", "case", "dispute", "notice", "paper", "ticket", "document"} <= {
        source.kind for source in searching.sources()
    }


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 30])
def test_the_page_costs_the_same_for_many(
    client: Client, auditor: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        make.agreement()
    indexing.refresh(at=NOW)
    client.force_login(auditor)

    with django_assert_max_num_queries(14):
        client.get(reverse("admin:search"), {"q": "信息"})


def test_a_digest_tells_every_field_apart() -> None:
    base: dict[str, Any] = {"object_id": 1, "agreement_id": 2, "title": "题", "body": "文", "url": "/a"}
    other: list[dict[str, Any]] = [
        {}, {"agreement_id": None}, {"title": "题文"}, {"body": ""}, {"url": "/b"}, {"portal_url": "/p"},
        {"for_party_b": True},
    ]  # fmt: skip
    digests = {indexing._digest(Findable(**{**base, **change})) for change in other}

    assert len(digests) == len(other), json.dumps(other)
