"""The base of the admin: verbs with one gate and one effect, history that cannot be posted, panels, refused saves."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import Submission, User
from people.submitting import KEY_FIELD, new_key

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.people.console_urls")]


@pytest.fixture
def clerk(client: Client, security_admin: User) -> Client:
    """A client signed in as somebody who may change accounts."""
    client.force_login(security_admin)
    return client


@pytest.fixture
def page(operator: User) -> str:
    """The page of the verb `append` on the operator's account."""
    return reverse("admin:people_user_verb", args=[operator.pk, "append"])


def sent(word: str, key: str = "") -> dict[str, str]:
    return {"word": word, KEY_FIELD: key or new_key()}


def test_a_record_page_offers_the_verbs_of_its_state(clerk: Client, operator: User) -> None:
    html = clerk.get(reverse("admin:people_user_change", args=[operator.pk])).content.decode()

    assert f"/admin/people/user/{operator.pk}/do/append/" in html
    assert "do/never" not in html


def test_a_record_page_shows_its_panels(clerk: Client, operator: User) -> None:
    html = clerk.get(reverse("admin:people_user_change", args=[operator.pk])).content.decode()

    assert 'id="panel-facts"' in html
    assert "要点" in html


def test_the_verb_page_says_what_will_happen_and_asks(clerk: Client, page: str) -> None:
    html = clerk.get(page).content.decode()

    assert "为王晓明记下一个词" in html
    assert 'name="word"' in html
    assert f'name="{KEY_FIELD}"' in html


def test_a_verb_runs_once_and_says_so(clerk: Client, page: str, operator: User) -> None:
    response = clerk.post(page, sent("甲"), follow=True)

    operator.refresh_from_db()
    assert operator.department == "甲"
    assert "已记下甲" in response.content.decode()


def test_the_same_form_sent_twice_has_one_effect_and_the_same_answer(clerk: Client, page: str, operator: User) -> None:
    form = sent("甲", "k" * 32)

    clerk.post(page, form)
    again = clerk.post(page, form, follow=True)

    operator.refresh_from_db()
    assert operator.department == "甲"
    assert "已记下甲" in again.content.decode()


def test_a_new_form_has_a_new_effect(clerk: Client, page: str, operator: User) -> None:
    clerk.post(page, sent("甲"))
    clerk.post(page, sent("乙"))

    operator.refresh_from_db()
    assert operator.department == "甲乙"


def test_what_is_refused_is_said_and_the_input_stays(clerk: Client, page: str, operator: User) -> None:
    html = clerk.post(page, sent("bad")).content.decode()

    operator.refresh_from_db()
    assert "这个词不行，请换一个。" in html
    assert 'value="bad"' in html
    assert operator.department == ""


def test_a_refused_form_may_be_mended_and_sent_again(clerk: Client, page: str, operator: User) -> None:
    key = new_key()

    clerk.post(page, sent("bad", key))
    clerk.post(page, sent("好", key))

    operator.refresh_from_db()
    assert operator.department == "好"


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "has space has space"])
def test_a_form_without_a_key_of_ours_is_refused(clerk: Client, page: str, operator: User, key: str) -> None:
    html = clerk.post(page, {"word": "甲", KEY_FIELD: key}).content.decode()

    operator.refresh_from_db()
    assert "表单已失效" in html
    assert operator.department == ""


def test_the_key_of_another_person_is_not_taken_for_ones_own(
    clerk: Client, page: str, operator: User, auditor: User
) -> None:
    key = new_key()
    at = operator.date_joined
    Submission.objects.create(user=auditor, key=key, answer={"message": "别人的", "url": "/"}, at=at)

    clerk.post(page, sent("甲", key))

    operator.refresh_from_db()
    assert operator.department == "甲"


def test_missing_input_is_said_beside_the_field(clerk: Client, page: str) -> None:
    html = clerk.post(page, {KEY_FIELD: new_key()}).content.decode()

    assert 'aria-invalid="true"' in html


