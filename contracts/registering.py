"""Registering organisations: who they are, by which code, under which names now and before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.models import Organisation, OrganisationName
from contracts.names import key, tidy
from contracts.querysets import OrganisationQuerySet
from contracts.uscc import examine
from journal.recording import record
from people.models import User
from people.refusal import Refused

NameKind = OrganisationName.Kind


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """What a person adds where the register doubts: why the code stands as it is, and that this is no double."""

    uscc_reason: str = ""
    distinct: bool = False


CERTAIN = Assurance()


def uscc_warning(text: str) -> str:
    """What is doubtful about a code as typed, in words; empty when it is right or there is none."""
    verdict = examine(text)
    if not verdict.code or verdict.check_digit_ok:
        return ""
    if not verdict.well_formed:
        return _(
            "“%(code)s”（%(length)d 位）不符合统一社会信用代码的格式：应为 18 位数字和大写字母，不含 I、O、S、V、Z。"
        ) % {"code": verdict.code, "length": len(verdict.code)}
    return _("校验位不符：按 GB 32100 计算，最后一位应为“%(expected)s”，填写的是“%(given)s”。") % {
        "expected": verdict.expected_digit,
        "given": verdict.code[-1],
    }


def twins(name: str, uscc: str, *, besides: int | None = None) -> OrganisationQuerySet:
    """Organisations that may be the same body: same name present or past, however written, or the same code."""
    found = Organisation.objects.called(name)
    if code := examine(uscc).code:
        found = found | Organisation.objects.filter(uscc=code)
    return found.standing().exclude(pk=besides).distinct()


@transaction.atomic
def register(
    organisation: Organisation, *, assurance: Assurance = CERTAIN, by: User | None, at: datetime
) -> Organisation:
    """Keep a new organisation, its name being its first current one.

    Refused for a name without letters, for a possible double unless assured distinct, and for a doubtful code without
    a reason.
    """
    organisation.name = tidy(organisation.name)
    _require_letters(organisation.name)
    _refuse_doubles(organisation, assurance)
    _settle_code(organisation, assurance.uscc_reason, by=by, at=at)
    organisation.save()
    OrganisationName.objects.create(organisation=organisation, name=organisation.name, kind=NameKind.CURRENT)
    _note("organisation.registered", organisation, by=by, at=at, name=organisation.name, uscc=organisation.uscc)
    return organisation


@transaction.atomic
def amend(organisation: Organisation, *, assurance: Assurance = CERTAIN, by: User, at: datetime) -> Organisation:
    """Keep changed details of an organisation; its name is changed by `rename` alone.  Refused as for `register`."""
    kept = _locked(organisation)
    organisation.name = kept.name
    _settle_code(organisation, assurance.uscc_reason, by=by, at=at, kept=kept)
    if organisation.uscc != kept.uscc:
        _refuse_doubles(organisation, assurance)
    organisation.save()
    changed = [f.name for f in Organisation._meta.concrete_fields if _differs(f.attname, kept, organisation)]
    _note("organisation.amended", organisation, by=by, at=at, changed=changed, uscc=organisation.uscc)
    return organisation


@transaction.atomic
def rename(
    organisation: Organisation, *, name: str, on: date, distinct: bool = False, by: User, at: datetime
) -> Organisation:
    """The organisation bears a new name from a civil day on; the old one becomes a former name.

    Agreements already signed keep the name they were signed under.  Refused for the same name, a name of another
    organisation unless assured distinct, and a day before the present name began.
    """
    organisation = _locked(organisation)
    old, name = organisation.name, tidy(name)
    _require_letters(name)
    if name == old:
        raise Refused(_("新名称与现用名相同。"))
    present = organisation.names.filter(kind=NameKind.CURRENT).first()
    if present is not None and present.valid_from is not None and on <= present.valid_from:
        raise Refused(_("启用日期须晚于现用名的启用日期 %(day)s。") % {"day": present.valid_from})
    organisation.name = name
    _refuse_doubles(organisation, Assurance(distinct=distinct))
    present = present or OrganisationName(organisation=organisation, name=old)
    present.kind, present.valid_to = NameKind.FORMER, on
    present.save()
    OrganisationName.objects.create(organisation=organisation, name=name, kind=NameKind.CURRENT, valid_from=on)
    organisation.save()
    _note("organisation.renamed", organisation, by=by, at=at, before=old, name=name, on=str(on))
    return organisation


@transaction.atomic
def add_name(
    organisation: Organisation,
    *,
    name: str,
    kind: str,
    valid_to: date | None = None,
    by: User,
    at: datetime,
) -> OrganisationName:
    """Note a former name (with the day it ended), an alias or a short name, so that old papers are found by it.

    Refused for a name that the organisation has already, and for a former name without its last day.
    """
    organisation = _locked(organisation)
    name = tidy(name)
    _require_letters(name)
    if kind == NameKind.CURRENT:
        raise Refused(_("现用名用“更名”办理。"))
    if kind == NameKind.FORMER and valid_to is None:
        raise Refused(_("请填写曾用名的停用日期。"))
    if organisation.name_key == key(name) or organisation.names.filter(key=key(name)).exists():
        raise Refused(_("本单位已登记过名称“%(name)s”。") % {"name": name})
    made: OrganisationName = OrganisationName.objects.create(
        organisation=organisation, name=name, kind=kind, valid_to=valid_to if kind == NameKind.FORMER else None
    )
    _note("organisation.name_added", organisation, by=by, at=at, name=name, kind=kind)
    return made


@transaction.atomic
def retire_name(name: OrganisationName, *, by: User, at: datetime, on: date) -> OrganisationName:
    """An alias or short name is in use no more; it stays findable.  Refused for other names and twice."""
    organisation = _locked(name.organisation)
    name = organisation.names.get(pk=name.pk)
    if name.kind not in {NameKind.ALIAS, NameKind.SHORT} or name.valid_to is not None:
        raise Refused(_("只有在用的别名和简称可以停用。"))
    name.valid_to = on
    name.save()
    _note("organisation.name_retired", organisation, by=by, at=at, name=name.name)
    return name


def hold(organisation_id: int) -> Organisation:
    """The organisation, locked until the transaction ends.  Refused for one that was merged into another."""
    locked: Organisation = Organisation.objects.select_for_update(no_key=True, of=("self",)).get(pk=organisation_id)
    if locked.merged_into_id is not None:
        raise Refused(_("“%(name)s”已并入其他单位，请在并入后的单位上办理。") % {"name": locked.name})
    return locked


def _locked(organisation: Organisation) -> Organisation:
    return hold(organisation.pk)


def _require_letters(name: str) -> None:
    if not key(name):
        raise Refused(_("请填写单位名称。"))


def _refuse_doubles(organisation: Organisation, assurance: Assurance) -> None:
    same = Organisation.objects.filter(name=organisation.name).exclude(pk=organisation.pk)
    if same.exists():
        raise Refused(_("已有同名单位“%(name)s”，请在该单位上办理。") % {"name": organisation.name})
    if assurance.distinct:
        return
    if found := double_warning(organisation.name, organisation.uscc, besides=organisation.pk):
        raise Refused(found)


def double_warning(name: str, uscc: str, *, besides: int | None = None) -> str:
    """Which registered organisations this one may be the same as, in words; empty when there are none."""
    found = [f"{row.name} {row.uscc}".strip() for row in twins(name, uscc, besides=besides)[:5]]
    if not found:
        return ""
    return _("可能与已登记的单位重复：%(found)s。请先核对；确属不同单位的，请勾选“确认不是同一单位”。") % {
        "found": "；".join(found)
    }


def _settle_code(
    organisation: Organisation, reason: str, *, by: User | None, at: datetime, kept: Organisation | None = None
) -> None:
    """Store the code uniformly; a doubtful one with the reason, who gave it and when."""
    organisation.uscc, reason = examine(organisation.uscc).code, reason.strip()
    warning = uscc_warning(organisation.uscc)
    if not warning:
        organisation.uscc_reason, organisation.uscc_confirmed_by, organisation.uscc_confirmed_at = "", None, None
        return
    if not reason:
        raise Refused(warning + _("请核对证照；确认无误仍要使用的，请填写代码核对说明。"))
    if kept is not None and (kept.uscc, kept.uscc_reason) == (organisation.uscc, reason):
        organisation.uscc_confirmed_by, organisation.uscc_confirmed_at = kept.uscc_confirmed_by, kept.uscc_confirmed_at
    else:
        organisation.uscc_confirmed_by, organisation.uscc_confirmed_at = by, at
    organisation.uscc_reason = reason


def _differs(attribute: str, one: Organisation, other: Organisation) -> bool:
    return bool(getattr(one, attribute) != getattr(other, attribute))


def _note(action: str, organisation: Organisation, *, by: User | None, at: datetime, **data: Any) -> None:
    record(action, obj=organisation, by=by, at=at, data=data, organisation_id=organisation.pk)
