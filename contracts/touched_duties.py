"""What a supplement would touch of the duties: those whose clause it changes or takes away, those it outlives."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from contracts.models import AgreementVersion, Obligation
from contracts.touching import Touch


def touched_duties(version: AgreementVersion, at: datetime) -> Iterator[Touch]:
    """Duties under way whose clause reads otherwise by the supplement (contracts.touching.Toucher)."""
    numbers = version.amendments.exclude(change="added").values_list("number", flat=True)
    duties = version.agreement.obligations.exclude(state=Obligation.State.ENDED)
    yield Touch(
        what=_("对应条款有改动的义务"),
        count=duties.filter(clause_number__in=list(numbers)).count(),
        effect=_("义务的到期规则不会自动改变，请按新条款核对，必要时修改或结束。"),
        url=reverse("admin:contracts_obligation_changelist") + "?" + urlencode({"q": version.agreement.number}),
        permission="contracts.view_obligation",
        tone="warn",
    )
