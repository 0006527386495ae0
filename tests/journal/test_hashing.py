"""The formats of the chain are frozen: these vectors were computed apart, with sha256sum and openssl."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from journal.hashing import GENESIS, canonical, instant, link, seal, sealed_by, sha256_of, storable

CONTENT: dict[str, Any] = {
    "seq": 1,
    "at": "2026-09-18T01:30:00.000000Z",
    "action": "ticket.filed",
    "reason": "网络中断",
    "data": {"b": 2, "a": [True, None, "x"]},
}
CANONICAL = (
    '{"action":"ticket.filed","at":"2026-09-18T01:30:00.000000Z","data":{"a":[true,null,"x"],"b":2},'
    '"reason":"网络中断","seq":1}'
)


def test_canonical_json_is_one_text_only() -> None:
    assert canonical(CONTENT).decode() == CANONICAL
    assert canonical(dict(reversed(CONTENT.items()))) == canonical(CONTENT)


def test_the_hash_of_an_event_is_that_of_the_vector() -> None:
    by_hand = hashlib.sha256(("0" * 64 + CANONICAL).encode()).hexdigest()

    assert link(GENESIS, CONTENT) == by_hand == "7e7340d1e12e2d0587f8e50ea57c7dfb31b818f3b5a26b70e24d5000ed66bea6"
    assert sha256_of(CONTENT) == "f79345b9a88b3014df51791456c23949f3cf60cfb1fe46deb6d1eec0b6195d59"


def test_the_seal_of_an_anchor_is_that_of_the_vector() -> None:
    assert seal("secret", {"seq": 1}) == "b29b156dbfa96601e44f6161eb7db1b2daa3ffb80704748f4fe21fe0a4a34959"


@pytest.mark.parametrize(
    "secrets, content, good",
    [
        pytest.param(["secret"], {"seq": 1}, True, id="the key"),
        pytest.param(["new", "secret"], {"seq": 1}, True, id="an older key"),
        pytest.param(["new"], {"seq": 1}, False, id="another key"),
        pytest.param(["secret"], {"seq": 2}, False, id="another content"),
    ],
)
def test_a_seal_is_known_by_its_key_and_content(secrets: list[str], content: dict[str, int], good: bool) -> None:
    assert sealed_by(secrets, content, seal("secret", {"seq": 1})) is good


def test_an_instant_is_utc_with_microseconds_whatever_its_zone() -> None:
    shanghai = datetime(2026, 9, 18, 9, 30, tzinfo=timezone(timedelta(hours=8)))

    assert instant(shanghai) == instant(shanghai.astimezone(UTC)) == "2026-09-18T01:30:00.000000Z"


@pytest.mark.parametrize(
    "value, stored",
    [
        pytest.param({"a": [1, "x", None, True]}, {"a": [1, "x", None, True]}, id="plain data stays"),
        pytest.param({"a\x00": "b\x00"}, {"a\ufffd": "b\ufffd"}, id="NUL is replaced"),
        pytest.param({"n": 10**30}, {"n": 10**30}, id="large integers stay"),
    ],
)
def test_storable_data(value: Any, stored: Any) -> None:
    assert storable(value) == stored


@pytest.mark.parametrize("value", [1.5, [0.1], {"a": {"b": 1e16}}, float("nan")])
def test_floats_are_refused_wherever_they_hide(value: Any) -> None:
    with pytest.raises(TypeError, match="is a float: record a Decimal, an integer or text"):
        storable(value)
