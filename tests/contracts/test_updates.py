"""Updates: taken in once, all or none, by hand, by file and at the terminal; when the next one is due."""

from datetime import date, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from contracts import board, catalogue, sharing_watch, updates
from contracts.board import Standing
from contracts.models import Agreement, CatalogueItem, ItemFreshness, UpdateBatch, UpdateEvent
from contracts.update_files import MOST_ROWS, read_updates
from contracts.updates import Taken, Told
from journal.models import Event, Notice
from people.models import User
from people.refusal import Refused
from tests.contracts.make_sharing import NOW, TODAY, item, shared

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAD = "目录编号,更新时间,数据截至,更新条数,来源记录号,说明\n"


@pytest.fixture
def weekly(agreement: Agreement, ops_lead: User) -> CatalogueItem:
    """An item that is updated every week, with two days of grace; open under the agreement."""
    row = shared(agreement, by=ops_lead, state="open", number="ML-W", frequency_unit="week", every=1, grace_days=2)
    return row.item


def told(made: CatalogueItem, **changes: Any) -> Told:
    fields: dict[str, Any] = {"number": made.number, "updated_at": NOW, "external_id": "1", "rows": 10, **changes}
    return Told(**fields)


def take(*rows: Told, by: User, source: str = "交换平台") -> Taken:
    return updates.take_in(rows, source=source, way="csv", by=by, at=NOW)


def csv_file(*lines: str, head: str = HEAD, encoding: str = "utf-8") -> BytesIO:
    return BytesIO((head + "\n".join(lines) + "\n").encode(encoding))


def due_of(made: CatalogueItem) -> tuple[date | None, date | None]:
    row = ItemFreshness.objects.get(item=made)
    return row.due_on, row.overdue_from


# --- Taking in -------------------------------------------------------------------------------------------------


def test_the_same_batch_again_adds_nothing(weekly: CatalogueItem, operator: User) -> None:
    rows = [told(weekly, external_id=str(n)) for n in range(3)]

    assert take(*rows, by=operator) == Taken(3, 0)
    assert take(*rows, told(weekly, external_id="9"), by=operator) == Taken(1, 3)
    assert Event.objects.filter(action="update.recorded").count() == 2


def test_the_same_id_with_other_content_is_refused(weekly: CatalogueItem, operator: User) -> None:
    take(told(weekly), by=operator)

    with pytest.raises(Refused, match="来源记录号 1 已经登记过，但内容不同"):
        take(told(weekly, external_id="2"), told(weekly, rows=11), by=operator)

    assert UpdateEvent.objects.count() == 1


def test_an_id_is_the_source_s_own(weekly: CatalogueItem, operator: User) -> None:
    take(told(weekly), by=operator)

    assert take(told(weekly, rows=11), by=operator, source="另一系统") == Taken(1, 0)


@pytest.mark.parametrize(
    "changes, words",
    [
        pytest.param({"number": "ML-无"}, "目录中没有这个编号", id="unknown item"),
        pytest.param({"updated_at": NOW + timedelta(minutes=1)}, "更新时间不能晚于现在", id="in the future"),
        pytest.param({"data_date": TODAY + timedelta(1)}, "数据截至日不能晚于更新日", id="data of tomorrow"),
        pytest.param({"rows": -1}, "不小于 0", id="negative rows"),
        pytest.param({"external_id": ""}, "缺少来源记录号", id="no id"),
        pytest.param({"external_id": "x" * 81}, "超过 80 个字符", id="long id"),
    ],
)
def test_an_update_that_cannot_be_is_refused_with_all_others(
    weekly: CatalogueItem, operator: User, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        take(told(weekly, external_id="ok"), told(weekly, **changes), by=operator)

    assert not UpdateEvent.objects.exists()


def test_an_item_that_is_not_published_has_no_updates(agreement: Agreement, ops_lead: User) -> None:
    draft = item(agreement, by=ops_lead, published=False)

    with pytest.raises(Refused, match="没有发布"):
        take(told(draft), by=ops_lead)


def test_the_database_keeps_updates_as_they_are(weekly: CatalogueItem, operator: User) -> None:
    take(told(weekly), by=operator)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        UpdateEvent.objects.update(rows=0)


# --- When the next one is due ----------------------------------------------------------------------------------


def test_the_first_update_is_counted_from_the_publication(weekly: CatalogueItem) -> None:
    # Friday the 18th + 7 days is the first day of the Mid-Autumn Festival: due on Monday the 28th.
    assert due_of(weekly) == (date(2026, 9, 28), date(2026, 10, 1))


def test_the_next_update_is_due_from_the_last_real_one(weekly: CatalogueItem, operator: User) -> None:
    late = datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)

    updates.record_one(weekly, updated_at=late, by=operator, at=late)

    assert due_of(weekly) == (date(2026, 10, 19), date(2026, 10, 22))


