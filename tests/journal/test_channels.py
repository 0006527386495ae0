"""Channels outside: signed webhooks and group robots, against a real receiver on this machine."""

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as product
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from journal import delivering, endpoints, posting, robots, webhook
from journal.models import Endpoint, EndpointPace, Event, Notice
from journal.outbox import Letter, announce_at, send_due
from journal.pace import Pace, taken, wait_until
from people.models import User
from people.refusal import Refused
from tests.journal.receiving import Post, Receiver, receiver

MINUTE = timedelta(minutes=1)
ROBOTS = ("wecom", "dingtalk", "feishu")


@pytest.fixture
def there(settings: Settings) -> Iterator[Receiver]:
    settings.WEBHOOK_HTTP_HOSTS = ["127.0.0.1"]
    settings.WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    with receiver() as state:
        yield state


@pytest.fixture
def hook(there: Receiver, system_admin: User, at: datetime) -> Endpoint:
    target = endpoints.Target(name="监测平台", kind="webhook", url=f"{there.url}/hooks/1?x=1")
    return endpoints.add(target, by=system_admin, at=at)


@pytest.fixture
def robot(
    there: Receiver, system_admin: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Endpoint]:
    """Makes a robot of a kind whose address leads to the receiver; with a sign secret unless it is WeCom's."""
    monkeypatch.setenv("SHOUYUE_ROBOT_TEST_URL", f"{there.url}/robot/send?access_token=tok")
    monkeypatch.setenv("SHOUYUE_ROBOT_TEST_SECRET", "SECabc")

    def made(kind: str) -> Endpoint:
        secret = "" if kind == "wecom" else "SHOUYUE_ROBOT_TEST_SECRET"
        target = endpoints.Target(name=kind, kind=kind, url_variable="SHOUYUE_ROBOT_TEST_URL", secret_variable=secret)
        return endpoints.add(target, by=system_admin, at=at)

    return made


def tell(endpoint: Endpoint, at: datetime, key: str = "ticket/1/breached", **words: Any) -> Notice:
    said = {"kind": "clock.breached", "subject": "响应超时", "body": "请立即处理。", "url": "/admin/x/", **words}
    notice = announce_at(endpoint, key=key, letter=Letter(**said), at=at)
    assert notice is not None
    return notice


def reload(notice: Notice) -> Notice:
    return Notice.objects.get(pk=notice.pk)


# --- Webhooks ------------------------------------------------------------------------------------


def test_a_webhook_gets_a_signed_message_once(there: Receiver, hook: Endpoint, at: datetime) -> None:
    notice = tell(hook, at)
    tell(hook, at, subject="again changes nothing")

    assert send_due(at=at) == 1
    assert send_due(at=at) == 0
    (post,) = there.got
    said = json.loads(post.body)
    assert (said["subject"], said["text"], said["cut"]) == ("响应超时", "请立即处理。", False)
    assert said["link"] == f"{product.SITE_URL}/admin/x/"
    assert post.path == "/hooks/1?x=1"
    assert post.headers[webhook.ID_HEADER] == said["id"] == notice.message_id.strip("<>")
    assert reload(notice).state == "sent"


def test_its_receiver_can_tell_it_is_genuine_and_fresh(there: Receiver, hook: Endpoint, at: datetime) -> None:
    tell(hook, at)
    send_due(at=at)
    (post,) = there.got
    key = webhook.key_of(product.SECRET_KEY, hook.pk, 1)
    now = int(post.headers[webhook.TIME_HEADER])

    assert webhook.genuine(post.headers, post.body, key=key, now=now + 299)
    assert not webhook.genuine(post.headers, post.body, key=key, now=now + 301), "an old message played again"
    assert not webhook.genuine(post.headers, post.body + b" ", key=key, now=now), "a changed body"
    assert not webhook.genuine(post.headers, post.body, key=key[:-1] + "x", now=now), "another key"
    assert not webhook.genuine({**post.headers, webhook.TIME_HEADER: "²"}, post.body, key=key, now=now)


def test_for_a_day_after_a_rotation_both_keys_sign(
    there: Receiver, hook: Endpoint, system_admin: User, at: datetime
) -> None:
    rotated = endpoints.rotate(hook, by=system_admin, at=at)

    both = delivering.keys_of(rotated, at=at + timedelta(hours=23))
    later = delivering.keys_of(rotated, at=at + timedelta(hours=24))

    assert both == [webhook.key_of(product.SECRET_KEY, hook.pk, number) for number in (2, 1)]
    assert later == both[:1]
    headers = webhook.headers_of("id", b"{}", keys=both, timestamp=1000)
    assert all(webhook.genuine(headers, b"{}", key=key, now=1000) for key in both)


