"""What a person sees of an answer: the page without what differs at each request (nonce, token, the id asked for)."""

import re
from typing import Any

from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase

CHANGING = re.compile(
    r'nonce="[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"|value="[\w-]{32,}"|static/[\w./-]*\.\w{12}\.'
)


def seen(response: Any, *, asked: object = "") -> str:
    """The answer's text for comparison; `asked` is the id in its address, which the page may repeat."""
    text = CHANGING.sub("", response.content.decode())
    return text.replace(f"/{asked}/", "/ID/") if asked else text


def let_go(answer: HttpResponseBase) -> None:
    """Let go of the files behind an answer, but not of the test's connection to the database."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
