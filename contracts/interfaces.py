"""The interfaces that Party A provides: versions of their specification, and who still uses an old one."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import catalogue, papers
from contracts.models import CatalogueItem, InterfaceSpec, OnboardingTask, Paper
from contracts.sharing_news import News, tell_party_b
from journal.recording import record
from people.models import User
from people.refusal import Refused


@transaction.atomic
def publish_spec(
    item: CatalogueItem, *, version: str, published_on: date, file: Any, note: str = "", by: User, at: datetime
) -> InterfaceSpec:
    """Publish a version of an item's interface; those who are connected on an older one are told."""
    item = catalogue.locked(item)
    version = version.strip()
    if item.state != CatalogueItem.State.PUBLISHED or not item.by_interface:
        raise Refused(_("只有已发布、提供接口调用的数据资源可以登记接口规范。"))
    if not version or item.specs.filter(version=version).exists():
        raise Refused(_("请填写新的版本号，同一版本只登记一次。"))
    if published_on > timezone.localdate(at):
        raise Refused(_("发布日期不能晚于今天。"))
    newest = newest_of(item)
    if newest is not None and published_on < newest.published_on:
        raise Refused(_("发布日期不能早于现有最新版本 %(version)s。") % {"version": newest.version})
    title = _("接口规范：%(title)s %(version)s") % {"title": item.title, "version": version}
    paper = papers.keep(item.provider, file, kind=Paper.Kind.OTHER, title=title, by=by, at=at)
    spec = InterfaceSpec(
        item=item, version=version, published_on=published_on, paper=paper, note=note[:300], by=by, at=at
    )
    spec.save()
    event = record("interface.published", obj=spec, by=by, at=at, data={"item": item.number, "version": version})
    for task in _connected_on_others(spec):
        news = News(
            key=f"interface/{spec.pk}/{task.pk}",
            kind="interface.published",
            subject=lambda: _("接口有新版本：%(spec)s") % {"spec": spec},
            body=lambda: spec.note or _("请安排升级，并与甲方联调。"),
            url=reverse("contracts:onboarding"),
        )
        tell_party_b(task.agreement, news, event=event, at=at)
    return spec


def newest_of(item: CatalogueItem) -> InterfaceSpec | None:
    """The newest version of an item's interface."""
    newest: InterfaceSpec | None = item.specs.order_by("-published_on", "-pk").first()
    return newest


def newest_specs(item_ids: set[int]) -> dict[int, InterfaceSpec]:
    """The newest version of each item's interface, in one query."""
    found = InterfaceSpec.objects.filter(item__in=item_ids).order_by("item_id", "published_on", "pk")
    return {spec.item_id: spec for spec in found}


def _connected_on_others(spec: InterfaceSpec) -> list[OnboardingTask]:
    tasks = OnboardingTask.objects.filter(state=OnboardingTask.State.CONNECTED, shared_item__item=spec.item)
    return list(tasks.exclude(spec=spec).select_related("agreement__party_b"))
