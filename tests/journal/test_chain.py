"""The chain: what was rewritten, cut, inserted, rebuilt or unguarded is found, and where."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from journal import chain, keeping, triggers
from journal.hashing import link
from journal.models import Event
from journal.recording import record
from tests.journal.tampering import rewrite


@pytest.fixture
def ten(db: None, at: datetime) -> list[Event]:
    """Ten events."""
    return [record("ticket.filed", by=None, at=at, reason=f"第{n}件", data={"n": n}) for n in range(1, 11)]


def test_an_untouched_chain_is_sound(ten: list[Event], at: datetime) -> None:
    chain.anchor(at=at)

    verdict = chain.verify()

    assert verdict.faults == []
    assert (verdict.events, verdict.anchors, verdict.first_bad) == (10, 1, None)


def test_an_empty_chain_is_sound(db: None, at: datetime) -> None:
    chain.anchor(at=at)

    assert chain.verify().sound


TAMPERED = {
    "reason": ("UPDATE journal_event SET reason = '改过' WHERE seq = 5", 5, "记录之后被改动"),
    "data": ("UPDATE journal_event SET data = '{\"n\": 50}' WHERE seq = 5", 5, "记录之后被改动"),
    "time": ("UPDATE journal_event SET at = recorded_at WHERE seq = 5", 5, "记录之后被改动"),
    "actor": ("UPDATE journal_event SET actor_label = '某人' WHERE seq = 1", 1, "记录之后被改动"),
    "previous hash": ("UPDATE journal_event SET prev = hash WHERE seq = 5", 5, "与前一条事件不相连"),
    "hash": ("UPDATE journal_event SET hash = 'f' WHERE seq = 5", 5, "记录之后被改动"),
    "an event taken out": ("DELETE FROM journal_event WHERE seq = 5", 5, "#4 之后是 #6：事件缺失或重复"),
    "the first taken out": ("DELETE FROM journal_event WHERE seq = 1", 1, "#0 之后是 #2"),
    "renumbered": ("UPDATE journal_event SET seq = 99 WHERE seq = 5", 5, "#4 之后是 #6：事件缺失或重复"),
    "the tail cut": ("DELETE FROM journal_event WHERE seq > 7", 8, "链止于 #7，链头却是 #10：末尾被截断"),
    "the head rewound": ("UPDATE journal_chainhead SET seq = 7", 10, "链头落后，停在 #7"),
    "the head forged": ("UPDATE journal_chainhead SET hash = 'f'", 10, "链头的哈希不符"),
}


@pytest.mark.parametrize("statement, seq, words", TAMPERED.values(), ids=TAMPERED)
def test_tampering_behind_the_triggers_is_found(ten: list[Event], statement: str, seq: int, words: str) -> None:
    rewrite(statement)

    verdict = chain.verify()

    assert verdict.first_bad == seq
    assert words in str(verdict.faults[0])


def cut_tail_and_head() -> None:
    rewrite(
        "DELETE FROM journal_event WHERE seq > 7",
        "UPDATE journal_chainhead SET seq = 7, hash = (SELECT hash FROM journal_event WHERE seq = 7)",
    )


def test_a_cut_tail_with_its_head_passes_where_no_anchor_is(ten: list[Event]) -> None:
    """Why anchors are needed."""
    cut_tail_and_head()

    assert chain.verify().sound


def test_a_cut_tail_is_found_by_an_anchor(ten: list[Event], at: datetime) -> None:
    chain.anchor(at=at)
    cut_tail_and_head()

    verdict = chain.verify()

    assert verdict.first_bad == 10
    assert "见过 10 条事件，现有 7 条：末尾被截断或事件缺失" in str(verdict.faults[0])


def test_a_cut_tail_is_found_by_an_anchor_kept_elsewhere(ten: list[Event], at: datetime, tmp_path: Path) -> None:
    keeping.keep(chain.anchor(at=at), path=tmp_path / "anchors.jsonl")
    rewrite("DELETE FROM journal_anchor")
    cut_tail_and_head()

    assert chain.verify().sound
    verdict = chain.verify(kept=keeping.read(tmp_path / "anchors.jsonl"))

    assert verdict.first_bad == 10


def rebuild(event: Event) -> None:
    """Change an event and compute every later hash anew, as one who knows the format can."""
    events = list(Event.objects.filter(seq__gte=event.seq).order_by("seq"))
    events[0].reason = "改过"
    prev, statements = event.prev, ["UPDATE journal_event SET reason = '改过' WHERE seq = 5"]
    for later in events:
        new = link(prev, later.content())
        statements.append(f"UPDATE journal_event SET prev = '{prev}', hash = '{new}' WHERE seq = {later.seq}")
        prev = new
    rewrite(*statements, f"UPDATE journal_chainhead SET hash = '{prev}'")


def test_a_chain_rebuilt_with_right_hashes_is_found_by_an_anchor_only(ten: list[Event], at: datetime) -> None:
    anchor = chain.anchor(at=at)
    rebuild(ten[4])

    assert [str(fault) for fault in chain.verify().faults] == [f"#10 链锚 {anchor.pk} 在此处的哈希不同：链被重建"]
    rewrite("DELETE FROM journal_anchor")
    assert chain.verify().sound, "this is why anchors are needed, and kept elsewhere"


@pytest.mark.parametrize(
    "statement, words",
    [
        pytest.param("UPDATE journal_anchor SET count = 9", "的签名不是本系统所签", id="count"),
        pytest.param("UPDATE journal_anchor SET seq = 3, count = 3", "的签名不是本系统所签", id="moved back"),
        pytest.param("UPDATE journal_anchor SET signature = 'f'", "的签名不是本系统所签", id="signature"),
    ],
)
def test_a_forged_anchor_is_found(ten: list[Event], at: datetime, statement: str, words: str) -> None:
    chain.anchor(at=at)
    rewrite(statement)

    assert words in str(chain.verify().faults[0])


def test_a_rewound_chain_is_found_by_its_anchors(ten: list[Event], at: datetime) -> None:
    chain.anchor(at=at)
    cut_tail_and_head()
    chain.anchor(at=at + timedelta(hours=1))

    assert any("而此前已有 10 条：链被回退" in str(fault) for fault in chain.verify().faults)


def test_anchors_of_an_older_key_still_hold(ten: list[Event], at: datetime, settings: Settings) -> None:
    chain.anchor(at=at)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key, long enough for anyone's taste, 2026"
    assert chain.verify().sound

    settings.SECRET_KEY_FALLBACKS = []

    assert "的签名不是本系统所签" in str(chain.verify().faults[0])


def test_a_missing_guard_is_found(ten: list[Event]) -> None:
    with connection.cursor() as cursor:
        for statement in triggers.AppendOnly("journal_event").drop_sql(connection.vendor):
            cursor.execute(statement)

    verdict = chain.verify()

    assert verdict.first_bad is None
    assert "(journal_event) 缺失或被停用" in str(verdict.faults[0])


def test_only_the_first_hundred_faults_are_kept(db: None, at: datetime) -> None:
    for _ in range(103):
        record("ticket.filed", by=None, at=at)
    rewrite("UPDATE journal_event SET reason = '改过'")

    verdict = chain.verify()

    assert (len(verdict.faults), verdict.first_bad, verdict.events) == (100, 1, 103)


# --- The command ---------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path: Path, settings: Settings) -> Path:
    """Where anchors are kept in this test."""
    settings.JOURNAL_ANCHOR_FILE = tmp_path / "anchors.jsonl"
    return tmp_path / "anchors.jsonl"


def said(capsys: pytest.CaptureFixture[str], *words: Any) -> str:
    call_command("journal", *words)
    return capsys.readouterr().out.strip()


def test_the_command_says_that_the_chain_is_sound(
    ten: list[Event], kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = json.loads(said(capsys, "anchor"))

    assert line["seq"] == 10
    assert json.loads(kept.read_text()) == line
    assert said(capsys, "verify") == f"完好：10 条事件，2 个链锚，链头 {ten[9].hash}"


def test_the_command_says_which_event_is_bad(ten: list[Event], kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rewrite("UPDATE journal_event SET reason = '改过' WHERE seq = 5")

    with pytest.raises(CommandError, match="不完好：1 处问题，第一条受损的事件是 #5"):
        call_command("journal", "verify")

    assert capsys.readouterr().out.strip() == "#5 记录之后被改动"


def test_an_exported_file_is_checked_without_the_database(
    ten: list[Event], kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("journal", "anchor")
    file = kept.with_name("export.jsonl")
    capsys.readouterr()
    file.write_text(said(capsys, "export"), encoding="utf-8")
    rewrite("DELETE FROM journal_event WHERE seq > 5")

    assert said(capsys, "verify", "--file", file).startswith("完好：10 条事件，1 个链锚")
    file.write_text(file.read_text(encoding="utf-8").replace("第5件", "第6件"), encoding="utf-8")
    with pytest.raises(CommandError, match="第一条受损的事件是 #5"):
        call_command("journal", "verify", "--file", file)


def test_a_part_is_exported(ten: list[Event], capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "export", "--first", "3", "--last", "4").splitlines()

    assert [json.loads(line)["seq"] for line in lines] == [3, 4]


@pytest.mark.parametrize(
    "text, words",
    [
        pytest.param("not json", "line 1 is not JSON", id="no JSON"),
        pytest.param("[1]", "line 1 is not a JSON object", id="no object"),
        pytest.param('{"seq": 1}', "hash", id="no anchor"),
        pytest.param(None, "No such file", id="no file"),
    ],
)
def test_a_bad_file_of_anchors_is_refused(ten: list[Event], kept: Path, text: str | None, words: str) -> None:
    if text is not None:
        kept.write_text(text)

    with pytest.raises(CommandError, match=words):
        call_command("journal", "verify", "--kept", kept)
