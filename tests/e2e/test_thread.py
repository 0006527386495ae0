"""The main job, end to end, in a browser: a fault from report to close, a broken promise, a bill to the last cent."""

import io
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from tests.e2e.conftest import Portal, eventually
from tests.e2e.quick import NUMBER

pytestmark = pytest.mark.browser

SHANGHAI = ZoneInfo("Asia/Shanghai")
Enter = Callable[[str], Any]


def minutes_ago(minutes: int) -> str:
    return f"{datetime.now(SHANGHAI) - timedelta(minutes=minutes):%Y-%m-%dT%H:%M}"


def report(
    page: Any, portal: Portal, title: str, *, agreement: str = "", files: list[dict[str, Any]] | None = None
) -> None:
    """Fill in and send the report form."""
    page.goto(f"{portal.base}/portal/tickets/new/")
    if agreement:
        value = page.locator("select[name=agreement] option", has_text=agreement).first.get_attribute("value")
        page.select_option("select[name=agreement]", value)
    page.fill("input[name=title]", title)
    page.fill("textarea[name=description]", "窗口业务办理时接口报错，已影响两个窗口。")
    page.fill("input[name=found_at]", minutes_ago(10))
    if files:
        page.set_input_files("input[name=attachments]", files)
    page.click("main form.sy-form button:has-text('提交报告')")
    page.wait_for_load_state()


def act(page: Any, label: str, **fields: str) -> None:
    """Press a verb's button on a record page, fill in its form, send it."""
    page.click(f"a:text-is('{label}')")
    page.wait_for_load_state()
    for name, value in fields.items():
        page.fill(f"form.sy-form [name={name}]", value)
    page.click("form.sy-form .sy-actions button")
    page.wait_for_load_state()
    assert page.locator(".errorlist, .sy-errors").count() == 0, page.inner_text("main, #content")


def open_ticket(page: Any, portal: Portal, title: str) -> None:
    """Find a ticket in the operations queue and open it."""
    page.goto(f"{portal.base}/admin/sla/ticket/?q={title}")
    page.locator("#result_list tbody tr a").first.click()
    page.wait_for_load_state()


def react(page: Any, label: str, text: str) -> None:
    """Party B's part: open the form on the ticket's page and send it."""
    box = page.locator("details.sla-react", has_text=label).first
    if box.get_attribute("open") is None:
        box.locator("summary").click()
    if text:
        box.locator("textarea[name=text]").fill(text)
    box.locator(".sy-actions button").click()
    page.wait_for_load_state()


def pdf_text(page: Any, url: str) -> str:
    """The text of a PDF that this person downloads."""
    answer = page.request.get(url)
    assert answer.headers["content-type"] == "application/pdf", answer.status
    return "".join(part.extract_text() for part in PdfReader(io.BytesIO(answer.body())).pages)


def test_a_fault_from_report_to_close(portal: Portal, enter: Enter) -> None:
    theirs, ours = enter("liuyang"), enter("yunwei")
    photo = {"name": "报错记录.txt", "mimeType": "text/plain", "buffer": "接口返回 504".encode()}
    report(theirs, portal, "婚姻登记查询接口返回 504", files=[photo])

    number = re.search(r"GZ-\d{4}-\d{6}", theirs.inner_text("main"))
    assert number is not None
    shown = theirs.inner_text("main")
    assert "响应时限" in shown and "提出解决方案时限" in shown and "报错记录.txt" in shown
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", theirs.locator(".sla-due").first.inner_text())
    assert "怎么算出来的" in shown
    assert theirs.locator(".sla-ledger li").count() >= 2

    open_ticket(ours, portal, "婚姻登记查询接口返回 504")
    act(ours, "受理")
    act(ours, "响应", text="已收到，正在排查网关日志。")
    act(ours, "提出解决方案", text="网关连接池耗尽，已扩容并加监控。")
    assert "按时" in ours.inner_text("#content")

    theirs.reload()
    assert "网关连接池耗尽" in theirs.inner_text("main")
    react(theirs, "提出异议", "高峰时段仍有超时。")
    ours.reload()
    assert "高峰时段仍有超时" in ours.inner_text("#content")
    act(ours, "提出解决方案", text="限流参数已调整，高峰复测通过。")
    theirs.reload()
    react(theirs, "确认解决", "")
    ours.reload()
    act(ours, "关闭")

    theirs.reload()
    assert "已关闭" in theirs.inner_text("main")


def test_a_broken_promise_becomes_one_breach(portal: Portal, enter: Enter) -> None:
    portal.manage("shell", "--no-imports", "-c", "from tests.e2e import quick; quick.make()")
    theirs, lead = enter("liuyang"), enter("yunweizhang")
    report(theirs, portal, "应急接口无响应", agreement=NUMBER)

    def breached() -> bool:
        theirs.reload()
        return "起超时" in theirs.inner_text("main")

    eventually(breached, within=120)
    due = theirs.locator(".sla-due time").first.get_attribute("datetime")
    lead.goto(f"{portal.base}/admin/sla/breach/?q=应急接口无响应")
    assert lead.locator("#result_list tbody tr").count() == 1
    lead.locator("#result_list tbody tr a").first.click()
    lead.wait_for_load_state()
    assert datetime.fromisoformat(due).astimezone(SHANGHAI).strftime("%H:%M") in lead.inner_text("#content")

    lead.goto(f"{portal.base}/portal/notices/?q=应急接口无响应")
    told = lead.inner_text("main")
    assert ("超时" in told and "75%" in told) or "90%" in told


