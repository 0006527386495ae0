"""What an agreement's pages show of its life: signing, term, renewal, suspensions, termination, exit tasks."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import exits, lifecycle, renewing, signing, term, terminating
from contracts.deciding import answer_of
from contracts.models import Agreement, ExitTask, Termination
from people.models import User
from people.showing import Panel, Tone, badge

State = Agreement.State
TASK_TONES: dict[str, Tone] = {"open": "warn", "reported": "info", "done": "ok", "waived": "muted"}
SIGNING_STATES = lifecycle.FOR_SIGNATURE


def agreement_panels(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The panels of the console's page."""
    if not user.has_perm("contracts.view_agreement"):
        return
    yield from _term(agreement)
    if agreement.renews_id is not None:
        yield _checklist(agreement)
    yield from _suspensions(agreement)
    yield from _terminations(agreement, staff=True)
    yield from _exit(agreement, url_name="admin:contracts_exittask_change")


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The same for Party B, and how far the signing is."""
    if agreement.state in SIGNING_STATES and (version := lifecycle.original_of(agreement)):
        yield Panel(
            name="signing",
            label=_("签署进度"),
            template="portal/contracts/parts/signing.html",
            context={"progress": signing.progress_of(version), "version": version},
        )
    yield from _term(agreement)
    yield from _suspensions(agreement)
    yield from _terminations(agreement, staff=False)
    yield from _exit(agreement, url_name="contracts:exit-task")


def countdown(found: term.Term) -> SafeString | None:
    """How many days are left, as a badge that turns urgent with the levels of the reminders."""
    if found.days_left is None or found.days_left < 0:
        return None
    tones: dict[int | None, Tone] = {None: "ok", 90: "info", 60: "info", 30: "warn", 7: "bad"}
    words = _t("还有 %(days)d 天") % {"days": found.days_left} if found.days_left else _t("今天 24 时届满")
    return badge(words, tones[found.level])


def _term(agreement: Agreement) -> Iterator[Panel]:
    """The term: its days, the difference between the law and the text, what rules, what changed."""
    if agreement.state == State.DRAFT:
        return
    found = term.term_of(agreement, today=timezone.localdate())
    version = lifecycle.original_of(agreement)
    tacit = term.tacit_of(agreement)
    context = {
        "agreement": agreement,
        "term": found,
        "countdown": countdown(found) if agreement.state in lifecycle.RUNNING else None,
        "by_years": version is not None and answer_of(version, "end_rule") == "years",
        "tacit": tacit,
        "objections": list(agreement.objections.filter(ends_on=tacit.ends_on)) if tacit else [],
        "changes": list(agreement.term_changes.select_related("by")),
        "renewed_by": Agreement.objects.filter(renews=agreement).exclude(state=State.DRAFT).first(),
    }
    yield Panel(name="term", label=_("期限"), template="portal/contracts/parts/term.html", context=context)


def _checklist(agreement: Agreement) -> Panel:
    version = agreement.versions.order_by("number").last()
    rows = [
        (check, renewing.value_of(agreement, version, check.name))
        for check in agreement.renewal_checks.select_related("by")
    ]
    left = renewing.unchecked(agreement) if agreement.state == State.DRAFT else []
    return Panel(
        name="checklist",
        label=_("续约核对"),
        template="admin/contracts/checklist.html",
        context={"rows": rows, "left": len(left), "renews": agreement.renews},
        count=len(rows),
    )


def _suspensions(agreement: Agreement) -> Iterator[Panel]:
    rows = list(agreement.suspensions.all())
    if rows:
        yield Panel(
            name="suspensions",
            label=_("暂停"),
            template="portal/contracts/parts/suspensions.html",
            context={"rows": rows, "now": timezone.now()},
            count=len(rows),
        )


def _terminations(agreement: Agreement, *, staff: bool) -> Iterator[Panel]:
    """Party B sees what has been decided, not what is still proposed within Party A."""
    rows = agreement.terminations.select_related("notice")
    if not staff:
        rows = rows.filter(state__in=[Termination.State.DECIDED, Termination.State.EFFECTIVE])
    found = [
        (
            row,
            reverse("admin:contracts_termination_change", args=[row.pk]) if staff else "",
            terminating.lapse_warning(row) if staff and terminating.lapsed(row, today=timezone.localdate()) else "",
        )
        for row in rows
    ]
    if found:
        yield Panel(
            name="terminations",
            label=_("解除"),
            template="portal/contracts/parts/terminations.html",
            context={"rows": found},
            count=len(found),
        )


def _exit(agreement: Agreement, *, url_name: str) -> Iterator[Panel]:
    """The exit tasks, and the clauses that outlive the agreement."""
    tasks = list(agreement.exit_tasks.order_by("pk"))
    if not tasks:
        return
    rows = [(task, task_badge(task), reverse(url_name, args=[task.pk])) for task in tasks]
    left = sum(task.state in {ExitTask.State.OPEN, ExitTask.State.REPORTED} for task in tasks)
    yield Panel(
        name="exit",
        label=_("退出事项"),
        template="portal/contracts/parts/exit.html",
        context={"rows": rows, "left": left, "survivors": exits.surviving_clauses(agreement)},
        count=left,
    )


def task_badge(task: ExitTask) -> SafeString:
    """The state of an exit task."""
    return badge(task.get_state_display(), TASK_TONES[task.state])
