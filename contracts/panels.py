"""The sections of the agreement page.  Upper apps add theirs through the portal, which knows them all."""

from collections.abc import Callable, Iterable

from contracts.models import Agreement
from people.models import User
from people.showing import Panel

Provider = Callable[[User, Agreement], Iterable[Panel]]
PROVIDERS: list[Provider] = []


def add_panels(provider: Provider) -> None:
    """Let a provider draw sections on the agreement page; asking twice changes nothing."""
    if provider not in PROVIDERS:
        PROVIDERS.append(provider)


def panels_of(user: User, agreement: Agreement) -> list[Panel]:
    """Every section of the agreement page that the user may see, in the order of registration."""
    return [panel for provider in PROVIDERS for panel in provider(user, agreement)]
