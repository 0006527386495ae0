"""How usage statements look, in the console and in the portal: states, lines with their answers, what may be done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from billing.anomalies import open_anomalies
from billing.due_dates import in_words
from billing.models import LineAnswer, UsageStatement, UsageStatementLine
from billing.pricing import in_words as working_of
from billing.statements import lines_that_differ
from people.showing import Panel, Tone, badge

MOST_ANOMALIES = 5
STATE_TONES: dict[str, Tone] = {
    "draft": "muted",
    "sent": "info",
    "disputed": "warn",
    "confirmed": "ok",
    "deemed": "ok",
    "settled": "ok",
    "superseded": "muted",
}
OUTCOME_TONES: dict[str, Tone] = {"": "warn", "upheld": "bad", "rejected": "muted", "withdrawn": "muted"}


@dataclass(frozen=True, slots=True)
class Row:
    """A line with its working, its answer and whether it reads otherwise in the revision before."""

    line: UsageStatementLine
    answer: LineAnswer | None
    working: list[str]
    badge: SafeString
    changed: bool

    @property
    def is_open(self) -> bool:
        """Whether Party B has not answered the line."""
        return self.answer is None


def state_badge(statement: UsageStatement) -> SafeString:
    """Where a statement stands."""
    return badge(statement.get_state_display(), STATE_TONES[statement.state])


def rows_of(statement: UsageStatement) -> list[Row]:
    """The lines of a statement in a fixed number of queries."""
    lines = statement.lines.select_related("answer__evidence", "answer__by", "answer__decided_by", "answer__correction")
    changed = {line.pk for line in lines_that_differ(statement.replaces, statement)} if statement.replaces else set()
    return [_row(line, statement, changed=line.pk in changed) for line in lines]


def deadline_words(statement: UsageStatement, *, on: date) -> str:
    """How the deadline stands on a day."""
    if statement.confirm_by is None or statement.state not in {"sent", "disputed"}:
        return ""
    left = (statement.confirm_by - on).days
    if left < 0:
        return _t("已过期 %(days)d 天") % {"days": -left}
    return _t("今天到期") if left == 0 else _t("还有 %(days)d 天") % {"days": left}


def statement_panels(statement: UsageStatement, *, on: date) -> Iterator[Panel]:
    """A statement on its page of the console."""
    rows = rows_of(statement)
    context = {
        "statement": statement,
        "state": state_badge(statement),
        "left": deadline_words(statement, on=on),
        "rows": rows,
        "counted": in_words(statement.confirm_working),
        "later": getattr(statement, "replaced_by", None),
        "anomalies": list(open_anomalies(statement.period)[:MOST_ANOMALIES]),
        "bill": statement.period.documents.filter(kind="invoice").defer("snapshot").first(),
    }
    yield Panel(name="overview", label=_("概况"), template="admin/billing/statement_overview.html", context=context)
    yield Panel(
        name="lines", label=_("各行与答复"), template="admin/billing/statement_lines.html", context=context,
        count=len(rows),
    )  # fmt: skip


def _row(line: UsageStatementLine, statement: UsageStatement, *, changed: bool) -> Row:
    answer = getattr(line, "answer", None)
    return Row(line, answer, working_of(line.trace, line.unit), _answer_badge(answer, statement), changed)


def _answer_badge(answer: LineAnswer | None, statement: UsageStatement) -> SafeString:
    if answer is None:
        deemed = statement.deemed_at is not None
        return badge(_("视为确认") if deemed else _("未答复"), "ok" if deemed else "muted")
    if answer.kind == LineAnswer.Kind.CONFIRMED:
        return badge(answer.get_kind_display(), "ok")
    return badge(answer.get_outcome_display(), OUTCOME_TONES[answer.outcome])
