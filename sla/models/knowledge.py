"""Answers to common questions: articles with frozen versions, who may read them, and how they helped."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Agreement
from sla.models.tickets import Ticket
from sla.querysets.knowledge import ArticleQuerySet, ArticleVersionQuerySet

USER = settings.AUTH_USER_MODEL


class Article(models.Model):
    """A question that is asked often; what is read is its published version."""

    class Category(models.TextChoices):
        ACCESS = "access", _("接入与授权")
        INTERFACE = "interface", _("接口调用")
        DATA = "data", _("数据内容")
        ACCOUNT = "account", _("账号与登录")
        BILLING = "billing", _("费用")
        OTHER = "other", pgettext_lazy("knowledge", "其他")

    class Audience(models.TextChoices):
        STAFF = "staff", _("仅甲方")
        PARTY_B = "party_b", _("所有乙方")
        AGREEMENT = "agreement", _("一份协议的乙方")

    category = models.CharField(_("分类"), max_length=10, choices=Category.choices)
    audience = models.CharField(_("读者"), max_length=10, choices=Audience.choices)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="articles", verbose_name=_("协议")
    )
    made_at = models.DateTimeField(_("建立时间"))

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "知识文章")
        verbose_name_plural = _("知识文章")
        ordering = ["-pk"]
        default_permissions = ("view",)
        permissions = [
            ("write_article", _("撰写知识文章")),
            ("review_article", _("审核知识文章")),
            ("publish_article", _("发布和停用知识文章")),
        ]
        constraints = [
            models.CheckConstraint(
                name="article_audience_whole",
                condition=Q(audience__in=["staff", "party_b"], agreement__isnull=True)
                | Q(audience="agreement", agreement__isnull=False),
                violation_error_message=_("读者是一份协议的乙方时须选择协议，其他情况不选。"),
            ),
            models.CheckConstraint(
                name="article_category_known",
                condition=Q(category__in=["access", "interface", "data", "account", "billing", "other"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number by which people name it."""
        return f"ZS-{self.pk:04d}"


class ArticleVersion(models.Model):
    """One wording of an article.  A draft may change; from the review on its words are frozen by the database."""

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        REVIEWED = "reviewed", _("已审核")
        PUBLISHED = "published", _("已发布")
        RETIRED = "retired", _("已停用")

    article = models.ForeignKey(
        Article, models.PROTECT, related_name="versions", verbose_name=pgettext_lazy("one", "知识文章")
    )
    number = models.PositiveSmallIntegerField(_("版本号"))
    title = models.CharField(_("标题"), max_length=120)
    question = models.TextField(_("问题"), max_length=1000)
    answer = models.TextField(_("解答"), max_length=8000)
    state = models.CharField(_("状态"), max_length=9, choices=State.choices, default=State.DRAFT)
    drafted_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("撰写人"))
    drafted_at = models.DateTimeField(_("撰写时间"))
    reviewed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("审核人")
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, blank=True)
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    objects = ArticleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("文章版本")
        verbose_name_plural = _("文章版本")
        ordering = ["article", "-number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="articlever_once"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(state="published"), name="articlever_one_published"
            ),
            models.UniqueConstraint(
                fields=["article"], condition=Q(state__in=["draft", "reviewed"]), name="articlever_one_open",
                violation_error_message=_("这篇文章已有未发布的版本。"),
            ),
            models.CheckConstraint(name="articlever_words", condition=~Q(title="") & ~Q(question="") & ~Q(answer="")),
            models.CheckConstraint(
                name="articlever_two_persons",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("drafted_by")),
                violation_error_message=_("审核人不能是撰写人。"),
            ),
            models.CheckConstraint(
                name="articlever_stamps",
                condition=Q(state="draft", reviewed_at__isnull=True, published_at__isnull=True)
                | Q(state="reviewed", reviewed_by__isnull=False, published_at__isnull=True)
                | Q(state="published", reviewed_by__isnull=False, published_at__isnull=False)
                | Q(state="retired", retired_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.article.number} {self.title}"


class ArticleUse(models.Model):
    """That an article solved something, was found useful or not by a person, or was linked to a ticket."""

    class Kind(models.TextChoices):
        SOLVED = "solved", _("解决了问题")
        USEFUL = "useful", _("有用")
        USELESS = "useless", _("没有用")
        LINKED = "linked", _("链接到报告")

    version = models.ForeignKey(ArticleVersion, models.PROTECT, related_name="uses", verbose_name=_("文章版本"))
    kind = models.CharField(_("类型"), max_length=7, choices=Kind.choices)
    ticket = models.ForeignKey(
        Ticket, models.PROTECT, null=True, blank=True, related_name="article_uses",
        verbose_name=pgettext_lazy("one", "故障报告"),
    )  # fmt: skip
    by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name=_("操作人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("文章使用")
        verbose_name_plural = _("文章使用")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["version", "by"], condition=Q(kind="solved"), name="articleuse_solved_once"
            ),
            models.UniqueConstraint(
                fields=["version", "by"], condition=Q(kind__in=["useful", "useless"]), name="articleuse_one_vote"
            ),
            models.UniqueConstraint(
                fields=["version", "ticket"], condition=Q(kind="linked"), name="articleuse_linked_once"
            ),
            models.CheckConstraint(
                name="articleuse_ticket_of_link",
                condition=Q(kind="linked", ticket__isnull=False)
                | Q(kind__in=["solved", "useful", "useless"], ticket__isnull=True),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.version} {self.get_kind_display()}"
