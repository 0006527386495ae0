"""Fields that the forms on agreements share: a civil day, a longer text, several files, an agreement."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from contracts.models import Agreement
from people.sniffing import endings


def day_field(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day."""
    return forms.DateField(
        label=str(label), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs
    )


def text_field(label: object, *, rows: int = 4, **kwargs: Any) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=str(label), **{"max_length": 8000, "widget": forms.Textarea(attrs={"rows": rows}), **kwargs}
    )


class SeveralFiles(forms.ClearableFileInput):
    """A chooser of several files."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files.  Whether they may be taken is for the verb to say."""

    def __init__(self, **kwargs: Any) -> None:
        widget = SeveralFiles(attrs={"accept": ",".join(endings())})
        help_text = format_lazy(
            _("可选多个文件，每个不超过 {size} MB：PDF、图片、Word、Excel、PPT、OFD、文本。"),
            size=settings.UPLOAD_MAX_BYTES // 1024 // 1024,
        )
        super().__init__(**{"label": _("附件"), "required": False, "widget": widget, "help_text": help_text, **kwargs})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        # Empty and misnamed files pass here: the verb says in its own words why it cannot take them.
        return [file for file in (data if isinstance(data, list | tuple) else [data]) if file]


class AgreementField(forms.TypedChoiceField):
    """One of the agreements offered; a number that was not offered is refused like any other wrong choice."""

    def __init__(self, agreements: Iterable[Agreement], **kwargs: Any) -> None:
        self.offered = {str(agreement.pk): agreement for agreement in agreements}
        choices = [(pk, str(agreement)) for pk, agreement in self.offered.items()]
        super().__init__(**{"label": _("协议"), "choices": choices, "coerce": self.offered.__getitem__, **kwargs})


def agreements_to_choose() -> Iterable[Agreement]:
    """The agreements that a member of staff may name in a form: all but drafts."""
    return Agreement.objects.exclude(state="draft").order_by("number")
