"""The buttons of the console's pages on usage: files in, anomalies explained."""

from typing import Any, cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from billing import anomalies, forms, uploads
from billing.models import UsageAnomaly, UsageUpload
from people.acting import Outcome, Verb
from people.models import User

State = UsageUpload.State
UNCONFIRMED = frozenset({State.UPLOADED, State.CHECKING, State.CHECKED})


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


def _upload(request: HttpRequest, obj: None, data: dict[str, Any]) -> Outcome:
    made = uploads.keep(
        data["file"], source=data["source"], agreement=data["agreement"], by=_user(request), at=timezone.now()
    )
    return Outcome(
        message=gettext("文件已收到，正在逐行检查；检查完请核对汇总，再确认导入。"),
        url=reverse("admin:billing_usageupload_change", args=[made.pk]),
    )


def _confirm(request: HttpRequest, obj: UsageUpload, data: dict[str, Any]) -> str:
    uploads.confirm(obj, by=_user(request), at=timezone.now())
    return gettext("已确认，正在导入。")


def _discard(request: HttpRequest, obj: UsageUpload, data: dict[str, Any]) -> str:
    uploads.discard(obj, by=_user(request), at=timezone.now())
    return gettext("已作废，没有导入任何记录。")


def _acknowledge(request: HttpRequest, obj: UsageAnomaly, data: dict[str, Any]) -> str:
    anomalies.acknowledge(obj, reason=data["reason"], by=_user(request), at=timezone.now())
    return gettext("已说明，该异常不再妨碍出账。")


def _look(request: HttpRequest, obj: None, data: dict[str, Any]) -> str:
    found = anomalies.look(data["agreement"], by=_user(request), at=timezone.now())
    return gettext("检查完毕：新发现 %(found)d 处，因用量更正而消除 %(gone)d 处。") % {
        "found": found.found,
        "gone": found.resolved,
    }


UPLOAD_VERB = Verb(
    "import",
    _("导入用量"),
    "billing.import_usage",
    _upload,
    form=forms.UsageFileForm,
    explain=lambda obj: gettext(
        "先逐行检查并给出汇总，确认后才导入；整份文件要么全部登记，要么一条也不登记；同一来源记录号只计一次。"
    ),
    tone="primary",
)
UPLOAD_VERBS = (
    Verb(
        "take-in",
        _("确认导入"),
        "billing.import_usage",
        _confirm,
        when=lambda obj: obj.state == State.CHECKED,
        explain=lambda obj: (
            gettext("将登记 %(new)d 条新的用量；%(known)d 条以前已登记且内容相同，不重复计入。")
            % {"new": obj.new, "known": obj.known}
        ),
        tone="primary",
    ),
    Verb(
        "discard",
        _("作废文件"),
        "billing.import_usage",
        _discard,
        when=lambda obj: obj.state in UNCONFIRMED,
        explain=lambda obj: gettext("这份文件不再导入；更正后可以重新上传。"),
        tone="danger",
    ),
)
ANOMALY_VERBS = (
    Verb(
        "acknowledge",
        _("说明原因"),
        "billing.acknowledge_anomaly",
        _acknowledge,
        form=forms.ReasonForm,
        when=lambda obj: obj.state == UsageAnomaly.State.OPEN,
        explain=lambda obj: gettext("核实用量无误的，写明原因；用量有误的，请另报更正记录，异常会自行消除。"),
        tone="primary",
    ),
)
ANOMALY_LIST_VERBS = (
    Verb(
        "look",
        _("立即检查"),
        "billing.acknowledge_anomaly",
        _look,
        form=forms.LookForm,
        explain=lambda obj: gettext("系统每天清晨和导入用量后都会检查；出账前也可以在这里马上检查一份协议。"),
    ),
)
