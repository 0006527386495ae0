"""Signing a version: marks of both sides, what is still missing, and the days that follow from them.

The original and every supplement are signed the same way.  What a version of a kind does once it is signed is told by
its Signable, which the area that keeps the kind registers (`register`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from contracts import papers
from contracts.models import Agreement, AgreementVersion, Paper, SignatureMark
from contracts.text.freezing import freeze
from journal.recording import record
from people.models import User
from people.refusal import Refused

Side, Kind = SignatureMark.Side, SignatureMark.Kind
FINGERPRINT = re.compile(r"[0-9a-f]{40,128}")


@dataclass(frozen=True, kw_only=True)
class Dates:
    """When a version was concluded (订立), and from which civil day it applies."""

    signed_on: date
    effective_on: date


class Signable(Protocol):
    """What versions of one kind do while they are signed and once they are approved."""

    def dates(self, version: AgreementVersion, *, concluded_on: date, last_mark_on: date) -> Dates:
        """The two days that follow from the marks and the text.  Raises Refused when they cannot be right."""

    def marks_changed(self, version: AgreementVersion, *, standing: int, by: User, at: datetime) -> None:
        """A mark was recorded or revoked; standing is how many count now.  The agreement's row is locked."""

    def reopened(self, version: AgreementVersion, *, by: User, at: datetime) -> None:
        """The version went back to draft.  The agreement's row is locked."""

    def take_effect(self, version: AgreementVersion, dates: Dates, *, by: User, at: datetime) -> None:
        """Fully signed and approved: make the version apply.  The agreement's row is locked."""


_signables: dict[str, Signable] = {}


def register(kind: str, signable: Signable) -> None:
    """Say what versions of a kind do; call it from AppConfig.ready.  The last one registered counts."""
    _signables[kind] = signable


def signable_of(version: AgreementVersion) -> Signable:
    """Who speaks for versions of this kind.  Raises LookupError when nobody registered."""
    try:
        return _signables[version.kind]
    except KeyError:
        raise LookupError(f"nobody signs versions of the kind {version.kind!r}: call signing.register.") from None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One signature or seal as it stands on the paper; choices are those of SignatureMark."""

    side: str
    kind: str
    person: str
    made_on: date
    capacity: str = ""
    seal_name: str = ""
    medium: str = SignatureMark.Medium.PAPER.value
    certificate: str = ""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What proves a mark: a scan, sent now (file) or kept already (Paper), and the signer's authorisation likewise."""

    scan: Any = None
    authorisation: Any = None


NO_PROOF = Proof()


@dataclass(frozen=True, kw_only=True)
class Line:
    """One mark that the signing rule asks for: a side, the kinds that satisfy it, and the mark that does."""

    side: str
    kinds: tuple[str, ...]
    mark: SignatureMark | None

    @property
    def side_label(self) -> object:
        """甲方 or 乙方."""
        return Side(self.side).label

    @property
    def kinds_label(self) -> str:
        """签字, 盖章, or either."""
        return pgettext("either kind of mark", "或").join(str(Kind(kind).label) for kind in self.kinds)

    @property
    def words(self) -> str:
        """The side and the kinds: 甲方签字."""
        return mark_words(self.side_label, self.kinds_label)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the signing of a version is."""

    lines: Sequence[Line]
    marks: Sequence[SignatureMark]

    @property
    def missing(self) -> list[str]:
        """The marks that are still missing, in words."""
        return [line.words for line in self.lines if line.mark is None]

    @property
    def complete(self) -> bool:
        """Whether every required mark is there."""
        return all(line.mark for line in self.lines)

    @property
    def last_mark_on(self) -> date | None:
        """The day of the last required mark: none while one is missing."""
        days = [line.mark.made_on for line in self.lines if line.mark]
        return max(days) if self.complete else None

    @property
    def concluded_on(self) -> date | None:
        """The day when both sides had signed or sealed (Civil Code 490): none while a side has done neither."""
        firsts = [[mark.made_on for mark in self.marks if mark.side == side] for side in Side.values]
        return max(min(days) for days in firsts) if all(firsts) else None


def mark_words(side: object, kind: object) -> str:
    """A side and what it puts on the paper, in words: 甲方签字."""
    return _("%(side)s%(kind)s") % {"side": side, "kind": kind}


def required(rule: str) -> list[tuple[str, tuple[str, ...]]]:
    """(side, kinds of which one satisfies it) for each mark that a signing rule asks for."""
    if rule == AgreementVersion.SigningRule.EITHER:
        return [(side, tuple(Kind.values)) for side in Side.values]
    return [(side, (kind,)) for side in Side.values for kind in Kind.values]


def progress_of(version: AgreementVersion) -> Progress:
    """The required marks of a version with those that are there; of alternatives the earliest counts."""
    marks = list(version.marks.standing().select_related("scan", "authorisation").order_by("made_on", "pk"))
    return progress_from(version.signing_rule, marks)


def progress_from(rule: str, marks: Iterable[SignatureMark]) -> Progress:
    """As progress_of, from marks that stand, earliest first."""
    marks = list(marks)
    lines = [
        Line(
            side=side,
            kinds=kinds,
            mark=next((mark for mark in marks if mark.side == side and mark.kind in kinds), None),
        )
        for side, kinds in required(rule)
    ]
    return Progress(lines=lines, marks=marks)


def dates_of(version: AgreementVersion) -> Dates:
    """The days that follow from the marks.  Raises Refused while one is missing or when the days cannot be right."""
    progress = progress_of(version)
    if progress.concluded_on is None or progress.last_mark_on is None:
        raise Refused(_("还没有签署完毕，缺少：%(missing)s。") % {"missing": "、".join(progress.missing)})
    return signable_of(version).dates(version, concluded_on=progress.concluded_on, last_mark_on=progress.last_mark_on)


def locked(version: AgreementVersion) -> AgreementVersion:
    """The version anew, its row and its agreement's locked: all verbs on an agreement wait for one another."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=version.agreement_id)
    found: AgreementVersion = AgreementVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    found.agreement = agreement
    return found