def test_a_key_is_shown_once_and_kept_nowhere(hook: Endpoint, system_admin: User, at: datetime) -> None:
    key = endpoints.show_key(hook, by=system_admin, at=at)

    with pytest.raises(Refused, match="不再显示"):
        endpoints.show_key(hook, by=system_admin, at=at)
    assert key.startswith("whsec_")
    rows = [str(row) for model in (Endpoint, Event, Endpoint.history.model) for row in model.objects.values()]
    assert not any(key[6:] in row for row in rows)
    again = endpoints.rotate(hook, by=system_admin, at=at)
    assert endpoints.show_key(again, by=system_admin, at=at) != key


@pytest.mark.parametrize(
    "status, headers, said",
    [
        pytest.param(500, {}, "HTTP 500", id="broken"),
        pytest.param(302, {"Location": "http://169.254.169.254/latest"}, "HTTP 302", id="redirect is not followed"),
        pytest.param(404, {}, "HTTP 404", id="gone"),
    ],
)
def test_a_receiver_that_says_no_is_tried_again(
    there: Receiver, hook: Endpoint, at: datetime, status: int, headers: dict[str, str], said: str
) -> None:
    there.status, there.headers = status, headers
    notice = tell(hook, at)

    assert send_due(at=at) == 0
    failed = reload(notice)
    assert (failed.state, failed.attempts, failed.last_error) == ("pending", 1, f"NotTaken: {said}")
    assert at + MINUTE <= failed.next_attempt_at <= at + MINUTE * 2  # type: ignore[operator]
    there.status = 200
    assert send_due(at=at + MINUTE * 2) == 1
    assert len(there.got) == 2
    assert len({post.headers[webhook.ID_HEADER] for post in there.got}) == 1


def test_a_receiver_that_never_answers_is_cut_off(
    there: Receiver, hook: Endpoint, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "TOTAL_SECONDS", 0.2)
    there.gate = threading.Event()
    notice = tell(hook, at)

    assert send_due(at=at) == 0
    assert reload(notice).last_error == "TimeoutError: no answer within 0.2 s"


def test_one_that_fails_keeps_the_others_waiting_for_one_attempt_only(
    there: Receiver, hook: Endpoint, operator: User, at: datetime
) -> None:
    there.status = 500
    for number in range(5):
        tell(hook, at, key=f"k{number}")

    send_due(at=at)

    assert len(there.got) == 1
    assert sorted(Notice.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]


def test_an_answer_without_end_is_read_to_a_limit(there: Receiver) -> None:
    there.answer = b"x" * (posting.MOST_ANSWER + 1000)

    assert len(posting.post(there.url, b"{}", {}).content) == posting.MOST_ANSWER


def test_a_long_text_is_cut_and_says_so(there: Receiver, hook: Endpoint, at: datetime) -> None:
    tell(hook, at, body="长" * 5000)
    send_due(at=at)

    said = json.loads(there.got[0].body)
    assert (len(said["text"]), said["cut"]) == (delivering.LONGEST_BODY + 1, True)


# --- Where may be written to ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://monitor.example.cn/x",
        "ftp://monitor.example.cn/x",
        "file:///etc/passwd",
        "https://user:word@monitor.example.cn/",
        "https:///x",
        "https://[::1",
        "https://example.cn:99999/",
        "https://exa mple.cn/",
        "https://例子.cn/",
        "//example.cn/",
    ],
)
def test_addresses_that_are_refused_when_they_are_entered(system_admin: User, at: datetime, url: str) -> None:
    with pytest.raises(Refused, match="这个地址不能使用"):
        endpoints.add(endpoints.Target(name="x", kind="webhook", url=url), by=system_admin, at=at)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:10.0.0.1]", "[2002:7f00:1::]",
        "[64:ff9b::a9fe:a9fe]", "2130706433", "0x7f.1", "localhost",
    ],
)  # fmt: skip
def test_private_addresses_are_not_written_to(host: str) -> None:
    with pytest.raises(posting.NotAllowed, match="private network"):
        posting.post(f"https://{host}/", b"{}", {})


