"""A replay on its page and as rows to take away: terms, progress, sums, differences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from people.exporting import FORMATS
from people.showing import Panel
from sla.attainment_page import clock_label, kind_label, priority_label, time_words
from sla.models import Clock, WhatIf, WhatIfLine

MOST_SHOWN = 200
SUMS = ("clocks", "judged", "was", "would", "new", "gone", "both")
OPEN = frozenset({WhatIf.State.QUEUED, WhatIf.State.RUNNING})


def percent_done(whatif: WhatIf) -> int:
    """How far it is, whole per cent, rounded down."""
    if whatif.state == WhatIf.State.DONE:
        return 100
    return 100 * whatif.done // whatif.total if whatif.total else 0


def terms_of(whatif: WhatIf) -> list[str]:
    """What would be otherwise, in words."""
    said = [
        _("%(clock)s %(level)s %(hours)s 小时")
        % {
            "clock": clock_label(line["clock"]),
            "level": priority_label(line["priority"]) if line["priority"] else _("所有优先级"),
            "hours": f"{Decimal(line['hours']).normalize():f}",
        }
        for line in whatif.targets
    ]
    if whatif.hours_mode == WhatIf.Hours.NATURAL:
        said.append(whatif.get_hours_mode_display())
    if whatif.hours is not None:
        said.append(str(whatif.hours))
    if whatif.calendar_version is not None:
        said.append(str(whatif.calendar_version))
    return said


def whatif_panels(whatif: WhatIf, *, may_export: bool) -> Iterator[Panel]:
    """Terms and progress, the sums, and the clocks on which the two judgements differ."""
    context = {
        "whatif": whatif,
        "terms": terms_of(whatif),
        "agreements": list(whatif.agreements.order_by("number")),
        "kinds": [kind_label(kind) for kind in whatif.kinds],
        "percent": percent_done(whatif),
        "open": whatif.state in OPEN,
        "progress_url": reverse("admin:sla_whatif_progress", args=[whatif.pk]),
    }
    yield Panel(name="terms", label=_("试算"), template="admin/sla/whatif.html", context=context)
    sums = [
        (clock_label(kind), [whatif.summary[kind].get(name, 0) for name in SUMS])
        for kind in Clock.Kind.values
        if kind in whatif.summary
    ]
    address = reverse("admin:sla_whatif_results", args=[whatif.pk])
    files = [(kind.upper(), f"{address}?as={kind}") for kind in FORMATS if may_export]
    differing = lines_of(whatif).exclude(outcome=WhatIfLine.Outcome.BOTH)
    shown = list(differing[:MOST_SHOWN])
    for line in shown:
        line.target, line.used = time_words(line.target_seconds), time_words(line.consumed_seconds)
    yield Panel(
        name="sums", label=_("汇总"), template="admin/sla/whatif_sums.html", context={"sums": sums, "files": files}
    )
    yield Panel(
        name="differences",
        label=_("不同之处"),
        template="admin/sla/whatif_lines.html",
        context={"lines": shown, "most": MOST_SHOWN},
        count=differing.count(),
    )


def lines_of(whatif: WhatIf) -> QuerySet[Any]:
    """The kept clocks, by key."""
    return whatif.lines.select_related("clock__ticket__agreement").order_by("pk")


def header() -> list[str]:
    """The columns of the rows taken away."""
    return [
        _("编号"), _("标题"), _("协议"), _("类型"), _("优先级"), _("时限"), _("结果"), _("原时限（秒）"),
        _("原已用（秒）"),
        _("原超时时刻"), _("试算时限（秒）"), _("试算已用（秒）"), _("试算超时时刻"),
    ]  # fmt: skip


def result_rows(whatif: WhatIf) -> Iterator[list[Any]]:
    """Every clock that is or would be broken."""
    for line in lines_of(whatif).iterator(chunk_size=1000):
        clock, ticket = line.clock, line.clock.ticket
        yield [
            ticket.number,
            ticket.title,
            ticket.agreement.number,
            ticket.get_kind_display(),
            ticket.get_priority_display(),
            clock.get_kind_display(),
            line.get_outcome_display(),
            clock.target_seconds,
            clock.consumed_seconds,
            clock.breached_at,
            line.target_seconds,
            line.consumed_seconds,
            line.breached_at,
        ]