def test_an_older_update_that_is_told_late_moves_nothing(weekly: CatalogueItem, operator: User) -> None:
    late = datetime(2026, 10, 12, 9, 0, tzinfo=SHANGHAI)
    updates.record_one(weekly, updated_at=late, by=operator, at=late)

    updates.record_one(weekly, updated_at=NOW, by=operator, at=late)

    assert due_of(weekly) == (date(2026, 10, 19), date(2026, 10, 22))


def test_a_new_frequency_breaks_nothing_in_the_past(agreement: Agreement, ops_lead: User, operator: User) -> None:
    made = item(agreement, by=ops_lead)
    updates.record_one(made, updated_at=NOW, by=operator, at=NOW)
    assert due_of(made) == (None, None)
    later = NOW + timedelta(60)

    catalogue.set_frequency(
        made, catalogue.Promise(frequency_unit="month", every=1), reason="附件二第 3 项", by=ops_lead, at=later
    )

    assert due_of(made) == (date(2026, 12, 17), date(2026, 12, 18))
    event = Event.objects.get(action="catalogue.frequency_set")
    assert (event.reason, event.data["after"]) == ("附件二第 3 项", "1month+0")


@pytest.mark.parametrize(
    "promise",
    [
        pytest.param({"frequency_unit": "week"}, id="weeks without a number"),
        pytest.param({"frequency_unit": "", "every": 3}, id="three of nothing"),
        pytest.param({"frequency_unit": "realtime", "every": 1}, id="live, every one"),
    ],
)
def test_half_a_frequency_is_refused(agreement: Agreement, ops_lead: User, promise: dict[str, Any]) -> None:
    made = item(agreement, by=ops_lead)

    with pytest.raises(Refused, match="更新频率要写全"):
        catalogue.set_frequency(made, catalogue.Promise(**promise), reason="附件", by=ops_lead, at=NOW)


# --- Overdue, told once ----------------------------------------------------------------------------------------


def test_overdue_is_told_once_for_each_due_day(weekly: CatalogueItem, operator: User, agreement: Agreement) -> None:
    grace, after = datetime(2026, 9, 30, 9, tzinfo=SHANGHAI), datetime(2026, 10, 1, 9, tzinfo=SHANGHAI)

    assert sharing_watch.watch(at=grace)["overdue"] == 0
    assert [sharing_watch.watch(at=after)["overdue"] for _again in range(2)] == [1, 0]
    notice = Notice.objects.get(recipient=operator, kind="update.overdue", channel="in_app")
    assert "应在 2026-09-28 前更新" in notice.body
    assert board.read(agreement, "freshness", at=after).standing == Standing.OVERDUE

    updates.record_one(weekly, updated_at=after, by=operator, at=after)

    much_later = after + timedelta(60)
    assert board.read(agreement, "freshness", at=after).standing == Standing.KEPT
    assert [sharing_watch.watch(at=much_later)["overdue"] for _again in range(2)] == [1, 0]
    assert Event.objects.filter(action="update.overdue").count() == 2


