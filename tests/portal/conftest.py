"""Tests of the embedded set-up bring their own broker, whatever the suite runs on."""

import pytest


@pytest.fixture(autouse=True)
def own_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Celery would let this variable win over the broker that a test names."""
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)
