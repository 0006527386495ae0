"""The door: one for everybody, each to their place, and shut after five wrong tries."""

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from tests.make import PASSWORD

pytestmark = pytest.mark.django_db


def sign_in(client: Client, user: User, **extra: str) -> str:
    response = client.post(reverse("sign-in"), {"username": user.username, "password": PASSWORD, **extra})
    return str(response.headers.get("Location", ""))


def test_staff_go_to_the_admin(client: Client, operator: User) -> None:
    assert sign_in(client, operator) == reverse("home")
    assert client.get(reverse("home")).headers["Location"] == reverse("admin:index")


def test_party_b_goes_to_the_portal(client: Client, party_b: User) -> None:
    assert sign_in(client, party_b) == reverse("home")
    assert client.get(reverse("home")).headers["Location"] == reverse("portal-home")


def test_anonymous_people_are_asked_to_sign_in(client: Client) -> None:
    assert client.get(reverse("home")).headers["Location"] == reverse("sign-in")
    assert client.get(reverse("portal-home")).headers["Location"] == "/sign-in/?next=/portal/"
    assert client.get(reverse("admin:index")).headers["Location"] == "/sign-in/?next=/admin/"


def test_one_comes_back_to_where_one_wanted(client: Client, operator: User) -> None:
    assert sign_in(client, operator, next="/admin/people/") == "/admin/people/"


def test_party_b_is_not_led_into_the_admin(client: Client, party_b: User) -> None:
    assert sign_in(client, party_b, next="/admin/") == reverse("home")


def test_nobody_is_led_to_another_site(client: Client, operator: User) -> None:
    assert sign_in(client, operator, next="https://evil.example/") == reverse("home")


def test_a_wrong_password_says_what_to_do(client: Client, operator: User) -> None:
    html = client.post(reverse("sign-in"), {"username": "operator", "password": "wrong"}).content.decode()

    assert "用户名或密码不正确" in html
    assert 'value="operator"' in html


def test_a_closed_account_stays_out(client: Client, operator: User) -> None:
    operator.is_active = False
    operator.save()

    assert sign_in(client, operator) == ""
    assert "_auth_user_id" not in client.session


def test_five_wrong_tries_shut_the_door_even_for_the_right_password(
    client: Client, operator: User, settings: object
) -> None:
    settings.AXES_ENABLED = True  # type: ignore[attr-defined]
    wrong = {"username": operator.username, "password": "wrong"}

    for _try in range(4):
        assert client.post(reverse("sign-in"), wrong).status_code == 200
    locked = client.post(reverse("sign-in"), wrong)
    right = client.post(reverse("sign-in"), {"username": operator.username, "password": PASSWORD})

    assert locked.status_code == right.status_code == 429
    assert "登录已暂停" in locked.content.decode()
    assert "请 15 分钟后再试" in locked.content.decode()
    assert "_auth_user_id" not in client.session


def test_sign_out_is_by_post_only(client: Client, operator: User) -> None:
    client.force_login(operator)

    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out")).headers["Location"] == reverse("sign-in")
    assert "_auth_user_id" not in client.session


def test_the_admin_has_no_door_of_its_own(client: Client, operator: User) -> None:
    assert client.get("/admin/login/").headers["Location"] == "/sign-in/?next=/admin/"

    client.force_login(operator)

    assert client.get("/admin/login/").headers["Location"] == reverse("admin:index")


def test_the_language_is_kept_with_the_account(client: Client, operator: User) -> None:
    client.force_login(operator)

    response = client.post(reverse("language"), {"language": "en", "next": "/account/"})

    operator.refresh_from_db()
    assert response.headers["Location"] == "/account/"
    assert response.cookies["shouyue_language"].value == "en"
    assert operator.language == "en"


def test_the_language_comes_back_at_sign_in(client: Client, operator: User) -> None:
    operator.language = "en"
    operator.save()

    sign_in(client, operator)

    assert client.cookies["shouyue_language"].value == "en"


@pytest.mark.parametrize(
    ("language", "back"),
    [
        pytest.param("fr", "/account/", id="a language we do not speak"),
        pytest.param("en", "https://evil.example/", id="another site"),
        pytest.param("en", "//evil.example/", id="another site without scheme"),
    ],
)
def test_the_language_switch_trusts_nothing(client: Client, language: str, back: str) -> None:
    response = client.post(reverse("language"), {"language": language, "next": back})

    assert response.headers["Location"] in {"/", "/account/"}
    assert ("shouyue_language" in response.cookies) == (language == "en")


def test_people_change_their_own_details(client: Client, party_b: User) -> None:
    client.force_login(party_b)

    client.post(reverse("account"), {"name": "刘 洋", "phone": "010-1", "email": "l@example.cn", "is_staff": "1"})

    party_b.refresh_from_db()
    assert (party_b.name, party_b.phone, party_b.is_staff) == ("刘 洋", "010-1", False)


def test_people_change_their_own_password(client: Client, party_b: User) -> None:
    client.force_login(party_b)
    fresh = "Lianjie-2027!"

    client.post(
        reverse("password"), {"old_password": PASSWORD, "new_password1": fresh, "new_password2": fresh}, follow=True
    )

    party_b.refresh_from_db()
    assert party_b.check_password(fresh)


def test_a_stale_form_is_explained(operator: User) -> None:
    response = Client(enforce_csrf_checks=True).post(reverse("sign-in"), {"username": "operator", "password": PASSWORD})

    assert response.status_code == 403
    assert "刚才的提交没有生效" in response.content.decode()
