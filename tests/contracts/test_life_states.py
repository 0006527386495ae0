"""Every verb of an agreement's life × every state: where it works; elsewhere it refuses and changes nothing."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from contracts import activating, lifecycle, renewing, signing, suspending, terminating
from contracts.lifecycle import Halt
from contracts.models import Agreement, AgreementVersion, ExitTask, TermChange
from people.models import User
from people.refusal import Refused
from tests import make
from tests.contracts.marks import DAY, FOUR, SHANGHAI, mark, scan

pytestmark = pytest.mark.django_db
State = Agreement.State
NOW = datetime(2026, 9, 18, 10, 0, tzinfo=SHANGHAI)
ENDED = {"expired", "terminated", "closed"}
SIGNING = {"for_signing", "partly_signed"}
Verb = Callable[[Agreement, User], object]

HALT = Halt(scope="access", reason="逾期付款。", starts_at=NOW)
AGREED = terminating.Case(ground="agreed", side="both", reason="机构撤并。", until=date(2026, 9, 1))


def version_of(made: Agreement) -> AgreementVersion:
    return made.versions.get()


def signed(made: Agreement, by: User) -> object:
    """The one mark that is still missing in each state: Party B's seal."""
    fields = {"side": "b", "kind": "seal", "person": "沈国梁", "seal_name": "公章", "made_on": DAY}
    proof = signing.Proof(scan=scan())
    return signing.record_mark(version_of(made), signing.Mark(**fields), proof=proof, by=by, at=NOW)  # type: ignore[arg-type]


def over(made: Agreement, by: User) -> object:
    return lifecycle.expire(made, by=None, at=datetime(2029, 1, 1, 0, 0, tzinfo=SHANGHAI))


# verb -> (call, states in which it works)
TABLE: dict[str, tuple[Verb, set[str]]] = {
    "open for signing": (lambda made, by: lifecycle.open_for_signing(made, by=by, at=NOW), {"draft"}),
    "record a mark": (signed, SIGNING),
    "back to draft": (
        lambda made, by: signing.back_to_draft(version_of(made), reason="改条款", by=by, at=NOW),
        {"for_signing"},  # once a mark stands it is refused
    ),
    "ask for activation": (
        lambda made, by: activating.ask(version_of(made), by=by, at=NOW),
        {"partly_signed"},  # with every mark there
    ),
    "put in force": (
        lambda made, by: lifecycle.put_in_force(made, signed_on=DAY, effective_on=DAY, by=by, at=NOW),
        SIGNING,
    ),
    "ask to suspend": (lambda made, by: suspending.ask(made, HALT, by=by, at=NOW), {"in_force"}),
    "suspend": (lambda made, by: lifecycle.suspend(made, HALT, by=by, at=NOW), {"in_force"}),
    "begin a suspension": (lambda made, by: lifecycle.begin_suspension(made, by=by, at=NOW), set()),
    "ask to lift": (lambda made, by: suspending.ask_lift(made, reason="已付清", by=by, at=NOW), {"suspended"}),
    "lift": (lambda made, by: lifecycle.lift(made, reason="已付清", by=by, at=NOW), {"suspended"}),
    "expire": (over, {"in_force", "suspended"}),
    "copy forward": (
        lambda made, by: renewing.copy_forward(made, number="GXXY-2029-001", by=by, at=NOW),
        {"in_force", "suspended", "expired"},
    ),
    "object to renewal": (
        lambda made, by: renewing.object_to(made, side="b", objected_on=date(2026, 9, 1), by=by, at=NOW),
        {"in_force", "suspended"},
    ),
    "confirm tacit renewal": (
        lambda made, by: renewing.confirm_tacit(made, by=by, at=datetime(2028, 12, 20, 9, tzinfo=SHANGHAI)),
        {"in_force", "suspended"},
    ),
    "change the end": (
        lambda made, by: renewing.change_end(made, date(2030, 1, 1), kind=TermChange.Kind.SUPPLEMENT, by=by, at=NOW),
        {"in_force", "suspended"},
    ),
    "propose to terminate": (
        lambda made, by: terminating.propose(made, AGREED, file=scan("解除协议"), by=by, at=NOW),
        {"in_force", "suspended"},
    ),
    "terminate": (
        lambda made, by: lifecycle.terminate(made, ended_at=NOW - timedelta(days=1), by=by, at=NOW),
        {"in_force", "suspended", "expired"},  # expired: the notice arrived before the last day
    ),
    "close": (lambda made, by: lifecycle.close(made, by=by, at=NOW), {"expired", "terminated"}),
}


def in_state(state: str, by: User) -> Agreement:
    """An agreement in a state as the verbs leave it, all terms there, a tacit renewal agreed, the last mark missing."""
    dated = state in ENDED | {"in_force", "suspended"}
    fields: dict[str, Any] = {"version_tacit_notice_days": 30, "version_tacit_years": 1}
    if not dated:
        fields |= {"signed_on": None, "effective_on": None}
    if state in ENDED:
        fields["ended_at"] = datetime(2029, 1, 1, tzinfo=SHANGHAI)
    made = make.agreement(state=state, **fields)
    if not dated:
        made.versions.update(state="draft" if state == "draft" else "signing")
    if state == "suspended":
        made.suspensions.create(scope="access", reason="逾期", starts_at=NOW - timedelta(days=3), suspended_by=by)
    return made


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("verb", TABLE)
def test_every_verb_in_every_state(verb: str, state: str, contract_manager: User) -> None:
    call, works_in = TABLE[verb]
    made = in_state(state, contract_manager)
    if state == "partly_signed":
        marks = FOUR if verb == "ask for activation" else FOUR[:3]
        for side, kind in marks:
            mark(version_of(made), side, kind, contract_manager)

    if state in works_in:
        call(made, contract_manager)
        return
    before = (Agreement.objects.get(pk=made.pk).state, ExitTask.objects.count(), TermChange.objects.count())
    with pytest.raises(Refused):
        call(made, contract_manager)
    assert (Agreement.objects.get(pk=made.pk).state, ExitTask.objects.count(), TermChange.objects.count()) == before


@pytest.mark.parametrize(
    "verb, state, after",
    [
        pytest.param("open for signing", "draft", "for_signing", id="draft"),
        pytest.param("back to draft", "for_signing", "draft", id="back"),
        pytest.param("put in force", "partly_signed", "in_force", id="force"),
        pytest.param("suspend", "in_force", "suspended", id="suspend"),
        pytest.param("lift", "suspended", "in_force", id="lift"),
        pytest.param("expire", "in_force", "expired", id="expire"),
        pytest.param("expire", "suspended", "expired", id="expire while suspended"),
        pytest.param("terminate", "in_force", "terminated", id="terminate"),
        pytest.param("terminate", "expired", "terminated", id="terminated before it expired"),
        pytest.param("close", "terminated", "closed", id="close"),
    ],
)
def test_where_a_verb_leads(verb: str, state: str, after: str, contract_manager: User) -> None:
    made = in_state(state, contract_manager)

    TABLE[verb][0](made, contract_manager)

    assert Agreement.objects.get(pk=made.pk).state == after
