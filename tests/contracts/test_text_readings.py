"""What the board says of the text: the missing division of liability is flagged, the signed paper proves the rest."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import board, papers
from contracts.board import Standing
from contracts.clauses import write_standard_clauses
from contracts.models import Agreement, Clause, Paper
from contracts.text.freezing import freeze
from people.models import User

NOW = datetime(2026, 9, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def texted(agreement: Agreement) -> Agreement:
    """The agreement with the standard text."""
    write_standard_clauses(agreement.versions.get())
    return agreement


def test_the_standard_text_has_no_clause_on_liability(texted: Agreement) -> None:
    reading = board.read(texted, "coverage", at=NOW)

    assert reading.standing == Standing.NOT_MEASURABLE
    assert "没有对应条款：责任划分" in str(reading.note)


def test_a_whole_clause_on_penalties_completes_the_coverage(texted: Agreement) -> None:
    Clause.objects.create(
        version=texted.versions.get(),
        number="9.1",
        heading="违约金",
        text="…",
        klass="remedy",
        topic="penalty",
        position=99,
    )

    reading = board.read(texted, "coverage", at=NOW)

    assert (reading.standing, reading.count) == (Standing.KEPT, 42)


def test_without_a_text_nothing_is_covered(agreement: Agreement) -> None:
    assert "共享内容、共享方式、保密、知识产权、费用、责任划分" in str(board.read(agreement, "coverage", at=NOW).note)
    bare = Agreement.objects.create(
        number="GXXY-2026-900", title="空", party_a=agreement.party_a, party_b=agreement.party_b
    )

    assert board.read(bare, "coverage", at=NOW).standing == Standing.UNPROVEN


def test_the_final_provisions_need_text_and_scan(texted: Agreement, contract_manager: User) -> None:
    assert "定稿文本、签署扫描件" in str(board.read(texted, "final_provisions", at=NOW).note)
    freeze(texted.versions.get(), by=contract_manager, at=NOW)
    assert "还没有：签署扫描件" in str(board.read(texted, "final_provisions", at=NOW).note)

    scan = SimpleUploadedFile("签署页.txt", "已签署".encode(), content_type="text/plain")
    papers.keep(texted, scan, kind=Paper.Kind.SIGNED_SCAN, by=contract_manager, at=NOW)

    reading = board.read(texted, "final_provisions", at=NOW)
    assert (reading.standing, reading.count) == (Standing.KEPT, 2)
