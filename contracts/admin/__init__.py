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
