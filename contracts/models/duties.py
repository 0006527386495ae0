"""Obligations: what a clause asks of a side, when it falls due, each occurrence, and what became of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.due_rules import ROLL, STAY, AfterEvent, Count, Every, Once, Rule, Slack, Unit
from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.querysets import ObligationOccurrenceQuerySet, ObligationQuerySet
from contracts.topics import TOPICS
from worktime.models import CalendarVersion

EVENT_RULES = ("on_event", "after_working", "after_days")


class Obligation(models.Model):
    """A duty of one side, or of both, that a clause of an agreement asks for, with the rule of its due dates."""

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")
        BOTH = "both", _("双方")

    class Kind(models.TextChoices):
        ONCE = "once", _("一次，在固定日期")
        EVERY = "every", _("定期重复")
        ON_EVENT = "on_event", _("事件发生当日")
        AFTER_WORKING = "after_working", _("事件发生后若干工作日")
        AFTER_DAYS = "after_days", _("事件发生后若干日（末日遇休息日顺延）")

    class Per(models.TextChoices):
        DAY = "day", _("日")
        WEEK = "week", _("周")
        MONTH = "month", _("个月")
        QUARTER = "quarter", _("个季度")
        YEAR = "year", _("年")

    class GraceKind(models.TextChoices):
        NATURAL = "natural", _("自然日")
        WORKING = "working", _("工作日")

    class State(models.TextChoices):
        ACTIVE = "active", _("执行中")
        SUSPENDED = "suspended", _("已中止")
        ENDED = "ended", _("已结束")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="obligations", verbose_name=_("协议"))
    clause_number = models.CharField(_("条款号"), max_length=20)
    topic = models.CharField(_("对应事项"), max_length=30, choices=TOPICS)
    title = models.CharField(_("义务"), max_length=160)
    side = models.CharField(_("义务方"), max_length=4, choices=Side.choices)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("负责人"),
        help_text=_("不填时，甲方和双方的义务由协议负责人负责，乙方的义务由乙方各用户负责。"),
    )  # fmt: skip
    rule = models.CharField(_("到期规则"), max_length=14, choices=Kind.choices)
    due_date = models.DateField(_("到期日期"), null=True, blank=True, help_text=_("“一次”时填写。"))
    every_number = models.PositiveSmallIntegerField(
        _("每隔"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(999)],
        help_text=_("“定期重复”时填写，例如每 3 个月填 3。"),
    )  # fmt: skip
    every_unit = models.CharField(_("周期单位"), max_length=8, choices=Per.choices, blank=True)
    anchor = models.DateField(
        _("首次到期"), null=True, blank=True, help_text=_("“定期重复”时填写，以后各次从这一天起推算。")
    )
    day_of_month = models.PositiveSmallIntegerField(
        _("每月几日"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("按月、季、年重复时可填；31 表示当月最后一天；不填则与首次到期同日。"),
    )  # fmt: skip
    rolls = models.BooleanField(
        _("遇休息日顺延"), default=False,
        help_text=_("按月、季、年重复且约定顺延的才勾选；事件后若干日一律依民法典第203条顺延。"),
    )  # fmt: skip
    after_number = models.PositiveSmallIntegerField(
        _("事件后天数"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(999)],
        help_text=_("“事件发生后若干日或工作日”时填写；事件当日不计。"),
    )  # fmt: skip
    event_name = models.CharField(
        _("事件"), max_length=80, blank=True, help_text=_("什么事件使这项义务发生，例如：收到接入通知。")
    )
    tracked_from = models.DateField(_("自何日起跟踪"), help_text=_("此前到期的各次不补记。"))
    evidence_needed = models.CharField(
        _("所需证据"), max_length=160, blank=True, help_text=_("例如：检查报告。不填表示不要求证据。")
    )
    confirm_needed = models.BooleanField(_("乙方完成后须甲方确认"), default=False)
    grace_days = models.PositiveSmallIntegerField(_("宽限天数"), default=0, validators=[MaxValueValidator(365)])
    grace_kind = models.CharField(_("宽限按"), max_length=8, choices=GraceKind.choices, default=GraceKind.NATURAL)
    lead_days = models.PositiveSmallIntegerField(_("提前提醒（天）"), default=7, validators=[MaxValueValidator(365)])
    survives = models.BooleanField(
        _("协议终止后继续有效"), default=False, help_text=_("例如保密、结算义务（民法典第558、567条）。")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.ACTIVE, editable=False)
    state_reason = models.CharField(_("状态说明"), max_length=200, blank=True)

    objects = ObligationQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("义务")
        verbose_name_plural = pgettext_lazy("plural", "义务")
        ordering = ["agreement", "clause_number", "pk"]
        permissions = [
            ("keep_obligation", _("登记和修改义务")),
            ("perform_obligation", _("登记义务完成和事件")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "clause_number", "title"],
                condition=~Q(state="ended"),
                name="obligation_once",
                violation_error_message=_("这份协议已有同一条款、同一名称的义务。"),
            ),
            models.CheckConstraint(
                name="obligation_side_known",
                condition=Q(side__in=["a", "b", "both"]),
                violation_error_message=_("义务方须为甲方、乙方或双方。"),
            ),
            models.CheckConstraint(
                name="obligation_state_known",
                condition=Q(state__in=["active", "suspended", "ended"]),
                violation_error_message=_("义务的状态不正确。"),
            ),
            models.CheckConstraint(
                name="obligation_grace_known",
                condition=Q(grace_kind__in=["natural", "working"], grace_days__lte=365, lead_days__lte=365),
                violation_error_message=_("宽限和提醒不超过 365 天。"),
            ),
            models.CheckConstraint(
                name="obligation_rule_whole",
                condition=(
                    Q(rule="once", due_date__isnull=False, every_number__isnull=True, after_number__isnull=True)
                    | Q(
                        rule="every",
                        # A NULL makes a range neither true nor false, and a CHECK lets that pass.
                        every_number__isnull=False,
                        every_number__range=(1, 999),
                        every_unit__in=["day", "week", "month", "quarter", "year"],
                        anchor__isnull=False,
                        due_date__isnull=True,
                        after_number__isnull=True,
                    )
                    | Q(rule="on_event", after_number__isnull=True, due_date__isnull=True, every_number__isnull=True)
                    | Q(
                        rule__in=["after_working", "after_days"],
                        after_number__isnull=False,
                        after_number__range=(1, 999),
                        due_date__isnull=True,
                        every_number__isnull=True,
                    )
                ),
                violation_error_message=_("到期规则没有填完整：请按所选规则填写日期、周期或天数。"),
            ),
            models.CheckConstraint(
                name="obligation_event_named",
                condition=~Q(rule__in=["on_event", "after_working", "after_days"]) | ~Q(event_name=""),
                violation_error_message=_("请写明什么事件使这项义务发生。"),
            ),
            models.CheckConstraint(
                name="obligation_month_day",
                condition=(Q(day_of_month__isnull=True) & Q(rolls=False))
                | (
                    Q(rule="every", every_unit__in=["month", "quarter", "year"])
                    & (Q(day_of_month__isnull=True) | Q(day_of_month__range=(1, 31)))
                ),
                violation_error_message=_("只有按月、季、年重复的义务可以约定每月几日和顺延，日为 1 至 31。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_number} {self.title}"

    @property
    def by_event(self) -> bool:
        """Whether an event that a person records brings forth each occurrence."""
        return self.rule in EVENT_RULES

    @property
    def due_rule(self) -> Rule:
        """The rule as the arithmetic takes it.  Raises ValueError for a row that no constraint has seen."""
        if self.rule == self.Kind.EVERY and self.every_number and self.anchor:
            unit, roll = Unit(self.every_unit), ROLL if self.rolls else STAY
            return Every(number=self.every_number, unit=unit, anchor=self.anchor, day=self.day_of_month, roll_over=roll)
        if self.rule == self.Kind.ONCE and self.due_date:
            return Once(on=self.due_date)
        if self.rule == self.Kind.ON_EVENT:
            return AfterEvent()
        if self.by_event and self.after_number:
            counted = Count.WORKING if self.rule == self.Kind.AFTER_WORKING else Count.NATURAL
            return AfterEvent(number=self.after_number, counted=counted)
        raise ValueError(f"the rule of obligation {self.pk} is not whole")

    @property
    def slack(self) -> Slack:
        """Grace and reminding, as the arithmetic takes them."""
        return Slack(grace=self.grace_days, grace_counted=Count(self.grace_kind), lead=self.lead_days)


class ObligationEvent(models.Model):
    """An event that sets off a duty, as a person recorded it.  Append-only."""

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="events", verbose_name=_("义务"))
    happened_at = models.DateTimeField(_("发生时间"))
    note = models.CharField(_("说明"), max_length=300, blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("凭证"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("义务事件")
        verbose_name_plural = _("义务事件")
        ordering = ["-happened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["obligation", "happened_at"],
                name="obligation_event_once",
                violation_error_message=_("这个时间的事件已经登记过。"),
            ),
            models.CheckConstraint(
                name="obligation_event_past",
                condition=Q(happened_at__lte=F("at")),
                violation_error_message=_("事件的发生时间不能晚于现在。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} {self.happened_at:%Y-%m-%d}"


class ObligationOccurrence(models.Model):
    """One turn of a duty: when it is due, and what became of it.  Whether it is late is read from its dates."""

    class State(models.TextChoices):
        OPEN = "open", _("待完成")
        DONE = "done", _("已完成")
        WAIVED = "waived", _("已豁免")
        CANCELLED = "cancelled", _("已取消")

    obligation = models.ForeignKey(Obligation, models.PROTECT, related_name="occurrences", verbose_name=_("义务"))
    period_key = models.CharField(_("期次"), max_length=40)
    event = models.OneToOneField(
        ObligationEvent, models.PROTECT, null=True, blank=True, related_name="occurrence", verbose_name=_("事件")
    )
    counted_from = models.DateField(_("起算日"))
    counted_on = models.DateField(_("按规则到期"))
    extended_until = models.DateField(_("延期至"), null=True, blank=True)
    due_on = models.DateField(_("到期日"))
    late_after = models.DateField(_("宽限至"))
    remind_on = models.DateField(_("提醒自"))
    provisional = models.BooleanField(_("暂定"), default=False)
    calendar_version = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("工作日历版本")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    done_at = models.DateTimeField(_("登记时间"), null=True, blank=True)
    evidence = models.TextField(_("完成情况"), blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证据"))
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    reason = models.CharField(_("说明"), max_length=300, blank=True)

    objects = ObligationOccurrenceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("履行事项")
        verbose_name_plural = pgettext_lazy("plural", "履行事项")
        ordering = ["due_on", "pk"]
        permissions = [
            ("reopen_occurrence", _("退回已完成的履行事项")),
            ("waive_occurrence", _("申请和批准豁免履行事项")),
            ("extend_occurrence", _("延长履行期限")),
        ]
        indexes = [
            models.Index(fields=["late_after"], name="occurrence_open_late", condition=Q(state="open")),
            models.Index(fields=["due_on"], name="occurrence_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["obligation", "period_key"], name="occurrence_once"),
            models.CheckConstraint(
                name="occurrence_state_known", condition=Q(state__in=["open", "done", "waived", "cancelled"])
            ),
            models.CheckConstraint(
                name="occurrence_done_dated",
                condition=Q(state="done", done_on__isnull=False, done_by__isnull=False, done_at__isnull=False)
                | (~Q(state="done") & Q(done_on__isnull=True, done_by__isnull=True, done_at__isnull=True)),
                violation_error_message=_("已完成的事项须有完成日期和登记人。"),
            ),
            models.CheckConstraint(
                name="occurrence_confirmed_done",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False, state="done"),
                violation_error_message=_("只有已完成的事项可以确认。"),
            ),
            models.CheckConstraint(
                name="occurrence_dates_in_order",
                condition=Q(late_after__gte=F("due_on"), due_on__gte=F("counted_on"), remind_on__lte=F("due_on")),
                violation_error_message=_("到期日不能早于按规则计算的日期，宽限不能早于到期日。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.obligation} · {self.due_on:%Y-%m-%d}"


class ObligationExtension(models.Model):
    """More time for one occurrence, and why.  Append-only."""

    class Ground(models.TextChoices):
        FORCE_MAJEURE = "force_majeure", _("不可抗力")
        OTHER_SIDE = "other_side", _("对方原因")
        AGREED = "agreed", _("双方同意")
        OTHER = "other", _("其他")

    occurrence = models.ForeignKey(
        ObligationOccurrence, models.PROTECT, related_name="extensions", verbose_name=_("履行事项")
    )
    ground = models.CharField(_("事由"), max_length=14, choices=Ground.choices)
    since = models.DateField(_("事由发生日"), null=True, blank=True)
    before = models.DateField(_("原到期日"))
    until = models.DateField(_("延期至"))
    reason = models.CharField(_("说明"), max_length=300)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证明"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("延期记录")
        verbose_name_plural = _("延期记录")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="extension_is_later",
                condition=Q(until__gt=F("before")),
                violation_error_message=_("延期后的日期须晚于原到期日。"),
            ),
            models.CheckConstraint(
                name="extension_ground_known",
                condition=Q(ground__in=["force_majeure", "other_side", "agreed", "other"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.occurrence} → {self.until:%Y-%m-%d}"


class CalendarFeed(models.Model):
    """A person's secret calendar address: only the hash of its token is kept.  Renewing it ends the old one."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="calendar_feed", verbose_name=_("用户")
    )
    # NULL when revoked: several revoked rows are no duplicates.
    token_sha256 = models.CharField(_("令牌校验值"), max_length=64, unique=True, null=True)  # noqa: DJ001
    made_at = models.DateTimeField(_("生成时间"))
    read_at = models.DateTimeField(_("最近读取"), null=True)

    class Meta:
        verbose_name = _("日历订阅")
        verbose_name_plural = _("日历订阅")

    def __str__(self) -> str:
        return str(self.user)
