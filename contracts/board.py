"""The clause board (合同履约全景): the live state of every clause, read from the records that prove it.

Each app registers readers for the topics it keeps (contracts.topics); the board asks them and shows the worst answer.
Nothing is green without a row that proves it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from contracts.topics import PURPOSES
from people.showing import Tone


class Standing(StrEnum):
    """Where a clause stands, the worst first: the first of several readings is the one shown."""

    BREACHED = "breached"
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    KEPT = "kept"
    NOT_MEASURABLE = "not_measurable"
    UNPROVEN = "unproven"
    NOT_TRACKABLE = "not_trackable"


WORST_FIRST = list(Standing)
LABELS: dict[Standing, object] = {
    Standing.BREACHED: _("已违约"),
    Standing.OVERDUE: _("已逾期"),
    Standing.DUE_SOON: _("即将到期"),
    Standing.KEPT: _("正常履行"),
    Standing.NOT_MEASURABLE: _("没有可衡量的约定"),
    Standing.UNPROVEN: _("尚无记录"),
    Standing.NOT_TRACKABLE: _("不跟踪"),
}
TONES: dict[Standing, Tone] = {
    Standing.BREACHED: "bad",
    Standing.OVERDUE: "bad",
    Standing.DUE_SOON: "warn",
    Standing.KEPT: "ok",
    Standing.NOT_MEASURABLE: "info",
    Standing.UNPROVEN: "muted",
    Standing.NOT_TRACKABLE: "muted",
}


@dataclass(frozen=True, kw_only=True)
class Link:
    """Where the records behind a reading are: shown to those who hold the permission ("app.codename").

    portal_url is the page of Party B with the same records, empty when it has none.
    """

    label: object
    url: str
    permission: str
    portal_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the records say of one clause: its standing, why in words, how many rows prove it, and where they are.

    party_b is what Party B reads instead, where the records hold what only Party A may see.
    Raises ValueError for a clause that would be green without a row.
    """

    standing: Standing
    note: object = ""
    count: int = 0
    links: Sequence[Link] = field(default_factory=tuple)
    party_b: "Reading | None" = None

    def __post_init__(self) -> None:
        if self.standing == Standing.KEPT and self.count < 1:
            raise ValueError("nothing is kept without a row that proves it")


# None: nothing to say of this agreement, as if the reader were not there.
Reader = Callable[[Agreement, datetime], Reading | None]
_readers: dict[str, list[Reader]] = {}


def add_reader(topics: str | Iterable[str], reader: Reader) -> None:
    """Let a reader speak for the topics; call it from AppConfig.ready.  Asking twice changes nothing."""
    for topic in [topics] if isinstance(topics, str) else topics:
        known = _readers.setdefault(topic, [])
        if reader not in known:
            known.append(reader)


def topics_read() -> frozenset[str]:
    """The topics that somebody speaks for."""
    return frozenset(_readers)


def list_link(label: object, model: str, permission: str, *, portal_url: str = "", **filters: object) -> Link:
    """A link to a filtered list of the console; model is app_model, the rows must be viewable with the permission."""
    query = f"?{urlencode(filters)}" if filters else ""
    url = reverse(f"admin:{model}_changelist") + query
    return Link(label=label, url=url, permission=permission, portal_url=portal_url)


def read(agreement: Agreement, topic: str, *, at: datetime) -> Reading:
    """Where the topic stands in this agreement: the worst of all readings, with the links of all."""
    if topic in PURPOSES:
        return Reading(standing=Standing.NOT_TRACKABLE, note=_("宗旨性条款，不作履约判断"))
    said = [reader(agreement, at) for reader in _readers.get(topic, ())]
    readings = [reading for reading in said if reading is not None]
    if not readings:
        return Reading(standing=Standing.UNPROVEN)
    whole = _worst_of(readings)
    if any(reading.party_b for reading in readings):
        return replace(whole, party_b=_worst_of([reading.party_b or reading for reading in readings]))
    return whole


def _worst_of(readings: Sequence[Reading]) -> Reading:
    worst = min(readings, key=lambda reading: WORST_FIRST.index(reading.standing))
    return Reading(
        standing=worst.standing,
        note=worst.note,
        count=sum(reading.count for reading in readings),
        links=tuple(dict.fromkeys(link for reading in readings for link in reading.links)),
    )
