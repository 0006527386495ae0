"""Updates of shared data: what was really updated and when, and uploaded files that wait to be taken in."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.catalogue import CatalogueItem
from contracts.querysets import UpdateEventQuerySet


class UpdateEvent(models.Model):
    """One real update of an item (clause 2.2.2).  Append-only; the same record of a source is one row."""

    class Way(models.TextChoices):
        HAND = "hand", _("手工登记")
        CSV = "csv", _("CSV 导入")
        API = "api", _("接口上报")

    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="updates", verbose_name=_("数据资源"))
    updated_at = models.DateTimeField(_("更新时间"))
    data_date = models.DateField(_("数据截至"), null=True, blank=True)
    rows = models.PositiveBigIntegerField(_("更新条数"), null=True, blank=True)
    way = models.CharField(_("登记方式"), max_length=4, choices=Way.choices)
    source = models.CharField(_("来源系统"), max_length=60)
    external_id = models.CharField(_("来源记录号"), max_length=80)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = UpdateEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("更新记录")
        verbose_name_plural = _("更新记录")
        ordering = ["-updated_at", "-pk"]
        permissions = [("record_update", _("登记数据更新"))]
        indexes = [models.Index(fields=["item", "-updated_at"], name="update_newest")]
        constraints = [
            models.UniqueConstraint(fields=["source", "external_id"], name="update_once"),
            models.CheckConstraint(name="update_way_known", condition=Q(way__in=["hand", "csv", "api"])),
            models.CheckConstraint(name="update_named", condition=~Q(source="") & ~Q(external_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.source} {self.external_id}"


class UpdateBatch(models.Model):
    """An uploaded file of updates that was read without error and waits for a person to take it in.

    lines is what was read: {"item": catalogue number, "updated_at", "data_date", "rows", "id", "note"}, times ISO 8601.
    """

    class State(models.TextChoices):
        READ = "read", _("待确认")
        TAKEN = "taken", _("已导入")
        DISCARDED = "discarded", _("已作废")

    source = models.CharField(_("来源系统"), max_length=60)
    name = models.CharField(_("文件名"), max_length=150)
    sha256 = models.CharField(_("校验值"), max_length=64)
    lines = models.JSONField(_("内容"))
    count = models.PositiveIntegerField(_("条数"))
    added = models.PositiveIntegerField(_("新增"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.READ)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人")
    )
    uploaded_at = models.DateTimeField(_("上传时间"))

    history = HistoricalRecords(excluded_fields=["lines"])

    class Meta:
        verbose_name = _("更新记录文件")
        verbose_name_plural = _("更新记录文件")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="updbatch_state_known", condition=Q(state__in=["read", "taken", "discarded"])),
            models.CheckConstraint(
                name="updbatch_taken_counted",
                condition=Q(state="taken", added__isnull=False) | (~Q(state="taken") & Q(added__isnull=True)),
            ),
            models.CheckConstraint(name="updbatch_not_empty", condition=Q(count__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name
