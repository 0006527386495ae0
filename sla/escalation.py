"""Escalation: the rules of who is told at which level, and the verbs that keep them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from contracts.models import Agreement
from journal.models import Endpoint
from journal.recording import record
from people.models import User
from people.refusal import Refused
from sla import levels
from sla.levels import Line
from sla.models import Chase, EscalationRule

FIRST_SHARE, LAST_SHARE, LAST_HOUR = 1, 99, 720


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the lead says of a rule."""

    agreement: Agreement | None = None
    clock_kind: str = ""
    moment: str
    number: int = 0
    audience: str
    person: User | None = None
    endpoint: Endpoint | None = None
    by_email: bool = True


def lines_for(agreement_id: int, clock_kind: str) -> list[Line]:
    """The rules that speak for the clocks of a kind under an agreement; one query."""
    mine = Q(agreement=agreement_id) | Q(agreement__isnull=True)
    rules = EscalationRule.objects.filter(mine, ended_at__isnull=True, clock_kind__in=["", clock_kind])
    return levels.effective([_line(rule) for rule in rules.order_by("pk")], clock_kind)


@transaction.atomic
def add(wanted: Wanted, *, by: User, at: datetime) -> EscalationRule:
    """Keep a new rule.  Raises Refused for one that makes no sense or is there already."""
    _demand_sense(wanted)
    fields = {name: getattr(wanted, name) for name in Wanted.__dataclass_fields__}
    if EscalationRule.objects.filter(ended_at__isnull=True, **_same(fields)).exists():
        raise Refused(_("已有同样的规则。"))
    return _kept(EscalationRule(**fields, made_at=at), "escalation.added", by=by, at=at)


@transaction.atomic
def end(rule: EscalationRule, *, reason: str, by: User, at: datetime) -> EscalationRule:
    """A rule speaks no more."""
    rule = EscalationRule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    if rule.ended_at is not None:
        raise Refused(_("这条规则已经停用。"))
    rule.ended_at = at
    return _kept(rule, "escalation.ended", by=by, at=at, reason=reason)


def _kept(rule: EscalationRule, action: str, *, by: User, at: datetime, reason: str = "") -> EscalationRule:
    rule._history_user = by  # type: ignore[attr-defined]
    rule.save()
    record(action, obj=rule, by=by, at=at, reason=reason, agreement_id=rule.agreement_id)
    if rule.moment == EscalationRule.Moment.AFTER:
        # Clocks that are broken already are looked at again: a level may have come nearer.
        Chase.objects.unfinished().update(next_check_at=at)
    return rule


def _line(rule: EscalationRule) -> Line:
    return Line(
        moment=rule.moment,
        number=rule.number,
        audience=rule.audience,
        clock_kind=rule.clock_kind,
        by_email=rule.by_email,
        person=rule.person_id,
        endpoint=rule.endpoint_id,
        tier=levels.GENERAL if rule.agreement_id is None else levels.OF_AGREEMENT,
    )


def _same(fields: dict[str, Any]) -> dict[str, Any]:
    """A filter for rules that say the same; the way by which it is told does not make another rule."""
    known = [(name, value) for name, value in fields.items() if name != "by_email"]
    return {(f"{name}__isnull" if value is None else name): (True if value is None else value) for name, value in known}


def _demand_sense(wanted: Wanted) -> None:
    moments = {
        levels.SHARE: (FIRST_SHARE, LAST_SHARE, _("预警请填 1 到 99 之间的百分比。")),
        levels.BREACH: (0, 0, _("超时当时不用填百分比或小时数。")),
        levels.AFTER: (1, LAST_HOUR, _("超时之后请填 1 到 720 个支持小时。")),
    }
    least, most, words = moments[wanted.moment]
    if not least <= wanted.number <= most:
        raise Refused(words)
    if wanted.moment == levels.SHARE and wanted.audience == levels.PARTY_B:
        raise Refused(_("预警是甲方内部的事，乙方只在超时及之后收到通知。"))
    if (wanted.audience == levels.PERSON) != (wanted.person is not None):
        raise Refused(_("通知“指定人员”时请选择人员，其他情况请把人员留空。"))
    if (wanted.audience == levels.ENDPOINT) != (wanted.endpoint is not None):
        raise Refused(_("通知“外部渠道”时请选择渠道，其他情况请把渠道留空。"))
    if wanted.person is not None and not (wanted.person.is_active and wanted.person.is_staff):
        raise Refused(_("指定人员须是甲方在用的账号。"))
