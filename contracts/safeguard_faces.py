"""How channels, certificates, secrets, undertakings, consents and third parties are drawn: badges in one place."""

from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t

from contracts.alerting import PAST, reached
from contracts.confidentiality import STAGES, Stage, Term
from contracts.consents import has_expired
from contracts.licences import LicenceState
from contracts.models import ComplianceCertificate, ConsentRequest, PersonUndertaking, ThirdPartyAccess
from contracts.third_parties import is_finding, is_live
from people.showing import Tone, badge

STAGE_TONES: dict[Stage, Tone] = {Stage.KEPT: "info", Stage.TAIL: "warn", Stage.OVER: "muted", Stage.UNKNOWN: "bad"}
CERTIFICATE_TONES: dict[str, Tone] = {"submitted": "warn", "verified": "ok", "rejected": "bad", "withdrawn": "muted"}
CONSENT_TONES: dict[str, Tone] = {
    "requested": "warn", "granted": "ok", "refused": "muted", "revoked": "bad", "withdrawn": "muted",
}  # fmt: skip
THIRD_TONES: dict[str, Tone] = {"declared": "warn", "approved": "ok", "refused": "bad", "ended": "muted"}

LICENCE_TONES: dict[LicenceState, Tone] = {
    LicenceState.NOT_YET: "muted",
    LicenceState.VALID: "ok",
    LicenceState.ACCESS_STOPPED: "warn",
    LicenceState.SUSPENDED: "bad",
    LicenceState.ENDED: "muted",
}


def until_badge(due: date | None, today: date) -> SafeString | str:
    """A date that runs out: red when past, amber in its last 30 days."""
    if due is None:
        return "—"
    level = reached(due, today, (90, 30))
    if level == PAST:
        return badge(_t("%(day)s 已过期") % {"day": due.isoformat()}, "bad")
    return badge(due.isoformat(), "warn") if level == "30" else due.isoformat()


def late_badge(due: date | None, today: date) -> SafeString | str:
    """A date by which something is to be done: red when past."""
    if due is None:
        return "—"
    return badge(_t("%(day)s 已逾期") % {"day": due.isoformat()}, "bad") if due < today else due.isoformat()


def certificate_badge(row: ComplianceCertificate, today: date) -> SafeString:
    """The state of a certificate; a verified one that has run out says so."""
    if row.state == "verified" and row.valid_until is not None and row.valid_until < today:
        return badge(_t("已过期"), "bad")
    return badge(row.get_state_display(), CERTIFICATE_TONES[row.state])


def stage_badge(term: Term) -> SafeString:
    """Where the confidentiality of an item stands."""
    return badge(STAGES[term.stage], STAGE_TONES[term.stage])


def end_words(term: Term) -> str:
    """When the confidentiality ends, in words: unknown before its event, never a default date."""
    if term.ends_on is None:
        return _t("未知")
    day = term.ends_on.isoformat()
    return _t("%(day)s（待节假日公布后确定）") % {"day": day} if term.provisional else day


def undertaking_badge(row: PersonUndertaking, today: date) -> SafeString:
    """Whether a person with access has signed."""
    if row.signed_on is not None:
        return badge(_t("已签署"), "ok")
    gone = row.left_on is not None and row.left_on <= today
    return badge(_t("未签署，已离岗"), "muted") if gone else badge(_t("缺少承诺书"), "bad")


def consent_badge(row: ConsentRequest, today: date) -> SafeString:
    """The state of a consent; one past its last day has expired."""
    if has_expired(row, today):
        return badge(_t("已到期"), "muted")
    return badge(row.get_state_display(), CONSENT_TONES[row.state])


def third_party_badge(row: ThirdPartyAccess, today: date) -> SafeString:
    """The state of a third party; live access without approval is red."""
    if is_finding(row, today):
        return badge(_t("%(state)s，未经批准仍在接入") % {"state": row.get_state_display()}, "bad")
    if row.state == "approved" and not is_live(row, today):
        return badge(_t("已批准，不在接入期内"), "muted")
    return badge(row.get_state_display(), THIRD_TONES[row.state])
