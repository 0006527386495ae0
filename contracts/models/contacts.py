"""How an organisation is reached, and where it is paid."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.organisations import Organisation
from contracts.querysets import ContactQuerySet

NUMBER = RegexValidator(r"\A[0-9A-Z-]{6,40}\Z", _("账号只能由数字、大写字母和短横线组成，6 至 40 位。"))
BRANCH = RegexValidator(r"\A[0-9]{12}\Z", _("联行号是 12 位数字。"))
SHOWN = 4  # the last digits of an account number that a mask leaves


class Contact(models.Model):
    """A person of an organisation to turn to in one matter."""

    class Role(models.TextChoices):
        BUSINESS = "business", _("业务")
        TECHNICAL = "technical", _("技术")
        FINANCE = "finance", _("财务")
        LEGAL = "legal", _("法务")
        NOTICE = "notice", _("通知收件")
        EMERGENCY = "emergency", _("应急")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="contacts", verbose_name=_("单位"))
    name = models.CharField(_("姓名"), max_length=60)
    role = models.CharField(_("事项"), max_length=10, choices=Role.choices)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    email = models.EmailField(_("邮箱"), blank=True)
    valid = models.BooleanField(_("有效"), default=True)

    objects = ContactQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("联系人")
        verbose_name_plural = _("联系人")
        ordering = ["organisation", "role", "name"]
        constraints = [
            models.CheckConstraint(
                name="contact_role_known",
                condition=Q(role__in=["business", "technical", "finance", "legal", "notice", "emergency"]),
            ),
            models.CheckConstraint(
                name="contact_reachable",
                condition=~Q(phone="", email=""),
                violation_error_message=_("电话和邮箱至少填写一项。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_role_display()}）"

    @property
    def masked_phone(self) -> str:
        """The telephone number with its middle hidden."""
        if len(self.phone) <= SHOWN:
            return "*" * len(self.phone)
        return f"{self.phone[:3]}****{self.phone[-SHOWN:]}"


class BankAccount(models.Model):
    """An account that an organisation is paid to.  One is current; the change to another needs two persons."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        CURRENT = "current", _("现用")
        FORMER = "former", _("已停用")
        DROPPED = "dropped", _("已作废")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="bank_accounts", verbose_name=_("单位"))
    holder = models.CharField(_("户名"), max_length=120)
    bank = models.CharField(_("开户行"), max_length=120)
    number = models.CharField(_("账号"), max_length=40, validators=[NUMBER])
    branch_code = models.CharField(_("联行号"), max_length=12, blank=True, validators=[BRANCH])
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED, editable=False)
    valid_from = models.DateField(_("启用日期"), null=True, blank=True)
    valid_to = models.DateField(_("停用日期"), null=True, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("银行账户")
        verbose_name_plural = _("银行账户")
        ordering = ["organisation", "-pk"]
        permissions = [
            ("propose_bankaccount", "Can ask to change a bank account"),
            ("approve_bankaccount", "Can approve the change of a bank account"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="current"), name="bankaccount_one_current"
            ),
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="proposed"), name="bankaccount_one_proposed"
            ),
            models.CheckConstraint(
                name="bankaccount_state_dated",
                condition=Q(state__in=["proposed", "dropped"], valid_from__isnull=True, valid_to__isnull=True)
                | Q(state="current", valid_from__isnull=False, valid_to__isnull=True)
                | Q(state="former", valid_from__isnull=False, valid_to__isnull=False),
                violation_error_message=_("现用账户须有启用日期，已停用账户须有启用和停用日期。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.masked_number}"

    @property
    def masked_number(self) -> str:
        """The last digits alone: enough to tell two accounts apart, not enough to pay to."""
        return f"****{self.number[-SHOWN:]}"
