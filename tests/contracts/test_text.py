"""The agreement text: composed with its open ends marked, frozen for signing, the same bytes for the same text."""

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from contracts import lifecycle
from contracts.bundled import load_bundled_templates
from contracts.clauses import take_text, wordings_of, write_standard_clauses
from contracts.models import Agreement, AgreementText, AgreementVersion, TemplateVersion
from contracts.text.composing import compose
from contracts.text.document import from_dict, sha256, to_dict
from contracts.text.drawing import draw
from contracts.text.freezing import document_of, freeze, kept_pdf, newest_text, pdf_of
from contracts.text.labels import ENGLISH, ordinal
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts import texts as samples

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
DAY = date(2026, 1, 5)


def read(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def squeezed(words: str) -> str:
    return re.sub(r"\s+", "", words)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def draft(db: None) -> AgreementVersion:
    """A draft with the standard text, its days to pay still open."""
    made = make.agreement(
        state=Agreement.State.DRAFT,
        signed_on=None,
        effective_on=None,
        version_state=AgreementVersion.State.DRAFT,
        version_payment_working_days=None,
    )
    version = made.versions.get()
    write_standard_clauses(version)
    return version


@pytest.fixture
def signable(draft: AgreementVersion, contract_manager: User) -> Agreement:
    """The draft with nothing left open."""
    AgreementVersion.objects.filter(pk=draft.pk).update(payment_working_days=10)
    make.decided(draft.agreement, contract_manager)
    return draft.agreement


def test_the_draft_names_what_is_open_and_is_marked(draft: AgreementVersion) -> None:
    paper = compose(draft, on=DAY, open_items=lifecycle.open_blanks(draft.agreement))
    words = squeezed(read(draw(paper)))

    assert "草稿" in words
    assert "收到甲方正式发票后____（待填）个工作日" in words
    assert "·付款期限（工作日）" in words
    assert "税率变动时的价格" in words


def test_every_clause_stands_under_its_chapter_and_section(draft: AgreementVersion) -> None:
    paper = compose(draft, on=DAY)

    assert [chapter.heading for chapter in paper.chapters][:2] == ["总则", "共享内容"]
    numbers = [c.number for chapter in paper.chapters for part in chapter.sections for c in part.clauses]
    assert len(numbers) == 42
    assert all(
        c.number.startswith(f"{part.number}.")
        for chapter in paper.chapters
        for part in chapter.sections
        for c in part.clauses
    )
    words = squeezed(read(draw(paper)))
    assert "编者注：原文在此处截断" in words
    assert "6.2.1付款期限" in words


def test_the_contents_give_the_page_of_each_chapter(draft: AgreementVersion) -> None:
    pages = [squeezed(page.extract_text()) for page in PdfReader(BytesIO(draw(compose(draft, on=DAY)))).pages]
    contents = pages[1]

    for number, heading in (("一", "总则"), ("五", "知识产权"), ("八", "信息安全")):
        found = next(at for at, page in enumerate(pages[2:], 3) if f"第{number}章{heading}" in page)
        assert f"第{number}章{heading}{found}" in contents


def test_chapters_that_are_not_adopted_keep_their_numbers(draft: AgreementVersion) -> None:
    load_bundled_templates(at=NOW)
    template = TemplateVersion.objects.get(template__code="exchange")
    draft.clauses.all().delete()
    taken = [wording for wording in wordings_of(template) if not wording.optional or wording.chapter_number == "9"]
    take_text(draft, template, taken)

    paper = compose(draft, on=DAY)

    assert [chapter.number for chapter in paper.chapters] == [str(number) for number in range(1, 13)]
    assert [chapter.number for chapter in paper.chapters if not chapter.adopted] == ["7", "8", "10", "11", "12"]
    assert "第七章违约责任本协议不采用本章" in squeezed(read(draw(paper)))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_labels_come_in_both_languages(draft: AgreementVersion, language: str) -> None:
    paper = compose(draft, on=DAY, language=language)
    words = read(draw(paper))

    assert ("Signature page" in words) == (language == "en")
    assert ("DRAFT" in words) == (language == "en")
    assert "乙方收到甲方正式发票后" in words
    assert "{" not in words
    if language == "en":
        labels = [annex.title for annex in paper.annexes] + [row.label for a in paper.annexes for row in a.rows]
        assert not re.search("[\u4e00-\u9fff]", "".join(labels))


def test_every_label_has_english() -> None:
    assert all(english.strip() for english in ENGLISH.values())


@pytest.mark.parametrize(
    ("number", "words"), [("1", "一"), ("10", "十"), ("11", "十一"), ("20", "二十"), ("42", "四十二"), ("补", "补")]
)
def test_chapter_numbers_in_words(number: str, words: str) -> None:
    assert ordinal(number, "zh-hans") == words


def test_bytes_repeat_from_the_stored_value() -> None:
    paper = samples.paper()

    assert from_dict(to_dict(paper)) == paper
    assert draw(from_dict(to_dict(paper))) == draw(paper)


def test_bytes_repeat_in_another_process_at_another_time() -> None:
    code = (
        "import hashlib; from tests.contracts import texts; from contracts.text.drawing import draw;"
        "print(hashlib.sha256(draw(texts.paper())).hexdigest())"
    )
    elsewhere = os.environ | {"SOURCE_DATE_EPOCH": "1", "TZ": "America/New_York", "PYTHONHASHSEED": "7"}
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, env=elsewhere, capture_output=True, check=True, text=True
    )

    assert done.stdout.strip() == hashlib.sha256(draw(samples.paper())).hexdigest()


