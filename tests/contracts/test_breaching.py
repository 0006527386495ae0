"""Breach cases: each verb where it may start, its refusals in words, who is told, and what stays internal."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from contracts import breaching
from contracts.models import Agreement, BreachCase, CaseEntry
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts import making_cases as making
from tests.contracts.making_cases import DAY, NOW, STAGES, TODAY

pytestmark = pytest.mark.django_db

Act = Callable[[BreachCase, User], object]
ACTS: dict[str, Act] = {
    "notify": lambda case, by: breaching.notify(case, notice=making.arrived(case.agreement, by), by=by, at=NOW),
    "answer": lambda case, by: breaching.answer(case, breaching.Said(text="说明"), by=by, at=NOW),
    "decide": lambda case, by: breaching.decide(case, finding="upheld", text="理由", by=by, at=NOW),
    "handle": lambda case, by: breaching.handle(case, text="措施", by=by, at=NOW),
    "close": lambda case, by: breaching.close(case, outcome="结果", by=by, at=NOW),
    "evidence": lambda case, by: breaching.add_evidence(case, breaching.Said(text="材料"), by=by, at=NOW),
    "interrupt": lambda case, by: breaching.interrupt(case, ground="demand", on=TODAY, text="催告", by=by, at=NOW),
}
MAY: dict[str, set[str]] = {
    "notify": {"found"},
    "answer": {"notified", "answered"},
    "decide": {"answered"},
    "handle": {"decided", "handling"},
    "close": {"found", "handling"},
    "evidence": {"found", "notified", "answered", "decided", "handling"},
    "interrupt": {"found", "notified", "answered", "decided", "handling"},
}


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("verb", ACTS)
def test_each_verb_starts_only_where_it_may(
    agreement: Agreement, contract_manager: User, verb: str, stage: str
) -> None:
    case = STAGES[stage](agreement, contract_manager)
    lines = CaseEntry.objects.count()
    if stage in MAY[verb]:
        ACTS[verb](case, contract_manager)
        assert CaseEntry.objects.count() == lines + 1
    else:
        with pytest.raises(Refused):
            ACTS[verb](case, contract_manager)
        assert CaseEntry.objects.count() == lines


def test_a_case_from_finding_to_its_end(agreement: Agreement, contract_manager: User) -> None:
    case = making.closed(agreement, contract_manager)

    assert (case.state, case.finding, case.outcome) == ("closed", "upheld", "已付清。")
    assert case.number == f"{agreement.number}-WY01"
    actions = list(
        Event.objects.filter(action__startswith="breach_case").order_by("seq").values_list("action", flat=True)
    )
    assert [action.removeprefix("breach_case.") for action in actions] == [
        "opened", "notified", "answered", "decided", "handled", "closed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"facts": " "}, "请写明事由", id="no facts"),
        pytest.param({"clause_numbers": ""}, "请写明事由", id="no clause"),
        pytest.param({"found_on": TODAY + DAY}, "不能晚于今天", id="found tomorrow"),
        pytest.param({"known_on": TODAY - 9 * DAY}, "不能晚于发现日期", id="known after found"),
    ],
)
def test_a_finding_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        making.found(agreement, contract_manager, **changes)


def test_a_draft_cannot_be_broken(agreement: Agreement, contract_manager: User) -> None:
    draft = make.agreement(party_b=agreement.party_b, state="draft")

    with pytest.raises(Refused, match="草稿协议"):
        making.found(draft, contract_manager)


def test_an_ended_agreement_can_have_been_broken(agreement: Agreement, contract_manager: User) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(state="terminated")

    assert making.found(agreement, contract_manager).state == "found"


@pytest.mark.parametrize(
    "notice, words",
    [
        pytest.param("other agreement", "属于另一份协议", id="another agreement's"),
        pytest.param("own", "守约一方", id="by the party in breach"),
        pytest.param("sent", "尚未送达", id="under way"),
    ],
)
def test_only_an_arrived_notice_of_the_other_party_tells(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User, notice: str, words: str
) -> None:
    case = making.found(agreement, contract_manager)
    served = making.arrived(
        other_agreement if notice == "other agreement" else agreement,
        contract_manager,
        sender="b" if notice == "own" else "a",
    )
    if notice == "sent":
        type(served).objects.filter(pk=served.pk).update(state="sent", received_at=None, received_by="")
        served.refresh_from_db()

    with pytest.raises(Refused, match=words):
        breaching.notify(case, notice=served, by=contract_manager, at=NOW)


def test_the_time_to_answer_ends_after_the_arrival(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="申辩期限须晚于"):
        making.told(agreement, contract_manager, reply_by=TODAY - 8 * DAY)


def test_silence_is_decided_upon_after_its_time(agreement: Agreement, contract_manager: User) -> None:
    case = making.told(agreement, contract_manager, reply_by=TODAY)
    with pytest.raises(Refused, match="对方还没有申辩"):
        breaching.decide(case, finding="upheld", text="未答复。", by=contract_manager, at=NOW)

    case = breaching.decide(case, finding="upheld", text="未答复。", by=contract_manager, at=NOW + DAY)

    assert case.state == "decided"


@pytest.mark.parametrize(
    "verdict, text, words",
    [
        pytest.param("guilty", "理由", "请选择认定结论", id="no such finding"),
        pytest.param("upheld", " ", "认定理由", id="no reason"),
    ],
)
def test_a_decision_says_what_and_why(
    agreement: Agreement, contract_manager: User, verdict: str, text: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        breaching.decide(
            making.answered(agreement, contract_manager), finding=verdict, text=text, by=contract_manager, at=NOW
        )


def test_where_there_was_no_breach_nothing_is_done(agreement: Agreement, contract_manager: User) -> None:
    case = making.decided(agreement, contract_manager, "dismissed")
    with pytest.raises(Refused, match="违约不成立"):
        breaching.handle(case, text="措施", by=contract_manager, at=NOW)

    assert breaching.close(case, outcome="不成立。", by=contract_manager, at=NOW).state == "closed"


def test_a_case_does_not_end_over_an_open_claim(agreement: Agreement, contract_manager: User) -> None:
    case = making.handling(agreement, contract_manager)
    making.penalty(case, contract_manager)

    with pytest.raises(Refused, match="还有 1 项主张没有了结"):
        breaching.close(case, outcome="已付清。", by=contract_manager, at=NOW)


def test_the_party_in_breach_is_told_and_the_others_are_not(
    agreement: Agreement, contract_manager: User, party_b: User, party_b_other: User
) -> None:
    making.found(agreement, contract_manager)
    assert not Notice.objects.filter(recipient=party_b).exists()

    making.told(agreement, contract_manager)

    assert Notice.objects.filter(recipient=party_b, kind="breach_case.notified").exists()
    assert not Notice.objects.filter(recipient=party_b_other).exists()


def test_party_b_brings_a_breach_by_party_a(agreement: Agreement, contract_manager: User, party_b: User) -> None:
    case = breaching.bring_case(agreement, making.finding(party="a"), by=party_b, at=NOW)

    assert (case.state, case.party, case.claimant) == ("notified", "a", "b")
    assert case.notice is not None and (case.notice.sender, case.notice.channel) == ("b", "portal")
    assert Notice.objects.filter(recipient=contract_manager, kind="breach_case.brought").exists()
    with pytest.raises(Refused, match="只能主张甲方违约"):
        breaching.bring_case(agreement, making.finding(party="b"), by=party_b, at=NOW)


def test_who_sees_a_case(agreement: Agreement, contract_manager: User, party_b: User, party_b_other: User) -> None:
    hidden, shown = making.found(agreement, contract_manager), making.told(agreement, contract_manager)

    assert list(BreachCase.objects.for_user(party_b)) == [shown]
    assert list(BreachCase.objects.for_user(party_b_other)) == []
    ended = breaching.close(hidden, outcome="查无实据。", by=contract_manager, at=NOW)
    assert ended.entries.for_party_b().count() == 0


def test_internal_lines_and_their_papers_stay_internal(
    agreement: Agreement, contract_manager: User, party_b: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    case = making.told(agreement, contract_manager)
    files = [SimpleUploadedFile(f"{name}.pdf", b"%PDF-1.4\n") for name in ("研判", "测算")]

    breaching.add_evidence(case, breaching.Said(text="内部", files=files, internal=True), by=contract_manager, at=NOW)

    lines = case.entries.filter(internal=True, kind="note")
    assert lines.count() == 2
    assert not any(line.paper.for_party_b for line in lines if line.paper)
    assert not case.entries.for_party_b().filter(kind="note").exists()


def test_the_database_keeps_the_lines_as_they_are(agreement: Agreement, contract_manager: User) -> None:
    line = making.told(agreement, contract_manager).entries.latest("pk")

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CaseEntry.objects.filter(pk=line.pk).update(internal=False)


@pytest.mark.parametrize(
    "ground, on, words",
    [
        pytest.param("demand", TODAY + DAY, "不能晚于今天", id="in the future"),
        pytest.param("demand", TODAY - 11 * DAY, "不能早于知道", id="before it was known"),
        pytest.param("ended", TODAY, "没有正在进行的", id="the end of what never began"),
        pytest.param("weather", TODAY, "请选择中断事由", id="no ground"),
    ],
)
def test_an_interruption_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, ground: str, on: Any, words: str
) -> None:
    case = making.found(agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        breaching.interrupt(case, ground=ground, on=on, text="函", by=contract_manager, at=NOW)


def last_of(case: BreachCase) -> date | None:
    """The last day of the limitation, fresh from the database."""
    return BreachCase.objects.values_list("limitation_on", flat=True).get(pk=case.pk)


def test_interruptions_move_the_last_day(agreement: Agreement, contract_manager: User) -> None:
    case = making.found(agreement, contract_manager)
    assert last_of(case) == date(2029, 9, 8)

    breaching.interrupt(case, ground="demand", on=TODAY, text="催告函", by=contract_manager, at=NOW)
    assert last_of(case) == date(2029, 9, 18)
    breaching.interrupt(case, ground="filed", on=TODAY, text="起诉", by=contract_manager, at=NOW)
    assert last_of(case) is None
    with pytest.raises(Refused, match="时效不计算"):
        breaching.interrupt(case, ground="demand", on=TODAY, text="催告函", by=contract_manager, at=NOW)
    breaching.interrupt(case, ground="ended", on=TODAY, text="判决", by=contract_manager, at=NOW)
    assert last_of(case) == date(2029, 9, 18)


def test_what_ran_out_is_only_revived_by_consent(agreement: Agreement, contract_manager: User) -> None:
    case = making.found(agreement, contract_manager)
    late = NOW.replace(year=2030)
    with pytest.raises(Refused, match="已于 2029-09-08 届满"):
        breaching.interrupt(case, ground="demand", on=late.date(), text="催告", by=contract_manager, at=late)

    breaching.interrupt(case, ground="agreed", on=late.date(), text="对方书面同意", by=contract_manager, at=late)

    case.refresh_from_db()
    assert case.limitation_on == late.date().replace(year=2033)