def test_a_name_that_leads_inside_is_not_written_to(there: Receiver, settings: Settings) -> None:
    """The check is of the address behind the name, and the connection goes to the address that was checked."""
    settings.WEBHOOK_PRIVATE_HOSTS = []

    with pytest.raises(posting.NotAllowed, match="private network"):
        posting.post(there.url, b"{}", {})
    assert there.got == []


def test_a_name_is_looked_up_once(there: Receiver, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    asked: list[str] = []
    port = int(there.url.rpartition(":")[2])
    settings.WEBHOOK_HTTP_HOSTS = settings.WEBHOOK_PRIVATE_HOSTS = ["monitor.example.cn"]

    def answer(host: str, *args: Any, **kwargs: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    posting.post(f"http://monitor.example.cn:{port}/", b"{}", {})

    assert asked[0] == "monitor.example.cn"
    assert set(asked[1:]) <= {"127.0.0.1"}, "what connects knows the checked address alone"
    assert there.got[0].headers["Host"] == f"monitor.example.cn:{port}"


def test_a_proxy_of_the_environment_is_not_used(there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")

    assert posting.post(there.url, b"{}", {}).status == 200


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for monitor.example.cn that its holder signed, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    made, key = tmp_path / "made.pem", tmp_path / "key.pem"
    name = ["-subj", "/CN=monitor.example.cn", "-addext", "subjectAltName=DNS:monitor.example.cn"]
    words = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name]
    subprocess.run([*words, "-keyout", key, "-out", made], check=True, capture_output=True)
    return made, key


@pytest.mark.parametrize(
    "host, trusted, said",
    [
        ("monitor.example.cn", True, None),
        ("monitor.example.cn", False, "self-signed certificate"),
        ("other.example.cn", True, "Hostname mismatch"),
    ],
)
def test_a_receiver_shows_a_certificate_of_its_name(
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    settings: Settings,
    host: str,
    trusted: bool,
    said: str | None,
) -> None:
    made, key = certificate
    settings.WEBHOOK_PRIVATE_HOSTS = [host]
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
    with receiver(certificate=(made, key)) as state:
        port = int(state.url.rpartition(":")[2])
        where = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: where)
        if said is None:
            assert posting.post(f"https://{host}:{port}/", b"{}", {}).status == 200
        else:
            with pytest.raises(ssl.SSLCertVerificationError, match=said):
                posting.post(f"https://{host}:{port}/", b"{}", {})
    assert len(state.got) == (1 if said is None else 0)


# --- Robots --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_robot_gets_plain_text_in_its_format(
    there: Receiver, robot: Callable[..., Endpoint], at: datetime, kind: str
) -> None:
    notice = tell(robot(kind), at, level="urgent")

    assert send_due(at=at) == 1
    (post,) = there.got
    said = json.loads(post.body)
    text = said["content"]["text"] if kind == "feishu" else said["text"]["content"]
    assert text == f"【守约】级别：紧急\n响应超时\n请立即处理。\n{product.SITE_URL}/admin/x/"
    assert said.get("msgtype", said.get("msg_type")) == "text"
    assert reload(notice).state == "sent"


def test_dingtalk_is_signed_in_the_address(there: Receiver, robot: Callable[..., Endpoint], at: datetime) -> None:
    tell(robot("dingtalk"), at)
    send_due(at=at)

    query = dict(pair.split("=", 1) for pair in there.got[0].path.partition("?")[2].split("&"))
    sign = robots.dingtalk_sign("SECabc", int(query["timestamp"]))
    assert query["access_token"] == "tok"
    assert query["sign"] == sign.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def test_the_signatures_are_those_of_the_documents() -> None:
    """Computed once with openssl from the documented rule, timestamp 1577262236757 and secret "this is secret"."""
    assert robots.dingtalk_sign("this is secret", 1577262236757) == DINGTALK
    assert robots.feishu_sign("demo", 1599360473) == FEISHU


DINGTALK = "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
FEISHU = "l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8="


def test_feishu_is_signed_in_the_body_and_calls_nobody(
    there: Receiver, robot: Callable[..., Endpoint], at: datetime
) -> None:
    tell(robot("feishu"), at, subject='<at user_id="all">所有人</at>')
    send_due(at=at)

    said = json.loads(there.got[0].body)
    assert said["sign"] == robots.feishu_sign("SECabc", int(said["timestamp"]))
    assert "<at" not in said["content"]["text"]


