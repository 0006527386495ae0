"""The console's pages on what was agreed; each module registers its own."""

from contracts.admin import (
    agreements,
    boards,
    catalogue,
    decisions,
    duties,
    hours,
    life,
    organisations,
    papers,
    rules,
    serving,
    sharing,
    templates,
    versions,
)

__all__ = [
    "agreements",
    "boards",
    "catalogue",
    "decisions",
    "duties",
    "hours",
    "life",
    "organisations",
    "papers",
    "rules",
    "serving",
    "sharing",
    "templates",
    "versions",
]
__all__ = ["agreements", "boards", "hours", "organisations", "papers", "rules", "serving", "versions"]

__all__ = ["agreements", "boards", "decisions", "hours", "organisations", "papers", "serving", "templates", "versions"]
__all__ = ["agreements", "boards", "hours", "organisations", "papers", "serving", "versions"]
from contracts.admin import signing

__all__ = ["agreements", "hours", "organisations", "papers", "serving", "signing", "versions"]
