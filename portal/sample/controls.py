"""Sample rules of use and protection: acknowledged and not, kept and broken, valid and running out."""

from collections.abc import Sequence
from datetime import timedelta

from contracts import rules
from contracts.models import Agreement, UsageRule
from portal.sample.moments import Moments, local
from portal.sample.papers import sample_pdf
from portal.sample.people import People

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
