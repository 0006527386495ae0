"""What the pages show of versions: the timeline of an agreement, the changes of a supplement, what it touches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts import procurement, supplements
from contracts.diffing import pieces
from contracts.models import Agreement, AgreementVersion, SignatureMark
from contracts.signing import mark_words
from contracts.touching import shown_to, touched_by
from contracts.warning import warnings_of
from people.models import User
from people.showing import Panel, Tone

State = AgreementVersion.State
TONES: dict[str, Tone] = {"draft": "muted", "signing": "warn", "active": "ok", "withdrawn": "muted"}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A version on the timeline, seen on one day."""

    version: AgreementVersion
    day: date
    marks: Sequence[SignatureMark] = ()

    @property
    def signers(self) -> list[str]:
        """Who signed and sealed for each side, and when."""
        return [
            f"{mark_words(mark.get_side_display(), mark.get_kind_display())} {mark.person} {mark.made_on:%Y-%m-%d}"
            for mark in self.marks
        ]

    @property
    def standing(self) -> object:
        """Its state in words; of an active one, whether it applies now, later or no longer."""
        version = self.version
        if version.state != State.ACTIVE:
            return version.get_state_display()
        if version.effective_from > self.day:
            return _("已生效，尚未到适用日")
        return _("现行") if self.applies else _("已被后一版本接替")

    @property
    def applies(self) -> bool:
        """Whether the version's terms apply on the day."""
        ends = self.version.effective_to
        started = self.version.state == State.ACTIVE and self.version.effective_from <= self.day
        return started and (ends is None or ends > self.day)

    @property
    def tone(self) -> Tone:
        """The colour of its state."""
        if self.version.state == State.ACTIVE and not self.applies:
            return "info" if self.version.effective_from > self.day else "muted"
        return TONES[self.version.state]

    @property
    def last_day(self) -> date | None:
        """The last day on which it applies; none while it is open."""
        ends = self.version.effective_to
        return date.fromordinal(ends.toordinal() - 1) if ends else None


def versions_panel(agreement: Agreement, *, day: date) -> Panel:
    """Every version of the agreement, newest first, for the console."""
    stages = _stages(agreement, day, ())
    filing = procurement.filing_of(agreement)
    return Panel(
        name="versions",
        label=_("各版本"),
        template="admin/contracts/versions.html",
        context={
            "stages": stages, "agreement": agreement, "filing": filing,
            "filing_overdue": filing is not None and filing.overdue(day),
        },
        count=len(stages),
    )  # fmt: skip


def agreement_sections(user: User, agreement: Agreement) -> Iterator[Panel]:
    """The versions that bind Party B, newest first, once there is more than the original."""
    stages = _stages(agreement, timezone.localdate(), (State.ACTIVE,))
    if len(stages) > 1:
        yield Panel(
            name="versions",
            label=_("协议的各版本"),
            template="portal/contracts/parts/versions.html",
            context={"stages": stages, "agreement": agreement},
            count=len(stages),
        )


def version_panels(version: AgreementVersion, user: User, *, at: datetime) -> Iterator[Panel]:
    """A supplement's page: what it changes, and, until it takes effect, what it would touch."""
    if not version.is_supplement:
        return
    changes = supplements.changes_of(version)
    yield Panel(
        name="changes",
        label=_("改动"),
        template="admin/contracts/changes.html",
        context={
            "version": version,
            "changes": changes,
            "warning": procurement.warning_of(version),
            "amendments": [
                (amendment, pieces(amendment.old_text, amendment.new_text)) for amendment in changes.clauses
            ],
        },
        count=len(changes),
    )
    if version.state in supplements.OPEN:
        touches = shown_to(user, touched_by(version, at=at))
        yield Panel(
            name="touching",
            label=_("生效将影响"),
            template="admin/contracts/touching.html",
            context={"touches": touches, "version": version, "retro": version.effective_from < timezone.localdate(at)},
            count=len(touches),
        )


def warnings_panel(version: AgreementVersion, *, on: date) -> Iterator[Panel]:
    """What speaks against the terms, if anything does."""
    found = warnings_of(version, on=on)
    if found:
        context = {"warnings": found}
        yield Panel(name="warnings", label=_("条款提示"), template="admin/contracts/warnings.html", context=context)


def clauses_panel(version: AgreementVersion, clauses: list[Any]) -> Panel:
    """The clauses of a version with their links; each of clauses has its filled words in `worded`."""
    return Panel(
        name="clauses",
        label=_("条款"),
        template="admin/contracts/version_clauses.html",
        context={"version": version, "clauses": clauses},
        count=len(clauses),
    )


def _stages(agreement: Agreement, day: date, states: tuple[str, ...]) -> list[Stage]:
    versions = agreement.versions.select_related("base", "drafted_by").order_by("-number")
    if states:
        versions = versions.filter(state__in=states)
    marks: dict[int, list[SignatureMark]] = {}
    for mark in SignatureMark.objects.standing().filter(version__agreement=agreement).order_by("made_on", "pk"):
        marks.setdefault(mark.version_id, []).append(mark)
    return [Stage(version=version, day=day, marks=marks.get(version.pk, ())) for version in versions]