def test_a_row_that_fails_stops_no_other(
    agreement: Agreement, ops_lead: User, weekly: CatalogueItem, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    shared(agreement, by=ops_lead, state="open", number="ML-A", frequency_unit="day", every=1)
    right = updates.recount

    def failing(made: CatalogueItem, *rest: Any) -> ItemFreshness:
        if made.number == "ML-A":
            raise Refused("坏行")
        return right(made, *rest)

    monkeypatch.setattr(updates, "recount", failing)

    assert sharing_watch.watch(at=NOW + timedelta(60))["overdue"] == 1
    assert "could not be watched" in caplog.text


def test_without_an_agreed_frequency_nothing_is_measured(agreement: Agreement, ops_lead: User, operator: User) -> None:
    row = shared(agreement, by=ops_lead, state="open")
    updates.record_one(row.item, updated_at=NOW, by=operator, at=NOW)

    reading = board.read(agreement, "freshness", at=NOW)

    assert reading.standing == Standing.NOT_MEASURABLE
    assert "没有约定更新频率" in str(reading.note)


def test_nothing_is_kept_before_the_first_update(agreement: Agreement, weekly: CatalogueItem) -> None:
    assert board.read(agreement, "freshness", at=NOW).standing == Standing.UNPROVEN


# --- Files -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_the_encodings_of_excel(encoding: str) -> None:
    file = csv_file('ML-W,2026/09/17 08:30,2026-09-16,"1,200",A1,日更', "", encoding=encoding)

    (one,) = read_updates(file).told

    assert one == Told(
        number="ML-W",
        updated_at=datetime(2026, 9, 17, 8, 30, tzinfo=SHANGHAI),
        external_id="A1",
        data_date=date(2026, 9, 16),
        rows=1200,
        note="日更",
    )


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param(csv_file("ML-W,昨天,,,A1,"), "第 2 行：更新时间“昨天”看不懂", id="no time"),
        pytest.param(csv_file("ML-W,2026-09-17,x,,A1,"), "第 2 行：数据截至“x”看不懂", id="no day"),
        pytest.param(csv_file("ML-W,2026-09-17,,1.5,A1,"), "第 2 行：更新条数“1.5”", id="half a row"),
        pytest.param(csv_file("ML-W,2026-09-17,,-5,A1,"), "像是表格公式", id="a negative number"),
        pytest.param(csv_file("=1+1,2026-09-17,,,A1,"), "像是表格公式", id="a formula as the item"),
        pytest.param(csv_file("ML-W,2026-09-17,,,A1,＝cmd|calc"), "像是表格公式", id="a full-width formula"),
        pytest.param(csv_file("ML-W,2026-09-17,,,,"), "缺少来源记录号", id="no id"),
        pytest.param(csv_file(head=HEAD), "没有更新记录", id="only a head"),
        pytest.param(csv_file("a,b", head="编号,时间\n"), "缺少这些列：目录编号、更新时间", id="other columns"),
        pytest.param(BytesIO(b"PK\x03\x04\x00\x00"), "不是文本", id="a workbook named .csv"),
        pytest.param(BytesIO(b"\xff\xff\xfe"), "不是 UTF-8 或 GB18030", id="no text at all"),
        pytest.param(BytesIO(b""), "缺少这些列", id="empty"),
        pytest.param(
            csv_file("ML-W,2026-09-17,,,A1," + "x" * 200_000), "不是可读的 CSV", id="a cell beyond every limit"
        ),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: BytesIO, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_updates(content)


def test_a_file_has_a_largest_size(settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    with pytest.raises(Refused, match="文件超过 1 MB"):
        read_updates(BytesIO(b"x" * (1024 * 1024 + 1)))
    settings.UPLOAD_MAX_BYTES *= 20
    with pytest.raises(Refused, match=f"最多 {MOST_ROWS} 行"):
        read_updates(csv_file(*["ML-W,2026-09-17,,,A1,"] * (MOST_ROWS + 1)))


def test_a_file_is_looked_at_and_then_taken_in_once(weekly: CatalogueItem, operator: User) -> None:
    take(told(weekly, external_id="A1", rows=None), by=operator)
    rows = [told(weekly, external_id="A1", rows=None), told(weekly, external_id="A2")]

    batch = updates.keep_batch(rows, source="交换平台", name="9月.csv", sha256="0" * 64, by=operator, at=NOW)

    assert UpdateEvent.objects.count() == 1
    assert updates.known_ids("交换平台", updates.told_of(batch)) == {"A1"}
    assert updates.take_batch(batch, by=operator, at=NOW) == Taken(1, 1)
    with pytest.raises(Refused, match="已经处理过"):
        updates.take_batch(batch, by=operator, at=NOW)
    with pytest.raises(Refused, match="已经处理过"):
        updates.discard_batch(batch, by=operator, at=NOW)


def test_a_file_in_conflict_is_not_kept(weekly: CatalogueItem, operator: User) -> None:
    rows = [told(weekly), told(weekly, rows=11)]

    with pytest.raises(Refused, match="内容不同"):
        updates.keep_batch(rows, source="交换平台", name="9月.csv", sha256="0" * 64, by=operator, at=NOW)

    assert not UpdateBatch.objects.exists()


# --- The terminal ----------------------------------------------------------------------------------------------


def command(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("catalogue", "updates", str(path), "--source", "交换平台", *options, stdout=out)
    return out.getvalue()


def test_the_command_takes_in_a_file_once(weekly: CatalogueItem, operator: User, tmp_path: Path) -> None:
    path = tmp_path / "updates.csv"
    path.write_bytes(csv_file("ML-W,2026-09-18 08:00,,5,A1,").getvalue())

    assert "可以读入：1 条" in command(path, "--check")
    assert not UpdateEvent.objects.exists()
    assert "新增 1 条，已有 0 条" in command(path, "--by", operator.username)
    assert "新增 0 条，已有 1 条" in command(path)
    assert UpdateEvent.objects.get().recorded_by == operator


def test_the_command_says_what_is_wrong(weekly: CatalogueItem, tmp_path: Path) -> None:
    path = tmp_path / "updates.csv"
    path.write_bytes(csv_file("ML-无,2026-09-18 08:00,,5,A1,").getvalue())

    with pytest.raises(CommandError, match="目录中没有这个编号"):
        command(path)
    with pytest.raises(CommandError, match="没有账号"):
        command(path, "--by", "nobody")
    with pytest.raises(CommandError):
        command(tmp_path / "missing.csv")