@transaction.atomic
def open_version(version: AgreementVersion, *, by: User | None, at: datetime) -> AgreementVersion:
    """Draft to for signing: from now on nothing of it is edited.  The caller has checked what must be filled in."""
    version = locked(version)
    if version.state != AgreementVersion.State.DRAFT:
        raise Refused(_("只有草稿可以提交签署。"))
    version.state = AgreementVersion.State.SIGNING
    version.save()
    freeze(version, by=by, at=at)
    _note("version.for_signing", version, by=by, at=at)
    return version


@transaction.atomic
def back_to_draft(version: AgreementVersion, *, reason: str, by: User, at: datetime) -> AgreementVersion:
    """For signing back to draft, to be edited again.  Refused without a reason, and while a mark stands."""
    version = locked(version)
    if not reason.strip():
        raise Refused(_("请写明退回草稿的理由。"))
    if version.state != AgreementVersion.State.SIGNING:
        raise Refused(_("只有待签署的版本可以退回草稿。"))
    if version.marks.standing().exists():
        raise Refused(_("已有签字或盖章，内容不能再改；登记有误的请先撤销签署记录。"))
    version.state = AgreementVersion.State.DRAFT
    version.save()
    signable_of(version).reopened(version, by=by, at=at)
    _note("version.reopened", version, by=by, at=at, reason=reason.strip())
    return version


@transaction.atomic
def record_mark(
    version: AgreementVersion, mark: Mark, *, proof: Proof = NO_PROOF, by: User, at: datetime
) -> SignatureMark:
    """Write down a signature or seal that was put on the version.

    Refused before it is for signing or after it applies, for a day that has not come, when the side has such a mark
    already, and without what proves it (a scan; a certificate; an authorisation).
    """
    version = locked(version)
    if version.state == AgreementVersion.State.DRAFT:
        raise Refused(_("还是草稿，请先提交签署，再登记签字盖章。"))
    if version.state != AgreementVersion.State.SIGNING:
        raise Refused(_("这个版本已经生效，不能再登记签署。"))
    _check(mark, today=timezone.localdate(at))
    if version.marks.standing().filter(side=mark.side, kind=mark.kind).exists():
        raise Refused(_("已经登记过这一方的同一种签署；登记有误的请先撤销。"))
    made = SignatureMark(
        version=version,
        side=mark.side,
        kind=mark.kind,
        person=mark.person.strip(),
        capacity=mark.capacity if mark.kind == Kind.SIGN else "",
        seal_name=mark.seal_name.strip() if mark.kind == Kind.SEAL else "",
        medium=mark.medium,
        made_on=mark.made_on,
        certificate=_fingerprint(mark.certificate),
        by=by,
        at=at,
    )
    _prove(made, proof)
    made.save(force_insert=True)
    _changed("signature_mark.recorded", made, by=by, at=at)
    return made


