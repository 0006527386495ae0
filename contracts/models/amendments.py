"""Amendments: what a supplement changes in the clauses, one row a clause."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.versions import AgreementVersion


class ClauseAmendment(models.Model):
    """A clause that a supplement adds, changes or removes, with its old and new wording.  Frozen with its version."""

    class Change(models.TextChoices):
        ADDED = "added", _("新增")
        CHANGED = "changed", _("修改")
        REMOVED = "removed", _("删除")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="amendments", verbose_name=_("协议版本"))
    number = models.CharField(_("条款号"), max_length=20)
    change = models.CharField(_("变动"), max_length=8, choices=Change.choices)
    old_heading = models.CharField(_("原标题"), max_length=120, blank=True)
    old_text = models.TextField(_("原文"), blank=True)
    new_heading = models.CharField(_("新标题"), max_length=120, blank=True)
    new_text = models.TextField(_("新文"), blank=True)
    reason = models.TextField(_("修改理由"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("条款变动")
        verbose_name_plural = _("条款变动")
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="amendment_once"),
            models.CheckConstraint(
                name="amendment_says_what",
                condition=Q(change="added", old_text="", old_heading="") & ~Q(new_text="")
                | Q(change="removed", new_text="", new_heading="") & ~Q(old_text="")
                | Q(change="changed") & (~Q(old_text=F("new_text")) | ~Q(old_heading=F("new_heading"))),
                violation_error_message=_("条款变动须与原文不同。"),
            ),
            models.CheckConstraint(
                name="amendment_reasoned", condition=~Q(reason=""), violation_error_message=_("请写明修改理由。")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_change_display()} {self.number} {self.new_heading or self.old_heading}"
