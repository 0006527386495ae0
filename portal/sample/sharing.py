"""Sample catalogue: nine data resources, what each agreement shares of them, consents, and updates."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from contracts import catalogue, sharing, updates
from contracts.models import Agreement, AgreementItem, CatalogueItem, ItemConsent, UpdateEvent
from portal.sample.moments import Moments, local
from portal.sample.papers import sample_pdf
from portal.sample.people import People

# number, title, category, department, attribute, level, personal information, modes, every, unit, grace
ITEMS: tuple[tuple[Any, ...], ...] = (
    ("QJ-001-0001", "企业登记基本信息", 1, "清江省市场监督管理局", "unconditional", "general", False, "qdi", 1, "day", 1),
    ("QJ-001-0002", "行政许可决定信息", 1, "清江省政务服务管理局", "unconditional", "general", False, "qd", 1, "week", 2),
    ("QJ-002-0001", "户籍人口基础信息", 2, "清江省公安厅", "conditional", "important", True, "qi", 1, "month", 5),
    ("QJ-002-0002", "婚姻登记核验信息", 2, "清江省民政厅", "conditional", "important", True, "i", None, "realtime", 0),
    ("QJ-003-0001", "不动产登记查询信息", 3, "清江省自然资源厅", "conditional", "important", True, "qi", 1, "week", 3),
    ("QJ-003-0002", "建设用地规划许可信息", 3, "清江省自然资源厅", "unconditional", "general", False, "qd", None, "", 0),
    ("QJ-004-0001", "社会救助对象明细", 4, "清江省民政厅", "conditional", "important", True, "q", 1, "quarter", 10),
    ("QJ-004-0002", "法人信用评价结果", 4, "清江省发展和改革委员会", "conditional", "general", False, "qdi", 2, "month", 5),
    ("QJ-009-0001", "案件办理内部信息", 3, "清江省公安厅", "withheld", "core", True, "q", None, "", 0),
)  # fmt: skip
FIELDS = "统一社会信用代码\n名称\n状态\n登记机关\n更新日期"
USE = sharing.Use(
    purpose="办理政务服务事项时核验申请人提交的信息，减少纸质证明。",
    manner="经办人员在业务系统中逐件查询，结果只在本次办理中使用。",
    scope="仅限贵单位政务服务窗口及其业务系统，不得另行汇集或转供。",
)


def make_sharing(people: People, agreements: Sequence[Agreement], moments: Moments) -> None:
    """The catalogue, its updates, and the items of each agreement in force in different states."""
    start = moments.days_ago(100)
    items = [_item(people, row, start) for row in ITEMS]
    _updates(people, items, moments)
    in_force = [agreement for agreement in agreements if agreement.state == Agreement.State.IN_FORCE]
    for place, agreement in enumerate(in_force[:3]):
        _shared(people, agreement, items, place)
    _waiting_file(people, items[0], moments)


def _item(people: People, row: tuple[Any, ...], day: date) -> CatalogueItem:
    number, title, category, department, attribute, level, personal, modes, every, unit, grace = row
    item = CatalogueItem.objects.create(
        provider=people.party_a,
        number=number,
        title=title,
        category=category,
        owner_department=department,
        share_attribute=attribute,
        level=level,
        personal_information=personal,
        description=f"由{department}提供，供政务服务核验使用。",
        data_fields=FIELDS,
        by_query="q" in modes,
        by_download="d" in modes,
        by_interface="i" in modes,
        every=every,
        frequency_unit=unit,
        grace_days=grace,
    )
    by, at = people["hetong"], local(day, 10)
    if personal and number != "QJ-009-0001":
        report = sample_pdf(
            "个人信息保护影响评估报告", f"数据资源：{title}", "评估结论：风险可控，同意在约定范围内共享。"
        )
        catalogue.assess(item, file=report, assessed_on=day, by=by, at=at)
    return catalogue.publish(item, by=by, at=at)


def _updates(people: People, items: Sequence[CatalogueItem], moments: Moments) -> None:
    """Daily, weekly and monthly items are in time, except the register of real estate: three weeks late."""
    last = {"day": 0, "week": 3, "month": 12, "quarter": 40}
    told = []
    for item in items:
        if item.frequency is None:
            continue
        newest = 31 if item.number == "QJ-003-0001" else last[item.frequency_unit]
        days = {"day": 1, "week": 7, "month": 30, "quarter": 45}[item.frequency_unit]
        for turn in range(3):
            day = moments.days_ago(newest + turn * days)
            told.append(
                updates.Told(
                    number=item.number,
                    updated_at=min(local(day, 6, 30), moments.now),
                    external_id=f"{item.number}-{day:%Y%m%d}",
                    data_date=day - timedelta(1),
                    rows=1200 + 37 * turn,
                )
            )
    way = UpdateEvent.Way.CSV
    updates.take_in(told, source="省数据共享交换平台", way=way, by=people["yunwei"], at=moments.now)


def _shared(people: People, agreement: Agreement, items: Sequence[CatalogueItem], place: int) -> None:
    """Three items open; one confirmed past its day in the second agreement; category 4 with both consents or one."""
    if agreement.effective_on is None:
        return
    day = agreement.effective_on + timedelta(3)
    at, by = local(day, 10), people["hetong"]
    for item in (items[0], items[2], items[4], items[5]):
        opened = _listed(agreement, item, by=by, day=day)
        if item is items[5] and place == 1:
            continue
        sharing.open_item(opened, by=by, at=at)
    fourth = _listed(agreement, items[6 if place else 7], by=by, day=day)
    sides = (ItemConsent.Side.A, ItemConsent.Side.B) if place == 0 else (ItemConsent.Side.A,)
    for side in sides:
        paper = sample_pdf("共享同意书", f"数据资源：{fourth.item.title}", f"同意方：{side.label}")
        person = (
            "周敏（政策法规处处长）"
            if side == ItemConsent.Side.A
            else f"{agreement.party_b.contact_name}（经办负责人）"
        )
        given = sharing.Consent(side=side, given_by=person, given_on=day, file=paper)
        fourth = sharing.consent(fourth, given, by=by, at=at)
    if place == 0:
        sharing.open_item(fourth, by=by, at=at)


def _listed(agreement: Agreement, item: CatalogueItem, *, by: Any, day: date) -> AgreementItem:
    expected = day + timedelta(30) if item.category != 2 else None
    at = local(day, 9)
    shared = sharing.plan(agreement, item, use=USE, expected_on=expected, by=by, at=at)
    return sharing.confirm(shared, by=by, at=at)


def _waiting_file(people: People, item: CatalogueItem, moments: Moments) -> None:
    """A file that was read and waits for a person to take it in."""
    told = [
        updates.Told(
            number=item.number, updated_at=moments.now - timedelta(minutes=5), external_id="SJ-20260001", rows=86
        )
    ]
    updates.keep_batch(
        told, source="市场监管局数据中心", name="更新记录.csv", sha256="0" * 64, by=people["yunwei"], at=moments.now
    )
