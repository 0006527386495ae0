"""The week of support as people write it: one line of windows for each day."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from worktime.clock import ImpossibleCalendar, Window

DAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
SEPARATORS = re.compile(r"[,，;；、\s]+")
DASHES = re.compile(r"\s*[-–—~～至到]\s*")
Week = list[list[list[str]]]


def parse_day(text: str) -> list[list[str]]:
    """Windows of one line such as "8:30-12:00，13:30-17:30".  Raises ImpossibleCalendar with what cannot be read."""
    line = DASHES.sub("-", text.strip().replace("：", ":"))
    windows = []
    for part in filter(None, SEPARATORS.split(line)):
        opens, dash, closes = part.partition("-")
        if not dash:
            raise ImpossibleCalendar(part)
        window = Window.parse(opens.zfill(5), closes.zfill(5))
        windows.append(str(window).split("-"))
    return windows


def written_day(windows: list[list[str]]) -> str:
    """The line that `parse_day` reads back."""
    return "，".join(f"{opens}-{closes}" for opens, closes in windows)


def seconds_a_day(week: Week) -> list[int]:
    """Open seconds of each weekday, Monday first."""
    return [sum(Window.parse(opens, closes).seconds for opens, closes in day) for day in week]


class WeekWidget(forms.MultiWidget):
    """Seven labelled lines."""

    template_name = "admin/contracts/week_widget.html"

    def __init__(self) -> None:
        super().__init__([forms.TextInput(attrs={"aria-label": day, "size": 34}) for day in DAYS])

    def decompress(self, value: Week | None) -> list[str]:
        return [written_day(day) for day in value] if value else [""] * len(DAYS)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for label, part in zip(DAYS, context["widget"]["subwidgets"], strict=True):
            part["day"] = label
        return context


class WeekField(forms.MultiValueField):
    """A week as seven lines; cleans to the JSON of SupportHours.weekly."""

    def __init__(self, **kwargs: Any) -> None:
        fields = [forms.CharField(required=False) for _day in DAYS]
        super().__init__(fields, widget=WeekWidget(), require_all_fields=False, **kwargs)

    def compress(self, data_list: list[str]) -> Week:
        week: Week = []
        for label, line in zip(DAYS, data_list or [""] * len(DAYS), strict=True):
            try:
                week.append(parse_day(line or ""))
            except ImpossibleCalendar as error:
                raise forms.ValidationError(
                    _("%(day)s 的时段写法不对：%(line)s。请写成 8:30-12:00，13:30-17:30。"),
                    params={"day": label, "line": line},
                ) from error
        return week
