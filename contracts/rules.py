"""Usage rules: drafted, published, brought to each Party B; a version binds nobody whom it has not reached (3.3.1).

Receipt is an acknowledgement in the portal or the arrival of a notice (Civil Code 137), whichever comes first.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import papers, serving
from contracts.models import (
    Agreement,
    Paper,
    RuleAcknowledgement,
    RuleNotice,
    RuleVersion,
    ServedNotice,
    UsageRule,
)
from contracts.moving import demand_own, locked, note, people_of, said
from contracts.querysets import RULED_STATES
from contracts.receipts import RuleStanding, standings
from journal.outbox import announce_each
from people.models import User
from people.refusal import Refused


@transaction.atomic
def draft(
    rule: UsageRule,
    *,
    text: str,
    changes: str = "",
    applies_from: date | None = None,
    file: Any = None,
    by: User,
    at: datetime,
) -> RuleVersion:
    """Write the next version of a rule as a draft.  Refused for a withdrawn rule and beside another draft."""
    rule = locked(rule, "issuer")
    _demand_alive(rule)
    last = rule.versions.first()
    if last is not None and last.state == RuleVersion.State.DRAFT:
        raise Refused(_("这项规则已有一份草稿（第 %(number)d 版），请先发布它。") % {"number": last.number})
    words = said(text, _("请填写规则正文。"))
    number = last.number + 1 if last else 1
    title = f"{rule.title} v{number}"
    paper = papers.keep(rule.issuer, file, kind=Paper.Kind.OTHER, title=title, by=by, at=at) if file else None
    version = RuleVersion.objects.create(
        rule=rule, number=number, text=words, changes=changes.strip(), applies_from=applies_from, paper=paper
    )
    note("rule.drafted", version, of=rule.agreement or rule.issuer, by=by, at=at)
    return version


@transaction.atomic
def publish(version: RuleVersion, *, by: User, at: datetime) -> RuleVersion:
    """Publish a draft and tell everybody of each Party B under the rule.  It binds each of them from its receipt."""
    version = locked(version, "rule__issuer", "rule__agreement")
    _demand_alive(version.rule)
    if version.state != RuleVersion.State.DRAFT:
        raise Refused(_("这个版本已经发布，改动请起草新版本。"))
    version.state, version.published_on, version.published_by = "published", timezone.localdate(at), by
    version.save()
    found = list(agreements_under(version.rule))
    event = note(
        "rule.published",
        version,
        of=version.rule.agreement or version.rule.issuer,
        by=by,
        at=at,
        data={"number": version.number, "agreements": len(found)},
    )
    for agreement in found:
        _tell(version, agreement, key="published", at=at, event=event)
    return version


@transaction.atomic
def withdraw(rule: UsageRule, *, reason: str, by: User, at: datetime) -> UsageRule:
    """End a rule: from this day on none of its versions binds."""
    rule = locked(rule, "issuer", "agreement")
    _demand_alive(rule)
    rule.withdrawal = said(reason, _("请写明废止原因。"))[:300]
    rule.withdrawn_on = timezone.localdate(at)
    rule.save()
    note("rule.withdrawn", rule, of=rule.agreement or rule.issuer, by=by, at=at, reason=rule.withdrawal)
    return rule


@transaction.atomic
def serve(version: RuleVersion, agreement: Agreement, *, by: User, at: datetime) -> ServedNotice:
    """Write the notice that brings a version to Party B on paper; its sending and arrival are recorded there."""
    version = locked(version, "rule")
    _demand_under(version, agreement)
    if RuleNotice.objects.filter(version=version, notice__agreement=agreement).exists():
        raise Refused(_("这个版本已经为该协议写过通知，请在往来通知里登记发出和送达。"))
    writing = serving.Writing(
        kind=ServedNotice.Kind.RULES,
        sender=ServedNotice.Side.A,
        subject=_("使用规则：%(version)s") % {"version": version},
        text=version.text,
        clause_number="3.3.1",
    )
    notice = serving.write(agreement, writing, by=by, at=at)
    RuleNotice.objects.create(version=version, notice=notice)
    note("rule.served", version, of=agreement, by=by, at=at, data={"notice": notice.pk})
    return notice


@transaction.atomic
def acknowledge(version: RuleVersion, agreement: Agreement, *, by: User, at: datetime) -> RuleAcknowledgement:
    """Party B has read the version: it binds from now.  A second time answers with the first acknowledgement.

    Refused for people of others, and for a version that is not the newest published one of a rule of the agreement.
    """
    demand_own(agreement, by)
    _demand_under(version, agreement)
    newest = version.rule.versions.filter(state=RuleVersion.State.PUBLISHED).first()
    if newest is not None and newest.pk != version.pk:
        raise Refused(_("规则已有新版本，请阅读并确认第 %(number)d 版。") % {"number": newest.number})
    row, made = RuleAcknowledgement.objects.get_or_create(
        version=version, agreement=agreement, defaults={"by": by, "at": at}
    )
    if made:
        note(
            "rule.acknowledged", row, of=agreement, by=by, at=at, data={"rule": str(version.rule), "v": version.number}
        )
    return row


def remind(agreement: Agreement, *, at: datetime) -> int:
    """Tell Party B of versions that have not reached it 7 and 14 days after publication; each once.

    After an outage only the later of the two is told.
    """
    today, told = timezone.localdate(at), 0
    for standing in standings([agreement]):
        version = standing.version
        passed = (today - version.published_on).days if version.published_on else 0
        level = next((days for days in REMINDED_AFTER if passed >= days), None)
        if level is not None and standing.arrived_at is None:
            told += _tell(version, agreement, key=f"remind/{level}", at=at, level="warning")
    return told


def agreements_under(rule: UsageRule) -> QuerySet[Agreement]:
    """The agreements in force, or suspended, to which a rule applies."""
    found = Agreement.objects.filter(party_a=rule.issuer_id, state__in=RULED_STATES).select_related(
        "party_a", "party_b"
    )
    return found.filter(pk=rule.agreement_id) if rule.agreement_id else found


def binding_on(agreement: Agreement, day: date) -> list[RuleVersion]:
    """The versions that bind Party B on a civil day: of each rule the newest that had reached it and applied by then.

    A newer version that has not been received leaves the older one in place.
    """
    alive = Q(rule__withdrawn_on__isnull=True) | Q(rule__withdrawn_on__gt=day)
    fits = Q(rule__agreement__isnull=True) | Q(rule__agreement=agreement)
    rows = RuleVersion.objects.filter(alive, fits, rule__issuer=agreement.party_a_id, published_on__lte=day)
    bound: dict[int, RuleVersion] = {}
    for standing in standings([agreement], rows.select_related("rule").order_by("rule", "-number")):
        version = standing.version
        reached = standing.arrived_on is not None and standing.arrived_on <= day
        if reached and (version.applies_from is None or version.applies_from <= day):
            bound.setdefault(version.rule_id, version)
    return list(bound.values())


def outstanding(user: User) -> list[RuleStanding]:
    """What the user's organisations have not received yet: the newest version of each rule, for each agreement."""
    mine = Agreement.objects.for_user(user).filter(state__in=RULED_STATES).select_related("party_b")
    return [standing for standing in standings(mine) if standing.arrived_at is None]


