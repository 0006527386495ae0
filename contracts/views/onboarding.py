"""The portal's page 接入: where Party B's way to the platform stands, what it does next, and its credentials."""

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from contracts import interfaces
from contracts import onboarding as verbs
from contracts.access_faces import credential_badge, drift_words, next_step, stage_badge, term_of
from contracts.models import AgreementItem, Credential, InterfaceSpec, OnboardingTask
from contracts.updates import workdays_now
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once
from people.uploading import download
from worktime.workdays import WorkdayCalendar

# stage -> (verb of the address, label of the button)
BUTTONS: dict[str, tuple[str, object]] = {
    "sent": ("acknowledge", gettext_lazy("确认收到通知")),
    "notified": ("start", gettext_lazy("登记开始对接")),
    "connecting": ("ready", gettext_lazy("申请联调")),
}
VERBS: dict[str, tuple[Callable[..., OnboardingTask], object]] = {
    "acknowledge": (verbs.acknowledge, gettext_lazy("已确认收到，对接自现在起算。")),
    "start": (verbs.start, gettext_lazy("已登记开始对接。")),
    "ready": (verbs.ready, gettext_lazy("已申请联调，甲方会与贵单位联系。")),
}


@require_safe
@login_required
def onboarding(request: HttpRequest) -> HttpResponse:
    """Every way to connect of the user's organisations, newest first, and the credentials they hold."""
    user, today = cast(User, request.user), timezone.localdate()
    tasks = list(_own(user).order_by("-pk"))
    newest = interfaces.newest_specs({task.shared_item.item_id for task in tasks if task.shared_item})
    workdays = workdays_now() if tasks else None
    held = Credential.objects.for_user(user).distinct().select_related("agreement").order_by("revoked_on", "expires_on")
    context = {
        "faces": [_face(task, newest, workdays) for task in tasks if workdays],
        "credentials": [(row, credential_badge(row, today)) for row in held],
    }
    return render(request, "portal/contracts/onboarding.html", context)


@require_POST
@login_required
def act(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm the notice, start, or ask for the joint test.  Another organisation's task is answered as missing."""
    user, at = cast(User, request.user), timezone.now()
    task = get_object_or_404(_own(user), pk=pk)
    if verb not in VERBS:
        raise Http404
    call, done = VERBS[verb]

    def work() -> int:
        return int(call(task, by=user, at=at).pk)

    try:
        once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
        messages.success(request, str(done))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("contracts:onboarding")


@require_safe
@login_required
def spec_file(request: HttpRequest, pk: int) -> FileResponse:
    """The specification of an interface that one of the user's agreements shares; any other is answered as missing."""
    shared = AgreementItem.objects.for_user(cast(User, request.user)).standing().values("item")
    spec = get_object_or_404(InterfaceSpec.objects.filter(item__in=shared).select_related("paper"), pk=pk)
    return download(spec.paper.file, name=spec.paper.name, content_type=spec.paper.content_type)


def _own(user: User) -> Any:
    rows = OnboardingTask.objects.for_user(user).distinct()
    return rows.select_related("agreement", "shared_item__item", "notice__paper", "spec", "report")


def _face(task: OnboardingTask, newest: dict[int, InterfaceSpec], workdays: WorkdayCalendar) -> dict[str, object]:
    today = timezone.localdate()
    spec = newest.get(task.shared_item.item_id) if task.shared_item else None
    button = BUTTONS.get(task.stage)
    return {
        "task": task,
        "title": task.shared_item.item.title if task.shared_item else _("平台接入"),
        "stage": stage_badge(task),
        "next": next_step(task),
        "button": button,
        "spec": spec,
        "drift": drift_words(task, spec),
        "facts": [
            (_("协议"), task.agreement.number),
            (_("收到通知"), _moment(task.notice.received_at) if task.notice else ""),
            (_("收到通知后天数"), verbs.days_since(task, today)),
            (_("期限"), term_of(task, today, workdays).words),
            (_("接入日期"), task.connected_on),
            (_("接入的接口版本"), task.spec.version if task.spec else ""),
        ],
    }


def _moment(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
