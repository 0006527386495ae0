"""Files that people send: checked by content, hashed, handed out as downloads only."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse
from django.utils.translation import gettext as _

from people.refusal import Refused
from people.sniffing import NotAllowed, content_type_of, endings

LONGEST_NAME = 150
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Checked:
    """A sent file that may be taken.  Its content stays where it was sent to, so that ten large ones fit in memory."""

    name: str
    file: Any
    content_type: str
    size: int
    sha256: str


def check(files: Iterable[Any]) -> list[Checked]:
    """The sent files, read and found acceptable.  Raises Refused naming the first that is not."""
    sent = list(files)
    if len(sent) > settings.UPLOAD_MAX_FILES:
        raise Refused(_("一次最多上传 %(most)s 个附件，请减少后再提交。") % {"most": settings.UPLOAD_MAX_FILES})
    return [_checked(file) for file in sent]


def download(file: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """The kept file, always as a download and never run by a browser.  Raises Http404 when it is gone."""
    try:
        content = file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def _checked(file: Any) -> Checked:
    name = PurePosixPath(str(file.name).replace("\\", "/")).name
    said = {"name": name[:80]}
    if file.size > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // MEGABYTE
        raise Refused(_("附件“%(name)s”超过 %(limit)s MB，请压缩或拆分后再上传。") % {**said, "limit": limit})
    if len(name) > LONGEST_NAME:
        raise Refused(_("附件“%(name)s…”的文件名太长，请改短后再上传。") % said)
    file.seek(0)
    content = file.read()
    try:
        kind = content_type_of(name, content)
    except NotAllowed as refused:
        raise Refused(
            _words(refused.why) % {**said, "endings": "、".join(e.lstrip(".") for e in endings())}
        ) from refused
    return Checked(name, file, kind, len(content), hashlib.sha256(content).hexdigest())


def _words(why: str) -> str:
    return {
        "empty": _("附件“%(name)s”是空文件，请重新选择。"),
        "program": _("附件“%(name)s”是可执行程序，不能上传。"),
        "macro": _("附件“%(name)s”含有宏或可执行程序，不能上传，请去掉后再上传。"),
        "ending": _("不接受附件“%(name)s”的类型，可以上传：%(endings)s。"),
        "content": _("附件“%(name)s”的内容与扩展名不符，请用原来的格式重新保存后再上传。"),
    }[why]


def pdf_download(content: bytes, *, name: str) -> HttpResponse:
    """A drawn PDF as an attachment: to keep, not to cache."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