def test_a_verb_may_lead_elsewhere(clerk: Client) -> None:
    response = clerk.post(reverse("admin:people_user_listverb", args=["away"]), {KEY_FIELD: new_key()})

    assert response.headers["Location"] == "/elsewhere/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_gate_stops_people_without_the_permission(client: Client, auditor: User, page: str, method: str) -> None:
    client.force_login(auditor)

    response = getattr(client, method)(page, sent("甲"))

    assert response.status_code == 403


def test_a_verb_needs_our_form(security_admin: User, page: str, operator: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(security_admin)

    response = strict.post(page, sent("甲"))

    operator.refresh_from_db()
    assert response.status_code == 403
    assert operator.department == ""


@pytest.mark.parametrize(
    ("pk", "verb"),
    [
        pytest.param("999999", "append", id="missing record"),
        pytest.param("x", "append", id="no number"),
        pytest.param(None, "unknown", id="unknown verb"),
    ],
)
def test_what_does_not_exist_is_not_found(clerk: Client, operator: User, pk: str | None, verb: str) -> None:
    path = reverse("admin:people_user_verb", args=[pk or operator.pk, verb])

    assert clerk.get(path).status_code == 404
    assert clerk.post(path, sent("甲")).status_code == 404


def test_a_verb_out_of_its_state_is_refused(clerk: Client, operator: User) -> None:
    path = reverse("admin:people_user_verb", args=[operator.pk, "never"])

    asked = clerk.get(path, follow=True).content.decode()
    posted = clerk.post(path, {KEY_FIELD: new_key()}).content.decode()

    assert "现在不能“不可用”" in asked
    assert "现在不能“不可用”" in posted


def test_a_refused_save_shows_on_the_form_and_changes_nothing(clerk: Client, operator: User) -> None:
    path = reverse("admin:people_user_change", args=[operator.pk])

    html = clerk.post(path, {"name": "王晓明", "department": "不存在的部门"}).content.decode()

    operator.refresh_from_db()
    assert "没有这个部门，请先登记。" in html
    assert 'value="不存在的部门"' in html
    assert operator.department == ""


def test_history_is_to_look_at_only(clerk: Client, operator: User) -> None:
    pages = [
        reverse("admin:people_user_history", args=[operator.pk]),
        reverse("admin:people_user_simple_history", args=[operator.pk, operator.history.first().history_id]),
    ]

    for page in pages:
        assert clerk.get(page).status_code == 200
        assert clerk.post(page, {"name": "改名", "department": ""}).status_code == 403
    operator.refresh_from_db()
    assert operator.name == "王晓明"


def test_nothing_can_be_deleted(client: Client, operator: User) -> None:
    client.force_login(User.objects.create_superuser("root", "root@example.cn", name="应急"))

    response = client.post(reverse("admin:people_user_delete", args=[operator.pk]), {"post": "yes"})

    assert response.status_code == 403
    assert User.objects.filter(pk=operator.pk).exists()


def test_an_empty_list_says_what_to_do(clerk: Client) -> None:
    html = clerk.get(reverse("admin:people_user_changelist"), {"q": "没有这个人"}).content.decode()

    assert "没有符合条件的记录" in html
    assert "清除搜索和筛选" in html


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_lists_leave_with_the_permission_only(client: Client, security_admin: User, kind: str) -> None:
    client.force_login(security_admin)  # may see accounts, may not export

    response = client.get(reverse("admin:people_user_export", args=[kind]))

    assert response.status_code == 403


def test_an_export_holds_the_filtered_list(client: Client, operator: User, finance: User) -> None:
    User.objects.filter(pk=finance.pk).update(department="=cmd|' /C calc'!A0")
    client.force_login(User.objects.create_superuser("root", "root@example.cn", name="应急"))

    response: Any = client.get(reverse("admin:people_user_export", args=["csv"]), {"q": "finance"})
    text = b"".join(response.streaming_content).decode("utf-8-sig")

    assert text.splitlines() == ["用户名,姓名,部门", "finance,李静,'=cmd|' /C calc'!A0"]


def test_an_unknown_format_does_not_exist(client: Client) -> None:
    client.force_login(User.objects.create_superuser("root", "root@example.cn", name="应急"))

    assert client.get(reverse("admin:people_user_export", args=["exe"])).status_code == 404
