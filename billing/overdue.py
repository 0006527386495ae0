"""What is overdue on a day and the interest on it: a pure function of rows."""

from datetime import date

from billing.interest import InterestStatement
from billing.models import Document


def statement(document: Document, *, on: date) -> InterestStatement | None:
    """The interest statement of an issued document on a day; None while no time to pay has begun or none is agreed."""
    raise NotImplementedError
