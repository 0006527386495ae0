"""Amending: a draft supplement changes, adds and removes clauses, and keeps one amendment row for each."""

import re
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.blanks import unknown_in
from contracts.clauses import read_blanks
from contracts.models import AgreementVersion, Clause, ClauseAmendment
from contracts.supplements import locked_draft
from journal.recording import record
from people.models import User
from people.refusal import Refused

NUMBER = re.compile(r"[0-9]+(\.[0-9]+){0,3}")


@dataclass(frozen=True, kw_only=True)
class Wording:
    """How a clause shall read, and why; {named blanks} stay in the text and are filled from the terms."""

    heading: str
    text: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class NewClause:
    """A clause that the base does not have: its number decides its place; klass, topic and side as of Clause."""

    number: str
    klass: str
    topic: str = ""
    side: str = Clause.Side.BOTH.value


@transaction.atomic
def change_clause(clause: Clause, wording: Wording, *, by: User, at: datetime) -> Clause:
    """Give a clause of the draft another heading or text.  Put back to the base's words, its amendment goes.

    Refused for a version that is no draft, without words or reason, and for a blank that nobody fills.
    """
    _agreement, version = locked_draft(clause.version)
    heading, text = _checked(version, wording)
    clause = version.clauses.select_for_update(no_key=True).get(pk=clause.pk)
    if (clause.heading, clause.text) == (heading, text):
        raise Refused(_("内容和现在的条款一样，没有修改。"))
    clause.heading, clause.text = heading, text
    clause.save()
    _settle(version, clause.number, wording.reason)
    _note("clause.changed", version, clause.number, by=by, at=at, reason=wording.reason)
    return clause


@transaction.atomic
def add_clause(version: AgreementVersion, new: NewClause, wording: Wording, *, by: User, at: datetime) -> Clause:
    """Add a clause at the place of its number.  Refused when the number is taken or is none."""
    _agreement, version = locked_draft(version)
    heading, text = _checked(version, wording)
    number = new.number.strip()
    if not NUMBER.fullmatch(number):
        raise Refused(_("条款号用数字和点表示，例如 6.2.3。"))
    if version.clauses.filter(number=number).exists():
        raise Refused(_("条款 %(number)s 已经存在；请修改它，或换一个条款号。") % {"number": number})
    clause = Clause(
        version=version, number=number, heading=heading, text=text, klass=new.klass, topic=new.topic, side=new.side,
        position=_make_room(version, number),
    )  # fmt: skip
    _like_its_neighbour(clause)
    clause.save()
    _settle(version, number, wording.reason)
    _note("clause.added", version, number, by=by, at=at, reason=wording.reason)
    return clause


@transaction.atomic
def remove_clause(clause: Clause, *, reason: str, by: User, at: datetime) -> None:
    """Leave a clause out of the draft; the base keeps it, and the amendment keeps its words."""
    _agreement, version = locked_draft(clause.version)
    _demand(reason)
    clause = version.clauses.select_for_update(no_key=True).get(pk=clause.pk)
    number = clause.number
    clause.delete()
    _settle(version, number, reason)
    _note("clause.removed", version, number, by=by, at=at, reason=reason)


@transaction.atomic
def undo(amendment: ClauseAmendment, *, by: User, at: datetime) -> AgreementVersion:
    """Put a clause of the draft back as the base has it; the amendment goes, its history stays."""
    _agreement, version = locked_draft(amendment.version)
    before = _of_base(version, amendment.number)
    now = version.clauses.filter(number=amendment.number).first()
    if before is None and now is not None:
        now.delete()
    elif before is not None and now is not None:
        now.heading, now.text = before.heading, before.text
        now.save()
    elif before is not None:
        copied = [field.attname for field in Clause._meta.concrete_fields if field.name not in {"id", "version"}]
        again = Clause(version=version, **{name: getattr(before, name) for name in copied})
        again.position = _make_room(version, before.number)
        again.save()
    _settle(version, amendment.number, amendment.reason)
    _note("clause.put_back", version, amendment.number, by=by, at=at)
    return version


def _settle(version: AgreementVersion, number: str, reason: str) -> None:
    """Bring the amendment row of one number in line with what the base and the draft say."""
    before, now = _of_base(version, number), version.clauses.filter(number=number).first()
    row = version.amendments.filter(number=number).first() or ClauseAmendment(version=version, number=number)
    old, new = _words(before), _words(now)
    if old == new:
        if row.pk is not None:
            row.delete()
        return
    kinds = ClauseAmendment.Change
    row.change = kinds.CHANGED if before and now else kinds.ADDED if now else kinds.REMOVED
    (row.old_heading, row.old_text), (row.new_heading, row.new_text) = old, new
    row.reason = reason.strip()
    row.save()


def _of_base(version: AgreementVersion, number: str) -> Clause | None:
    found: Clause | None = Clause.objects.filter(version_id=version.base_id, number=number).first()
    return found


def _words(clause: Clause | None) -> tuple[str, str]:
    return (clause.heading, clause.text) if clause else ("", "")


def _checked(version: AgreementVersion, wording: Wording) -> tuple[str, str]:
    heading, text = " ".join(wording.heading.split()), wording.text.strip().replace("\r\n", "\n")
    if not (heading and text):
        raise Refused(_("请填写条款的标题和正文。"))
    _demand(wording.reason)
    known = read_blanks(version)
    if unknown := unknown_in(text, known):
        raise Refused(
            _("正文里的 {%(name)s} 不是系统能填写的内容，请改成文字，或使用：%(known)s")
            % {"name": unknown[0], "known": "、".join(f"{{{name}}}" for name in sorted(known))}
        )
    return heading, text


def _demand(reason: str) -> None:
    if not reason.strip():
        raise Refused(_("请写明修改理由。"))


def _make_room(version: AgreementVersion, number: str) -> int:
    """The place of a number in the order of the text; the clauses after it move on by one."""
    clauses = list(version.clauses.order_by("position"))
    before = [clause for clause in clauses if _in_order(clause.number) < _in_order(number)]
    place = (before[-1].position if before else 0) + 1
    for clause in reversed(clauses):
        if clause.position >= place:
            clause.position += 1
            clause.save()
    return place


def _in_order(number: str) -> list[int]:
    return [int(part) for part in re.findall(r"[0-9]+", number)]


def _like_its_neighbour(clause: Clause) -> None:
    """A new clause stands under the chapter and section of those that share the start of its number."""
    parts = clause.number.split(".")
    for start in (".".join(parts[:2]), parts[0]):
        near = clause.version.clauses.filter(number__startswith=f"{start}.").first()
        if near is not None:
            clause.chapter_number, clause.chapter = near.chapter_number, near.chapter
            if start != parts[0]:
                clause.section_number, clause.section = near.section_number, near.section
            return


def _note(action: str, version: AgreementVersion, number: str, *, by: User, at: datetime, reason: str = "") -> None:
    agreement = version.agreement
    record(
        action,
        obj=version,
        by=by,
        at=at,
        reason=reason.strip(),
        data={"clause": number, "version": version.number},
        organisation_id=agreement.party_b_id,
        agreement_id=agreement.pk,
    )
