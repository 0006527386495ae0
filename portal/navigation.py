"""Navigation: the pages of the product, grouped by what people do."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

RUNNING, AGREEMENTS, DUTIES, SHARING = "running", "agreements", "duties", "sharing"
MONEY, BASICS, SYSTEM = "money", "basics", "system"
GROUPS: tuple[tuple[str, object], ...] = (
    (RUNNING, _("履约运行")),
    (AGREEMENTS, pgettext_lazy("menu", "合同")),
    (DUTIES, _("义务与违约")),
    (SHARING, _("共享与安全")),
    (MONEY, _("费用")),
    (BASICS, _("基础数据")),
    (SYSTEM, _("系统")),
)
OF_APP = {"sla": RUNNING, "contracts": AGREEMENTS, "billing": MONEY, "worktime": BASICS}
OF_MODEL = {
    "contracts.Organisation": BASICS,
    "contracts.Membership": BASICS,
    "contracts.Contact": BASICS,
    "contracts.BankAccount": MONEY,
    "contracts.SupportHours": BASICS,
    "contracts.BoardTally": RUNNING,
    "sla.ServiceTarget": AGREEMENTS,
    "sla.PriorityMatrix": AGREEMENTS,
    "contracts.UsageRule": SHARING,
    "contracts.SecureChannel": SHARING,
    "contracts.ComplianceCertificate": SHARING,
    "contracts.ConfidentialItem": SHARING,
    "contracts.ControlMeasure": SHARING,
    "contracts.PersonUndertaking": SHARING,
    "contracts.IPAsset": SHARING,
    "contracts.Licence": SHARING,
    "contracts.LawItem": SHARING,
    "contracts.ConsentRequest": SHARING,
    "contracts.ThirdPartyAccess": SHARING,
    "contracts.RuleVersion": SHARING,
    "contracts.RuleAcknowledgement": SHARING,
    "contracts.CatalogueItem": SHARING,
    "contracts.AgreementItem": SHARING,
    "contracts.ItemConsent": SHARING,
    "contracts.UpdateEvent": SHARING,
    "contracts.UpdateBatch": SHARING,
    "contracts.Obligation": DUTIES,
    "contracts.ObligationOccurrence": DUTIES,
    "contracts.Violation": DUTIES,
    "contracts.BreachCase": DUTIES,
    "contracts.Claim": DUTIES,
    "contracts.Dispute": DUTIES,
    "contracts.ForceMajeure": DUTIES,
    "contracts.PenaltyRule": DUTIES,
    "contracts.AccessGrant": SHARING,
    "contracts.OnboardingTask": SHARING,
    "contracts.InterfaceSpec": SHARING,
    "contracts.OpeningConfirmation": SHARING,
    "contracts.Credential": SHARING,
    "sla.QualityReport": SHARING,
    "sla.Article": BASICS,
    "sla.CreditRule": MONEY,
    "sla.ServiceCredit": MONEY,
    "sla.EscalationRule": BASICS,
    "sla.CheckPlan": SHARING,
    "sla.CheckResult": SHARING,
    "sla.FixTerm": SHARING,
    "sla.Vulnerability": SHARING,
    "sla.SecurityIncident": SHARING,
    "sla.ReportDuty": SHARING,
    "journal.Event": RUNNING,
    "journal.Approval": RUNNING,
}
# Within a group: what is opened most comes first; what is not named here follows by its name.
ORDER = (
    "sla.Ticket",
    "sla.InMail",
    "sla.Clock",
    "sla.Breach",
    "sla.Queue",
    "sla.CannedAnswer",
    "sla.Label",
    "sla.ServiceReport",
    "sla.WhatIf",
    "sla.Outage",
    "sla.MaintenanceWindow",
    "sla.Service",
    "contracts.Agreement",
    "contracts.BoardTally",
    "contracts.ObligationOccurrence",
    "contracts.Obligation",
    "billing.Document",
    "billing.DunningCase",
    "billing.Demand",
    "billing.DebtorStop",
    "billing.FormalInvoice",
    "billing.BankReceipt",
    "billing.BankStatement",
    "billing.Refund",
    "billing.LedgerEntry",
    "billing.InvoiceRun",
    "billing.UsageStatement",
    "billing.ServicePeriod",
    "billing.UsageRecord",
    "billing.LprRate",
    "billing.UsageUpload",
    "billing.UsageAnomaly",
    "contracts.Organisation",
    "contracts.CatalogueItem",
    "contracts.AgreementItem",
    "contracts.AccessGrant",
    "contracts.OnboardingTask",
)


def group_of(app_label: str, object_name: str) -> str:
    """The group that a model belongs to."""
    return OF_MODEL.get(f"{app_label}.{object_name}") or OF_APP.get(app_label, SYSTEM)


def grouped(app_list: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Django's list of apps, its models sorted into our groups; empty groups are left out."""
    members: dict[str, list[dict[str, Any]]] = {name: [] for name, _label in GROUPS}
    for app in app_list:
        for model in app["models"]:
            said = {**model, "name": str(model["name"]), "app_label": app["app_label"]}
            members[group_of(app["app_label"], model["object_name"])].append(said)
    return [
        {"name": label, "app_label": name, "app_url": "", "has_module_perms": True, "models": sorted(models, key=_rank)}
        for name, label in GROUPS
        if (models := members[name])
    ]


