"""Plain makers of rows with real names and round numbers; each takes changes by keyword."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from contracts import deciding
from contracts.models import Agreement, AgreementVersion, Membership, Organisation, SupportHours
from people.models import User
from worktime.calendars import load_bundled
from worktime.models import Calendar, CalendarVersion

_numbers = count(1)

OFFICE_HOURS = [[["08:30", "12:00"], ["13:30", "17:30"]]] * 5 + [[], []]
PASSWORD = "Shouyue-2026!"


def user(username: str, *roles: str, **changes: Any) -> User:
    """An account with roles; staff when it holds a role of Party A."""
    fields = {"name": username, "email": f"{username}@example.cn", "is_staff": bool(roles), **changes}
    account = User.objects.create_user(username, password=PASSWORD, **fields)
    account.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    return account


def organisation(name: str = "", **changes: Any) -> Organisation:
    """A Party B that is a government body."""
    fields = {"name": name or f"市数据资源管理局{next(_numbers)}", "kind": Organisation.Kind.GOVERNMENT, **changes}
    return Organisation.objects.create(**fields)


def member(account: User, body: Organisation, **changes: Any) -> Membership:
    """The account acts for the organisation."""
    return Membership.objects.create(user=account, organisation=body, **changes)


def calendar() -> Calendar:
    """The bundled calendar of China, 2019-2026, all its versions loaded."""
    return load_bundled()


def calendar_version() -> CalendarVersion:
    """The newest version of the calendar of China."""
    version = calendar().versions.order_by("number").last()
    assert version is not None
    return version


def support_hours(**changes: Any) -> SupportHours:
    """8:30-12:00 and 13:30-17:30 from Monday to Friday and on make-up working days."""
    fields: dict[str, Any] = {
        "name": f"工作日 8:30–17:30（{next(_numbers)}）",
        "weekly": OFFICE_HOURS,
        "weekends_served": False,
        "makeup_days_served": True,
        **changes,
    }
    if "calendar" not in fields:
        fields["calendar"] = calendar()
    return SupportHours.objects.create(**fields)


def agreement(**changes: Any) -> Agreement:
    """An agreement in force since 2026-01-01 for three years, with its active version; version_* go to the version."""
    terms = {key.removeprefix("version_"): changes.pop(key) for key in list(changes) if key.startswith("version_")}
    fields: dict[str, Any] = {
        "number": f"GXXY-2026-{next(_numbers):03d}",
        "title": "电子政务信息平台共享协议",
        "state": Agreement.State.IN_FORCE,
        "signed_on": date(2025, 12, 20),
        "effective_on": date(2026, 1, 1),
        "term_years": 3,
        "ends_on": date(2028, 12, 31),
        **changes,
    }
    if "party_a" not in fields:
        fields["party_a"] = Organisation.objects.get_or_create(
            name="省政务信息中心", defaults={"kind": Organisation.Kind.PUBLIC_INSTITUTION}
        )[0]
    if "party_b" not in fields:
        fields["party_b"] = organisation()
    made = Agreement.objects.create(**fields)
    version(made, **terms)
    return made


def version(made: Agreement, **changes: Any) -> AgreementVersion:
    """The active terms: 10 working days to pay, response 2 h, solution 8 h, interest 0.05 % a day."""
    fields: dict[str, Any] = {
        "agreement": made,
        "number": 1,
        "state": AgreementVersion.State.ACTIVE,
        "effective_from": made.effective_on or date(2026, 1, 1),
        "signing_rule": AgreementVersion.SigningRule.SIGN_AND_SEAL,
        "confidentiality_years": 5,
        "payment_working_days": 10,
        "support_hours_per_day": Decimal("7.5"),
        "response_hours": Decimal("2"),
        "solution_hours": Decimal("8"),
        "clock_hours": AgreementVersion.ClockHours.SUPPORT,
        "interest_basis": AgreementVersion.InterestBasis.DAILY,
        "interest_rate": Decimal("0.05"),
        **changes,
    }
    if "support_hours" not in fields:
        fields["support_hours"] = support_hours()
    return AgreementVersion.objects.create(**fields)


def decided(made: Agreement, by: User) -> None:
    """Every question that the newest version raises answered with its first option (a set flag with what it says)."""
    newest = made.versions.latest("number")
    for asked in deciding.asked_of(newest):
        answer = asked.answer or asked.question.options[0].value
        deciding.decide(newest, asked.question.key, answer, by=by, at=datetime(2025, 12, 1, 2, tzinfo=UTC))


def reword(made: AgreementVersion, **terms: Any) -> AgreementVersion:
    """The version as if it had been signed with other terms: what is active is frozen, so it is a draft in between."""
    with thawed(made) as rows:
        rows.update(**terms)
    made.refresh_from_db()
    return made


@contextmanager
def thawed(made: AgreementVersion) -> Iterator[QuerySet[AgreementVersion]]:
    """The version as a draft inside the block, so that its terms and clauses can be rewritten."""
    rows, state = AgreementVersion.objects.filter(pk=made.pk), made.state
    rows.update(state=AgreementVersion.State.DRAFT)
    yield rows
    rows.update(state=state)
