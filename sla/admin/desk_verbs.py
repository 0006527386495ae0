"""The verbs of the desk on a ticket's page, and the acts on many tickets of the list."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from people.console import Verb
from people.models import User
from sla import escalating, forms, knowledge, labelling, linking, merging, outages, queues, tickets, watching
from sla.forms.answers import ArticleForm
from sla.massing import MassAct, add_mass_act
from sla.models import Outage, Ticket
from sla.steps import may

HANDLE = "sla.handle_ticket"


def acting(verb: Callable[..., Any], done: object) -> Callable[[HttpRequest, Any, dict[str, Any]], object]:
    """What a button does: the verb with what the form says, then the words."""

    def call(request: HttpRequest, obj: Any, cleaned: dict[str, Any]) -> object:
        verb(obj, at=timezone.now(), by=cast(User, request.user), **forms.told(cleaned))
        return done

    return call


def can(verb: str) -> Callable[[Any], bool]:
    """Whether the state of the ticket lets the verb start."""
    return lambda obj: may(verb, obj.state)


def _name_article(request: HttpRequest, obj: Any, said: dict[str, Any]) -> str:
    knowledge.link(said["article"].article, obj, at=timezone.now(), by=cast(User, request.user))
    return _t("已链接，乙方在报告页上可以看到。")


DESK_VERBS = (
    Verb("article", _("链接知识文章"), "sla.write_article", _name_article, form=ArticleForm,
         explain=lambda obj: _t("文章显示在乙方的报告页上；只能选乙方可以阅读的。")),
    Verb("queue", _("转入队列"), HANDLE, acting(queues.move, _("已转入队列。")), form=forms.MoveForm, when=can("queue"),
         explain=lambda obj: _t("负责人不是该队列成员的，不再负责，由队列成员受理。")),
    Verb("label", _("分类和标签"), HANDLE, acting(labelling.put, _("分类和标签已更新。")), form=forms.LabelForm,
         when=can("label"), explain=lambda obj: _t("只有甲方看得到。")),
    Verb("escalate", _("上报主管"), HANDLE, acting(escalating.escalate, _("已上报。")), form=forms.EscalateForm,
         when=can("escalate")),
    Verb("link", _("关联报告"), HANDLE, acting(linking.link, _("已关联。")), form=forms.LinkForm, when=can("link"),
         explain=lambda obj: _t("乙方只看得到与本单位报告的关联。")),
    Verb("unlink", _("删除关联"), HANDLE, acting(linking.unlink, _("关联已删除。")), form=forms.UnlinkForm,
         when=lambda obj: can("link")(obj) and linking.linked(obj)),
    Verb("watch", _("增加关注人"), HANDLE, acting(watching.watch, _("已关注。")), form=forms.WatchForm,
         when=can("watch")),
    Verb("unwatch", _("取消关注"), HANDLE, acting(watching.unwatch, _("已取消关注。")), form=forms.UnwatchForm,
         when=lambda obj: can("watch")(obj) and obj.watches.exists()),
    Verb("merge", _("并入其他报告"), HANDLE, acting(merging.merge, _("已合并。")), form=forms.MergeForm,
         when=can("merge"), tone="danger",
         explain=lambda obj: _t("本报告的时限计时取消，附件和关注人转到另一份报告，其起算时间不变；通知乙方。")),
)  # fmt: skip


def _explained(ticket: Ticket, *, at: datetime, by: User, outage: Outage) -> None:
    """The outage explains the ticket.  Raises Refused for one that another outage explains."""
    outages.link(outage, tickets=[ticket], by=by, at=at)


MASS = (
    MassAct("assign", _("转派给"), forms.ReassignForm, tickets.reassign),
    MassAct("queue", _("转入队列"), forms.MoveForm, queues.move),
    MassAct("label", _("加标签或分类"), forms.AddLabelForm, labelling.add),
    MassAct("close", _("关闭已确认的"), forms.MaySayForm, tickets.close, explain=_("只关闭乙方已确认的，其余不变。")),
    MassAct("outage", _("关联到服务中断"), forms.OutageLinkForm, _explained, permission="sla.record_outage"),
)  # fmt: skip
for _act in MASS:
    add_mass_act(_act)
