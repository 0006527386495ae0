"""Speed of support-time arithmetic beside its peers: `python -m bench.worktime.run` from the root of the project.

Every peer answers the same questions in the same run; a wrong answer is counted, not hidden. Microseconds are the
median over questions of the best of several rounds.
"""

import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.worktime.peers import Call, Peer, installed, utc
from bench.worktime.questions import Question, questions, working_day

ROUNDS = 5
PATIENCE = 0.02  # seconds spent on one question in one round
MILLION = 1_000_000
N_DAYS = {"5 working days": 5, "60 working days": 60}

Cell = tuple[float, int] | None


def timed(call: Call) -> float:
    """Microseconds a call, best of the rounds."""
    begun = time.perf_counter()
    call()
    once = max(time.perf_counter() - begun, 1e-7)
    repeats = max(1, min(2000, int(PATIENCE / once / ROUNDS)))
    best = once
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _ in range(repeats):
            call()
        best = min(best, (time.perf_counter() - begun) / repeats)
    return best * 1e6


def judged(calls: list[Call | None], right: list[Callable[[Any], bool]]) -> Cell:
    """Median time and number of wrong answers; None when the peer cannot be asked."""
    if not calls or any(call is None for call in calls):
        return None
    asked = [call for call in calls if call is not None]
    wrong = sum(not answered(call, check) for call, check in zip(asked, right, strict=True))
    return statistics.median(timed(call) for call in asked[:: max(1, len(asked) // 20)]), wrong


def answered(call: Call, check: Callable[[Any], bool]) -> bool:
    try:
        return check(call())
    except (ValueError, TypeError, KeyError, IndexError) as error:
        print(f"    {type(error).__name__}: {error}")
        return False


def add_cell(peer: Peer, asked: list[Question]) -> Cell:
    right = [lambda answer, due=question.due: utc(peer.instant(answer)) == due for question in asked]
    return judged([peer.add(question) for question in asked], right)


def elapsed_cell(peer: Peer, asked: list[Question]) -> Cell:
    right = [lambda answer, hours=question.hours: peer.seconds(answer) == hours * 3600 for question in asked]
    return judged([peer.elapsed(question) for question in asked], right)


def workday_cell(peer: Peer, asked: list[Question], n: int) -> Cell:
    days = [question.start.date() for question in asked]
    due = {day: working_day(day, n) for day in days}
    right = [lambda answer, day=day: peer.date(answer) == due[day] for day in days]
    return judged([peer.workday(day, n) for day in days], right)


def table(title: str, columns: list[str], peers: list[Peer], cell: Callable[[Peer, str], Cell]) -> None:
    print(f"\n### {title}\n\n| | {' | '.join(columns)} |\n|---|{'---:|' * len(columns)}")
    ours = {column: cell(peers[0], column) for column in columns}
    for peer in peers:
        cells = ours if peer is peers[0] else {column: cell(peer, column) for column in columns}
        if any(found is not None for found in cells.values()):
            print(f"| {peer.name} | {' | '.join(shown(cells[column], ours[column]) for column in columns)} |")


def shown(found: Cell, ours: Cell) -> str:
    if found is None or ours is None:
        return "–"
    micros, wrong = found
    ratio = "" if found is ours else f" ({micros / ours[0]:.1f}x)"
    return f"{micros:.2f}{ratio}{f', {wrong} wrong' if wrong else ''}"


def bulk(peers: list[Peer]) -> None:
    """A million deadlines at once, where numpy is there."""
    try:
        import numpy as np

        from worktime.bulk import add_many, elapsed_many
    except ImportError:
        print("\nnumpy is not installed: no bulk figures")
        return
    dice = np.random.default_rng(1)
    starts = (1_767_571_200 + dice.integers(0, 180 * 86_400, MILLION)).astype("datetime64[s]").astype("datetime64[us]")
    calendar = next(peer for peer in peers if peer.name == "Shouyue").calendar  # type: ignore[attr-defined]
    print("\n### 1,000,000 at once, nanoseconds each\n\n| | best of 5 |\n|---|---:|")
    ends = add_many(calendar, starts, 8 * 3600)
    spans = dice.integers(3600, 360_000, MILLION)
    runs = {
        "Shouyue, add 8 h": lambda: add_many(calendar, starts, 8 * 3600),
        "Shouyue, add 1 to 100 h": lambda: add_many(calendar, starts, spans),
        "Shouyue, elapsed": lambda: elapsed_many(calendar, starts, ends),
    }
    for peer in peers:
        if peer.name.startswith("workclock"):
            add = peer.schedule.add_many  # type: ignore[attr-defined]
            runs["workclock (Rust), add_many 8 h"] = lambda add=add: add(starts, np.timedelta64(8, "h"))
    for name, run in runs.items():
        print(f"| {name} | {min(once(run) for _ in range(5)) * 1e9 / MILLION:.0f} |")


def once(run: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def main() -> None:
    asked = questions()
    peers = installed()
    print("A deadline on closing is closing time today; pandas says the next opening, and is counted wrong for it.")
    print(f"Python {sys.version.split()[0]}, {platform.machine()}; microseconds a call, ratio to ours in brackets")
    spans = list(asked)
    table("add: the deadline of a span", spans, peers, lambda peer, span: add_cell(peer, asked[span]))
    table(
        "elapsed: the support time between two instants",
        spans,
        peers,
        lambda peer, span: elapsed_cell(peer, asked[span]),
    )
    table("the nth working day", list(N_DAYS), peers, lambda peer, span: workday_cell(peer, asked["1 h"], N_DAYS[span]))
    bulk(peers)


if __name__ == "__main__":
    main()
