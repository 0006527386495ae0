"""The arrows of the house, read from the source: between apps, inside an app, and what pure modules may import."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS = ("people", "journal", "worktime", "contracts", "sla", "billing", "portal")  # lowest first
FORBIDDEN_NAMES = {"core", "common", "utils", "util", "helpers", "services", "service", "misc", "constants", "lib"}
EDGES = {"admin", "views", "api", "tasks"}  # nothing inside an app imports these, but urls and apps
PURE = {
    "journal/hashing.py",
    "journal/pace.py",
    "journal/quiet.py",
    "journal/robots.py",
    "journal/webhook.py",
    "worktime/almanac.py",
    "worktime/pauses.py",
    "worktime/published.py",
    "worktime/settling.py",
    "worktime/timeline.py",
    "people/canonical.py",
    "worktime/windows.py",
    "worktime/spans.py",
    "worktime/clock.py",
    "worktime/workdays.py",
    "worktime/explain.py",
    "worktime/china.py",
    "worktime/notice.py",
    "worktime/bulk.py",
    "worktime/batch.py",
    "worktime/stating.py",
    "worktime/tabled.py",
    "worktime/terminal.py",
    "worktime/wording.py",
    "contracts/diffing.py",
    "billing/taking_back.py",
    "billing/einvoice.py",
    "billing/money.py",
    "billing/capitals.py",
    "billing/interest.py",
    "billing/lpr.py",
    "billing/rating.py",
    "billing/ladder.py",
    "billing/settlement.py",
    "billing/document.py",
    "people/typesetting.py",
    "billing/pdf.py",
    "billing/batch.py",
    "billing/calendar_terms.py",
    "billing/cases/due.py",
    "billing/cases/overdue.py",
    "billing/cases/periods.py",
    "billing/cases/pricing.py",
    "billing/cases/reading.py",
    "billing/cases/shares.py",
    "billing/cases/taxes.py",
    "billing/cases/texts.py",
    "billing/lawful_rates.py",
    "people/charting.py",
    "people/pages.py",
    "billing/papers/bill.py",
    "billing/papers/blocks.py",
    "billing/papers/interest.py",
    "billing/papers/letter.py",
    "billing/papers/statement.py",
    "billing/percentage.py",
    "billing/proration.py",
    "billing/stating.py",
    "billing/tax.py",
    "billing/wording.py",
    "billing/working.py",
    "contracts/freshness.py",
    "contracts/due_rules.py",
    "contracts/names.py",
    "contracts/board_paper.py",
    "contracts/comparable.py",
    "contracts/limitation.py",
    "contracts/penalty.py",
    "contracts/uscc.py",
    "contracts/blanks.py",
    "contracts/text/document.py",
    "contracts/text/labels.py",
    "contracts/text/drawing.py",
    "sla/attainment.py",
    "sla/credits.py",
    "sla/pieces.py",
    "sla/privacy.py",
    "sla/rating_figures.py",
    "sla/simple_text.py",
    "sla/spread.py",
    "sla/letters.py",
    "sla/levels.py",
    "sla/availability.py",
    "sla/incident_rules.py",
    "sla/replay.py",
    "sla/bars.py",
    "sla/canned.py",
    "sla/in_hand.py",
    "sla/recurring.py",
    "sla/report.py",
    "sla/report_paper.py",
    "sla/steps.py",
    "sla/whatif.py",
    "sla/priority.py",
    "sla/promises.py",
    "people/sniffing.py",
    "people/blocks.py",
    "people/refusal.py",
}


def sources() -> list[Path]:
    return [
        path
        for layer in LAYERS
        for path in sorted((ROOT / layer).rglob("*.py"))
        if "migrations" not in path.parts and "__pycache__" not in path.parts
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """The dotted names that one import statement brings in, those of `from a import b` as a.b."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(path: Path) -> list[str]:
    return [name for node in ast.walk(tree(path)) for name in imported(node)]


def local_imports(path: Path) -> list[str]:
    """Imports that stand inside a function."""
    functions = [n for n in ast.walk(tree(path)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return [name for function in functions for node in ast.walk(function) for name in imported(node)]


def ident(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_arrows_between_apps_run_down_only() -> None:
    wrong = []
    for path in sources():
        own = LAYERS.index(path.relative_to(ROOT).parts[0])
        for name in imports(path):
            top = name.split(".")[0]
            if top in LAYERS and LAYERS.index(top) > own:
                wrong.append(f"{ident(path)} imports {name}")

    assert wrong == []


def test_inside_an_app_nothing_imports_the_edges() -> None:
    wrong = []
    for path in sources():
        app, module = path.relative_to(ROOT).parts[0], path.stem
        edge = module in EDGES | {"urls", "apps", "site"} or EDGES & set(path.parts)
        if edge or "management" in path.parts or app == "portal":
            continue
        for name in imports(path):
            parts = name.split(".")
            if parts[0] in LAYERS and len(parts) > 1 and parts[1] in EDGES:
                wrong.append(f"{ident(path)} imports {name}")

    assert wrong == []


def test_models_import_no_verbs() -> None:
    allowed = {"models", "querysets", "fields", "refusal", "topics"} | {Path(p).stem for p in PURE}
    wrong = []
    for path in sources():
        if not {path.stem, path.parent.name} & {"models", "querysets"}:
            continue
        app = path.relative_to(ROOT).parts[0]
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == app and len(parts) > 1 and parts[1] not in allowed and not parts[1].startswith("querysets_"):
                wrong.append(f"{ident(path)} imports {name}")

    assert wrong == []


@pytest.mark.parametrize("name", sorted(PURE))
def test_pure_modules_import_no_django(name: str) -> None:
    path = ROOT / name
    assert path.exists(), f"{name} is listed as pure but is not there"

    wrong = [i for i in imports(path) if i.split(".")[0] == "django" or i.endswith((".models", ".querysets"))]

    assert wrong == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    wrong = [ident(path) for path in sources() if path.stem in FORBIDDEN_NAMES or set(path.parts) & {"services"}]

    assert wrong == []


def test_no_import_stands_inside_a_function() -> None:
    # AppConfig.ready is Django's own place for imports that need the registry.
    wrong = [
        f"{ident(path)} imports {name}" for path in sources() if path.name != "apps.py" for name in local_imports(path)
    ]

    assert wrong == []


def test_app_packages_are_empty() -> None:
    full = [layer for layer in LAYERS if (ROOT / layer / "__init__.py").read_text().strip()]

    assert full == []


def test_every_module_opens_with_a_docstring() -> None:
    silent = [ident(p) for p in sources() if p.name != "__init__.py" and not ast.get_docstring(tree(p))]

    assert silent == []


@pytest.mark.parametrize(
    "source, found",
    [
        pytest.param("def f():\n    import os\n", ["os"], id="planted in-function import"),
        pytest.param("import os\n", [], id="top-level import"),
    ],
)
def test_the_finder_of_local_imports_finds(tmp_path: Path, source: str, found: list[str]) -> None:
    path = tmp_path / "planted.py"
    path.write_text(source)

    assert local_imports(path) == found
