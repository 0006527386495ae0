"""Where notices go besides a person's own inbox, and how a person wants to be told."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords


class Endpoint(models.Model):
    """A target outside: another system's webhook, or the robot of a chat group.

    No secret is kept here.  A webhook's key is derived from SECRET_KEY and key_number; a robot's address, which is its
    key, and its sign secret stand in environment variables whose names are kept.
    """

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Webhook")
        WECOM = "wecom", _("企业微信群机器人")
        DINGTALK = "dingtalk", _("钉钉群机器人")
        FEISHU = "feishu", _("飞书群机器人")

    name = models.CharField(_("名称"), max_length=60, unique=True, error_messages={"unique": _("已有同名的外部渠道。")})
    kind = models.CharField(_("类型"), max_length=10, choices=Kind.choices)
    url = models.CharField(_("接收地址"), max_length=500, blank=True)
    url_variable = models.CharField(_("地址所在的环境变量"), max_length=80, blank=True)
    secret_variable = models.CharField(_("加签密钥所在的环境变量"), max_length=80, blank=True)
    language = models.CharField(
        _("消息语言"), max_length=10, default="zh-hans", choices=[("zh-hans", _("简体中文")), ("en", "English")]
    )
    enabled = models.BooleanField(_("启用"), default=True)
    key_number = models.PositiveIntegerField(_("密钥序号"), default=1)
    key_made_at = models.DateTimeField(_("密钥生成时间"))
    key_shown_at = models.DateTimeField(_("密钥查看时间"), null=True, blank=True)
    made_at = models.DateTimeField(_("登记时间"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("one", "外部渠道")
        verbose_name_plural = _("外部渠道")
        ordering = ["name"]
        default_permissions = ("view",)
        permissions = [("manage_endpoint", _("管理外部渠道"))]
        constraints = [
            models.CheckConstraint(
                name="endpoint_kind_known", condition=Q(kind__in=["webhook", "wecom", "dingtalk", "feishu"])
            ),
            models.CheckConstraint(
                name="endpoint_has_target",
                condition=(Q(kind="webhook", url_variable="", secret_variable="") & ~Q(url=""))
                | (~Q(kind="webhook") & Q(url="") & ~Q(url_variable="")),
                violation_error_message=_("Webhook 要有接收地址；机器人要有存放地址的环境变量名。"),
            ),
            models.CheckConstraint(name="endpoint_language_known", condition=Q(language__in=["zh-hans", "en"])),
            models.CheckConstraint(name="endpoint_key_counts", condition=Q(key_number__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class EndpointPace(models.Model):
    """When an endpoint may be written to again, so that its rate limit is kept by all senders together."""

    endpoint = models.OneToOneField(Endpoint, models.PROTECT, related_name="pace", verbose_name=_("外部渠道"))
    free_at = models.DateTimeField(_("下次可发"), null=True, blank=True)

    class Meta:
        verbose_name = _("发送节奏")
        verbose_name_plural = _("发送节奏")
        default_permissions = ()


class TellingChoice(models.Model):
    """How one person wants to be told by e-mail: when not, and from how many on in one letter."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="telling_choice", verbose_name=_("用户")
    )
    night_from = models.TimeField(_("夜间免打扰从"), null=True, blank=True)
    night_until = models.TimeField(_("夜间免打扰到"), null=True, blank=True)
    weekends = models.BooleanField(_("周六、周日免打扰"), default=False)
    support_hours = models.CharField(_("支持时间以外免打扰"), max_length=40, blank=True)
    urgent_through = models.BooleanField(_("紧急通知照常发送"), default=True)
    most = models.PositiveSmallIntegerField(_("单独发送的封数"), default=10)
    minutes = models.PositiveSmallIntegerField(_("计数的分钟数"), default=15)
    saved_at = models.DateTimeField(_("保存时间"))

    class Meta:
        verbose_name = _("通知方式")
        verbose_name_plural = _("通知方式")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="tellingchoice_whole_night",
                condition=Q(night_from__isnull=True, night_until__isnull=True)
                | Q(night_from__isnull=False, night_until__isnull=False),
                violation_error_message=_("夜间免打扰要同时填写开始和结束时间。"),
            ),
            models.CheckConstraint(
                name="tellingchoice_night_has_end",
                condition=Q(night_from__isnull=True) | ~Q(night_from=F("night_until")),
                violation_error_message=_("夜间免打扰的开始和结束不能相同。"),
            ),
            models.CheckConstraint(
                name="tellingchoice_minutes",
                condition=Q(minutes__range=(1, 1440)),
                violation_error_message=_("计数的分钟数应在 1 到 1440 之间。"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class DigestLine(models.Model):
    """A notice that went out as one line of a digest: once, by constraint.  Append-only."""

    digest = models.ForeignKey("journal.Notice", models.PROTECT, related_name="lines", verbose_name=_("汇总邮件"))
    notice = models.OneToOneField("journal.Notice", models.PROTECT, related_name="line", verbose_name=_("通知"))

    class Meta:
        verbose_name = _("汇总条目")
        verbose_name_plural = _("汇总条目")
        default_permissions = ()
