"""Claims from a breach: their table, refusals in words, and the warning of a high penalty."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from contracts import claiming
from contracts.models import Agreement, Claim, PenaltyRule
from contracts.penalty import exceeds_loss
from people.models import User
from people.refusal import Refused
from tests.contracts import making_cases as making
from tests.contracts.making_cases import DAY, NOW, TODAY

pytestmark = pytest.mark.django_db

ACTS: dict[str, Callable[[Claim, User], object]] = {
    "accept": lambda made, by: claiming.accept(made, by=by, at=NOW),
    "contest": lambda made, by: claiming.contest(made, text="过高", by=by, at=NOW),
    "settle": lambda made, by: claiming.settle(made, on=TODAY, amount=Decimal(1000), by=by, at=NOW),
    "withdraw": lambda made, by: claiming.withdraw(made, text="放弃", by=by, at=NOW),
}
MAY = {
    "accept": {"": "accepted", "contest": "accepted"},
    "contest": {"": "contested"},
    "settle": {"": "settled", "accept": "settled", "contest": "settled"},
    "withdraw": {"": "withdrawn", "accept": "withdrawn", "contest": "withdrawn"},
}


@pytest.mark.parametrize("before", ["", *ACTS])
@pytest.mark.parametrize("verb", ACTS)
def test_each_move_starts_only_where_it_may(
    agreement: Agreement, contract_manager: User, verb: str, before: str
) -> None:
    made = making.penalty(making.told(agreement, contract_manager), contract_manager)
    if before:
        ACTS[before](made, contract_manager)
        made.refresh_from_db()
    if before in MAY[verb]:
        ACTS[verb](made, contract_manager)
        made.refresh_from_db()
        assert made.state == MAY[verb][before]
    else:
        with pytest.raises(Refused, match="不能这样办理"):
            ACTS[verb](made, contract_manager)


@pytest.mark.parametrize(
    "stage, changes, words",
    [
        pytest.param("found", {}, "先将违约通知送达", id="not told"),
        pytest.param("closed", {}, "已经关闭", id="closed"),
        pytest.param("notified", {"amount": None}, "须填写金额", id="money without an amount"),
        pytest.param("notified", {"amount": Decimal(-1)}, "须大于 0", id="less than nothing"),
        pytest.param("notified", {"basis": " "}, "依据和计算", id="without a basis"),
    ],
)
def test_a_claim_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, stage: str, changes: dict[str, Any], words: str
) -> None:
    case = making.STAGES[stage](agreement, contract_manager)

    with pytest.raises(Refused, match=words):
        making.penalty(case, contract_manager, **changes)


@pytest.mark.parametrize(
    "rule_of, party, allowed",
    [
        pytest.param("own", "b", True, id="of this agreement and party"),
        pytest.param("own", "a", False, id="of the other party"),
        pytest.param("other", "b", False, id="of another agreement"),
    ],
)
def test_a_penalty_rests_on_a_rule_that_applies(
    agreement: Agreement, other_agreement: Agreement, contract_manager: User, rule_of: str, party: str, allowed: bool
) -> None:
    version = (agreement if rule_of == "own" else other_agreement).versions.get()
    rule = PenaltyRule.objects.create(version=version, clause_number="9", party=party, formula="每日万分之五")
    case = making.told(agreement, contract_manager)
    if allowed:
        assert making.penalty(case, contract_manager, rule=rule).rule == rule
    else:
        with pytest.raises(Refused, match="不适用于本案"):
            making.penalty(case, contract_manager, rule=rule)


@pytest.mark.parametrize(
    "penalty, loss, high",
    [
        pytest.param("1300.00", "1000.00", False, id="130 % exactly"),
        pytest.param("1300.01", "1000.00", True, id="a fen above"),
        pytest.param("0.01", "0.00", True, id="no loss at all"),
        pytest.param("9999.00", None, False, id="no stated loss: nobody can say"),
    ],
)
def test_above_130_per_cent_of_the_loss_is_high(penalty: str, loss: str | None, high: bool) -> None:
    assert exceeds_loss(Decimal(penalty), None if loss is None else Decimal(loss)) is high


def test_a_high_penalty_is_kept_as_it_is(agreement: Agreement, contract_manager: User) -> None:
    made = making.penalty(making.told(agreement, contract_manager), contract_manager, loss=Decimal(500))

    assert made.too_high
    assert made.amount == Decimal(1000)


@pytest.mark.parametrize(
    "said, words",
    [
        pytest.param({"on": TODAY + DAY, "amount": Decimal(1)}, "不能晚于今天", id="in the future"),
        pytest.param({"on": TODAY - 9 * DAY, "amount": Decimal(1)}, "不能早于主张之日", id="before the claim"),
        pytest.param({"on": TODAY}, "请填写清偿金额", id="without an amount"),
        pytest.param({"on": TODAY, "amount": Decimal(-1)}, "不能为负数", id="less than nothing"),
    ],
)
def test_a_settlement_that_cannot_be_is_refused(
    agreement: Agreement, contract_manager: User, said: dict[str, Any], words: str
) -> None:
    made = making.penalty(making.told(agreement, contract_manager), contract_manager)

    with pytest.raises(Refused, match=words):
        claiming.settle(made, **said, by=contract_manager, at=NOW)


@pytest.mark.parametrize("verb", [claiming.contest, claiming.withdraw], ids=["objecting", "withdrawing"])
def test_some_moves_need_a_reason(agreement: Agreement, contract_manager: User, verb: Callable[..., Claim]) -> None:
    made = making.penalty(making.told(agreement, contract_manager), contract_manager)

    with pytest.raises(Refused, match="理由"):
        verb(made, text=" ", by=contract_manager, at=NOW)
