"""A whole running portal (web, worker, beat) on a database of its own, and a browser to look at it with."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 60.0  # seconds that anything may take before we call it not happening


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run where they are asked for; CI asks, a bare machine has no browser."""
    if os.environ.get("SHOUYUE_BROWSER") == "yes":
        return
    skip = pytest.mark.skip(reason="browser tests run with SHOUYUE_BROWSER=yes and Chromium installed")
    for item in items:
        if "browser" in item.keywords:
            item.add_marker(skip)


def eventually(what: Callable[[], Any], *, within: float = PATIENCE) -> Any:
    """The first true answer of a repeated question.  Fails when there is none in time."""
    end = time.monotonic() + within
    while True:
        if answer := what():
            return answer
        if time.monotonic() > end:
            pytest.fail(f"did not come true within {within:.0f} s: {what}")
        time.sleep(0.2)


class Portal:
    """A served portal: its address, and its management commands."""

    def __init__(self, base: str, environment: dict[str, str]) -> None:
        self.base = base
        self.environment = environment

    def manage(self, *arguments: str) -> str:
        """Run a management command of this portal; returns what it prints."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, expression: str) -> Any:
        """The value of a Python expression inside the portal, by way of JSON."""
        code = f"import json; from tests.e2e import asking; print('ANSWER' + json.dumps({expression}, default=str))"
        return json.loads(self.manage("shell", "--no-imports", "-c", code).split("ANSWER")[1])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _own_database(environment: dict[str, str]) -> Callable[[], None]:
    """Point the environment at a new PostgreSQL database where PostgreSQL is used; returns how to drop it."""
    url = environment.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        environment.pop("DATABASE_URL", None)
        return lambda: None
    import psycopg

    name = f"shouyue_e2e_{secrets.token_hex(4)}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    parts = urlsplit(url)
    environment["DATABASE_URL"] = urlunsplit(parts._replace(path=f"/{name}"))

    def drop() -> None:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    return drop


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """`manage.py serve` on a free port, with the sample loaded and the sweep every 5 seconds."""
    environment = {
        **os.environ,
        "SHOUYUE_VAR_DIR": str(tmp_path_factory.mktemp("portal")),
        "SHOUYUE_SWEEP_SECONDS": "5",
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "PYTHONUNBUFFERED": "1",
    }
    drop = _own_database(environment)
    running = Portal(f"http://127.0.0.1:{_free_port()}", environment)
    running.manage("migrate", "--verbosity", "0")
    running.manage("load_sample")
    command = [sys.executable, "manage.py", "serve", "--bind", running.base.removeprefix("http://")]
    log = Path(environment["SHOUYUE_VAR_DIR"]) / "serve.log"
    with log.open("w") as output:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        eventually(lambda: _answers(f"{running.base}/sign-in/") or _dead(server, log))
        yield running
    finally:
        server.send_signal(signal.SIGTERM)
        stopped = server.wait(40)
        drop()
    assert stopped == 0, log.read_text()[-3000:]


def _answers(url: str) -> bool:
    with suppress(OSError):
        return bool(urllib.request.urlopen(url, timeout=5).status == 200)
    return False


def _dead(server: "subprocess.Popen[bytes]", log: Path) -> bool:
    assert server.poll() is None, log.read_text()[-3000:]
    return False


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium, Debian's."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield made
        made.close()


@pytest.fixture
def enter(browser: Any, portal: Portal) -> Iterator[Callable[[str], Any]]:
    """Sign a sample account in and return its page; a script error or refused content fails the test."""
    contexts: list[Any] = []
    heard: list[str] = []

    def sign_in(username: str) -> Any:
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: heard.append(f"{username}: {error}"))
        page.on("console", lambda said: heard.append(f"{username}: {said.text}") if said.type == "error" else None)
        page.goto(f"{portal.base}/sign-in/")
        page.fill("input[name=username]", username)
        page.fill("input[name=password]", "Shouyue-2026!")
        page.click("main form.sy-form button")
        page.wait_for_load_state()
        assert "/sign-in/" not in page.url, page.inner_text("body")
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert [line for line in heard if "404" not in line and "400" not in line] == []
