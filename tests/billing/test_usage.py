"""Usage: one event is one row, another content under its name is an error, a batch is taken whole or not at all."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from billing import usage
from billing.models import UsageRecord
from billing.periods import midnight
from billing.querysets import scaled_sum
from contracts.models import Agreement
from journal.models import Event
from people.refusal import Refused
from tests.billing import making


def test_the_same_batch_twice_adds_nothing(agreement: Agreement) -> None:
    events = [making.event("1.5"), making.event("2")]

    assert making.use(agreement, *events) == usage.Taken(added=2, known=0)
    assert making.use(agreement, *events) == usage.Taken(added=0, known=2)
    assert UsageRecord.objects.count() == 2
    assert Event.objects.filter(action="usage.taken_in").count() == 1


def test_overlapping_batches_add_what_is_new(agreement: Agreement) -> None:
    first, second, third = making.event(), making.event(), making.event()
    making.use(agreement, first, second)

    assert making.use(agreement, second, third, third) == usage.Taken(added=1, known=2)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"quantity": Decimal(101)}, id="quantity"),
        pytest.param({"meter": "download"}, id="meter"),
        pytest.param({"occurred_at": midnight(date(2026, 9, 11))}, id="time"),
    ],
)
def test_the_same_id_with_other_content_is_a_conflict_and_adds_nothing(
    agreement: Agreement, changes: dict[str, Any]
) -> None:
    making.use(agreement, making.event(source_event_id="a"))

    with pytest.raises(Refused, match="用量记录 a 已登记过，但内容不同"):
        making.use(agreement, making.event(), making.event(source_event_id="a", **changes))

    assert UsageRecord.objects.count() == 1


def test_one_id_with_two_contents_in_one_batch_is_a_conflict(agreement: Agreement) -> None:
    with pytest.raises(Refused, match="内容不同"):
        making.use(agreement, making.event("1", source_event_id="a"), making.event("2", source_event_id="a"))

    assert not UsageRecord.objects.exists()


def test_an_id_of_another_agreement_is_a_conflict(agreement: Agreement, other_agreement: Agreement) -> None:
    same = making.event()
    making.use(agreement, same)

    with pytest.raises(Refused, match="内容不同"):
        making.use(other_agreement, same)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"quantity": Decimal(-1)}, "用量不能为负数；冲减须注明所更正的记录", id="negative"),
        pytest.param({"quantity": Decimal("0.0000001")}, "小数位数过多，最多 6 位小数", id="seven decimals"),
        pytest.param({"quantity": Decimal(10) ** 9}, "超出可以登记的范围", id="too large"),
        pytest.param({"occurred_at": making.NOW + timedelta(seconds=1)}, "使用时间晚于现在", id="in the future"),
        pytest.param(
            {"occurred_at": midnight(date(2025, 12, 31))}, "使用时间早于协议生效日期", id="before the agreement"
        ),
        pytest.param({"meter": ""}, "缺少来源记录号或计量项", id="no meter"),
        pytest.param({"source_event_id": "x" * 81}, "最长 80 个字符", id="long id"),
        pytest.param({"corrects": "gone"}, "所更正的记录 gone 不存在", id="corrects nothing"),
    ],
)
def test_what_cannot_be_right_is_refused_and_nothing_is_written(
    agreement: Agreement, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        making.use(agreement, making.event(), making.event(**changes))

    assert not UsageRecord.objects.exists()


def test_a_correction_is_a_row_of_its_own(agreement: Agreement) -> None:
    making.use(agreement, making.event("100", source_event_id="a"))

    making.use(agreement, making.event("-40", source_event_id="a-1", corrects="a"))

    fixed = UsageRecord.objects.get(source_event_id="a-1")
    assert (fixed.quantity, fixed.corrects) == (Decimal(-40), UsageRecord.objects.get(source_event_id="a"))
    assert UsageRecord.objects.get(source_event_id="a").quantity == 100


def test_sums_are_exact_on_every_engine(agreement: Agreement) -> None:
    making.use(agreement, *(making.event("0.1") for _ in range(10)), making.event("0.000001"))

    total = UsageRecord.objects.order_by().aggregate(micro=scaled_sum("quantity", 6))["micro"]

    assert total == 1_000_001


def test_a_batch_larger_than_a_chunk_is_taken_whole(agreement: Agreement) -> None:
    events = [making.event("1") for _ in range(usage.CHUNK + 1)]

    assert making.use(agreement, *events).added == usage.CHUNK + 1
    assert making.use(agreement, *events).known == usage.CHUNK + 1
