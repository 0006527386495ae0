"""When a penalty is excessively higher than the loss: a warning, never a cut.

Civil Code 585(2); Supreme People's Court, Interpretation on the General Part of Contracts (Fa Shi [2023] 13), article
65: ordinarily excessive above 130 % of the loss.  A court lowers it when asked, weighing the case.
"""

from decimal import Decimal

SHARE_OF_LOSS = Decimal("1.30")


def exceeds_loss(penalty: Decimal, loss: Decimal | None) -> bool:
    """Whether the penalty is more than 130 % of the loss, both in yuan; without a stated loss nobody can say."""
    return loss is not None and penalty > loss * SHARE_OF_LOSS
