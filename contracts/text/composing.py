"""The agreement text composed from the rows of a version: what `drawing` and the pages show."""

from collections.abc import Iterable
from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _

from contracts import deciding, parties
from contracts.blanks import Span, names_in, spans
from contracts.clauses import blanks_of, chapters_of, read_blanks
from contracts.models import Agreement, AgreementParty, AgreementVersion, Clause
from contracts.text.annexing import annexes_of
from contracts.text.document import (
    AgreementDocument,
    Annex,
    AnnexRow,
    Party,
    PrintedChapter,
    PrintedClause,
    PrintedSection,
    Words,
)
from contracts.weeks import DAYS, written_day


def compose(
    version: AgreementVersion,
    *,
    on: date,
    language: str = "zh-hans",
    draft: bool = True,
    open_items: Iterable[str] = (),
) -> AgreementDocument:
    """The text of a version as it stands now, its labels and annexes in the language, the clauses as agreed.

    open_items name what keeps a draft from signing; `on` is the civil day that the paper states.
    """
    with translation.override(language):
        agreement = version.agreement
        clauses = list(version.clauses.order_by("position"))
        read = read_blanks(version)
        return AgreementDocument(
            number=agreement.number,
            title=agreement.title,
            version=f"{version.get_kind_display()} v{version.number}",
            template=str(version.template_version or ""),
            party_a=_party(agreement, AgreementParty.Side.A),
            party_b=_party(agreement, AgreementParty.Side.B),
            chapters=tuple(_with_left_out(version, _chapters(clauses, read))),
            annexes=tuple(annex for annex in _annexes(version, clauses, read) if annex.rows),
            open_items=tuple(open_items) if draft else (),
            draft=draft,
            issued_on=on,
            language=language,
        )


def _party(agreement: Agreement, side: str) -> Party:
    """The side as it was when the agreement went to signing; of a draft as it is now."""
    party, body = parties.party_of(agreement, side), parties.organisation_of(agreement, side)
    notices = [party.notice_address, party.notice_email, party.notice_system]
    return Party(
        name=party.name,
        uscc=party.uscc,
        address=party.address,
        contact=body.contact_name,
        phone=body.contact_phone,
        legal_representative=party.legal_representative,
        signer=party.signer,
        capacity=party.capacity,
        notices="；".join(dict.fromkeys(words for words in notices if words)),
    )


def _chapters(clauses: Iterable[Clause], read: dict[str, Span]) -> list[PrintedChapter]:
    return [
        PrintedChapter(
            number=chapter.number,
            heading=chapter.heading,
            sections=tuple(
                PrintedSection(
                    number=part.number,
                    heading=part.heading,
                    clauses=tuple(_clause(clause, read) for clause in part.clauses),
                )
                for part in chapter.parts
            ),
        )
        for chapter in chapters_of(clauses)
    ]


def _clause(clause: Clause, read: dict[str, Span]) -> PrintedClause:
    pieces = tuple(Words(span.words, span.mark) for span in spans(clause.text, read))
    return PrintedClause(number=clause.number, heading=clause.heading, pieces=pieces, note=clause.note)


def _with_left_out(version: AgreementVersion, chapters: list[PrintedChapter]) -> list[PrintedChapter]:
    """The chapters with those of the template that the agreement does without, in the order of the template.

    A chapter left out keeps its number, so that the numbers of the others and references to them stay right.
    """
    if version.template_version is None:
        return chapters
    held = {chapter.number: chapter for chapter in chapters}
    nodes = list(version.template_version.nodes.filter(kind="chapter").order_by("position"))
    known = [
        held.pop(node.number, PrintedChapter(node.number, node.heading, sections=(), adopted=False))
        for node in nodes
        if node.optional or node.number in held
    ]
    return [*known, *held.values()]


def _annexes(version: AgreementVersion, clauses: Iterable[Clause], read: dict[str, Span]) -> list[Annex]:
    return [
        _support_hours(version),
        Annex(title=_("各项决定"), rows=tuple(_decision(asked) for asked in deciding.asked_of(version))),
        _parameters(version, clauses, read),
        *annexes_of(version),
    ]


def _support_hours(version: AgreementVersion) -> Annex:
    hours = version.support_hours
    if hours is None:
        return Annex(title=_("支持时段"), rows=())
    rows = [
        AnnexRow(str(day), written_day(windows) or _("不提供支持"))
        for day, windows in zip(DAYS, hours.weekly, strict=True)
    ]
    flags = [
        (_("普通周末"), hours.weekends_served),
        (_("调休上班日"), hours.makeup_days_served),
    ]
    rows += [AnnexRow(label, _flag(served)) for label, served in flags]
    calendar = _("节假日和调休按工作日历“%(name)s”。") % {"name": hours.calendar.name}
    return Annex(title=_("支持时段"), rows=tuple(rows), remarks=(f"{hours.name}", calendar))


def _flag(served: bool | None) -> str:  # noqa: FBT001  the three answers of the field
    return _("（未定）") if served is None else _("提供支持") if served else _("不提供支持")


def _decision(asked: deciding.Asked) -> AnnexRow:
    numbers = _("第 %(numbers)s 条") % {"numbers": "、".join(asked.clauses)}
    label = f"{asked.question.title}\n{numbers}"
    if asked.option is None:
        return AnnexRow(label, _("（未定）"))
    return AnnexRow(label, str(asked.option.label), str(asked.option.consequence))


def _parameters(version: AgreementVersion, clauses: Iterable[Clause], read: dict[str, Span]) -> Annex:
    """The blanks that no clause names: what the parties agreed beside the standard text, or that they did not."""
    named = {name for clause in clauses for name in names_in(clause.text)}
    rows = [
        AnnexRow(blank.label, read[blank.name].words)
        for blank in blanks_of(version)
        if blank.name not in named and not blank.home
    ]
    return Annex(title=_("补充约定的参数"), rows=tuple(rows))
