"""Files with a line of the timeline: what is kept, and that nothing is kept of what is refused."""

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from contracts.models import Agreement
from people.models import User
from people.refusal import Refused
from sla.models import Attachment, Ticket
from tests.sla.make_sla import PDF, PNG, make_ticket

pytestmark = pytest.mark.django_db


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_a_file_is_kept_under_a_random_name_with_its_hash(agreement: Agreement, party_b: User, media: Path) -> None:
    make_ticket(agreement, party_b, files=[upload("../../接口报错.pdf", PDF)])

    kept = Attachment.objects.get()
    assert kept.name == "接口报错.pdf"
    assert re.fullmatch(r"attachments/[0-9a-f]{2}/[0-9a-f]{40}", str(kept.file.name))
    assert (kept.size, kept.sha256) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert (media / str(kept.file.name)).read_bytes() == PDF


@pytest.mark.parametrize(
    "files, words",
    [
        pytest.param([("截图.png", b"MZ" + bytes(99))], "“截图.png”是可执行程序，不能上传", id="a renamed program"),
        pytest.param([("a.html", b"<html>")], "不接受附件“a.html”的类型，可以上传：csv、docx", id="a web page"),
        pytest.param([("a.pdf", PNG)], "内容与扩展名不符", id="another content"),
        pytest.param([("a.pdf", b"")], "是空文件", id="empty"),
        pytest.param([("好.pdf", PDF), ("坏.exe", PDF)], "“坏.exe”是可执行程序", id="a good one and a bad one"),
        pytest.param([("长" * 160 + ".pdf", PDF)], "文件名太长", id="a long name"),
        pytest.param([(f"{number}.pdf", PDF) for number in range(11)], "一次最多上传 10 个附件", id="too many"),
    ],
)
def test_a_refused_file_leaves_no_ticket_and_no_file(
    agreement: Agreement, party_b: User, media: Path, files: list[tuple[str, bytes]], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        make_ticket(agreement, party_b, files=[upload(*file) for file in files])

    assert not Ticket.objects.exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_file_over_the_limit_is_refused_before_it_is_read(agreement: Agreement, party_b: User, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    large = upload("大.pdf", PDF + bytes(1024 * 1024))

    with pytest.raises(Refused, match="超过 1 MB，请压缩或拆分"):
        make_ticket(agreement, party_b, files=[large])


def test_exactly_the_limit_is_taken(agreement: Agreement, party_b: User, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024

    make_ticket(agreement, party_b, files=[upload("刚好.pdf", PDF + bytes(1024 * 1024 - len(PDF)))])

    assert Attachment.objects.get().size == 1024 * 1024
