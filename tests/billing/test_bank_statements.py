"""Files of banks: read by saved mappings, taken in whole or not at all, and never twice."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction

from billing import bank_mappings, bank_reading, bank_statements, receipts
from billing.bank_tables import rows_of
from billing.models import BankMapping, BankReceipt, BankRow, BankStatement, Document, KnownPayer
from people.models import User
from people.refusal import Refused
from portal.sample.bank_files import READ_ONE, READ_THREE, READ_TWO, Movement, layout_one
from tests.billing import making
from tests.billing.making import NOW

FILES = Path(__file__).parent / "bank_files"
TODAY = date(2026, 10, 20)
ACCOUNT = "4402000119000000123"
HEAD = "交易日期,交易流水号,借方发生额,贷方发生额,余额,对方户名,对方账号,摘要,附言"


def sent(name: str, content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (FILES / name).read_bytes() if content is None else content)


def mapping(by: User, said: dict[str, str] = READ_ONE, name: str = "one.csv") -> BankMapping:
    made = bank_mappings.try_out(dict(said), sent(name), by=by, at=NOW)
    return bank_mappings.activate(made, by=by, at=NOW)


def movement(amount: str = "100.00", **changes: Any) -> Movement:
    said = {"day": date(2026, 10, 8), "amount": Decimal(amount), "name": "市大数据管理局", "memo": "服务费", **changes}
    return Movement(**said)


def file_of(*movements: Movement, name: str = "流水.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, layout_one(movements, account=ACCOUNT, opening=Decimal("500.00")))


def taken(made: BankMapping, file: Any, by: User) -> BankStatement:
    return bank_statements.take_in(bank_statements.read_in(made, file, by=by, at=NOW), by=by, at=NOW)


@pytest.mark.once
@pytest.mark.parametrize(
    ("said", "name", "count", "first", "last"),
    [
        pytest.param(
            READ_ONE, "one.csv", 5, ("in", "5406.00", ACCOUNT, "2026100800001"), ("in", "1234567.89"), id="one"
        ),
        pytest.param(
            READ_TWO, "two.csv", 5, ("in", "1234567.89", ACCOUNT, "2026101500005"), ("in", "5406.00"), id="two"
        ),
        pytest.param(READ_THREE, "three.xlsx", 4, ("in", "800.00", "1103020000000001", ""), ("in", "0.10"), id="three"),
    ],
)
def test_three_layouts_are_read(
    said: dict[str, str], name: str, count: int, first: tuple[str, ...], last: tuple[str, ...]
) -> None:
    reading = bank_reading.read(BankMapping(**said), (FILES / name).read_bytes(), today=TODAY)

    assert (len(reading.lines), reading.errors) == (count, [])
    one, end = reading.lines[0], reading.lines[-1]
    assert ("in" if one.incoming else "out", str(one.amount), one.account, one.txn) == first
    assert ("in" if end.incoming else "out", str(end.amount)) == last
    assert bank_reading.balances_of(reading.lines).agree is True
    assert {line.value_date.month for line in reading.lines} == {10}


@pytest.mark.once
def test_the_balance_check_names_the_row_that_does_not_follow() -> None:
    lines = bank_reading.read(BankMapping(**READ_ONE), (FILES / "one.csv").read_bytes(), today=TODAY).lines

    found = bank_reading.balances_of([*lines[:1], *lines[2:]])

    assert (found.agree, found.opening, found.closing) == (False, Decimal("10000.00"), Decimal("1251779.89"))
    assert found.words.startswith("第 7 行的余额 17806.00 与前后各行对不上，共 1 处")


@pytest.mark.once
@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param("2026-10-08,T1,,,10,甲,,,", "收入和支出须有且只有一个金额", id="no amount"),
        pytest.param("2026-10-08,T1,5.00,5.00,10,甲,,,", "收入和支出须有且只有一个金额", id="two amounts"),
        pytest.param("2026-10-08,T1,,5.005,10,甲,,,", "“贷方发生额”：“5.005”的小数位数过多", id="three decimals"),
        pytest.param("2026-10-08,T1,,五元,10,甲,,,", "“贷方发生额”：“五元”不是有效的数值", id="words"),
        pytest.param("10/08/2026,T1,,5.00,10,甲,,,", "日期“10/08/2026”看不懂", id="another kind of date"),
        pytest.param("2026-02-30,T1,,5.00,10,甲,,,", "日期“2026-02-30”看不懂", id="no such day"),
        pytest.param("2026-10-21,T1,,5.00,10,甲,,,", "日期 2026-10-21 晚于今天", id="in the future"),
        pytest.param("2026-10-08,T1,,5.00,10," + "甲" * 121 + ",,,", "太长，最多 120 个字", id="a name too long"),
    ],
)
def test_a_row_that_cannot_be_read_says_why(row: str, why: str) -> None:
    content = f"账号：{ACCOUNT}\r\n{HEAD}\r\n{row}\r\n".encode()

    reading = bank_reading.read(BankMapping(**{**READ_ONE, "encoding": "auto"}), content, today=TODAY)

    [(line, words)] = reading.errors
    assert (line, reading.lines) == (3, [])
    assert why in words


@pytest.mark.once
@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param("甲,乙\r\n".encode(), "文件中找不到表头：缺少列 交易日期、贷方发生额", id="another bank's"),
        pytest.param(HEAD.encode(), "文件开头找不到“账号”后面的本方账号", id="no account"),
        pytest.param(f"账号：1\r\n{HEAD}\r\n合计,,1,2\r\n".encode(), "文件中没有收支明细", id="only a total"),
        pytest.param(b"PK\x03\x04garbage", "工作簿打不开", id="a broken workbook"),
        pytest.param(b"\xff\xfe\x00", "文件不是文本", id="no text"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        bank_reading.read(BankMapping(**{**READ_ONE, "encoding": "auto"}), content, today=TODAY)


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "row", "incoming", "amount"),
    [
        pytest.param({"style": "marked", "in_words": "贷、收"}, "贷,100", True, "100.00", id="marked in"),
        pytest.param({"style": "marked", "in_words": "贷、收"}, "借,100", False, "100.00", id="marked out"),
        pytest.param({"style": "marked", "in_words": "贷"}, "贷,-100", False, "100.00", id="a correction"),
        pytest.param({"style": "signed"}, ",-100", False, "100.00", id="signed"),
        pytest.param({"style": "reversed"}, ",-100", True, "100.00", id="reversed in"),
        pytest.param({"style": "reversed"}, ",100", False, "100.00", id="reversed out"),
    ],
)
def test_the_sign_says_which_way(changes: dict[str, str], row: str, incoming: bool, amount: str) -> None:
    said = {
        "date_column": "日", "direction_column": "向", "amount_column": "额", "payer_column": "方",
        "account_text": "1", **changes,
    }  # fmt: skip
    if said["style"] != "marked":
        said["direction_column"] = ""
    [line] = bank_reading.read(BankMapping(**said), f"日,向,额,方\n20261008,{row},甲".encode(), today=TODAY).lines

    assert (line.incoming, str(line.amount)) == (incoming, amount)


@pytest.mark.once
def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.bank_tables.MOST_UNPACKED", 1000)

    with pytest.raises(Refused, match="工作簿解开后太大"):
        rows_of((FILES / "three.xlsx").read_bytes())


def test_a_mapping_is_kept_only_with_a_trial_that_reads(db: None, finance: User) -> None:
    wrong = {**READ_ONE, "in_column": "借方发生额", "out_column": "贷方发生额"}
    with pytest.raises(Refused, match="试读时余额对不上，请核对收入、支出列是否选反"):
        bank_mappings.try_out(wrong, sent("one.csv"), by=finance, at=NOW)
    with pytest.raises(Refused, match="请按金额写法填全"):
        bank_mappings.try_out({**READ_ONE, "in_column": ""}, sent("one.csv"), by=finance, at=NOW)
    assert not BankMapping.objects.exists()

    made = bank_mappings.try_out(dict(READ_ONE), sent("one.csv"), by=finance, at=NOW)

    assert (made.state, made.sample["count"], made.sample["rows"][0][3]) == ("tested", 5, "5406.00")
    with pytest.raises(Refused, match="没有启用"):
        bank_statements.read_in(made, sent("one.csv"), by=finance, at=NOW)


def test_a_file_is_taken_in_whole(db: None, finance: User) -> None:
    made = bank_statements.read_in(mapping(finance), sent("one.csv"), by=finance, at=NOW)
    assert not BankReceipt.objects.exists()
    assert (made.count_in, made.count_out, made.sum_out, made.balanced) == (4, 1, Decimal("594.00"), True)

    bank_statements.take_in(made, by=finance, at=NOW)

    assert BankReceipt.objects.count() == 4  # what went out is no receipt
    assert BankRow.objects.outgoing().get().other_name == "市大数据管理局"
    assert BankReceipt.history.count() == 4
    receipt = BankReceipt.objects.get(bank_txn_id="2026101500005")
    assert (receipt.account, receipt.amount, receipt.recorded_by) == (ACCOUNT, Decimal("1234567.89"), finance)


def test_the_same_file_twice_adds_nothing(db: None, finance: User) -> None:
    made = mapping(finance)
    taken(made, sent("one.csv"), finance)

    with pytest.raises(Refused, match=r"同一份文件（one\.csv）已于 2026-10-20 11:00 上传并导入"):
        bank_statements.read_in(made, sent("one.csv"), by=finance, at=NOW)
    same = taken(mapping(finance, READ_TWO, "two.csv"), sent("two.csv"), finance)  # the same rows in another dress

    assert same.added == 0
    assert BankReceipt.objects.count() == 4
    assert BankRow.objects.outgoing().count() == 1


def test_overlapping_files_add_only_what_is_new(db: None, finance: User) -> None:
    made = mapping(finance)
    early, shared, late = (
        movement(txn="T1"),
        movement(txn="T2", day=date(2026, 10, 9)),
        movement(txn="T3", day=date(2026, 10, 10)),
    )

    first = taken(made, file_of(early, shared), finance)
    second = taken(made, file_of(shared, late), finance)

    assert (first.added, second.added) == (2, 1)
    assert sorted(BankReceipt.objects.values_list("bank_txn_id", flat=True)) == ["T1", "T2", "T3"]


@pytest.mark.parametrize("txn", ["", "T1"], ids=["no bank id", "one bank id"])
def test_two_identical_real_payments_both_survive(db: None, finance: User, txn: str) -> None:
    made, one = mapping(finance), movement(txn=txn)

    first = taken(made, file_of(one, one), finance)
    again = taken(made, SimpleUploadedFile("再次导出.csv", _padded(one, one)), finance)
    third = taken(made, file_of(one, one, one), finance)

    assert (first.added, again.added, third.added) == (2, 0, 1)
    assert sorted(BankReceipt.objects.values_list("occurrence", flat=True)) == [1, 2, 3]


def _padded(*movements: Movement) -> bytes:
    """The same rows in a file with other bytes."""
    return layout_one(movements, account=ACCOUNT, opening=Decimal("500.00")) + b"\r\n"


def test_a_known_number_with_other_content_waits_for_a_person(db: None, finance: User) -> None:
    made = mapping(finance)
    taken(made, file_of(movement(txn="T1")), finance)
    changed = bank_statements.read_in(made, file_of(movement("250.00", txn="T1")), by=finance, at=NOW)
    row = changed.rows.get()
    assert (row.verdict, row.why) == ("conflict", "流水号已登记为 2026-10-08 到账 100.00 元，内容不同。")

    with pytest.raises(Refused, match="第 5 行须先核对"):
        bank_statements.take_in(changed, by=finance, at=NOW)
    with pytest.raises(Refused, match="请写明核对的依据"):
        bank_statements.choose(row, "take", reason=" ", by=finance, at=NOW)
    bank_statements.choose(row, "take", reason="银行确认是两笔", by=finance, at=NOW)

    assert bank_statements.take_in(changed, by=finance, at=NOW).added == 1
    assert sorted(BankReceipt.objects.values_list("occurrence", "amount")) == [(1, Decimal(100)), (2, Decimal(250))]


def test_a_receipt_recorded_by_hand_is_not_recorded_again(bill: Document, finance: User) -> None:
    by_hand = making.receipt("100.00", account="4402 0001 1900 0000 123", value_date=date(2026, 10, 8))
    receipts.allocate(by_hand, bill, by=finance, at=NOW)
    read = bank_statements.read_in(mapping(finance), file_of(movement(txn="T9")), by=finance, at=NOW)
    row = read.rows.get()
    assert (row.verdict, row.receipt) == ("conflict", by_hand)

    bank_statements.choose(row, "skip", reason="就是回单那一笔", by=finance, at=NOW)

    assert bank_statements.take_in(read, by=finance, at=NOW).added == 0
    assert BankReceipt.objects.get() == by_hand
    assert receipts.left_of(by_hand) == 0  # what a person matched stays
    later = file_of(movement(txn="T9"), movement(txn="T10", day=date(2026, 10, 9)), name="后来.csv")
    assert taken(BankMapping.objects.get(), later, finance).added == 1  # the decision is remembered


def test_nothing_is_half_taken_in(db: None, finance: User) -> None:
    made = mapping(finance)
    good = layout_one([movement(txn="T1")], account=ACCOUNT, opening=Decimal(0)).decode("gb18030")
    broken = (good + "2026-10-09,,T2,,坏,1.00,甲,,,\r\n").encode("gb18030")

    read = bank_statements.read_in(made, io_file(broken), by=finance, at=NOW)

    assert read.errors == [[7, "“贷方发生额”：“坏”不是有效的数值，请只填写数字，例如 1234.50。"]]
    with pytest.raises(Refused, match="有 1 行读不懂，不能导入"):
        bank_statements.take_in(read, by=finance, at=NOW)
    bank_statements.discard(read, reason="重新导出", by=finance, at=NOW)
    assert not BankReceipt.objects.exists()


def io_file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("坏.csv", io.BytesIO(content).read())


def test_balances_that_do_not_agree_need_a_word(db: None, finance: User) -> None:
    made = mapping(finance)
    whole = layout_one(
        [movement(txn="T1"), movement(txn="T2"), movement(txn="T3")], account=ACCOUNT, opening=Decimal(0)
    )
    lines = whole.split(b"\r\n")
    gap = SimpleUploadedFile("缺行.csv", b"\r\n".join([*lines[:5], *lines[6:]]))
    read = bank_statements.read_in(made, gap, by=finance, at=NOW)

    with pytest.raises(Refused, match="余额对不上，请写明核对结果后再导入"):
        bank_statements.take_in(read, by=finance, at=NOW)

    assert bank_statements.take_in(read, accept="银行导出漏一行，另补", by=finance, at=NOW).added == 2


def test_a_file_that_does_not_follow_the_last_one_says_so(db: None, finance: User) -> None:
    made = mapping(finance)
    taken(made, file_of(movement(txn="T1")), finance)  # ends with 600.00

    later = bank_statements.read_in(made, file_of(movement(txn="T2", day=date(2026, 10, 12))), by=finance, at=NOW)

    assert later.balance_words == "与上一份流水（至 2026-10-08）的期末余额 600.00 不衔接，中间可能缺流水。"


def test_a_payer_that_was_confirmed_is_known_at_the_next_import(bill: Document, finance: User) -> None:
    body = bill.agreement.party_b
    KnownPayer.objects.create(
        name="财政支付中心", name_key="财政支付中心", organisation=body, learnt_by=finance, learnt_at=NOW
    )

    taken(mapping(finance), file_of(movement(txn="T1", name="财政支付中心"), movement(txn="T2", name="他人")), finance)

    assert BankReceipt.objects.get(bank_txn_id="T1").party == body
    assert BankReceipt.objects.get(bank_txn_id="T2").party is None


@pytest.mark.parametrize("change", ["statement", "row", "more rows"])
def test_what_was_taken_in_is_frozen(db: None, finance: User, change: str) -> None:
    done = taken(mapping(finance), file_of(movement(txn="T1")), finance)

    def act() -> None:
        if change == "statement":
            BankStatement.objects.update(added=9)
        elif change == "row":
            BankRow.objects.update(amount=9)
        else:
            row = done.rows.get()
            row.pk, row.line = None, 99
            row.save(force_insert=True)

    with pytest.raises(DatabaseError, match="refused"), transaction.atomic():
        act()
