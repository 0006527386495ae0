"""Forms of signing: a mark, and why one is taken back."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts import lifecycle, signing
from contracts.forms.serving import paper_field
from contracts.models import AgreementVersion, Paper, SignatureMark
from people.acting import VerbForm


def day_field(label: object, **kwargs: Any) -> forms.DateField:
    """A civil day."""
    return forms.DateField(
        label=str(label), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs
    )


def reason_field(label: object, *, required: bool = True) -> forms.CharField:
    """Why, in words that stay in the journal."""
    return forms.CharField(
        label=str(label), required=required, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(VerbForm):
    """Why it is done."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = reason_field(_("理由"))


class RemarkForm(VerbForm):
    """What the approver should know, if anything."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = reason_field(_("说明"), required=False)


class MarkForm(VerbForm):
    """A signature or seal as it stands on the paper; the first mark that is missing is offered."""

    side = forms.ChoiceField(label=_("签署方"), choices=SignatureMark.Side.choices)
    kind = forms.ChoiceField(label=_("种类"), choices=SignatureMark.Kind.choices)
    person = forms.CharField(label=_("签字人或用印人"), max_length=60)
    capacity = forms.ChoiceField(
        label=_("签字人身份"), choices=[("", "—"), *SignatureMark.Capacity.choices], required=False
    )
    seal_name = forms.CharField(
        label=_("印章名称"), max_length=120, required=False, help_text=_("盖章时填写，照印文，例如“某某局”公章。")
    )
    medium = forms.ChoiceField(label=_("形式"), choices=SignatureMark.Medium.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["made_on"] = day_field(
            _("签署日期"), initial=timezone.localdate, help_text=_("以纸面或电子签名上的日期为准，不是上传的日期。")
        )
        self.fields["scan"] = paper_field(_("签署扫描件"))
        self.fields["kept_scan"] = self._kept(_("或选择已上传的扫描件"), Paper.Kind.SIGNED_SCAN)
        self.fields["authorisation"] = paper_field(_("授权委托书"), help_text=_("授权签署人签字时必须有。"))
        self.fields["kept_authorisation"] = self._kept(_("或选择已上传的授权委托书"), Paper.Kind.AUTHORISATION)
        self.fields["certificate"] = forms.CharField(
            label=_("电子签名证书指纹"), max_length=200, required=False, help_text=_("电子签署时填写。")
        )
        self._offer_next()

    def _kept(self, label: object, kind: Paper.Kind) -> forms.ModelChoiceField[Paper]:
        agreement = getattr(self.obj, "agreement", self.obj)
        papers = Paper.objects.filter(agreement=agreement, kind=kind)
        return forms.ModelChoiceField(label=str(label), queryset=papers, required=False)

    def _offer_next(self) -> None:
        version = version_of(self.obj)
        line = (
            next((line for line in signing.progress_of(version).lines if line.mark is None), None) if version else None
        )
        if line is not None:
            self.initial.update(side=line.side, kind=line.kinds[0])


def said_mark(said: dict[str, Any]) -> tuple[signing.Mark, signing.Proof]:
    """The mark and its proof from the cleaned data of a MarkForm."""
    names = ("side", "kind", "person", "made_on", "capacity", "seal_name", "medium", "certificate")
    proof = signing.Proof(
        scan=said["scan"] or said["kept_scan"], authorisation=said["authorisation"] or said["kept_authorisation"]
    )
    return signing.Mark(**{name: said[name] for name in names}), proof


def version_of(obj: Any) -> AgreementVersion | None:
    """The version that a page signs: its own, or an agreement's original."""
    return obj if isinstance(obj, AgreementVersion) or obj is None else lifecycle.original_of(obj)
