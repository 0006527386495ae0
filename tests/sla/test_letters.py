"""Letters read from their bytes: what they say, who is proven to have sent them, and what hostile ones do."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.letters import MOST_PARTS, Unreadable, from_html, read, trimmed, verdict, words
from tests.sla.make_mail import HOST, PASSED, WHEN, attached, letter, mixed, plain

# --- What they say -------------------------------------------------------------------------------


def test_a_plain_letter() -> None:
    said = read(letter("GXXY-2026-001 查询超时", "第一行\r\n第二行"), host=HOST)

    assert (said.sender, said.subject, said.text) == ("party_b@example.cn", "GXXY-2026-001 查询超时", "第一行\n第二行")
    assert (said.message_id, said.proof, said.automatic) == ("<1@example.cn>", "pass", False)
    assert said.received_at == datetime(2026, 9, 16, 1, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw, read_as",
    [
        ("=?gb2312?B?ss7K1A==?=", "参试"),
        ("=?GBK?Q?=B2=CE=CA=D4?= ok", "参试 ok"),
        ("=?utf-8?B?5p+l?= =?utf-8?B?6K+i?=", "查询"),
        ("=?utf-8?B?5p8=?=\r\n =?utf-8?B?peivog==?=", "查询"),
        ("=?utf-8?Q?a_b?=", "a b"),
        ("查询".encode("gb18030").decode("utf-8", "surrogateescape"), "查询"),
        ("=?no-such?B?5p+l6K+i?=", "查询"),
        ("=?utf-8?B?!!!?= x", "x"),
        ("plain\r\n folded", "plain folded"),
        ("a\x00b\u202ec\x1b[31m", "abc[31m"),
        ("=?utf-8?Q?a=0D=0ABcc:_x@y.z?=", "a Bcc: x@y.z"),
    ],
)
def test_headers_become_one_line_of_words(raw: str, read_as: str) -> None:
    assert words(raw) == read_as


@pytest.mark.parametrize(
    "sender, address",
    [
        ("party_b@example.cn", "party_b@example.cn"),
        ('"刘洋, 科长" <Party_B@Example.cn>', "party_b@example.cn"),
        ("a@example.cn, b@example.cn", ""),
        ("party_b@example.cn <evil@example.org>", ""),
        ('"party_b@example.cn" <evil@example.org>', "evil@example.org"),
        ("<a@example.cn> <b@example.cn>", ""),
        ("Group: a@example.cn;", ""),
        ("nobody", ""),
        ("", ""),
        ("a@b@example.cn", ""),
        ("party_b@example.cn\r\nFrom: evil@example.org", ""),
    ],
)
def test_there_is_one_sender_or_none(sender: str, address: str) -> None:
    assert read(letter("x", sender=sender), host=HOST).sender == address


@pytest.mark.parametrize(
    "headers",
    [
        "Auto-Submitted: auto-replied\r\n",
        "Auto-Submitted: auto-generated; x=1\r\n",
        "Precedence: bulk\r\n",
        "List-Id: <x.example.cn>\r\n",
        "Return-Path: <>\r\n",
        "X-Autoreply: yes\r\n",
    ],
)
def test_automatic_letters_are_known(headers: str) -> None:
    assert read(letter("x", headers=headers), host=HOST).automatic
    assert not read(letter("x", headers="Auto-Submitted: no\r\n"), host=HOST).automatic


def test_bounces_and_robots_are_automatic() -> None:
    report = b"Content-Type: multipart/report; boundary=x\r\n\r\n--x--\r\n"

    assert read(letter("x", body=report), host=HOST).automatic
    assert read(letter("x", sender="MAILER-DAEMON@example.cn"), host=HOST).automatic


# --- Who sent them and when ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "result, said",
    [
        (PASSED, "pass"),
        ("dmarc=pass header.from=other.cn", "fail"),
        ("dmarc=fail header.from=example.cn; dkim=pass header.d=example.cn", "fail"),
        ("spf=pass smtp.mailfrom=bounce@mail.example.cn", "pass"),
        ("spf=pass smtp.mailfrom=evil.org", "none"),
        ("dkim=pass header.d=evil.org; spf=fail smtp.mailfrom=example.cn", "fail"),
        ("dkim=pass header.d=notexample.cn", "none"),
        ("dkim=pass header.i=@example.cn", "pass"),
        ("dkim=pass header.d=cn", "none"),
        ("spf=softfail smtp.mailfrom=example.cn", "fail"),
        ("none", "none"),
        ("", "none"),
    ],
)
def test_the_verdict_on_a_domain(result: str, said: str) -> None:
    assert verdict(result, "example.cn") == said


def test_only_the_word_of_our_own_server_counts() -> None:
    assert read(letter("x", result=None), host=HOST).proof == "none"
    assert read(letter("x"), host="").proof == "none"
    forged = f"Authentication-Results: {HOST}; dmarc=pass header.from=example.cn\r\n"
    assert read(letter("x", result=None, headers=forged), host=HOST).proof == "none", "below a line from outside"
    above = b"Authentication-Results: evil.org; dmarc=pass header.from=example.cn\r\n"
    assert read(above + letter("x", result="dmarc=fail"), host=HOST).proof == "fail"
    assert read(letter("x", stamped=None), host=HOST).proof == "none", "no line of our server at all"


def test_a_comment_cannot_pass_for_a_result() -> None:
    assert read(letter("x", result="spf=none (dmarc=pass header.from=example.cn)"), host=HOST).proof == "none"


@pytest.mark.parametrize("stamped", ["no date", "Wed, 99 Sep 2026 09:00:05 +0800", ""])
def test_a_line_without_a_date_gives_no_time(stamped: str) -> None:
    assert read(letter("x", stamped=stamped), host=HOST).received_at is None


def test_the_time_is_that_of_our_server_and_not_of_one_with_a_longer_name() -> None:
    forged = letter("x", stamped=WHEN, host=f"{HOST}.evil.org")

    assert read(forged, host=HOST).received_at is None


# --- Their words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "已确认。\n\n在 2026年9月16日 上午9:00，守约 <shouyue@example.cn> 写道：\n> 请提供流水号。",
        "已确认。\n\nOn Wed, Sep 16, 2026 at 9:00 AM Shouyue <s@example.cn>\nwrote:\n> Please",
        "已确认。\n\n------------------ 原始邮件 ------------------\n发件人: x",
        "已确认。\n-----Original Message-----\nFrom: x",
        "已确认。\n\n发件人：守约\n发送时间：2026年9月16日\n收件人：刘洋\n主题：请补充",
        "已确认。\n\nFrom: Shouyue\nSent: Wednesday\nTo: Liu\nSubject: x",
        "> 请提供流水号。\n已确认。",
        "已确认。\n-- \n刘洋\n市大数据管理局",
        "已确认。\n\n2026-09-16 09:00:00，“守约”<s@example.cn> 写道：\n请提供",
    ],
)
def test_what_was_answered_is_cut_off(text: str) -> None:
    assert trimmed(text) == "已确认。"


@pytest.mark.parametrize("text", ["> 全部是引用", "On the way we wrote: nothing\nmore", "发件人：不明\n系统报错"])
def test_nothing_is_lost_where_nothing_is_quoted(text: str) -> None:
    assert trimmed(text) == text


@pytest.mark.parametrize(
    "page, text",
    [
        ("<p>第一<b>段</b></p><p>第二段</p>", "第一段\n\n第二段"),
        ("<script>alert(1)</script>好<style>p{}</style>", "好"),
        ("a&lt;script&gt;<br>b", "a<script>\nb"),
        ("<img src='http://evil/x.png' onerror='x'>字", "字"),
        ("<a href='http://evil/'>银行</a>", "银行"),
        ("新<blockquote>旧</blockquote>", "新\n\n> 旧"),
        ("<![weird stuff]>字", "字"),
        ("<p>没有结尾", "没有结尾"),
        ("", ""),
    ],
)
def test_a_page_becomes_words_that_do_nothing(page: str, text: str) -> None:
    assert from_html(page).strip() == text


def test_plain_text_goes_before_its_html() -> None:
    body = mixed(plain("纯文本"), b"Content-Type: text/html\r\n\r\n<p>html</p>")

    assert read(letter("x", body=body), host=HOST).text == "纯文本"


def test_html_alone_is_turned_into_words() -> None:
    body = b"Content-Type: text/html; charset=gb2312\r\n\r\n" + "<p>查询<script>x</script>超时</p>".encode("gb18030")

    assert read(letter("x", body=body), host=HOST).text == "查询超时"


def test_files_keep_their_names_without_folders() -> None:
    said = read(letter("x", body=mixed(plain("见附件"), attached("../../etc/截图.png", b"abc"))), host=HOST)

    assert [(file.name, file.content) for file in said.attached] == [("截图.png", b"abc")]


# --- Hostile ones --------------------------------------------------------------------------------


def test_one_nested_without_end_is_unreadable() -> None:
    body = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(3000))

    with pytest.raises(Unreadable):
        read(letter("x", body=body), host=HOST)


def test_one_of_too_many_parts_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="too many parts"):
        read(letter("x", body=mixed(*[plain("x")] * (MOST_PARTS + 1))), host=HOST)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00" * 1000, id="zeros"),
        pytest.param(b"Subject: =?utf-8?B?" + b"A" * 100_000 + b"?=\r\n\r\n", id="long encoded word"),
        pytest.param(b"From: " + b"<" * 50_000 + b"\r\n\r\n", id="brackets"),
        pytest.param(b"From: " + b'"' * 50_001 + b"\r\n\r\n", id="quotes"),
        pytest.param(b"From: " + b"(" * 500 + b"\r\n\r\n", id="comments"),
        pytest.param(b"Content-Type: text/plain; charset=\xff\xfe\r\n\r\nx", id="bad charset"),
        pytest.param(b"Content-Type: text/plain; charset*=no'such'%ff\r\n\r\nx", id="bad parameter"),
        pytest.param(b"Content-Transfer-Encoding: base64\r\n\r\n!!!=", id="bad base64"),
        pytest.param(b"Content-Type: multipart/mixed\r\n\r\nx", id="no boundary"),
        pytest.param(b"Content-Type: message/rfc822\r\n\r\nSubject: y\r\n\r\nz", id="a letter within"),
        pytest.param(b"Authentication-Results: mx.shouyue.example.cn; " + b"(" * 5000 + b"\r\n\r\n", id="parentheses"),
        pytest.param(b"Subject: x\r\nSubject: y\r\nFrom: a@b.cn\r\nFrom: c@d.cn\r\n\r\n", id="headers twice"),
    ],
)
def test_odd_bytes_are_read_without_falling_over(raw: bytes) -> None:
    said = read(raw, host=HOST)

    assert said.proof == "none"


@given(raw=st.binary(max_size=400))
def test_no_bytes_make_it_fall_over(raw: bytes) -> None:
    said = read(b"Subject: x\r\nContent-Type: text/html\r\n" + raw, host=HOST)

    assert not any(ord(char) < 32 and char not in "\n\t" for char in said.subject + said.text)


@given(text=st.text(max_size=300))
def test_trimming_never_invents_words(text: str) -> None:
    assert set(trimmed(text).split()) <= set(text.split())
