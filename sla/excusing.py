"""Excusing a breach for what the clock could not know: Party B's written waiver, or force majeure.

Operations' lead asks and the contract manager decides (sla.adjudicating); the breach itself never changes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts import papers
from contracts.models import Clause, Paper, Relief
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import adjudicating
from sla.clocks import dial_of
from sla.halting import RESPONSE_TOPIC
from sla.models import Adjudication, Breach
from sla.replay import consumed_at
from worktime.clock import Pause
from worktime.workdays import end_of_day

ONE_DAY = timedelta(days=1)
FORCE_MAJEURE = "force_majeure"


def reliefs_for(breach: Breach) -> Any:
    """The standing reliefs of Party A from clause 7.3.2 under the breach's agreement, newest first."""
    clauses = Clause.objects.filter(version__agreement=breach.agreement_id, topic=RESPONSE_TOPIC)
    found = Relief.objects.filter(
        event__agreement=breach.agreement_id,
        event__party="a",
        lifted_on__isnull=True,
        clause_number__in=clauses.values("number"),
    )
    return found.select_related("event").order_by("-event__started_on", "-pk")


def without(breach: Breach, relief: Relief) -> int:
    """Support seconds used when the days of the event do not count, from its first day to the relief's last.

    Counted up to the stop or, for a clock that still ran, up to when the breach was seen.
    """
    dial = dial_of(breach.clock)
    until = dial.course.stopped_at or breach.detected_at
    last = min(relief.until, relief.event.ended_on or relief.until)
    event = Pause(end_of_day(relief.event.started_on - ONE_DAY), end_of_day(last), FORCE_MAJEURE)
    return consumed_at(replace(dial.course, pauses=(*dial.course.pauses, event)), dial.calendar, until)


@transaction.atomic
def ask_for_waiver(breach: Breach, *, file: Any, reason: str, by: User, at: datetime) -> Approval:
    """Ask to excuse a breach that Party B forgives in writing.  Raises Refused without its paper or a reason."""
    if not file:
        raise Refused(_("请上传乙方同意免责的书面材料。"))
    words = _said(reason)
    title = _("乙方谅解：%(number)s") % {"number": breach.ticket.number}
    paper = papers.keep(breach.agreement, file, kind=Paper.Kind.CONSENT, title=title, for_party_b=True, by=by, at=at)
    used = breach.evidence["consumed_seconds"]
    return _ask(breach, Adjudication.Ground.WAIVER, used, {"paper": paper}, reason=words, by=by, at=at)


@transaction.atomic
def ask_for_force_majeure(breach: Breach, relief: Relief, *, reason: str, by: User, at: datetime) -> Approval:
    """Ask to excuse a breach that would not be one without the days of the event (Civil Code 590).

    Raises Refused for a relief that is not of this promise, and where the target was exceeded all the same.
    """
    words = _said(reason)
    if not reliefs_for(breach).filter(pk=relief.pk).exists():
        raise Refused(_("这项减免不涉及本协议的响应时限，或者已经撤销。"))
    used, target = without(breach, relief), breach.clock.target_seconds or 0
    if used > target:
        raise Refused(
            _("扣除不可抗力期间后仍用了 %(used)s 分钟，超过约定的 %(target)s 分钟，不能以此免责。")
            % {"used": -(-used // 60), "target": target // 60}
        )
    return _ask(breach, Adjudication.Ground.FORCE_MAJEURE, used, {"relief": relief}, reason=words, by=by, at=at)


def _ask(
    breach: Breach, ground: str, used: int, proof: dict[str, Any], *, reason: str, by: User, at: datetime
) -> Approval:
    taken = Refused(_("这次超时已经以同样的理由提出过复核。"))
    standing = Adjudication.objects.filter(breach=breach, ground=ground, state__in=["proposed", "excused"])
    if standing.exists():
        raise taken
    try:
        with transaction.atomic():
            made = Adjudication.objects.create(
                breach=breach,
                ground=ground,
                calendar_version=breach.clock.calendar_version,
                consumed_seconds=used,
                target_seconds=breach.clock.target_seconds or 0,
                proposed_at=at,
                reason=reason[:300],
                **proof,
            )
    except IntegrityError:
        # Somebody else asked at the same moment.
        raise taken from None
    record(
        "adjudication.proposed",
        obj=made,
        by=by,
        at=at,
        reason=reason,
        data={"breach": breach.number, "ground": ground, "consumed_seconds": used},
        organisation_id=breach.agreement.party_b_id,
        agreement_id=breach.agreement_id,
    )
    return adjudicating.ask_to_excuse(made, by=by, at=at, reason=reason)


def _said(reason: str) -> str:
    if not (words := reason.strip()):
        raise Refused(_("请写明理由。"))
    return words
