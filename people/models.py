"""User: one account of one person, of Party A's staff or of a Party B organisation; Submission: forms already done."""

from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords


class User(AbstractUser):
    """A person's account.  Staff of Party A enter the admin; people of Party B the portal only."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("姓名"), max_length=60)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    department = models.CharField(_("部门"), max_length=80, blank=True)
    language = models.CharField(
        _("界面语言"), max_length=10, default="zh-hans", choices=[("zh-hans", _("简体中文")), ("en", "English")]
    )

    REQUIRED_FIELDS = ["email", "name"]

    history = HistoricalRecords(excluded_fields=["password", "last_login"], m2m_fields=["groups"])

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = pgettext_lazy("plural", "用户")
        ordering = ["username"]
        permissions = [
            ("export_lists", _("导出列表")),
            ("view_health", _("查看运行状况")),
        ]
        constraints = [
            models.CheckConstraint(
                name="user_language_known",
                condition=models.Q(language__in=["zh-hans", "en"]),
                violation_error_message=_("界面语言只能是简体中文或英文。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with a history row; a sign-in, which only stamps last_login, is no change of the account."""
        if set(kwargs.get("update_fields") or ()) != {"last_login"}:
            super().save(*args, **kwargs)
            return
        self.skip_history_when_saving = True
        try:
            super().save(*args, **kwargs)
        finally:
            del self.skip_history_when_saving

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name


class Submission(models.Model):
    """A form that took effect.  Its key is unique to its user, so that the same form sent twice has one effect."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("用户"))
    key = models.CharField(_("提交编号"), max_length=64)
    answer = models.JSONField(_("结果"), null=True)
    at = models.DateTimeField(_("时间"), db_index=True)

    class Meta:
        verbose_name = _("表单提交")
        verbose_name_plural = _("表单提交")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="submission_once")]


class ApiToken(models.Model):
    """A key with which a machine acts as one person.  Its secret is shown once; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens", verbose_name=_("用户"))
    name = models.CharField(_("用途"), max_length=60)
    prefix = models.CharField(_("开头"), max_length=10)
    sha256 = models.CharField(_("校验值"), max_length=64, unique=True)
    made_at = models.DateTimeField(_("创建时间"))
    expires_on = models.DateField(_("有效期至"))
    last_used_on = models.DateField(_("最近使用"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("接口令牌")
        verbose_name_plural = _("接口令牌")
        ordering = ["-made_at", "-pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
