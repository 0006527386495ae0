"""What the actions of events are called: each app names its own, a reader sees words instead of codes."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, object] = {
    "approval.requested": _("提出审批申请"),
    "approval.approved": _("批准申请"),
    "approval.rejected": _("驳回申请"),
    "approval.withdrawn": _("撤回申请"),
    "approval.expired": _("申请过期"),
    "notice.retried": _("重新发送通知"),
    "endpoint.added": _("登记外部渠道"),
    "endpoint.revised": _("修改外部渠道"),
    "endpoint.switched_off": _("停用外部渠道"),
    "endpoint.switched_on": _("启用外部渠道"),
    "endpoint.rotated": _("更换渠道密钥"),
    "endpoint.key_shown": _("查看渠道密钥"),
    "endpoint.tested": _("测试外部渠道"),
    "telling.chosen": _("设置通知方式"),
    "chain.found_unsound": _("日志校验不通过"),
}


def name_actions(names: Mapping[str, object]) -> None:
    """Give actions their words; call it from the app's AppConfig.ready."""
    ACTIONS.update(names)


def action_label(action: str) -> object:
    """What an action is called; its code when no app named it."""
    return ACTIONS.get(action, action)
