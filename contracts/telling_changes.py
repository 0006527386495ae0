"""What a supplement changes and touches, in rows of words for the person who approves it."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from contracts import procurement
from contracts.models import AgreementVersion
from contracts.supplements import changes_of
from contracts.touching import touched_by


def told(version: AgreementVersion, *, at: datetime) -> Iterator[tuple[object, object]]:
    """(what, words) for each change, each warning and each thing touched; nothing for an original."""
    if not version.is_supplement:
        return
    changes = changes_of(version)
    for change in [*changes.parameters, *changes.others]:
        yield change.what, f"{change.old} → {change.new}"
    for amendment in changes.clauses:
        yield (
            _("条款 %(number)s") % {"number": amendment.number},
            f"{amendment.get_change_display()}：{amendment.reason}",
        )
    if version.retro_reason:
        yield _("追溯适用的理由"), version.retro_reason
    if warning := procurement.warning_of(version):
        yield _("政府采购"), warning
    if version.state != AgreementVersion.State.ACTIVE:
        for touch in touched_by(version, at=at):
            yield f"{touch.what}（{touch.count}）", touch.effect
