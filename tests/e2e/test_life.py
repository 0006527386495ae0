"""One agreement's whole life through the console: from a template, signed, supplemented, ended and closed."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.conftest import Portal
from tests.e2e.test_thread import act

pytestmark = pytest.mark.browser

Enter = Callable[[str], Any]
NUMBER = "GXXY-2026-E2E"
SCAN = {"name": "签署页.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
MARKS = (("a", "sign"), ("a", "seal"), ("b", "sign"), ("b", "seal"))


def ago(days: int) -> date:
    return (datetime.now(ZoneInfo("Asia/Shanghai")) - timedelta(days=days)).date()


def said(page: Any) -> str:
    return str(page.inner_text("#content"))


def step(page: Any, **fields: str) -> None:
    """Fill in one step of the drafting and go on."""
    for name, value in fields.items():
        box = page.locator(f"form.sy-form [name={name}]")
        if box.first.evaluate("e => e.tagName") == "SELECT":
            option = box.locator("option", has_text=value).first.get_attribute("value")
            box.select_option(option)
        else:
            box.fill(value)
    page.click("button:text-is('保存并继续')")
    page.wait_for_load_state()
    assert page.locator(".errorlist, .sy-errors").count() == 0, said(page)


def answer_all(page: Any) -> None:
    """What the chosen support hours say of weekends; to each other question its first answer."""
    page.locator("label", has_text="周末也除去").locator("input").check()
    names = page.locator("form.sy-form input[type=radio]").evaluate_all("all => [...new Set(all.map(e => e.name))]")
    for name in names:
        if page.locator(f"input[name={name}]:checked").count() == 0:
            page.locator(f"input[name={name}]").first.check()


def sign(page: Any, day: date) -> None:
    """Record all four marks of the version on the page, with one scan."""
    for side, kind in MARKS:
        page.click("a:text-is('登记签字盖章')")
        page.wait_for_load_state()
        page.select_option("[name=side]", side)
        page.select_option("[name=kind]", kind)
        page.fill("[name=person]", "周敏" if side == "a" else "黄海")
        if kind == "sign":
            page.select_option("[name=capacity]", index=1)
        else:
            page.fill("[name=seal_name]", "单位公章")
        page.fill("[name=made_on]", day.isoformat())
        page.set_input_files("[name=scan]", SCAN)
        page.click("form.sy-form .sy-actions button")
        page.wait_for_load_state()
        assert page.locator(".errorlist, .sy-errors").count() == 0, said(page)


def approve(page: Any, portal: Portal, words: str) -> None:
    """The second person finds the newest open request and consents."""
    page.goto(f"{portal.base}/admin/journal/approval/?mine=decide")
    page.locator("#result_list tbody tr", has_text=words).first.locator("a").first.click()
    page.wait_for_load_state()
    act(page, "批准")


def open_agreement(page: Any, portal: Portal) -> None:
    page.goto(f"{portal.base}/admin/contracts/agreement/?q={NUMBER}")
    page.locator("#result_list tbody tr a").first.click()
    page.wait_for_load_state()


def draft(page: Any, portal: Portal) -> None:
    """Seven steps from the standard text to a draft that may be signed."""
    page.goto(f"{portal.base}/admin/contracts/agreement/")
    page.click("a:text-is('起草协议')")
    page.wait_for_load_state()
    page.locator("label", has_text="电子政务信息平台共享协议").locator("input").first.check()
    page.click("form.sy-form .sy-actions button")
    page.wait_for_load_state()
    step(page, number=NUMBER, title="东河县信息共享协议", party_a="清江省政务信息中心", party_b="东河县行政审批局")
    step(page, starts_on=ago(40).isoformat(), term_years="1", ends_on=(ago(40) + timedelta(days=365)).isoformat())
    step(page, support_hours="8:30", support_hours_per_day="7.5", response_hours="2", solution_hours="8")
    step(page, payment_working_days="10", interest_basis="约定日利率", interest_rate="0.05")
    step(page, confidentiality_years="5")
    step(page)
    answer_all(page)
    step(page)
    act(page, "生成协议草稿")


def test_an_agreement_from_template_to_closed(portal: Portal, enter: Enter) -> None:
    manager, lead = enter("hetong"), enter("caiwuzhang")
    draft(manager, portal)
    assert "草稿" in said(manager)

    act(manager, "提交签署")
    sign(manager, ago(40))
    act(manager, "提请生效")
    approve(lead, portal, NUMBER)
    open_agreement(manager, portal)
    assert "生效" in said(manager) and ago(40).isoformat() in said(manager)

    act(manager, "起草补充协议", effective_from=ago(0).isoformat(), summary="响应时限由 2 小时改为 1 小时。")
    manager.fill("[name=response_hours]", "1")
    manager.click("[name=_save]")
    manager.wait_for_load_state()
    manager.goto(f"{portal.base}/admin/contracts/agreementversion/?q={NUMBER}&kind__exact=supplement")
    manager.locator("#result_list tbody tr a").first.click()
    manager.wait_for_load_state()
    act(manager, "提交签署")
    sign(manager, ago(1))
    act(manager, "提请生效")
    approve(lead, portal, NUMBER)
    open_agreement(manager, portal)
    assert re.search(r"响应时限\s*1 小时", said(manager))

    manager.click("a:text-is('提请解除')")
    manager.wait_for_load_state()
    manager.select_option("[name=ground]", "agreed")
    manager.select_option("[name=side]", "both")
    manager.fill("[name=reason]", "平台合并，双方协商一致。")
    manager.fill("[name=until]", ago(1).isoformat())
    manager.set_input_files("[name=file]", {**SCAN, "name": "解除协议.pdf"})
    manager.click("form.sy-form .sy-actions button")
    manager.wait_for_load_state()
    approve(lead, portal, NUMBER)
    manager.goto(f"{portal.base}/admin/contracts/termination/?q={NUMBER}")
    manager.locator("#result_list tbody tr a").first.click()
    manager.wait_for_load_state()
    act(manager, "登记解除生效")
    open_agreement(manager, portal)
    assert "终止" in said(manager)

    act_refused(manager, "关闭协议", "退出事项")
    settle_exit(manager, portal)
    open_agreement(manager, portal)
    act(manager, "关闭协议")
    assert "已关闭" in said(manager)


def act_refused(page: Any, label: str, words: str) -> None:
    """The verb answers with what stands in its way."""
    page.click(f"a:text-is('{label}')")
    page.wait_for_load_state()
    page.click("form.sy-form .sy-actions button")
    page.wait_for_load_state()
    assert words in page.locator(".errorlist, .sy-errors").first.inner_text()


def settle_exit(page: Any, portal: Portal) -> None:
    """Every exit task done, with words and a paper."""
    for _task in range(12):
        page.goto(f"{portal.base}/admin/contracts/exittask/?q={NUMBER}&state__exact=open")
        rows = page.locator("#result_list tbody tr a")
        if rows.count() == 0:
            return
        rows.first.click()
        page.wait_for_load_state()
        page.click("a:text-is('办结')")
        page.wait_for_load_state()
        page.fill("[name=note]", "已按约定办结。")
        page.set_input_files("[name=file]", {**SCAN, "name": "证明.pdf"})
        page.click("form.sy-form .sy-actions button")
        page.wait_for_load_state()
    raise AssertionError("exit tasks do not end")
