"""The terms table goes over to the supplement drafted from its version, and is compared between two versions."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from contracts.carrying import compared, copy_row
from contracts.models import AgreementVersion
from contracts.parameters import Change
from people.models import User
from sla.models import PriorityMatrix, ServiceTarget
from sla.stating import matrix_lines, name_of, policy_of, promise_of


class TargetCarrier:
    """The targets and the matrix of a version (contracts.carrying.Carrier)."""

    def carry(self, old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
        """Copy every row to the new draft."""
        for row in [*old.targets.order_by("pk"), *PriorityMatrix.objects.filter(version=old)]:
            copy_row(row, new, by=by)

    def changes(self, old: AgreementVersion, new: AgreementVersion) -> Iterator[Change]:
        """Rows that one version has and the other has not, or that read differently."""
        yield from compared(_readings(old), _readings(new), absent=_("没有"))


def _readings(version: AgreementVersion) -> dict[str, str]:
    rows: list[ServiceTarget] = list(version.targets.all())
    found = {_("服务时限 %(name)s") % {"name": name_of(row)}: f"{promise_of(row)}；{policy_of(row)}" for row in rows}
    return found | {_("优先级矩阵 %(impact)s") % {"impact": impact}: line for impact, line in matrix_lines(version)}


TARGETS = TargetCarrier()
