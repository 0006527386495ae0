"""The sections of Party B's page of an agreement; each area of any app adds its own."""

from collections.abc import Callable, Iterable

from contracts.models import Agreement
from people.models import User
from people.showing import Panel

Provider = Callable[[User, Agreement], Iterable[Panel]]
PROVIDERS: list[Provider] = []


def add_sections(provider: Provider) -> None:
    """Let a provider draw sections on Party B's page of an agreement; asking twice changes nothing."""
    if provider not in PROVIDERS:
        PROVIDERS.append(provider)


def sections_of(user: User, agreement: Agreement) -> list[Panel]:
    """Every section of the page, in the order of registration."""
    return [panel for provider in PROVIDERS for panel in provider(user, agreement)]
