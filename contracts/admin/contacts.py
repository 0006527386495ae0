"""The console's pages on contacts and bank accounts."""

from typing import Any, cast

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import accounts, contacting
from contracts.admin.organisations import ACCOUNT_TONES
from contracts.forms.organisations import AskAgainForm, ContactForm, NewAccountForm
from contracts.models import BankAccount, Contact
from people.console import ConsoleAdmin, Outcome, RecordAdmin, Verb, badge
from people.models import User

PROPOSE = "contracts.propose_bankaccount"


@admin.register(Contact)
class ContactAdmin(ConsoleAdmin):
    form = ContactForm
    list_display = ("organisation", "role", "name", "phone", "email", "valid")
    list_select_related = ("organisation",)
    list_filter = ("role", "valid")
    search_fields = ("name", "phone", "email", "organisation__name")
    search_help_text = _("按姓名、电话、邮箱或单位查找")
    autocomplete_fields = ("organisation",)
    empty_hint = _("还没有联系人。点“增加”登记。")

    def get_list_display(self, request: HttpRequest) -> Any:
        """In a file that leaves the house, telephone numbers are whole for contract managers only."""
        columns = super().get_list_display(request)
        match = request.resolver_match
        leaving = match is not None and str(match.url_name).endswith("_export")
        if leaving and not request.user.has_perm("contracts.change_contact"):
            return tuple("masked" if name == "phone" else name for name in columns)
        return columns

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["organisation"] if obj is not None else []

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:  # noqa: FBT001
        said = form.cleaned_data
        details = contacting.Details(**{name: said[name] for name in ("name", "role", "phone", "email")})
        by, at = cast(User, request.user), timezone.now()
        if change:
            contacting.change(obj, details, valid=said["valid"], by=by, at=at)
        else:
            obj.pk = contacting.add(obj.organisation, details, by=by, at=at).pk

    @admin.display(description=_("电话"))
    def masked(self, obj: Contact) -> str:
        return obj.masked_phone


def _propose(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    organisation, reason = said.pop("organisation"), said.pop("reason")
    details = accounts.Details(**said)
    made = accounts.propose(organisation, details, reason=reason, by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已提出，财务主管批准后启用；在此之前仍用现用账户。"),
        url=reverse("admin:contracts_bankaccount_change", args=[made.pk]),
    )


def _ask_again(request: HttpRequest, obj: BankAccount, said: dict[str, Any]) -> str:
    accounts.ask_again(obj, **said, by=cast(User, request.user), at=timezone.now())
    return _t("已重新提请审批。")


def _drop(request: HttpRequest, obj: BankAccount, said: dict[str, Any]) -> str:
    accounts.drop(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已作废，现用账户不变。")


def _proposed(obj: BankAccount) -> bool:
    return obj.state == BankAccount.State.PROPOSED


@admin.register(BankAccount)
class BankAccountAdmin(RecordAdmin):
    list_display = ("organisation", "holder", "bank", "number", "state_badge", "valid_from", "valid_to")
    list_select_related = ("organisation",)
    list_filter = ("state",)
    search_fields = ("organisation__name", "holder", "bank", "number")
    search_help_text = _("按单位、户名、开户行或账号查找")
    fields = (
        "organisation", "holder", "bank", "number", "branch_code", "state_badge", "valid_from", "valid_to",
        "proposed_by", "proposed_at",
    )  # fmt: skip
    readonly_fields = ("state_badge",)
    empty_hint = _("还没有银行账户。点“提出账户变更”登记第一个，由财务主管批准。")
    list_verbs = (
        Verb(
            "propose",
            _("提出账户变更"),
            PROPOSE,
            _propose,
            form=NewAccountForm,
            explain=lambda obj: _t("财务主管批准后，新账户启用，原账户转为已停用。批准之前账单仍印原账户。"),
            tone="primary",
        ),
    )
    verbs = (
        Verb("ask-again", _("重新提请审批"), PROPOSE, _ask_again, form=AskAgainForm, when=_proposed, tone="primary",
             explain=lambda obj: _t("申请被驳回、撤回或过期后，可以重新提请。")),
        Verb("drop", _("作废"), PROPOSE, _drop, when=_proposed, tone="danger",
             explain=lambda obj: _t("不再变更，现用账户不变。")),
    )  # fmt: skip

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: BankAccount) -> SafeString:
        return badge(obj.get_state_display(), ACCOUNT_TONES[obj.state])
