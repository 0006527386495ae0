"""How dunning looks: stages of the workbench with what is to be done next, states of letters and suspensions."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from billing.models import DebtorStop, Demand
from people.showing import Tone, badge

# stage -> what it is called, its tone, and what is to be done next
STAGES: dict[str, tuple[Any, Tone, Any]] = {
    "review": (_("待决定恢复"), "bad", _("决定恢复服务或者继续暂停")),
    "stop_in_force": (_("暂停中"), "bad", _("付清后恢复服务")),
    "stop_noticed": (_("已通知暂停"), "warn", _("送达后到期核对条件，由人执行")),
    "stop_approved": (_("暂停已批准"), "warn", _("发出暂停通知")),
    "stop_proposed": (_("暂停待批准"), "warn", _("等待财务主管批准")),
    "cure_over": (_("宽限期已满"), "bad", _("核对条件，决定是否提请暂停")),
    "cure_running": (_("宽限期内"), "warn", _("等待宽限期届满")),
    "demand_sent": (_("催告函待送达"), "warn", _("登记送达")),
    "demand_issued": (_("催告函待发出"), "warn", _("发出催告函")),
    "demand_draft": (_("催告函待签发"), "warn", _("等待财务主管签发")),
    "demand_due": (_("应当催告"), "bad", _("拟制催告函")),
    "reminded": (_("已提醒"), "warn", _("等待付款")),
    "overdue": (_("逾期"), "bad", _("等待下一次提醒")),
    "not_due": (_("未到期"), "info", _("等待到期")),
    "settled": (_("没有欠款"), "ok", "—"),
}
DEMAND_TONES: dict[str, Tone] = {
    Demand.State.DRAFT: "muted",
    Demand.State.ISSUED: "info",
    Demand.State.SENT: "warn",
    Demand.State.DELIVERED: "ok",
    Demand.State.WITHDRAWN: "muted",
}
STOP_TONES: dict[str, Tone] = {
    DebtorStop.State.PROPOSED: "info",
    DebtorStop.State.APPROVED: "warn",
    DebtorStop.State.NOTICED: "warn",
    DebtorStop.State.IN_FORCE: "bad",
    DebtorStop.State.LIFTED: "ok",
    DebtorStop.State.WITHDRAWN: "muted",
}
ENTRY_TONES: dict[str, Tone] = {"told": "info", "proposed": "warn", "passed": "muted"}


def stage_badge(stage: str) -> SafeString:
    """Where a case stands."""
    label, tone, _next = STAGES[stage]
    return badge(label, tone)


def next_of(stage: str) -> object:
    """What is to be done next."""
    return STAGES[stage][2]


def demand_badge(demand: Demand) -> SafeString:
    """Where a letter stands."""
    return badge(demand.get_state_display(), DEMAND_TONES[demand.state])


def stop_badge(stop: DebtorStop) -> SafeString:
    """Where a suspension stands."""
    return badge(stop.get_state_display(), STOP_TONES[stop.state])


def met_badge(*, met: bool) -> SafeString:
    """Whether a condition is met."""
    return badge(_("具备"), "ok") if met else badge(_("不具备"), "bad")
