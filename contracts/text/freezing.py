"""Freezing the text when it goes to signing, and its PDF: drawn from the frozen value, the same bytes at any time."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.models import AgreementText, AgreementVersion
from contracts.text import document as papers
from contracts.text.composing import compose
from contracts.text.drawing import draw
from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.typesetting import UndrawableText


@transaction.atomic
def freeze(version: AgreementVersion, *, by: User | None, at: datetime) -> AgreementText:
    """Keep the text as it is put before the parties; the same text again is the edition that is there.

    Refused, naming the characters, for a text that no font here can draw.
    """
    rows = AgreementVersion.objects.select_related(
        "agreement__party_a", "agreement__party_b", "support_hours__calendar"
    )
    version = rows.select_for_update(of=("self",), no_key=True).get(pk=version.pk)
    newest = version.texts.order_by("-edition").first()
    day = timezone.localdate(at)
    paper = compose(version, on=day, draft=False)
    if newest is not None and _same(newest, paper):
        return newest
    content = drawn(paper)
    made: AgreementText = AgreementText.objects.create(
        version=version,
        edition=newest.edition + 1 if newest else 1,
        snapshot=papers.to_dict(paper),
        sha256=papers.sha256(paper),
        pdf_sha256=hashlib.sha256(content).hexdigest(),
        by=by,
        at=at,
    )
    _keep(made, content)
    record(
        "agreement_text.frozen",
        obj=made,
        by=by,
        at=at,
        data={"edition": made.edition, "sha256": made.sha256, "pdf_sha256": made.pdf_sha256},
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )
    return made


def newest_text(version: AgreementVersion) -> AgreementText | None:
    """The edition that was last put before the parties; none for a version that never went to signing."""
    found: AgreementText | None = version.texts.order_by("-edition").first()
    return found


def document_of(
    version: AgreementVersion, *, on: date, language: str = "zh-hans", open_items: Iterable[str] = ()
) -> papers.AgreementDocument:
    """The text of a version: as it was frozen, else as it stands now, marked as a draft while the version is one.

    The labels are in the language; the annexes of a frozen text stay as they were frozen.
    """
    draft = version.state == AgreementVersion.State.DRAFT
    kept = None if draft else newest_text(version)
    if kept is not None:
        return replace(papers.from_dict(kept.snapshot), language=language)
    return compose(version, on=on, language=language, draft=draft, open_items=open_items)


def pdf_of(version: AgreementVersion, *, on: date, language: str, open_items: Iterable[str] = ()) -> bytes:
    """The PDF of a version's text: the bytes that were kept, or a drawing of the text as it stands or in English."""
    kept = None if version.state == AgreementVersion.State.DRAFT else newest_text(version)
    if kept is not None and language == "zh-hans":
        return kept_pdf(kept)
    return drawn(document_of(version, on=on, language=language, open_items=open_items))


def drawn(paper: papers.AgreementDocument) -> bytes:
    """The PDF of a document.  Refused, naming the characters, for a text that no font here can draw."""
    try:
        return draw(paper)
    except UndrawableText as error:
        raise Refused(
            _("以下字符在打印字体中没有字形，请改用其他写法：%(characters)s")
            % {"characters": " ".join(error.characters)}
        ) from error


def kept_pdf(text: AgreementText) -> bytes:
    """The PDF of a frozen text as it was kept; drawn anew should the file be gone.

    Refused when the bytes are not those whose hash was kept.
    """
    if default_storage.exists(_path(text)):
        with default_storage.open(_path(text), "rb") as file:
            content: bytes = file.read()
        if hashlib.sha256(content).hexdigest() == text.pdf_sha256:
            return content
        default_storage.delete(_path(text))
    content = draw(papers.from_dict(text.snapshot))
    if hashlib.sha256(content).hexdigest() != text.pdf_sha256:
        raise Refused(_("重新生成的 PDF 与存档校验值不一致，请联系系统管理员从备份中恢复原件。"))
    _keep(text, content)
    return content


def _same(kept: AgreementText, paper: papers.AgreementDocument) -> bool:
    """Whether the text is the one that was kept; the day of issue alone makes no new edition."""
    before = papers.from_dict(kept.snapshot)
    return replace(before, issued_on=paper.issued_on) == paper


def _keep(text: AgreementText, content: bytes) -> None:
    if not default_storage.exists(_path(text)):
        default_storage.save(_path(text), ContentFile(content))


def _path(text: AgreementText) -> str:
    return f"texts/{text.sha256[:2]}/{text.sha256}.pdf"
