"""The labels of printed papers: Chinese is the source, English beside it. No Django: a snapshot names its language."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from billing.money import FEN, round_to

ENGLISH = {
    "付款通知书（账单）": "Payment notice (bill)",
    "逾期利息付款通知书（账单）": "Payment notice for overdue interest (bill)",
    "本通知书不是发票，不能用于记账抵扣；发票由收款方另行开具。": (
        "This notice is not a tax invoice (fapiao); the tax invoice is issued separately by the payee."
    ),
    "贷项通知单（冲减账单）": "Credit note",
    "本通知单不是红字发票；需要红字发票的，另行开具。": "Not a red-letter tax invoice; that one is issued separately.",
    "核销单": "Write-off",
    "本单为收款方内部账务处理，不是对债务的免除；事后收到款项的，冲回核销后照常入账。": (
        "An entry in the payee's own books, not a release of the debt; money received later is booked after reversal."
    ),
    "利息减免单": "Waiver of interest",
    "减免部分": "Waived",
    "减免原因": "Reason",
    "减免金额（大写）": "Waived, in Chinese capitals",
    "利息计至": "Interest up to",
    "债权人免除下列逾期利息；本金、其余利息和以后的利息不受影响。": (
        "The creditor releases the overdue interest below; principal, other and later interest are not affected."
    ),
    "按{supplement}，应付日期由 {before} 改为 {after}；逾期利息自新的日期起算。": (
        "By {supplement} the due date was moved from {before} to {after}; overdue interest runs from the new date."
    ),
    "账单金额": "Bill amount",
    "核销部分": "Written off",
    "本金": "Principal",
    "利息": "Interest",
    "核销原因": "Reason",
    "依据": "Ground",
    "核销金额（大写）": "Written off, in Chinese capitals",
    "逾期利息计算书": "Statement of overdue interest",
    "对账单": "Statement of service",
    "往来对账单": "Statement of account",
    "催告函": "Letter of demand",
    "附件": "Annex",
    "编号": "Number",
    "（草稿，未编号）": "(draft, not numbered)",
    "开具日期": "Issued on",
    "协议编号": "Agreement no.",
    "协议名称": "Agreement",
    "计费期间": "Service period",
    "对账期间": "Period",
    "收款方": "Payee",
    "付款方": "Payer",
    "债权人": "Creditor",
    "债务人": "Debtor",
    "平台提供方（甲方）": "Provider (Party A)",
    "平台使用方（乙方）": "User (Party B)",
    "名称": "Name",
    "统一社会信用代码": "Unified social credit code",
    "地址": "Address",
    "电话": "Telephone",
    "联系人": "Contact",
    "序号": "No.",
    "收费项目": "Item",
    "项目": "Item",
    "使用方式": "Mode",
    "数量": "Quantity",
    "单位": "Unit",
    "单价（元）": "Unit price",
    "不含税金额": "Net (CNY)",
    "税率": "Rate",
    "税额": "Tax (CNY)",
    "价税合计": "Gross (CNY)",
    "金额（元）": "Amount (CNY)",
    "合计": "Total",
    "价税合计（大写）": "Total in Chinese capitals",
    "合计（大写）": "Total in Chinese capitals",
    "冲减合计（大写）": "Credited, in Chinese capitals",
    "应付合计（大写）": "Due in Chinese capitals",
    "期末余额（大写）": "Closing balance in capitals",
    "人民币{capitals}": "人民币{capitals}",
    "（小写）": "In figures",
    "依据：{clause}": "Ground: {clause}",
    "付款信息": "Payment",
    "应付日期": "Due date",
    "付款期限": "Payment term",
    "开户名称": "Account holder",
    "开户银行": "Bank",
    "银行账号": "Account number",
    "对应发票": "Tax invoice",
    "收到正式发票后确定": "Set on receipt of the tax invoice",
    "{date}（暂定：所涉年份的放假安排尚未公布）": "{date} (provisional: that year's holiday notice is not published)",
    "应付日期的计算": "How the due date was counted",
    "备注": "Remarks",
    "收款方（盖章）": "Payee (seal)",
    "债权人（盖章）": "Creditor (seal)",
    "经办人": "Prepared by",
    "复核人": "Reviewed by",
    "日期": "Date",
    "草稿": "DRAFT",
    "暂计": "PROVISIONAL",
    "第 {number} 页，共 {count} 页": "Page {number} of {count}",
    "冲减账单": "Credits bill",
    "冲减原因": "Reason",
    "账单编号": "Bill no.",
    "欠付本金": "Principal",
    "计息截至": "Interest up to",
    "计息规则": "Rules applied",
    "一、分段计息": "1. Interest by segments",
    "二、收款与抵充": "2. Payments and what they paid",
    "三、截至计息日的结果": "3. Result",
    "计息期间（首尾两日均计息）": "Days with interest (both included)",
    "天数": "Days",
    "计息本金": "Principal",
    "算式": "Working",
    "利息（元）": "Interest (CNY)",
    "{first} 至 {last}": "{first} to {last}",
    "暂计：该期间所涉月份的贷款市场报价利率（LPR）尚未录入": "provisional: the LPR of a month is not entered yet",
    "日期之前没有收款。": "No payment was received up to this day.",
    "截至该日没有计息期间。": "No day bears interest up to this day.",
    "收款日期": "Received on",
    "收款金额": "Amount",
    "抵费用": "To costs",
    "抵利息": "To interest",
    "抵本金": "To principal",
    "余利息": "Interest left",
    "余本金": "Principal left",
    "余款": "Credit",
    "利息合计": "Total interest",
    "已抵利息": "Interest paid",
    "未付利息": "Interest open",
    "未付本金": "Principal open",
    "未付费用": "Costs open",
    "溢付余款": "Credit",
    "应付合计": "Total due",
    "各段利息列示至六位小数，未作舍入；仅在收款抵充和截止日按累计数四舍五入到分。": (
        "Segments show six decimals, not rounded; only running totals are rounded half up to the fen, at settlements."
    ),
    "暂计：有月份的贷款市场报价利率（LPR）尚未公布或录入，补录后本计算书将重新出具。": (
        "Provisional: the LPR of a month is missing; this statement will be made anew when it is entered."
    ),
    "日 {rate}": "{rate} a day",
    "年 {rate}": "{rate} a year",
    "请于 {date} 前核对并确认；对任何一行有异议的，请在系统中逐行注明。": (
        "Please confirm by {date}; dispute any line in the portal, line by line."
    ),
    "本对账单用于核对用量与费用，不是发票，也不是付款通知。": "For checking; no tax invoice, no request to pay.",
    "乙方意见": "Party B's answer",
    "□ 确认无误": "□ Confirmed",
    "□ 有异议（请列明行号与理由）：": "□ Disputed (lines and reasons):",
    "平台使用方（盖章）": "Party B (seal)",
    "平台提供方（盖章）": "Party A (seal)",
    "期初余额": "Opening balance",
    "期末余额": "Closing balance",
    "摘要": "Text",
    "单据编号": "Reference",
    "应收增加": "Debit",
    "应收减少": "Credit",
    "余额": "Balance",
    "服务账单": "Bill for service",
    "利息账单": "Bill for interest",
    "贷项通知单": "Credit note",
    "收款核销": "Payment",
    "利息（已付或已减免）": "Interest (paid or waived)",
    "费用（已付或已减免）": "Costs (paid or waived)",
    "贷项抵减": "Credit applied",
    "贷项用出": "Credit used",
    "收款": "Receipt",
    "预收款用出": "Advance used",
    "退款": "Refund",
    "全部协议": "All agreements",
    "逾期天数": "Days overdue",
    "逾期利息": "Interest",
    "小计": "Subtotal",
    "致：{name}": "To: {name}",
    "贵我双方订立的《{title}》（编号：{number}）履行中，截至 {date}，贵方下列账单已逾期未付：": (
        "Under the agreement “{title}” (no. {number}), the following bills are overdue and unpaid on {date}:"
    ),
    "以上合计 {total} 元（人民币{capitals}）。逾期利息的计算见附件；{date} 之后的利息另行计算至实际付清之日。": (
        "Together CNY {total} (人民币{capitals}). Interest is worked out in the annex; "
        "interest after {date} runs until full payment."
    ),
    "现依据{clause}，请贵方于 {date} 前将上述款项付至下列账户：": "Under {clause}, please pay by {date} to:",
    "现依据{clause}，请贵方自本函送达次日起 {days} 个工作日内将上述款项付至下列账户：": (
        "Under {clause}, please pay within {days} working days from the day after this letter is delivered, to:"
    ),
    "现依据{clause}，请贵方自本函送达次日起 {days} 日内将上述款项付至下列账户：": (
        "Under {clause}, please pay within {days} days from the day after this letter is delivered, to:"
    ),
    "逾期仍未付清的，{consequence}": "If payment is not made in full by then: {consequence}",
    "如已付款或对上述款项有异议，请在上述期限内书面告知，以便核对。": (
        "If you have paid or dispute any amount, please tell us in writing within this time."
    ),
    "上述协议": "the agreement",
    "约定日利率 {rate}，单利。": "Agreed rate of {rate} a day, simple interest.",
    "约定年利率 {rate}，每年按 {days} 天计，单利。": "Agreed rate of {rate} a year of {days} days, simple interest.",
    "按逾期首日适用的一年期贷款市场报价利率（LPR）的 {multiple} 倍，固定，一年按 {days} 天，单利。": (
        "{multiple} × the one-year LPR on the first overdue day, fixed, a year of {days} days, simple interest."
    ),
    "按一年期贷款市场报价利率（LPR）的 {multiple} 倍，随公布分段调整，一年按 {days} 天，单利。": (
        "{multiple} × the one-year LPR, changing with each publication, a year of {days} days, simple interest."
    ),
    "按《保障中小企业款项支付条例》（国务院令第 802 号）第十七条，日利率万分之五（0.05%），单利。": (
        "Order 802 art. 17 (payments to small and medium enterprises): 0.05% a day, simple interest."
    ),
    "按法释〔2014〕8号第一条，加倍部分日万分之一点七五（0.0175%）。": (
        "Fa Shi [2014] no. 8 art. 1: the doubled part at 0.0175% a day."
    ),
    "自应付日期的次日起计息，付款当日计息。": "From the day after the due date; the payment day bears interest.",
    "自应付日期当日起计息，付款当日不计息。": "From the due date; the payment day bears none.",
    "应付日期当日与付款当日均计息。": "Both the due date and the payment day bear interest.",
    "收款依次抵充费用、利息、本金（民法典第五百六十一条）；未付利息不再计息。": (
        "Payments pay costs, then interest, then principal (Civil Code 561); unpaid interest bears none."
    ),
    "按约定，收款依次抵充本金、利息、费用；未付利息不再计息。": (
        "As agreed, payments pay principal, then interest, then costs; unpaid interest bears none."
    ),
    "收款依次抵充费用、本金、利息；未付利息不再计息。": (
        "Payments pay costs, then principal, then interest; unpaid interest bears none."
    ),
    "利息累计不超过 {cap} 元。": "Interest is capped at CNY {cap} in all.",
    "截至日之后的收款未列入。": "Payments after this day are not included.",
    "用量 {quantity} {unit}": "Used {quantity} {unit}",
    "减免费额度 {quantity} {unit}": "Free allowance {quantity} {unit}",
    "第 {tier} 档，{bounds}：": "Tier {tier} ({bounds}): ",
    "{above} 以上": "above {above}",
    "{above} 至 {up_to}（含）": "above {above} up to {up_to}",
    "固定费 {amount} 元": "flat fee CNY {amount}",
    "每包 {size} {unit}，不足一包按一包：": "Packages of {size} {unit}, begun ones count: ",
    "按周期的 {share} 折算：{amount} 元": "For {share} of the period: CNY {amount}",
    "补足最低收费：{amount} 元": "Raised to the minimum: CNY {amount}",
    "超过最高收费的部分不收：{amount} 元": "Cut at the maximum: CNY {amount}",
    "四舍五入到分：{amount} 元": "Rounded half up to the fen: CNY {amount}",
    "已开账单：{amount} 元": "Billed before: CNY {amount}",
    "金额 {amount} 元": "Amount CNY {amount}",
    "利息已达约定上限。": "Interest has reached the agreed cap.",
    "特此函告。": "Yours faithfully,",
    "签发人": "Signed by",
}

Say = Callable[..., str]


def sayer(language: str) -> Say:
    """A function from a Chinese label (and its placeholders) to the words of `language`."""

    def say(words: str, **values: object) -> str:
        template = words if language == "zh-hans" else ENGLISH[words]
        return template.format(**values) if values else template

    return say


def yuan(amount: Decimal) -> str:
    """1234.5 as 1,234.50."""
    return f"{round_to(amount, FEN):,.2f}"


def number(value: Decimal | None) -> str:
    """A quantity or price without idle zeros: 1,234.5."""
    if value is None:
        return ""
    plain = f"{value:,f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def unit_price(value: Decimal | None) -> str:
    """A unit price with two to six decimals: 0.015, 12.00."""
    if value is None:
        return ""
    whole, _, decimals = f"{value:,.6f}".partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"


def percent(share: Decimal | None) -> str:
    """0.06 as 6%, 0.0005 as 0.05%."""
    return "" if share is None else f"{number(share * 100)}%"


def rate(share: Decimal | None) -> str:
    """0.039 as 3.90%, 0.05025 as 5.025%: an interest rate keeps two decimals."""
    return "" if share is None else f"{unit_price(share * 100)}%"


def day(value: date | None, language: str = "zh-hans") -> str:
    """2026年11月23日, or 2026-11-23 in English."""
    if value is None:
        return ""
    return f"{value.year}年{value.month}月{value.day}日" if language == "zh-hans" else value.isoformat()
