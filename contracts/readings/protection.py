"""Channels, certificates, consents, third parties, secrets and intellectual property as the clause board reads them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.confidentiality import Stage, with_terms
from contracts.licences import LicenceState, standing_now
from contracts.models import (
    Agreement,
    ComplianceCertificate,
    ConfidentialItem,
    IPAsset,
    LawItem,
    Licence,
)

SOON = timedelta(30)


def _links(label: object, model: str, *, portal: bool = True, **filters: object) -> tuple[Link, ...]:
    url = reverse("contracts:compliance") if portal else ""
    return (list_link(label, f"contracts_{model}", f"contracts.view_{model}", portal_url=url, **filters),)


def _worst(found: Sequence[tuple[Standing, bool, str]], *, kept: str, count: int, links: Sequence[Link]) -> Reading:
    """The first standing of those that hold; else kept, when a row proves it, else unproven."""
    for standing, holds, note in found:
        if holds:
            return Reading(standing=standing, note=note, count=count, links=links)
    standing = Standing.KEPT if count else Standing.UNPROVEN
    return Reading(standing=standing, note=kept if count else "", count=count, links=links)


def read_channels(agreement: Agreement, at: datetime) -> Reading:
    """Kept when every channel in use was found in order, has a person on both sides and nothing has run out."""
    today = timezone.localdate(at)
    rows = list(agreement.channels.in_use().prefetch_related("checks", "duties"))
    last = [next(iter(row.checks.all()), None) for row in rows]
    expired = sum(row.certificate_until is not None and row.certificate_until < today for row in rows)
    faulty = sum(check is not None and check.result == "fault" for check in last)
    late = sum(row.next_check_on is not None and row.next_check_on < today for row in rows)
    alone = sum(len({duty.side for duty in row.duties.all()}) < 2 for row in rows)
    ending = sum(row.certificate_until is not None and row.certificate_until <= today + SOON for row in rows)
    unseen = sum(check is None for check in last)
    return _worst(
        (
            (Standing.OVERDUE, bool(expired), _("%(n)d 条通道的证书已过期") % {"n": expired}),
            (Standing.OVERDUE, bool(faulty), _("%(n)d 条通道最近一次检查发现问题") % {"n": faulty}),
            (Standing.OVERDUE, bool(late), _("%(n)d 条通道的检查已逾期") % {"n": late}),
            (Standing.DUE_SOON, bool(ending), _("%(n)d 条通道的证书 30 天内到期") % {"n": ending}),
            (Standing.DUE_SOON, bool(alone), _("%(n)d 条通道缺少一方的责任人") % {"n": alone}),
            (Standing.UNPROVEN, bool(unseen), _("%(n)d 条通道还没有检查记录") % {"n": unseen}),
        ),
        kept=_("%(n)d 条通道检查正常，双方责任人齐备") % {"n": len(rows)},
        count=len(rows),
        links=_links(_("安全通道"), "securechannel", portal=False, agreement__id__exact=agreement.pk),
    )


def read_certificates(agreement: Agreement, at: datetime) -> Reading:
    """Kept when both parties hold a verified certificate and none of theirs has run out or is late for assessment."""
    today = timezone.localdate(at)
    parties = {agreement.party_a_id: _("甲方"), agreement.party_b_id: _("乙方")}
    rows = list(ComplianceCertificate.objects.standing().filter(owner__in=parties))
    past = sum(_is_due(row, today - timedelta(1)) for row in rows)
    soon = sum(_is_due(row, today + SOON) for row in rows)
    lacking = "、".join(name for pk, name in parties.items() if pk not in {row.owner_id for row in rows})
    return _worst(
        (
            (Standing.OVERDUE, bool(past), _("%(n)d 份证书已过期或测评逾期") % {"n": past}),
            (Standing.DUE_SOON, bool(soon), _("%(n)d 份证书 30 天内到期或须测评") % {"n": soon}),
            (Standing.UNPROVEN, bool(rows and lacking), _("%(side)s没有已核验的证书") % {"side": lacking}),
        ),
        kept=_("双方共 %(n)d 份有效证书") % {"n": len(rows)},
        count=len(rows),
        links=_links(_("安全合规证书"), "compliancecertificate"),
    )


def _is_due(row: ComplianceCertificate, day: Any) -> bool:
    return any(due is not None and due <= day for due in (row.valid_until, row.next_assessment_on))


def read_consents(agreement: Agreement, at: datetime) -> Reading:
    """Kept while a consent to commercial use stands; without one nothing is proven: use would be a violation."""
    today = timezone.localdate(at)
    count = agreement.consents.filter(kind="commercial_use").in_force_on(today).count()
    links = _links(_("同意事项"), "consentrequest", agreement__id__exact=agreement.pk)
    return _worst((), kept=_("%(n)d 项商业用途的同意现在有效") % {"n": count}, count=count, links=links)


def read_third_parties(agreement: Agreement, at: datetime) -> Reading:
    """Breached while a third party has live access that nobody approved; kept when every live one is approved."""
    today = timezone.localdate(at)
    live, wild = agreement.third_parties.live(today).count(), agreement.third_parties.unapproved(today).count()
    return _worst(
        ((Standing.BREACHED, bool(wild), _("%(n)d 个第三方未经批准仍在接入") % {"n": wild}),),
        kept=_("%(n)d 个第三方均经批准") % {"n": live},
        count=live,
        links=_links(_("第三方接入"), "thirdpartyaccess", agreement__id__exact=agreement.pk),
    )


def read_secrets(agreement: Agreement, at: datetime) -> Reading:
    """Kept when everybody with access has signed; due soon while somebody has not (4.1.1; 8.2.1 is the same duty)."""
    today = timezone.localdate(at)
    people = agreement.undertakings.with_access(today).count()
    missing = agreement.undertakings.missing(today).count()
    return _worst(
        ((Standing.DUE_SOON, bool(missing), _("%(n)d 名接触人员没有签署保密承诺") % {"n": missing}),),
        kept=_("%(n)d 名接触人员均已签署保密承诺") % {"n": people},
        count=people,
        links=_links(_("保密承诺"), "personundertaking", agreement__id__exact=agreement.pk),
    )


def measures_reader(*sides: str) -> Reader:
    """A reader of the agreed measures of the sides: kept when each was checked, found in place and is not late."""

    def read_measures(agreement: Agreement, at: datetime) -> Reading:
        rows = list(agreement.measures.running().filter(side__in=sides).prefetch_related("checks"))
        today = timezone.localdate(at)
        last = [next(iter(row.checks.all()), None) for row in rows]
        late = sum(row.next_check_on < today for row in rows)
        gaps = sum(check is not None and check.result == "gap" for check in last)
        unseen = sum(check is None for check in last)
        return _worst(
            (
                (Standing.OVERDUE, bool(late), _("%(n)d 项措施的检查已逾期") % {"n": late}),
                (Standing.DUE_SOON, bool(gaps), _("%(n)d 项措施最近一次检查有差距") % {"n": gaps}),
                (Standing.UNPROVEN, bool(unseen), _("%(n)d 项措施还没有检查记录") % {"n": unseen}),
            ),
            kept=_("%(n)d 项约定措施均已检查落实") % {"n": len(rows)},
            count=len(rows),
            links=_links(_("保密措施"), "controlmeasure", portal=False, agreement__id__exact=agreement.pk),
        )

    return read_measures


def read_confidentiality_term(agreement: Agreement, at: datetime) -> Reading:
    """Where each item stands; not measurable while the years are not agreed; an end is told only after its event."""
    today = timezone.localdate(at)
    rows = ConfidentialItem.objects.filter(agreement=agreement).select_related("agreement")
    items = list(rows.prefetch_related("agreement__versions"))
    links = _links(_("保密信息"), "confidentialitem", portal=False, agreement__id__exact=agreement.pk)
    if not items:
        return Reading(standing=Standing.UNPROVEN, links=links)
    stages = [term for _item, term in with_terms(items, today)]
    if any(term.years is None for term in stages):
        note = _("协议没有约定保密年限")
        return Reading(standing=Standing.NOT_MEASURABLE, note=note, count=len(items), links=links)
    counts = {stage: sum(term.stage == stage for term in stages) for stage in Stage}
    note = _("保密中 %(kept)d 项（终止日期未知），尾期 %(tail)d 项，届满 %(over)d 项") % {
        "kept": counts[Stage.KEPT],
        "tail": counts[Stage.TAIL],
        "over": counts[Stage.OVER],
    }
    return Reading(standing=Standing.KEPT, note=note, count=len(items), links=links)


def read_ownership(agreement: Agreement, at: datetime) -> Reading:
    """Kept when every right of Party A has its certificate and none has lapsed."""
    today = timezone.localdate(at)
    rows = list(IPAsset.objects.filter(owner=agreement.party_a_id).values_list("certificate_id", "expires_on"))
    lapsed = sum(until is not None and until < today for _paper, until in rows)
    bare = sum(paper is None for paper, _until in rows)
    return _worst(
        (
            (Standing.OVERDUE, bool(lapsed), _("%(n)d 项权利已过有效期") % {"n": lapsed}),
            (Standing.UNPROVEN, bool(bare), _("%(n)d 项权利没有证书") % {"n": bare}),
        ),
        kept=_("%(n)d 项权利证书齐备") % {"n": len(rows)},
        count=len(rows),
        links=_links(_("知识产权"), "ipasset", portal=False, owner__id__exact=agreement.party_a_id),
    )


def read_licence(agreement: Agreement, at: datetime) -> Reading:
    """Kept while the licence stands and its scope is written down."""
    row = Licence.objects.filter(agreement=agreement).first()
    links = _links(_("使用许可"), "licence", portal=False)
    if row is None:
        return Reading(standing=Standing.UNPROVEN, note=_("没有登记许可范围"), links=links)
    row.agreement = agreement
    found = standing_now(row, timezone.localdate(at))
    if found.state == LicenceState.VALID:
        return Reading(standing=Standing.KEPT, note=found.label, count=1, links=links)
    stopped = found.state in {LicenceState.ACCESS_STOPPED, LicenceState.SUSPENDED}
    standing = Standing.DUE_SOON if stopped else Standing.UNPROVEN
    return Reading(standing=standing, note=found.label, count=1, links=links)


def read_laws(agreement: Agreement, at: datetime) -> Reading:
    """Kept when every duty on the list has evidence, no open gap and no late review.

    The list is one for all agreements; Party B reads the lines that are its own.
    """
    today = timezone.localdate(at)
    rows = list(LawItem.objects.values_list("evidence", "gap", "next_review_on", "side"))
    whole = _of_laws([row[:3] for row in rows], today)
    return replace(whole, party_b=_of_laws([row[:3] for row in rows if row[3] != "a"], today))


def _of_laws(rows: Sequence[tuple[str, str, date]], today: date) -> Reading:
    gaps = sum(bool(gap) for _evidence, gap, _due in rows)
    late = sum(due < today for _evidence, _gap, due in rows)
    bare = sum(not evidence for evidence, _gap, _due in rows)
    return _worst(
        (
            (Standing.OVERDUE, bool(late), _("%(n)d 项的复核已逾期") % {"n": late}),
            (Standing.DUE_SOON, bool(gaps), _("%(n)d 项有未落实的事项") % {"n": gaps}),
            (Standing.UNPROVEN, bool(bare), _("%(n)d 项没有落实证据") % {"n": bare}),
        ),
        kept=_("守法清单 %(n)d 项均有证据") % {"n": len(rows)},
        count=len(rows),
        links=_links(_("守法清单"), "lawitem", portal=False),
    )


READERS: tuple[tuple[str | tuple[str, ...], Reader], ...] = (
    ("secure_channel", read_channels),
    ("compliance", read_certificates),
    ("commercial_use", read_consents),
    ("sublicence", read_third_parties),
    ("confidentiality", read_secrets),
    ("measures", measures_reader("a", "b")),
    ("data_security", measures_reader("a")),
    ("confidentiality_term", read_confidentiality_term),
    ("ip_ownership", read_ownership),
    ("licence", read_licence),
    ("law_compliance", read_laws),
)
