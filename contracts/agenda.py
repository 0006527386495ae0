"""The agenda: dated things of every app in one order, for the calendar pages and the calendar feeds.

An app makes its dates known by add_dates; it must answer only what the person may see.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.utils.safestring import SafeString

from people.models import User
from people.showing import Tone, badge


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose dates, from one civil day to another (both included), as of today.

    mine: of Party A's staff, only what the person answers for; people of Party B get their organisations' dates anyway.
    """

    user: User
    first: date
    last: date
    today: date
    mine: bool = False


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One dated thing.  uid names it for ever, also when its day moves; provisional: the day may still move."""

    uid: str
    day: date
    title: str
    kind: object
    url: str
    state: object = ""
    tone: Tone = "info"
    agreement: str = ""
    note: str = ""
    provisional: bool = False
    closed: bool = False

    @property
    def badge(self) -> SafeString:
        """Its state as a coloured word; its kind when it has none."""
        return badge(self.state or self.kind, self.tone)


Provider = Callable[[Asked], Iterable[Entry]]
_providers: list[Provider] = []


def add_dates(provider: Provider) -> None:
    """Let an app put its dates on the agenda; call it from AppConfig.ready.  Asking twice changes nothing."""
    if provider not in _providers:
        _providers.append(provider)


def entries(asked: Asked) -> list[Entry]:
    """Everything of the span that the person may see, by day."""
    found = [entry for provider in _providers for entry in provider(asked)]
    return sorted(found, key=attrgetter("day", "closed", "agreement", "title", "uid"))
