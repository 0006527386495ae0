"""Duties that clauses leave without a number: proposed by topic, made with the numbers of a person.

The text says "periodically", "promptly", "in accordance with rules"; how often is agreed elsewhere.  Nothing is made
for a topic whose numbers nobody gave.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import Agreement, Clause, Obligation
from contracts.obligations import Terms, make
from contracts.scheduling import civil_day
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, kw_only=True)
class Starter:
    """A duty that a topic's clause suggests.  event: what sets it off; without one it recurs."""

    topic: str
    title: str
    side: str
    evidence: str
    event: str = ""
    hint: object = ""


# Titles, evidence and events are entries of the agreement, in its language.
STARTERS: tuple[Starter, ...] = (
    Starter(topic="security_checks", title="定期安全检查", side="a", evidence="检查报告",
            hint=gettext_lazy("标准文本 7.2.2：甲方定期进行安全检查。")),
    Starter(topic="compliance", title="网络安全等级保护测评", side="a", evidence="测评报告",
            hint=gettext_lazy("标准文本 3.2.2：信息传输符合国家信息安全规定。")),
    Starter(topic="secure_channel", title="安全通道检查", side="a", evidence="检查记录",
            hint=gettext_lazy("标准文本 3.2.1：双方使用安全通道传输。")),
    Starter(topic="freshness", title="共享信息更新维护检查", side="a", evidence="更新记录",
            hint=gettext_lazy("标准文本 2.2.2：甲方及时更新和维护共享信息。")),
    Starter(topic="usage_rules", title="账号与权限自查", side="b", evidence="自查表",
            hint=gettext_lazy("标准文本 3.3.1：乙方遵守使用规则。")),
    Starter(topic="measures", title="保密措施检查", side="both", evidence="检查记录",
            hint=gettext_lazy("标准文本 4.1.2：双方采取合理的保密措施。")),
    Starter(topic="law_compliance", title="信息安全合规自查", side="both", evidence="自查报告",
            hint=gettext_lazy("标准文本 8.1.1：双方遵守信息安全法律法规。")),
    Starter(topic="onboarding", title="按接入通知完成对接", side="b", evidence="联调记录", event="收到接入通知",
            hint=gettext_lazy("标准文本 3.1.1：乙方收到甲方通知后按要求完成对接。")),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """What was agreed for one starter: every `number` units from the first date, or working days after its event."""

    number: int
    unit: str = ""
    first: date | None = None


@transaction.atomic
def start(agreement: Agreement, chosen: Mapping[str, Numbers], *, by: User, at: datetime) -> list[Obligation]:
    """Make the obligations of the topics that have numbers, each under the clause of the agreement about its topic.

    Refused when there are none, when the agreement has no clause about a chosen topic, or has that obligation already.
    """
    if not chosen:
        raise Refused(_("请至少填写一项义务的周期或期限。"))
    clauses = _clauses(agreement)
    made = []
    for starter in STARTERS:
        if starter.topic in chosen:
            clause = clauses.get(starter.topic)
            if clause is None:
                raise Refused(_("这份协议没有关于“%(title)s”的条款，请不要填写这一项。") % {"title": starter.title})
            made.append(make(agreement, _terms(starter, clause, chosen[starter.topic], at), by=by, at=at))
    return made


def _clauses(agreement: Agreement) -> dict[str, Clause]:
    """The first clause of each topic in the newest version of the agreement."""
    version = agreement.versions.order_by("-number").first()
    rows = version.clauses.order_by("-position") if version else []
    return {clause.topic: clause for clause in rows}


def _terms(starter: Starter, clause: Clause, numbers: Numbers, at: datetime) -> Terms:
    return Terms(
        clause_number=clause.number,
        topic=starter.topic,
        title=starter.title,
        side=starter.side,
        rule="after_working" if starter.event else "every",
        every_number=numbers.number,
        every_unit=numbers.unit,
        anchor=numbers.first,
        after_number=numbers.number,
        event_name=starter.event,
        tracked_from=min(civil_day(at), numbers.first or date.max),
        evidence_needed=starter.evidence,
        confirm_needed=starter.side == "b",
    )
