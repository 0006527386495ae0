"""Renewing: a draft carried forward from an agreement with a checklist, or a tacit renewal that a person confirms."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Field, Model
from django.utils.translation import gettext as _

from contracts import term
from contracts.carrying import carry
from contracts.models import (
    Agreement,
    AgreementVersion,
    Clause,
    RenewalCheck,
    RenewalObjection,
    ServedNotice,
    TermChange,
)
from contracts.parameters import OF_THE_TEXT, PARAMETERS, label_of
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.workdays import corresponding_day

RENEWABLE = frozenset({Agreement.State.IN_FORCE, Agreement.State.SUSPENDED, Agreement.State.EXPIRED})
RUNNING = frozenset({Agreement.State.IN_FORCE, Agreement.State.SUSPENDED})
CHECKED_OF_AGREEMENT = ("term_years", "ends_on")


@transaction.atomic
def copy_forward(agreement: Agreement, *, number: str, by: User, at: datetime) -> Agreement:
    """A draft that renews the agreement: same parties, terms and text, the next term, each term to be looked at.

    Refused for a number that is taken, a second time, and unless the agreement runs or has expired.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.state not in RENEWABLE:
        raise Refused(_("只有生效中或者已届满的协议可以续签。"))
    if Agreement.objects.filter(renews=agreement).exists():
        raise Refused(_("这份协议已有续签的草稿或协议。"))
    if not number.strip() or Agreement.objects.filter(number=number.strip()).exists():
        raise Refused(_("请填写没有用过的协议编号。"))
    old = _last_terms(agreement)
    starts_on = agreement.ends_on + timedelta(days=1) if agreement.ends_on else term.today_at(at)
    new = Agreement(
        number=number.strip(),
        title=agreement.title,
        party_a=agreement.party_a,
        party_b=agreement.party_b,
        manager=agreement.manager,
        agreed_effective_on=starts_on,
        term_years=agreement.term_years,
        ends_on=_next_end(starts_on, agreement.term_years),
        renews=agreement,
    )
    new.save()
    version = _carry(old, new, starts_on=starts_on)
    carry(old, version, by=by, at=at)
    _make_checks(new, old, version)
    _note("agreement.renewed", new, by=by, at=at, data={"renews": agreement.number, "starts_on": starts_on})
    return new


@transaction.atomic
def tick(agreement: Agreement, verdicts: dict[str, str], *, by: User, at: datetime) -> int:
    """A person has looked at terms of the renewed draft: {name: kept or changed}; returns how many are still open.

    Refused once the draft is for signing, and for a verdict that the draft contradicts (kept, but it reads otherwise).
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.state != Agreement.State.DRAFT:
        raise Refused(_("已提交签署，不能再核对条款。"))
    checks = {check.name: check for check in agreement.renewal_checks.all()}
    for name, verdict in verdicts.items():
        if name not in checks or verdict not in {RenewalCheck.Verdict.KEPT, RenewalCheck.Verdict.CHANGED}:
            raise Refused(_("请从核对清单里选择“沿用”或“已修改”。"))
        check = checks[name]
        _require_true(check, verdict, agreement)
        check.verdict, check.by, check.at = verdict, by, at
        check.save()
    left = [check for check in checks.values() if check.verdict == RenewalCheck.Verdict.OPEN]
    _note("agreement.terms_checked", agreement, by=by, at=at, data={"verdicts": verdicts, "open": len(left)})
    return len(left)


def unchecked(agreement: Agreement) -> list[str]:
    """The terms of a renewed draft that nobody has looked at, or that were changed after they were kept."""
    if agreement.renews_id is None:
        return []
    version = agreement.versions.order_by("number").last()
    names = []
    for check in agreement.renewal_checks.all():
        same = value_of(agreement, version, check.name) == check.old_value
        if check.verdict == RenewalCheck.Verdict.OPEN or same != (check.verdict == RenewalCheck.Verdict.KEPT):
            names.append(_("续约核对：%(name)s") % {"name": check.label})
    return names


@transaction.atomic
def object_to(
    agreement: Agreement,
    *,
    side: str,
    objected_on: date,
    notice: ServedNotice | None = None,
    note: str = "",
    by: User,
    at: datetime,
) -> RenewalObjection:
    """Record that a party objects to a tacit renewal, on the day when it arrived at the other.

    Refused without an agreed tacit renewal, for a day that has not come, and twice.  One that came too late is kept
    too: whether it still counts is for the parties to settle; the renewal may then be confirmed.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    tacit = _require_tacit(agreement)
    if objected_on > term.today_at(at):
        raise Refused(_("异议送达日期不能晚于今天。"))
    if notice is not None and (notice.agreement_id != agreement.pk or notice.sender != side):
        raise Refused(_("所选通知不是这一方就这份协议发出的。"))
    if agreement.objections.filter(ends_on=tacit.ends_on, side=side).exists():
        raise Refused(_("已经登记过这一方的异议。"))
    made = RenewalObjection.objects.create(
        agreement=agreement,
        ends_on=tacit.ends_on,
        side=side,
        objected_on=objected_on,
        notice=notice,
        note=note.strip()[:300],
        by=by,
        at=at,
    )
    data = {"side": side, "objected_on": objected_on, "object_by": tacit.object_by}
    _note("agreement.renewal_objected", agreement, by=by, at=at, data=data)
    return made