REMINDED_AFTER = (14, 7)  # days since the publication, the later first


def _demand_alive(rule: UsageRule) -> None:
    if rule.withdrawn_on is not None:
        raise Refused(_("这项规则已经废止。"))


def _demand_under(version: RuleVersion, agreement: Agreement) -> None:
    _demand_alive(version.rule)
    if version.state != RuleVersion.State.PUBLISHED:
        raise Refused(_("这个版本还没有发布。"))
    if not agreements_under(version.rule).filter(pk=agreement.pk).exists():
        raise Refused(_("这项规则不适用于协议 %(number)s。") % {"number": agreement.number})


def _tell(version: RuleVersion, agreement: Agreement, *, key: str, at: datetime, **rest: Any) -> int:
    about = {"version": version, "number": agreement.number}
    return announce_each(
        people_of(agreement.party_b_id),
        key=f"rule/{version.pk}/{agreement.pk}/{key}",
        kind="rule.reminder" if key != "published" else "rule.published",
        subject=lambda: _("请阅读并确认使用规则：%(version)s") % about,
        body=lambda: _("协议 %(number)s 适用的使用规则有新版本，请在“规则与安全”页面阅读并确认。") % about,
        url=reverse("contracts:rule", args=[version.pk]),
        at=at,
        **rest,
    )
