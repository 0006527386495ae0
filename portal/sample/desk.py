"""The sample's desk: queues with members and rules, labels, canned answers; tickets merged, linked, watched, escalated."""

from contracts.models import Agreement
from portal.sample.moments import Moments
from portal.sample.people import People
from sla import answering, escalating, labelling, linking, merging, queues, saving, tickets, watching
from sla.models import Label, Queue, Ticket

CATEGORIES = ("接口", "数据", "登录与权限", "网络")
LABELS = (("需厂商配合", "warn"), ("反复出现", "bad"), ("已有临时办法", "info"), ("等待升级窗口", "muted"))
ANSWERS = (
    (
        "收到，开始排查",
        "respond",
        "{乙方}：\n您好，{编号}“{标题}”已收到，我们已开始排查。目前了解到的情况是：\n\n下一步进展将在今天下班前告知。\n{本人}",
    ),
    ("请提供流水号", "ask", "请提供出错时的请求流水号、发生时间（精确到分钟）和报错截图，收到后立即继续处理。"),
    (
        "已修复，请验证",
        "propose",
        "{编号}“{标题}”的原因已查明：\n\n处理措施：\n\n请在业务系统里验证，确认解决或提出异议。",
    ),
    ("咨询请看接口文档", "any", "您询问的内容见接口文档相应章节；仍有疑问请直接回复本报告。"),
)


def make_desk(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Two queues, a rule for each, labels and canned answers, kept by the lead before the first ticket came."""
    lead, at = people["yunweizhang"], moments.hours_ago(60)
    service = queues.make(
        name="平台服务组", purpose="接口、登录、网络", members=[people["yunwei"], people["yunwei2"]], at=at, by=lead
    )
    data = queues.make(name="数据组", purpose="数据内容和更新", members=[people["yunwei2"]], at=at, by=lead)
    queues.send_new(service, agreement=None, kind="", at=at, by=lead)
    queues.send_new(data, agreement=None, kind=Ticket.Kind.DATA_QUALITY, at=at, by=lead)
    for name in CATEGORIES:
        labelling.make(name=name, sort=Label.Sort.CATEGORY, tone="info", at=at, by=lead)
    for name, tone in LABELS:
        labelling.make(name=name, sort=Label.Sort.LABEL, tone=tone, at=at, by=lead)
    for name, use, text in ANSWERS:
        answering.make(answering.Wording(name=name, use=use, text=text), at=at, by=lead)


def use_desk(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """A duplicate that was merged, a related pair, a ticket in another queue, watchers, labels and an escalation."""
    now, operator, lead = moments.now, people["yunwei"], people["yunweizhang"]
    timeout = Ticket.objects.open().get(title="人口信息查询接口返回超时")
    again = _second_report(people, timeout, moments)
    merging.merge(again, into=timeout, text="与前一份报告是同一次故障。", at=now, by=operator)
    session = Ticket.objects.get(title="单点登录后跳转到错误页面")
    certificate = Ticket.objects.get(title="接口证书即将到期提示异常")
    fields = Ticket.objects.get(title="企业信用信息字段缺失")
    doubled = Ticket.objects.get(title="社保缴费记录查询结果重复")
    linking.link(doubled, other=fields, kind="related", at=now, by=operator)
    linking.link(session, other=certificate, kind="caused_by", at=now, by=operator)
    queues.move(doubled, queue=Queue.objects.get(name="数据组"), text="需要核对批次数据。", at=now, by=operator)
    watching.watch(session, at=now, by=lead)
    labels = {label.name: label for label in Label.objects.all()}
    for ticket, category, words in (
        (timeout, "接口", ("反复出现",)),
        (doubled, "数据", ("反复出现", "已有临时办法")),
        (session, "登录与权限", ("需厂商配合",)),
    ):
        labelling.put(ticket, category=labels[category], labels=[labels[word] for word in words], at=now, by=operator)
    escalating.escalate(session, to=lead, text="厂商两天没有答复，请协调。", at=now, by=operator)
    saving.save(name="数据组待办", query="kind=data_quality", shared=True, at=now, by=lead)


def _second_report(people: People, first: Ticket, moments: Moments) -> Ticket:
    """The same fault, told once more ten minutes later."""
    at = max(moments.hours_ago(0.2), first.received_at)
    report = tickets.Report(
        agreement=first.agreement,
        kind=first.kind,
        title="人口库接口打不开",
        description="办事窗口反映人口库查询打不开，页面一直转圈。",
        found_at=first.found_at,
    )
    return tickets.file(report, at=at, by=people.of(first.agreement.party_b))
