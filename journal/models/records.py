"""What happened and who must be told: the chained events and their anchors, notices, approvals, idempotency keys."""

from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from journal.hashing import GENESIS, HMAC_SHA256, SHA256, instant
from journal.querysets import ApprovalQuerySet, EventQuerySet, NoticeQuerySet


class Event(models.Model):
    """One thing that happened.  Append-only by trigger; each hash covers the one before, so no change is unseen."""

    seq = models.BigIntegerField(_("序号"), unique=True)
    at = models.DateTimeField(_("发生时间"), db_index=True)
    recorded_at = models.DateTimeField(_("记录时间"), default=timezone.now)
    action = models.CharField(_("动作"), max_length=60, db_index=True)
    object_type = models.CharField(_("对象类型"), max_length=60, blank=True)
    object_id = models.CharField(_("对象编号"), max_length=40, blank=True)
    object_label = models.CharField(_("对象"), max_length=200, blank=True)
    organisation_id = models.BigIntegerField(_("乙方编号"), null=True, blank=True)
    agreement_id = models.BigIntegerField(_("协议编号"), null=True, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("操作人"),
    )
    actor_label = models.CharField(_("操作人名称"), max_length=200)
    reason = models.TextField(_("原因"), blank=True)
    data = models.JSONField(_("内容"), default=dict, encoder=DjangoJSONEncoder)
    alg = models.CharField(_("算法"), max_length=10, default=SHA256)
    prev = models.CharField(_("前一哈希"), max_length=64)
    hash = models.CharField(_("哈希"), max_length=64, unique=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("履约事件")
        verbose_name_plural = _("履约事件")
        ordering = ["-seq"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="event_object"),
            models.Index(fields=["agreement_id", "seq"], name="event_agreement"),
            models.Index(fields=["organisation_id", "seq"], name="event_organisation"),
        ]
        constraints = [
            models.CheckConstraint(
                name="event_seq_positive", condition=Q(seq__gte=1), violation_error_message=_("事件序号从 1 开始。")
            ),
            models.CheckConstraint(
                name="event_alg_known", condition=Q(alg=SHA256), violation_error_message=_("哈希算法只能是 sha256。")
            ),
            models.CheckConstraint(
                name="event_actor_named",
                condition=~Q(actor_label=""),
                violation_error_message=_("事件必须写明操作人。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.object_label or self.action}"

    def content(self) -> dict[str, Any]:
        """All that the hash covers, besides the previous hash that comes before it.  The format is frozen."""
        return {
            "seq": self.seq,
            "at": instant(self.at),
            "recorded_at": instant(self.recorded_at),
            "action": self.action,
            "object_type": self.object_type,
            "object_id": self.object_id,
            "object_label": self.object_label,
            "organisation_id": self.organisation_id,
            "agreement_id": self.agreement_id,
            "actor_id": self.actor_id,
            "actor_label": self.actor_label,
            "reason": self.reason,
            "data": self.data,
            "alg": self.alg,
        }


class ChainHead(models.Model):
    """The last link of the chain: the one row that every recording locks, as its last act."""

    seq = models.BigIntegerField(_("序号"), default=0)
    hash = models.CharField(_("哈希"), max_length=64, default=GENESIS)

    class Meta:
        verbose_name = _("链头")
        verbose_name_plural = _("链头")
        constraints = [
            models.CheckConstraint(
                name="chainhead_single", condition=Q(pk=1), violation_error_message=_("链头只有一行。")
            ),
        ]


class Anchor(models.Model):
    """The head of the chain at one hour, signed: a cut or rebuilt chain no longer reproduces it.  Append-only."""

    seq = models.BigIntegerField(_("末尾序号"))
    hash = models.CharField(_("末尾哈希"), max_length=64)
    count = models.BigIntegerField(_("事件数"))
    at = models.DateTimeField(_("时间"))
    alg = models.CharField(_("算法"), max_length=20, default=HMAC_SHA256)
    signature = models.CharField(_("签名"), max_length=128)

    class Meta:
        verbose_name = _("链锚")
        verbose_name_plural = _("链锚")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="anchor_count_positive",
                condition=Q(seq__gte=0, count__gte=0),
                violation_error_message=_("链锚的序号和事件数不能为负。"),
            ),
            models.CheckConstraint(
                name="anchor_alg_known",
                condition=Q(alg=HMAC_SHA256),
                violation_error_message=_("签名算法只能是 hmac-sha256。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.hash[:12]}"

    def content(self) -> dict[str, Any]:
        """All that the signature covers.  The format is frozen."""
        return {"seq": self.seq, "hash": self.hash, "count": self.count, "at": instant(self.at), "alg": self.alg}


class Notice(models.Model):
    """One message to one person, or one place outside, by one channel: an outbox row, written with its change."""

    class Channel(models.TextChoices):
        IN_APP = "in_app", _("站内通知")
        EMAIL = "email", _("电子邮件")
        WEBHOOK = "webhook", _("Webhook")
        WECOM = "wecom", _("企业微信")
        DINGTALK = "dingtalk", _("钉钉")
        FEISHU = "feishu", _("飞书")

    class Level(models.TextChoices):
        INFO = "info", _("提示")
        WARNING = "warning", _("提醒")
        URGENT = "urgent", _("紧急")

    class State(models.TextChoices):
        PENDING = "pending", _("待发送")
        SENDING = "sending", _("发送中")
        SENT = "sent", _("已发送")
        DEAD = "dead", _("发送失败")
        HELD = "held", _("暂缓发送")
        MERGED = "merged", _("已并入汇总")
        DROPPED = "dropped", _("不再发送")

    key = models.CharField(_("唯一键"), max_length=200, unique=True)
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, blank=True, related_name="notices", verbose_name=_("事件")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=_("收件人"),
    )
    endpoint = models.ForeignKey(
        "journal.Endpoint",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="notices",
        verbose_name=pgettext_lazy("one", "外部渠道"),
    )
    address = models.EmailField(_("邮箱"), blank=True)
    channel = models.CharField(_("渠道"), max_length=10, choices=Channel.choices)
    kind = models.CharField(_("类别"), max_length=60)
    level = models.CharField(_("级别"), max_length=10, choices=Level.choices, default=Level.INFO)
    subject = models.CharField(_("标题"), max_length=200)
    body = models.TextField(_("正文"), blank=True)
    url = models.CharField(_("链接"), max_length=500, blank=True)
    language = models.CharField(_("语言"), max_length=10, default="zh-hans")
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.PENDING)
    created_at = models.DateTimeField(_("生成时间"))
    next_attempt_at = models.DateTimeField(_("下次发送"), null=True, blank=True)
    lease_until = models.DateTimeField(_("占用到期"), null=True, blank=True)
    attempts = models.PositiveIntegerField(_("发送次数"), default=0)
    first_attempt_at = models.DateTimeField(_("首次发送"), null=True, blank=True)
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    last_error = models.CharField(_("最近错误"), max_length=500, blank=True)
    read_at = models.DateTimeField(_("阅读时间"), null=True, blank=True)
    message_id = models.CharField(_("邮件标识"), max_length=120)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        ordering = ["-pk"]
        permissions = [("retry_notice", _("重新发送通知"))]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="notice_waiting",
                condition=Q(state__in=["pending", "sending", "held"]),
            ),
            models.Index(fields=["recipient", "created_at"], name="notice_mailed", condition=Q(channel="email")),
            models.Index(
                fields=["recipient", "-id"], name="notice_unread", condition=Q(channel="in_app", read_at__isnull=True)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="notice_channel_known",
                condition=Q(channel__in=["in_app", "email", "webhook", "wecom", "dingtalk", "feishu"]),
                violation_error_message=_("没有这种通知渠道。"),
            ),
            models.CheckConstraint(
                name="notice_level_known",
                condition=Q(level__in=["info", "warning", "urgent"]),
                violation_error_message=_("通知级别只能是提示、提醒或紧急。"),
            ),
            models.CheckConstraint(
                name="notice_state_known",
                condition=Q(state__in=["pending", "sending", "sent", "dead", "held", "merged", "dropped"]),
                violation_error_message=_("通知状态不正确。"),
            ),
            models.CheckConstraint(
                name="notice_leased_if_sending",
                condition=Q(state="sending", lease_until__isnull=False)
                | (~Q(state="sending") & Q(lease_until__isnull=True)),
                violation_error_message=_("只有发送中的通知才有占用到期时间。"),
            ),
            models.CheckConstraint(
                name="notice_sent_has_time",
                condition=~Q(state="sent") | Q(sent_at__isnull=False),
                violation_error_message=_("已发送的通知必须有发送时间。"),
            ),
            models.CheckConstraint(
                name="notice_has_addressee",
                condition=Q(channel="in_app", recipient__isnull=False, endpoint__isnull=True)
                | (Q(channel="email", endpoint__isnull=True) & ~Q(address=""))
                | Q(channel__in=["webhook", "wecom", "dingtalk", "feishu"], endpoint__isnull=False),
                violation_error_message=_("站内通知要有收件人，电子邮件要有邮箱地址，其他渠道要有外部渠道。"),
            ),
            models.CheckConstraint(
                name="notice_held_is_mail",
                condition=~Q(state__in=["held", "merged"]) | Q(channel="email", recipient__isnull=False),
                violation_error_message=_("只有发给个人的电子邮件才能暂缓或汇总。"),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class IdempotencyKey(models.Model):
    """A request that took effect once: the same key again answers the stored result, another body is a conflict."""

    scope = models.CharField(_("范围"), max_length=60)
    key = models.CharField(_("幂等键"), max_length=200)
    request_sha256 = models.CharField(_("请求哈希"), max_length=64)
    result = models.JSONField(_("结果"), null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("幂等键")
        verbose_name_plural = _("幂等键")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "key"], name="idempotency_once", violation_error_message=_("此请求已经提交过。")
            ),
            models.CheckConstraint(
                name="idempotency_key_given",
                condition=~Q(key=""),
                violation_error_message=_("幂等键不能为空。"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}/{self.key}"


class Approval(models.Model):
    """A request for a second person's consent, bound to the frozen content by its hash."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("待批准")
        APPROVED = "approved", _("已批准")
        REJECTED = "rejected", _("已驳回")
        WITHDRAWN = "withdrawn", _("已撤回")
        EXPIRED = "expired", _("已过期")

    kind = models.CharField(_("事项"), max_length=60)
    permission = models.CharField(_("所需权限"), max_length=100)
    target_type = models.CharField(_("对象类型"), max_length=60)
    target_id = models.CharField(_("对象编号"), max_length=40)
    target_label = models.CharField(_("对象"), max_length=200, blank=True)
    content = models.JSONField(_("申请内容"), encoder=DjangoJSONEncoder)
    content_sha256 = models.CharField(_("内容哈希"), max_length=64)
    request_reason = models.TextField(_("申请理由"), blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("申请人")
    )
    requested_at = models.DateTimeField(_("申请时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    state = models.CharField(_("状态"), max_length=10, choices=State.choices, default=State.REQUESTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("批准人"),
    )
    decided_at = models.DateTimeField(_("决定时间"), null=True, blank=True)
    reason = models.TextField(_("决定理由"), blank=True)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("审批")
        verbose_name_plural = _("审批")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["expires_at"], name="approval_open", condition=Q(state="requested")),
            models.Index(fields=["target_type", "target_id"], name="approval_target"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target_type", "target_id"],
                condition=Q(state="requested"),
                name="approval_one_open",
                violation_error_message=_("同一事项已有待批准的申请。"),
            ),
            models.CheckConstraint(
                name="approval_state_known",
                condition=Q(state__in=["requested", "approved", "rejected", "withdrawn", "expired"]),
                violation_error_message=_("审批状态不正确。"),
            ),
            models.CheckConstraint(
                name="approval_second_person",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                violation_error_message=_("批准人不能是申请人本人。"),
            ),
            models.CheckConstraint(
                name="approval_decision_complete",
                condition=(
                    Q(state="requested", decided_by__isnull=True, decided_at__isnull=True)
                    | Q(state__in=["approved", "rejected"], decided_by__isnull=False, decided_at__isnull=False)
                    | Q(state__in=["withdrawn", "expired"], decided_by__isnull=True, decided_at__isnull=False)
                ),
                violation_error_message=_("批准或驳回必须有批准人和时间；撤回和过期没有批准人。"),
            ),
            models.CheckConstraint(
                name="approval_expires_later",
                condition=Q(expires_at__gt=F("requested_at")),
                violation_error_message=_("有效期必须晚于申请时间。"),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.target_label}"