def _rank(model: dict[str, Any]) -> tuple[int, str]:
    name = f"{model['app_label']}.{model['object_name']}"
    return (ORDER.index(name) if name in ORDER else len(ORDER), model["name"])


@dataclass(frozen=True)
class Item:
    """One entry of the portal's top bar; `here` when the page that is shown belongs to it."""

    label: object
    url: str
    here: bool
    current: bool
    count: int = 0


NOTICES = "journal:notices"
PORTAL_PAGES: tuple[tuple[str, object], ...] = (
    ("portal-home", _("首页")),
    ("sla:tickets", pgettext_lazy("menu", "故障报告")),
    ("sla:service", pgettext_lazy("menu", "服务状态")),
    ("sla:attainment", _("服务达标")),
    ("sla:reports", _("服务月报")),
    ("sla:articles", pgettext_lazy("menu", "常见问题")),
    ("billing:documents", pgettext_lazy("menu", "账单")),
    ("billing:statements", pgettext_lazy("menu", "对账单")),
    ("billing:usage", pgettext_lazy("menu", "用量")),
    ("billing:rates", _("价目与试算")),
    ("billing:payments", _("付款记录")),
    ("billing:account", _("往来对账")),
    ("billing:interest-sum", _("逾期利息")),
    ("billing:demands", pgettext_lazy("menu", "催告函")),
    ("contracts:agreements", pgettext_lazy("menu", "协议")),
    ("contracts:duties", pgettext_lazy("menu", "义务")),
    ("contracts:compliance", _("规则与安全")),
    ("contracts:sharing", pgettext_lazy("menu", "共享信息")),
    ("sla:quality", pgettext_lazy("menu", "数据质量")),
    ("contracts:cases", pgettext_lazy("menu", "违约与争议")),
    ("contracts:own-organisation", _("本单位")),
    ("contracts:search", pgettext_lazy("menu", "搜索")),
    (NOTICES, pgettext_lazy("menu", "通知")),
)


# The bar shows the sections, and beneath them the pages of the section that one is in.
HOME, SUPPORT, BILLS, TERMS, SECURITY, ABOUT = "home", "support", "bills", "terms", "security", "about"
SECTIONS: tuple[tuple[str, object], ...] = (
    (HOME, _("首页")),
    (SUPPORT, pgettext_lazy("menu", "服务与报告")),
    (BILLS, pgettext_lazy("menu", "费用")),
    (TERMS, pgettext_lazy("menu", "协议与义务")),
    (SECURITY, pgettext_lazy("menu", "共享与安全")),
    (ABOUT, _("本单位")),
)
SECTION_OF_APP = {"sla": SUPPORT, "billing": BILLS, "contracts": TERMS, "journal": ABOUT}
SECTION_OF_PAGE = {
    "portal-home": HOME,
    "contracts:compliance": SECURITY,
    "contracts:sharing": SECURITY,
    "sla:quality": SECURITY,
    "contracts:own-organisation": ABOUT,
    "contracts:search": HOME,
    NOTICES: HOME,
}


def portal_menu(request: HttpRequest, *, unread: int) -> tuple[list[Item], list[Item]]:
    """The sections of Party B's portal, and the pages of the section that is shown, with the unread notices counted.

    The page that we are on, or below, is marked; no section is where the address belongs to none.
    """
    pages = {name: (label, reverse(name)) for name, label in PORTAL_PAGES}
    here = _page_of(request.path, {name: url for name, (_label, url) in pages.items()})
    sections: dict[str, list[Item]] = {name: [] for name, _label in SECTIONS}
    for name, (label, url) in pages.items():
        current = name == here and request.path == url
        sections[_section_of(name)].append(Item(label, url, name == here, current, unread if name == NOTICES else 0))
    bar = [_section(label, sections[name]) for name, label in SECTIONS if sections[name]]
    return bar, next((pages for pages in sections.values() if len(pages) > 1 and any(page.here for page in pages)), [])


def _section(label: object, pages: list[Item]) -> Item:
    here = any(page.here for page in pages)
    return Item(label, pages[0].url, here, pages[0].current, sum(page.count for page in pages))


def _section_of(name: str) -> str:
    return SECTION_OF_PAGE.get(name) or SECTION_OF_APP[name.partition(":")[0]]


def _page_of(path: str, urls: dict[str, str]) -> str:
    """The page whose address is the longest beginning of the path; the home page only when it is the path itself."""
    home = urls["portal-home"]
    found = [name for name, url in urls.items() if path == url or (url != home and path.startswith(url))]
    return max(found, key=lambda name: len(urls[name]), default="")
