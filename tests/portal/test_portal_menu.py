"""The top bar of the portal: sections, the pages of one section, and the mark of where one is."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from portal.navigation import PORTAL_PAGES, SECTIONS, portal_menu


@pytest.mark.parametrize(
    ("path", "section", "page"),
    [
        pytest.param("/portal/", "首页", "首页", id="home"),
        pytest.param("/portal/agreements/", "协议与义务", "协议", id="a list"),
        pytest.param("/portal/agreements/3/board/", "协议与义务", "协议", id="below a list"),
        pytest.param("/portal/cases/7/", "协议与义务", "违约与争议", id="below another"),
        pytest.param("/portal/sharing/", "共享与安全", "共享信息", id="sharing"),
    ],
)
def test_where_one_is_is_marked(path: str, section: str, page: str) -> None:
    bar, below = portal_menu(RequestFactory().get(path), unread=0)

    assert [str(item.label) for item in bar if item.here] == [section]
    assert [str(item.label) for item in below if item.here] == [page]


def test_every_page_has_a_place_and_every_section_a_page() -> None:
    requests = [RequestFactory().get(reverse(name)) for name, _label in PORTAL_PAGES]
    bars = [portal_menu(request, unread=0) for request in requests]

    assert [sum(item.here for item in bar) for bar, _below in bars] == [1] * len(PORTAL_PAGES)
    assert {len(bar) for bar, _below in bars} == {len(SECTIONS)}


def test_unread_notices_show_on_the_section_and_on_the_page() -> None:
    bar, below = portal_menu(RequestFactory().get("/portal/"), unread=3)

    assert [(str(item.label), item.count) for item in (*bar, *below) if item.count] == [("首页", 3), ("通知", 3)]


def test_an_address_of_no_page_marks_nothing() -> None:
    bar, below = portal_menu(RequestFactory().get("/account/"), unread=0)

    assert not any(item.here for item in bar)
    assert below == []
