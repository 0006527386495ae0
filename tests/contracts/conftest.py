"""Fixtures of the contracts' tests: threads that race."""

from tests.journal.conftest import race

__all__ = ["race"]
