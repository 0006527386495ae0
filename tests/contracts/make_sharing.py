"""Makers of catalogue items and shared items, in the state that a test asks for."""

from datetime import date, datetime
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile

from contracts import catalogue, sharing
from contracts.models import Agreement, AgreementItem, CatalogueItem
from people.models import User
from tests import make

NOW = datetime(2026, 9, 18, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Friday
TODAY = date(2026, 9, 18)
PDF = b"%PDF-1.4\n%%EOF\n"
USE = sharing.Use(purpose="核验申请人信息", manner="逐件查询", scope="政务服务窗口")
_numbers = count(1)


def pdf(name: str = "文件.pdf") -> SimpleUploadedFile:
    """A small PDF as it is sent."""
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def item(agreement: Agreement, *, by: User, published: bool = True, **changes: Any) -> CatalogueItem:
    """A published item of the agreement's Party A: category 1, unconditional, by query, no frequency agreed."""
    make.calendar()
    fields: dict[str, Any] = {
        "provider": agreement.party_a,
        "number": f"ML-{next(_numbers):04d}",
        "title": "企业登记基本信息",
        "category": 1,
        "owner_department": "市场监督管理局",
        "share_attribute": "unconditional",
        "level": "general",
        "by_query": True,
        **changes,
    }
    made = CatalogueItem.objects.create(**fields)
    return catalogue.publish(made, by=by, at=NOW) if published else made


def shared(agreement: Agreement, *, by: User, state: str = "confirmed", **changes: Any) -> AgreementItem:
    """An item listed in the agreement; changes go to the catalogue item, but expected_on and use to the listing."""
    use, expected_on = changes.pop("use", sharing.Use()), changes.pop("expected_on", None)
    made = sharing.plan(agreement, item(agreement, by=by, **changes), use=use, expected_on=expected_on, by=by, at=NOW)
    if state == "planned":
        return made
    made = sharing.confirm(made, by=by, at=NOW)
    if state == "confirmed":
        return made
    made = sharing.open_item(made, by=by, at=NOW)
    if state == "open":
        return made
    if state == "suspended":
        return sharing.suspend(made, reason="核查数据质量。", by=by, at=NOW)
    assert state == "withdrawn"
    return sharing.withdraw(made, reason="不再提供。", by=by, at=NOW)


def consented(made: AgreementItem, *sides: str, by: User) -> AgreementItem:
    """The item with the consents of these sides."""
    for side in sides:
        given = sharing.Consent(side=side, given_by="刘洋（副局长）", given_on=TODAY, file=pdf("同意书.pdf"))
        made = sharing.consent(made, given, by=by, at=NOW)
    return made
