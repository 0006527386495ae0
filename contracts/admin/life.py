"""The buttons of an agreement's page that move it through its life."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import lifecycle
from contracts.admin.signing import SIGNING_VERBS
from contracts.models import Agreement
from people.console import Verb
from people.models import User


def _open_for_signing(request: HttpRequest, obj: Agreement, said: dict[str, Any]) -> str:
    lifecycle.open_for_signing(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已提交签署。")


VERBS = (
    Verb(
        "for-signing",
        _("提交签署"),
        "contracts.change_agreement",
        _open_for_signing,
        when=lambda obj: obj.state == Agreement.State.DRAFT,
        explain=lambda obj: _t("提交后内容不能再改，等待双方签署。"),
        tone="primary",
    ),
    *SIGNING_VERBS,
)
