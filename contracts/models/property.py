"""Intellectual property (5.1, 5.2): what belongs to whom, the licence that lives with the agreement, and the law."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.organisations import Organisation
from contracts.models.papers import Paper


class IPAsset(models.Model):
    """A right in the platform (clause 5.1.1) with its registration and certificate."""

    class Kind(models.TextChoices):
        SOFTWARE = "software", _("软件著作权")
        TRADEMARK = "trademark", _("商标")
        PATENT = "patent", _("专利")
        OTHER = "other", _("其他")

    owner = models.ForeignKey(Organisation, models.PROTECT, related_name="ip_assets", verbose_name=_("权利人"))
    kind = models.CharField(_("种类"), max_length=10, choices=Kind.choices)
    name = models.CharField(_("名称"), max_length=160)
    registration_number = models.CharField(_("登记或注册号"), max_length=60)
    registered_on = models.DateField(_("登记日期"))
    expires_on = models.DateField(_("有效期至"), null=True, blank=True)
    certificate = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证书"), editable=False
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("知识产权")
        verbose_name_plural = _("知识产权")
        ordering = ["owner", "name"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "registration_number"], name="ipasset_number_once"),
            models.CheckConstraint(
                name="ipasset_kind_known", condition=Q(kind__in=["software", "trademark", "patent", "other"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.registration_number}"


class Licence(models.Model):
    """What the licence of one agreement covers (clause 5.2.1).

    Non-exclusive and non-transferable as the clause says; whether it stands on a day is derived from the agreement's
    life (contracts.licences).  ``suspends_right`` decides what a suspension of the service does to the right itself.
    """

    agreement = models.OneToOneField(Agreement, models.PROTECT, related_name="licence", verbose_name=_("协议"))
    scope = models.TextField(_("许可范围"), help_text=_("许可使用的系统、功能和用途；不含转许可。"))
    assets = models.ManyToManyField(IPAsset, related_name="licences", blank=True, verbose_name=_("涉及的知识产权"))
    suspends_access = models.BooleanField(_("服务暂停时停止访问"), default=True)
    suspends_right = models.BooleanField(
        _("服务暂停时许可一并中止"), default=False, help_text=_("协议没有写明时，暂停只停止访问，不影响许可本身。")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("使用许可")
        verbose_name_plural = _("使用许可")
        ordering = ["agreement"]

    def __str__(self) -> str:
        return str(self.agreement)


class LawItem(models.Model):
    """A duty of law on information security (clause 8.1.1): its basis, who keeps it, what proves it, and what is open.

    Legal bases are rows that people verify, never constants: ``verified_on`` says when the source was last looked at.
    """

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")
        BOTH = "both", _("双方")

    law = models.CharField(_("法律法规"), max_length=120)
    article = models.CharField(_("条款"), max_length=40, blank=True)
    control = models.CharField(_("要求"), max_length=300)
    side = models.CharField(_("责任方"), max_length=4, choices=Side.choices, default=Side.BOTH)
    evidence = models.CharField(_("落实证据"), max_length=300, blank=True)
    gap = models.CharField(_("未落实的事项"), max_length=300, blank=True)
    next_review_on = models.DateField(_("下次复核日期"))
    source = models.CharField(_("依据来源"), max_length=200, blank=True)
    verified_on = models.DateField(_("依据核实日期"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("守法清单")
        verbose_name_plural = _("守法清单")
        ordering = ["law", "article", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["law", "article", "control"], name="lawitem_once"),
            models.CheckConstraint(name="lawitem_side", condition=Q(side__in=["a", "b", "both"])),
        ]

    def __str__(self) -> str:
        return f"{self.law} {self.article}".strip()
