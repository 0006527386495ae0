"""What counts as a change of an account."""

from django.test import Client

from people.models import User


def test_a_sign_in_is_no_change_of_the_account(client: Client, operator: User) -> None:
    before = operator.history.count()

    client.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")

    operator.refresh_from_db()
    assert operator.last_login is not None
    assert operator.history.count() == before


def test_a_change_of_the_account_is_one(operator: User) -> None:
    before = operator.history.count()

    operator.phone = "0790-6660110"
    operator.save()

    assert operator.history.count() == before + 1
