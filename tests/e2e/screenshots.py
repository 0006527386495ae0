"""Draws every page of the product, in both languages, wide and on a phone, into screenshots/; lists what is wrong.

Run by `make screenshots`.  Works on a database of its own with the sample data, through a real server and Chromium.
SHOTS=text draws only the pages whose name holds the text; SHOTS_LANGUAGES, SHOTS_SCHEME
(light or dark) and SHOTS_DIR choose languages, colours and folder.  SHOTS_PICTURES=no looks at every page and keeps no
picture, which is faster; seen.json lists what was looked at either way.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OUT = Path(os.environ.get("SHOTS_DIR", ROOT / "screenshots"))
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCHEME: Any = os.environ.get("SHOTS_SCHEME", "light")
PICTURES = os.environ.get("SHOTS_PICTURES", "yes") == "yes"
BROWSERS = 2
ONE_SHAPE = ("-do-", "-history", "-add", "-step-")
SIZES = {"wide": (1440, 900), "phone": (390, 844)}
LANGUAGES = tuple(os.environ.get("SHOTS_LANGUAGES", "zh-hans,en").split(","))
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
# Django's choice of many (select2) is not ours to change: its inner list and field have no names.
WHERE = "{include: document, exclude: ['.select2-container']}"
RUN_AXE = f"""async () => (await axe.run({WHERE}, {{preload: false, runOnly: {RULES}}}))
  .violations.map(v => v.id + ' x' + v.nodes.length + ': ' + v.nodes[0].target.join(' '))"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def prepare(folder: str) -> None:
    """Settings for a database of its own under folder, and Django ready."""
    os.environ["SHOUYUE_VAR_DIR"] = folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("load_sample")


@contextmanager
def served() -> Iterator[str]:
    """The address of a server that runs while the block does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", "2", "--threads", "2", "portal.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT)
    base = f"http://127.0.0.1:{port}"
    try:
        for _try in range(150):
            try:
                urllib.request.urlopen(f"{base}/sign-in/", timeout=5)
                break
            except OSError:
                time.sleep(0.2)
        yield base
    finally:
        server.terminate()
        server.wait(20)


Seen = dict[str, list[str]]  # "language size page" -> what is wrong with it


def draw(base: str, pages: list[dict[str, str]], sessions: dict[str, str]) -> Seen:
    """Every page in every language and size, by several browsers side by side."""
    shares = [(base, pages[first::BROWSERS], sessions) for first in range(BROWSERS)]
    with ProcessPoolExecutor(BROWSERS, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(draw_share, *share) for share in shares]
        return {name: wrong for part in parts for name, wrong in part.result().items()}


def draw_share(base: str, pages: list[dict[str, str]], sessions: dict[str, str]) -> Seen:
    """The share of one browser."""
    from playwright.sync_api import sync_playwright

    seen: Seen = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for language in LANGUAGES:
            for username in sorted({page["username"] for page in pages}):
                context = browser.new_context(locale="zh-CN", color_scheme=SCHEME)
                cookies = {"shouyue_language": language}
                if username:
                    cookies["shouyue_session"] = sessions[username]
                context.add_cookies([{"name": k, "value": v, "url": base} for k, v in cookies.items()])
                # One tab for all pages of a person: a new one for each costs more than the page.
                tab = context.new_page()
                for page in pages:
                    if page["username"] == username:
                        seen |= look(tab, base, language, page)
                context.close()
        browser.close()
    return seen


def drawn_at(size: str, name: str) -> bool:
    """Forms of verbs, histories and additions of the console have one shape: they are drawn wide only."""
    return size == "wide" or not (name.startswith("admin-") and any(part in name for part in ONE_SHAPE))


def examined(language: str, size: str, page: dict[str, str]) -> bool:
    """Whether axe looks at the page: once in Chinese, and on a phone too where Party B uses one."""
    return language == "zh-hans" and bool(page["axe"]) and (size == "wide" or page["name"].startswith("portal"))


def standing_for_others(names: list[str]) -> set[str]:
    """The pages that axe looks at: of the forms of one record's verbs the first, of histories that of agreements."""
    chosen: dict[str, str] = {}
    for name in names:
        record, shape, _verb = name.partition("-do-")
        chosen.setdefault(record if shape and name.startswith("admin-") else name, name)
    return {name for name in chosen.values() if not name.endswith("-history") or "contracts_agreement-" in name}


