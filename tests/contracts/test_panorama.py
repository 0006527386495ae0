"""The whole board of an agreement: page, filters, paper, Party B's side, and the counts of all agreements."""

import re
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader
from pytest_django.fixtures import DjangoAssertNumQueries

from contracts import board, panorama
from contracts.board import Link, Reading, Standing
from contracts.board_asking import asked
from contracts.board_printing import board_pdf, frozen
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, AgreementVersion, BoardTally, Clause
from contracts.tasks.boards import tally_boards
from people.models import User
from people.refusal import Refused
from tests import make

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 18, tzinfo=UTC)
STAFF_ONLY = Link(label="内部", url="/admin/contracts/clause/", permission="contracts.view_clause")
BOTH = Link(label="账单", url="/admin/", permission="billing.view_document", portal_url="/portal/documents/")


@pytest.fixture
def texted(agreement: Agreement) -> Agreement:
    """The agreement with the standard text."""
    write_standard_clauses(agreement.versions.get())
    return agreement


@pytest.fixture
def known_readers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three matters that somebody speaks for, one with words of Party A's own."""
    public = Reading(standing=Standing.KEPT, count=1, note="已答复", links=(BOTH,))
    readings = {
        "payment": Reading(standing=Standing.OVERDUE, count=2, note="逾期 2 份", links=(STAFF_ONLY, BOTH)),
        "penalty": Reading(standing=Standing.BREACHED, count=1, note="内部研判", links=(STAFF_ONLY,), party_b=public),
        "support": Reading(standing=Standing.KEPT, count=3, note="3 份", links=()),
    }
    monkeypatch.setattr(board, "_readers", {})
    for topic, reading in readings.items():
        board.add_reader(topic, lambda agreement, at, reading=reading: reading)  # type: ignore[misc]


def lines_of(agreement: Agreement, user: User) -> dict[str, panorama.Line]:
    made = panorama.staff_board(agreement, user=user, at=NOW)
    return {line.clause.number: line for line in made.lines}


def test_every_clause_and_every_later_chapter_has_its_line(texted: Agreement, auditor: User) -> None:
    lines = lines_of(texted, auditor)

    assert len(lines) == 42 + 7
    assert list(lines)[-8:] == ["8.3.1", "8.3.2+", "9", "10", "11", "12", "13", "14"]
    assert lines["1.2.1"].reading.standing == Standing.NOT_TRACKABLE
    assert str(lines["11"].text) == "本协议文本未载明"
    assert lines["6.2.1"].chapter == "6 费用"
    assert "10个工作日" in str(lines["6.2.1"].text)


def test_a_matter_that_the_text_has_needs_no_line_of_its_own(texted: Agreement, auditor: User) -> None:
    version = texted.versions.get()
    for number, topic in (("10.1", "force_majeure"), ("8.3.2", "liability"), ("补充一", "penalty")):
        Clause.objects.create(version=version, number=number, heading="约定", klass="relief", topic=topic, position=90)

    lines = lines_of(texted, auditor)

    assert not {"11", "8.3.2+", "9"} & set(lines)
    assert lines["10.1"].in_text
    assert lines["补充一"].chapter == ""


def test_without_any_text_the_later_chapters_remain(agreement: Agreement, auditor: User) -> None:
    agreement.versions.update(state="draft")
    agreement.versions.all().delete()

    lines = lines_of(agreement, auditor)

    assert list(lines) == ["8.3.2+", "9", "10", "11", "12", "13", "14"]


@pytest.mark.parametrize(
    "versions, day, number",
    [
        pytest.param([(1, "active", None)], date(2026, 9, 18), 1, id="the one in force"),
        pytest.param([(1, "active", date(2026, 9, 1)), (2, "active", None)], date(2026, 9, 18), 2, id="the later one"),
        pytest.param([(1, "active", date(2026, 2, 1))], date(2026, 9, 18), 1, id="the last one once it has ended"),
        pytest.param([(1, "active", None), (2, "draft", None)], date(2026, 9, 18), 1, id="not a draft supplement"),
        pytest.param([(1, "draft", None)], date(2026, 9, 18), 1, id="the draft of a draft"),
    ],
)
def test_the_terms_shown_are_those_of_the_day(
    agreement: Agreement, versions: list[tuple[int, str, date | None]], day: date, number: int
) -> None:
    agreement.versions.update(state="draft")
    agreement.versions.all().delete()
    starts = date(2026, 1, 1)
    for place, state, until in versions:
        make.version(agreement, number=place, state=state, effective_from=starts, effective_to=until)
        starts = until or starts

    found = panorama.applying_version(agreement, day)

    assert found is not None and found.number == number


