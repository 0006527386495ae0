"""Deciding what the text leaves open: each question is answered by a person, once, and a later answer replaces it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from contracts.blanks import CHOICE, Blank, shown
from contracts.clauses import blanks_of, open_parameters
from contracts.models import Agreement, AgreementVersion, Decision
from contracts.questions import BY_KEY, QUESTIONS, Option, Question
from journal.recording import record
from people.models import User
from people.refusal import Refused
from worktime.workdays import corresponding_day

FLAG_VALUES = {True: "yes", False: "no", None: ""}
FLAGS = {value: flag for flag, value in FLAG_VALUES.items() if value}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as it stands for one version: the clauses it is about, the answer if there is one, and who gave it."""

    question: Question
    clauses: tuple[str, ...]
    answer: str
    decision: Decision | None = None

    @property
    def option(self) -> Option | None:
        """The chosen option."""
        return self.question.option(self.answer)


def asked_of(version: AgreementVersion) -> list[Asked]:
    """Every question that the text of the version raises, answered or not, in the order of the register."""
    topics: dict[str, list[str]] = {}
    for number, topic in version.clauses.order_by("position").values_list("number", "topic"):
        topics.setdefault(topic, []).append(number)
    given = {row.key: row for row in Decision.objects.reaching(version).select_related("by")}
    return [
        Asked(
            question=question,
            clauses=tuple(number for topic in topics if topic in question.topics for number in topics[topic]),
            answer=_standing(question, version, given.get(question.key)),
            decision=_matching(question, version, given.get(question.key)),
        )
        for question in QUESTIONS
        if question.topics & topics.keys()
    ]


def answer_of(version: AgreementVersion, key: str) -> str:
    """The answer in force for a version, or nothing; a supplement keeps the answers of the versions before it.

    Raises KeyError for a question that the register does not have.
    """
    question = BY_KEY[key]
    return _standing(question, version, Decision.objects.reaching(version).filter(key=key).last())


def still_open(version: AgreementVersion) -> list[str]:
    """What keeps a version from signing beyond its own fields: blanks of the text and questions without an answer."""
    fields = [
        str(asked.question.title)
        for asked in asked_of(version)
        if not asked.answer and not asked.question.field and not asked.question.flag
    ]
    return [*open_parameters(version), *fields]


def end_by_years(start: date, years: int) -> date:
    """The last day of a term of years that begins on a day: the corresponding day (Civil Code 201, 202)."""
    return corresponding_day(start, years=years)


def last_day(version: AgreementVersion, effective_on: date) -> date | None:
    """The day on which the agreement ends, by what was decided on the term; the written date when nothing was.

    A supplement has the day that it names, else the agreement's.
    """
    agreement = version.agreement
    if version.kind == AgreementVersion.Kind.SUPPLEMENT:
        return version.ends_on or agreement.ends_on
    if agreement.term_years and answer_of(version, "end_rule") == "years":
        return end_by_years(effective_on, agreement.term_years)
    return agreement.ends_on


@transaction.atomic
def decide(version: AgreementVersion, key: str, answer: str, *, note: str = "", by: User, at: datetime) -> Decision:
    """Answer a question for a draft version; the field that the answer fills is filled with it.

    Refused for a question that the text does not raise, for an answer it does not have, and once the version is no
    draft or waits for signatures.
    """
    version = _locked_draft(version)
    question = BY_KEY.get(key)
    if question is None or key not in {asked.question.key for asked in asked_of(version)}:
        raise Refused(_("这份协议的条款里没有这个待定事项。"))
    option = question.option(answer)
    if option is None:
        raise Refused(_("请从给出的选项里选择。"))
    _fill(question, version, answer)
    made: Decision = Decision.objects.create(version=version, key=key, answer=answer, note=note.strip(), by=by, at=at)
    record(
        "decision.made",
        obj=made,
        by=by,
        at=at,
        data={"version": version.pk, "key": key, "answer": answer, "note": note.strip()},
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )
    return made


