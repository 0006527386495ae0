"""terms_on is the only way anyone outside contracts asks which version applies."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICKS = re.compile(
    r"applying_on\(|AgreementVersion\.objects|agreement\.versions|version__state|version__effective_|AgreementVersion\.State\.ACTIVE"
)
# What looks like picking and is not, each with its reason.
KNOWN = {
    "billing/tariffs.py": "locks the version that a price row names by its key",
    "billing/charging.py": "needs all active versions at once: each use is priced by the version of its day",
    "billing/forms/rates.py": "offers every version to the person who enters a price",
    "billing/forms/interest.py": "offers the supplements of a bill's agreement to the person who says which moved it",
    "billing/deferring.py": "names the supplements among which that person chooses",
    "billing/admin/rates.py": "filters prices by the state of their version",
    "billing/calculator_page.py": "offers the prices of every version that was not withdrawn",
    "billing/views/rates.py": "the prices in force today of all agreements of a reader, in one query",
    "billing/period_keeping.py": "finds the agreements with a recorded length of period, in one query",
    "billing/statement_watch.py": "finds the agreements with a recorded time to confirm, in one query",
    "billing/panels.py": "lists the prices of every version",
    "billing/crediting.py": "looks for the tax rate of a fee that no line of the bill has, among all active prices",
    "sla/admin/targets.py": "shows and filters by the state of the version that a row belongs to",
    "sla/credit_panels.py": "lists the credit rules of every active version",
    "sla/noticing.py": "asks whether the version that applies is an active one",
    "sla/forms/targets.py": "offers the drafts to the person who enters a target",
    "sla/vulnerabilities.py": "the active versions of many agreements on one day, in one query",
    "sla/admin/uptime.py": "the active versions of many agreements today, in one query",
    "sla/uptime.py": "needs all active versions of a month at once: each stretch is measured by its own",
    "sla/clocks.py": "loads the versions that clocks have pinned, by their keys",
    "portal/sample/agreements.py": "makes versions",
    "portal/sample/arrears.py": "gives a price to the first version",
    "portal/sample/dunning.py": "gives a price to the only version",
}


def picking(path: Path) -> list[str]:
    """The lines of a file that pick versions by themselves."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if PICKS.search(line)]


def test_nobody_else_picks_versions() -> None:
    found = {}
    for app in ("people", "journal", "worktime", "sla", "billing", "portal"):
        for path in (ROOT / app).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if "migrations" not in path.parts and (lines := picking(path)):
                found[name] = lines

    assert {name: lines for name, lines in found.items() if name not in KNOWN} == {}
    assert set(KNOWN) == set(found)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        pytest.param("version = agreement.versions.latest('number')", True, id="the newest one"),
        pytest.param("AgreementVersion.objects.filter(agreement=agreement)", True, id="by a query of its own"),
        pytest.param("version = terms_on(agreement, day)", False, id="the one way"),
        pytest.param("calendar.versions.order_by('number')", False, id="versions of calendars are others"),
    ],
)
def test_the_finder_finds(tmp_path: Path, line: str, caught: bool) -> None:
    path = tmp_path / "planted.py"
    path.write_text(line)

    assert bool(picking(path)) is caught