@pytest.mark.usefixtures("known_readers")
def test_links_are_those_that_the_reader_may_open(texted: Agreement, contract_manager: User, operator: User) -> None:
    assert [url for _label, url in lines_of(texted, contract_manager)["6.2.1"].links] == [STAFF_ONLY.url, BOTH.url]
    assert [url for _label, url in lines_of(texted, operator)["6.2.1"].links] == [STAFF_ONLY.url]


@pytest.mark.usefixtures("known_readers")
def test_party_b_reads_its_own_words_and_its_own_links(texted: Agreement) -> None:
    lines = {line.clause.number: line for line in panorama.party_b_board(texted, at=NOW).lines}

    assert lines["9"].reading.note == "已答复"
    assert [url for _label, url in lines["6.2.1"].links] == [BOTH.portal_url]
    assert not any(line.clause_url for line in lines.values())


@pytest.mark.usefixtures("known_readers")
@pytest.mark.parametrize(
    "said, shown",
    [
        pytest.param({"state": "overdue"}, {"6.2.1"}, id="one state"),
        pytest.param({"state": "breached"}, {"9"}, id="a state of a later chapter"),
        pytest.param({"state": "breached", "side": "a"}, {"9"}, id="both parties' duties are each one's"),
        pytest.param({"state": "overdue", "side": "a"}, set(), id="nothing"),
    ],
)
def test_state_and_side_keep_some_lines(
    client: Client, texted: Agreement, contract_manager: User, said: dict[str, str], shown: set[str]
) -> None:
    client.force_login(contract_manager)

    page = client.get(reverse("admin:contracts_agreement_board", args=[texted.pk]), said)

    assert {line.clause.number for line in page.context["shown"].lines} == shown
    assert ("没有符合条件的条款" in page.content.decode()) == (not shown)


def test_a_filter_that_is_none_keeps_all() -> None:
    assert asked({"state": "'; DROP", "side": "c"}).query == ""
    assert asked({"state": "kept", "side": "b"}).query == "?state=kept&side=b"


@pytest.mark.usefixtures("known_readers")
def test_the_page_says_why_and_leads_to_the_records(client: Client, texted: Agreement, contract_manager: User) -> None:
    client.force_login(contract_manager)

    page = client.get(reverse("admin:contracts_agreement_board", args=[texted.pk])).content.decode()

    assert "逾期 2 份" in page and f'href="{STAFF_ONLY.url}"' in page
    assert "本协议文本未载明" in page and "不跟踪" in page


def test_the_agreement_page_leads_to_the_board(client: Client, texted: Agreement, auditor: User) -> None:
    client.force_login(auditor)

    page = client.get(reverse("admin:contracts_agreement_change", args=[texted.pk])).content.decode()

    assert reverse("admin:contracts_agreement_board", args=[texted.pk]) in page
    assert 'id="panel-board"' in page


@pytest.mark.parametrize(
    "who, status",
    [
        pytest.param("party_b", 200, id="its own"),
        pytest.param("party_b_other", 404, id="another organisation's"),
        pytest.param("outsider", 404, id="nobody's"),
    ],
)
@pytest.mark.parametrize("name", ["contracts:board", "contracts:board-pdf"])
def test_party_b_opens_its_own_board(
    client: Client, agreement: Agreement, request: pytest.FixtureRequest, name: str, who: str, status: int
) -> None:
    client.force_login(request.getfixturevalue(who))

    assert client.get(reverse(name, args=[agreement.pk])).status_code == status


