"""API tokens: made by a person for a machine, shown once, ended by a date or by hand."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from people.accounts import account_changed
from people.models import ApiToken, User
from people.refusal import Refused

LONGEST = timedelta(days=366)
MOST = 10  # living tokens of one account
START = "sy_"


@transaction.atomic
def make(user: User, *, name: str, expires_on: date, today: date, at: datetime) -> tuple[ApiToken, str]:
    """A new token of the person and its secret, which nobody can read again.

    Raises Refused without a purpose, for a date that is past or over a year away, and beyond ten living tokens.
    """
    if not name.strip():
        raise Refused(_("请写明令牌的用途，例如“市级平台自动报障”。"))
    if not today < expires_on <= today + LONGEST:
        raise Refused(_("有效期须晚于今天，且不超过一年。"))
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.api_tokens.filter(revoked_at__isnull=True, expires_on__gte=today).count() >= MOST:
        raise Refused(_("有效的令牌最多 %(most)d 个，请先停用不再使用的。") % {"most": MOST})
    secret = START + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user, name=name.strip()[:60], prefix=secret[:8], sha256=_digest(secret), made_at=at, expires_on=expires_on
    )
    _tell("user.token_made", token, by=user, at=at)
    return token, secret


@transaction.atomic
def revoke(token: ApiToken, *, by: User, at: datetime) -> ApiToken:
    """End the token at once.  Ending it again changes nothing."""
    token = ApiToken.objects.select_for_update(no_key=True).get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        _tell("user.token_revoked", token, by=by, at=at)
    return token


def user_of(secret: str, *, today: date) -> User | None:
    """The person for whom this secret acts; None when it is unknown, ended, or the account is closed."""
    token = ApiToken.objects.select_related("user").filter(sha256=_digest(secret)).first()
    if token is None or token.revoked_at is not None or token.expires_on < today or not token.user.is_active:
        return None
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token.user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _tell(action: str, token: ApiToken, *, by: User, at: datetime) -> None:
    data = {"name": token.name, "prefix": token.prefix, "expires_on": token.expires_on.isoformat()}
    account_changed.send(sender=User, action=action, user=token.user, by=by, at=at, data=data)
