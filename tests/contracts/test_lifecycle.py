"""Signing waits for every blank; force needs both dates in order."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from contracts import lifecycle
from contracts.models import Agreement, AgreementVersion
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests import make

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)


@pytest.fixture
def draft(db: None) -> Agreement:
    """A draft whose every blank is filled."""
    made = make.agreement(state=Agreement.State.DRAFT, signed_on=None, effective_on=None)
    made.versions.update(state=AgreementVersion.State.DRAFT)
    return made


def test_a_filled_draft_goes_to_signing_and_into_force(draft: Agreement, contract_manager: User) -> None:
    lifecycle.open_for_signing(draft, by=contract_manager, at=NOW)
    made = lifecycle.put_in_force(
        draft, signed_on=date(2026, 1, 5), effective_on=date(2026, 1, 8), by=contract_manager, at=NOW
    )

    assert made.state == Agreement.State.IN_FORCE
    assert made.versions.get().effective_from == date(2026, 1, 8)
    assert list(
        Event.objects.filter(action__startswith="agreement.").order_by("seq").values_list("action", flat=True)
    ) == [
        "agreement.for_signing",
        "agreement.in_force",
    ]
    assert made.history.count() == 3


@pytest.mark.parametrize(
    ("blank", "named"),
    [
        pytest.param("payment_working_days", "付款期限（工作日）", id="days to pay"),
        pytest.param("response_hours", "响应时限（小时）", id="response"),
        pytest.param("solution_hours", "提出解决方案时限（小时）", id="solution"),
        pytest.param("confidentiality_years", "保密年限", id="confidentiality"),
        pytest.param("support_hours", "支持时段", id="support hours"),
    ],
)
def test_an_open_blank_blocks_signing_and_is_named(draft: Agreement, blank: str, named: str) -> None:
    draft.versions.update(**{blank: None})

    with pytest.raises(Refused, match="还没有填写") as refusal:
        lifecycle.open_for_signing(draft, by=None, at=NOW)

    assert named in str(refusal.value)
    draft.refresh_from_db()
    assert draft.state == Agreement.State.DRAFT


def test_unanswered_flags_of_the_support_hours_block_signing(draft: Agreement) -> None:
    hours = draft.versions.get().support_hours
    assert hours is not None
    hours.weekends_served = hours.makeup_days_served = None
    hours.save()

    with pytest.raises(Refused, match=r"周末是否提供支持、调休上班日是否提供支持"):
        lifecycle.open_for_signing(draft, by=None, at=NOW)


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        pytest.param(
            {"signed_on": date(2026, 1, 8), "effective_on": date(2026, 1, 5)}, "不能早于订立日期", id="before signing"
        ),
        pytest.param(
            {"signed_on": date(2029, 1, 8), "effective_on": date(2029, 1, 9)}, "不能早于生效日期", id="after its end"
        ),
    ],
)
def test_force_needs_dates_in_order(draft: Agreement, dates: dict[str, Any], words: str) -> None:
    lifecycle.open_for_signing(draft, by=None, at=NOW)

    with pytest.raises(Refused, match=words):
        lifecycle.put_in_force(draft, **dates, by=None, at=NOW)


def test_only_a_draft_goes_to_signing(agreement: Agreement) -> None:
    with pytest.raises(Refused, match="只有草稿可以提交签署"):
        lifecycle.open_for_signing(agreement, by=None, at=NOW)


def test_a_draft_does_not_jump_into_force(draft: Agreement) -> None:
    with pytest.raises(Refused, match="请先提交签署"):
        lifecycle.put_in_force(draft, signed_on=date(2026, 1, 5), effective_on=date(2026, 1, 8), by=None, at=NOW)
