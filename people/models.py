"""User: one account of one person, of Party A's staff or of a Party B organisation."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _
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

    history = HistoricalRecords(excluded_fields=["password", "last_login"])

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                name="user_language_known",
                condition=models.Q(language__in=["zh-hans", "en"]),
                violation_error_message=_("界面语言只能是简体中文或英文。"),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name
