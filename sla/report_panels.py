"""A report on a page: its frozen figures, Party B's answers, its files."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from people.showing import Panel
from sla.models import ServiceReport
from sla.reporting import content_of, intact


def report_panels(report: ServiceReport, files: Sequence[tuple[str, str]]) -> Iterator[Panel]:
    """What the console and Party B see of a report alike."""
    yield Panel(
        name="figures",
        label=_("月报内容"),
        template="portal/sla/report_figures.html",
        context=figures_context(report, files),
    )
    answers = list(report.answers.select_related("by"))
    yield Panel(
        name="answers",
        label=_("乙方的答复"),
        template="portal/sla/report_answers.html",
        context={"answers": answers, "report": report},
        count=len(answers),
    )


def figures_context(report: ServiceReport, files: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The frozen content, with the other revisions of the month."""
    others = ServiceReport.objects.filter(agreement=report.agreement_id, month=report.month).exclude(pk=report.pk)
    return {
        "report": report,
        "content": content_of(report),
        "intact": intact(report),
        "files": files,
        "others": list(others.defer("snapshot").order_by("-revision")),
    }
