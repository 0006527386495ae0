"""Templates of agreements as data: versions that freeze when published, clauses as a tree, named blanks."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.blanks import KINDS, NAME, Blank
from contracts.models.versions import Clause
from contracts.topics import TOPICS


class AgreementTemplate(models.Model):
    """A standard text from which agreements are drafted."""

    code = models.SlugField(_("代码"), max_length=30, unique=True)
    name = models.CharField(_("模板名称"), max_length=80, unique=True)
    purpose = models.TextField(_("适用于"), blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("协议模板")
        verbose_name_plural = _("协议模板")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """One edition of a template.  Its text is edited while it is a draft and never again once it is published."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    template = models.ForeignKey(AgreementTemplate, models.PROTECT, related_name="versions", verbose_name=_("模板"))
    number = models.PositiveSmallIntegerField(_("版本号"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.DRAFT, editable=False)
    summary = models.TextField(_("修改说明"), blank=True)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("起草人"),
    )  # fmt: skip
    drafted_at = models.DateTimeField(_("起草时间"), editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+",
        verbose_name=_("批准人"),
    )  # fmt: skip
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True, editable=False)
    sha256 = models.CharField(_("正文校验值"), max_length=64, blank=True, editable=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("模板版本")
        verbose_name_plural = _("模板版本")
        ordering = ["template", "-number"]
        permissions = [("publish_templateversion", _("批准发布协议模板"))]
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="tplver_number_once"),
            models.UniqueConstraint(
                fields=["template"],
                condition=Q(state="draft"),
                name="tplver_one_draft",
                violation_error_message=_("这个模板已有一个草稿版本。"),
            ),
            models.CheckConstraint(
                name="tplver_state_dated",
                condition=Q(state="draft", published_at__isnull=True, retired_at__isnull=True, sha256="")
                | Q(state="published", published_at__isnull=False, retired_at__isnull=True) & ~Q(sha256="")
                | Q(state="retired", published_at__isnull=False, retired_at__isnull=False) & ~Q(sha256=""),
            ),
            models.CheckConstraint(
                name="tplver_four_eyes",
                condition=Q(published_by__isnull=True) | Q(drafted_by__isnull=True) | ~Q(published_by=F("drafted_by")),
                violation_error_message=_("起草人不能批准自己起草的模板。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template.name} v{self.number}"


class TemplateClause(models.Model):
    """A node of a template's text: a chapter, a section, or a clause with its wording and {named blanks}."""

    class Kind(models.TextChoices):
        CHAPTER = "chapter", _("章")
        SECTION = "section", _("节")
        CLAUSE = "clause", _("条款")

    version = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="nodes", verbose_name=_("模板版本"))
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("所属章节")
    )
    kind = models.CharField(_("层级"), max_length=10, choices=Kind.choices, default=Kind.CLAUSE)
    number = models.CharField(_("编号"), max_length=20)
    heading = models.CharField(_("标题"), max_length=80)
    text = models.TextField(_("正文"), blank=True, help_text=_("空白写成花括号里的名称，例如 {term_years}。"))
    note = models.TextField(_("编者注"), blank=True, help_text=_("原文缺字、截断等说明，印成注，不算正文。"))
    truncated = models.BooleanField(_("原文不完整"), default=False)
    klass = models.CharField(_("类别"), max_length=12, choices=Clause.Klass.choices, blank=True)
    topic = models.CharField(_("对应事项"), max_length=30, choices=TOPICS, blank=True)
    side = models.CharField(_("义务方"), max_length=4, choices=Clause.Side.choices, default=Clause.Side.BOTH)
    optional = models.BooleanField(_("可选章"), default=False, help_text=_("起草时可以不采用的章。"))
    position = models.PositiveSmallIntegerField(_("顺序"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("模板条款")
        verbose_name_plural = _("模板条款")
        ordering = ["version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "number"],
                name="tplclause_number_once",
                violation_error_message=_("这个模板版本已有相同编号的条款。"),
            ),
            models.CheckConstraint(
                name="tplclause_chapter_on_top",
                condition=Q(kind="chapter", parent__isnull=True)
                | Q(kind__in=["section", "clause"], parent__isnull=False),
                violation_error_message=_("章不属于别的章节；节和条款须选所属章节。"),
            ),
            models.CheckConstraint(
                name="tplclause_says_something",
                condition=Q(kind="clause") & ~Q(text="") & ~Q(klass="") | ~Q(kind="clause") & Q(text="", klass=""),
                violation_error_message=_("条款须有正文和类别；章和节只有标题。"),
            ),
            models.CheckConstraint(
                name="tplclause_optional_chapter",
                condition=Q(optional=False) | Q(kind="chapter"),
                violation_error_message=_("只有整章可以设为可选。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.heading}"


class TemplateBlank(models.Model):
    """A named blank of a template: what it is called, what may stand in it, and which field holds its value."""

    class Kind(models.TextChoices):
        ORGANISATION = "organisation", _("单位")
        DATE = "date", _("日期")
        YEARS = "years", _("年数")
        HOURS = "hours", _("小时数")
        DAYS = "days", _("天数")
        COUNT = "count", _("个数")
        DECIMAL = "decimal", _("数值")
        CHOICE = "choice", _("选项")
        TEXT = "text", _("文字")

    class Home(models.TextChoices):
        PARTY_A = "party_a", _("协议的甲方")
        PARTY_B = "party_b", _("协议的乙方")
        SIGNED_ON = "signed_on", _("协议的订立日期")
        EFFECTIVE_ON = "effective_on", _("协议的生效日期")
        TERM_YEARS = "term_years", _("协议的期限（年）")
        ENDS_ON = "ends_on", _("协议的书面终止日期")
        CONFIDENTIALITY = "confidentiality_years", _("条款的保密年限")
        PAYMENT_DAYS = "payment_working_days", _("条款的付款期限（工作日）")
        HOURS_A_DAY = "support_hours_per_day", _("条款的每日支持小时数")
        SUPPORT_HOURS = "support_hours", _("条款的支持时段")
        RESPONSE = "response_hours", _("条款的响应时限")
        SOLUTION = "solution_hours", _("条款的提出解决方案时限")
        INTEREST = "interest", _("条款的逾期利息")

    version = models.ForeignKey(TemplateVersion, models.PROTECT, related_name="blanks", verbose_name=_("模板版本"))
    name = models.CharField(
        _("名称"), max_length=30, validators=[RegexValidator(rf"^{NAME.pattern}$", _("用小写英文字母、数字和下划线。"))]
    )
    label = models.CharField(_("说明"), max_length=60)
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    home = models.CharField(
        _("填在哪里"), max_length=24, choices=Home.choices, blank=True, help_text=_("留空表示协议自己的参数。")
    )
    required = models.BooleanField(_("必填"), default=True, help_text=_("不必填而没有填的，正文写“没有可衡量的约定”。"))
    help = models.CharField(_("填写提示"), max_length=200, blank=True)
    options = models.JSONField(_("选项"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("顺序"), default=0)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("模板空白")
        verbose_name_plural = _("模板空白")
        ordering = ["version", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "name"],
                name="tplblank_name_once",
                violation_error_message=_("这个模板版本已有同名的空白。"),
            ),
            models.CheckConstraint(
                name="tplblank_kind_known",
                condition=Q(kind__in=KINDS),
            ),
        ]

    def __str__(self) -> str:
        return f"{{{self.name}}} {self.label}"

    def as_blank(self) -> Blank:
        """The blank as plain words."""
        return Blank(
            name=self.name,
            label=self.label,
            kind=self.kind,
            home=self.home,
            required=self.required,
            help=self.help,
            options=tuple(self.options),
        )
