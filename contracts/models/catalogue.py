"""The catalogue of shared information: each data resource with its terms of sharing and its agreed frequency."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.freshness import Frequency, Standing, Unit, standing_on
from contracts.models.organisations import Organisation
from contracts.models.papers import Paper
from contracts.querysets import CatalogueItemQuerySet


class CatalogueItem(models.Model):
    """A data resource (数据资源) that Party A can share (clauses 2.1.1, 2.1.2, 2.2.2)."""

    class Category(models.IntegerChoices):
        FIRST = 1, _("第一类")
        SECOND = 2, _("第二类")
        THIRD = 3, _("第三类")
        FOURTH = 4, _("第四类（须双方书面同意）")

    class Attribute(models.TextChoices):
        UNCONDITIONAL = "unconditional", _("无条件共享")
        CONDITIONAL = "conditional", _("有条件共享")
        WITHHELD = "withheld", _("不予共享")

    class Level(models.TextChoices):
        GENERAL = "general", _("一般数据")
        IMPORTANT = "important", _("重要数据")
        CORE = "core", _("核心数据")

    class FrequencyUnit(models.TextChoices):
        DAY = "day", _("天")
        WEEK = "week", _("周")
        MONTH = "month", _("月")
        QUARTER = "quarter", _("季度")
        YEAR = "year", _("年")
        REALTIME = "realtime", _("实时")

    class State(models.TextChoices):
        DRAFT = "draft", _("编目中")
        PUBLISHED = "published", _("已发布")
        WITHDRAWN = "withdrawn", _("已下架")

    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="catalogue_items", verbose_name=_("提供方（甲方）")
    )
    number = models.CharField(_("目录编号"), max_length=40, unique=True)
    title = models.CharField(_("资源名称"), max_length=160)
    category = models.PositiveSmallIntegerField(_("信息类别"), choices=Category.choices)
    owner_department = models.CharField(_("提供部门"), max_length=120)
    share_attribute = models.CharField(_("共享属性"), max_length=14, choices=Attribute.choices)
    level = models.CharField(_("数据级别"), max_length=10, choices=Level.choices)
    personal_information = models.BooleanField(_("含个人信息"), default=False)
    assessment = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", editable=False,
        verbose_name=_("个人信息保护影响评估报告"),
    )  # fmt: skip
    assessed_on = models.DateField(_("评估日期"), null=True, blank=True, editable=False)
    description = models.TextField(_("内容说明"), blank=True)
    data_fields = models.TextField(_("信息项"), blank=True, help_text=_("每行一个数据项。"))
    by_query = models.BooleanField(_("查询"), default=False)
    by_download = models.BooleanField(_("数据下载"), default=False)
    by_interface = models.BooleanField(_("接口调用"), default=False)
    every = models.PositiveSmallIntegerField(
        _("每几个周期更新一次"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    frequency_unit = models.CharField(
        _("更新周期"), max_length=10, choices=FrequencyUnit.choices, blank=True,
        help_text=_("按协议或附件的约定填写；没有约定就留空，系统不替双方假定。"),
    )  # fmt: skip
    grace_days = models.PositiveSmallIntegerField(_("宽限天数"), default=0, validators=[MaxValueValidator(366)])
    rolls_over = models.BooleanField(
        _("遇休息日顺延"),
        default=True,
        help_text=_("民法典第203条：最后一日是休息日的，顺延到其后的工作日；另有约定的不勾选。"),
    )
    frequency_since = models.DateField(_("更新频率起算日"), null=True, blank=True, editable=False)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    published_on = models.DateField(_("发布日期"), null=True, blank=True, editable=False)

    objects = CatalogueItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("数据资源")
        verbose_name_plural = _("共享信息目录")
        ordering = ["number"]
        permissions = [("manage_catalogue", _("发布和调整数据资源"))]
        constraints = [
            models.CheckConstraint(name="catitem_category_known", condition=Q(category__range=(1, 4))),
            models.CheckConstraint(
                name="catitem_attribute_known",
                condition=Q(share_attribute__in=["unconditional", "conditional", "withheld"]),
            ),
            models.CheckConstraint(name="catitem_level_known", condition=Q(level__in=["general", "important", "core"])),
            models.CheckConstraint(
                name="catitem_state_known", condition=Q(state__in=["draft", "published", "withdrawn"])
            ),
            models.CheckConstraint(
                name="catitem_frequency_whole",
                condition=Q(frequency_unit__in=["", "realtime"], every__isnull=True)
                | Q(frequency_unit__in=["day", "week", "month", "quarter", "year"], every__isnull=False, every__gte=1),
                violation_error_message=_("更新频率要写全：每几个什么周期；实时更新或没有约定的，不填个数。"),
            ),
            models.CheckConstraint(
                name="catitem_published_usable",
                condition=~Q(state="published")
                | (Q(published_on__isnull=False) & (Q(by_query=True) | Q(by_download=True) | Q(by_interface=True))),
                violation_error_message=_("已发布的数据资源至少提供一种共享方式。"),
            ),
            models.CheckConstraint(
                name="catitem_assessment_dated",
                condition=Q(assessment__isnull=True, assessed_on__isnull=True)
                | Q(assessment__isnull=False, assessed_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def modes(self) -> list[str]:
        """The modes offered, as AccessGrant.Mode values: query, download, interface."""
        return [name for name in ("query", "download", "interface") if getattr(self, f"by_{name}")]

    @property
    def frequency(self) -> Frequency | None:
        """The agreed frequency in figures; None when none is agreed, or when the data is said to be live."""
        if not self.every or self.frequency_unit in {"", self.FrequencyUnit.REALTIME}:
            return None
        return Frequency(self.every, Unit(self.frequency_unit), self.grace_days, rolls_over=self.rolls_over)


class ItemFreshness(models.Model):
    """When an item was last updated and when the next update is due: a reading of its updates, kept for lists.

    Recounted by every update, every change of the frequency and once a day; never edited.
    """

    item = models.OneToOneField(
        CatalogueItem, models.PROTECT, primary_key=True, related_name="freshness", verbose_name=_("数据资源")
    )
    last_updated_at = models.DateTimeField(_("最近更新"), null=True, blank=True)
    data_date = models.DateField(_("数据截至"), null=True, blank=True)
    due_on = models.DateField(_("下次更新期限"), null=True, blank=True)
    overdue_from = models.DateField(_("逾期起始日"), null=True, blank=True, db_index=True)
    provisional = models.BooleanField(_("暂定"), default=False)
    told_of = models.DateField(_("已告知逾期的期限"), null=True, blank=True)

    class Meta:
        verbose_name = _("数据资源新鲜度")
        verbose_name_plural = _("数据资源新鲜度")
        constraints = [
            models.CheckConstraint(
                name="freshness_both_days",
                condition=Q(due_on__isnull=True, overdue_from__isnull=True)
                | Q(due_on__isnull=False, overdue_from__isnull=False, overdue_from__gt=models.F("due_on")),
            ),
        ]

    def standing_on(self, day: date) -> Standing:
        """Where the item stands on a civil day."""
        return standing_on(day, self.due_on, self.overdue_from)