@pytest.mark.usefixtures("known_readers")
def test_the_paper_holds_what_the_page_shows(texted: Agreement, contract_manager: User) -> None:
    made = panorama.staff_board(texted, user=contract_manager, at=NOW)

    content = board_pdf(made, by="周敏")

    text = "".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    for words in ("合同履约全景", texted.number, "逾期 2 份", "本协议文本未载明", "周敏", "复核人签字", "第 1 页，共"):
        assert words in text
    assert board_pdf(made, by="周敏") == content


def test_the_paper_of_a_filter_says_so(texted: Agreement, contract_manager: User) -> None:
    wanted = asked({"state": "unproven", "side": "b"})
    made = wanted.of(panorama.staff_board(texted, user=contract_manager, at=NOW))

    paper = frozen(made, by="周敏", chosen=wanted.words)

    assert dict(paper.facts)["筛选"] == "尚无记录、乙方义务"


def test_characters_that_cannot_be_printed_are_named(texted: Agreement, contract_manager: User) -> None:
    with make.thawed(texted.versions.get()):
        Clause.objects.filter(number="1.1.1").update(heading="缔约\U0001f600")

    with pytest.raises(Refused, match="\U0001f600"):
        board_pdf(panorama.staff_board(texted, user=contract_manager, at=NOW), by="周敏")


def test_an_unprintable_board_is_refused_on_its_page(client: Client, texted: Agreement, auditor: User) -> None:
    with make.thawed(texted.versions.get()):
        Clause.objects.filter(number="1.1.1").update(heading="缔约\U0001f600")
    client.force_login(auditor)

    answer = client.get(reverse("admin:contracts_agreement_boardpdf", args=[texted.pk]), follow=True)

    assert "没有字形" in answer.content.decode()


@pytest.mark.usefixtures("known_readers")
def test_the_counts_of_all_agreements_are_kept(texted: Agreement, other_agreement: Agreement) -> None:
    assert tally_boards() == tally_boards() == 2

    kept = BoardTally.objects.get(agreement=texted)
    assert (kept.breached, kept.overdue, kept.kept, kept.not_trackable) == (1, 1, 1, 2)
    assert BoardTally.objects.count() == 2


@pytest.mark.usefixtures("known_readers")
def test_the_overview_shows_where_it_burns(client: Client, texted: Agreement, auditor: User) -> None:
    quiet = make.agreement()
    panorama.tally_all(at=NOW)
    BoardTally.objects.filter(agreement=quiet).update(breached=0)
    client.force_login(auditor)

    page = client.get(reverse("admin:contracts_boardtally_changelist"), {"standing": "breached"}).content.decode()

    assert texted.number in page and quiet.number not in page


def test_one_board_can_be_counted_at_once(client: Client, texted: Agreement, contract_manager: User) -> None:
    kept = panorama.tally(texted, at=NOW)
    client.force_login(contract_manager)
    url = reverse("admin:contracts_boardtally_verb", args=[kept.pk, "refresh"])
    key = re.search(r'name="submission_key" value="(\w+)"', client.get(url).content.decode())
    assert key is not None

    client.post(url, {"submission_key": key[1]})

    kept.refresh_from_db()
    assert kept.read_at > NOW or timezone.now() < NOW


@pytest.mark.parametrize("rows", [1, 12])
def test_the_overview_costs_the_same_for_many(
    client: Client, auditor: User, rows: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        BoardTally.objects.create(agreement=make.agreement(), read_at=NOW)
    client.force_login(auditor)

    with django_assert_max_num_queries(14):
        client.get(reverse("admin:contracts_boardtally_changelist"))


def test_each_matter_is_read_once(texted: Agreement, auditor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    asked_of: list[str] = []
    monkeypatch.setattr(board, "_readers", {})
    for topic in {row.topic for row in Clause.objects.all()}:

        def reader(agreement: Agreement, at: datetime, topic: str = topic) -> Reading:
            asked_of.append(topic)
            return Reading(standing=Standing.UNPROVEN)

        board.add_reader(topic, reader)

    panorama.staff_board(texted, user=auditor, at=NOW)

    assert sorted(asked_of) == sorted(set(asked_of))
    assert AgreementVersion.objects.count() == 1
