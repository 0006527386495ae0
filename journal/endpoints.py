"""Endpoints: the verbs of the system administrator on targets outside."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal import posting, webhook
from journal.models import Endpoint, Notice
from journal.outbox import Letter, announce_at
from journal.recording import record
from people.models import User
from people.refusal import Refused

VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,79}")
# Only variables made for this purpose: a robot must not carry the database's password outside as its address.
PREFIX = "SHOUYUE_ROBOT_"


@dataclass(frozen=True, kw_only=True)
class Target:
    """What the administrator says of an endpoint."""

    name: str
    kind: str
    url: str = ""
    url_variable: str = ""
    secret_variable: str = ""
    language: str = "zh-hans"


@transaction.atomic
def add(target: Target, *, by: User, at: datetime) -> Endpoint:
    """Register a target.  Raises Refused for an address that this installation does not write to."""
    _demand_sense(target)
    endpoint = Endpoint(key_made_at=at, made_at=at)
    return _kept(endpoint, "endpoint.added", by=by, at=at, **_fields(target))


@transaction.atomic
def revise(endpoint: Endpoint, target: Target, *, by: User, at: datetime) -> Endpoint:
    """Change where it leads.  The kind stays: another kind is another endpoint."""
    endpoint = _locked(endpoint)
    if target.kind != endpoint.kind:
        raise Refused(_("渠道类型不能修改，请另外登记一个。"))
    _demand_sense(target, but=endpoint)
    return _kept(endpoint, "endpoint.revised", by=by, at=at, **_fields(target))


@transaction.atomic
def switch_off(endpoint: Endpoint, *, reason: str, by: User, at: datetime) -> Endpoint:
    """Write nothing there any more; what still waits is not sent later, when it would be stale."""
    endpoint = _locked(endpoint)
    if not endpoint.enabled:
        raise Refused(_("这个渠道已经停用。"))
    waiting = Notice.objects.filter(endpoint=endpoint, state=Notice.State.PENDING)
    waiting.update(state=Notice.State.DROPPED, next_attempt_at=None, last_error=_("渠道已停用"))
    return _kept(endpoint, "endpoint.switched_off", by=by, at=at, reason=reason, enabled=False)


@transaction.atomic
def switch_on(endpoint: Endpoint, *, by: User, at: datetime) -> Endpoint:
    """Write there again from now on."""
    endpoint = _locked(endpoint)
    if endpoint.enabled:
        raise Refused(_("这个渠道正在使用。"))
    return _kept(endpoint, "endpoint.switched_on", by=by, at=at, enabled=True)


@transaction.atomic
def rotate(endpoint: Endpoint, *, by: User, at: datetime) -> Endpoint:
    """Give a webhook a new key; for a day both sign, so that the receiver can change over."""
    endpoint = _webhook(endpoint)
    return _kept(
        endpoint, "endpoint.rotated", by=by, at=at,
        key_number=endpoint.key_number + 1, key_made_at=at, key_shown_at=None,
    )  # fmt: skip


@transaction.atomic
def show_key(endpoint: Endpoint, *, by: User, at: datetime) -> str:
    """The key of a webhook, once.  Raises Refused when it was shown before."""
    endpoint = _webhook(endpoint)
    if endpoint.key_shown_at is not None:
        raise Refused(_("密钥已经查看过，不再显示。遗失的话请更换密钥。"))
    _kept(endpoint, "endpoint.key_shown", by=by, at=at, key_shown_at=at)
    return webhook.key_of(settings.SECRET_KEY, endpoint.pk, endpoint.key_number)


@transaction.atomic
def test(endpoint: Endpoint, *, by: User, at: datetime) -> Notice:
    """Leave a test message in the outbox; how it went is on the endpoint's page a moment later."""
    endpoint = _locked(endpoint)
    event = record("endpoint.tested", obj=endpoint, by=by, at=at)
    letter = Letter(
        kind="endpoint.test",
        subject=gettext_lazy("测试消息"),
        body=lambda: _("%(by)s 从守约发出的测试消息，收到即表示渠道可用。") % {"by": by},
    )
    notice = announce_at(endpoint, key=f"endpoint/test/{event.seq}", letter=letter, event=event, at=at)
    if notice is None:
        raise Refused(_("渠道已停用，请先启用再测试。"))
    return notice


def _fields(target: Target) -> dict[str, Any]:
    return {name: getattr(target, name) for name in Target.__dataclass_fields__}


def _kept(endpoint: Endpoint, action: str, *, by: User, at: datetime, reason: str = "", **changes: Any) -> Endpoint:
    for name, value in changes.items():
        setattr(endpoint, name, value)
    endpoint._history_user = by  # type: ignore[attr-defined]
    endpoint.save()
    record(action, obj=endpoint, by=by, at=at, reason=reason, data={"kind": endpoint.kind})
    return endpoint


def _locked(endpoint: Endpoint) -> Endpoint:
    return Endpoint.objects.select_for_update(no_key=True).get(pk=endpoint.pk)


def _webhook(endpoint: Endpoint) -> Endpoint:
    endpoint = _locked(endpoint)
    if endpoint.kind != Endpoint.Kind.WEBHOOK:
        raise Refused(_("只有 Webhook 有本系统的签名密钥；机器人的密钥在其群设置里更换。"))
    return endpoint


def _demand_sense(target: Target, but: Endpoint | None = None) -> None:
    same = Endpoint.objects.filter(name=target.name).exclude(pk=but.pk if but else 0)
    if same.exists():
        raise Refused(_("已有同名的外部渠道。"))
    if target.kind == Endpoint.Kind.WEBHOOK:
        _demand_address(target)
    else:
        _demand_variables(target)


def _demand_address(target: Target) -> None:
    if target.url_variable or target.secret_variable:
        raise Refused(_("Webhook 的地址直接填写，不用环境变量。"))
    try:
        posting.demand_allowed(target.url)
    except posting.NotAllowed as error:
        raise Refused(
            _("这个地址不能使用：要以 https:// 开头，不带用户名和口令；确需 http 的主机请先在系统设置中列出。")
        ) from error


def _demand_variables(target: Target) -> None:
    if target.url:
        raise Refused(_("机器人的地址就是它的口令，请放进环境变量，这里只填变量名。"))
    for name in (target.url_variable, target.secret_variable):
        if name and not (VARIABLE.fullmatch(name) and name.startswith(PREFIX)):
            raise Refused(_("环境变量名要以 %(prefix)s 开头，只含大写字母、数字和下划线。") % {"prefix": PREFIX})
    if not target.url_variable:
        raise Refused(_("请填写存放机器人地址的环境变量名。"))
    if target.secret_variable and target.kind == Endpoint.Kind.WECOM:
        raise Refused(_("企业微信群机器人没有加签，请把加签密钥的变量名留空。"))
