"""What every address of the API shares: who asks, what a refusal looks like, and doing once what is sent twice."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema
from ninja.security import HttpBearer

from people.models import User
from people.tokens import user_of

IDEMPOTENCY_HEADER = "Idempotency-Key"


class Problem(Schema):
    """Why a request had no effect: a code for programs and a sentence for people."""

    code: str
    message: str


class TokenAuth(HttpBearer):
    """Authorization: Bearer <token>.  The token's person is the one who acts."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        user = user_of(token, today=timezone.localdate())
        if user is not None:
            request.user = user
        return user


def person(request: HttpRequest) -> User:
    """Who acts."""
    return cast(User, request.user)


def demand(request: HttpRequest, permission: str) -> User:
    """The person, who holds the permission.  Raises PermissionDenied."""
    user = person(request)
    if not user.has_perm(permission):
        raise PermissionDenied
    return user
