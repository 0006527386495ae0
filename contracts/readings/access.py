"""What the records of access say: the platform (1.1.3), the modes (2.1.2) and onboarding (3.1.1)."""

from collections import Counter
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from contracts import interfaces, opening
from contracts.access_faces import drift_words, term_of
from contracts.board import Link, Reader, Reading, Standing, list_link
from contracts.models import AccessGrant, Agreement, OnboardingTask, OpeningConfirmation
from contracts.updates import workdays_now

SOON = timedelta(30)


def read_platform(agreement: Agreement, at: datetime) -> Reading:
    """Kept while the service is open: by a confirmation of both parties, under an agreement in force."""
    link = list_link(
        _("开通确认单"),
        "contracts_openingconfirmation",
        "contracts.view_openingconfirmation",
        agreement__id__exact=agreement.pk,
    )
    confirmation = OpeningConfirmation.objects.filter(agreement=agreement).first()
    service = opening.service_of(agreement, confirmed=confirmation is not None)
    if confirmation is None:
        return Reading(standing=Standing.UNPROVEN, note=_("还没有开通确认单"), links=(link,))
    day = confirmation.opened_on.isoformat()
    if service == opening.Service.OPEN:
        note = _("服务自 %(day)s 开通") % {"day": day}
        return Reading(standing=Standing.KEPT, note=note, count=1, links=(link,))
    state = str(opening.LABELS[service])
    note = _("服务自 %(day)s 开通，现在是“%(state)s”") % {"day": day, "state": state}
    return Reading(standing=Standing.UNPROVEN, note=note, links=(link,))


def read_modes(agreement: Agreement, at: datetime) -> Reading:
    """Kept while Party B holds usable grants, counted by mode; due soon when one runs out within 30 days."""
    today = timezone.localdate(at)
    links = (_link(_("使用授权"), "accessgrant", "sharing", shared_item__agreement__id__exact=agreement.pk),)
    usable = AccessGrant.objects.usable_on(today).filter(shared_item__agreement=agreement)
    rows = list(usable.values_list("mode", "valid_to"))
    asked = AccessGrant.objects.filter(state="requested", shared_item__agreement=agreement).count()
    waiting = _("，另有 %(n)d 份申请待审批") % {"n": asked} if asked else ""
    if not rows:
        return Reading(standing=Standing.UNPROVEN, note=_("没有可用的授权") + waiting, links=links)
    counts = Counter(mode for mode, _day in rows)
    words = "，".join(f"{AccessGrant.Mode(mode).label} {count}" for mode, count in sorted(counts.items()))
    note = _("可用授权：%(counts)s") % {"counts": words} + waiting
    ending = sum(day - today <= SOON for _mode, day in rows)
    if ending:
        note = _("%(n)d 份授权 30 天内到期；%(note)s") % {"n": ending, "note": note}
        return Reading(standing=Standing.DUE_SOON, note=note, count=len(rows), links=links)
    return Reading(standing=Standing.KEPT, note=note, count=len(rows), links=links)


def read_onboarding(agreement: Agreement, at: datetime) -> Reading:
    """Kept when Party B is connected everywhere; overdue when an agreed term after the notice's arrival is over."""
    links = (_link(_("接入任务"), "onboardingtask", "onboarding", agreement__id__exact=agreement.pk),)
    found = agreement.onboarding.standing().select_related("notice", "shared_item__item", "spec")
    tasks = list(found)
    if not tasks:
        return Reading(standing=Standing.UNPROVEN, note=_("还没有接入任务"), links=links)
    today, workdays = timezone.localdate(at), workdays_now()
    terms = [(task, term_of(task, today, workdays)) for task in tasks]
    connected = sum(task.state == OnboardingTask.State.CONNECTED for task in tasks)
    counts = _("已接入 %(done)d/%(all)d") % {"done": connected, "all": len(tasks)}
    late = sum(term.overdue and task.state != OnboardingTask.State.CONNECTED for task, term in terms)
    if late:
        note = _("%(n)d 项接入超过约定期限（%(counts)s）") % {"n": late, "counts": counts}
        return Reading(standing=Standing.OVERDUE, note=note, count=connected, links=links)
    if connected == len(tasks):
        note = counts + _drifted(tasks)
        return Reading(standing=Standing.KEPT, note=note, count=connected, links=links)
    due = [term.due_on for task, term in terms if task.state != OnboardingTask.State.CONNECTED and term.due_on]
    if due:
        note = _("%(day)s 前应接入（%(counts)s）") % {"day": min(due).isoformat(), "counts": counts}
        return Reading(standing=Standing.DUE_SOON, note=note, count=connected, links=links)
    note = _("正在办理，没有约定接入期限或者通知尚未送达（%(counts)s）") % {"counts": counts}
    return Reading(standing=Standing.NOT_MEASURABLE, note=note, count=connected, links=links)


def _drifted(tasks: list[OnboardingTask]) -> str:
    newest = interfaces.newest_specs({task.shared_item.item_id for task in tasks if task.shared_item})
    behind = sum(
        bool(drift_words(task, newest.get(task.shared_item.item_id))) for task in tasks if task.shared_item is not None
    )
    return _("，%(n)d 项仍用旧版接口") % {"n": behind} if behind else ""


def _link(label: object, model: str, page: str, **filters: object) -> Link:
    url = reverse(f"contracts:{page}")
    return list_link(label, f"contracts_{model}", f"contracts.view_{model}", portal_url=url, **filters)


READERS: tuple[tuple[str, Reader], ...] = (
    ("platform", read_platform),
    ("modes", read_modes),
    ("onboarding", read_onboarding),
)
