"""The parts of a person's own account page that other apps add."""

from collections.abc import Callable, Iterable

from people.models import User
from people.showing import Panel

Provider = Callable[[User], Iterable[Panel]]
PROVIDERS: list[Provider] = []


def add_parts(provider: Provider) -> None:
    """Let a provider draw parts on everybody's account page; asking twice changes nothing."""
    if provider not in PROVIDERS:
        PROVIDERS.append(provider)


def parts_of(user: User) -> list[Panel]:
    """Every part of the page, in the order of registration."""
    return [part for provider in PROVIDERS for part in provider(user)]