@pytest.mark.parametrize(
    "kind, answer, said",
    [
        ("wecom", b'{"errcode":93000,"errmsg":"invalid webhook url"}', "errcode 93000: invalid webhook url"),
        ("wecom", b'{"errcode":45009,"errmsg":"api freq out of limit"}', "errcode 45009: api freq out of limit"),
        ("dingtalk", b'{"errcode":310000,"errmsg":"sign not match"}', "errcode 310000: sign not match"),
        ("feishu", b'{"code":19021,"msg":"sign match fail"}', "errcode 19021: sign match fail"),
        ("feishu", b"{}", "errcode None: "),
        ("dingtalk", b"[]", "the answer is not a JSON object"),
        ("dingtalk", b"<html>", "the answer is not JSON"),
        ("wecom", b"\xff\xfe\x00", "the answer is not JSON"),
        ("wecom", b'{"errcode":false}', "errcode False: "),
    ],
)
def test_an_answer_that_is_an_error_is_a_failure(
    there: Receiver, robot: Callable[..., Endpoint], at: datetime, kind: str, answer: bytes, said: str
) -> None:
    there.answer = answer
    notice = tell(robot(kind), at)

    assert send_due(at=at) == 0
    assert reload(notice).last_error == f"NotTaken: {said}"


def test_a_receiver_that_checks_signatures_refuses_a_wrong_secret(
    there: Receiver, robot: Callable[..., Endpoint], at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def checked(post: Post) -> bytes:
        said = json.loads(post.body)
        right = said["sign"] == robots.feishu_sign("SECabc", int(said["timestamp"]))
        return b'{"code":0}' if right else b'{"code":19021,"msg":"sign match fail"}'

    there.answer = checked
    feishu = robot("feishu")
    right = tell(feishu, at)
    send_due(at=at)
    monkeypatch.setenv("SHOUYUE_ROBOT_TEST_SECRET", "wrong")
    wrong = tell(feishu, at, key="other")
    send_due(at=at)

    assert (reload(right).state, reload(wrong).state) == ("sent", "pending")
    assert "19021" in reload(wrong).last_error


def test_no_error_names_the_address_of_a_robot(
    robot: Callable[..., Endpoint], at: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wecom = robot("wecom")
    monkeypatch.setenv("SHOUYUE_ROBOT_TEST_URL", "https://127.0.0.1:1/send?key=SECRETKEY")
    notice = tell(wecom, at)
    send_due(at=at)

    assert reload(notice).last_error
    assert "SECRETKEY" not in reload(notice).last_error + caplog.text


def test_a_variable_that_is_not_set_is_said(robot: Callable[..., Endpoint], at: datetime, monkeypatch: Any) -> None:
    wecom = robot("wecom")
    monkeypatch.delenv("SHOUYUE_ROBOT_TEST_URL")
    notice = tell(wecom, at)
    send_due(at=at)

    assert reload(notice).last_error == "NotTaken: the environment variable SHOUYUE_ROBOT_TEST_URL is not set"


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"url": "https://oapi.dingtalk.com/robot/send?access_token=x"}, "只填变量名"),
        ({"url_variable": "DATABASE_URL"}, "SHOUYUE_ROBOT_"),
        ({"url_variable": "SHOUYUE_ROBOT_x"}, "SHOUYUE_ROBOT_"),
        ({"url_variable": ""}, "请填写"),
        ({"kind": "wecom", "secret_variable": "SHOUYUE_ROBOT_S"}, "没有加签"),
    ],
)
def test_robots_that_are_refused(system_admin: User, at: datetime, changes: dict[str, str], words: str) -> None:
    said = {"name": "群", "kind": "dingtalk", "url_variable": "SHOUYUE_ROBOT_A_URL", **changes}

    with pytest.raises(Refused, match=words):
        endpoints.add(endpoints.Target(**said), by=system_admin, at=at)


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_text_that_is_too_long_is_cut_and_keeps_its_link(kind: str) -> None:
    most = robots.MOST_BYTES[kind]
    text = robots.fitted("【守约】标题", "长文" * 20_000, "https://shouyue.example.cn/admin/1/", most=most)

    assert most - 6 <= len(text.encode()) <= most
    assert text.endswith("…\nhttps://shouyue.example.cn/admin/1/")