def look(tab: Any, base: str, language: str, page: dict[str, str]) -> Seen:
    """One page in each size: script errors, refused content, broken rules of accessibility and sideways scrolling.

    The page is loaded once and then made narrow, as a window is.
    """
    name, heard = page["name"], list[str]()

    def hear(message: Any) -> None:
        if message.type in {"error", "warning"}:
            heard.append(f"{message.type}: {message.text}")

    def stumble(error: Any) -> None:
        heard.append(f"script: {error}")

    tab.on("console", hear)
    tab.on("pageerror", stumble)
    seen: Seen = {}
    answer = None
    for size, (width, height) in SIZES.items():
        if not drawn_at(size, name):
            continue
        tab.set_viewport_size({"width": width, "height": height})
        answer = answer or tab.goto(base + page["path"], wait_until="load")
        if PICTURES:
            file = OUT / language / size / f"{name}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            tab.screenshot(path=file, full_page=True)
        seen[f"{language} {size} {name}"] = wrong_of(tab, answer.status, size) if answer.status != 404 else []
    shown = next(iter(seen))
    seen[shown] += [line for line in heard if answer and (answer.status != 404 or "404" not in line)]
    tab.remove_listener("pageerror", stumble)
    tab.remove_listener("console", hear)  # axe looks at styles in ways that our own policy refuses
    for size, (width, height) in SIZES.items():
        if answer and answer.status != 404 and examined(language, size, page) and drawn_at(size, name):
            tab.set_viewport_size({"width": width, "height": height})
            tab.evaluate(AXE.read_text(encoding="utf-8"))
            seen[f"{language} {size} {name}"] += [f"axe {line}" for line in tab.evaluate(RUN_AXE)]
    return seen


def wrong_of(tab: Any, status: int, size: str) -> list[str]:
    """An answer that is an error, and sideways scrolling."""
    found = [f"answer {status}"] if status >= 400 else []
    if size == "phone" and tab.evaluate(TOO_WIDE) > 0:
        tab.reload(wait_until="load")  # a chart follows the window late: what counts is how a phone opens the page
    if (over := tab.evaluate(TOO_WIDE)) > 0:
        found.append(f"{over}px too wide")
    return found


def main() -> int:
    """Draws, then prints what is wrong.  Returns how many lines that were, 1 at most."""
    if not Path(CHROMIUM).exists():
        sys.exit(f"No Chromium at {CHROMIUM}: install it (apt-get install chromium) or set CHROMIUM=/path/to/it.")
    only = os.environ.get("SHOTS", "")
    if not only:
        shutil.rmtree(OUT, ignore_errors=True)
    folder = tempfile.mkdtemp(prefix="shouyue-shots-")
    try:
        prepare(folder)
        from people.models import User
        from tests.e2e.pages import all_pages, session_key

        looker = User.objects.create_superuser("looker", "looker@example.cn", None, name="截图")
        found = [page for page in all_pages(looker) if only in page.name]
        axed = standing_for_others([page.name for page in found])
        pages = [{**vars(page), "axe": "yes" if page.name in axed else ""} for page in found]
        names = {page["username"] for page in pages} - {""}
        sessions = {name: session_key(User.objects.get(username=name)) for name in names}
        with served() as base:
            seen = draw(base, pages, sessions)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    wrong = [f"{name}: {line}" for name, lines in seen.items() for line in lines]
    OUT.mkdir(exist_ok=True)
    (OUT / "seen.json").write_text(json.dumps(sorted(seen), ensure_ascii=False, indent=1), encoding="utf-8")
    (OUT / "wrong.json").write_text(json.dumps(wrong, ensure_ascii=False, indent=1), encoding="utf-8")
    sys.stdout.write("\n".join(wrong) + "\n" if wrong else "Nothing wrong was seen.\n")
    return min(len(wrong), 1)


if __name__ == "__main__":
    sys.exit(main())
