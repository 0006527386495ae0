"""Warning: what speaks against the terms of a version, told where they are entered; nothing here refuses anything."""

from collections.abc import Callable, Iterable
from datetime import date

from contracts.models import AgreementVersion

Warner = Callable[[AgreementVersion, date], Iterable[str]]
WARNERS: list[Warner] = []


def add_warner(warner: Warner) -> None:
    """Let an app look at terms; call it from AppConfig.ready.  Asking twice changes nothing."""
    if warner not in WARNERS:
        WARNERS.append(warner)


def warnings_of(version: AgreementVersion, *, on: date) -> list[str]:
    """What is to be said against a version on a civil day, in sentences."""
    return [words for warner in WARNERS for words in warner(version, on)]
