"""How an occurrence is shown: its standing on a day in a word and a colour, its rule in words, how it was counted."""

from datetime import date

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts.models import Obligation, ObligationOccurrence
from people.showing import Tone, badge
from worktime.calendars import workday_calendar
from worktime.explain import explain_workdays
from worktime.wording import SPEAKERS, render

STANDINGS: dict[str, tuple[object, Tone]] = {
    "overdue": (_("已逾期"), "bad"),
    "in_grace": (_("宽限期内"), "warn"),
    "due_today": (_("今日到期"), "warn"),
    "due_soon": (_("即将到期"), "warn"),
    "not_due": (_("未到期"), "info"),
    "done": (_("已完成"), "ok"),
    "done_late": (_("逾期完成"), "muted"),
    "waived": (_("已豁免"), "muted"),
    "cancelled": (_("已取消"), "muted"),
}


EACH = {"day": _("每日"), "week": _("每周"), "month": _("每月"), "quarter": _("每季度"), "year": _("每年")}


def standing_of(row: ObligationOccurrence, today: date) -> str:
    """The one word for where it stands on a day; the same as ObligationOccurrenceQuerySet.with_standing."""
    if row.state == ObligationOccurrence.State.DONE:
        return "done_late" if row.done_on and row.done_on > row.late_after else "done"
    if row.state != ObligationOccurrence.State.OPEN:
        return str(row.state)
    if row.late_after < today:
        return "overdue"
    if row.due_on < today:
        return "in_grace"
    if row.due_on == today:
        return "due_today"
    return "due_soon" if row.remind_on <= today else "not_due"


def standing_badge(row: ObligationOccurrence, today: date) -> SafeString:
    """The standing as a coloured word."""
    label, tone = STANDINGS[standing_of(row, today)]
    return badge(label, tone)


def left_words(row: ObligationOccurrence, today: date) -> str:
    """How long it still has, or by how much it is late; nothing when it is not open."""
    if row.state != ObligationOccurrence.State.OPEN:
        return ""
    days = (row.due_on - today).days
    if days == 0:
        return _t("今天")
    if days > 0:
        return ngettext("还有 %(n)d 天", "还有 %(n)d 天", days) % {"n": days}
    return ngettext("已过 %(n)d 天", "已过 %(n)d 天", -days) % {"n": -days}


def rule_words(row: Obligation) -> str:
    """The rule of the due dates in a sentence."""
    said = {
        "n": row.every_number or row.after_number,
        "unit": row.get_every_unit_display(),
        "anchor": row.anchor,
        "event": row.event_name,
        "date": row.due_date,
        "day": row.day_of_month,
    }
    if row.rule == Obligation.Kind.ONCE:
        return _t("%(date)s 一次") % said
    if row.rule == Obligation.Kind.ON_EVENT:
        return _t("%(event)s当日") % said
    if row.rule == Obligation.Kind.AFTER_WORKING:
        return _t("%(event)s后 %(n)s 个工作日") % said
    if row.rule == Obligation.Kind.AFTER_DAYS:
        return _t("%(event)s后 %(n)s 日，末日遇休息日顺延") % said
    if row.every_number == 1:
        words = _t("%(each)s一次，自 %(anchor)s 起") % {**said, "each": EACH[row.every_unit]}
    else:
        words = _t("每 %(n)s %(unit)s，自 %(anchor)s 起") % said
    if row.day_of_month:
        words += _t("，当月最后一天") if row.day_of_month == 31 else _t("，%(day)s 日") % said
    return words + (_t("，遇休息日顺延") if row.rolls else "")


def counted_words(row: ObligationOccurrence) -> list[str]:
    """How the date was reached, line by line: working days one by one, other rules by their sentence."""
    obligation = row.obligation
    lines = [rule_words(obligation)]
    if obligation.rule == Obligation.Kind.AFTER_WORKING and row.calendar_version and obligation.after_number:
        language = (get_language() or "zh-hans").lower()
        days = workday_calendar(row.calendar_version)
        explained = explain_workdays(days, row.counted_from, obligation.after_number)
        lines = render(explained, language if language in SPEAKERS else "zh-hans")
    elif row.counted_from != row.counted_on:
        said = {"start": row.counted_from, "due": row.counted_on}
        lines.append(_t("自 %(start)s 起算，%(due)s 到期") % said)
    if row.extended_until:
        lines.append(_t("已延期至 %(day)s") % {"day": row.extended_until})
    if row.late_after != row.due_on:
        lines.append(_t("宽限至 %(day)s") % {"day": row.late_after})
    if row.provisional:
        lines.append(_t("经过的年份尚未公布放假安排，此日期为暂定，公布后重新计算。"))
    return lines
