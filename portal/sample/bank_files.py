"""Files as three banks would send them: other columns in another order, other dates, other codes.  The data is invented."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import xlsxwriter

OWNER = "省政务信息中心"


@dataclass(frozen=True, kw_only=True)
class Movement:
    """Money that came (positive) or went (negative)."""

    day: date
    amount: Decimal
    name: str
    account: str = ""
    memo: str = ""
    txn: str = ""


def _balances(movements: Sequence[Movement], opening: Decimal) -> list[Decimal]:
    found, balance = [], opening
    for movement in movements:
        balance += movement.amount
        found.append(balance)
    return found


def _csv(rows: Sequence[Sequence[object]], encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode(encoding)


def _split(amount: Decimal) -> tuple[str, str]:
    """(debit, credit), with thousands separators."""
    return ("", f"{amount:,.2f}") if amount > 0 else (f"{-amount:,.2f}", "")


def layout_one(movements: Sequence[Movement], *, account: str, opening: Decimal) -> bytes:
    """GB 18030, the account above the table, debit and credit apart, oldest first, a total at the end."""
    rows: list[list[object]] = [
        ["账户明细查询"],
        [f"账号：{account}", "", f"户名：{OWNER}"],
        [f"起止日期：{movements[0].day:%Y%m%d}-{movements[-1].day:%Y%m%d}", "", "币种：人民币"],
        [
            "交易日期",
            "凭证种类",
            "交易流水号",
            "借方发生额",
            "贷方发生额",
            "余额",
            "对方户名",
            "对方账号",
            "摘要",
            "附言",
        ],
    ]
    for movement, balance in zip(movements, _balances(movements, opening), strict=True):
        debit, credit = _split(movement.amount)
        said = "退款" if movement.amount < 0 else "转账收入"
        rows.append(
            [f"{movement.day:%Y-%m-%d}", "", f"{movement.txn}\t", debit, credit, f"{balance:,.2f}", movement.name,
             f"{movement.account}\t", said, movement.memo]
        )  # fmt: skip
    came = sum((movement.amount for movement in movements if movement.amount > 0), Decimal(0))
    went = sum((-movement.amount for movement in movements if movement.amount < 0), Decimal(0))
    rows.append(["合计", "", "", f"{went:,.2f}", f"{came:,.2f}"])
    return _csv(rows, "gb18030")


def layout_two(movements: Sequence[Movement], *, account: str, opening: Decimal) -> bytes:
    """UTF-8 with a byte order mark, the account in each row, compact dates with a time, newest first."""
    rows: list[list[object]] = [
        ["账号", "账户名称", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号",
         "摘要", "备注", "账户明细编号-交易流水号"],
    ]  # fmt: skip
    for movement, balance in reversed(list(zip(movements, _balances(movements, opening), strict=True))):
        debit, credit = _split(movement.amount)
        rows.append(
            [account, OWNER, f"{movement.day:%Y%m%d} 10:21:33", debit or "0.00", credit or "0.00", f"{balance:.2f}",
             "人民币元", movement.name, movement.account, "电子汇入", movement.memo, movement.txn]
        )  # fmt: skip
    return _csv(rows, "utf-8-sig")


def layout_three(movements: Sequence[Movement], *, account: str, opening: Decimal) -> bytes:
    """A workbook: dates as serial numbers, one signed amount, no number of the bank's own."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet("明细")
        sheet.write_row(0, 0, ["活期账户交易明细"])
        sheet.write_row(1, 0, ["账户", account, "户名", OWNER])
        sheet.write_row(3, 0, ["交易日期", "交易金额", "账户余额", "对方户名", "对方账号", "交易摘要", "交易附言"])
        for place, (movement, balance) in enumerate(
            zip(movements, _balances(movements, opening), strict=True), start=4
        ):
            serial = (movement.day - date(1899, 12, 30)).days
            row: list[Any] = [serial, movement.amount, balance, movement.name, movement.account, "转账", movement.memo]
            sheet.write_row(place, 0, row)
    return file.getvalue()


# How each of the three is read.
READ_ONE: dict[str, str] = {
    "name": "样例一", "encoding": "gb18030", "date_column": "交易日期", "style": "split", "in_column": "贷方发生额",
    "out_column": "借方发生额", "payer_column": "对方户名", "payer_account_column": "对方账号",
    "memo_columns": "摘要、附言", "txn_column": "交易流水号", "balance_column": "余额", "account_from": "label",
    "account_text": "账号",
}  # fmt: skip
READ_TWO: dict[str, str] = {
    "name": "样例二", "date_column": "交易时间", "date_format": "%Y%m%d", "style": "split",
    "in_column": "贷方发生额（收入）", "out_column": "借方发生额（支取）", "payer_column": "对方户名",
    "payer_account_column": "对方账号", "memo_columns": "摘要、备注", "txn_column": "账户明细编号-交易流水号",
    "balance_column": "余额", "account_from": "column", "account_text": "账号",
}  # fmt: skip
READ_THREE: dict[str, str] = {
    "name": "样例三", "date_column": "交易日期", "style": "signed", "amount_column": "交易金额",
    "payer_column": "对方户名", "payer_account_column": "对方账号", "memo_columns": "交易摘要、交易附言",
    "balance_column": "账户余额", "account_from": "label", "account_text": "账户",
}  # fmt: skip
