"""Usage files: what was sent, how far it is checked, what is wrong with it, and its rows while they wait."""

import secrets
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from billing.fields import QuantityField
from billing.models.columns import user_column
from contracts.models import Agreement


def random_place(instance: Any, filename: str) -> str:
    """Where a file is kept: nothing of the sender's file name reaches the disk."""
    name = secrets.token_hex(20)
    return f"usage/{name[:2]}/{name}"


class UsageUpload(models.Model):
    """A usage file on its way: sent, checked line by line, looked at by a person, taken in whole or not at all.

    `read` counts the lines that were checked, `done` the per cent of the work at hand.  `summary` is what the person
    looks at: {"first": lines, "sums": [[agreement, month, meter, lines, quantity in millionths], ...]}.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", pgettext_lazy("usage file", "待检查")
        CHECKING = "checking", pgettext_lazy("usage file", "检查中")
        CHECKED = "checked", pgettext_lazy("usage file", "待确认")
        TAKING_IN = "taking_in", pgettext_lazy("usage file", "导入中")
        TAKEN_IN = "taken_in", pgettext_lazy("usage file", "已导入")
        FAILED = "failed", pgettext_lazy("usage file", "有误")
        DISCARDED = "discarded", pgettext_lazy("usage file", "已作废")

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="usage_uploads", verbose_name=_("协议"),
        help_text=_("空着表示文件中有“协议编号”一列，一份文件可以含多份协议的用量。"),
    )  # fmt: skip
    source = models.CharField(_("来源系统"), max_length=40)
    name = models.CharField(_("文件名"), max_length=150)
    file = models.FileField(_("文件"), upload_to=random_place, max_length=100)
    size = models.PositiveBigIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("校验值"), max_length=64)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.UPLOADED)
    read = models.PositiveIntegerField(_("已检查行数"), default=0)
    line = models.PositiveIntegerField(_("检查到第几行"), default=0)
    done = models.PositiveSmallIntegerField(_("进度（%）"), default=0)
    wrong = models.PositiveIntegerField(_("有误行数"), default=0)
    new = models.PositiveIntegerField(_("新增"), default=0)
    known = models.PositiveIntegerField(_("已登记且相同"), default=0)
    summary = models.JSONField(_("汇总"), default=dict, blank=True)
    error = models.CharField(_("错误"), max_length=300, blank=True)
    uploaded_at = models.DateTimeField(_("上传时间"))
    uploaded_by = user_column(_("上传人"))
    moved_at = models.DateTimeField(_("最近进展"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    confirmed_by = user_column(_("确认人"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("用量文件")
        verbose_name_plural = _("用量文件")
        ordering = ["-uploaded_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="usageupload_state_known",
                condition=Q(
                    state__in=["uploaded", "checking", "checked", "taking_in", "taken_in", "failed", "discarded"]
                ),
            ),
            models.CheckConstraint(
                name="usageupload_names_source",
                condition=~Q(source="") & Q(size__gt=0),
                violation_error_message=_("请填写用量的来源系统。"),
            ),
            models.CheckConstraint(
                name="usageupload_ended_is_dated",
                condition=Q(state__in=["taken_in", "failed", "discarded"], ended_at__isnull=False)
                | Q(state__in=["uploaded", "checking", "checked", "taking_in"], ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="usageupload_taken_confirmed",
                condition=~Q(state__in=["taking_in", "taken_in"]) | Q(confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UploadProblem(models.Model):
    """A line of a usage file that cannot be taken in, and why."""

    upload = models.ForeignKey(UsageUpload, models.CASCADE, related_name="problems", verbose_name=_("用量文件"))
    line = models.PositiveIntegerField(_("行号"))
    reason = models.CharField(_("原因"), max_length=300)

    class Meta:
        verbose_name = _("有误的行")
        verbose_name_plural = _("有误的行")
        ordering = ["line", "pk"]
        default_permissions = ()
        constraints = [models.CheckConstraint(name="uploadproblem_line", condition=Q(line__gte=0))]

    def __str__(self) -> str:
        return f"{self.line}: {self.reason}"


class StagedUsage(models.Model):
    """A checked line that waits for the whole file to be taken in; gone when that is done.

    No foreign keys are enforced and one index alone is kept: a million lines pass through here.
    """

    upload = models.ForeignKey(
        UsageUpload, models.DO_NOTHING, related_name="staged", db_constraint=False, db_index=False,
        verbose_name=_("用量文件"),
    )  # fmt: skip
    line = models.PositiveIntegerField(_("行号"))
    agreement = models.ForeignKey(
        Agreement, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False, verbose_name=_("协议")
    )
    source_event_id = models.CharField(_("来源记录号"), max_length=80)
    meter = models.CharField(_("计量项"), max_length=60)
    occurred_at = models.DateTimeField(_("使用时间"))
    quantity = QuantityField(_("用量"))
    corrects = models.CharField(_("更正的记录"), max_length=80, blank=True)

    class Meta:
        verbose_name = _("待导入的用量")
        verbose_name_plural = _("待导入的用量")
        ordering = ["line"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["upload", "line"], name="stagedusage_line_once")]

    def __str__(self) -> str:
        return f"{self.line}: {self.source_event_id}"
