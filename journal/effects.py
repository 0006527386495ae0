"""What an approval sets off: each kind of request names the right it needs and the callable that does it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from journal.models import Approval
from people.models import User


class Effect(Protocol):
    """Does what was approved, inside the approving transaction.  May raise Refused: then nothing is decided."""

    def __call__(self, approval: Approval, *, by: User, at: datetime) -> object: ...


Present = Callable[[Approval], Mapping[str, Any]]
Describe = Callable[[Approval], Iterable[tuple[object, object]]]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of request.  label is what a clerk calls it; permission is "app.codename", asked at the decision.

    present(approval), when given, says what the request would hold if it were made now: when that differs from what
    was asked, the thing was edited meanwhile and the request is void.  describe(approval), when given, tells the
    approver in rows of (what, value) what the content means; without it the content is shown as it is.
    """

    name: str
    label: object
    permission: str
    effect: Effect
    present: Present | None = None
    describe: Describe | None = None


_kinds: dict[str, Kind] = {}


def register(
    name: str,
    effect: Effect,
    *,
    permission: str,
    label: object,
    present: Present | None = None,
    describe: Describe | None = None,
) -> None:
    """Make a kind of request known; call it from the app's AppConfig.ready.  Raises ValueError for a name taken."""
    known = _kinds.get(name)
    if known is not None and known.effect is not effect:
        raise ValueError(f"the approval kind {name!r} is registered already.")
    _kinds[name] = Kind(
        name=name, label=label, permission=permission, effect=effect, present=present, describe=describe
    )


def unregister(name: str) -> None:
    """Forget a kind again (an app that is taken out, a test)."""
    _kinds.pop(name, None)


def kind_of(name: str) -> Kind:
    """The kind of that name.  Raises LookupError when no app registered it."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"no app registered the approval kind {name!r}: call effects.register.") from None


def label_of(name: str) -> object:
    """What a clerk calls the kind; its bare name when the app that knew it is gone."""
    return _kinds[name].label if name in _kinds else name


def shown(approval: Approval) -> Iterable[tuple[object, object]]:
    """The rows that its kind shows to the approver; none when the kind does not describe its content."""
    kind = _kinds.get(approval.kind)
    return kind.describe(approval) if kind and kind.describe else ()
