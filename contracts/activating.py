"""Activation by two persons: the contract manager asks once every mark is there, the finance lead approves."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts import signing
from contracts.deciding import last_day
from contracts.models import AgreementVersion
from contracts.telling_changes import told
from journal import approvals
from journal.hashing import sha256_of
from journal.models import Approval
from journal.recording import plain
from people.models import User
from people.refusal import Refused

KIND = "version.activate"
# What the activation itself writes; everything else of the version is what was signed.
WRITTEN_LATER = frozenset({"id", "state", "effective_from", "effective_to"})


@transaction.atomic
def ask(version: AgreementVersion, *, by: User, at: datetime, reason: str = "") -> Approval:
    """Ask a second person to put a signed version in force.  Refused while a mark is missing or the days are wrong."""
    version = signing.locked(version)
    _still_signing(version)
    return approvals.ask(KIND, target=version, content=contents(version), by=by, at=at, reason=reason)


def activate(approval: Approval, *, by: User, at: datetime) -> AgreementVersion:
    """The approved effect: the version applies from its effective date.  Runs inside the approving transaction."""
    version = signing.locked(AgreementVersion.objects.get(pk=approval.target_id))
    _still_signing(version)
    signing.signable_of(version).take_effect(version, signing.dates_of(version), by=by, at=at)
    return version


def contents(version: AgreementVersion) -> dict[str, Any]:
    """All that the approval rests on: the days, every mark with its scan, and the terms and wording by their hash."""
    dates = signing.dates_of(version)
    return {
        "agreement": version.agreement.number,
        "version": version.number,
        "signed_on": dates.signed_on,
        "effective_on": dates.effective_on,
        "ends_on": last_day(version, dates.effective_on),
        "marks": [
            {
                "mark": mark.pk,
                "side": mark.side,
                "kind": mark.kind,
                "person": mark.person,
                "made_on": mark.made_on,
                "scan": mark.scan.sha256 if mark.scan else mark.certificate,
            }
            for mark in signing.progress_of(version).marks
        ],
        "terms": terms_hash(version),
    }


def terms_hash(version: AgreementVersion) -> str:
    """SHA-256 over every term of the version and the wording of its clauses: what exactly was put in force."""
    fields = [field for field in version._meta.concrete_fields if field.attname not in WRITTEN_LATER]
    terms = {field.attname: field.value_from_object(version) for field in fields}
    clauses = list(version.clauses.order_by("position", "pk").values_list("number", "heading", "text"))
    return sha256_of(plain({"terms": terms, "clauses": [list(clause) for clause in clauses]}))


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now; nothing once a mark is missing again."""
    version = AgreementVersion.objects.select_related("agreement").get(pk=approval.target_id)
    try:
        return contents(version)
    except Refused:
        return {}


def describe(approval: Approval) -> Iterator[tuple[object, object]]:
    """What the approver reads before consenting."""
    said = approval.content
    yield _("协议编号"), said["agreement"]
    yield _("版本号"), said["version"]
    yield _("订立日期"), said["signed_on"]
    yield _("生效日期"), said["effective_on"]
    yield _("终止日期"), said["ends_on"] or "—"
    for mark in said["marks"]:
        side, kind = signing.Side(mark["side"]).label, signing.Kind(mark["kind"]).label
        yield signing.mark_words(side, kind), f"{mark['person']}　{date.fromisoformat(mark['made_on']):%Y-%m-%d}"
    version = AgreementVersion.objects.select_related("agreement", "base").get(pk=approval.target_id)
    yield from told(version, at=approval.requested_at)
    yield _("条款校验值"), said["terms"]


def _still_signing(version: AgreementVersion) -> None:
    if version.state == AgreementVersion.State.ACTIVE:
        raise Refused(_("这个版本已经生效。"))
    if version.state != AgreementVersion.State.SIGNING:
        raise Refused(_("还是草稿，请先提交签署。"))
