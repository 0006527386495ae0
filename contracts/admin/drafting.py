"""The console's pages of guided drafting: one page a step, a record that shows how far it is."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from contracts import drafting as verbs
from contracts.forms.drafting import ChooseTemplateForm, Step, StepForm, shown_answers, steps_of
from contracts.models import Drafting
from people.console import Outcome, Panel, RecordAdmin, Verb, badge
from people.models import User
from people.refusal import Refused
from people.showing import Tone

DRAFT = "contracts.add_drafting"
TONES: dict[str, Tone] = {"open": "info", "finished": "ok", "given_up": "muted"}


def step_url(drafting: Drafting, step: Step) -> str:
    """The address of a step."""
    return f"{reverse('admin:contracts_drafting_step', args=[drafting.pk])}?step={step.name}"


def _start(request: HttpRequest, obj: None, said: dict[str, Any]) -> Outcome:
    made = verbs.start(said["template_version"], by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已开始起草。每一步都会保存，可以随时停下，以后从“起草单”接着填。"),
        url=reverse("admin:contracts_drafting_step", args=[made.pk]),
    )


def _finish(request: HttpRequest, obj: Drafting, said: dict[str, Any]) -> Outcome:
    agreement = verbs.finish(obj, by=cast(User, request.user), at=timezone.now())
    return Outcome(
        message=_t("已生成协议草稿，还没有定的内容列在“协议文本”一栏。"),
        url=reverse("admin:contracts_agreement_change", args=[agreement.pk]),
    )


def _give_up(request: HttpRequest, obj: Drafting, said: dict[str, Any]) -> str:
    verbs.give_up(obj, by=cast(User, request.user), at=timezone.now())
    return _t("已放弃这份起草单。")


LIST_VERBS = (
    Verb(
        "draft",
        _("起草协议"),
        DRAFT,
        _start,
        form=ChooseTemplateForm,
        explain=lambda obj: _t("先选模板，然后一步一步填写；没有想好的可以留空，以后再定。"),
        tone="primary",
    ),
)


@admin.register(Drafting)
class DraftingAdmin(RecordAdmin):
    class Media:
        css = {"all": ("contracts/text.css",)}

    list_display = ("name", "template_version", "state_badge", "started_by", "started_at", "changed_at", "agreement")
    list_select_related = ("template_version__template", "started_by", "agreement")
    list_filter = ("state", "template_version__template")
    search_fields = (
        "agreement__number",
        "started_by__name",
        "started_by__username",
        "template_version__template__name",
    )
    search_help_text = _("按协议编号、起草人或模板查找")
    fields = ("template_version", "state", "agreement", "started_by", "started_at", "changed_at")
    export_columns = ("name", "template_version", "state", "started_by", "started_at", "changed_at", "agreement")
    empty_hint = _("还没有起草单。点“起草协议”开始。")
    list_verbs = LIST_VERBS
    verbs = (
        Verb(
            "finish",
            _("生成协议草稿"),
            DRAFT,
            _finish,
            when=lambda obj: obj.state == Drafting.State.OPEN,
            explain=lambda obj: _finishing(obj),
            tone="primary",
        ),
        Verb("give-up", _("放弃"), DRAFT, _give_up, when=lambda obj: obj.state == Drafting.State.OPEN, tone="danger"),
    )

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        return [path("<path:object_id>/step/", view, name="contracts_drafting_step"), *super().get_urls()]

    def step_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One step: its form, where one is, the way back.  A post keeps what was said and leads on."""
        if not (self.has_view_permission(request) and request.user.has_perm(DRAFT)):
            raise PermissionDenied
        drafting: Any = self.get_object(request, object_id)
        if drafting is None:
            raise Http404
        if drafting.state != Drafting.State.OPEN:
            messages.error(request, _t("这份起草单已经结束。"))
            return redirect("admin:contracts_drafting_change", drafting.pk)
        steps = steps_of(drafting)
        step = _asked_step(steps, drafting, request.GET.get("step", ""))
        if request.method != "POST":
            return self._step_page(request, drafting, step, step.form(drafting=drafting))
        form = step.form(request.POST, drafting=drafting)
        if form.is_valid():
            try:
                verbs.keep(drafting, step.name, form.said(), by=cast(User, request.user), at=timezone.now())
            except Refused as refused:
                form.add_error(None, str(refused))
            else:
                return redirect(_onward(drafting, steps, step, stop="stop" in request.POST))
        return self._step_page(request, drafting, step, form)

    def _step_page(self, request: HttpRequest, drafting: Drafting, step: Step, form: StepForm) -> HttpResponse:
        steps = steps_of(drafting)
        at = [each.name for each in steps].index(step.name)
        context = {
            **self.admin_site.each_context(request),
            "title": step.label,
            "subtitle": str(drafting),
            "opts": self.model._meta,
            "drafting": drafting,
            "form": form,
            "media": self.media + form.media,
            "progress": _progress(drafting, current=step.name),
            "at": at + 1,
            "count": len(steps),
            "back_url": step_url(drafting, steps[at - 1]) if at else "",
            "record_url": reverse("admin:contracts_drafting_change", args=[drafting.pk]),
        }
        return TemplateResponse(request, "admin/contracts/drafting_step.html", context)

    def panels(self, request: HttpRequest, obj: Any) -> Iterable[Panel]:
        yield Panel(
            name="progress",
            label=_("进度"),
            template="admin/contracts/drafting_progress.html",
            context={
                "progress": _progress(obj) if obj.state == Drafting.State.OPEN else [],
                "may_draft": request.user.has_perm(DRAFT),
                "missing": verbs.missing_for_draft(obj) if obj.state == Drafting.State.OPEN else [],
                "left_open": verbs.left_open(obj) if obj.state == Drafting.State.OPEN else [],
                "agreement": obj.agreement,
            },
        )
        for step in steps_of(obj):
            yield Panel(
                name=step.name,
                label=step.label,
                template="admin/contracts/drafting_answers.html",
                context={"facts": shown_answers(obj, step)},
            )

    @admin.display(description=_("草稿"))
    def name(self, obj: Drafting) -> str:
        return str(obj)

    @admin.display(description=_("状态"), ordering="state")
    def state_badge(self, obj: Drafting) -> SafeString:
        return badge(obj.get_state_display(), TONES[obj.state])


def _finishing(drafting: Drafting) -> str:
    left = verbs.left_open(drafting)
    if not left:
        return _t("所有内容都已填写，生成后可以核对全文，再提交签署。")
    return _t("以下内容还没有定，会留在草稿里，全部定下后才能提交签署：%(items)s。") % {"items": "、".join(left)}


def _asked_step(steps: list[Step], drafting: Drafting, name: str) -> Step:
    """The step in the address; else the first that nobody has filled in; else the last."""
    by_name = {step.name: step for step in steps}
    if name in by_name:
        return by_name[name]
    return next((step for step in steps if step.name not in drafting.answers), steps[-1])


def _onward(drafting: Drafting, steps: list[Step], step: Step, *, stop: bool) -> str:
    record = reverse("admin:contracts_drafting_change", args=[drafting.pk])
    at = [each.name for each in steps].index(step.name)
    return record if stop or at + 1 == len(steps) else step_url(drafting, steps[at + 1])


def _progress(drafting: Drafting, *, current: str = "") -> list[dict[str, Any]]:
    return [
        {
            "label": step.label,
            "url": step_url(drafting, step),
            "done": step.name in drafting.answers,
            "current": step.name == current,
        }
        for step in steps_of(drafting)
    ]