@transaction.atomic
def decide_all(
    version: AgreementVersion, answers: Mapping[str, str], *, note: str = "", by: User, at: datetime
) -> list[Decision]:
    """Answer several questions; answers that stand already are not given again."""
    standing = {asked.question.key: asked for asked in asked_of(version)}
    return [
        decide(version, key, answer, note=note, by=by, at=at)
        for key, answer in answers.items()
        if answer and not (key in standing and standing[key].decision and standing[key].answer == answer)
    ]


@transaction.atomic
def fill(version: AgreementVersion, values: Mapping[str, str], *, by: User, at: datetime) -> AgreementVersion:
    """Put values into the blanks of a draft version that no field holds; an empty value opens the blank again.

    Refused for a name that the text does not have and for a value that is none of its kind.
    """
    version = _locked_draft(version)
    known = {blank.name: blank for blank in blanks_of(version) if not blank.home}
    kept = dict(version.parameters)
    for name, value in values.items():
        if name not in known:
            raise Refused(_("这份协议没有空白“%(name)s”。") % {"name": name})
        _require_fitting(known[name], value)
        kept[name] = value
    version.parameters = {name: value for name, value in kept.items() if value}
    version.save()
    record(
        "agreement_version.filled",
        obj=version,
        by=by,
        at=at,
        data={"parameters": version.parameters},
        organisation_id=version.agreement.party_b_id,
        agreement_id=version.agreement_id,
    )
    return version


def _require_fitting(blank: Blank, value: str) -> None:
    if not value:
        return
    try:
        shown(blank.kind, value)
    except ValueError as error:
        raise Refused(_("“%(label)s”填写的内容不对：%(value)s。") % {"label": blank.label, "value": value}) from error
    if blank.kind == CHOICE and value not in blank.options:
        raise Refused(_("“%(label)s”须从给出的选项里选择。") % {"label": blank.label})


def _standing(question: Question, version: AgreementVersion, decision: Decision | None) -> str:
    if question.field:
        return str(getattr(version, question.field) or "")
    if question.flag:
        hours = version.support_hours
        return FLAG_VALUES[getattr(hours, question.flag)] if hours is not None else ""
    return decision.answer if decision is not None else ""


def _matching(question: Question, version: AgreementVersion, decision: Decision | None) -> Decision | None:
    """The decision, unless the field it filled has been changed since."""
    standing = _standing(question, version, decision)
    return decision if decision is not None and decision.answer == standing else None


def _fill(question: Question, version: AgreementVersion, answer: str) -> None:
    if question.field:
        setattr(version, question.field, answer)
        version.save()
    elif question.flag:
        _fill_flag(question, version, answer)


def _fill_flag(question: Question, version: AgreementVersion, answer: str) -> None:
    """The flag belongs to a set of support hours that other agreements may use: it is filled, never turned round."""
    hours = version.support_hours
    if hours is None:
        raise Refused(_("请先选定支持时段，再回答“%(title)s”。") % {"title": question.title})
    standing = getattr(hours, question.flag)
    if standing is not None and standing != FLAGS[answer]:
        raise Refused(
            _("支持时段“%(name)s”已经设为相反的做法，请换一套支持时段，或者改变回答。") % {"name": hours.name}
        )
    if standing is None:
        setattr(hours, question.flag, FLAGS[answer])
        hours.save()


def _locked_draft(version: AgreementVersion) -> AgreementVersion:
    rows = AgreementVersion.objects.select_related("agreement__party_a", "agreement__party_b", "support_hours")
    locked: AgreementVersion = rows.select_for_update(of=("self",), no_key=True).get(pk=version.pk)
    first = locked.kind == AgreementVersion.Kind.ORIGINAL
    if locked.state != AgreementVersion.State.DRAFT or (first and locked.agreement.state != Agreement.State.DRAFT):
        raise Refused(_("条款已经提交签署或者生效，不能再改；以后的变更请办补充协议。"))
    return locked
