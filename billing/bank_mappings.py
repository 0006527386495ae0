"""Mappings of banks' files: tried on a real file, looked at, then put to use; changed only by trying anew."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from billing.bank_reading import balances_of, read, sample_of
from billing.models import BankMapping
from billing.periods import civil_day
from journal.recording import record
from people.models import User
from people.refusal import Refused
from people.uploading import check

SHOWN_ERRORS = 5
# What a person says of a layout.
FIELDS = (
    "name", "encoding", "delimiter", "date_column", "date_format", "style", "in_column", "out_column", "amount_column",
    "direction_column", "in_words", "payer_column", "payer_account_column", "memo_columns", "txn_column",
    "balance_column", "account_from", "account_text",
)  # fmt: skip


@transaction.atomic
def try_out(
    said: dict[str, Any], file: Any, *, mapping: BankMapping | None = None, by: User, at: datetime
) -> BankMapping:
    """Read a real file with a new mapping (or a changed one) and keep it with what was read, to be looked at.

    Raises Refused when one row of the file cannot be read, or the balances that it states do not follow: then the
    mapping is wrong, and nothing is kept.
    """
    [sent] = check([file])
    made = BankMapping() if mapping is None else BankMapping.objects.select_for_update().get(pk=mapping.pk)
    for name, value in said.items():
        setattr(made, name, value)
    made.state, made.made_by, made.made_at = BankMapping.State.TESTED, by, at
    try:
        made.full_clean(exclude=["sample"])
    except ValidationError as error:
        raise Refused("；".join(error.messages)) from error
    made.sample = {"file": sent.name, **_trial(made, sent.file, at)}
    made.save()
    record("bank_mapping.tested", obj=made, by=by, at=at, data={"file": sent.sha256, "rows": made.sample["count"]})
    return made


@transaction.atomic
def activate(mapping: BankMapping, *, by: User, at: datetime) -> BankMapping:
    """Put a mapping to use after its trial was looked at, or again after it was retired."""
    mapping = BankMapping.objects.select_for_update().get(pk=mapping.pk)
    if mapping.state == BankMapping.State.ACTIVE:
        raise Refused(_("这个流水格式已在使用。"))
    mapping.state = BankMapping.State.ACTIVE
    mapping.save(update_fields=["state"])
    record("bank_mapping.activated", obj=mapping, by=by, at=at)
    return mapping


@transaction.atomic
def retire(mapping: BankMapping, *, by: User, at: datetime) -> BankMapping:
    """Let a mapping be used no longer; what was imported with it stays."""
    mapping = BankMapping.objects.select_for_update().get(pk=mapping.pk)
    if mapping.state == BankMapping.State.RETIRED:
        raise Refused(_("这个流水格式已停用。"))
    mapping.state = BankMapping.State.RETIRED
    mapping.save(update_fields=["state"])
    record("bank_mapping.retired", obj=mapping, by=by, at=at)
    return mapping


def _trial(mapping: BankMapping, file: Any, at: datetime) -> dict[str, Any]:
    file.seek(0)
    reading = read(mapping, file.read(), today=civil_day(at))
    if reading.errors:
        first = " ".join(
            _("第 %(line)d 行：%(why)s") % {"line": line, "why": why} for line, why in reading.errors[:SHOWN_ERRORS]
        )
        raise Refused(_("试读有 %(count)d 行看不懂，没有保存。") % {"count": len(reading.errors)} + " " + first)
    balances = balances_of(reading.lines)
    if balances.agree is False:
        raise Refused(_("试读时余额对不上，请核对收入、支出列是否选反。") + " " + balances.words)
    return sample_of(reading)
