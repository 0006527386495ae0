"""The desk of operations: queues, who holds a ticket, who watches it, its labels, links, merging and escalation."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contracts.models import Agreement
from sla.models.tickets import Ticket
from sla.querysets.desk import CannedAnswerQuerySet, SavedFilterQuerySet, StandingQuerySet


class Queue(models.Model):
    """A team's tray of tickets.  Its members are told of what nobody of them has taken yet."""

    name = models.CharField(_("队列名称"), max_length=40, unique=True)
    purpose = models.CharField(_("处理什么"), max_length=200, blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="queues", blank=True, verbose_name=_("成员")
    )
    retired = models.BooleanField(_("已停用"), default=False)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "处理队列")
        verbose_name_plural = _("处理队列")
        ordering = ["name"]
        default_permissions = ("view",)
        permissions = [("keep_desk", _("维护队列、标签和答复模板"))]
        constraints = [models.CheckConstraint(name="queue_named", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name


class QueueRule(models.Model):
    """Where new tickets go: of an agreement, of a kind, of both, or (neither named) all the others."""

    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("协议")
    )
    kind = models.CharField(_("类型"), max_length=12, choices=Ticket.Kind.choices, blank=True)
    queue = models.ForeignKey(Queue, models.PROTECT, related_name="rules", verbose_name=_("进入队列"))

    class Meta:
        verbose_name = pgettext_lazy("one", "分派规则")
        verbose_name_plural = _("分派规则")
        ordering = ["agreement", "kind"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind"], name="queuerule_once"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(agreement__isnull=True), name="queuerule_general_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement or '*'} {self.kind or '*'}"


class Holding(models.Model):
    """A stretch of time in which a ticket lay with one queue and one person.  A finished one never changes."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="holdings", verbose_name=pgettext_lazy("one", "故障报告")
    )
    queue = models.ForeignKey(
        Queue, models.PROTECT, null=True, blank=True, related_name="holdings", verbose_name=_("队列")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("负责人")
    )
    since = models.DateTimeField(_("开始"))
    until = models.DateTimeField(_("结束"), null=True, blank=True)

    class Meta:
        verbose_name = _("在手时间")
        verbose_name_plural = _("在手时间")
        ordering = ["pk"]
        default_permissions = ()
        indexes = [models.Index(fields=["queue", "ticket"], name="holding_queue_now", condition=Q(until__isnull=True))]
        constraints = [
            models.UniqueConstraint(fields=["ticket"], condition=Q(until__isnull=True), name="holding_one_at_a_time"),
            models.CheckConstraint(
                name="holding_ends_after_it_began", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.queue or '—'} / {self.person or '—'}"


class Watch(models.Model):
    """Somebody who gets the news of a ticket that is not his: of operations, or a colleague at Party B."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="watches", verbose_name=pgettext_lazy("one", "故障报告")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="watched_tickets", verbose_name=_("关注人")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("关注")
        verbose_name_plural = _("关注")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["ticket", "user"], name="watch_once")]

    def __str__(self) -> str:
        return str(self.user)


