"""The form with which Party B acknowledges a version of a usage rule."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement


class AcknowledgeForm(forms.Form):
    """For which agreements: one box for each that has not acknowledged the version yet, all ticked."""

    agreements = forms.TypedMultipleChoiceField(label=_("协议"), coerce=int, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, agreements: list[Agreement], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offered = {agreement.pk: agreement for agreement in agreements}
        field = self.fields["agreements"]
        field.choices = [(pk, str(agreement)) for pk, agreement in self.offered.items()]  # type: ignore[attr-defined]
        field.initial = list(self.offered)

    def chosen(self) -> list[Agreement]:
        """The agreements of a valid form."""
        return [self.offered[pk] for pk in self.cleaned_data["agreements"]]
