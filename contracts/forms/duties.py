"""Forms of obligations and their occurrences."""

from dataclasses import fields
from typing import Any

from django import forms
from django.db.models import Q
from django.forms.widgets import Script
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.forms.serving import moment_field, paper_field
from contracts.models import Agreement, Obligation, ObligationExtension
from contracts.obligations import Terms, tidy
from people.acting import VerbForm
from people.models import User

TERMS = [field.name for field in fields(Terms)]
ORDER = [
    "agreement", "clause_number", "topic", "title", "side", "person", "rule", "due_date", "every_number", "every_unit",
    "anchor", "day_of_month", "rolls", "event_name", "after_number", "tracked_from", "evidence_needed",
    "confirm_needed", "grace_days", "grace_kind", "lead_days", "survives", "reason",
]  # fmt: skip


def terms_of(cleaned: dict[str, Any]) -> Terms:
    """The terms among what a form said."""
    return Terms(**{name: cleaned[name] for name in TERMS})


def day_field(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day; today by default."""
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=str(label), widget=widget, **{"initial": timezone.localdate, **kwargs})


def reason_field(label: object, **kwargs: Any) -> forms.CharField:
    """A reason in a line or two."""
    return forms.CharField(label=str(label), max_length=300, widget=forms.Textarea(attrs={"rows": 3}), **kwargs)


class ObligationForm(forms.ModelForm[Obligation]):
    """The terms of an obligation; what its rule does not use is emptied before it is checked."""

    class Meta:
        model = Obligation
        fields = TERMS

    class Media:
        js = (Script("contracts/duties.js", defer=True),)

    def __init__(self, *args: Any, obj: Obligation | None = None, user: User | None = None, **kwargs: Any) -> None:
        # A copy of the record: checking the form must not change the one that the page shows.
        kwargs["instance"] = Obligation.objects.get(pk=obj.pk) if obj else None
        super().__init__(*args, **kwargs)
        for name in ("due_date", "anchor", "tracked_from"):
            old = self.fields[name]
            self.fields[name] = day_field(old.label, required=old.required, help_text=old.help_text, initial=None)
        self.fields["person"].queryset = _candidates(obj)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        return tidy(super().clean() or {})


class MakeObligationForm(ObligationForm):
    """A new obligation of one agreement."""

    class Meta(ObligationForm.Meta):
        fields = ["agreement", *TERMS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tracked_from"].initial = timezone.localdate
        self.fields["agreement"].queryset = Agreement.objects.order_by("number")  # type: ignore[attr-defined]
        self.order_fields(ORDER)


class ReviseObligationForm(ObligationForm):
    """A changed obligation, with the reason."""

    reason = reason_field(_("修改理由"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(ORDER)


class ReasonForm(VerbForm):
    """Why."""

    reason = reason_field(_("理由"))


class EventForm(VerbForm):
    """An event that sets a duty off."""

    note_text = forms.CharField(label=_("说明"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_at"] = moment_field(_("发生时间"))
        self.fields["file"] = paper_field(_("凭证"))
        self.order_fields(["happened_at", "note_text", "file"])


class DoneForm(VerbForm):
    """A duty done: when, how, with what evidence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needed = self.obj.obligation.evidence_needed if self.obj is not None else ""
        self.fields["done_on"] = day_field(_("完成日期"))
        self.fields["evidence"] = forms.CharField(
            label=_("完成情况"), required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": 4}),
            help_text=_("需要的证据：%(what)s。写明情况或上传文件。") % {"what": needed} if needed else "",
        )  # fmt: skip
        self.fields["file"] = paper_field(_("证据文件"))


class ExtendForm(VerbForm):
    """More time, and why."""

    ground = forms.ChoiceField(label=_("事由"), choices=ObligationExtension.Ground.choices)
    reason = reason_field(_("说明"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"] = day_field(_("延期至"), initial=None)
        self.fields["since"] = day_field(
            _("事由发生日"), required=False, initial=None, help_text=_("不可抗力须填写；发生在逾期之后的不能免责。")
        )
        self.fields["file"] = paper_field(_("证明"))
        self.order_fields(["until", "ground", "since", "reason", "file"])


def _candidates(obj: Obligation | None) -> Any:
    """Staff, and the people of Party B of the agreement (of any, while it is not chosen): the verb checks the rest."""
    members = Q(memberships__active=True)
    if obj is not None:
        members &= Q(memberships__organisation=obj.agreement.party_b_id)
    return User.objects.filter(Q(is_staff=True) | members, is_active=True).distinct().order_by("name", "username")