@pytest.mark.parametrize("words", ["<b>粗</b>", '<img src="file:///etc/passwd"/>', "a & b < c", "{term_years}"])
def test_markup_in_a_name_is_printed_not_obeyed(words: str) -> None:
    paper = samples.paper()
    named = replace(paper, party_b=replace(paper.party_b, name=words))

    assert squeezed(words) in squeezed(read(draw(named)))


def test_a_long_text_runs_over_pages_that_count() -> None:
    pages = PdfReader(BytesIO(draw(samples.paper(repeat=200)))).pages

    assert len(pages) > 8
    assert all(f"第 {at} 页，共 {len(pages)} 页" in page.extract_text() for at, page in enumerate(pages, 1))


def test_going_to_signing_freezes_the_text(signable: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(signable, by=contract_manager, at=NOW)

    kept = AgreementText.objects.get()
    paper = from_dict(kept.snapshot)
    assert (kept.edition, kept.by, kept.at) == (1, contract_manager, NOW)
    assert kept.sha256 == sha256(paper)
    assert not paper.draft
    assert kept.pdf_sha256 == hashlib.sha256(kept_pdf(kept)).hexdigest()
    assert Event.objects.get(action="agreement_text.frozen").data["pdf_sha256"] == kept.pdf_sha256
    words = read(kept_pdf(kept))
    assert "草稿" not in words
    assert "于____年__月__日订立" in squeezed(words)


def test_the_frozen_text_stays_when_names_change(signable: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(signable, by=contract_manager, at=NOW)
    name = signable.party_b.name
    signable.party_b.name = "改名后的单位"
    signable.party_b.save()

    version = AgreementVersion.objects.get(agreement=signable)

    assert document_of(version, on=DAY).party_b.name == name
    assert name in squeezed(read(pdf_of(version, on=DAY, language="zh-hans")))


def test_a_lost_file_is_drawn_anew_with_the_same_hash(signable: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(signable, by=contract_manager, at=NOW)
    kept = AgreementText.objects.get()
    path = f"texts/{kept.sha256[:2]}/{kept.sha256}.pdf"
    default_storage.delete(path)

    assert hashlib.sha256(kept_pdf(kept)).hexdigest() == kept.pdf_sha256
    assert default_storage.exists(path)


def test_a_file_that_was_tampered_with_is_not_handed_out(signable: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(signable, by=contract_manager, at=NOW)
    kept = AgreementText.objects.get()
    Path(default_storage.path(f"texts/{kept.sha256[:2]}/{kept.sha256}.pdf")).write_bytes(b"%PDF-1.4 forged")

    assert hashlib.sha256(kept_pdf(kept)).hexdigest() == kept.pdf_sha256


def test_the_same_text_again_is_no_new_edition(signable: Agreement, contract_manager: User) -> None:
    version = signable.versions.get()
    first = freeze(version, by=contract_manager, at=NOW)

    assert freeze(version, by=contract_manager, at=datetime(2026, 2, 1, 2, tzinfo=UTC)) == first
    clause = version.clauses.get(number="1.2.1")
    clause.text = "双方为便利群众办事订立本协议。"
    clause.save()
    assert freeze(version, by=contract_manager, at=NOW).edition == 2
    assert newest_text(version) == AgreementText.objects.get(edition=2)


def test_frozen_texts_are_append_only(signable: Agreement, contract_manager: User) -> None:
    kept = freeze(signable.versions.get(), by=contract_manager, at=NOW)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        AgreementText.objects.filter(pk=kept.pk).update(sha256="0" * 64)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kept.delete()


def test_a_text_that_cannot_be_printed_does_not_go_to_signing(signable: Agreement, contract_manager: User) -> None:
    signable.party_b.address = "☑ 街 𠮷 号"
    signable.party_b.save()

    with pytest.raises(Refused, match="☑ 𠮷"):
        lifecycle.open_for_signing(signable, by=contract_manager, at=NOW)

    signable.refresh_from_db()
    assert signable.state == Agreement.State.DRAFT
    assert not AgreementText.objects.exists()


def test_party_b_reads_what_was_put_before_it_and_no_draft(
    client: Client, signable: Agreement, contract_manager: User
) -> None:
    member = make.user("member", name="刘洋")
    make.member(member, signable.party_b)
    client.force_login(member)
    page, pdf = (reverse(name, args=[signable.pk]) for name in ("contracts:text", "contracts:text-pdf"))
    assert client.get(page).status_code == client.get(pdf).status_code == 404

    lifecycle.open_for_signing(signable, by=contract_manager, at=NOW)

    kept = AgreementText.objects.get()
    words = client.get(page).content.decode()
    assert kept.sha256 in words
    assert "收到甲方正式发票后" in words
    answer = client.get(pdf)
    assert answer["Content-Type"] == "application/pdf"
    assert hashlib.sha256(answer.content).hexdigest() == kept.pdf_sha256
    assert "Signature page" in read(client.get(pdf, {"language": "en"}).content)


def test_a_draft_supplement_is_not_shown_to_party_b(client: Client, party_b: User, agreement: Agreement) -> None:
    write_standard_clauses(agreement.versions.get())
    later = make.version(agreement, number=2, kind="supplement", state="draft", effective_from=date(2027, 1, 1))
    later.clauses.create(number="1", heading="新", text="尚未商定的条款", klass="duty", position=1)
    client.force_login(party_b)

    page = client.get(reverse("contracts:text", args=[agreement.pk])).content.decode()

    assert "尚未商定" not in page
    assert "付款期限" in page


def test_the_console_shows_page_and_pdf(client: Client, draft: AgreementVersion, auditor: User) -> None:
    client.force_login(auditor)
    page = client.get(reverse("admin:contracts_agreement_text", args=[draft.agreement_id])).content.decode()
    assert "这是草稿" in page
    assert "付款期限（工作日）" in page

    pdf = client.get(reverse("admin:contracts_agreement_textpdf", args=[draft.agreement_id]), {"language": "xx"})
    assert "草稿" in read(pdf.content)
    missing = client.get(reverse("admin:contracts_agreement_text", args=[draft.agreement_id]), {"version": "9"})
    assert missing.status_code == 404


def test_text_of_people_is_escaped_on_the_page(client: Client, draft: AgreementVersion, auditor: User) -> None:
    clause = draft.clauses.get(number="1.2.1")
    clause.text = "<script>alert(1)</script>{term_years}"
    clause.save()
    client.force_login(auditor)

    page = client.get(reverse("admin:contracts_agreement_text", args=[draft.agreement_id])).content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
