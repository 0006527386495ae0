"""Drafting: what a person has said so far about an agreement that is being drafted, step by step."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.templates import TemplateVersion


class Drafting(models.Model):
    """One guided drafting: kept between sittings, ended by making the draft agreement or by giving it up.

    ``answers`` maps the name of a step to what was said there, all as text: dates as ISO text, figures in digits, rows
    by their keys.
    """

    class State(models.TextChoices):
        OPEN = "open", _("起草中")
        FINISHED = "finished", _("已生成草稿")
        GIVEN_UP = "given_up", _("已放弃")

    template_version = models.ForeignKey(
        TemplateVersion, models.PROTECT, related_name="draftings", verbose_name=_("所用模板")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    answers: models.JSONField[Any, Any] = models.JSONField(_("已填内容"), default=dict)
    agreement = models.OneToOneField(
        Agreement, models.PROTECT, null=True, blank=True, related_name="drafting", verbose_name=_("协议")
    )
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("起草人"))
    started_at = models.DateTimeField(_("开始时间"))
    changed_at = models.DateTimeField(_("最近修改"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("起草单")
        verbose_name_plural = _("起草单")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="drafting_finished_with_one",
                condition=Q(state="finished", agreement__isnull=False)
                | Q(state__in=["open", "given_up"], agreement__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        said = self.answers.get("parties", {})
        return f"{said.get('number', '')} {said.get('title', '')}".strip() or _t("未命名的草稿")
