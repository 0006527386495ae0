"""The questions that the standard text leaves open: each is asked once, with what follows from each answer.

A question is asked when the text has a clause on one of its topics, whatever that clause's number is.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, kw_only=True)
class Option:
    """One possible answer, and what follows from it."""

    value: str
    label: object
    consequence: object


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question in plain words.  `field` names the field of AgreementVersion that the answer fills, `flag` that of its
    support hours; such a question is answered when the field is.
    """

    key: str
    title: object
    words: object
    topics: frozenset[str]
    options: tuple[Option, ...]
    field: str = ""
    flag: str = ""

    def option(self, value: str) -> Option | None:
        """The option of that value."""
        return next((option for option in self.options if option.value == value), None)


QUESTIONS: tuple[Question, ...] = (
    Question(
        key="signing_rule",
        title=_("签字和盖章"),
        words=_("协议要签字并且盖章才算签署，还是签字或者盖章有一项就够？"),
        topics=frozenset({"term"}),
        field="signing_rule",
        options=(
            Option(
                value="sign_and_seal",
                label=_("签字并盖章"),
                consequence=_("双方都签字并且盖章后才生效；缺一项就一直是部分签署。"),
            ),
            Option(
                value="either",
                label=_("签字或者盖章"),
                consequence=_("每一方签字或者盖章有一项即可；后完成的一方完成时生效。"),
            ),
        ),
    ),
    Question(
        key="end_rule",
        title=_("期限年数与书面终止日期"),
        words=_("期限年数算出的到期日和书面终止日期不一致时，以哪个为准？"),
        topics=frozenset({"term"}),
        options=(
            Option(
                value="written",
                label=_("以书面终止日期为准"),
                consequence=_("到期日就是写明的那一天，遇节假日不顺延；年数只作说明。"),
            ),
            Option(
                value="years",
                label=_("以期限年数为准"),
                consequence=_("到期日是实际生效日满约定年数的对应日（民法典第201、202条）；书面终止日期只作说明。"),
            ),
        ),
    ),
    Question(
        key="clock_hours",
        title=_("时限按什么小时计"),
        words=_("响应和提出解决方案的“小时”，是支持时间内的小时，还是自然小时？"),
        topics=frozenset({"response"}),
        field="clock_hours",
        options=(
            Option(
                value="support",
                label=_("支持时间内的小时"),
                consequence=_("夜里、午休和不提供支持的日子不计时；时限较长。"),
            ),
            Option(
                value="natural",
                label=_("自然小时（7×24）"),
                consequence=_("从收到报告起昼夜连续计时，节假日也计；时限较短。"),
            ),
        ),
    ),
    Question(
        key="weekends_served",
        title=_("“节假日除外”与周末"),
        words=_("“节假日除外”是只除去放假通知里的节假日，还是连普通周末也除去？"),
        topics=frozenset({"support_hours"}),
        flag="weekends_served",
        options=(
            Option(value="yes", label=_("只除去放假通知里的节假日"), consequence=_("普通周末提供支持，也计时。")),
            Option(value="no", label=_("周末也除去"), consequence=_("普通周末不提供支持，不计时。")),
        ),
    ),
    Question(
        key="makeup_days_served",
        title=_("调休上班的周末"),
        words=_("因放假调休而上班的周末，提供支持吗？"),
        topics=frozenset({"support_hours"}),
        flag="makeup_days_served",
        options=(
            Option(value="yes", label=_("提供支持"), consequence=_("调休上班日按工作日的时段提供支持，也计时。")),
            Option(value="no", label=_("不提供支持"), consequence=_("调休上班日按普通周末处理。")),
        ),
    ),
    Question(
        key="onboarding_clock",
        title=_("接入支持是否计时限"),
        words=_("接入遇到问题时的技术支持，算不算响应和解决方案的时限？"),
        topics=frozenset({"onboarding_support"}),
        options=(
            Option(value="measured", label=_("只记录用时"), consequence=_("接入支持记录用时，不判超时。")),
            Option(
                value="judged",
                label=_("与故障报告同样计时"),
                consequence=_("接入支持也按响应和解决方案的时限判断是否超时，服务级别约定须照此登记。"),
            ),
        ),
    ),
    Question(
        key="planned_maintenance",
        title=_("计划维护与可用率"),
        words=_("事先通知过的计划维护，算不算平台不可用的时间？"),
        topics=frozenset({"availability"}),
        options=(
            Option(
                value="excluded",
                label=_("不算不可用"),
                consequence=_("按时通知过的维护不计入不可用时间；没有通知的照算。"),
            ),
            Option(value="counted", label=_("算不可用"), consequence=_("维护期间也计入不可用时间，可用率较低。")),
        ),
    ),
    Question(
        key="tier_method",
        title=_("分档计价的方法"),
        words=_("用量分档计价时，每档只对落在本档的用量计价，还是全部用量都按所到的那一档计价？"),
        topics=frozenset({"usage_fee"}),
        options=(
            Option(
                value="graduated",
                label=_("分段累进"),
                consequence=_("每一段用量按各自的单价；用量增加，总价不会变少。"),
            ),
            Option(
                value="volume", label=_("全量套档"), consequence=_("全部用量按所到档次的单价；跨档时总价可能变少。")
            ),
            Option(value="none", label=_("不分档"), consequence=_("每一计费项目只有一个单价。")),
        ),
    ),
    Question(
        key="payment_trigger",
        title=_("付款从什么时候起算"),
        words=_("一条说收到正式发票后若干个工作日内付款，另一条说服务期结束按甲方要求付款。付款期限从哪里起算？"),
        topics=frozenset({"service_periods"}),
        options=(
            Option(
                value="invoice",
                label=_("收到正式发票起算"),
                consequence=_("服务期结束只是可以出账；到期日从乙方收到正确的正式发票起数工作日。"),
            ),
            Option(
                value="period_end",
                label=_("服务期结束、甲方请款即应付"),
                consequence=_("系统仍从收到正式发票起数到期日，作为最晚的日子；更早的逾期须由人认定。"),
            ),
        ),
    ),
    Question(
        key="paid_moment",
        title=_("哪一刻算付款"),
        words=_("乙方账户划出算付款，还是到甲方账户才算？"),
        topics=frozenset({"payment"}),
        options=(
            Option(
                value="credit", label=_("到甲方账户"), consequence=_("以甲方账户入账日为付款日；途中的时间由乙方承担。")
            ),
            Option(
                value="debit",
                label=_("从乙方账户划出"),
                consequence=_("以乙方账户划出日为付款日；须凭乙方的回单认定。"),
            ),
        ),
    ),
    Question(
        key="payment_cutoff",
        title=_("付款最后一天到几点"),
        words=_("付款期限的最后一天，到当天 24 时为止，还是到银行停止办理业务为止？"),
        topics=frozenset({"payment"}),
        options=(
            Option(value="midnight", label=_("当天 24 时"), consequence=_("当天夜里到账也算按时。")),
            Option(
                value="bank_close",
                label=_("银行停止办理业务时"),
                consequence=_("营业结束后到账算次日（民法典第203条：有业务时间的，到停止业务活动为止）。"),
            ),
        ),
    ),
    Question(
        key="tax_change",
        title=_("税率变动时的价格"),
        words=_("税率变动时，不含税价不变，还是含税价不变？"),
        topics=frozenset({"taxes"}),
        options=(
            Option(value="net", label=_("不含税价不变"), consequence=_("税额随税率变，乙方支付的总价跟着变。")),
            Option(
                value="gross", label=_("含税价不变"), consequence=_("乙方支付的总价不变，税率变动由甲方承担或者受益。")
            ),
        ),
    ),
    Question(
        key="suspension_licence",
        title=_("暂停服务与使用许可"),
        words=_("因逾期暂停服务时，平台的使用许可是否也暂停？"),
        topics=frozenset({"licence"}),
        options=(
            Option(value="access", label=_("只暂停访问"), consequence=_("许可仍然有效，恢复服务后即可继续使用。")),
            Option(
                value="licence",
                label=_("许可一并暂停"),
                consequence=_("暂停期间乙方无权使用平台，包括已取得的接口和账号。"),
            ),
        ),
    ),
)
BY_KEY = {question.key: question for question in QUESTIONS}
