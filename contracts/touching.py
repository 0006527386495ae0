"""Touching: what would be touched if a supplement took effect, told before it does; each app tells of its own rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from contracts.models import AgreementVersion
from people.models import User
from people.showing import Tone


@dataclass(frozen=True, kw_only=True)
class Touch:
    """Rows that the supplement touches: what they are, how many, what happens to them, and where they are.

    permission ("app.codename") is what a person needs to open url; tone "warn" where somebody has to act.
    """

    what: object
    count: int
    effect: object
    url: str = ""
    permission: str = ""
    tone: Tone = "info"


Toucher = Callable[[AgreementVersion, datetime], Iterable[Touch]]
TOUCHERS: list[Toucher] = []


def add_toucher(toucher: Toucher) -> None:
    """Let an app tell what a supplement touches; call it from AppConfig.ready.  Asking twice changes nothing."""
    if toucher not in TOUCHERS:
        TOUCHERS.append(toucher)


def touched_by(version: AgreementVersion, *, at: datetime) -> list[Touch]:
    """What the version would touch by taking effect on its planned day, seen from an instant; empty rows left out."""
    return [touch for toucher in TOUCHERS for touch in toucher(version, at) if touch.count]


def shown_to(user: User, touches: Iterable[Touch]) -> list[tuple[Touch, str]]:
    """Each touch with the address that the person may open, or none."""
    return [(touch, touch.url if touch.permission and user.has_perm(touch.permission) else "") for touch in touches]
