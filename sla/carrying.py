"""Credit rules go over to the supplement that is drafted from their version, and are compared between two versions."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from contracts.carrying import compared, copy_row
from contracts.models import AgreementVersion
from contracts.parameters import Change
from contracts.text.document import Annex, AnnexRow
from people.models import User
from sla.models import CreditRule
from sla.stating import plain


class CreditRuleCarrier:
    """The credit rules of a version (contracts.carrying.Carrier)."""

    def carry(self, old: AgreementVersion, new: AgreementVersion, *, by: User, at: datetime) -> None:
        """Copy every rule to the new draft."""
        for rule in old.credit_rules.order_by("pk"):
            copy_row(rule, new, by=by)

    def changes(self, old: AgreementVersion, new: AgreementVersion) -> Iterator[Change]:
        """Rules that one version has and the other has not, or that give something else."""
        yield from compared(_readings(old), _readings(new), absent=_("没有约定"))


def _readings(version: AgreementVersion) -> dict[str, str]:
    return {_("服务减免 %(name)s") % {"name": rule}: words_of(rule) for rule in version.credit_rules.all()}


def words_of(rule: CreditRule) -> str:
    """What a rule gives, with its caps, in words."""
    if rule.share is not None:
        given = _("减免当月%(fee)s的 %(share)s%%") % {"fee": rule.get_fee_kind_display(), "share": plain(rule.share)}
    else:
        given = _("减免%(fee)s %(amount)s 元") % {"fee": rule.get_fee_kind_display(), "amount": f"{rule.amount:,.2f}"}
    caps = [
        (_("每月不超过 %(cap)s 元"), rule.month_cap and f"{rule.month_cap:,.2f}"),
        (_("每月不超过当月费用的 %(cap)s%%"), rule.month_cap_share and plain(rule.month_cap_share)),
        (_("每年不超过 %(cap)s 元"), rule.year_cap and f"{rule.year_cap:,.2f}"),
    ]
    agreed = [words % {"cap": cap} for words, cap in caps if cap]
    return "，".join([given, *(agreed or [_("没有约定上限")])])


def annex(version: AgreementVersion) -> Annex:
    """The credit rules as an annex of the agreement's text, each with its clause; without rows where none is agreed."""
    rows = [
        AnnexRow(str(rule), words_of(rule), _("第 %(clause)s 条") % {"clause": rule.clause})
        for rule in version.credit_rules.order_by("measure", "-below", "pk")
    ]
    remark = _("同一指标约定了多档的，只按未达到的最低一档减免，不累加；只有未免责的超时计入。")
    return Annex(title=_("服务减免"), rows=tuple(rows), remarks=(remark,) if rows else ())


CREDIT_RULES = CreditRuleCarrier()
