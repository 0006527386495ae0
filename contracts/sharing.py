"""What an agreement shares, item by item: planned, confirmed, opened, suspended, taken out (clause 2.1.1)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import catalogue, papers
from contracts.models import Agreement, AgreementItem, CatalogueItem, ItemConsent, Paper
from contracts.sharing_news import News, tell_party_b
from journal.models import Event
from journal.recording import record
from people.models import User
from people.refusal import Refused

State = AgreementItem.State
ENDED = frozenset({Agreement.State.EXPIRED, Agreement.State.TERMINATED, Agreement.State.CLOSED})
# Data that may be passed on only with purpose, manner and scope on record (Network Data Security Regulation, art. 12).
USE_NEEDED = frozenset({CatalogueItem.Level.IMPORTANT, CatalogueItem.Level.CORE})


@dataclass(frozen=True, kw_only=True)
class Use:
    """What the data is used for, how, and within which bounds."""

    purpose: str = ""
    manner: str = ""
    scope: str = ""


@dataclass(frozen=True, kw_only=True)
class Consent:
    """One party's consent: the side, who gave it and when, and the signed paper."""

    side: str
    given_by: str
    given_on: date
    file: Any


@transaction.atomic
def plan(
    agreement: Agreement, item: CatalogueItem, *, use: Use, expected_on: date | None = None, by: User, at: datetime
) -> AgreementItem:
    """List an item of the catalogue in an agreement.  Refused for an ended agreement, another provider, or twice."""
    agreement = _agreement(agreement.pk)
    item = catalogue.locked(item)
    if agreement.state in ENDED:
        raise Refused(_("协议已经结束，不能再列入共享信息。"))
    if item.state != CatalogueItem.State.PUBLISHED:
        raise Refused(_("只有已发布的数据资源可以列入协议，请先在目录中发布。"))
    if item.provider_id != agreement.party_a_id:
        raise Refused(_("该数据资源由 %(name)s 提供，与协议甲方不一致。") % {"name": item.provider})
    shared = AgreementItem(
        agreement=agreement, item=item, category=item.category, expected_on=expected_on, **_cleaned(use)
    )
    try:
        with transaction.atomic():
            shared.save()
    except IntegrityError as error:
        raise Refused(_("这项数据资源已经列入该协议。")) from error
    _note("shared_item.planned", shared, by=by, at=at)
    return shared


@transaction.atomic
def state_use(shared: AgreementItem, use: Use, *, by: User, at: datetime) -> AgreementItem:
    """Record purpose, manner and scope.  Consents were given for the use before: they no longer stand.

    Refused while the item is open: another use needs another consent.
    """
    shared = locked(shared)
    if shared.state in {State.OPEN, State.WITHDRAWN}:
        raise Refused(_("已开通的共享信息不能直接改变用途，请先暂停；变更用途后需要重新取得同意。"))
    said = _cleaned(use)
    if not all(said.values()):
        raise Refused(_("请写明使用目的、使用方式和使用范围。"))
    changed = any(getattr(shared, name) != text for name, text in said.items())
    for name, text in said.items():
        setattr(shared, name, text)
    if changed:
        shared.consent_a = shared.consent_b = None
    shared.save()
    _note("shared_item.use_stated", shared, by=by, at=at, **said)
    return shared


@transaction.atomic
def confirm(shared: AgreementItem, *, by: User, at: datetime) -> AgreementItem:
    """Planned to confirmed: both parties hold the item to be part of the list."""
    shared = locked(shared)
    _need(shared, State.PLANNED, _("只有拟共享的信息可以确认。"))
    return _move(shared, State.CONFIRMED, "shared_item.confirmed", by=by, at=at)


