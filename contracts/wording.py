"""What the events of this app are called."""

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, object] = {
    "agreement.for_signing": _("提交签署"),
    "agreement.in_force": _("协议生效"),
    "template.drafted": _("起草模板版本"),
    "template.clause_taken_out": _("移出模板条款"),
    "template.published": _("发布模板"),
    "template.retired": _("停用模板"),
    "decision.made": _("登记条款决定"),
    "agreement_version.filled": _("填写协议参数"),
    "paper.kept": _("保存文件"),
    "served_notice.written": _("登记通知"),
    "served_notice.sent": _("通知已发出"),
    "served_notice.received": _("通知已送达"),
    "rule.drafted": _("起草规则版本"),
    "rule.published": _("发布规则版本"),
    "rule.withdrawn": _("废止规则"),
    "rule.served": _("登记规则送达通知"),
    "rule.acknowledged": _("确认规则"),
}
