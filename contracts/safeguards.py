"""Safe transmission (3.2): checks of channels, certificates of compliance, and warnings before either runs out."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import papers
from contracts.alerting import PAST, reached
from contracts.models import ChannelCheck, ComplianceCertificate, Organisation, Paper, SecureChannel
from contracts.moving import demand_past, demand_state, locked, note, people_of, said
from journal.outbox import announce_each, holders
from people.models import User
from people.refusal import Refused

State = ComplianceCertificate.State


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a certificate says: its kind by the choices of ComplianceCertificate, its object and its dates."""

    kind: str
    subject: str
    valid_from: date
    valid_until: date | None = None
    level: str = ""
    record_number: str = ""
    assessor: str = ""
    next_assessment_on: date | None = None


@transaction.atomic
def check_channel(
    channel: SecureChannel,
    *,
    checked_on: date,
    result: str,
    text: str = "",
    next_check_on: date | None = None,
    file: Any = None,
    by: User,
    at: datetime,
) -> ChannelCheck:
    """Write down a check of a channel in use, and when the next is due."""
    channel = locked(channel, "agreement")
    _demand_in_use(channel)
    demand_past(checked_on, at)
    if result != ChannelCheck.Result.OK:
        said(text, _t("发现问题时，请写明情况。"))
    if next_check_on is not None and next_check_on <= checked_on:
        raise Refused(_t("下次检查日期须晚于这次检查。"))
    paper = papers.keep(channel.agreement, file, kind=Paper.Kind.EVIDENCE, by=by, at=at) if file else None
    row = ChannelCheck.objects.create(
        channel=channel, checked_on=checked_on, result=result, text=text.strip(), paper=paper, by=by, at=at
    )
    channel.next_check_on = next_check_on
    channel.save()
    data = {"result": result, "checked_on": checked_on}
    note("channel.checked", channel, of=channel.agreement, by=by, at=at, data=data)
    return row


@transaction.atomic
def retire_channel(channel: SecureChannel, *, reason: str, by: User, at: datetime) -> SecureChannel:
    """Take a channel out of use; its checks stay."""
    channel = locked(channel, "agreement")
    _demand_in_use(channel)
    words = said(reason, _t("请写明停用原因。"))
    channel.retired_on = timezone.localdate(at)
    channel.save()
    note("channel.retired", channel, of=channel.agreement, by=by, at=at, reason=words)
    return channel


@transaction.atomic
def submit(
    owner: Organisation,
    stated: Stated,
    *,
    file: Any,
    replaces: ComplianceCertificate | None = None,
    by: User,
    at: datetime,
) -> ComplianceCertificate:
    """Hand in a certificate with its paper; it proves something once it is verified.

    Refused without a paper, with dates the wrong way round, and for people of another organisation.
    """
    if not by.is_staff and not Organisation.objects.for_user(by).filter(pk=owner.pk).exists():
        raise Refused(_t("只有本单位的人员可以提交本单位的证书。"))
    if not file:
        raise Refused(_t("请上传证书或报告。"))
    if stated.valid_until is not None and stated.valid_until < stated.valid_from:
        raise Refused(_t("有效期的结束不能早于开始。"))
    if replaces is not None and replaces.owner_id != owner.pk:
        raise Refused(_t("只能替换同一单位的证书。"))
    if replaces is not None and ComplianceCertificate.objects.filter(replaces=replaces).exists():
        raise Refused(_t("原证书已经被另一份替换。"))
    paper = papers.keep(owner, file, kind=Paper.Kind.CERTIFICATE, title=stated.subject, for_party_b=True, by=by, at=at)
    row = ComplianceCertificate.objects.create(
        owner=owner, paper=paper, replaces=replaces, submitted_by=by, submitted_at=at, **vars(stated)
    )
    note("certificate.submitted", row, of=owner, by=by, at=at, data={"kind": row.kind, "until": row.valid_until})
    return row


@transaction.atomic
def verify(certificate: ComplianceCertificate, *, remark: str = "", by: User, at: datetime) -> ComplianceCertificate:
    """The paper was looked at and says what is recorded: from now on it counts."""
    return _judge(certificate, State.VERIFIED, remark, by=by, at=at)


