"""Forms of the pages on bank statements, receipts that wait, and refunds."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from billing.bank_mappings import FIELDS
from billing.fields import ExactFormField
from billing.forms.documents import ReasonForm, day_field
from billing.matching import proposals_for
from billing.models import BankMapping, BankRow
from billing.receipts import left_of
from contracts.models import Organisation
from journal.outbox import holders
from people.acting import VerbForm
from people.models import User

ACCEPT = {"accept": ".csv,.txt,.xlsx"}
RECORD = "billing.record_receipt"


class MappingForm(VerbForm):
    """How a bank's file is read, and a real file to try it on."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        made = forms.modelform_factory(BankMapping, fields=FIELDS)(instance=self.obj)
        self.fields = {**made.fields, "file": self.fields["file"]}
        for name, words in _HELP.items():
            self.fields[name].help_text = words
        if self.obj is not None:
            self.initial = {**{name: getattr(self.obj, name) for name in FIELDS}, **self.initial}

    file = forms.FileField(
        label=_("试读的流水文件"),
        widget=forms.ClearableFileInput(attrs=ACCEPT),
        help_text=_("从网银导出的 CSV 或 XLSX 原件；每一行都能读懂、余额对得上，格式才会保存。"),
    )


_HELP: dict[str, Any] = {
    "date_column": _("照文件表头的字样填写各列名称；表头由这些字样自动找到，前面的说明行不用管。"),
    "memo_columns": _("可填几列，用顿号分开，例如：摘要、附言。"),
    "in_words": _("方向列中哪些字样表示收入，用顿号分开，例如：贷、收入。"),
    "txn_column": _("没有流水号的银行留空，系统按日期、金额、付款人和附言识别同一笔。"),
    "account_text": _("固定账号填账号；文件开头写明的填它前面的字样，例如“账号”；每行一列的填列名。"),
}


class MappingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Mappings in use."""


class StatementForm(VerbForm):
    """A bank's file and how it is read."""

    mapping = MappingChoice(label=_("流水格式"), queryset=BankMapping.objects.none())
    file = forms.FileField(
        label=_("流水文件"),
        widget=forms.ClearableFileInput(attrs=ACCEPT),
        help_text=_("CSV 或 XLSX 原件，不要改动。先读入核对，确认后才登记收款。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("MappingChoice", self.fields["mapping"])
        field.queryset = BankMapping.objects.filter(state=BankMapping.State.ACTIVE)


class RowChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Doubtful rows with what was found about them."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.line} · {obj} · {obj.why}"


class ChooseRowForm(ReasonForm):
    """What a doubtful row is."""

    row = RowChoice(label=_("须核对的行"), queryset=BankRow.objects.none())
    choice = forms.ChoiceField(label=_("处理"), choices=BankRow.Choice.choices, widget=forms.RadioSelect)
    field_order = ("row", "choice", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("核对依据")
        cast("RowChoice", self.fields["row"]).queryset = self.obj.rows.filter(verdict=BankRow.Verdict.CONFLICT)


class TakeInForm(VerbForm):
    """Why a file whose balances do not agree is right nevertheless."""

    accept = forms.CharField(
        label=_("余额核对结果"), max_length=200, required=False, help_text=_("余额对不上时必填，写明怎样核对过。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.obj is not None and self.obj.balanced is not False:
            del self.fields["accept"]


class PartyForm(VerbForm):
    """Whose money it is."""

    organisation = forms.ModelChoiceField(
        label=_("付款单位"), queryset=Organisation.objects.none(), required=False, help_text=_("留空表示不能确定。")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Organisation]", self.fields["organisation"])
        field.queryset = Organisation.objects.standing().order_by("name")
        field.initial = self.obj.party_id


class FollowForm(VerbForm):
    """Who looks after a receipt that waits."""

    keeper = forms.ModelChoiceField(label=_("跟进人"), queryset=User.objects.none(), required=False)
    note = forms.CharField(
        label=_("跟进备注"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[User]", self.fields["keeper"])
        field.queryset = User.objects.filter(pk__in=[person.pk for person in holders(RECORD)]).order_by("name")
        field.initial, self.fields["note"].initial = self.obj.keeper_id, self.obj.note


class MatchForm(VerbForm):
    """Which of the proposals is right."""

    proposal = forms.ChoiceField(label=_("提议"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = proposals_for(self.obj)
        field = cast("forms.ChoiceField", self.fields["proposal"])
        field.choices = [(one.digest, one.words) for one in found]
        field.help_text = "" if found else _("没有提议；请登记付款单位，或用“分配到账单”。")
        if len(found) == 1:
            field.initial = found[0].digest


class SplitForm(VerbForm):
    """Bills and amounts, as a person decides."""

    shares = forms.CharField(
        label=_("账单和金额"),
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "ZD-2026-00001 5406.00\nZD-2026-00002"}),
        help_text=_("每行一张账单：编号，空格，金额；不写金额表示尽量核销。按所写的先后办理，全部成功才登记。"),
    )


class RefundForm(ReasonForm):
    """How much goes back, to whom, and why."""

    amount = ExactFormField(label=_("退款金额（元）"))
    to_name = forms.CharField(label=_("收款人"), max_length=120)
    to_account = forms.CharField(label=_("收款账号"), max_length=40, required=False)
    field_order = ("amount", "to_name", "to_account", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].initial = left_of(self.obj)
        self.fields["to_name"].initial = self.obj.payer_name
        self.fields["to_account"].initial = self.obj.payer_account


class OutgoingChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """Money that left our account."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.value_date:%Y-%m-%d} · {obj.other_name} · {obj.amount} · {obj.bank_txn_id}"


class RefundPaidForm(VerbForm):
    """By which bank row it was paid, or on which day and with which number."""

    row = OutgoingChoice(
        label=_("银行付款行"), queryset=BankRow.objects.none(), required=False,
        help_text=_("只列出已导入流水中金额相同、尚未对上的支出。"),
    )  # fmt: skip
    on = day_field(_("退款日期"), required=False, help_text=_("没有导入流水时填写。"))
    bank_txn_id = forms.CharField(label=_("付款流水号"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("OutgoingChoice", self.fields["row"])
        field.queryset = BankRow.objects.outgoing().filter(amount=self.obj.amount).order_by("-value_date")


class ReorderForm(forms.Form):
    """Which receipt was found late, and which bill it pays."""

    document = forms.CharField(label=_("账单编号"), max_length=24)
    receipt = forms.CharField(
        label=_("补记的收款（流水号）"), max_length=80, required=False,
        help_text=_("留空表示只把已有的核销按到账先后重排。"),
    )  # fmt: skip
