"""Refused: the rules forbid it, and the message may be shown to a user."""


class Refused(Exception):
    """The rules forbid what was asked; the message says what is wrong and what to do."""

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
