"""What an agreement shares: its items of the catalogue, each with its own life, and the consents of both parties."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.catalogue import CatalogueItem
from contracts.models.papers import Paper
from contracts.querysets import AgreementItemQuerySet


class AgreementItem(models.Model):
    """One item of the catalogue shared under one agreement (clause 2.1.1).

    consent_a and consent_b are the consents that stand now: an item of category 4 is open only with both, and the
    database refuses anything else.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("拟共享")
        CONFIRMED = "confirmed", _("已确认")
        OPEN = "open", _("已开通")
        SUSPENDED = "suspended", _("暂停")
        WITHDRAWN = "withdrawn", _("下线")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="shared_items", verbose_name=_("协议"))
    item = models.ForeignKey(CatalogueItem, models.PROTECT, related_name="shared_under", verbose_name=_("数据资源"))
    category = models.PositiveSmallIntegerField(_("信息类别"), choices=CatalogueItem.Category.choices)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PLANNED)
    expected_on = models.DateField(_("约定开通日"), null=True, blank=True)
    opened_on = models.DateField(_("开通日期"), null=True, blank=True)
    purpose = models.TextField(_("使用目的"), blank=True)
    manner = models.TextField(_("使用方式"), blank=True)
    scope = models.TextField(_("使用范围"), blank=True)
    state_reason = models.TextField(_("暂停或下线原因"), blank=True)
    consent_a = models.ForeignKey(
        "ItemConsent", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("甲方同意")
    )
    consent_b = models.ForeignKey(
        "ItemConsent", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("乙方同意")
    )

    objects = AgreementItemQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("共享信息")
        verbose_name_plural = _("各协议共享信息")
        ordering = ["agreement", "item__number"]
        permissions = [("share_item", _("确认、开通、暂停和下线共享信息"))]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "item"],
                name="agritem_once",
                violation_error_message=_("这项数据资源已经列入该协议。"),
            ),
            models.CheckConstraint(
                name="agritem_state_known",
                condition=Q(state__in=["planned", "confirmed", "open", "suspended", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="agritem_open_dated",
                condition=~Q(state__in=["open", "suspended"]) | Q(opened_on__isnull=False),
                violation_error_message=_("已开通的共享信息须有开通日期。"),
            ),
            models.CheckConstraint(
                name="agritem_fourth_consented",
                condition=~Q(category=4, state="open") | Q(consent_a__isnull=False, consent_b__isnull=False),
                violation_error_message=_("第四类信息须有双方的书面同意才能开通。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item} · {self.agreement.number}"

    @property
    def use_stated(self) -> bool:
        """Whether purpose, manner and scope of the use are all recorded."""
        return all(text.strip() for text in (self.purpose, self.manner, self.scope))


class ItemConsent(models.Model):
    """One party's written consent to sharing an item for the stated use.  Append-only."""

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")

    shared_item = models.ForeignKey(AgreementItem, models.PROTECT, related_name="consents", verbose_name=_("共享信息"))
    side = models.CharField(_("同意方"), max_length=1, choices=Side.choices)
    given_by = models.CharField(_("同意人（姓名、职务）"), max_length=80)
    given_on = models.DateField(_("同意日期"))
    paper = models.ForeignKey(Paper, models.PROTECT, related_name="+", verbose_name=_("同意书"))
    use = models.TextField(_("所同意的用途"), blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("共享同意记录")
        verbose_name_plural = _("共享同意记录")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(name="itemconsent_side_known", condition=Q(side__in=["a", "b"])),
            models.CheckConstraint(name="itemconsent_named", condition=~Q(given_by="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()} · {self.given_by}"
