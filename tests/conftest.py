"""The stock of people: what a rule allows or refuses is tested with persons, not with flags."""

import pytest
from django.http import HttpResponseForbidden
from django.test import SimpleTestCase
from django.utils import translation
from hypothesis import settings

from contracts.models import Agreement
from people import roles
from people.models import User
from portal import urls
from tests import make
from tests.flushing import django_db_setup

__all__ = ["django_db_setup"]

# A slow machine is no failure: what is timed is timed in bench/.
settings.register_profile("shouyue", deadline=None)
settings.load_profile("shouyue")

ENGINE_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup"})
ENGINE_MARKS = ("django_db", "services")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--database-only: on a second engine, leave out what no engine can change; it has run on the first."""
    parser.addoption("--database-only", action="store_true", help="run only the tests that use the database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests without a database where only the others are asked for."""
    if config.getoption("--database-only"):
        left_out = [item for item in items if not _uses_database(item)]
        items[:] = [item for item in items if _uses_database(item)]
        config.hook.pytest_deselected(items=left_out)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A page asked for in English leaves its language to the thread: the next test begins in the portal's own."""
    translation.deactivate()


def _uses_database(item: pytest.Item) -> bool:
    if item.get_closest_marker("once"):
        return False
    named = ENGINE_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    of_django = isinstance(item, pytest.Function) and item.cls is not None and issubclass(item.cls, SimpleTestCase)
    return bool(named) or of_django or any(item.get_closest_marker(name) for name in ENGINE_MARKS)


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A refusal without its page, for walks that ask ten thousand times whether there is one (test_pages reads it)."""
    monkeypatch.setattr(urls, "handler403", lambda request, exception=None: HttpResponseForbidden())


@pytest.fixture
def operator(db: None) -> User:
    """Operations of Party A."""
    return make.user("operator", roles.OPERATIONS, name="王晓明")


@pytest.fixture
def ops_lead(db: None) -> User:
    """The lead of operations."""
    return make.user("ops_lead", roles.OPERATIONS_LEAD, name="赵国强")


@pytest.fixture
def finance(db: None) -> User:
    """Finance of Party A."""
    return make.user("finance", roles.FINANCE, name="李静")


@pytest.fixture
def finance_lead(db: None) -> User:
    """The lead of finance."""
    return make.user("finance_lead", roles.FINANCE_LEAD, name="陈立")


@pytest.fixture
def contract_manager(db: None) -> User:
    """The contract manager."""
    return make.user("contract_manager", roles.CONTRACT_MANAGER, name="周敏")


@pytest.fixture
def auditor(db: None) -> User:
    """An auditor, who sees and never writes."""
    return make.user("auditor", roles.AUDITOR, name="吴建华")


@pytest.fixture
def system_admin(db: None) -> User:
    """The system administrator."""
    return make.user("system_admin", roles.SYSTEM_ADMIN, name="郑涛")


@pytest.fixture
def security_admin(db: None) -> User:
    """The security administrator."""
    return make.user("security_admin", roles.SECURITY_ADMIN, name="孙丽")


@pytest.fixture
def audit_admin(db: None) -> User:
    """The audit administrator."""
    return make.user("audit_admin", roles.AUDIT_ADMIN, name="冯岩")


@pytest.fixture
def agreement(db: None) -> Agreement:
    """The agreement of party_b's organisation."""
    return make.agreement(party_b=make.organisation("市大数据管理局"))


@pytest.fixture
def other_agreement(db: None) -> Agreement:
    """The agreement of another organisation, that of party_b_other."""
    return make.agreement(party_b=make.organisation("市公积金管理中心"))


@pytest.fixture
def party_b(agreement: Agreement) -> User:
    """A user of the organisation of the agreement."""
    account = make.user("party_b", name="刘洋")
    make.member(account, agreement.party_b)
    return account


@pytest.fixture
def party_b_other(other_agreement: Agreement) -> User:
    """A user of another organisation."""
    account = make.user("party_b_other", name="黄海")
    make.member(account, other_agreement.party_b)
    return account


@pytest.fixture
def outsider(db: None) -> User:
    """An account with no role and no organisation."""
    return make.user("outsider", name="外人")
