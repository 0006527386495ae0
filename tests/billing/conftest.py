"""A bill of September 2026 (5,406.00 yuan, issued on 1 October), ready for what comes after."""

import pytest
from django.conf import LazySettings

from billing.models import Document
from contracts.models import Agreement
from people.models import User
from tests.billing import making


@pytest.fixture(autouse=True)
def files(settings: LazySettings, tmp_path: object) -> None:
    """Kept PDFs go to a folder of the test's own."""
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def bill(agreement: Agreement, finance: User, finance_lead: User) -> Document:
    """The issued bill of the agreement."""
    return making.issued(agreement, finance, finance_lead)
