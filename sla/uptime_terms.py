"""What is agreed on services and on fixing vulnerabilities goes over to a supplement and is compared with it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contracts.carrying import copy_row
from contracts.models import AgreementVersion
from contracts.parameters import Change
from people.models import User
from sla.uptime_words import fix_words, term_words


class ServiceTermCarrier:
    """Availability, maintenance notice and held clocks of a version (contracts.carrying.Carrier)."""

    def carry(self, old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
        """Copy every row; of a service that has ended before the new version starts, none."""
        for row in old.service_terms.exclude(service__ended_on__lt=new.effective_from).order_by("pk"):
            copy_row(row, new, by=by)

    def changes(self, old: AgreementVersion, new: AgreementVersion) -> Iterator[Change]:
        """Services of which the two versions read differently."""
        before, after = (
            {row.service_id: row for row in version.service_terms.select_related("service")} for version in (old, new)
        )
        for key in dict.fromkeys([*before, *after]):
            name = (after.get(key) or before[key]).service.name
            yield from _change(
                _("可用率和维护：%(name)s") % {"name": name}, before.get(key), after.get(key), term_words
            )


class FixTermCarrier:
    """How fast vulnerabilities are to be fixed (contracts.carrying.Carrier)."""

    def carry(self, old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
        """Copy every row."""
        for row in old.fix_terms.order_by("pk"):
            copy_row(row, new, by=by)

    def changes(self, old: AgreementVersion, new: AgreementVersion) -> Iterator[Change]:
        """Levels of which the two versions read differently."""
        before, after = ({row.level: row for row in version.fix_terms.all()} for version in (old, new))
        for key in dict.fromkeys([*before, *after]):
            name = (after.get(key) or before[key]).get_level_display()
            yield from _change(_("漏洞修复：%(name)s") % {"name": name}, before.get(key), after.get(key), fix_words)


def _change(what: str, old: Any, new: Any, words: Any) -> Iterable[Change]:
    change = Change(what=what, old=words(old) if old else _("没有约定"), new=words(new) if new else _("没有约定"))
    return [change] if change.differs else []


SERVICE_TERMS, FIX_TERMS = ServiceTermCarrier(), FixTermCarrier()
