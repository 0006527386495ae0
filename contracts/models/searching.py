"""The index of the search: one row for each thing that can be found, with its words made comparable."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from contracts.models.agreements import Agreement
from contracts.querysets.searching import SearchEntryQuerySet


class SearchEntry(models.Model):
    """Something that can be found: its title and words as written, and the same made comparable (contracts.comparable).

    A copy that the indexer brings up to date (contracts.indexing); url and portal_url are the pages of the thing.
    """

    kind = models.CharField(_("种类"), max_length=40)
    object_id = models.PositiveBigIntegerField(_("对象"))
    agreement = models.ForeignKey(Agreement, models.CASCADE, null=True, related_name="+", verbose_name=_("协议"))
    title = models.CharField(_("标题"), max_length=300)
    body = models.TextField(_("正文"), blank=True)
    head = models.CharField(_("标题（归一）"), max_length=600)
    text = models.TextField(_("标题和正文（归一）"))
    for_party_b = models.BooleanField(_("乙方可见"), default=False)
    url = models.CharField(_("甲方页面"), max_length=200)
    portal_url = models.CharField(_("乙方页面"), max_length=200, blank=True)
    digest = models.CharField(_("内容校验值"), max_length=64)
    updated_at = models.DateTimeField(_("更新时间"))

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("搜索索引")
        verbose_name_plural = _("搜索索引")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="searchentry_once")]
        indexes = [models.Index(fields=["kind", "agreement"], name="searchentry_kind")]

    def __str__(self) -> str:
        return self.title
