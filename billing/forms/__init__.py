"""Forms of the pages on money."""

from billing.forms.documents import (
    AllocateForm,
    DigitsField,
    DraftForm,
    FormalInvoiceForm,
    IssueForm,
    OpenPeriodsForm,
    PaymentForm,
    PeriodChoice,
    ReasonForm,
    ReceiptChoice,
    ReceivedForm,
    RedLetterForm,
    RejectForm,
    ReverseForm,
    day_field,
    today,
)
from billing.forms.rates import EndRateForm, RateLineForm, TaxRateForm
from billing.forms.uploads import LookForm, UsageFileForm

__all__ = [
    "AllocateForm",
    "DigitsField",
    "DraftForm",
    "EndRateForm",
    "FormalInvoiceForm",
    "IssueForm",
    "LookForm",
    "OpenPeriodsForm",
    "PaymentForm",
    "PeriodChoice",
    "RateLineForm",
    "ReasonForm",
    "ReceiptChoice",
    "ReceivedForm",
    "RedLetterForm",
    "RejectForm",
    "ReverseForm",
    "TaxRateForm",
    "UsageFileForm",
    "day_field",
    "today",
]
