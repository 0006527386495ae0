"""The life of a ticket as one table: which verb leads from which states to which."""

from dataclasses import dataclass

REPORTED, ACCEPTED, RESPONDED, AWAITING_B = "reported", "accepted", "responded", "awaiting_b"
PROPOSED, CONFIRMED, DISPUTED, CLOSED, CANCELLED = "proposed", "confirmed", "disputed", "closed", "cancelled"

UNSOLVED = frozenset({REPORTED, ACCEPTED, RESPONDED, AWAITING_B, DISPUTED})
OPEN = UNSOLVED | {PROPOSED, CONFIRMED}
EVER = OPEN | {CLOSED, CANCELLED}
STAYS = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A verb may start in these states and leads to one; an empty `to` leaves the state as it is."""

    start: frozenset[str]
    to: str


STEPS = {
    "accept": Step(frozenset({REPORTED}), ACCEPTED),
    "respond": Step(frozenset({REPORTED, ACCEPTED}), RESPONDED),
    "ask_party_b": Step(frozenset({RESPONDED, DISPUTED}), AWAITING_B),
    "reply": Step(OPEN, STAYS),
    "propose": Step(frozenset({RESPONDED, AWAITING_B, DISPUTED}), PROPOSED),
    "confirm": Step(frozenset({PROPOSED}), CONFIRMED),
    "dispute": Step(frozenset({PROPOSED}), DISPUTED),
    "close": Step(frozenset({CONFIRMED}), CLOSED),
    "restore": Step(OPEN - {REPORTED}, STAYS),
    # After the window a new cycle begins, as reported (sla.tickets.reopen).
    "reopen": Step(frozenset({CONFIRMED, CLOSED}), DISPUTED),
    "reprioritise": Step(OPEN, STAYS),
    "cancel": Step(UNSOLVED, CANCELLED),
    "reassign": Step(OPEN, STAYS),
    "note": Step(EVER, STAYS),
    "hold": Step(OPEN, STAYS),
    "release": Step(OPEN | {CLOSED}, STAYS),
}

# What is done with a ticket at the desk, beside its own course (sla.queues, sla.watching, sla.merging ...).
DESK = {
    "queue": Step(OPEN, STAYS),
    "escalate": Step(OPEN, STAYS),
    "label": Step(EVER, STAYS),
    "link": Step(EVER, STAYS),
    "watch": Step(EVER, STAYS),
    "take_in": Step(OPEN, STAYS),
    "merge": Step(UNSOLVED | {PROPOSED}, CANCELLED),
}


def may(verb: str, state: str) -> bool:
    """Whether the verb can start in the state.  Raises KeyError for a verb that there is not."""
    return state in step_of(verb).start


def after(verb: str, state: str) -> str:
    """The state that the verb leads to.  A reply ends the wait for Party B."""
    if verb == "reply" and state == AWAITING_B:
        return RESPONDED
    return step_of(verb).to or state


def step_of(verb: str) -> Step:
    """The step of a verb of the ticket or of the desk.  Raises KeyError for a verb that there is not."""
    return STEPS[verb] if verb in STEPS else DESK[verb]
