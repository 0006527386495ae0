"""Invoice runs: the bills of all periods that are over, drafted and issued together, each with its own result."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.models.columns import user_column
from billing.models.documents import Document
from billing.models.metering import ServicePeriod
from billing.querysets import InvoiceRunQuerySet


class InvoiceRun(models.Model):
    """One run over the periods that were over on a day.  What became of each is said by its rows."""

    class State(models.TextChoices):
        DRAFTING = "drafting", pgettext_lazy("run", "拟制中")
        DRAFTED = "drafted", pgettext_lazy("run", "待审核开具")
        ISSUING = "issuing", pgettext_lazy("run", "开具中")
        DONE = "done", pgettext_lazy("run", "已办结")
        STOPPED = "stopped", pgettext_lazy("run", "已停止")

    over_on = models.DateField(_("截至日期"), help_text=_("这一天已经结束的服务周期。"))
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.DRAFTING)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("发起人"))
    started_at = models.DateTimeField(_("发起时间"))
    drafted_at = models.DateTimeField(_("拟制完成时间"), null=True, blank=True)
    issue_on = models.DateField(_("开具日期"), null=True, blank=True)
    issued_by = user_column(_("开具人"))
    issue_asked_at = models.DateTimeField(_("开具时间"), null=True, blank=True)
    moved_at = models.DateTimeField(_("最近进展"), null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    objects = InvoiceRunQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "批量出账")
        verbose_name_plural = _("批量出账")
        ordering = ["-started_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("start_invoicerun", _("发起批量出账"))]
        constraints = [
            models.CheckConstraint(
                name="run_state_known",
                condition=Q(state__in=["drafting", "drafted", "issuing", "done", "stopped"]),
            ),
            models.CheckConstraint(
                name="run_two_persons",
                condition=Q(issued_by__isnull=True) | ~Q(issued_by=models.F("started_by")),
                violation_error_message=_("开具人不能是发起人。"),
            ),
            models.CheckConstraint(
                name="run_issue_whole",
                condition=Q(issued_by__isnull=True, issue_on__isnull=True, issue_asked_at__isnull=True)
                | Q(issued_by__isnull=False, issue_on__isnull=False, issue_asked_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{_('批量出账')} {self.over_on:%Y-%m-%d} #{self.pk}"

    @property
    def is_working(self) -> bool:
        """Whether a worker has something to do for it."""
        return self.state in {self.State.DRAFTING, self.State.ISSUING}


class InvoiceRunRow(models.Model):
    """One period of a run: what became of its draft, and what of its issue."""

    class Drafting(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("run", "等待中")
        DRAFTED = "drafted", pgettext_lazy("run", "已拟制")
        REFUSED = "refused", pgettext_lazy("run", "未能拟制")
        SKIPPED = "skipped", pgettext_lazy("run", "已跳过")

    class Issuing(models.TextChoices):
        NONE = "", "—"
        WAITING = "waiting", pgettext_lazy("run", "等待开具")
        ISSUED = "issued", pgettext_lazy("run", "已开具")
        REFUSED = "refused", pgettext_lazy("run", "未能开具")

    run = models.ForeignKey(
        InvoiceRun, models.PROTECT, related_name="rows", verbose_name=pgettext_lazy("one", "批量出账")
    )
    period = models.ForeignKey(ServicePeriod, models.PROTECT, related_name="run_rows", verbose_name=_("服务周期"))
    # A draft that is discarded goes; its row stays and says so.
    document = models.ForeignKey(
        Document, models.SET_NULL, null=True, blank=True, related_name="run_rows", verbose_name=_("账单")
    )
    drafting = models.CharField(_("拟制"), max_length=8, choices=Drafting.choices, default=Drafting.WAITING)
    reason = models.CharField(_("原因"), max_length=500, blank=True)
    issuing = models.CharField(_("开具"), max_length=8, choices=Issuing.choices, blank=True, default="")
    issue_reason = models.CharField(_("未能开具的原因"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("批量出账的一期")
        verbose_name_plural = _("批量出账的各期")
        ordering = ["run", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["run", "period"], name="runrow_period_once"),
            models.CheckConstraint(
                name="runrow_drafting_known",
                condition=Q(drafting__in=["waiting", "drafted"], reason="")
                | (Q(drafting__in=["refused", "skipped"]) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="runrow_issuing_known",
                condition=Q(issuing__in=["", "waiting", "issued"], issue_reason="")
                | (Q(issuing="refused") & ~Q(issue_reason="")),
            ),
            models.CheckConstraint(name="runrow_issues_drafts", condition=Q(issuing="") | Q(drafting="drafted")),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} · {self.period_id}"