@transaction.atomic
def confirm_tacit(agreement: Agreement, *, note: str = "", by: User, at: datetime) -> TermChange:
    """A person confirms that the agreement goes on by its tacit renewal; its last day moves.

    Refused without such a term, before the time to object is over, when an objection came in time, and once the last
    day is over: then a new agreement is drafted.
    """
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    tacit = _require_tacit(agreement)
    today = term.today_at(at)
    if today <= tacit.object_by:
        raise Refused(
            _("%(day)s 及以前双方都还可以提出异议，过后才能确认续期。") % {"day": tacit.object_by.isoformat()}
        )
    if agreement.versions.filter(state__in=["draft", "signing"]).exists():
        raise Refused(_("有一份没有办完的补充协议，请先办完或撤销，再确认续期。"))
    if agreement.objections.filter(ends_on=tacit.ends_on, objected_on__lte=tacit.object_by).exists():
        raise Refused(_("已有一方按期提出异议，不能默示续期。"))
    if at >= term.runs_out_at(tacit.ends_on):
        raise Refused(_("协议已经届满，请起草续签协议。"))
    return change_end(
        agreement, tacit.new_end, kind=TermChange.Kind.TACIT, version=tacit.version, note=note, by=by, at=at
    )


@transaction.atomic
def change_end(
    agreement: Agreement,
    new_end: date,
    *,
    kind: str,
    version: AgreementVersion | None = None,
    note: str = "",
    by: User | None,
    at: datetime,
) -> TermChange:
    """Move the last day of a running agreement, and keep why: the inner verb of tacit renewal and of supplements."""
    agreement = Agreement.objects.select_for_update(no_key=True).get(pk=agreement.pk)
    if agreement.state not in RUNNING:
        raise Refused(_("只有生效中的协议可以变更终止日期。"))
    if agreement.effective_on is not None and new_end < agreement.effective_on:
        raise Refused(_("终止日期不能早于生效日期。"))
    made = TermChange.objects.create(
        agreement=agreement,
        kind=kind,
        version=version,
        old_end=agreement.ends_on,
        new_end=new_end,
        note=note.strip()[:300],
        by=by,
        at=at,
    )
    agreement.written_ends_on = agreement.written_ends_on or agreement.ends_on
    agreement.ends_on = new_end
    agreement.save()
    data = {"kind": kind, "old_end": made.old_end, "new_end": new_end}
    _note("agreement.term_changed", agreement, by=by, at=at, data=data)
    return made


def value_of(agreement: Agreement, version: AgreementVersion | None, name: str) -> str:
    """What a term of the checklist says, as text."""
    if name in CHECKED_OF_AGREEMENT:
        return _words(getattr(agreement, name))
    if version is None:
        return ""
    if name.startswith("parameters."):
        return _words(version.parameters.get(name.removeprefix("parameters.")))
    shown = getattr(version, f"get_{name}_display", None)
    return _words(shown() if shown else getattr(version, name))


def _words(value: Any) -> str:
    return "" if value is None else str(value)[:300]


def _require_true(check: RenewalCheck, verdict: str, agreement: Agreement) -> None:
    same = value_of(agreement, agreement.versions.order_by("number").last(), check.name) == check.old_value
    if verdict == RenewalCheck.Verdict.KEPT and not same:
        raise Refused(_("“%(name)s”与原协议不同，不能选“沿用”。") % {"name": check.label})
    if verdict == RenewalCheck.Verdict.CHANGED and same:
        raise Refused(_("“%(name)s”与原协议相同，请先修改，或者选“沿用”。") % {"name": check.label})


def _require_tacit(agreement: Agreement) -> term.Tacit:
    if agreement.state not in RUNNING:
        raise Refused(_("只有生效中的协议可以办理默示续期。"))
    tacit = term.tacit_of(agreement)
    if tacit is None:
        raise Refused(_("协议没有约定默示续期。"))
    return tacit


def _last_terms(agreement: Agreement) -> AgreementVersion:
    active = agreement.versions.filter(state=AgreementVersion.State.ACTIVE)
    version: AgreementVersion | None = active.order_by("effective_from", "number").last()
    if version is None:
        raise Refused(_("协议还没有生效的条款。"))
    return version


def _next_end(starts_on: date, years: int | None) -> date | None:
    """The last day written for the next term: the day before the corresponding one; none without years."""
    return corresponding_day(starts_on, years=years) - timedelta(days=1) if years else None


def _carry(old: AgreementVersion, new: Agreement, *, starts_on: date) -> AgreementVersion:
    terms = {name: getattr(old, name) for name in (*PARAMETERS, *OF_THE_TEXT)}
    version = AgreementVersion(agreement=new, effective_from=starts_on, **terms)
    version.save()
    for clause in old.clauses.order_by("position", "pk"):
        said = {field.attname: getattr(clause, field.attname) for field in _fields(clause)}
        Clause(**{**said, "id": None, "version_id": version.pk}).save(force_insert=True)
    return version


def _fields(row: Model) -> list["Field[Any, Any]"]:
    return list(row._meta.concrete_fields)


def _make_checks(new: Agreement, old: AgreementVersion, version: AgreementVersion) -> None:
    """A line for the term, for each field of the terms that says something, and for each blank of the text."""
    labels = {name: str(Agreement._meta.get_field(name).verbose_name) for name in CHECKED_OF_AGREEMENT}  # type: ignore[union-attr]
    labels.update({name: label_of(name) for name in PARAMETERS if value_of(new, version, name)})
    known = {blank.get("name"): blank.get("label") for blank in version.blanks}
    labels.update({f"parameters.{name}": known.get(name) or name for name in version.parameters})
    for name, label in labels.items():
        before = value_of(old.agreement, old, name)
        RenewalCheck(agreement=new, name=name, label=label[:120], old_value=before).save()


def _note(action: str, agreement: Agreement, *, by: User | None, at: datetime, data: dict[str, Any]) -> None:
    record(
        action,
        obj=agreement,
        by=by,
        at=at,
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
        data=data,
    )
