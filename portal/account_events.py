"""Account events: what happens to accounts is kept in the journal, in the transaction of the change itself."""

from typing import Any

from journal.recording import record


def keep_account_event(**kwargs: Any) -> None:
    """Receiver of people.accounts.account_changed."""
    record(kwargs["action"], obj=kwargs["user"], by=kwargs["by"], at=kwargs["at"], data=kwargs["data"])