@transaction.atomic
def revoke_mark(mark: SignatureMark, *, reason: str, by: User, at: datetime) -> SignatureMark:
    """Take a mark back by a later row.  Refused without a reason, twice, and once the version applies."""
    version = locked(mark.version)
    if not reason.strip():
        raise Refused(_("请写明撤销的理由。"))
    if version.state != AgreementVersion.State.SIGNING:
        raise Refused(_("这个版本已经生效，签署记录不能再撤销。"))
    standing = version.marks.standing().filter(pk=mark.pk).first()
    if standing is None:
        raise Refused(_("这条签署记录已经撤销。"))
    kept = (
        "side",
        "kind",
        "person",
        "capacity",
        "seal_name",
        "medium",
        "made_on",
        "authorisation",
        "scan",
        "certificate",
    )
    revocation = SignatureMark(
        version=version,
        revokes=standing,
        reason=reason.strip()[:300],
        by=by,
        at=at,
        **{name: getattr(standing, name) for name in kept},
    )
    revocation.save(force_insert=True)
    _changed("signature_mark.revoked", revocation, by=by, at=at)
    return revocation


def _check(mark: Mark, *, today: date) -> None:
    if mark.made_on > today:
        raise Refused(_("签署日期不能晚于今天。"))
    if not mark.person.strip():
        raise Refused(_("请写明签字人或用印人。"))
    if mark.kind == Kind.SIGN and mark.capacity not in SignatureMark.Capacity.values:
        raise Refused(_("请写明签字人的身份：法定代表人（负责人）或授权签署人。"))
    if mark.kind == Kind.SEAL and not mark.seal_name.strip():
        raise Refused(_("请写明印章名称。"))
    if mark.medium == SignatureMark.Medium.ELECTRONIC and not FINGERPRINT.fullmatch(_fingerprint(mark.certificate)):
        raise Refused(_("电子签署须填写证书指纹：40 至 128 位十六进制数。"))


def _fingerprint(text: str) -> str:
    return re.sub(r"[\s:]", "", text).lower()


def _prove(made: SignatureMark, proof: Proof) -> None:
    """Give the mark its papers: those sent now are kept, those kept already are taken."""
    if made.medium == SignatureMark.Medium.PAPER and proof.scan is None:
        raise Refused(_("纸质签署请上传扫描件，或者选择已经上传的扫描件。"))
    if made.capacity == SignatureMark.Capacity.AUTHORISED and proof.authorisation is None:
        raise Refused(_("授权签署人签字，请上传授权委托书。"))
    made.scan = _paper(made, proof.scan, Paper.Kind.SIGNED_SCAN, _("签署扫描件"))
    made.authorisation = _paper(made, proof.authorisation, Paper.Kind.AUTHORISATION, _("授权委托书"))


def _paper(made: SignatureMark, given: Any, kind: Paper.Kind, title: str) -> Paper | None:
    agreement = made.version.agreement
    if given is None:
        return None
    if isinstance(given, Paper):
        if given.agreement_id != agreement.pk or given.kind != kind:
            raise Refused(_("所选文件不属于这份协议，请重新选择或上传。"))
        return given
    named = f"{title}（{made.version.get_kind_display()} v{made.version.number}）"
    return papers.keep(agreement, given, kind=kind, title=named, for_party_b=True, by=made.by, at=made.at)


def _changed(action: str, mark: SignatureMark, *, by: User, at: datetime) -> None:
    version = mark.version
    standing = version.marks.standing().count()
    signable_of(version).marks_changed(version, standing=standing, by=by, at=at)
    data = {
        "version": version.number,
        "side": mark.side,
        "kind": mark.kind,
        "person": mark.person,
        "made_on": mark.made_on,
        "scan": mark.scan.sha256 if mark.scan else "",
        "standing": standing,
    }
    record(
        action,
        obj=mark,
        by=by,
        at=at,
        reason=mark.reason,
        data=data,
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )


def _note(action: str, version: AgreementVersion, *, by: User | None, at: datetime, reason: str = "") -> None:
    record(
        action,
        obj=version,
        by=by,
        at=at,
        reason=reason,
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
        data={"version": version.number, "state": version.state},
    )
