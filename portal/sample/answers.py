"""Sample ratings of closed tickets, and knowledge articles in every state."""

from contracts.models import Agreement
from portal.sample.moments import Moments
from portal.sample.people import People
from sla import knowledge, rating
from sla.models import Article, Ticket

ARTICLES = (
    (
        "interface", "party_b", "接口返回 504 或超时怎么办", "调用查询接口时返回 504，或 30 秒没有返回，怎么处理？",
        "先确认是不是本单位的网络问题。\n\n1. 用前置机访问接口地址，看专线是否连通\n2. 查看本单位出口带宽是否占满\n"
        "3. 间隔一分钟重试三次\n\n仍然超时的，请报告故障，并写明：\n- 接口名称和调用时间\n- 返回的报错内容\n- 受影响的业务",
        "published",
    ),
    (
        "access", "party_b", "怎样申请使用新的共享数据", "协议里已经列入的数据，怎样申请开通使用？",
        "在“共享信息”里打开要用的数据，填写“申请使用”。使用目的、方式和范围必须写明；甲方批准后才能使用。", "published",
    ),
    (
        "account", "party_b", "登录被锁定了怎么办", "连续输错口令后提示账号锁定。",
        "锁定会在一段时间后自动解除。\n\n急用的，请本单位管理员联系甲方安全管理员。", "reviewed",
    ),
    (
        "interface", "agreement", "前置机的专线地址是什么", "我单位前置机访问共享平台用哪个地址？",
        "- 主线：10.36.1.20\n- 备线：10.36.2.20\n\n切换前请先联系甲方运行保障处。", "published",
    ),
    ("data", "staff", "核查数据质量报告的步骤", "收到数据质量报告后先查什么？", "1. 对照源库\n2. 查看最近一次更新批次\n3. 转交提供部门", "draft"),
)  # fmt: skip
SCORES = ((5, "处理很快，电话沟通也清楚。"), (2, "字库问题等了两天才有方案。"))


def make_answers(people: People, agreements: list[Agreement], moments: Moments) -> None:
    """Articles written by one colleague and reviewed by another; the closed tickets rated by those who reported them."""
    for category, audience, title, question, answer, state in ARTICLES:
        wording = knowledge.Wording(title=title, question=question, answer=answer)
        at = moments.hours_ago(60)
        one = agreements[0] if audience == "agreement" else None
        made = knowledge.start(wording, category=category, audience=audience, agreement=one, at=at, by=people["yunwei"])
        article = made.article
        if state != "draft":
            knowledge.review(article, at=at, by=people["yunwei2"])
        if state == "published":
            knowledge.publish(article, at=at, by=people["yunweizhang"])
    closed = Ticket.objects.filter(state="closed").order_by("-closed_at", "pk")[:20]
    open_to_it = [ticket for ticket in closed if rating.may_rate(ticket, at=moments.now)]
    for ticket, (score, words) in zip(open_to_it, SCORES, strict=False):
        rating.rate(ticket, score=score, words=words, at=moments.now, by=ticket.reporter)
    first = Ticket.objects.filter(title__contains="超时", agreement=agreements[0]).order_by("pk").first()
    if first is not None:
        article = Article.objects.order_by("pk")[0]
        knowledge.link(article, first, at=moments.now, by=people["yunwei"])
