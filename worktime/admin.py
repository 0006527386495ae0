"""The console's pages on calendars: versions as year pictures, and the loading of a new notice."""

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import Outcome, Panel, ReadOnlyAdmin, RecordAdmin, Verb, badge
from people.models import User
from people.showing import Tone
from worktime import publishing
from worktime.almanac import YearDays
from worktime.calendars import almanac_of, current_version
from worktime.forms import NoticeForm
from worktime.models import Calendar, CalendarVersion, NoticeDraft
from worktime.picturing import picture

NOTICE_TONES: dict[str, Tone] = {
    NoticeDraft.State.DRAFT: "info",
    NoticeDraft.State.PUBLISHED: "ok",
    NoticeDraft.State.DISCARDED: "muted",
}


def year_panel(year: YearDays, *, changed: frozenset[date] = frozenset()) -> Panel:
    """One year, twelve months, days off and make-up working days marked."""
    return Panel(
        name=f"year-{year.year}",
        label=_("%(year)s 年") % {"year": year.year},
        template="admin/worktime/year.html",
        context={
            "months": picture(year.year, off=year.off, work=year.work, changed=changed),
            "notices": year.notices,
            "changed": bool(changed),
            "off": sorted(year.off.items()),
            "work": sorted(year.work.items()),
        },
    )


@admin.register(Calendar)
class CalendarAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "zone")
    search_fields = ("name", "code")
    search_help_text = _("按名称或代码查找")

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        years = almanac_of(current_version(obj)).years
        yield from (year_panel(years[number]) for number in sorted(years, reverse=True)[:2])


@admin.register(CalendarVersion)
class CalendarVersionAdmin(ReadOnlyAdmin):
    list_display = ("calendar", "number", "source", "published_on", "known_since", "short_hash")
    list_select_related = ("calendar",)
    search_fields = ("source", "sha256")
    search_help_text = _("按来源文件或校验值查找")
    exclude = ("days",)

    @admin.display(description=_("校验值"))
    def short_hash(self, obj: CalendarVersion) -> str:
        return obj.sha256[:12]

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        years = almanac_of(obj).years
        yield from (year_panel(years[number]) for number in sorted(years, reverse=True))


@admin.register(NoticeDraft)
class NoticeDraftAdmin(RecordAdmin):
    list_display = ("number", "year", "published_on", "state_badge", "made_by", "made_at")
    list_select_related = ("made_by",)
    list_filter = ("state", "year")
    search_fields = ("number", "text")
    search_help_text = _("按文号或原文查找")
    empty_hint = _("还没有登记过通知。国务院办公厅公布下一年安排后，点“登记通知”粘贴正文。")
    fields = ("calendar", "number", "year", "published_on", "url", "origin", "text", "made_by", "made_at", "version")
    list_verbs = (
        Verb(
            "load",
            _("登记通知"),
            "worktime.add_noticedraft",
            lambda request, obj, data: _load(request, data),
            form=NoticeForm,
            explain=lambda obj: _t("粘贴通知正文，或上传 CSV、ICS 文件；先看识别结果，再由另一人公布。"),
            tone="primary",
        ),
    )
    verbs = (
        Verb(
            "ask",
            _("申请公布"),
            "worktime.add_noticedraft",
            lambda request, obj, data: _ask(request, obj),
            when=lambda obj: obj.state == NoticeDraft.State.DRAFT,
            explain=lambda obj: _t("请先对照通知核对年历和受影响的时限。公布须由另一位有权限的人员批准。"),
            tone="primary",
        ),
        Verb(
            "discard",
            _("作废"),
            "worktime.add_noticedraft",
            lambda request, obj, data: _discard(request, obj),
            when=lambda obj: obj.state == NoticeDraft.State.DRAFT,
            tone="danger",
        ),
    )

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: NoticeDraft) -> SafeString:
        return badge(obj.get_state_display(), NOTICE_TONES[obj.state])

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        if obj.state != NoticeDraft.State.DRAFT:
            return
        old, new = almanac_of(current_version(obj.calendar)), publishing.resulting_almanac(obj)
        yield year_panel(new.years[obj.year], changed=publishing.changed_dates(old, new))
        moves = publishing.preview(obj, at=timezone.now())
        yield Panel(
            name="moves",
            label=_("公布后会变动的时限"),
            template="admin/worktime/moves.html",
            context={"moves": moves},
            count=len(moves),
        )


def _load(request: HttpRequest, data: dict[str, Any]) -> Outcome:
    made = publishing.draft(
        data["calendar"],
        data["stated"],
        origin=data["origin"],
        text=data["source"],
        by=cast(User, request.user),
        at=timezone.now(),
    )
    return Outcome(
        message=_t("已识别 %(off)d 天放假、%(work)d 天调休上班，请核对后申请公布。")
        % {"off": len(made.days["off"]), "work": len(made.days["work"])},
        url=reverse("admin:worktime_noticedraft_change", args=[made.pk]),
    )


def _ask(request: HttpRequest, obj: NoticeDraft) -> str:
    publishing.ask(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已提交公布申请，等待另一位有权限的人员批准。")


def _discard(request: HttpRequest, obj: NoticeDraft) -> str:
    publishing.discard(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已作废。")
