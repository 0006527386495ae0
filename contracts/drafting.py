"""Guided drafting: answers kept step by step, then made into a draft agreement with terms, clauses and decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from contracts import deciding
from contracts.blanks import names_in, shown
from contracts.clauses import Wording, blanks_of, take_text, wordings_of
from contracts.models import (
    Agreement,
    AgreementVersion,
    Drafting,
    Organisation,
    SupportHours,
    TemplateVersion,
)
from contracts.questions import QUESTIONS, Question
from contracts.weeks import seconds_a_day
from journal.recording import record
from people.models import User
from people.refusal import Refused

Said = Mapping[str, str]
PARTIES, TERM, SERVICE, MONEY = "parties", "term", "service", "money"
CONFIDENTIALITY, PARAMETERS, QUESTIONS_STEP = "confidentiality", "parameters", "questions"
STEPS = (PARTIES, TERM, SERVICE, MONEY, CONFIDENTIALITY, PARAMETERS, QUESTIONS_STEP)
CHAPTER = "chapter_"  # before the number of an optional chapter among the answers of the step on parameters
RATELESS = {"", AgreementVersion.InterestBasis.NONE.value, AgreementVersion.InterestBasis.SME.value}


@dataclass(frozen=True)
class Ends:
    """The two days on which a term may end, and how many days the written one is later (negative: earlier)."""

    by_years: date
    written: date

    @property
    def days(self) -> int:
        return (self.written - self.by_years).days


def ends_compared(starts_on: date, years: int, written: date) -> Ends:
    """The corresponding day so many years after the start (Civil Code 201, 202) beside the written end date."""
    return Ends(by_years=deciding.end_by_years(starts_on, years), written=written)


@transaction.atomic
def start(template: TemplateVersion, *, by: User, at: datetime) -> Drafting:
    """Begin to draft from a published template version."""
    if template.state != TemplateVersion.State.PUBLISHED:
        raise Refused(_("只能用已发布的模板版本起草。"))
    made: Drafting = Drafting.objects.create(template_version=template, started_by=by, started_at=at, changed_at=at)
    _note("drafting.started", made, by=by, at=at)
    return made


@transaction.atomic
def keep(drafting: Drafting, step: str, said: Said, *, by: User, at: datetime) -> Drafting:
    """Keep what was said in one step; said again it replaces what was kept.  Refused for what cannot be agreed."""
    if step not in STEPS:
        raise Refused(_("没有这一步。"))
    drafting = _locked(drafting)
    answers = {**drafting.answers, step: dict(said)}
    check(step, answers)
    drafting.answers, drafting.changed_at = answers, at
    drafting.save()
    _note("drafting.kept", drafting, by=by, at=at, step=step)
    return drafting


@transaction.atomic
def give_up(drafting: Drafting, *, by: User, at: datetime) -> Drafting:
    """End the drafting without an agreement."""
    drafting = _locked(drafting)
    drafting.state, drafting.changed_at = Drafting.State.GIVEN_UP, at
    drafting.save()
    _note("drafting.given_up", drafting, by=by, at=at)
    return drafting


@transaction.atomic
def finish(drafting: Drafting, *, by: User, at: datetime) -> Agreement:
    """Make the draft agreement: its terms as version 1, its clauses, its blanks and the decisions that were made.

    What was left open stays open and keeps the agreement from signing.  Refused without parties, number and term.
    """
    drafting = _locked(drafting)
    for step in STEPS:
        check(step, drafting.answers)
    if missing := missing_for_draft(drafting):
        raise Refused(_("生成草稿前还须填写：%(names)s。") % {"names": "、".join(missing)})
    agreement = _agreement(drafting, by)
    version = _version(drafting, agreement)
    wordings = adopted(drafting)
    take_text(version, drafting.template_version, wordings)
    own = {blank.name for blank in blanks_of(version) if not blank.home}
    values = {name: value for name, value in _said(drafting, PARAMETERS) if name in own and value}
    deciding.fill(version, values, by=by, at=at)
    raised = {question.key for question, _clauses in questions_of(drafting)}
    answers = {key: value for key, value in drafting.answers.get(QUESTIONS_STEP, {}).items() if key in raised}
    deciding.decide_all(version, answers, by=by, at=at)
    drafting.state, drafting.agreement, drafting.changed_at = Drafting.State.FINISHED, agreement, at
    drafting.save()
    _note("agreement.drafted", drafting, by=by, at=at, agreement=agreement)
    return agreement


def adopted(drafting: Drafting) -> list[Wording]:
    """The clauses of the template that the agreement takes: all but those of optional chapters nobody asked for."""
    said = drafting.answers.get(PARAMETERS, {})
    return [
        wording
        for wording in wordings_of(drafting.template_version)
        if not wording.optional or said.get(f"{CHAPTER}{wording.chapter_number}")
    ]


def questions_of(drafting: Drafting) -> list[tuple[Question, tuple[str, ...]]]:
    """The questions that the clauses taken so far raise, each with the numbers of those clauses."""
    wordings = adopted(drafting)
    raised = [
        (question, tuple(wording.number for wording in wordings if wording.topic in question.topics))
        for question in QUESTIONS
    ]
    return [(question, numbers) for question, numbers in raised if numbers]


def missing_for_draft(drafting: Drafting) -> list[str]:
    """What a draft agreement cannot do without, and nobody has said yet."""
    needed = (
        (PARTIES, "number", _("协议编号")),
        (PARTIES, "title", _("协议名称")),
        (PARTIES, "party_a", _("甲方")),
        (PARTIES, "party_b", _("乙方")),
        (TERM, "starts_on", _("计划起始日")),
    )
    return [str(label) for step, name, label in needed if not drafting.answers.get(step, {}).get(name)]


def left_open(drafting: Drafting) -> list[str]:
    """Labels of required blanks and questions without an answer: they stay open in the draft."""
    answers = drafting.answers
    said = {name: value for step in STEPS for name, value in answers.get(step, {}).items()}
    used = {name for wording in adopted(drafting) for name in names_in(wording.text)}
    blanks = [
        blank.label
        for blank in drafting.template_version.blanks.all()
        if blank.required and blank.name in used and not said.get(blank.home or blank.name)
    ]
    hours = _hours(said)
    questions = [
        str(question.title)
        for question, _clauses in questions_of(drafting)
        if not said.get(question.key) and not (question.flag and getattr(hours, question.flag, None) is not None)
    ]
    return [*blanks, *questions]


def check(step: str, answers: Mapping[str, Said]) -> None:
    """Refuse what cannot be agreed in one step, whatever was left empty."""
    checks = {PARTIES: _check_parties, TERM: _check_term, SERVICE: _check_service, MONEY: _check_money}
    if step in checks:
        checks[step](answers.get(step, {}))
    if step == QUESTIONS_STEP:
        _check_flags(answers)


def _check_parties(said: Said) -> None:
    if said.get("party_a") and said.get("party_a") == said.get("party_b"):
        raise Refused(_("甲方和乙方不能是同一单位。"))
    if Agreement.objects.filter(number=said.get("number", "")).exists():
        raise Refused(_("协议编号 %(number)s 已经用过，请换一个。") % {"number": said["number"]})


def _check_term(said: Said) -> None:
    ends = _date(said.get("ends_on"))
    starts = [day for day in (_date(said.get("starts_on")), _date(said.get("agreed_effective_on"))) if day]
    if ends is not None and any(ends < day for day in starts):
        raise Refused(_("终止日期不能早于起始日。"))


def _check_service(said: Said) -> None:
    response, solution = said.get("response_hours"), said.get("solution_hours")
    if response and solution and Decimal(solution) < Decimal(response):
        raise Refused(_("提出解决方案的时限不能短于响应时限。"))
    hours = _hours(said)
    if hours is None or not said.get("support_hours_per_day"):
        return
    lengths = {Decimal(seconds) / 3600 for seconds in seconds_a_day(hours.weekly) if seconds}
    if lengths != {Decimal(said["support_hours_per_day"])}:
        lengths_shown = "、".join(shown("hours", str(length)) for length in sorted(lengths))
        raise Refused(
            _("支持时段“%(name)s”每天是 %(shown)s 小时，与这里填写的不一致，请核对。")
            % {"name": hours.name, "shown": lengths_shown}
        )


def _check_money(said: Said) -> None:
    if said.get("interest_basis", "") not in RATELESS and not said.get("interest_rate"):
        raise Refused(_("选择了这种利息依据，请填写利率。"))


def _check_flags(answers: Mapping[str, Said]) -> None:
    """What was said of weekends and make-up days must be what the chosen support hours do, if they say anything."""
    hours = _hours(answers.get(SERVICE, {}))
    for question in QUESTIONS:
        answer = answers.get(QUESTIONS_STEP, {}).get(question.key, "")
        standing = getattr(hours, question.flag) if hours is not None and question.flag else None
        if answer and standing is not None and deciding.FLAGS[answer] != standing:
            raise Refused(
                _("“%(title)s”：支持时段“%(name)s”已经设为相反的做法，请换一套支持时段，或者改变回答。")
                % {"title": question.title, "name": hours.name if hours else ""}
            )
        if answer and question.flag and hours is None:
            raise Refused(_("请先选定支持时段，再回答“%(title)s”。") % {"title": question.title})


def _agreement(drafting: Drafting, by: User) -> Agreement:
    parties, term = drafting.answers[PARTIES], drafting.answers[TERM]
    try:
        with transaction.atomic():
            made: Agreement = Agreement.objects.create(
                number=parties["number"],
                title=parties["title"],
                party_a=Organisation.objects.get(pk=parties["party_a"]),
                party_b=Organisation.objects.get(pk=parties["party_b"]),
                manager=by,
                term_years=_whole(term.get("term_years")),
                agreed_effective_on=_date(term.get("agreed_effective_on")),
                ends_on=_date(term.get("ends_on")),
            )
    except IntegrityError as error:  # somebody took the number since it was checked
        raise Refused(_("协议编号 %(number)s 已经用过，请换一个。") % {"number": parties["number"]}) from error
    return made


def _version(drafting: Drafting, agreement: Agreement) -> AgreementVersion:
    said = {name: value for step in (SERVICE, MONEY, CONFIDENTIALITY) for name, value in _said(drafting, step)}
    fields: dict[str, Any] = {
        "confidentiality_years": _whole(said.get("confidentiality_years")),
        "payment_working_days": _whole(said.get("payment_working_days")),
        "support_hours_id": _whole(said.get("support_hours")),
        "interest_rate": _figure(said.get("interest_rate")),
        "cure_days": _whole(said.get("cure_days")),
        "cure_counted": said.get("cure_counted") or "",
        "interest_cap": _figure(said.get("interest_cap")),
    }
    for name in ("support_hours_per_day", "response_hours", "solution_hours"):
        fields[name] = _figure(said.get(name))
    for name in ("interest_basis", "interest_counting", "allocation_order"):
        if said.get(name):
            fields[name] = said[name]
    if said.get("interest_year_days"):
        fields["interest_year_days"] = int(said["interest_year_days"])
    made: AgreementVersion = AgreementVersion.objects.create(
        agreement=agreement,
        effective_from=date.fromisoformat(drafting.answers[TERM]["starts_on"]),
        **fields,
    )
    return made


def _said(drafting: Drafting, step: str) -> list[tuple[str, str]]:
    return list(drafting.answers.get(step, {}).items())


def _hours(said: Said) -> SupportHours | None:
    return SupportHours.objects.filter(pk=said["support_hours"]).first() if said.get("support_hours") else None


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _whole(value: str | None) -> int | None:
    return int(value) if value else None


def _figure(value: str | None) -> Decimal | None:
    return Decimal(value) if value else None


def _locked(drafting: Drafting) -> Drafting:
    rows = Drafting.objects.select_related("template_version__template")
    locked: Drafting = rows.select_for_update(of=("self",), no_key=True).get(pk=drafting.pk)
    if locked.state != Drafting.State.OPEN:
        raise Refused(_("这份起草单已经结束（%(state)s）。") % {"state": locked.get_state_display()})
    return locked


def _note(
    action: str, drafting: Drafting, *, by: User, at: datetime, step: str = "", agreement: Agreement | None = None
) -> None:
    record(
        action,
        obj=agreement or drafting,
        by=by,
        at=at,
        data={"drafting": drafting.pk, "template": str(drafting.template_version), "step": step},
        organisation_id=agreement.party_b_id if agreement else None,
        agreement_id=agreement.pk if agreement else None,
    )
