"""What a file really is: by content and ending together, without a database."""

import io
import zipfile

import pytest

from people.sniffing import NotAllowed, content_type_of
from tests.sla.make_sla import PDF, PNG

ELF = b"\x7fELF\x02\x01\x01" + bytes(60)
EXE = b"MZ\x90\x00\x03" + bytes(200)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)


def package(*names: str) -> bytes:
    """A ZIP package with these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return held.getvalue()


@pytest.mark.parametrize(
    "name, content, expected",
    [
        pytest.param("说明.pdf", PDF, "application/pdf", id="pdf"),
        pytest.param("截图.PNG", PNG, "image/png", id="ending in capitals"),
        pytest.param("a.jpeg", b"\xff\xd8\xff\xe0rest", "image/jpeg", id="jpeg"),
        pytest.param("日志.log", "2026-09-16 超时".encode(), "text/plain", id="text in UTF-8"),
        pytest.param("名单.csv", "姓名,单位".encode("gb18030"), "text/csv", id="text in GB 18030"),
        pytest.param("表.xlsx", package("[Content_Types].xml", "xl/workbook.xml"),
                     "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", id="xlsx"),
        pytest.param("公文.ofd", package("OFD.xml"), "application/ofd", id="ofd"),
        pytest.param("发票.xml", "<?xml version='1.0'?><发票/>".encode(), "application/xml", id="xml"),
        pytest.param("C:\\用户\\报告.pdf", PDF, "application/pdf", id="a whole Windows path"),
    ],
)  # fmt: skip
def test_allowed(name: str, content: bytes, expected: str) -> None:
    assert content_type_of(name, content) == expected


@pytest.mark.parametrize(
    "name, content, why",
    [
        pytest.param("a.pdf", b"", "empty", id="empty"),
        pytest.param("setup.exe", EXE, "program", id="a program"),
        pytest.param("截图.png", EXE, "program", id="a program renamed to a picture"),
        pytest.param("说明.txt", ELF, "program", id="a program renamed to a text"),
        pytest.param("说明.txt", b"#!/bin/sh\nrm -rf /", "program", id="a script renamed to a text"),
        pytest.param("a.pdf.exe", PDF, "program", id="a double ending"),
        pytest.param("run.bat", b"@echo off", "program", id="a batch file"),
        pytest.param("page.html", b"<html>", "ending", id="a web page"),
        pytest.param("picture.svg", b"<svg/>", "ending", id="a picture that can run scripts"),
        pytest.param("all.zip", package("a.txt"), "ending", id="an archive"),
        pytest.param("noending", PDF, "ending", id="no ending"),
        pytest.param("a.doc", OLE, "ending", id="an old Word file"),
        pytest.param("a.pdf", PNG, "content", id="a picture called pdf"),
        pytest.param("a.png", PDF, "content", id="a pdf called picture"),
        pytest.param("a.docx", package("xl/workbook.xml"), "content", id="a sheet called document"),
        pytest.param("a.xlsx", b"PK\x03\x04 broken", "content", id="a broken package"),
        pytest.param("a.xlsx", package("xl/workbook.xml", "xl/vbaProject.bin"), "macro", id="macros"),
        pytest.param("a.docx", package("word/document.xml", "word/embeddings/run.exe"), "macro", id="a program inside"),
        pytest.param("a.txt", b"text\x00binary", "content", id="a text with NUL"),
        pytest.param("a.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "content", id="xml with entities"),
        pytest.param("a.csv", b"\xff\xfe\xfa\xfb\x80\xff", "content", id="no text in any encoding"),
    ],
)
def test_refused(name: str, content: bytes, why: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        content_type_of(name, content)

    assert refused.value.why == why
