"""Documents as a clerk would meet them, for the tests of drawing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from billing.document import (
    AccountEntry,
    AccountStatement,
    BankAccount,
    CreditNote,
    DemandItem,
    DemandLetter,
    Document,
    Heading,
    InterestStatementDocument,
    InvoiceDocument,
    Line,
    Party,
    StatementDocument,
    StatementLine,
)
from billing.interest import Basis, Cost, InterestTerms, Payment, accrue
from billing.money import fen
from billing.stating import interest_document

PROVIDER = Party(
    name="滨海市大数据发展管理局",
    uscc="11320900MB1234567K",
    address="江苏省滨海市世纪大道 1 号市民中心 A 座 12 层",
    phone="0515-8888 1234",
    contact="王建国（财务科）",
)
USER = Party(
    name="滨海市人力资源和社会保障局",
    uscc="11320900014567890X",
    address="江苏省滨海市解放南路 58 号",
    phone="0515-8666 5678",
    contact="陈晓燕",
)
ACCOUNT = BankAccount(
    holder="滨海市财政局非税收入专户", bank="中国建设银行滨海市分行营业部", number="3205 0173 8636 0000 1234"
)


def heading(number: str = "ZD-2026-000123", language: str = "zh-hans") -> Heading:
    return Heading(
        number=number,
        issued_on=date(2026, 11, 2),
        agreement_no="BHXY-2026-017",
        agreement_title="滨海市电子政务信息平台共享协议",
        language=language,
        prepared_by="李慧",
        reviewed_by="赵志强",
    )


def line(item: str, quantity: str, price: str, **more: str) -> Line:
    net = fen(Decimal(quantity) * Decimal(price))
    tax = fen(net * Decimal("0.06"))
    return Line(
        item=item,
        quantity=Decimal(quantity),
        unit=more.get("unit", "次"),
        unit_price=Decimal(price),
        net=net,
        tax=tax,
        gross=net + tax,
        tax_rate=Decimal("0.06"),
        clause=more.get("clause", ""),
        detail=more.get("detail", ""),
    )


LINES = (
    line("平台使用费（2026年10月）", "1", "12000", unit="月", clause="第 5.1.1 条"),
    line(
        "人口基础信息查询",
        "128450",
        "0.05",
        clause="第 5.1.2 条",
        detail="共 138,450 次，减免费额度 10,000 次；0–100,000 次每次 0.06 元，以上每次 0.03 元",
    ),
    line("法人单位基础信息下载", "312.5", "1.2", unit="GB", clause="第 5.1.3 条"),
    line("社会保障卡状态核验接口（API）调用", "2048000", "0.008", clause="第 5.1.2 条"),
    line("不动产登记信息查询", "960", "0.5", clause="第 5.1.2 条"),
    line("电子证照数据批量下载", "45", "15.5", unit="批", clause="第 5.1.3 条"),
    line("专题数据加工服务", "3", "2600", unit="人天", clause="第 5.1.4 条"),
    line("历史用量更正（2026年9月）", "-120", "0.05", detail="更正 2026-09-18 重复计量的 120 次查询"),
)


def totals(lines: tuple[Line, ...]) -> dict[str, Any]:
    return {part: sum((getattr(one, part) for one in lines), Decimal("0.00")) for part in ("net", "tax", "gross")}


def invoice(
    lines: tuple[Line, ...] = LINES, *, language: str = "zh-hans", number: str = "ZD-2026-000123"
) -> InvoiceDocument:
    return InvoiceDocument(
        heading=heading(number, language),
        seller=PROVIDER,
        buyer=USER,
        lines=lines,
        **totals(lines),
        account=ACCOUNT,
        period_from=date(2026, 10, 1),
        period_to=date(2026, 10, 31),
        due_on=date(2026, 11, 12),
        due_rule="收到正式发票之日起 5 个工作日内（协议第 5.2.1 条）",
        due_explanation=(
            "2026年11月5日（星期四）收到正式发票，当日不计入。",
            "11月6日（五）第 1 个工作日；11月7日、8日周末，不计。",
            "11月9日（一）第 2 个、10日（二）第 3 个、11日（三）第 4 个、12日（四）第 5 个工作日。",
            "到期时刻：2026年11月12日 24:00（国办发明电〔2025〕7 号放假安排）。",
        ),
        formal_invoice="数电票 26322000000123456789（2026年11月4日开具）",
        remarks=("请在付款附言中注明账单编号，以便及时核对入账。",),
    )


def credit_note() -> CreditNote:
    lines = (line("人口基础信息查询", "2000", "0.05", detail="2026年10月12日接口故障期间重复计量"),)
    return CreditNote(
        heading=heading("DX-2026-000007"),
        seller=PROVIDER,
        buyer=USER,
        refers_to="ZD-2026-000123",
        refers_on=date(2026, 11, 2),
        reason="乙方对账异议成立，重复计量 2,000 次予以冲减",
        lines=lines,
        **totals(lines),
    )


def draft() -> InvoiceDocument:
    sample = invoice()
    return replace(sample, heading=heading(""), due_on=None, due_explanation=(), formal_invoice="")


def interest_statement(*, as_of: date = date(2026, 11, 23), language: str = "zh-hans") -> InterestStatementDocument:
    """Floating LPR with two part payments; after 20 October the rate is not published: provisional."""
    statement = accrue(
        Decimal("300000.00"),
        date(2025, 5, 9),
        [
            Payment(date(2025, 6, 8), Decimal("100000.00"), key="a"),
            Payment(date(2026, 3, 2), Decimal("50000.00"), key="b"),
        ],
        InterestTerms(Basis.LPR_FLOATING, multiple=Decimal("1.3")),
        as_of,
        costs=[Cost(date(2025, 12, 1), Decimal("500.00"))],
    )
    return interest_document(
        statement,
        heading=heading("LX-2026-000004", language),
        parties=(PROVIDER, USER),
        invoice_number="ZD-2025-000088",
        account=ACCOUNT,
        payment_texts={"a": "建行转账 2025060800017", "b": "财政国库集中支付"},
    )


def statement(language: str = "zh-hans") -> StatementDocument:
    lines = tuple(
        StatementLine(
            item=line.item, amount=line.net, mode="接口", quantity=line.quantity, unit=line.unit,
            clause=line.clause, detail=line.detail,
        )
        for line in LINES
    )  # fmt: skip
    return StatementDocument(
        heading=heading("DZ-2026-10-0017", language),
        provider=PROVIDER,
        user=USER,
        period_from=date(2026, 10, 1),
        period_to=date(2026, 10, 31),
        lines=lines,
        total=totals(LINES)["net"],
        confirm_by=date(2026, 11, 9),
        remarks=("逾期未提出异议的，按协议第 5.1.5 条视为确认。",),
    )


def account_statement(language: str = "zh-hans") -> AccountStatement:
    entries = (
        AccountEntry(date(2026, 7, 6), "2026年6月账单", "ZD-2026-000071", debit=Decimal("38120.00")),
        AccountEntry(date(2026, 7, 20), "收款：财政国库集中支付", "SK-2026-0311", credit=Decimal("38120.00")),
        AccountEntry(date(2026, 8, 5), "2026年7月账单", "ZD-2026-000086", debit=Decimal("41005.50")),
        AccountEntry(date(2026, 9, 1), "冲减：重复计量", "DX-2026-000005", credit=Decimal("106.00")),
        AccountEntry(date(2026, 9, 18), "收款（部分）", "SK-2026-0407", credit=Decimal("20000.00")),
    )
    return AccountStatement(
        heading=heading("WL-2026-0017", language),
        creditor=PROVIDER,
        debtor=USER,
        period_from=date(2026, 7, 1),
        period_to=date(2026, 9, 30),
        opening=Decimal("1200.00"),
        entries=entries,
        closing=Decimal("22099.50"),
    )


def demand_letter(language: str = "zh-hans") -> DemandLetter:
    annex = interest_statement(as_of=date(2026, 9, 18), language=language)
    item = DemandItem("ZD-2025-000088", annex.due_on, 497, annex.principal_open, annex.interest_open)
    return DemandLetter(
        heading=heading("CG-2026-000002", language),
        creditor=PROVIDER,
        debtor=USER,
        as_of=annex.as_of,
        items=(item, DemandItem("ZD-2026-000086", date(2026, 8, 20), 29, Decimal("20899.50"), Decimal("303.04"))),
        total=item.principal + item.interest + Decimal("21202.54"),
        cure_until=date(2026, 12, 2),
        account=ACCOUNT,
        clause="协议第 5.3.2 条",
        consequence="我方将依据协议第 5.3.3 条提请暂停相关服务，并保留依法追究违约责任的权利。",
        annexes=(annex,),
        signer="周明远",
    )


def every(language: str = "zh-hans") -> dict[str, Document]:
    """One document of each kind."""
    return {
        "invoice": invoice(language=language),
        "credit_note": credit_note(),
        "interest_statement": interest_statement(language=language),
        "statement": statement(language),
        "account_statement": account_statement(language),
        "demand_letter": demand_letter(language),
    }


more = every
