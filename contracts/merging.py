"""Merging a duplicate organisation into the one that stays: what would move, what stays, what forbids it.

Every table that points to an organisation is found from the models, so that the upper apps' are included.  Rows that a
guard of the database freezes stay with the old organisation, which remains as a row and says what it was merged into.
The contract manager asks, the security administrator (who keeps the register of organisations) decides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.models import HistoricalChanges

from contracts.models import Agreement, BankAccount, Membership, Organisation, OrganisationName
from contracts.registering import hold
from journal import approvals, effects
from journal.models import Approval
from journal.recording import record
from journal.triggers import AppendOnly, FrozenWhen, Guard, guards
from people.models import User
from people.refusal import Refused

KIND = "organisation.merge"
NAMED = 5  # rows that are named one by one where there are many


@dataclass(frozen=True, kw_only=True)
class Line:
    """One table's rows of the old organisation, by what becomes of them."""

    model: type[Model]
    column: str
    moving: Sequence[Model]
    frozen: int
    clashing: Sequence[tuple[Model, str]]

    @property
    def label(self) -> str:
        """The rows in words, with the column where a table points to organisations twice."""
        meta = self.model._meta
        shown = meta.get_field(self.column).verbose_name  # type: ignore[union-attr]
        return f"{meta.verbose_name}（{shown}）"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a merge would do: lines by table, what follows the agreements, names to come, and what forbids it."""

    old: Organisation
    into: Organisation
    lines: Sequence[Line]
    followers: Sequence[tuple[str, int]] = ()
    names: Sequence[str] = ()
    forbidden: Sequence[str] = field(default_factory=tuple)


def plan(old: Organisation, into: Organisation) -> Plan:
    """What merging old into the other would do now.  Changes nothing."""
    kept = guards(connection)
    lines = [
        line
        for model, column in _pointing_to(Organisation)
        if model is not OrganisationName and (line := _line(model, column, (old, into), kept))
    ]
    moved = [row.pk for line in lines if line.model is Agreement for row in line.moving]
    return Plan(
        old=old,
        into=into,
        lines=lines,
        followers=_followers(moved),
        names=_names(old, into),
        forbidden=list(_forbidden(old, into, lines)),
    )


@transaction.atomic
def ask(old: Organisation, into: Organisation, *, by: User, at: datetime, reason: str) -> Approval:
    """Ask a second person to merge old into the other.

    Refused without a reason, for one and the same, for one merged before, and where something forbids the merge (both
    are parties of one agreement, an account change waits).
    """
    if not reason.strip():
        raise Refused(_("请写明为什么认定是同一单位。"))
    old, into = _held(old.pk, into.pk)
    _refuse_forbidden(plan(old, into))
    return approvals.ask(KIND, target=old, content=contents(old, into), by=by, at=at, reason=reason.strip())


def merge(approval: Approval, *, by: User, at: datetime) -> Organisation:
    """The approved effect, inside the approving transaction.  Refused where something forbids it by now."""
    old, into = _held(int(approval.target_id), int(approval.content["into"]))
    found = plan(old, into)
    _refuse_forbidden(found)
    for line in found.lines:
        for row in line.moving:
            row.refresh_from_db()  # a row that points to organisations twice was written once already
            setattr(row, line.column, into)
            row.save()
        if line.model is Membership:
            _join_members(line, into)
    for name in found.names:
        OrganisationName.objects.create(organisation=into, name=name, kind=OrganisationName.Kind.ALIAS)
    old.merged_into = into
    old.save()
    moved = {line.model._meta.label_lower + "." + line.column: [row.pk for row in line.moving] for line in found.lines}
    data = {"into": into.pk, "into_name": into.name, "moved": moved, "names": list(found.names)}
    record("organisation.merged", obj=old, by=by, at=at, reason=approval.request_reason, data=data,
           organisation_id=into.pk)  # fmt: skip
    return old


def register_merge() -> None:
    """Make the merge known as a kind of request; call it from AppConfig.ready."""
    effects.register(
        KIND,
        merge,
        permission="contracts.decide_merge",
        label=gettext_lazy("合并单位"),
        present=present,
        describe=describe,
    )


def contents(old: Organisation, into: Organisation) -> dict[str, Any]:
    """All that the decision rests on: which two organisations, as they are named and coded now."""
    return {
        "old": old.pk,
        "old_name": old.name,
        "old_uscc": old.uscc,
        "into": into.pk,
        "into_name": into.name,
        "into_uscc": into.uscc,
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(*_both(approval))


def describe(approval: Approval) -> Iterable[tuple[object, object]]:
    """What the merge would do now, for whoever decides; once it is done, the two organisations only."""
    said = approval.content
    yield _("被并入单位"), f"{said['old_name']} {said['old_uscc']}".strip()
    yield _("并入后的单位"), f"{said['into_name']} {said['into_uscc']}".strip()
    if approval.state == Approval.State.REQUESTED:
        yield from summary(plan(*_both(approval)))


def summary(found: Plan) -> Iterator[tuple[str, str]]:
    """The plan in rows of (what, how many move, stay, clash)."""
    for line in found.lines:
        counts = [(_("归入 %(n)d"), len(line.moving)), (_("冻结保留 %(n)d"), line.frozen)]
        counts.append((_("冲突保留 %(n)d"), len(line.clashing)))
        yield line.label, "，".join(words % {"n": number} for words, number in counts if number)
    for label, number in found.followers:
        yield _("随协议：%(label)s") % {"label": label}, str(number)
    if found.names:
        yield _("转为别名"), "、".join(found.names)
    for words in found.forbidden:
        yield _("不能合并"), words


def _both(approval: Approval) -> tuple[Organisation, Organisation]:
    rows = Organisation.objects.in_bulk([int(approval.target_id), int(approval.content["into"])])
    return rows[int(approval.target_id)], rows[int(approval.content["into"])]


def _held(old_pk: int, into_pk: int) -> tuple[Organisation, Organisation]:
    """Both organisations, locked in the order of their keys so that two merges cannot wait for one another."""
    if old_pk == into_pk:
        raise Refused(_("单位不能并入自己。"))
    held = {key: hold(key) for key in sorted((old_pk, into_pk))}
    return held[old_pk], held[into_pk]


def _pointing_to(target: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Every model and column with a foreign key to the target, histories left out: they tell what was."""
    for relation in target._meta.get_fields(include_hidden=True):
        if not relation.auto_created or relation.concrete or not (relation.one_to_many or relation.one_to_one):
            continue
        model: Any = relation.related_model
        if not issubclass(model, HistoricalChanges):
            yield model, relation.field.name  # type: ignore[union-attr]


