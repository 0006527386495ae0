"""Makers of letters as they lie in a mailbox: with the lines that our own mail server wrote above them."""

from base64 import b64encode

HOST = "mx.shouyue.example.cn"
WHEN = "Wed, 16 Sep 2026 09:00:05 +0800"
PASSED = "spf=pass smtp.mailfrom=example.cn; dkim=pass header.d=example.cn; dmarc=pass header.from=example.cn"


def encoded(text: str) -> str:
    return f"=?utf-8?B?{b64encode(text.encode()).decode()}?="


def letter(
    subject: str,
    text: str = "今天 8:40 起查询接口返回 504。",
    *,
    sender: str = "刘洋 <party_b@example.cn>",
    message_id: str = "<1@example.cn>",
    result: str | None = PASSED,
    stamped: str | None = WHEN,
    host: str = HOST,
    headers: str = "",
    body: bytes | None = None,
) -> bytes:
    """A plain letter; body: the rest of the message from its Content-Type on, in place of the text."""
    ours = ""
    if stamped is not None:
        ours += "Received: from mail.example.cn (mail.example.cn [198.51.100.7])\r\n"
        ours += f"\tby {host} (Postfix) with ESMTPS id 4X;\r\n\t{stamped}\r\n"
    if result is not None:
        ours += f"Authentication-Results: {host};\r\n\t{result}\r\n"
    theirs = (
        "Received: from desk (unknown [10.0.0.9]) by mail.example.cn; Tue, 15 Sep 2026 08:00:00 +0800\r\n"
        f"From: {sender}\r\nTo: fault@shouyue.example.cn\r\nSubject: {encoded(subject)}\r\n"
        f"Message-ID: {message_id}\r\n{headers}"
    )
    if body is None:
        body = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + text.encode()
    return (ours + theirs).encode() + body


def mixed(*parts: bytes) -> bytes:
    """A multipart body of parts that each begin with their own headers."""
    joined = b"".join(b"--cut\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/mixed; boundary="cut"\r\n\r\n' + joined + b"--cut--\r\n"


def plain(text: str) -> bytes:
    return b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()


def attached(name: str, content: bytes) -> bytes:
    head = f'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="{encoded(name)}"\r\n'
    return head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + b64encode(content)