def test_a_bill_from_usage_to_the_last_cent(portal: Portal, enter: Enter) -> None:
    clerk, lead, theirs = enter("caiwu"), enter("caiwuzhang"), enter("xulan")
    clerk.goto(f"{portal.base}/admin/billing/document/?standing=draft")
    clerk.locator("#result_list tbody tr a").first.click()
    clerk.wait_for_load_state()
    act(clerk, "作废草稿", reason="用量待核对")
    clerk.goto(f"{portal.base}/admin/billing/document/do/draft/")
    waiting = clerk.locator("select[name=period] option", has_text="住房公积金").first
    clerk.select_option("select[name=period]", waiting.get_attribute("value"))
    clerk.click("form.sy-form .sy-actions button")
    clerk.wait_for_load_state()
    act(clerk, "提请开具")

    lead.goto(clerk.url)
    act(lead, "开具")
    text = lead.inner_text("#content")
    number = re.search(r"ZD-\d{4}-\d{5}", text)
    assert number is not None

    clerk.reload()
    sums = portal.ask(f"asking.amounts('{number[0]}')")
    today = f"{datetime.now(SHANGHAI):%Y-%m-%d}"
    act(clerk, "登记正式发票", number="26362000000000000099", dated_on=today, **sums)
    act(clerk, "登记签收", on=today, proof="徐岚签收")
    assert "怎么算出来的" in clerk.inner_text("#content") or "工作日" in clerk.inner_text("#content")

    theirs.goto(f"{portal.base}/portal/documents/")
    theirs.click(f"a:has-text('{number[0]}')")
    theirs.wait_for_load_state()
    assert sums["gross"] in theirs.inner_text("main").replace(",", "")
    links = [a.get_attribute("href") for a in theirs.locator("main a[href*='/pdf/']").all()]
    assert "住房公积金管理中心" in pdf_text(theirs, portal.base + links[0])


def test_an_overdue_bill_bears_interest_and_takes_a_payment(portal: Portal, enter: Enter) -> None:
    clerk = enter("caiwu")
    clerk.goto(f"{portal.base}/admin/billing/document/?standing=overdue")
    clerk.locator("#result_list tbody tr a").first.click()
    clerk.wait_for_load_state()
    assert "利息" in clerk.inner_text("#content")
    link = clerk.locator("a[href$='/interest/']").first.get_attribute("href")
    assert "逾期利息" in pdf_text(clerk, portal.base + link)

    today = f"{datetime.now(SHANGHAI):%Y-%m-%d}"
    act(clerk, "登记收款", bank_txn_id="20261123E2E0001", value_date=today, amount="1000.00")
    assert "1,000.00" in clerk.inner_text("#content")
    clerk.click("a:text-is('登记收款')")
    clerk.fill("[name=bank_txn_id]", "20261123E2E0002")
    clerk.fill("[name=amount]", "10.005")
    clerk.click("form.sy-form .sy-actions button")
    clerk.wait_for_load_state()
    assert "小数位数过多" in clerk.inner_text("#content")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("更新程序.exe", b"MZ\x90\x00" + b"\x00" * 60, id="an executable"),
        pytest.param("截图.png", b"MZ\x90\x00" + b"\x00" * 60, id="an executable named as a picture"),
    ],
)
def test_an_executable_is_refused_in_words(portal: Portal, enter: Enter, name: str, content: bytes) -> None:
    theirs = enter("liuyang")
    report(theirs, portal, "带附件的报告", files=[{"name": name, "mimeType": "image/png", "buffer": content}])

    assert "/new/" in theirs.url
    assert name in theirs.inner_text("main")
    theirs.goto(f"{portal.base}/portal/tickets/?q=带附件的报告")
    assert theirs.locator("table tbody tr").count() == 0


def test_the_same_report_sent_twice_is_one_ticket(portal: Portal, enter: Enter) -> None:
    theirs = enter("huanghai")
    theirs.goto(f"{portal.base}/portal/tickets/new/")
    theirs.fill("input[name=title]", "重复提交的报告")
    theirs.fill("textarea[name=description]", "点了两次提交。")
    theirs.fill("input[name=found_at]", minutes_ago(5))
    form = theirs.evaluate(
        "() => Object.fromEntries([...new FormData(document.querySelector('main form.sy-form'))]"
        ".filter(([k, v]) => typeof v === 'string'))"
    )
    answers = [
        theirs.request.post(theirs.url, form=form, headers={"Referer": theirs.url}, max_redirects=0) for _ in range(2)
    ]

    assert [answer.status for answer in answers] == [302, 302]
    assert answers[0].headers["location"] == answers[1].headers["location"]
