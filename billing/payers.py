"""Whose money a receipt is: by its names past and present, its accounts, and what people confirmed before."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from billing.models import BankReceipt, KnownPayer
from contracts.models import BankAccount, Organisation, OrganisationName
from contracts.names import key
from journal.recording import record
from people.models import User
from people.refusal import Refused


@dataclass(frozen=True, slots=True)
class Claim:
    """One organisation whose money it may be, how strongly that speaks, and why, in words."""

    organisation: int
    points: int
    why: str


def plain_account(number: str) -> str:
    """An account number as it is compared: its letters and digits alone, full width or half."""
    return key(number)


class Payers:
    """What is known of payers, read once: names, accounts, and confirmed payers of all organisations."""

    def __init__(self) -> None:
        self._accounts: dict[str, dict[int, str]] = defaultdict(dict)
        self._names: dict[str, dict[int, tuple[int, str]]] = defaultdict(dict)
        self._known_accounts: dict[str, set[int]] = defaultdict(set)
        self._known_names: dict[str, set[int]] = defaultdict(set)
        self._known: dict[str, list[tuple[str, int]]] = defaultdict(list)
        self._read_names()
        for number, body in BankAccount.objects.filter(state__in=["current", "former"]).values_list(
            "number", "organisation"
        ):
            self._accounts[plain_account(number)][body] = number
        for name, account, body in KnownPayer.objects.filter(active=True).values_list(
            "name_key", "account", "organisation"
        ):
            self._known_names[name].add(body)
            self._known[name].append((account, body))
            if account:
                self._known_accounts[account].add(body)

    def claims(self, receipt: BankReceipt) -> list[Claim]:
        """Whose money it may be, the strongest first; one organisation once, with all that speaks for it."""
        if receipt.party_id is not None:
            return [Claim(receipt.party_id, 40, _("已登记为该单位的付款"))]
        points: dict[int, int] = defaultdict(int)
        words: dict[int, list[str]] = defaultdict(list)
        for body, more, why in self._signs(plain_account(receipt.payer_account), key(receipt.payer_name)):
            points[body] += more
            words[body].append(why)
        found = [Claim(body, min(most, 40), "；".join(words[body])) for body, most in points.items()]
        return sorted(found, key=lambda claim: (-claim.points, claim.organisation))

    def learnt(self, receipt: BankReceipt) -> int | None:
        """The one organisation that people confirmed this payer to pay for; None when there is none, or several.

        An account tells payers of one name apart only where both were stated.
        """
        account = plain_account(receipt.payer_account)
        known = self._known.get(key(receipt.payer_name), [])
        bodies = {body for stated, body in known if not stated or not account or stated == account}
        return next(iter(bodies)) if len(bodies) == 1 else None

    def _signs(self, account: str, name: str) -> Iterator[tuple[int, int, str]]:
        for body in sorted(self._accounts.get(account, {})) if account else ():
            yield body, 30, _("付款账号是该单位登记的账户")
        for body, (points, why) in sorted(self._names.get(name, {}).items()):
            yield body, points, why
        known = self._known_accounts.get(account, set()) if account else set()
        for body in sorted(known | self._known_names.get(name, set())):
            yield body, 20, _("以前确认过该付款人代表该单位付款")

    def _read_names(self) -> None:
        for body, name in Organisation.objects.standing().values_list("pk", "name_key"):
            self._names[name][body] = (25, _("付款人与单位名称一致"))
        words = {
            OrganisationName.Kind.FORMER.value: (20, _("付款人是该单位的曾用名")),
            OrganisationName.Kind.ALIAS.value: (15, _("付款人是该单位的别名")),
            OrganisationName.Kind.SHORT.value: (15, _("付款人是该单位的简称")),
        }
        rows = OrganisationName.objects.filter(kind__in=words, organisation__merged_into__isnull=True)
        for body, name, kind in rows.values_list("organisation", "key", "kind"):
            self._names[name].setdefault(body, words[kind])


def learn(receipt: BankReceipt, organisation: Organisation, *, by: User, at: datetime) -> None:
    """Remember that this payer pays for the organisation: part of every verb by which a person matches its money.

    Where the payer pays for nobody else, the receipt is said to be the organisation's too.  A payer that a person set
    aside stays set aside; a treasury that pays for many is the payer of each, and its receipts are nobody's.
    """
    mark = {"name_key": key(receipt.payer_name), "account": plain_account(receipt.payer_account)}
    KnownPayer.objects.get_or_create(
        **mark, organisation=organisation,
        defaults={"name": receipt.payer_name, "learnt_from": receipt, "learnt_by": by, "learnt_at": at},
    )  # fmt: skip
    others = KnownPayer.objects.filter(**mark, active=True).exclude(organisation=organisation)
    if receipt.party_id is None and not others.exists():
        _belongs_to(receipt, organisation)


def unlearn(receipt: BankReceipt, organisation: Organisation) -> None:
    """Forget what was learnt from a match that is taken back."""
    for known in KnownPayer.objects.filter(learnt_from=receipt, organisation=organisation, active=True):
        known.active = False
        known.save(update_fields=["active"])
        if receipt.party_id == organisation.pk:
            _belongs_to(receipt, None)


def _belongs_to(receipt: BankReceipt, organisation: Organisation | None) -> None:
    receipt.party = organisation
    receipt.save(update_fields=["party"])


@transaction.atomic
def set_party(receipt: BankReceipt, organisation: Organisation | None, *, by: User, at: datetime) -> BankReceipt:
    """Say whose money a receipt is (None: take that back), and remember the payer."""
    receipt = BankReceipt.objects.select_for_update(no_key=True).get(pk=receipt.pk)
    if organisation is not None and organisation.merged_into_id is not None:
        raise Refused(_("该单位已并入另一单位，请选择并入后的单位。"))
    _belongs_to(receipt, organisation)
    if organisation is not None:
        learn(receipt, organisation, by=by, at=at)
    record(
        "receipt.party_set", obj=receipt, by=by, at=at, data={"party": organisation.name if organisation else ""},
        organisation_id=organisation.pk if organisation else None,
    )  # fmt: skip
    return receipt


@transaction.atomic
def look_after(receipt: BankReceipt, *, keeper: User | None, note: str, by: User, at: datetime) -> BankReceipt:
    """Say who looks after a receipt that waits, and what is known about it."""
    receipt = BankReceipt.objects.select_for_update(no_key=True).get(pk=receipt.pk)
    receipt.keeper, receipt.note = keeper, note.strip()
    receipt.save(update_fields=["keeper", "note"])
    told = {"keeper": keeper.get_username() if keeper else "", "note": receipt.note}
    record("receipt.looked_after", obj=receipt, by=by, at=at, data=told)
    return receipt


@transaction.atomic
def forget(known: KnownPayer, *, by: User, at: datetime) -> KnownPayer:
    """Let a remembered payer count no longer; what it was matched to stays."""
    known = KnownPayer.objects.select_for_update(no_key=True).get(pk=known.pk)
    if not known.active:
        raise Refused(_("这条对照已经停用。"))
    known.active = False
    known.save(update_fields=["active"])
    record("payer.forgotten", obj=known, by=by, at=at, organisation_id=known.organisation_id)
    return known
