"""The form that loads a holiday notice: its text pasted, or a table of days uploaded."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from people.acting import VerbForm
from people.refusal import Refused
from worktime.almanac import Notice, YearDays
from worktime.calendars import almanac_of, current_version
from worktime.models import Calendar, NoticeDraft
from worktime.notice import read_notice
from worktime.stating import UnreadableNotice
from worktime.tabled import read_csv, read_ics

LARGEST_FILE = 512 * 1024
LONGEST_TEXT = 20_000
AMENDS_NOTHING = "amends_nothing"


class NoticeForm(VerbForm):
    """Either the official text, or a CSV or ICS file with its number, date and year."""

    calendar = forms.ModelChoiceField(queryset=Calendar.objects.order_by("pk"), label=_("日历"), empty_label=None)
    text = forms.CharField(
        label=_("通知正文"),
        required=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_("从标题到落款完整粘贴。系统只认得写明白的句子，看不懂的地方会指出来，不会猜。"),
    )
    file = forms.FileField(
        label=_("或上传文件"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.ics"}),
        help_text=_("CSV 文件的列：日期、类型（放假或上班）、节日；也可上传 ICS 日历。上传文件时须填写下面三项。"),
    )
    year = forms.IntegerField(label=_("年份"), required=False, min_value=2007, max_value=2100)
    number = forms.CharField(
        label=_("文号"), required=False, max_length=100, help_text=_("例如 国办发明电〔2025〕7号；正文里有的可不填。")
    )
    published_on = forms.DateField(
        label=_("公布日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("以落款日期为准；正文里有的可不填。"),
    )
    url = forms.URLField(label=_("通知网址"), required=False, max_length=300, assume_scheme="https")

    def clean(self) -> dict[str, Any]:
        """Adds stated (YearDays), origin and source (the text that was read) to what was filled in."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if bool(cleaned["text"].strip()) == bool(cleaned["file"]):
            raise forms.ValidationError(_("请粘贴通知正文，或上传一个文件，两者取其一。"))
        try:
            stated, origin, source = _from_file(cleaned) if cleaned["file"] else _from_text(cleaned)
        except UnreadableNotice as unreadable:
            raise forms.ValidationError(
                _("读不明白：%(why)s。请核对原文。"), params={"why": unreadable.words(get_language() or "zh-hans")}
            ) from unreadable
        return {**cleaned, "stated": stated, "origin": origin, "source": source}


def _from_text(said: dict[str, Any]) -> tuple[YearDays, str, str]:
    given = {key: said[key] for key in ("number", "published_on", "url")}
    try:
        read = read_notice(said["text"], **given)
    except UnreadableNotice as unreadable:
        known = _year_known(said["calendar"], unreadable)
        if known is None:
            raise
        read = read_notice(said["text"], **given, amends=known)
    return read.days, NoticeDraft.Origin.TEXT, said["text"]


def _year_known(calendar: Calendar, unreadable: UnreadableNotice) -> YearDays | None:
    """The year that an amending notice speaks of, where it is loaded."""
    if unreadable.code != AMENDS_NOTHING:
        return None
    return almanac_of(current_version(calendar)).years.get(int(str(unreadable.details["year"])))


def _from_file(said: dict[str, Any]) -> tuple[YearDays, str, str]:
    file, year = said["file"], said["year"]
    if year is None or not said["number"] or said["published_on"] is None:
        raise Refused(_("上传文件时，请同时填写年份、文号和公布日期。"))
    if file.size > LARGEST_FILE:
        raise Refused(_("文件超过 512 KB，不像是节假日安排，请核对。"))
    notice = Notice(said["number"], said["published_on"], said["url"])
    content = file.read()
    if file.name.lower().endswith(".ics"):
        return read_ics(content, year=year, notice=notice), NoticeDraft.Origin.ICS, content.decode(errors="replace")
    if file.name.lower().endswith(".csv"):
        return read_csv(content, year=year, notice=notice), NoticeDraft.Origin.CSV, content.decode(errors="replace")
    raise Refused(_("只接受 CSV 或 ICS 文件。"))
