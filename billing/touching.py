"""What a supplement would touch of the money: periods still to be billed, periods billed, usage."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.models import ServicePeriod
from billing.periods import midnight
from contracts.models import AgreementVersion
from contracts.touching import Touch


def touched_money(version: AgreementVersion, at: datetime) -> Iterator[Touch]:
    """Rows of money on or after the planned start (contracts.touching.Toucher)."""
    agreement, start = version.agreement, version.effective_from
    periods = agreement.periods.filter(ends_on__gt=start)
    url = reverse("admin:billing_serviceperiod_changelist") + "?" + urlencode({"q": agreement.number})
    permission = "billing.view_serviceperiod"
    yield Touch(
        what=_("尚未出账的服务周期"),
        count=periods.filter(state=ServicePeriod.State.OPEN).count(),
        effect=_("适用日之前的用量按原价目、之后的按新价目计价；付款期限和利息按周期最后一天适用的条款。"),
        url=url,
        permission=permission,
    )
    yield Touch(
        what=_("已经出账的服务周期"),
        count=periods.filter(state=ServicePeriod.State.CLOSED).count(),
        effect=_("账单不改；按新条款重算的差额作为调整行计入下一期账单，差额为负的须开贷项通知单。"),
        tone="warn",
        url=url,
        permission=permission,
    )
    yield Touch(
        what=_("适用日之后已登记的用量"),
        count=agreement.usage.filter(occurred_at__gte=midnight(start)).count(),
        effect=_("按使用时间适用新价目。"),
        permission="billing.view_usagerecord",
        url=reverse("admin:billing_usagerecord_changelist") + "?" + urlencode({"q": agreement.number}),
    )
    if version.ends_on is not None:
        beyond = agreement.periods.filter(ends_on__gt=version.ends_on + timedelta(days=1))
        yield Touch(
            what=_("新的终止日期之后的服务周期"),
            count=beyond.filter(state=ServicePeriod.State.OPEN).count(),
            effect=_("生效后由系统截短到新的终止日期，全在其后的删去；已有对账单的须由财务人员核对。"),
            url=url,
            permission=permission,
        )
        yield Touch(
            what=_("新的终止日期之后已经出账的服务周期"),
            count=beyond.filter(state=ServicePeriod.State.CLOSED).count(),
            effect=_("协议届时已经终止，这些账单须由财务人员核对。"),
            tone="warn",
            url=url,
            permission=permission,
        )
    if version.base is not None and version.base.rates.exists() and not version.rates.exists():
        yield Touch(
            what=_("价目"), count=1, effect=_("补充协议没有任何价目，适用日之后无法出账。"), tone="warn",
        )  # fmt: skip
