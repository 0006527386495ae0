"""Security duties of Party A: periodic checks, vulnerabilities with fix-by dates, incidents with statutory reports."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models import Agreement, AgreementVersion, Organisation, Paper
from journal.models import Approval
from sla.models.tickets import Ticket
from sla.models.uptime import Service
from sla.querysets.security import CheckPlanQuerySet, DutyQuerySet, IncidentQuerySet, VulnerabilityQuerySet


class Severity(models.TextChoices):
    """How bad a vulnerability is (GB/T 30279)."""

    CRITICAL = "critical", pgettext_lazy("severity", "超危")
    HIGH = "high", pgettext_lazy("severity", "高危")
    MEDIUM = "medium", pgettext_lazy("severity", "中危")
    LOW = "low", pgettext_lazy("severity", "低危")


class CheckPlan(models.Model):
    """A security check that comes again and again (clause 7.2.2), and when the next one is due.

    look_at: when the sweep must look at it next; empty while there is nothing to tell.
    """

    class Per(models.TextChoices):
        WEEK = "week", _("周")
        MONTH = "month", _("个月")
        QUARTER = "quarter", _("个季度")
        YEAR = "year", _("年")

    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="check_plans", verbose_name=_("检查单位（甲方）")
    )
    title = models.CharField(_("检查"), max_length=120)
    scope = models.TextField(_("检查内容"), max_length=4000, help_text=_("查什么、查哪些系统、按什么标准。"))
    basis = models.CharField(_("依据"), max_length=120, help_text=_("协议条款、附件或制度，例如：7.2.2、附件三。"))
    agreements = models.ManyToManyField(
        Agreement, blank=True, related_name="check_plans", verbose_name=_("证明哪些协议的履行")
    )
    every_number = models.PositiveSmallIntegerField(_("每隔"), validators=[MinValueValidator(1), MaxValueValidator(60)])
    every_unit = models.CharField(_("周期单位"), max_length=8, choices=Per.choices)
    anchor = models.DateField(_("首次到期"))
    grace_working_days = models.PositiveSmallIntegerField(
        _("报告期限（工作日）"), default=0, validators=[MaxValueValidator(60)],
        help_text=_("到期后几个工作日内须有检查报告；没有约定填 0。"),
    )  # fmt: skip
    next_due_on = models.DateField(_("下次到期"), editable=False)
    late_from = models.DateField(_("逾期自"), editable=False)
    provisional = models.BooleanField(_("暂定（年度放假通知未公布）"), default=False, editable=False)
    look_at = models.DateTimeField(_("下次提醒"), null=True, blank=True, editable=False)
    ended_on = models.DateField(_("停止日期"), null=True, blank=True, editable=False)
    end_reason = models.CharField(_("停止原因"), max_length=300, blank=True, editable=False)

    objects = CheckPlanQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("安全检查安排")
        verbose_name_plural = _("安全检查安排")
        ordering = ["next_due_on", "pk"]
        default_permissions = ("view",)
        permissions = [("plan_check", _("安排安全检查")), ("record_check", _("登记安全检查结果"))]
        indexes = [
            models.Index(fields=["look_at", "id"], name="checkplan_look", condition=Q(look_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="checkplan_every_one", condition=Q(every_number__gte=1)),
            models.CheckConstraint(
                name="checkplan_unit_known", condition=Q(every_unit__in=["week", "month", "quarter", "year"])
            ),
            models.CheckConstraint(
                name="checkplan_going_or_ended",
                condition=Q(ended_on__isnull=True) | Q(look_at__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class CheckResult(models.Model):
    """One turn of a check: done, with its report, or missed, with the reason.  Append-only."""

    class Outcome(models.TextChoices):
        PASSED = "passed", pgettext_lazy("check", "未发现问题")
        FOUND = "found", pgettext_lazy("check", "发现问题")
        MISSED = "missed", pgettext_lazy("check", "未开展")

    plan = models.ForeignKey(CheckPlan, models.PROTECT, related_name="results", verbose_name=_("安全检查安排"))
    due_on = models.DateField(_("到期日"))
    late_from = models.DateField(_("逾期自"))
    done_on = models.DateField(_("完成日期"), null=True, blank=True)
    outcome = models.CharField(_("结果"), max_length=8, choices=Outcome.choices)
    text = models.TextField(_("检查情况"), max_length=8000)
    report = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("检查报告")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("安全检查记录")
        verbose_name_plural = _("安全检查记录")
        ordering = ["-due_on", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(fields=["plan", "due_on"], name="checkresult_once"),
            models.CheckConstraint(name="checkresult_known", condition=Q(outcome__in=["passed", "found", "missed"])),
            models.CheckConstraint(
                name="checkresult_proven",
                condition=Q(outcome="missed", done_on__isnull=True)
                | (Q(outcome__in=["passed", "found"], done_on__isnull=False, report__isnull=False)),
                violation_error_message=_("已开展的检查须有完成日期和检查报告。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.due_on}"

    @property
    def late(self) -> bool:
        """Whether it was done after its last day, or not at all."""
        return self.done_on is None or self.done_on >= self.late_from


class FixTerm(models.Model):
    """How fast a version asks for vulnerabilities of one level to be fixed.  Frozen with its version."""

    class Unit(models.TextChoices):
        HOURS = "hours", pgettext_lazy("fix term", "自然小时")
        DAYS = "days", pgettext_lazy("fix term", "自然日")
        WORKING = "working", pgettext_lazy("fix term", "工作日")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="fix_terms", verbose_name=_("协议版本"))
    level = models.CharField(_("漏洞级别"), max_length=8, choices=Severity.choices)
    number = models.PositiveSmallIntegerField(_("修复期限"), validators=[MinValueValidator(1), MaxValueValidator(2000)])
    unit = models.CharField(_("单位"), max_length=8, choices=Unit.choices)
    basis = models.CharField(_("依据"), max_length=120, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("漏洞修复约定")
        verbose_name_plural = _("漏洞修复约定")
        ordering = ["version", "level"]
        default_permissions = ("view", "add", "change")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "level"],
                name="fixterm_once",
                violation_error_message=_("这个版本已经登记了该级别的修复期限。"),
            ),
            models.CheckConstraint(name="fixterm_some", condition=Q(number__gte=1)),
            models.CheckConstraint(
                name="fixterm_level_known", condition=Q(level__in=["critical", "high", "medium", "low"])
            ),
            models.CheckConstraint(name="fixterm_unit_known", condition=Q(unit__in=["hours", "days", "working"])),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.get_level_display()}"

    def clean(self) -> None:
        """What is agreed is written while the version is a draft."""
        if self.version_id and self.version.state != AgreementVersion.State.DRAFT:
            raise ValidationError(_("这个版本已提交签署或已生效，约定不能再增加或修改；请办理补充协议。"))


class Vulnerability(models.Model):
    """A weakness that was found: by when it must be fixed, who fixed it, and who else verified that."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("vulnerability", "待修复")
        FIXED = "fixed", pgettext_lazy("vulnerability", "待验证")
        VERIFIED = "verified", pgettext_lazy("vulnerability", "已验证")
        ACCEPTED = "accepted", pgettext_lazy("vulnerability", "接受风险")

    class Source(models.TextChoices):
        CHECK = "check", pgettext_lazy("vulnerability", "安全检查")
        SCAN = "scan", pgettext_lazy("vulnerability", "漏洞扫描")
        NOTICE = "notice", pgettext_lazy("vulnerability", "上级或机构通报")
        REPORT = "report", pgettext_lazy("vulnerability", "他人报告")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    title = models.CharField(_("漏洞"), max_length=160)
    identifier = models.CharField(_("漏洞编号"), max_length=60, blank=True, help_text=_("CVE 或 CNVD 编号，有则填写。"))
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="vulnerabilities", verbose_name=_("责任单位（甲方）")
    )
    services = models.ManyToManyField(Service, blank=True, related_name="vulnerabilities", verbose_name=_("涉及服务"))
    text = models.TextField(_("情况"), max_length=8000)
    level = models.CharField(_("级别"), max_length=8, choices=Severity.choices)
    source = models.CharField(_("来源"), max_length=8, choices=Source.choices)
    result = models.ForeignKey(
        CheckResult, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("发现它的检查")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.OPEN)
    found_at = models.DateTimeField(_("发现时间"))
    fix_by = models.DateTimeField(_("修复期限"), null=True, blank=True)
    fix_basis = models.CharField(_("期限依据"), max_length=200, blank=True)
    fixed_at = models.DateTimeField(_("修复时间"), null=True, blank=True)
    fix_text = models.TextField(_("修复措施"), max_length=8000, blank=True)
    fixed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("修复人")
    )
    verified_at = models.DateTimeField(_("验证时间"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("验证人")
    )
    accepted_until = models.DateField(_("接受风险至"), null=True, blank=True)
    acceptance = models.ForeignKey(
        Approval, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("接受风险的审批")
    )
    look_at = models.DateTimeField(_("下次提醒"), null=True, blank=True, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = VulnerabilityQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("安全漏洞")
        verbose_name_plural = _("安全漏洞")
        ordering = ["-found_at", "-pk"]
        default_permissions = ("view",)
        permissions = [
            ("record_vulnerability", _("登记和修复漏洞")),
            ("verify_vulnerability", _("验证漏洞修复、确定修复期限")),
            ("accept_risk", _("批准接受风险")),
        ]
        indexes = [
            models.Index(fields=["look_at", "id"], name="vuln_look", condition=Q(look_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="vuln_level_known", condition=Q(level__in=["critical", "high", "medium", "low"])
            ),
            models.CheckConstraint(
                name="vuln_source_known", condition=Q(source__in=["check", "scan", "notice", "report"])
            ),
            models.CheckConstraint(
                name="vuln_state_dated",
                condition=Q(state="open", fixed_at__isnull=True, verified_at__isnull=True)
                | Q(state="fixed", fixed_at__isnull=False, fixed_by__isnull=False, verified_at__isnull=True)
                | Q(state="verified", fixed_at__isnull=False, verified_at__isnull=False, verified_by__isnull=False)
                | Q(state="accepted", acceptance__isnull=False, accepted_until__isnull=False),
            ),
            models.CheckConstraint(
                name="vuln_two_persons",
                condition=Q(verified_by__isnull=True) | ~Q(verified_by=F("fixed_by")),
                violation_error_message=_("修复须由另一人验证。"),
            ),
            models.CheckConstraint(
                name="vuln_fixed_after_found", condition=Q(fixed_at__isnull=True) | Q(fixed_at__gte=F("found_at")),
                violation_error_message=_("修复时间不能早于发现时间。"),
            ),
            models.CheckConstraint(
                name="vuln_fix_by_grounded", condition=Q(fix_by__isnull=True) | ~Q(fix_basis=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class SecurityIncident(models.Model):
    """A network security incident: found, graded, contained, handled, summed up (chapter 8.1.2)."""

    class Level(models.TextChoices):
        EXTRAORDINARY = "extraordinary", pgettext_lazy("incident", "特别重大")
        MAJOR = "major", pgettext_lazy("incident", "重大")
        CONSIDERABLE = "considerable", pgettext_lazy("incident", "较大")
        ORDINARY = "ordinary", pgettext_lazy("incident", "一般")

    class Actor(models.TextChoices):
        CRITICAL = "critical", _("关键信息基础设施运营者")
        CENTRAL = "central", _("中央和国家机关及其直属单位")
        OTHER = "other", _("其他网络运营者")

    class Kind(models.TextChoices):
        LEAK = "leak", pgettext_lazy("incident", "数据泄露")
        TAMPER = "tamper", pgettext_lazy("incident", "数据篡改")
        LOSS = "loss", pgettext_lazy("incident", "数据毁损或丢失")
        INTRUSION = "intrusion", pgettext_lazy("incident", "入侵和恶意程序")
        DENIAL = "denial", pgettext_lazy("incident", "拒绝服务")
        OTHER = "other", pgettext_lazy("incident", "其他")

    class State(models.TextChoices):
        FOUND = "found", pgettext_lazy("incident", "研判中")
        GRADED = "graded", pgettext_lazy("incident", "处置中")
        HANDLED = "handled", pgettext_lazy("incident", "已处置，待总结")
        CLOSED = "closed", pgettext_lazy("incident", "已关闭")

    number = models.CharField(_("编号"), max_length=20, unique=True)
    title = models.CharField(_("事件"), max_length=160)
    provider = models.ForeignKey(
        Organisation, models.PROTECT, related_name="incidents", verbose_name=_("责任单位（甲方）")
    )
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    actor = models.CharField(_("运营者类别"), max_length=10, choices=Actor.choices)
    level = models.CharField(_("级别"), max_length=14, choices=Level.choices, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.FOUND)
    text = models.TextField(_("情况"), max_length=8000)
    personal_information = models.BooleanField(_("涉及个人信息"), default=False)
    endangers = models.BooleanField(
        _("危害国家安全或公共利益"), default=False, help_text=_("网络数据安全管理条例第十条：24 小时内报告。")
    )
    services = models.ManyToManyField(Service, blank=True, related_name="incidents", verbose_name=_("涉及服务"))
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="incidents",
        verbose_name=pgettext_lazy("one", "故障报告"),
    )  # fmt: skip
    found_at = models.DateTimeField(_("发现时间"))
    graded_at = models.DateTimeField(_("定级时间"), null=True, blank=True)
    contained_at = models.DateTimeField(_("控制时间"), null=True, blank=True)
    handled_at = models.DateTimeField(_("处置完毕时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)
    summary = models.TextField(_("总结"), max_length=8000, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    objects = IncidentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("安全事件")
        verbose_name_plural = _("安全事件")
        ordering = ["-found_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("handle_incident", _("登记和处置安全事件")), ("grade_incident", _("安全事件定级和关闭"))]
        constraints = [
            models.CheckConstraint(
                name="incident_level_known",
                condition=Q(level__in=["", "extraordinary", "major", "considerable", "ordinary"]),
            ),
            models.CheckConstraint(
                name="incident_actor_known", condition=Q(actor__in=["critical", "central", "other"])
            ),
            models.CheckConstraint(
                name="incident_state_known", condition=Q(state__in=["found", "graded", "handled", "closed"])
            ),
            models.CheckConstraint(
                name="incident_state_dated",
                condition=(Q(state="found") | (~Q(level="") & Q(graded_at__isnull=False)))
                & (Q(state__in=["found", "graded"]) | Q(handled_at__isnull=False))
                & (~Q(state="closed") | Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="incident_times_in_order",
                condition=(Q(contained_at__isnull=True) | Q(contained_at__gte=F("found_at")))
                & (Q(handled_at__isnull=True) | Q(handled_at__gte=F("found_at"))),
                violation_error_message=_("控制和处置的时间不能早于发现时间。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ReportDuty(models.Model):
    """A report of an incident that the law asks for: to whom, by when (natural hours), and when it was made.

    A level that is lowered later makes a duty needless; that is said with a reason and stays.
    """

    class Kind(models.TextChoices):
        FIRST = "first", pgettext_lazy("report duty", "首次报告")
        DATA = "data", pgettext_lazy("report duty", "数据安全风险报告")
        PERSONAL = "personal", pgettext_lazy("report duty", "个人信息泄露通知")
        SUMMARY = "summary", pgettext_lazy("report duty", "总结报告")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("report duty", "待报告")
        MADE = "made", pgettext_lazy("report duty", "已报告")
        NEEDLESS = "needless", pgettext_lazy("report duty", "不需报告")

    incident = models.ForeignKey(SecurityIncident, models.PROTECT, related_name="duties", verbose_name=_("安全事件"))
    kind = models.CharField(_("报告"), max_length=10, choices=Kind.choices)
    recipient = models.CharField(_("报告对象"), max_length=120)
    basis = models.CharField(_("依据"), max_length=200)
    starts_at = models.DateTimeField(_("起算时间"))
    due_at = models.DateTimeField(_("最迟"), null=True, blank=True)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    made_at = models.DateTimeField(_("报告时间"), null=True, blank=True)
    channel = models.CharField(_("报告方式"), max_length=80, blank=True)
    text = models.TextField(_("报告内容或理由"), max_length=8000, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("报告文件")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("登记人")
    )
    look_at = models.DateTimeField(_("下次提醒"), null=True, blank=True, editable=False)
    told = models.PositiveSmallIntegerField(_("已提醒级别"), default=0, editable=False)

    objects = DutyQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("法定报告")
        verbose_name_plural = _("法定报告")
        ordering = ["due_at", "pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["look_at", "id"], name="reportduty_look", condition=Q(look_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["incident", "kind"], name="reportduty_once"),
            models.CheckConstraint(
                name="reportduty_kind_known", condition=Q(kind__in=["first", "data", "personal", "summary"])
            ),
            models.CheckConstraint(
                name="reportduty_state_dated",
                condition=Q(state="open", made_at__isnull=True)
                | Q(state="made", made_at__isnull=False, look_at__isnull=True)
                | (Q(state="needless", made_at__isnull=True, look_at__isnull=True) & ~Q(text="")),
            ),
            models.CheckConstraint(
                name="reportduty_in_order", condition=Q(made_at__isnull=True) | Q(made_at__gte=F("starts_at")),
                violation_error_message=_("报告时间不能早于起算时间。"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.incident.number} · {self.get_kind_display()}"

    @property
    def late(self) -> bool | None:
        """Whether a report that was made came late; None while it is open or where no time is set."""
        return None if self.made_at is None or self.due_at is None else self.made_at > self.due_at
