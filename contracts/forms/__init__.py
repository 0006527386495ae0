"""Forms of the pages on agreements."""

from contracts.forms.terms import AgreementVersionForm, SupportHoursForm

__all__ = ["AgreementVersionForm", "SupportHoursForm"]