@transaction.atomic
def reject(certificate: ComplianceCertificate, *, remark: str, by: User, at: datetime) -> ComplianceCertificate:
    """The paper does not say what is recorded."""
    return _judge(certificate, State.REJECTED, said(remark, _t("请写明核验未通过的原因。")), by=by, at=at)


@transaction.atomic
def withdraw(certificate: ComplianceCertificate, *, remark: str, by: User, at: datetime) -> ComplianceCertificate:
    """A verified certificate counts no more, for example because the system was closed down."""
    row = locked(certificate, "owner")
    demand_state(row.state, {State.VERIFIED}, _t("只有已核验的证书可以停用。"))
    row.remark, row.state = said(remark, _t("请写明停用原因。"))[:300], State.WITHDRAWN
    row.save()
    note("certificate.withdrawn", row, of=row.owner, by=by, at=at, reason=row.remark)
    return row


def warn_of_certificate(certificate: ComplianceCertificate, *, at: datetime) -> int:
    """Tell the owner and Party A 90, 30 and 7 days before it expires or is assessed again, and once it is past."""
    dates = {"expiry": certificate.valid_until, "assessment": certificate.next_assessment_on}
    return sum(_warn_of(certificate, what, due, at) for what, due in dates.items() if due is not None)


def warn_of_channel(channel: SecureChannel, *, at: datetime) -> int:
    """Tell both sides 90, 30 and 7 days before the certificate of a channel expires, and once it has."""
    if channel.certificate_until is None or channel.retired_on is not None:
        return 0
    level = reached(channel.certificate_until, timezone.localdate(at))
    if not level:
        return 0
    subject = _("通道证书已过期：%(name)s") if level == PAST else _("通道证书即将到期：%(name)s")
    url = reverse("admin:contracts_securechannel_change", args=[channel.pk])
    key = f"channel/{channel.pk}/{channel.certificate_until}/{level}"
    about = {"name": channel}
    told = _tell_all(holders("contracts.check_safeguards"), f"{key}/a", subject, about, url=url, at=at)
    people = people_of(channel.agreement.party_b_id)
    portal = reverse("contracts:agreement", args=[channel.agreement_id])
    return told + _tell_all(people, f"{key}/b", subject, about, url=portal, at=at)


def _warn_of(certificate: ComplianceCertificate, what: str, due: date, at: datetime) -> int:
    level = reached(due, timezone.localdate(at))
    if not level:
        return 0
    key = f"certificate/{certificate.pk}/{what}/{due}/{level}"
    subject = SUBJECTS[what, level == PAST]
    about = {"name": certificate, "owner": certificate.owner, "day": due.isoformat()}
    url = reverse("admin:contracts_compliancecertificate_change", args=[certificate.pk])
    told = _tell_all(holders("contracts.record_certificate"), f"{key}/a", subject, about, url=url, at=at)
    owners = [person for person in people_of(certificate.owner_id) if not person.is_staff]
    return told + _tell_all(owners, f"{key}/b", subject, about, url=reverse("contracts:compliance"), at=at)


SUBJECTS = {
    ("expiry", False): _("证书将于 %(day)s 到期：%(owner)s %(name)s"),
    ("expiry", True): _("证书已于 %(day)s 过期：%(owner)s %(name)s"),
    ("assessment", False): _("须在 %(day)s 前完成测评：%(owner)s %(name)s"),
    ("assessment", True): _("测评已逾期（%(day)s）：%(owner)s %(name)s"),
}


def _tell_all(people: Any, key: str, subject: object, about: dict[str, Any], *, url: str, at: datetime) -> int:
    return announce_each(
        people,
        key=key,
        kind="safeguard.expiry",
        subject=lambda: str(subject) % about,
        url=url,
        at=at,
        level="warning",
    )


def _judge(
    certificate: ComplianceCertificate, state: str, remark: str, *, by: User, at: datetime
) -> ComplianceCertificate:
    row = locked(certificate, "owner")
    demand_state(row.state, {State.SUBMITTED}, _t("这份证书已经核验过。"))
    row.state, row.remark = state, remark.strip()[:300]
    row.save()
    note(f"certificate.{state}", row, of=row.owner, by=by, at=at, reason=row.remark)
    return row


def _demand_in_use(channel: SecureChannel) -> None:
    if channel.retired_on is not None:
        raise Refused(_t("这条通道已经停用。"))