@given(text=st.text(), most=st.integers(3, 60))
def test_a_cut_never_breaks_a_character(text: str, most: int) -> None:
    text = text.encode(errors="ignore").decode()
    short = robots.cut(text, most)

    assert len(short.encode()) <= most
    assert short == text or text.startswith(short.removesuffix("…"))


# --- Rate limits ---------------------------------------------------------------------------------


def test_of_many_messages_twenty_leave_in_a_minute(
    there: Receiver, robot: Callable[..., Endpoint], at: datetime
) -> None:
    wecom = robot("wecom")
    for number in range(35):
        tell(wecom, at, key=f"k{number}")

    counts = []
    for second in range(0, 140, 7):
        sent = 0
        for _again in range(12):
            sent += send_due(at=at + timedelta(seconds=second))
        counts.append(sent)

    assert counts[0] == 10
    assert sum(counts[:9]) <= 20, "those of the first minute"
    assert 28 <= sum(counts) <= 32
    waiting = Notice.objects.filter(state="pending").first()
    assert waiting is not None
    assert waiting.attempts == 0, "to be put off is no attempt"


@given(
    gaps=st.lists(st.integers(0, 20), min_size=1, max_size=120),
    most=st.integers(2, 30),
)
def test_no_window_holds_more_than_the_limit(gaps: list[int], most: int) -> None:
    pace, now, free = Pace(most, MINUTE), datetime(2026, 1, 1, tzinfo=UTC), None
    left: list[datetime] = []
    for gap in gaps:
        now = max(now + timedelta(seconds=gap), wait_until(free, now, pace))
        if wait_until(free, now, pace) <= now:
            free = taken(free, now, pace)
            left.append(now)

    assert all(sum(start <= other < start + MINUTE for other in left) <= most for start in left)


def test_four_senders_share_one_rate_limit(race: Callable[..., list[Any]], system_admin: User, at: datetime) -> None:
    target = endpoints.Target(name="群", kind="wecom", url_variable="SHOUYUE_ROBOT_A_URL")
    wecom = endpoints.add(target, by=system_admin, at=at)
    for number in range(30):
        tell(wecom, at, key=f"k{number}")
    taken_by: list[int] = []

    counts = race(*[lambda: send_due(at=at, sender=lambda notice: taken_by.append(notice.pk))] * 4)

    assert all(isinstance(count, int) for count in counts), counts
    assert len(taken_by) == len(set(taken_by)) == sum(counts)
    assert sum(counts) <= 10
    assert EndpointPace.objects.count() == 1


# --- The life of an endpoint ---------------------------------------------------------------------


def test_switched_off_nothing_is_sent_now_or_later(hook: Endpoint, system_admin: User, at: datetime) -> None:
    waiting = tell(hook, at)
    off = endpoints.switch_off(hook, reason="升级", by=system_admin, at=at)

    assert announce_at(off, key="k", letter=Letter(kind="x", subject="x"), at=at) is None
    assert send_due(at=at) == 0
    assert reload(waiting).state == "dropped"
    with pytest.raises(Refused, match="先启用"):
        endpoints.test(off, by=system_admin, at=at)
    assert endpoints.switch_on(off, by=system_admin, at=at).enabled


def test_a_test_message_says_who_sent_it(there: Receiver, hook: Endpoint, system_admin: User, at: datetime) -> None:
    endpoints.test(hook, by=system_admin, at=at)
    send_due(at=at)

    assert json.loads(there.got[0].body)["text"] == "郑涛 从守约发出的测试消息，收到即表示渠道可用。"


def test_the_kind_of_an_endpoint_stays(hook: Endpoint, system_admin: User, at: datetime) -> None:
    target = endpoints.Target(name="群", kind="wecom", url_variable="SHOUYUE_ROBOT_A_URL")

    with pytest.raises(Refused, match="渠道类型不能修改"):
        endpoints.revise(hook, target, by=system_admin, at=at)


def test_a_second_of_the_same_name_is_refused(hook: Endpoint, system_admin: User, at: datetime) -> None:
    with pytest.raises(Refused, match="同名"):
        endpoints.add(
            endpoints.Target(name=hook.name, kind="webhook", url="https://x.example.cn/"), by=system_admin, at=at
        )


def test_the_table_keeps_a_robot_from_having_its_address(hook: Endpoint) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Endpoint.objects.filter(pk=hook.pk).update(kind="wecom")
