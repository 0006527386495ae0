"""The buttons of an agreement's page that move it through its life."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import lifecycle
from contracts.forms import PutInForceForm
from contracts.models import Agreement
from people.console import Verb
from people.models import User


def _open_for_signing(request: HttpRequest, obj: Agreement) -> str:
    lifecycle.open_for_signing(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已提交签署。")


def _put_in_force(request: HttpRequest, obj: Agreement, data: dict[str, Any]) -> str:
    lifecycle.put_in_force(obj, **data, by=cast(User, request.user), at=timezone.now())
    return _t("协议已生效。")


VERBS = (
    Verb(
        "for-signing",
        _("提交签署"),
        "contracts.change_agreement",
        lambda request, obj, data: _open_for_signing(request, obj),
        when=lambda obj: obj.state == Agreement.State.DRAFT,
        explain=lambda obj: _t("提交后内容不能再改，等待双方签署。"),
        tone="primary",
    ),
    Verb(
        "in-force",
        _("登记生效"),
        "contracts.activate_agreement",
        lambda request, obj, data: _put_in_force(request, obj, data),
        form=PutInForceForm,
        when=lambda obj: obj.state in {Agreement.State.FOR_SIGNING, Agreement.State.PARTLY_SIGNED},
        explain=lambda obj: _t("双方都已签署后登记；条款从生效日期起适用。"),
        tone="primary",
    ),
)
