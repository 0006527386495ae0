"""Sample rules of use and protection: acknowledged and not, kept and broken, valid and running out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from contracts import rules, violations
from contracts.models import Agreement, UsageRule, Violation
from portal.sample.moments import Moments, local
from portal.sample.papers import sample_pdf
from portal.sample.people import People
from portal.sample.protection import make_protection

RULES = (
    (
        "平台账号与接口使用规则",
        "一、账号实名专人专用，不得转借。\n二、接口凭证由专人保管，每半年更换一次。\n三、单个接口每秒调用不超过 20 次。\n"
        "四、查询应当有对应的办件或业务，不得批量试探。\n五、发现凭证泄露，立即停用并在 1 小时内报告。",
    ),
    (
        "共享数据使用规则",
        "一、共享数据只用于协议写明的用途。\n二、不得留存与办件无关的个人信息。\n三、下载的数据文件加密存放，用毕删除并登记。\n"
        "四、需要提供给第三方的，先申请并取得书面同意。",
    ),
)
SPECIAL = "专线接入附加规则"
SPECIAL_TEXT = "一、专线只承载本协议的业务。\n二、前置机变更提前 3 个工作日书面告知。"
SECOND = "六、自动程序调用须在请求中写明业务编号。"


def make_controls(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """Rules and what protects the shared information, for the agreements in force."""
    _make_rules(people, agreements, moments)
    _make_violations(people, agreements, moments)
    make_protection(people, agreements, moments)


def _make_rules(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """Both rules are acknowledged by all; the first has a second version that only the last Party B has read."""
    manager = people["hetong"]
    begun = local(moments.days_ago(40), 10)
    for title, text in RULES:
        rule = UsageRule.objects.create(issuer=people.party_a, title=title)
        file = sample_pdf(title, *text.split("\n"))
        version = rules.publish(rules.draft(rule, text=text, file=file, by=manager, at=begun), by=manager, at=begun)
        for agreement in agreements:
            rules.acknowledge(version, agreement, by=people.of(agreement.party_b), at=begun + timedelta(hours=5))
    first = UsageRule.objects.get(title=RULES[0][0])
    later = local(moments.days_ago(9), 10)
    text = f"{RULES[0][1]}\n{SECOND}"
    file = sample_pdf(RULES[0][0], *text.split("\n"))
    second = rules.draft(first, text=text, changes="增加第六条：写明业务编号", file=file, by=manager, at=later)
    second = rules.publish(second, by=manager, at=later)
    last = agreements[-1]
    rules.acknowledge(second, last, by=people.of(last.party_b), at=later + timedelta(days=1))
    rules.serve(second, agreements[1], by=manager, at=later + timedelta(days=2))
    special = UsageRule.objects.create(issuer=people.party_a, title=SPECIAL, agreement=agreements[0])
    file = sample_pdf(SPECIAL, *SPECIAL_TEXT.split("\n"))
    rules.publish(rules.draft(special, text=SPECIAL_TEXT, file=file, by=manager, at=later), by=manager, at=later)


def _make_violations(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """One in each state: only found, notified, being put right and late, waiting for review, closed, unfounded."""
    first, second, third = agreements
    _Case(people, first, "usage_rules", "minor", local(moments.days_ago(3), 9)).found(
        "接口日志显示同一账号从两个地市同时登录，疑似转借账号。"
    )
    _Case(people, first, "usage_rules", "serious", local(moments.days_ago(12), 9)).notified(
        "夜间出现无办件编号的批量查询约 1200 次。",
        "11 月有约 1200 次查询未写明业务编号，请核实原因、停止此类调用，并报告整改情况。",
        days=20,
    )
    late = _Case(people, second, "sublicence", "serious", local(moments.days_ago(30), 9)).notified(
        "运维外包单位人员使用乙方账号登录平台。",
        "发现贵单位的外包人员未经备案使用平台，请停止并补办第三方备案。",
        days=21,
    )
    violations.accept(
        late.row, text="属实，已停用相关账号。", by=people.of(second.party_b), at=late.at + timedelta(days=2)
    )
    review = _Case(people, first, "measures", "minor", local(moments.days_ago(25), 9)).notified(
        "现场检查发现下载的数据文件未加密存放。", "现场检查发现下载的数据文件未加密存放，请整改。", days=30
    )
    file = sample_pdf("整改情况报告", "已启用加密目录，历史文件已清理。")
    by = people.of(first.party_b)
    violations.report(
        review.row, text="已启用加密目录，清理历史文件 46 个。", files=[file], by=by, at=review.at + timedelta(days=9)
    )
    closed = _Case(people, third, "usage_rules", "minor", local(moments.days_ago(50), 9)).notified(
        "接口调用峰值超过约定频率。", "接口调用峰值超过每秒 20 次，请限流。", days=15
    )
    by = people.of(third.party_b)
    violations.report(closed.row, text="已在网关限流。", by=by, at=closed.at + timedelta(days=5))
    violations.close(closed.row, text="抽查三天未再超限。", by=people["yunweizhang"], at=closed.at + timedelta(days=9))
    none = _Case(people, third, "leak", "grave", local(moments.days_ago(40), 9)).notified(
        "网上出现疑似平台数据样本。", "网上出现疑似平台数据样本，请核查是否由贵单位流出。", days=10
    )
    violations.plead(none.row, text="样本字段与本单位接口不符。", by=by, at=none.at + timedelta(days=3))
    violations.dismiss(
        none.row, text="经比对，样本为公开年鉴数据。", by=people["hetong"], at=none.at + timedelta(days=6)
    )


@dataclass
class _Case:
    """A sample violation on its way."""

    people: People
    agreement: Agreement
    topic: str
    severity: str
    at: datetime
    row: Violation = field(init=False)

    def found(self, facts: str) -> "_Case":
        finding = violations.Finding(topic=self.topic, severity=self.severity, found_at=self.at, facts=facts)
        self.row = violations.find(self.agreement, finding, by=self.people["yunwei"], at=self.at)
        return self

    def notified(self, facts: str, statement: str, *, days: int) -> "_Case":
        self.found(facts)
        at = self.at + timedelta(days=1)
        self.row = violations.notify(
            self.row,
            statement=statement,
            rectify_by=(self.at + timedelta(days=days)).date(),
            channel="portal",
            by=self.people["yunweizhang"],
            at=at,
        )
        self.at = at
        return self
