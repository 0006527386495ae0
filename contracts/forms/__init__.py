"""Forms of the pages on agreements."""

from contracts.forms.terms import AgreementVersionForm, PutInForceForm, SupportHoursForm

__all__ = ["AgreementVersionForm", "PutInForceForm", "SupportHoursForm"]
