"""How grants, onboarding and credentials look: badges, terms and what to do next.  Runs no query of its own."""

from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from contracts import onboarding
from contracts.models import AccessGrant, Credential, InterfaceSpec, OnboardingTask
from people.showing import Tone, badge
from worktime.workdays import WorkdayCalendar

GRANT_TONES: dict[str, Tone] = {
    "requested": "info", "granted": "ok", "suspended": "bad", "refused": "muted", "cancelled": "muted",
    "ended": "muted", "expired": "muted",
}  # fmt: skip
STAGE_TONES: dict[str, Tone] = {
    "waiting": "muted", "sent": "warn", "notified": "info", "connecting": "info", "testing": "info", "connected": "ok",
    "stopped": "muted",
}  # fmt: skip
CREDENTIAL_TONES: dict[str, Tone] = {"live": "ok", "expiring": "warn", "expired": "bad", "revoked": "muted"}
SOON_DAYS = 30


def grant_badge(grant: AccessGrant, today: date) -> SafeString:
    """The state of a grant; one that runs out within 30 days is marked."""
    left = (grant.valid_to - today).days
    if grant.state == "granted" and 0 <= left <= SOON_DAYS:
        return badge(_("已授权，%(n)d 天后到期") % {"n": left}, "warn")
    return badge(grant.get_state_display(), GRANT_TONES[grant.state])


def quota_words(grant: AccessGrant) -> str:
    """The quota in words."""
    if grant.quota is None:
        return _("没有上限")
    return f"{grant.get_quota_period_display()} {grant.quota:,}"


def stage_badge(task: OnboardingTask) -> SafeString:
    """Where a task is (needs notice)."""
    return badge(onboarding.stage_words(task), STAGE_TONES[task.stage])


def credential_badge(row: Credential, today: date) -> SafeString:
    """Where a credential stands on a day."""
    standing = row.standing_on(today)
    return badge(standing.label, CREDENTIAL_TONES[standing])


@dataclass(frozen=True, slots=True)
class Term:
    """The agreed term of a task: its words and colour, the due day, and whether it was missed."""

    words: str
    tone: Tone
    due_on: date | None = None
    overdue: bool = False

    @property
    def badge(self) -> SafeString:
        """The term as a coloured word."""
        return badge(self.words, self.tone)


def term_of(task: OnboardingTask, today: date, workdays: WorkdayCalendar) -> Term:
    """Whether Party B connected, or still can, within the agreed term."""
    if not task.agreed_days:
        return Term(_("没有可衡量的约定"), "info")
    due = onboarding.due_of(task, workdays)
    if due is None:
        return Term(_("自收到通知起算"), "muted")
    until = task.connected_on or today
    if task.state == "stopped":
        return Term(_("不再计算"), "muted", due.value)
    words = due.value.isoformat() + (_("（暂定）") if due.provisional else "")
    if until > due.value:
        return Term(_("逾期，应在 %(day)s 前接入") % {"day": words}, "bad", due.value, overdue=True)
    if task.connected_on:
        return Term(_("按期接入"), "ok", due.value)
    return Term(_("%(day)s 前接入") % {"day": words}, "warn" if (due.value - today).days <= 3 else "info", due.value)


def drift_words(task: OnboardingTask, newest: InterfaceSpec | None) -> str:
    """What to say when a connected task uses an older version than the newest; nothing when it does not."""
    if task.state != "connected" or newest is None or task.spec_id == newest.pk:
        return ""
    used = task.spec.version if task.spec else _("未登记")
    return _("使用版本 %(used)s，最新版本 %(newest)s") % {"used": used, "newest": newest.version}


def next_step(task: OnboardingTask) -> str:
    """What Party B does next."""
    return {
        "waiting": _("等待甲方发出接入通知。"),
        "sent": _("甲方已发出接入通知，请确认收到。对接自收到之日起算。"),
        "notified": _("请按接口规范开始对接；开始后在这里登记。"),
        "connecting": _("对接完成、可以一起测试时，在这里申请联调。"),
        "testing": _("正在联调。通过后由甲方登记联调报告。"),
        "connected": _("已接入，可以按授权使用。"),
        "stopped": _("接入已中止，如需继续请联系甲方。"),
    }[task.stage]
