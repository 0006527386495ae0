"""Every page drawn in a browser: no script error, nothing the policy refuses, WCAG 2.1 AA by axe, nothing too wide."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.browser
def test_every_page_is_sound_wide_and_on_a_phone(tmp_path: Path) -> None:
    environment = {**os.environ, "SHOTS_DIR": str(tmp_path), "SHOTS_LANGUAGES": "zh-hans", "SHOTS_PICTURES": "no"}
    environment.pop("DATABASE_URL", None)
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    command = [sys.executable, "-m", "tests.e2e.screenshots"]

    drawn = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert drawn.returncode == 0, drawn.stdout[-4000:] + drawn.stderr[-1000:]
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert sum(name.startswith("zh-hans wide ") for name in seen) > 400
    assert sum(name.startswith("zh-hans phone portal-") for name in seen) > 30
