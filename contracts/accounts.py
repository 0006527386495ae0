"""Bank accounts: finance asks for a change, the lead of finance approves it, and the old account becomes a former one.

A change that one person can make alone is how payments are redirected; the account therefore never comes from an
invoice or a letter without a second pair of eyes.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.models import BankAccount, Organisation
from contracts.registering import hold
from journal import approvals, effects
from journal.models import Approval
from journal.recording import record
from people.models import User
from people.refusal import Refused

KIND = "bank_account.change"
State = BankAccount.State


@dataclass(frozen=True, kw_only=True)
class Details:
    """An account as it stands on the bank's paper: holder, bank, number, branch code (联行号, may be empty)."""

    holder: str
    bank: str
    number: str
    branch_code: str = ""


NOWHERE = Details(holder="", bank="", number="")


def account_of(organisation: Organisation) -> BankAccount | None:
    """The account that the organisation is paid to now."""
    return organisation.bank_accounts.filter(state=State.CURRENT).first()


@transaction.atomic
def propose(organisation: Organisation, details: Details, *, by: User, at: datetime, reason: str) -> BankAccount:
    """Ask a second person to make this the organisation's account.

    Refused while another change waits, for the account that is current already, for a number that cannot be one, and
    without a reason (on which paper the change rests, and how it was checked with the organisation).
    """
    organisation = hold(organisation.pk)
    if not reason.strip():
        raise Refused(_("请写明变更依据，以及怎样向单位核实。"))
    if organisation.bank_accounts.filter(state=State.PROPOSED).exists():
        raise Refused(_("本单位已有待批准的账户变更，请先处理。"))
    made = BankAccount(organisation=organisation, proposed_by=by, proposed_at=at, **asdict(_tidied(details)))
    now = account_of(organisation)
    if now is not None and (now.number, now.bank, now.holder) == (made.number, made.bank, made.holder):
        raise Refused(_("与现用账户相同，不需要变更。"))
    _check(made)
    made.save()
    approvals.ask(KIND, target=made, content=contents(made), by=by, at=at, reason=reason.strip())
    _note("bank_account.proposed", made, by=by, at=at)
    return made


@transaction.atomic
def ask_again(account: BankAccount, *, by: User, at: datetime, reason: str) -> Approval:
    """Ask anew after a request was rejected, withdrawn or ran out."""
    account = _locked_proposed(account)
    if not reason.strip():
        raise Refused(_("请写明变更依据，以及怎样向单位核实。"))
    return approvals.ask(KIND, target=account, content=contents(account), by=by, at=at, reason=reason.strip())


@transaction.atomic
def drop(account: BankAccount, *, by: User, at: datetime) -> BankAccount:
    """Set a proposed account aside.  Refused while a request for it is open."""
    account = _locked_proposed(account)
    waiting = Approval.objects.filter(
        kind=KIND, target_id=str(account.pk), state=Approval.State.REQUESTED, expires_at__gt=at
    )
    if waiting.exists():
        raise Refused(_("这个账户正在等待审批，请先撤回或驳回申请。"))
    account.state = State.DROPPED
    account.save()
    _note("bank_account.dropped", account, by=by, at=at)
    return account


def register_change() -> None:
    """Make the change of an account known as a kind of request; call it from AppConfig.ready."""
    effects.register(
        KIND,
        adopt,
        permission="contracts.approve_bankaccount",
        label=gettext_lazy("银行账户变更"),
        present=present,
        describe=describe,
    )


def adopt(approval: Approval, *, by: User, at: datetime) -> BankAccount:
    """The approved effect, inside the approving transaction: the account is in use from this civil day on."""
    account = _locked_proposed(BankAccount.objects.get(pk=approval.target_id))
    today = timezone.localdate(at)
    now = account_of(account.organisation)
    if now is not None:
        now.state, now.valid_to = State.FORMER, max(today, now.valid_from or today)
        now.save()
    account.state, account.valid_from = State.CURRENT, today
    account.save()
    _note("bank_account.adopted", account, by=by, at=at, before=now.masked_number if now else "")
    return account


def contents(account: BankAccount) -> dict[str, Any]:
    """All that the approval rests on: the new account, whose it is, and the one it replaces."""
    now = account_of(account.organisation)
    return {
        "organisation": account.organisation.name,
        "uscc": account.organisation.uscc,
        "holder": account.holder,
        "bank": account.bank,
        "number": account.number,
        "branch_code": account.branch_code,
        "replaces": f"{now.bank} {now.number}" if now else "",
    }


def present(approval: Approval) -> Mapping[str, Any]:
    """What the request would hold if it were made now."""
    return contents(BankAccount.objects.select_related("organisation").get(pk=approval.target_id))


def describe(approval: Approval) -> Iterable[tuple[object, object]]:
    """What the approver compares with the paper."""
    said = approval.content
    yield _("单位"), said["organisation"]
    yield _("统一社会信用代码"), said["uscc"] or "—"
    yield (
        _("户名"),
        said["holder"] + ("" if said["holder"] == said["organisation"] else _("（与单位名称不同，请核实）")),
    )
    yield _("开户行"), said["bank"]
    yield _("账号"), said["number"]
    yield _("联行号"), said["branch_code"] or "—"
    yield _("替换现用账户"), said["replaces"] or _("（目前没有账户）")


def held_on(organisation: Organisation, day: date) -> BankAccount | None:
    """The account that the organisation was paid to on a civil day."""
    held = organisation.bank_accounts.filter(valid_from__lte=day).order_by("-valid_from", "-pk")
    return held.filter(state__in=[State.CURRENT, State.FORMER]).first()


def _tidied(details: Details) -> Details:
    number = re.sub(r"\s", "", unicodedata.normalize("NFKC", details.number)).upper()
    return Details(
        holder=details.holder.strip(),
        bank=details.bank.strip(),
        number=number,
        branch_code=re.sub(r"\s", "", unicodedata.normalize("NFKC", details.branch_code)),
    )


def _check(account: BankAccount) -> None:
    try:
        account.clean_fields(exclude=["organisation", "proposed_by"])
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error


def _locked_proposed(account: BankAccount) -> BankAccount:
    hold(account.organisation_id)
    rows = BankAccount.objects.select_related("organisation")
    locked: BankAccount = rows.select_for_update(no_key=True, of=("self",)).get(pk=account.pk)
    if locked.state != State.PROPOSED:
        raise Refused(_("这个账户已经处理（%(state)s），请刷新页面。") % {"state": locked.get_state_display()})
    return locked


def _note(action: str, account: BankAccount, *, by: User, at: datetime, **data: Any) -> None:
    said = {"holder": account.holder, "bank": account.bank, "number": account.masked_number, **data}
    record(action, obj=account, by=by, at=at, data=said, organisation_id=account.organisation_id)
