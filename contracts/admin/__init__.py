"""The console's pages on what was agreed; each module registers its own."""

from contracts.admin import agreements, boards, hours, organisations, papers, rules, serving, versions

__all__ = ["agreements", "boards", "hours", "organisations", "papers", "rules", "serving", "versions"]
from contracts.admin import decisions, templates

__all__ = ["agreements", "boards", "decisions", "hours", "organisations", "papers", "serving", "templates", "versions"]
