"""Terminations (解除), and the exit tasks that an ended agreement leaves to be done."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from contracts.models.agreements import Agreement
from contracts.models.papers import Paper
from contracts.models.serving import ServedNotice
from contracts.querysets import ExitTaskQuerySet


class Termination(models.Model):
    """A decision to end an agreement before its term (Civil Code 562-566): its ground, its notice, when it took effect.

    until is the day that the notice names: the end of its cure period (565), or the day on which it is to end; for an
    agreed termination the agreed last day.
    """

    class Ground(models.TextChoices):
        AGREED = "agreed", _("双方协商一致")
        NOTICE = "notice", _("依约提前通知")
        BREACH = "breach", _("对方违约")
        FORCE_MAJEURE = "force_majeure", _("不可抗力")
        OTHER = "other", _("其他")

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")
        BOTH = "both", _("双方")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待批准")
        DECIDED = "decided", _("已批准，待生效")
        EFFECTIVE = "effective", _("已解除")
        CURED = "cured", _("已改正，不再解除")
        WITHDRAWN = "withdrawn", _("已撤回")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="terminations", verbose_name=_("协议"))
    ground = models.CharField(_("解除事由"), max_length=14, choices=Ground.choices)
    side = models.CharField(_("提出方"), max_length=4, choices=Side.choices)
    reason = models.CharField(_("理由"), max_length=500)
    clause_number = models.CharField(_("依据条款"), max_length=20, blank=True)
    known_on = models.DateField(
        _("知道解除事由的日期"), null=True, blank=True,
        help_text=_("解除权自知道或者应当知道解除事由之日起一年内不行使即消灭（民法典第564条），另有约定的除外。"),
    )  # fmt: skip
    notice = models.ForeignKey(
        ServedNotice, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("解除通知")
    )
    until = models.DateField(_("整改期限届满日或载明的终止日"), null=True, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("依据文件")
    )
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PROPOSED)
    effective_at = models.DateTimeField(_("解除生效时间"), null=True, blank=True)
    outcome = models.CharField(_("结果说明"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("提请人")
    )
    proposed_at = models.DateTimeField(_("提请时间"))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("批准人")
    )
    decided_at = models.DateTimeField(_("批准时间"), null=True, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("解除记录")
        verbose_name_plural = _("解除记录")
        ordering = ["-pk"]
        permissions = [("request_termination", _("提请解除协议")), ("approve_termination", _("批准解除协议"))]
        constraints = [
            models.CheckConstraint(
                name="termination_ground_known",
                condition=Q(ground__in=["agreed", "notice", "breach", "force_majeure", "other"]),
            ),
            models.CheckConstraint(
                name="termination_state_known",
                condition=Q(state__in=["proposed", "decided", "effective", "cured", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="termination_rests_on",
                condition=Q(ground="agreed", side="both", until__isnull=False, paper__isnull=False)
                | (~Q(ground="agreed") & Q(side__in=["a", "b"], notice__isnull=False)),
                violation_error_message=_("协商解除须有双方的解除协议和终止日，其他解除须有解除通知。"),
            ),
            models.CheckConstraint(
                name="termination_breach_known",
                condition=~Q(ground="breach") | Q(known_on__isnull=False),
                violation_error_message=_("因违约解除的，请填写知道违约的日期。"),
            ),
            models.CheckConstraint(
                name="termination_decided",
                condition=~Q(state__in=["decided", "effective"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="termination_effective",
                condition=Q(state="effective", effective_at__isnull=False)
                | (~Q(state="effective") & Q(effective_at__isnull=True)),
            ),
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state__in=["proposed", "decided"]), name="termination_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_ground_display()}"


class ExitTask(models.Model):
    """Something to be done when an agreement has ended: by one side, with evidence, or waived with a reason."""

    class Kind(models.TextChoices):
        ACCOUNTS = "accounts", _("停用账号")
        CREDENTIALS = "credentials", _("收回调用凭证")
        DATA_RETURNED = "data_returned", _("返还数据和资料")
        DATA_DESTROYED = "data_destroyed", _("销毁数据并出具证明")
        SETTLEMENT = "settlement", _("结清费用")
        SEALS = "seals", _("交还印章和数字证书")

    class Side(models.TextChoices):
        A = "a", _("甲方")
        B = "b", _("乙方")

    class State(models.TextChoices):
        OPEN = "open", _("待办")
        REPORTED = "reported", _("乙方已办，待确认")
        DONE = "done", _("已办结")
        WAIVED = "waived", _("免办")

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="exit_tasks", verbose_name=_("协议"))
    kind = models.CharField(_("事项"), max_length=14, choices=Kind.choices)
    side = models.CharField(_("办理方"), max_length=1, choices=Side.choices)
    state = models.CharField(_("状态"), max_length=8, choices=State.choices, default=State.OPEN)
    due_on = models.DateField(_("期限"), null=True, blank=True)
    note = models.CharField(_("办理情况"), max_length=300, blank=True)
    paper = models.ForeignKey(
        Paper, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("证明文件")
    )
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("乙方办理人")
    )
    reported_at = models.DateTimeField(_("乙方办理时间"), null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("确认人")
    )
    settled_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    objects = ExitTaskQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("退出事项")
        verbose_name_plural = _("退出事项")
        ordering = ["agreement", "pk"]
        permissions = [("settle_exittask", _("办理退出事项"))]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind"], name="exittask_once"),
            models.CheckConstraint(
                name="exittask_kind_known",
                condition=Q(
                    kind__in=["accounts", "credentials", "data_returned", "data_destroyed", "settlement", "seals"]
                ),
            ),
            models.CheckConstraint(
                name="exittask_settled",
                condition=Q(state__in=["open", "reported"], settled_by__isnull=True, settled_at__isnull=True)
                | Q(state__in=["done", "waived"], settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="exittask_waived_why",
                condition=~Q(state="waived") | ~Q(note=""),
                violation_error_message=_("免办须写明理由。"),
            ),
            models.CheckConstraint(
                name="exittask_destroyed_proof",
                condition=~Q(kind="data_destroyed", state="done") | Q(paper__isnull=False),
                violation_error_message=_("销毁数据须有销毁证明。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.number} · {self.get_kind_display()}"
