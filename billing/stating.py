"""From computed interest to the frozen statement that is printed: figures, rules and notes in words."""

from collections.abc import Mapping

from billing.document import (
    BankAccount,
    Heading,
    InterestRow,
    InterestStatementDocument,
    Party,
    SettlementRow,
)
from billing.interest import Basis, Counting, InterestStatement, InterestTerms, Order, Segment, Settlement
from billing.wording import number, rate, sayer, yuan

_RATES = {
    Basis.DAILY: "约定日利率 {rate}，单利。",
    Basis.ANNUAL: "约定年利率 {rate}，每年按 {days} 天计，单利。",
    Basis.LPR_FIXED: "按逾期首日适用的一年期贷款市场报价利率（LPR）的 {multiple} 倍，固定，一年按 {days} 天，单利。",
    Basis.LPR_FLOATING: "按一年期贷款市场报价利率（LPR）的 {multiple} 倍，随公布分段调整，一年按 {days} 天，单利。",
    Basis.SME: "按《保障中小企业款项支付条例》（国务院令第 802 号）第十七条，日利率万分之五（0.05%），单利。",
    Basis.JUDGMENT: "按法释〔2014〕8号第一条，加倍部分日万分之一点七五（0.0175%）。",
}
_DAYS = {
    Counting.AFTER_DUE: "自应付日期的次日起计息，付款当日计息。",
    Counting.FROM_DUE: "自应付日期当日起计息，付款当日不计息。",
    Counting.BOTH_ENDS: "应付日期当日与付款当日均计息。",
}
_ORDERS = {
    Order.COSTS_INTEREST_PRINCIPAL: "收款依次抵充费用、利息、本金（民法典第五百六十一条）；未付利息不再计息。",
    Order.PRINCIPAL_FIRST: "按约定，收款依次抵充本金、利息、费用；未付利息不再计息。",
    Order.COSTS_PRINCIPAL_INTEREST: "收款依次抵充费用、本金、利息；未付利息不再计息。",
}
_NOTES = {"payments_after_as_of": "截至日之后的收款未列入。", "capped": "利息已达约定上限。"}


def rule_lines(terms: InterestTerms, order: Order, language: str = "zh-hans") -> tuple[str, ...]:
    """The rules that a computation follows, in words: rate, days, order, cap."""
    say = sayer(language)
    values = {"rate": rate(terms.rate), "days": terms.day_count, "multiple": number(terms.multiple)}
    lines = [say(_RATES[terms.basis], **values), say(_DAYS[terms.counting]), say(_ORDERS[order])]
    if terms.cap is not None:
        lines.append(say("利息累计不超过 {cap} 元。", cap=yuan(terms.cap)))
    return tuple(lines)


def segment_words(segment: Segment, language: str = "zh-hans") -> str:
    """A segment with its sum on one line: days, principal × rate × days, and the amount."""
    say = sayer(language)
    agreed = say("日 {rate}" if segment.divisor == 1 else "年 {rate}", rate=rate(segment.rate))
    parts = "" if segment.divisor == 1 else f" ÷ {segment.divisor}"
    said = f"{yuan(segment.principal)} × {agreed}{parts} × {segment.days} = {segment.amount}"
    return f"{segment.first_day} – {segment.last_day}：{said}"


def interest_document(
    statement: InterestStatement,
    *,
    heading: Heading,
    parties: tuple[Party, Party],
    invoice_number: str,
    account: BankAccount | None = None,
    payment_texts: Mapping[str, str] | None = None,
    remarks: tuple[str, ...] = (),
) -> InterestStatementDocument:
    """The printable statement; `parties` are creditor and debtor, `payment_texts` words by the payments' keys."""
    say = sayer(heading.language)
    words = payment_texts or {}
    return InterestStatementDocument(
        heading=heading,
        creditor=parties[0],
        debtor=parties[1],
        invoice_number=invoice_number,
        principal=statement.principal,
        due_on=statement.due_on,
        as_of=statement.as_of,
        segments=tuple(_row(segment) for segment in statement.segments),
        settlements=tuple(_settlement(settled, words.get(settled.key, "")) for settled in statement.settlements),
        total_interest=statement.total_interest,
        interest_paid=statement.interest_paid,
        interest_open=statement.interest_open,
        principal_open=statement.principal_open,
        costs_open=statement.costs_open,
        outstanding=statement.outstanding,
        credit=statement.credit,
        rules=rule_lines(statement.terms, statement.order, heading.language),
        notes=(*(say(_NOTES[note]) for note in statement.notes if note in _NOTES), *remarks),
        provisional=statement.provisional,
        account=account or BankAccount(),
    )


def _row(segment: Segment) -> InterestRow:
    return InterestRow(
        first_day=segment.first_day,
        last_day=segment.last_day,
        days=segment.days,
        principal=segment.principal,
        rate=segment.rate,
        rate_per="day" if segment.divisor == 1 else "year",
        divisor=segment.divisor,
        amount=segment.amount,
        lpr_published=segment.lpr_published,
        provisional=segment.provisional,
    )


def _settlement(settled: Settlement, words: str) -> SettlementRow:
    return SettlementRow(
        on=settled.on,
        amount=settled.amount,
        to_costs=settled.to_costs,
        to_interest=settled.to_interest,
        to_principal=settled.to_principal,
        interest_left=settled.interest_left,
        principal_left=settled.principal_left,
        credit=settled.credit,
        text=words,
    )
