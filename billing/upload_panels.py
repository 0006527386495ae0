"""A usage file on its page: how far it is, what is wrong with it, what it would add."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from billing.models import UsageUpload
from billing.uploads import OPEN
from billing.wording import number
from contracts.models import Agreement
from people.exporting import FORMATS
from people.showing import Panel

MOST_SHOWN = 100


def upload_panels(upload: UsageUpload) -> Iterator[Panel]:
    """Progress, errors, sums by agreement, month and meter, the first lines."""
    page = {"upload": upload, "open": upload.state in OPEN, "progress_url": _url("progress", upload)}
    yield Panel(name="progress", label=_("进展"), template="admin/billing/upload_progress.html", context=page)
    if upload.wrong:
        problems = list(upload.problems.all()[:MOST_SHOWN])
        files = [(kind.upper(), f"{_url('problems', upload)}?as={kind}") for kind in FORMATS]
        context = {"problems": problems, "files": files, "most": MOST_SHOWN}
        template = "admin/billing/upload_problems.html"
        yield Panel(name="problems", label=_("有误的行"), template=template, context=context, count=upload.wrong)
    sums, first = upload.summary.get("sums", []), upload.summary.get("first", [])
    if not sums:
        return
    numbers = dict(Agreement.objects.filter(pk__in={row[0] for row in sums}).values_list("pk", "number"))
    rows = sorted((numbers[row[0]], row[1], row[2], row[3], row[4]) for row in sums)
    shown = [
        (agreement, f"{month // 100}-{month % 100:02d}", meter, lines, number(Decimal(micro).scaleb(-6)))
        for agreement, month, meter, lines, micro in rows[:MOST_SHOWN]
    ]
    context = {"sums": shown, "most": MOST_SHOWN, "more": len(rows) > MOST_SHOWN}
    yield Panel(
        name="sums", label=_("汇总"), template="admin/billing/upload_sums.html", context=context, count=len(rows)
    )
    lines = [(line, numbers.get(key, ""), event, meter, parse_datetime(at), quantity)
             for line, key, event, meter, at, quantity in first]  # fmt: skip
    yield Panel(name="first", label=_("前几行"), template="admin/billing/upload_lines.html", context={"lines": lines})


def problem_header() -> list[str]:
    """The columns of the wrong lines taken away."""
    return [_("行号"), _("原因")]


def problem_rows(upload: UsageUpload) -> Iterator[list[Any]]:
    """Every wrong line that was kept."""
    for line, reason in upload.problems.values_list("line", "reason").iterator(chunk_size=1000):
        yield [line, reason]


def _url(name: str, upload: UsageUpload) -> str:
    return reverse(f"admin:billing_usageupload_{name}", args=[upload.pk])