def _line(
    model: type[Model], column: str, both: tuple[Organisation, Organisation], kept: Sequence[Guard]
) -> Line | None:
    old, into = both
    rows = model._base_manager.filter(**{column: old})
    if not rows.exists():
        return None
    loose = rows
    for guard in kept:
        loose = _loose(loose, guard) if guard.table == model._meta.db_table else loose
    moving: list[Model] = []
    clashing: list[tuple[Model, str]] = []
    for row in loose:
        if said := _clash(row, column, into):
            clashing.append((row, said))
        else:
            moving.append(row)
    frozen = rows.count() - len(moving) - len(clashing)
    return Line(model=model, column=column, moving=moving, frozen=frozen, clashing=clashing)


def _loose(rows: QuerySet[Any], guard: Guard) -> QuerySet[Any]:
    """The rows that the guard of the database lets us change."""
    if isinstance(guard, AppendOnly):
        return rows.none()
    if isinstance(guard, FrozenWhen):
        condition = guard.condition.replace("OLD.", f'"{guard.table}".').replace("%", "%%")
        return rows.extra(where=[f"NOT COALESCE(({condition}), FALSE)"])  # noqa: S610  our own migrations wrote it
    return rows


def _clash(row: Any, column: str, into: Organisation) -> str:
    """Why the row could not point to the other organisation, by the model's own constraints; empty when it could."""
    before = getattr(row, column)
    setattr(row, column, into)
    try:
        row.validate_unique()
        row.validate_constraints()
    except ValidationError as error:
        return "；".join(error.messages)
    finally:
        setattr(row, column, before)
    return ""


def _followers(agreements: Sequence[int]) -> list[tuple[str, int]]:
    """What hangs on the agreements that move, and so moves with them: (rows in words, how many)."""
    if not agreements:
        return []
    counted = [
        (str(model._meta.verbose_name), model._base_manager.filter(**{f"{column}__in": agreements}).count())
        for model, column in _pointing_to(Agreement)
    ]
    return [(label, number) for label, number in counted if number]


def _names(old: Organisation, into: Organisation) -> list[str]:
    """Names of the old organisation that the other does not bear yet."""
    known = {into.name_key, *into.names.values_list("key", flat=True)}
    wanted = {old.name_key: old.name, **dict(old.names.order_by("pk").values_list("key", "name"))}
    return [name for key, name in wanted.items() if key not in known]


def _forbidden(old: Organisation, into: Organisation, lines: Sequence[Line]) -> Iterator[str]:
    for line in lines:
        if line.model is Agreement:
            for row, said in line.clashing[:NAMED]:
                yield f"{row}：{said}"
    waiting = BankAccount.objects.filter(organisation__in=[old, into], state=BankAccount.State.PROPOSED)
    for account in waiting.select_related("organisation"):
        yield _("%(name)s有待批准的账户变更，请先处理。") % {"name": account.organisation.name}


def _refuse_forbidden(found: Plan) -> None:
    if found.forbidden:
        raise Refused(_("不能合并：%(why)s") % {"why": "；".join(found.forbidden)})


def _join_members(line: Line, into: Organisation) -> None:
    """Whoever was a member of both is one of the survivor, with the wider rights of the two; the old row ends."""
    for row, _said in line.clashing:
        ended: Any = row
        kept = Membership.objects.get(organisation=into, user=ended.user_id)
        administered = any(one.active and one.role == Membership.Role.ADMIN for one in (ended, kept))
        kept.active = kept.active or ended.active
        kept.role = Membership.Role.ADMIN if administered else kept.role
        kept.save()
        ended.active = False
        ended.save()
