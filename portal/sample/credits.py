"""Sample service credits: the months that are over, computed; the oldest accepted by two persons."""

from journal import approvals
from portal.sample.moments import Moments
from portal.sample.people import People
from sla import crediting
from sla.models import ServiceCredit


def make_credits(people: People, moments: Moments) -> None:
    """Compute what the rules give, and accept the first proposal."""
    crediting.compute_all(at=moments.now)
    first = ServiceCredit.objects.filter(state=ServiceCredit.State.PROPOSED).order_by("month", "pk").first()
    if first is not None:
        asked = crediting.ask_to_accept(first, by=people["yunweizhang"], at=moments.now, reason="与当月报告核对一致。")
        approvals.approve(asked, by=people["caiwuzhang"], at=moments.now)
