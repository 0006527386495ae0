"""Forms of corrections: credit notes by line, write-offs, disputes and their decision."""

from decimal import Decimal
from typing import Any, cast

from django import forms
from django.db.models import F
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing.credits import left_by_line, spread_gross
from billing.fields import ExactFormField, refusal
from billing.forms.documents import ReasonForm, day_field, today
from billing.models import BillDispute, Document
from billing.money import AmountError, parse_number
from billing.taking_back import Wish
from people.acting import VerbForm

MOST_FIELDS = 30  # lines that get fields of their own; of a longer bill the wanted ones are written down


class CreditNoteForm(ReasonForm):
    """What of a bill to take back: by line, an amount over all lines, or all that is left."""

    scope = forms.ChoiceField(
        label=_("冲减范围"),
        choices=[("lines", _("逐行填写")), ("total", _("按总额分摊到各行")), ("rest", _("账单的全部余额"))],
        help_text=_("填写数量表示用量本身有误，下一期账单不再补收；只填金额表示减收，不会再收回。"),
    )
    total = ExactFormField(label=_("冲减总额（元，价税合计）"), required=False, help_text=_("只在“按总额分摊”时填写。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dispute = self.obj if isinstance(self.obj, BillDispute) else None
        self.bill: Document = self.dispute.document if self.dispute else self.obj
        if self.dispute:
            self.fields["total"].initial, self.fields["scope"].initial = self.dispute.upheld, "total"
            self.fields["reason"].initial = self.dispute.decision[:200]
        left = [(line, rest) for line, rest in left_by_line(self.bill).values() if rest.gross]
        if len(left) > MOST_FIELDS:
            self.fields["written"] = forms.CharField(
                label=_("要冲减的行"), required=False, widget=forms.Textarea(attrs={"rows": 6}),
                help_text=_("每行一条：行号, 不含税金额, 数量（可省略）。例如：12, 35.00"),
            )  # fmt: skip
        for line, rest in left if len(left) <= MOST_FIELDS else ():
            told = {"position": line.position, "item": line.description, "net": rest.net}
            self.fields[f"net_{line.position}"] = ExactFormField(
                label=gettext("第 %(position)s 行 %(item)s：不含税金额（余 %(net)s 元）") % told, required=False
            )
            if line.quantity and rest.quantity:
                told = {**told, "quantity": f"{rest.quantity.normalize():f}", "unit": line.unit}
                self.fields[f"quantity_{line.position}"] = ExactFormField(
                    label=gettext("第 %(position)s 行：数量（余 %(quantity)s %(unit)s）") % told, required=False,
                    digits=20, places=6,
                )  # fmt: skip
        self.order_fields(["scope", "total", *[n for n in self.fields if "_" in n or n == "written"], "reason"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if self.errors:
            return found
        scope = found.get("scope")
        if scope == "rest":
            wishes = None
        elif scope == "total":
            if found.get("total") is None:
                raise forms.ValidationError({"total": _("请填写冲减总额。")})
            wishes = spread_gross(self.bill, found["total"])
        else:
            wishes = _written(found["written"]) if "written" in self.fields else self._typed(found)
        return {"reason": found["reason"], "wishes": wishes}

    def _typed(self, found: dict[str, Any]) -> dict[int, Wish]:
        parts: dict[int, dict[str, Decimal]] = {}
        for name, value in found.items():
            kind, _sep, position = name.partition("_")
            if kind in {"net", "quantity"} and value:
                parts.setdefault(int(position), {})[kind] = value
        return {position: Wish(**part) for position, part in parts.items()}


def _written(text: str) -> dict[int, Wish]:
    """Lines written down as `number, net` or `number, net, quantity`."""
    wishes: dict[int, Wish] = {}
    for row in filter(None, (part.strip() for part in text.splitlines())):
        try:
            position, *amounts = [parse_number(cell) for cell in row.replace("，", ",").split(",")]
            net, quantity = (*amounts, None)[:2] if len(amounts) < 2 else amounts
        except (AmountError, ValueError) as error:
            told = refusal(error, 2) if isinstance(error, AmountError) else gettext("请照示例填写。")
            raise forms.ValidationError({"written": f"{row}：{told}"}) from error
        wishes[int(position)] = Wish(net=net, quantity=quantity)
    return wishes


class WriteOffForm(ReasonForm):
    """What to write off, why, and by what right."""

    part = forms.ChoiceField(label=_("核销的部分"), choices=Document.WritesOff.choices)
    amount = ExactFormField(label=_("核销金额（元）"), required=False, help_text=_("留空表示核销当前未付的全部。"))
    basis = forms.CharField(
        label=_("依据"), max_length=400, help_text=_("例如：法院裁定书、破产清算文件、本单位审批文号。")
    )
    field_order = ("part", "amount", "reason", "basis")


class AllocateCreditForm(VerbForm):
    """Which other bill of the agreement the rest of a credit note pays."""

    document = forms.ModelChoiceField(label=_("账单"), queryset=Document.objects.none())
    amount = ExactFormField(
        label=_("核销金额（元）"), required=False, help_text=_("留空表示尽量核销：贷项余额与账单应付中较小的一个。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bills = (
            Document.objects.issued().with_paid().filter(agreement=self.obj.agreement_id, paid_fen__lt=F("gross_fen"))
        )
        field = cast("forms.ModelChoiceField[Document]", self.fields["document"])
        field.queryset = bills.filter(kind__in=["invoice", "interest_invoice"]).defer("snapshot").order_by("issued_on")


class ReverseCreditForm(ReasonForm):
    """From which bill to take back what the credit note paid."""

    document = forms.ModelChoiceField(label=_("账单"), queryset=Document.objects.none())
    field_order = ("document", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = self.obj.spent.standing().exclude(document=self.obj.refers_to_id)
        field = cast("forms.ModelChoiceField[Document]", self.fields["document"])
        field.queryset = Document.objects.filter(pk__in=rows.values("document")).defer("snapshot")


class ObjectionForm(VerbForm):
    """What of a bill is not accepted: chosen lines, an amount, or (neither) the whole of what is open."""

    positions = forms.TypedMultipleChoiceField(
        label=_("有异议的行"), coerce=int, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("不选表示对整份账单有异议。"),
    )  # fmt: skip
    amount = ExactFormField(
        label=_("有异议的金额（元，含税）"),
        required=False,
        help_text=_("不填则为所选各行的合计，或整份账单未付的金额。"),
    )
    reason = forms.CharField(label=_("异议理由"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.TypedMultipleChoiceField", self.fields["positions"])
        field.choices = [(line.position, f"{line} · {line.gross}") for line in self.obj.lines.all()]


class TakenObjectionForm(ObjectionForm):
    """An objection taken down for Party B."""

    through = forms.ChoiceField(
        label=_("提出方式"), choices=[c for c in BillDispute.Through.choices if c[0] != BillDispute.Through.PORTAL]
    )
    on = day_field(_("提出日期"), initial=today)
    field_order = ("through", "on", "positions", "amount", "reason")


class DecisionForm(VerbForm):
    """How a dispute is decided, and why."""

    outcome = forms.ChoiceField(
        label=_("处理结果"), choices=[c for c in BillDispute.Outcome.choices if c[0] != BillDispute.Outcome.WITHDRAWN]
    )
    upheld = ExactFormField(label=_("成立的金额（元）"), required=False, help_text=_("只在部分成立时填写。"))
    decision = forms.CharField(
        label=_("处理说明"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("乙方会看到。")
    )


class MayReasonForm(VerbForm):
    """Why, if there is something to say."""

    reason = forms.CharField(label=_("说明"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}))
