"""The text itself: whether what it says it covers has clauses, and whether the signed paper stands beside it."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contracts.board import Link, Reading, Standing, list_link
from contracts.models import Agreement, AgreementText, Paper
from contracts.panorama import applying_version

# What clause 1.4.1 says the agreement covers, and the matters of which at least one must have a whole clause.
COVERED: tuple[tuple[object, frozenset[str]], ...] = (
    (gettext_lazy("共享内容"), frozenset({"catalogue"})),
    (gettext_lazy("共享方式"), frozenset({"modes"})),
    (gettext_lazy("保密"), frozenset({"confidentiality"})),
    (gettext_lazy("知识产权"), frozenset({"ip_ownership", "licence"})),
    (gettext_lazy("费用"), frozenset({"usage_fee", "payment"})),
    (gettext_lazy("责任划分"), frozenset({"liability", "penalty"})),
)


def read_coverage(agreement: Agreement, at: datetime) -> Reading:
    """Kept when each matter that the text says it covers has a clause; a clause cut off in the source is none."""
    version = applying_version(agreement, timezone.localdate(at))
    if version is None:
        return Reading(standing=Standing.UNPROVEN, note=_("还没有条款"))
    topics = list(version.clauses.filter(truncated=False).values_list("topic", flat=True))
    missing = [str(label) for label, matters in COVERED if not matters & set(topics)]
    links = (_clauses_link(version.pk),)
    if missing:
        note = _("没有对应条款：%(names)s") % {"names": "、".join(missing)}
        return Reading(standing=Standing.NOT_MEASURABLE, note=note, links=links)
    return Reading(standing=Standing.KEPT, note=_("约定的各项都有条款"), count=len(topics), links=links)


def read_final_provisions(agreement: Agreement, at: datetime) -> Reading:
    """Kept when the text is frozen and the scan of the signed paper stands beside it."""
    frozen = AgreementText.objects.filter(version__agreement=agreement).count()
    scans = Paper.objects.filter(agreement=agreement, kind=Paper.Kind.SIGNED_SCAN).count()
    links = (list_link(_("定稿文本"), "contracts_agreementtext", "contracts.view_agreementtext", q=agreement.number),)
    if frozen and scans:
        note = _("定稿文本 %(texts)d 份，签署扫描件 %(scans)d 份") % {"texts": frozen, "scans": scans}
        return Reading(standing=Standing.KEPT, note=note, count=frozen + scans, links=links)
    missing = [words for words, count in ((_("定稿文本"), frozen), (_("签署扫描件"), scans)) if not count]
    return Reading(standing=Standing.UNPROVEN, note=_("还没有：%(names)s") % {"names": "、".join(missing)}, links=links)


def _clauses_link(version_id: int) -> Link:
    return list_link(_("条款"), "contracts_clause", "contracts.view_clause", version__id__exact=version_id)
