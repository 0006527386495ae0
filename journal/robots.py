"""Robots of chat groups: their message formats, signatures and answers.  Pure.

Sources: WeCom "群机器人配置说明" (text, 2,048 bytes, errcode), DingTalk "自定义机器人接入" (text, sign in the address,
errcode), Feishu "自定义机器人使用指南" (text, sign in the body, code).  Only plain text is sent: what people write can
neither become a link with another face nor call everybody.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from journal.pace import Pace

MINUTE = timedelta(minutes=1)
PACES = {"wecom": Pace(20, MINUTE), "dingtalk": Pace(20, MINUTE), "feishu": Pace(100, MINUTE)}
MOST_BYTES = {"wecom": 2048, "dingtalk": 15_000, "feishu": 15_000}
ELLIPSIS = "…"


class NotTaken(Exception):
    """The other side answered, and it was no."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is posted: the address with what the signature adds to it, and the body."""

    url: str
    body: bytes


def parcel(kind: str, url: str, text: str, *, secret: str, timestamp: int) -> Parcel:
    """The message of a kind of robot.  timestamp: seconds since the epoch; secret: empty when the robot has none."""
    return PACKERS[kind](url, text, secret, timestamp)


def demand_success(kind: str, status: int, content: bytes) -> None:
    """Raises NotTaken unless the robot's answer says that it took the message."""
    if status != 200:
        raise NotTaken(f"HTTP {status}")
    try:
        said = json.loads(content)
    except ValueError as error:
        raise NotTaken("the answer is not JSON") from error
    if not isinstance(said, dict):
        raise NotTaken("the answer is not a JSON object")
    code, words = _verdict(kind, said)
    if type(code) is not int or code != 0:
        raise NotTaken(f"errcode {str(code)[:20]}: {str(words)[:200]}")


def fitted(head: str, body: str, link: str, *, most: int) -> str:
    """Head, body and link in at most so many UTF-8 bytes: the body is cut, the link stays."""
    tail = f"\n{link}" if link else ""
    whole = f"{head}\n{body}{tail}" if body else f"{head}{tail}"
    if len(whole.encode()) <= most:
        return whole
    return cut(f"{head}\n{body}", most - len(tail.encode())) + tail


def cut(text: str, most: int) -> str:
    """The text in at most so many UTF-8 bytes, never within a character, with an ellipsis where it was cut."""
    data = text.encode()
    if len(data) <= most:
        return text
    return data[: max(0, most - len(ELLIPSIS.encode()))].decode(errors="ignore") + ELLIPSIS


def dingtalk_sign(secret: str, milliseconds: int) -> str:
    """Base64 of HMAC-SHA256 with the secret as key over "timestamp\\nsecret"."""
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def feishu_sign(secret: str, seconds: int) -> str:
    """Base64 of HMAC-SHA256 with "timestamp\\nsecret" as key over nothing."""
    return base64.b64encode(hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()).decode()


def _wecom(url: str, text: str, secret: str, timestamp: int) -> Parcel:
    return Parcel(url, _json({"msgtype": "text", "text": {"content": text}}))


def _dingtalk(url: str, text: str, secret: str, timestamp: int) -> Parcel:
    if secret:
        milliseconds = timestamp * 1000
        joint = "&" if "?" in url else "?"
        url += f"{joint}timestamp={milliseconds}&sign={quote(dingtalk_sign(secret, milliseconds), safe='')}"
    return Parcel(url, _json({"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}))


def _feishu(url: str, text: str, secret: str, timestamp: int) -> Parcel:
    # Feishu reads <at user_id="all"> out of plain text: nobody's ticket title may call the whole group.
    said: dict[str, Any] = {"msg_type": "text", "content": {"text": text.replace("<", "＜")}}
    if secret:
        said |= {"timestamp": str(timestamp), "sign": feishu_sign(secret, timestamp)}
    return Parcel(url, _json(said))


PACKERS = {"wecom": _wecom, "dingtalk": _dingtalk, "feishu": _feishu}


def _verdict(kind: str, said: Mapping[str, Any]) -> tuple[object, object]:
    if kind == "feishu":
        code = said.get("code", said.get("StatusCode"))
        return code, said.get("msg", said.get("StatusMessage", ""))
    return said.get("errcode"), said.get("errmsg", "")


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False).encode()
