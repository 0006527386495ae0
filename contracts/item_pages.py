"""What other areas draw on a data resource's page in the console, and on Party B's page of a shared item."""

from collections.abc import Callable, Iterable

from contracts.models import AgreementItem, CatalogueItem
from people.models import User
from people.showing import Panel

PanelProvider = Callable[[User, CatalogueItem], Iterable[Panel]]
SectionProvider = Callable[[User, AgreementItem], Iterable[Panel]]
PANELS: list[PanelProvider] = []
SECTIONS: list[SectionProvider] = []


def add_item_pages(panels: PanelProvider, sections: SectionProvider) -> None:
    """Let an area draw on both pages; call it from AppConfig.ready.  Asking twice changes nothing."""
    if panels not in PANELS:
        PANELS.append(panels)
        SECTIONS.append(sections)


def panels_of(user: User, item: CatalogueItem) -> list[Panel]:
    """What others draw on the console's page, in the order of registration."""
    return [panel for provider in PANELS for panel in provider(user, item)]


def sections_of(user: User, shared: AgreementItem) -> list[Panel]:
    """What others draw on Party B's page, in the order of registration."""
    return [panel for provider in SECTIONS for panel in provider(user, shared)]
