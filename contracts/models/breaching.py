"""Breach cases: who broke what, told, answered, found, dealt with; the claims from it and their limitation."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.models.serving import ServedNotice
from contracts.models.versions import AgreementVersion
from contracts.penalty import exceeds_loss
from contracts.querysets.breaching import BreachCaseQuerySet, CaseEntryQuerySet, ClaimQuerySet


class Party(models.TextChoices):
    """A side of the agreement."""

    A = "a", _("甲方")
    B = "b", _("乙方")


class BreachCase(models.Model):
    """One breach of the agreement by one party, from its finding to its end.

    known_on is the day on which the other party knew or ought to have known: the limitation runs from it (Civil Code
    188).  limitation_on is the last day of the three years as it stands, empty while proceedings keep it from running.
    """

    class State(models.TextChoices):
        FOUND = "found", pgettext_lazy("case", "已发现")
        NOTIFIED = "notified", pgettext_lazy("case", "已告知")
        ANSWERED = "answered", pgettext_lazy("case", "已申辩")
        DECIDED = "decided", pgettext_lazy("case", "已认定")
        HANDLING = "handling", pgettext_lazy("case", "处理中")
        CLOSED = "closed", pgettext_lazy("case", "已关闭")

    class Finding(models.TextChoices):
        UPHELD = "upheld", _("违约成立")
        PARTLY = "partly", _("部分成立")
        DISMISSED = "dismissed", _("违约不成立")

    number = models.CharField(_("案号"), max_length=60, unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="breach_cases", verbose_name=_("协议"))
    party = models.CharField(_("违约方"), max_length=1, choices=Party.choices)
    title = models.CharField(_("事由"), max_length=160)
    clause_numbers = models.CharField(_("依据条款"), max_length=120)
    facts = models.TextField(_("违约事实"), max_length=8000)
    references = models.CharField(_("相关记录"), max_length=300, blank=True)
    found_on = models.DateField(_("发现日期"))
    known_on = models.DateField(_("知道或应当知道之日"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.FOUND, editable=False)
    notice = models.ForeignKey(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="breach_cases", verbose_name=_("违约通知")
    )
    reply_by = models.DateField(_("申辩期限"), null=True, blank=True)
    finding = models.CharField(_("认定"), max_length=10, choices=Finding.choices, blank=True)
    finding_text = models.TextField(_("认定理由"), blank=True, max_length=4000)
    decided_on = models.DateField(_("认定日期"), null=True, blank=True)
    outcome = models.TextField(_("处理结果"), blank=True, max_length=4000)
    closed_on = models.DateField(_("关闭日期"), null=True, blank=True)
    limitation_on = models.DateField(_("诉讼时效届满日"), null=True, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    opened_at = models.DateTimeField(_("登记时间"))

    objects = BreachCaseQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("违约案件")
        verbose_name_plural = _("违约案件")
        ordering = ["-opened_at", "-pk"]
        default_permissions = ("view",)
        permissions = [("open_breachcase", _("登记违约案件")), ("handle_breachcase", _("办理违约案件"))]
        constraints = [
            models.CheckConstraint(name="case_party_known", condition=Q(party__in=["a", "b"])),
            models.CheckConstraint(
                name="case_state_known",
                condition=Q(state__in=["found", "notified", "answered", "decided", "handling", "closed"]),
            ),
            models.CheckConstraint(
                name="case_told_by_notice",
                condition=Q(state__in=["found", "closed"]) | Q(notice__isnull=False),
                violation_error_message=_("告知以后的案件须有违约通知。"),
            ),
            models.CheckConstraint(
                name="case_decided_whole",
                condition=Q(finding="", decided_on__isnull=True)
                | (Q(finding__in=["upheld", "partly", "dismissed"]) & Q(decided_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="case_decided_finding",
                condition=~Q(state__in=["decided", "handling"]) | ~Q(finding=""),
                violation_error_message=_("已认定的案件须有认定结论。"),
            ),
            models.CheckConstraint(
                name="case_closed_dated",
                condition=Q(state="closed", closed_on__isnull=False) | (~Q(state="closed") & Q(closed_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="case_says_something", condition=~Q(title="") & ~Q(facts="") & ~Q(clause_numbers="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def claimant(self) -> str:
        """The side that may claim: the other one."""
        return Party.B if self.party == Party.A else Party.A

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.state != self.State.CLOSED


class CaseEntry(models.Model):
    """One line of a case's timeline, perhaps with a paper.  Append-only; an internal one is Party A's alone."""

    class Kind(models.TextChoices):
        OPENED = "opened", pgettext_lazy("case line", "登记")
        NOTIFIED = "notified", pgettext_lazy("case line", "告知")
        ANSWERED = "answered", pgettext_lazy("case line", "申辩")
        EVIDENCE = "evidence", pgettext_lazy("case line", "补充证据")
        DECIDED = "decided", pgettext_lazy("case line", "认定")
        HANDLING = "handling", pgettext_lazy("case line", "处理措施")
        CLAIMED = "claimed", pgettext_lazy("case line", "主张")
        CLAIM_MOVED = "claim_moved", pgettext_lazy("case line", "主张的进展")
        INTERRUPTED = "interrupted", pgettext_lazy("case line", "时效中断")
        NOTE = "note", pgettext_lazy("case line", "内部备注")
        CLOSED = "closed", pgettext_lazy("case line", "关闭")

    case = models.ForeignKey(BreachCase, models.PROTECT, related_name="entries", verbose_name=_("违约案件"))
    kind = models.CharField(_("类型"), max_length=12, choices=Kind.choices)
    text = models.TextField(_("内容"), blank=True, max_length=8000)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证据材料")
    )
    internal = models.BooleanField(_("仅甲方可见"), default=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办理人")
    )
    at = models.DateTimeField(_("时间"))

    objects = CaseEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("案件记录")
        verbose_name_plural = _("案件记录")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="caseentry_kind_known",
                condition=Q(
                    kind__in=[
                        "opened",
                        "notified",
                        "answered",
                        "evidence",
                        "decided",
                        "handling",
                        "claimed",
                        "claim_moved",
                        "interrupted",
                        "note",
                        "closed",
                    ]
                ),
            ),
            models.CheckConstraint(name="caseentry_note_internal", condition=~Q(kind="note") | Q(internal=True)),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Interruption(models.Model):
    """What made the three years begin anew, or stand still until proceedings end (Civil Code 195).  Append-only."""

    class Ground(models.TextChoices):
        DEMAND = "demand", _("向对方提出履行请求")
        AGREED = "agreed", _("对方同意履行义务")
        FILED = "filed", _("提起诉讼或申请仲裁")
        ENDED = "ended", _("有关程序终结")
        OTHER = "other", _("与起诉、仲裁有同等效力的其他情形")

    case = models.ForeignKey(BreachCase, models.PROTECT, related_name="interruptions", verbose_name=_("违约案件"))
    ground = models.CharField(_("事由"), max_length=8, choices=Ground.choices)
    on = models.DateField(_("日期"))
    text = models.CharField(_("说明"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = _("时效中断记录")
        verbose_name_plural = _("时效中断记录")
        ordering = ["on", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="interruption_ground_known",
                condition=Q(ground__in=["demand", "agreed", "filed", "ended", "other"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.get_ground_display()}"


class PenaltyRule(models.Model):
    """A penalty that one version of the agreement names: what sets it off, how it is counted, its cap (chapter 9)."""

    version = models.ForeignKey(
        AgreementVersion, models.PROTECT, related_name="penalty_rules", verbose_name=_("协议版本")
    )
    clause_number = models.CharField(_("触发条款"), max_length=20)
    party = models.CharField(_("违约方"), max_length=1, choices=Party.choices)
    formula = models.CharField(_("计算方法"), max_length=300, help_text=_("照协议原文填写。"))
    rate = models.DecimalField(
        _("比例（%）"), max_digits=9, decimal_places=4, null=True, blank=True, help_text=_("按比例计算时填写。")
    )
    amount = models.DecimalField(
        _("固定金额（元）"),
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("按固定金额计算时填写。"),
    )
    cap = models.DecimalField(_("上限（元）"), max_digits=14, decimal_places=2, null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("违约金约定")
        verbose_name_plural = _("违约金约定")
        ordering = ["version", "clause_number", "pk"]
        default_permissions = ("add", "change", "view")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "clause_number", "party"],
                name="penaltyrule_once",
                violation_error_message=_("这一版本已有同一条款、同一违约方的违约金约定。"),
            ),
            models.CheckConstraint(name="penaltyrule_party_known", condition=Q(party__in=["a", "b"])),
            models.CheckConstraint(
                name="penaltyrule_positive",
                condition=(Q(rate__isnull=True) | Q(rate__gt=0))
                & (Q(amount__isnull=True) | Q(amount__gt=0))
                & (Q(cap__isnull=True) | Q(cap__gt=0)),
                violation_error_message=_("比例、金额和上限须大于 0。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clause_number} {self.formula}"[:120]


class Claim(models.Model):
    """What the other party asks for because of the breach."""

    class Kind(models.TextChoices):
        PENALTY = "penalty", _("违约金")
        DAMAGES = "damages", _("赔偿损失")
        PERFORMANCE = "performance", _("继续履行")
        OTHER = "other", _("其他")

    class State(models.TextChoices):
        CLAIMED = "claimed", pgettext_lazy("claim", "已主张")
        ACCEPTED = "accepted", pgettext_lazy("claim", "已认可")
        CONTESTED = "contested", pgettext_lazy("claim", "有异议")
        SETTLED = "settled", pgettext_lazy("claim", "已清偿")
        WITHDRAWN = "withdrawn", pgettext_lazy("claim", "已撤回")

    case = models.ForeignKey(BreachCase, models.PROTECT, related_name="claims", verbose_name=_("违约案件"))
    kind = models.CharField(_("种类"), max_length=12, choices=Kind.choices)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    loss = models.DecimalField(_("损失（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    rule = models.ForeignKey(
        PenaltyRule, models.PROTECT, null=True, blank=True, related_name="claims", verbose_name=_("违约金约定")
    )
    basis = models.TextField(_("依据和计算"), max_length=2000)
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.CLAIMED, editable=False)
    settled_amount = models.DecimalField(_("清偿金额（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    settled_on = models.DateField(_("清偿日期"), null=True, blank=True)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("登记人"))
    claimed_at = models.DateTimeField(_("主张时间"))

    objects = ClaimQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = pgettext_lazy("breach", "主张")
        verbose_name_plural = _("违约主张")
        ordering = ["-claimed_at", "-pk"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                name="claim_kind_known", condition=Q(kind__in=["penalty", "damages", "performance", "other"])
            ),
            models.CheckConstraint(
                name="claim_state_known",
                condition=Q(state__in=["claimed", "accepted", "contested", "settled", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="claim_money_has_amount",
                condition=~Q(kind__in=["penalty", "damages"]) | Q(amount__isnull=False),
                violation_error_message=_("主张违约金或赔偿损失须填写金额。"),
            ),
            models.CheckConstraint(
                name="claim_amounts_positive",
                condition=(Q(amount__isnull=True) | Q(amount__gt=0))
                & (Q(loss__isnull=True) | Q(loss__gte=0))
                & (Q(settled_amount__isnull=True) | Q(settled_amount__gte=0)),
                violation_error_message=_("金额须大于 0。"),
            ),
            models.CheckConstraint(
                name="claim_settled_dated",
                condition=Q(state="settled", settled_on__isnull=False)
                | (~Q(state="settled") & Q(settled_on__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount if self.amount is not None else ''}".strip()

    @property
    def too_high(self) -> bool:
        """Whether a penalty is more than 130 % of the stated loss: a court may lower it when asked."""
        return self.kind == self.Kind.PENALTY and exceeds_loss(self.amount or Decimal(0), self.loss)
