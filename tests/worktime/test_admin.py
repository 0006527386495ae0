"""The pages on calendars: a notice is loaded, looked at on a year picture, asked for and published by another."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from journal.models import Approval
from people.models import User
from people.submitting import KEY_FIELD, new_key
from tests import make
from worktime.calendars import current_version
from worktime.models import Calendar, NoticeDraft

LOAD = reverse("admin:worktime_noticedraft_listverb", args=["load"])
DAYS = "日期,类型,节日\n2027-01-01,放假,元旦\n2027-01-03,上班,元旦\n"


@pytest.fixture
def calendar(db: None) -> Calendar:
    return make.calendar()


def send(client: Client, calendar: Calendar, **fields: object) -> str:
    """Fill in the form; returns the page that follows."""
    answer = client.post(LOAD, {KEY_FIELD: new_key(), "calendar": calendar.pk, "text": "", **fields}, follow=True)
    return answer.content.decode()


def csv(content: str = DAYS, name: str = "2027.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode("utf-8-sig"), content_type="text/csv")


def test_a_file_becomes_a_draft_with_its_year_picture(
    client: Client, contract_manager: User, security_admin: User, calendar: Calendar
) -> None:
    client.force_login(contract_manager)
    said = {"year": 2027, "number": "国办发明电〔2026〕9号", "published_on": "2026-11-10"}

    page = send(client, calendar, file=csv(), **said)

    made = NoticeDraft.objects.get()
    assert made.days == {"off": {"2027-01-01": "元旦"}, "work": {"2027-01-03": "元旦"}}
    assert "已识别 1 天放假、1 天调休上班" in page
    assert "year-picture" in page and "没有时限或付款日会变动" in page

    client.post(reverse("admin:worktime_noticedraft_verb", args=[made.pk, "ask"]), {KEY_FIELD: new_key()})
    asked = Approval.objects.get()
    client.force_login(security_admin)
    client.post(reverse("admin:journal_approval_verb", args=[asked.pk, "approve"]), {KEY_FIELD: new_key()})

    assert current_version(calendar).years[-1] == 2027
    assert NoticeDraft.objects.get().state == "published"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({"text": "关于放假的通知，详情另行公布。"}, "读不明白", id="no notice"),
        pytest.param({}, "两者取其一", id="nothing at all"),
        pytest.param({"file": csv()}, "同时填写年份、文号和公布日期", id="a file without its number"),
        pytest.param(
            {"file": csv("a,b\n1,2\n"), "year": 2027, "number": "n", "published_on": "2026-11-10"},
            "读不明白",
            id="other columns",
        ),
        pytest.param(
            {"file": csv(name="2027.exe"), "year": 2027, "number": "n", "published_on": "2026-11-10"},
            "只接受 CSV 或 ICS",
            id="another kind of file",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(
    client: Client, contract_manager: User, calendar: Calendar, fields: dict[str, object], words: str
) -> None:
    client.force_login(contract_manager)

    assert words in send(client, calendar, **fields)
    assert not NoticeDraft.objects.exists()


def test_the_lists_cost_few_queries(
    client: Client,
    contract_manager: User,
    calendar: Calendar,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client.force_login(contract_manager)

    for name in ("worktime_calendar", "worktime_calendarversion", "worktime_noticedraft"):
        with django_assert_max_num_queries(14):
            client.get(reverse(f"admin:{name}_changelist"))
