"""The blocks of Party B's page 规则与安全, each a heading, a table of its own rows and perhaps a way to add one."""

from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contracts.models import (
    Agreement,
    ComplianceCertificate,
    ConsentRequest,
    Paper,
    PersonUndertaking,
    ThirdPartyAccess,
    Violation,
)
from contracts.querysets import RULED_STATES
from contracts.receipts import standings
from contracts.safeguard_faces import (
    certificate_badge,
    consent_badge,
    late_badge,
    third_party_badge,
    undertaking_badge,
    until_badge,
)
from contracts.tables import Linked, table
from contracts.violation_page import due_badge, state_badge
from people.models import User
from people.showing import Panel


@dataclass(frozen=True, kw_only=True)
class Block:
    """One section of the page; action is the label of the button that leads to action_url."""

    panel: Panel
    action: object = ""
    action_url: str = ""


def blocks(user: User, *, at: datetime) -> list[Block]:
    """Everything on the page, for the organisations that the user acts for."""
    today = timezone.localdate(at)
    return [
        _rules(user),
        _violations(user, today),
        _consents(user, today),
        _third_parties(user, today),
        _undertakings(user, today),
        _certificates(user, today),
    ]


def _rules(user: User) -> Block:
    mine = Agreement.objects.for_user(user).filter(state__in=RULED_STATES).order_by("number")
    found = sorted(standings(mine), key=lambda row: row.arrived_at is not None)
    waiting = sum(row.arrived_at is None for row in found)
    panel = Panel(
        name="rules",
        label=_("使用规则"),
        template="portal/contracts/parts/rules.html",
        context={"standings": found},
        count=waiting,
    )
    return Block(panel=panel)


def _violations(user: User, today: date) -> Block:
    rows = Violation.objects.for_user(user).select_related("agreement", "notice")
    return Block(
        panel=table(
            "violations",
            _("违规与整改"),
            (_("违反条款"), _("协议"), _("责任方"), _("状态"), _("整改期限"), _("告知时间")),
            (
                (
                    Linked(
                        f"{row.clause_number} {row.get_topic_display()}", reverse("contracts:violation", args=[row.pk])
                    ),
                    row.agreement.number,
                    row.get_side_display(),
                    state_badge(row),
                    due_badge(row, today),
                    row.notice.sent_at,
                )
                for row in rows
            ),
            empty=_("没有告知贵单位的违规。"),
        )
    )


def _consents(user: User, today: date) -> Block:
    rows = ConsentRequest.objects.for_user(user).select_related("agreement", "letter")
    panel = table(
        "consents",
        _("同意事项"),
        (_("事项"), _("用途"), _("协议"), _("状态"), _("同意至"), _("审批意见"), _("同意书")),
        (
            (
                row.get_kind_display(),
                _act(row.purpose, "consent-withdraw", row.pk) if row.state == "requested" else row.purpose,
                row.agreement.number,
                consent_badge(row, today),
                until_badge(row.valid_until, today),
                row.reasons,
                _paper(row.letter),
            )
            for row in rows
        ),
        empty=_("没有同意申请。把共享信息用于商业用途、向第三方提供或公开发布之前，请先申请。"),
    )
    return Block(panel=panel, action=_("申请同意"), action_url=reverse("contracts:consent-new"))


def _third_parties(user: User, today: date) -> Block:
    rows = ThirdPartyAccess.objects.for_user(user).select_related("agreement", "nda")
    panel = table(
        "third-parties",
        _("第三方接入"),
        (_("第三方名称"), _("协议"), _("用途"), _("状态"), _("接入自"), _("接入至"), _("操作")),
        (
            (
                row.name,
                row.agreement.number,
                row.purpose,
                third_party_badge(row, today),
                row.access_from,
                row.ended_on or row.access_until,
                _act(_("登记终止"), "third-party-end", row.pk) if row.state != "ended" else "",
            )
            for row in rows
        ),
        empty=_("没有申报第三方。外包单位使用平台之前，请先申报。"),
    )
    return Block(panel=panel, action=_("申报第三方接入"), action_url=reverse("contracts:third-party-new"))


def _undertakings(user: User, today: date) -> Block:
    rows = PersonUndertaking.objects.for_user(user).filter(side="b").select_related("agreement")
    panel = table(
        "undertakings",
        _("保密承诺"),
        (_("姓名"), _("单位或部门"), _("协议"), _("状态"), _("签署日期"), _("离岗日期")),
        (
            (
                row.person,
                row.department,
                row.agreement.number,
                undertaking_badge(row, today),
                row.signed_on or _act(_("上传承诺书"), "undertaking-sign", row.pk),
                row.left_on or _act(_("登记离岗"), "undertaking-leave", row.pk),
            )
            for row in rows
        ),
        empty=_("还没有登记接触保密信息的人员。"),
    )
    return Block(panel=panel, action=_("登记接触人员"), action_url=reverse("contracts:undertaking-new"))


def _certificates(user: User, today: date) -> Block:
    rows = ComplianceCertificate.objects.for_user(user).select_related("paper")
    panel = table(
        "certificates",
        _("本单位的安全证书"),
        (
            _("对象系统"),
            _("种类"),
            _("等级"),
            _("状态"),
            _("有效期至"),
            _("下次测评期限"),
            _("证书或报告"),
            _("核验意见"),
        ),
        (
            (
                row.subject,
                row.get_kind_display(),
                row.level,
                certificate_badge(row, today),
                until_badge(row.valid_until, today),
                late_badge(row.next_assessment_on, today),
                _paper(row.paper),
                row.remark,
            )
            for row in rows
        ),
        empty=_("还没有提交安全证书。"),
    )
    return Block(panel=panel, action=_("提交安全证书"), action_url=reverse("contracts:certificate-new"))


def _act(text: object, what: str, pk: int) -> Linked:
    return Linked(text, reverse(f"contracts:{what}", args=[pk]))


def _paper(paper: Paper | None) -> Linked | str:
    return Linked(paper.name, reverse("contracts:paper", args=[paper.pk])) if paper else ""
