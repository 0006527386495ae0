"""Party B's page of one exit task: what is to be done, and the report that it was."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contracts import exits
from contracts.forms.life import SettleForm
from contracts.life_panels import task_badge
from contracts.models import ExitTask
from people.models import User
from people.refusal import Refused
from people.submitting import KEY_FIELD, once


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def exit_task(request: HttpRequest, pk: int) -> HttpResponse:
    """One exit task of the user's own agreements; any other is answered as missing.  A POST reports it as done."""
    user = cast(User, request.user)
    task = get_object_or_404(ExitTask.objects.for_user(user).select_related("agreement", "paper").distinct(), pk=pk)
    form = SettleForm(request.POST or None, request.FILES or None, obj=task, user=user)
    if request.method == "POST" and form.is_valid() and _reported(request, task, form, user):
        messages.success(request, _("已报告，等待甲方确认。"))
        return redirect("contracts:agreement", pk=task.agreement_id)
    context = {"task": task, "form": form, "state": task_badge(task), "facts": _facts(task), "theirs": _theirs(task)}
    return render(request, "portal/contracts/exit_task.html", context)


def _theirs(task: ExitTask) -> bool:
    return task.side == ExitTask.Side.B and task.state == ExitTask.State.OPEN


def _reported(request: HttpRequest, task: ExitTask, form: SettleForm, user: User) -> bool:
    """Whether the report was taken; what was refused stands in the form."""
    at = timezone.now()

    def work() -> int:
        said = form.cleaned_data
        return exits.report(task, note=said["note"], file=said["file"], by=user, at=at).pk

    try:
        once(work, key=request.POST.get(KEY_FIELD, ""), user=user, at=at)
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


def _facts(task: ExitTask) -> list[tuple[str, Any]]:
    return [
        (_("协议编号"), task.agreement.number),
        (_("办理方"), task.get_side_display()),
        (_("期限"), task.due_on or _("没有约定")),
        (_("办理情况"), task.note),
        (_("证明文件"), task.paper.name if task.paper else ""),
    ]