@transaction.atomic
def consent(shared: AgreementItem, given: Consent, *, by: User, at: datetime) -> AgreementItem:
    """Keep one party's written consent (clause 2.1.1, category 4).  Refused while that party's consent stands."""
    shared = locked(shared)
    if shared.state == State.WITHDRAWN:
        raise Refused(_("已下线的共享信息不再登记同意。"))
    name = f"consent_{given.side}"
    if getattr(shared, f"{name}_id") is not None:
        raise Refused(_("这一方的同意已经登记；变更用途后才需要重新同意。"))
    if given.given_on > timezone.localdate(at):
        raise Refused(_("同意日期不能晚于今天。"))
    if not given.given_by.strip():
        raise Refused(_("请写明同意人的姓名和职务。"))
    title = _("共享同意书：%(title)s") % {"title": shared.item.title}
    paper = papers.keep(
        shared.agreement, given.file, kind=Paper.Kind.CONSENT, title=title, for_party_b=True, by=by, at=at
    )
    kept = ItemConsent.objects.create(
        shared_item=shared, side=given.side, given_by=given.given_by.strip()[:80], given_on=given.given_on,
        paper=paper, use=_use_words(shared), recorded_by=by, recorded_at=at,
    )  # fmt: skip
    setattr(shared, name, kept)
    shared.save()
    _note("shared_item.consented", shared, by=by, at=at, side=given.side, sha256=paper.sha256)
    return shared


@transaction.atomic
def open_item(shared: AgreementItem, *, by: User, at: datetime) -> AgreementItem:
    """Confirmed to open: Party B may be granted access.  Refused for every obstacle: see `obstacles`."""
    shared = locked(shared)
    _need(shared, State.CONFIRMED, _("只有已确认、尚未开通的信息可以开通。"))
    _need_no_obstacle(shared, timezone.localdate(at))
    shared.opened_on = timezone.localdate(at)
    return _move(shared, State.OPEN, "shared_item.opened", by=by, at=at)


@transaction.atomic
def suspend(shared: AgreementItem, *, reason: str, by: User, at: datetime) -> AgreementItem:
    """Open to suspended, with a reason that Party B reads.  No grant on the item can be used meanwhile."""
    shared = locked(shared)
    _need(shared, State.OPEN, _("只有已开通的信息可以暂停。"))
    return _move(shared, State.SUSPENDED, "shared_item.suspended", reason=_reason(reason), by=by, at=at)


@transaction.atomic
def resume(shared: AgreementItem, *, by: User, at: datetime) -> AgreementItem:
    """Suspended to open again; what stands against opening stands against this too."""
    shared = locked(shared)
    _need(shared, State.SUSPENDED, _("只有暂停的信息可以恢复。"))
    _need_no_obstacle(shared, timezone.localdate(at))
    return _move(shared, State.OPEN, "shared_item.resumed", by=by, at=at)


@transaction.atomic
def withdraw(shared: AgreementItem, *, reason: str, by: User, at: datetime) -> AgreementItem:
    """Take the item out of the agreement for good, with a reason."""
    shared = locked(shared)
    if shared.state == State.WITHDRAWN:
        raise Refused(_("这项共享信息已经下线。"))
    return _move(shared, State.WITHDRAWN, "shared_item.withdrawn", reason=_reason(reason), by=by, at=at)


def obstacles(shared: AgreementItem, day: date) -> list[str]:
    """What keeps the item from being open on a civil day, in words; empty when nothing does."""
    return [*_of_agreement(shared.agreement, day), *_of_item(shared), *_of_consents(shared)]


def _of_agreement(agreement: Agreement, day: date) -> list[str]:
    if agreement.state != Agreement.State.IN_FORCE:
        state = agreement.get_state_display()
        return [_("协议现在是“%(state)s”，只有生效的协议可以开通共享信息。") % {"state": state}]
    ends_on = agreement.ends_on
    if (agreement.effective_on and day < agreement.effective_on) or (ends_on is not None and day > ends_on):
        return [_("今天不在协议期内。")]
    return []