class Label(models.Model):
    """A word that operations put on tickets.  A ticket has one category at most, and any labels."""

    class Sort(models.TextChoices):
        CATEGORY = "category", pgettext_lazy("label", "分类")
        LABEL = "label", pgettext_lazy("label", "标签")

    class Tone(models.TextChoices):
        MUTED = "muted", _("灰")
        INFO = "info", _("蓝")
        OK = "ok", _("绿")
        WARN = "warn", _("黄")
        BAD = "bad", _("红")

    name = models.CharField(_("名称"), max_length=30, unique=True)
    sort = models.CharField(_("用作"), max_length=8, choices=Sort.choices, default=Sort.LABEL)
    tone = models.CharField(_("颜色"), max_length=5, choices=Tone.choices, default=Tone.MUTED)
    retired = models.BooleanField(_("已停用"), default=False)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "标签与分类")
        verbose_name_plural = _("标签与分类")
        ordering = ["sort", "name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="label_named", condition=~Q(name="")),
            models.CheckConstraint(name="label_sort_known", condition=Q(sort__in=["category", "label"])),
            models.CheckConstraint(
                name="label_tone_known", condition=Q(tone__in=["muted", "info", "ok", "warn", "bad"])
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Labelled(models.Model):
    """A label on a ticket."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="labelled", verbose_name=pgettext_lazy("one", "故障报告")
    )
    label = models.ForeignKey(Label, models.PROTECT, related_name="labelled", verbose_name=_("标签"))
    sort = models.CharField(_("用作"), max_length=8, choices=Label.Sort.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("标签")
        verbose_name_plural = _("标签")
        ordering = ["sort", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["ticket", "label"], name="labelled_once"),
            models.UniqueConstraint(fields=["ticket"], condition=Q(sort="category"), name="labelled_one_category"),
        ]

    def __str__(self) -> str:
        return str(self.label)


class CannedAnswer(models.Model):
    """A text that operations use again and again; its placeholders are filled with what the ticket says."""

    class Use(models.TextChoices):
        ANY = "any", _("各种答复")
        RESPOND = "respond", pgettext_lazy("canned", "响应")
        ASK = "ask", pgettext_lazy("canned", "请乙方补充")
        PROPOSE = "propose", pgettext_lazy("canned", "提出解决方案")

    name = models.CharField(_("名称"), max_length=60, unique=True)
    use = models.CharField(_("用于"), max_length=8, choices=Use.choices, default=Use.ANY)
    queue = models.ForeignKey(
        Queue, models.PROTECT, null=True, blank=True, related_name="canned_answers", verbose_name=_("只供队列"),
    )  # fmt: skip
    text = models.TextField(_("内容"), max_length=4000)
    retired = models.BooleanField(_("已停用"), default=False)

    objects = CannedAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("one", "答复模板")
        verbose_name_plural = _("答复模板")
        ordering = ["use", "name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(name="canned_says_something", condition=~Q(name="") & ~Q(text="")),
            models.CheckConstraint(name="canned_use_known", condition=Q(use__in=["any", "respond", "ask", "propose"])),
        ]

    def __str__(self) -> str:
        return self.name


class TicketLink(models.Model):
    """Two tickets that have to do with one another.  Of related ones, the older ticket is `one`."""

    class Kind(models.TextChoices):
        DUPLICATE = "duplicate", pgettext_lazy("link", "重复于")
        CAUSED_BY = "caused_by", pgettext_lazy("link", "起因于")
        RELATED = "related", pgettext_lazy("link", "相关")

    one = models.ForeignKey(Ticket, models.PROTECT, related_name="links_out", verbose_name=_("报告"))
    other = models.ForeignKey(Ticket, models.PROTECT, related_name="links_in", verbose_name=_("关联到"))
    kind = models.CharField(_("关系"), max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("关联")
        verbose_name_plural = _("关联")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["one", "other", "kind"], name="ticketlink_once"),
            models.CheckConstraint(name="ticketlink_to_another", condition=~Q(one=F("other"))),
            models.CheckConstraint(
                name="ticketlink_kind_known", condition=Q(kind__in=["duplicate", "caused_by", "related"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.one.number} {self.get_kind_display()} {self.other.number}"


class Merge(models.Model):
    """A ticket that was merged into another one, which goes on with its own start and clocks."""

    ticket = models.OneToOneField(
        Ticket, models.PROTECT, related_name="merge", verbose_name=pgettext_lazy("one", "故障报告")
    )
    into = models.ForeignKey(Ticket, models.PROTECT, related_name="merged", verbose_name=_("并入"))
    reason = models.CharField(_("原因"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("合并")
        verbose_name_plural = _("合并")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="merge_into_another", condition=~Q(ticket=F("into"))),
            models.CheckConstraint(name="merge_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} → {self.into.number}"


class Escalation(models.Model):
    """A ticket taken to the lead of operations by hand, with the reason."""

    ticket = models.ForeignKey(
        Ticket, models.PROTECT, related_name="escalations", verbose_name=pgettext_lazy("one", "故障报告")
    )
    to = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上报给"))
    reason = models.CharField(_("原因"), max_length=1000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("上报")
        verbose_name_plural = _("上报")
        ordering = ["pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="escalation_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="escalation_to_another", condition=~Q(to=F("by"))),
        ]

    def __str__(self) -> str:
        return f"{self.ticket.number} → {self.to}"


class SavedFilter(models.Model):
    """A view of the workbench that somebody keeps by name, for himself or for the team."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_filters", verbose_name=_("保存人")
    )
    name = models.CharField(_("名称"), max_length=40)
    query = models.CharField(_("条件"), max_length=500)
    shared = models.BooleanField(_("团队可用"), default=False)
    at = models.DateTimeField(_("时间"))

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        verbose_name = _("保存的筛选")
        verbose_name_plural = _("保存的筛选")
        ordering = ["name", "pk"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="savedfilter_once"),
            models.CheckConstraint(name="savedfilter_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