def _of_item(shared: AgreementItem) -> list[str]:
    item, found = shared.item, []
    if item.state != CatalogueItem.State.PUBLISHED:
        found.append(_("该数据资源没有在目录中发布。"))
    if item.share_attribute == CatalogueItem.Attribute.WITHHELD:
        found.append(_("该数据资源的共享属性是不予共享，不能开通。"))
    if item.personal_information and item.assessment_id is None:
        found.append(_("该数据资源含个人信息，须先登记个人信息保护影响评估报告（个人信息保护法第55条）。"))
    if (item.personal_information or item.level in USE_NEEDED) and not shared.use_stated:
        found.append(_("请先写明使用目的、方式和范围（网络数据安全管理条例第12条，记录至少保存三年）。"))
    return found


def _of_consents(shared: AgreementItem) -> list[str]:
    if shared.category != CatalogueItem.Category.FOURTH:
        return []
    sides = ((shared.consent_a_id, _("甲方")), (shared.consent_b_id, _("乙方")))
    missing = [name for given, name in sides if given is None]
    if not missing:
        return []
    return [_("第四类信息须经双方书面同意才能开通，还缺：%(sides)s的同意记录。") % {"sides": "、".join(missing)}]


def locked(shared: AgreementItem) -> AgreementItem:
    """The shared item with its agreement and catalogue item, all locked in the one order."""
    keys = AgreementItem.objects.values("agreement_id", "item_id").get(pk=shared.pk)
    agreement = _agreement(keys["agreement_id"])
    item = catalogue.locked(CatalogueItem(pk=keys["item_id"]))
    row: AgreementItem = AgreementItem.objects.select_for_update(no_key=True).get(pk=shared.pk)
    row.agreement, row.item = agreement, item
    return row


def _agreement(pk: int) -> Agreement:
    rows = Agreement.objects.select_related("party_a", "party_b")
    found: Agreement = rows.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    return found


def _need(shared: AgreementItem, state: str, words: str) -> None:
    if shared.state != state:
        raise Refused(words)


def _need_no_obstacle(shared: AgreementItem, day: date) -> None:
    if found := obstacles(shared, day):
        raise Refused(" ".join(found))


def _reason(text: str) -> str:
    if not text.strip():
        raise Refused(_("请写明原因，乙方可以看到。"))
    return text.strip()


def _cleaned(use: Use) -> dict[str, str]:
    return {name: getattr(use, name).strip() for name in ("purpose", "manner", "scope")}


def _use_words(shared: AgreementItem) -> str:
    return "\n".join(text for text in (shared.purpose, shared.manner, shared.scope) if text)


TOLD = frozenset({State.OPEN, State.SUSPENDED, State.WITHDRAWN})


def _move(shared: AgreementItem, state: str, action: str, *, reason: str = "", by: User, at: datetime) -> AgreementItem:
    shared.state, shared.state_reason = state, reason
    shared.save()
    event = _note(action, shared, by=by, at=at, reason=reason)
    if state in TOLD and shared.agreement.state != Agreement.State.DRAFT:
        about = {"state": State(state).label, "title": shared.item.title}
        news = News(
            key=f"shared_item/{shared.pk}/{event.seq}",
            kind=action,
            subject=lambda: _("共享信息%(state)s：%(title)s") % about,
            body=lambda: reason or _("%(title)s 的状态已变为“%(state)s”。") % about,
            url=reverse("contracts:shared-item", args=[shared.pk]),
        )
        tell_party_b(shared.agreement, news, event=event, at=at)
    return shared


def _note(action: str, shared: AgreementItem, *, by: User, at: datetime, reason: str = "", **data: object) -> Event:
    return record(
        action,
        obj=shared,
        by=by,
        at=at,
        reason=reason,
        organisation_id=shared.agreement.party_b_id,
        agreement_id=shared.agreement_id,
        data={"item": shared.item.number, "category": shared.category, "state": shared.state, **data},
    )
