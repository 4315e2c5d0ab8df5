"""Nobody who has to find the stories is told them: not the product, not by file and not by name."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("wfm", "kpis", "forecasting", "scheduling", "dashboards")
# Who may know that the centre has stories: the simulator, and the command that starts the demo.
WITHIN = "wfm/simulator/"
STARTS = {"wfm/cli/demo_draw.py"}
TOLD = ("stories.toml", "A-0117", "T-07", "SlowWrapUp", "LateFromLunch", "OffersToNovices",
        "MissingTen")  # fmt: skip
PROOFS = ROOT / "tests" / "simulator" / "stories"


def product_files() -> list[Path]:
    found = sorted(
        path
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.suffix in {".py", ".toml", ".csv", ".js", ".css", ".md"}
        and not path.relative_to(ROOT).as_posix().startswith(WITHIN)
    )
    return [*found, ROOT / "app.py"]


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return found


@pytest.mark.parametrize("told", TOLD)
def test_the_product_names_no_story_and_nobody_who_plays_in_one(told: str) -> None:
    assert [
        path.relative_to(ROOT).as_posix()
        for path in product_files()
        if told in path.read_text(encoding="utf-8")
    ] == []


def test_only_the_command_that_starts_the_demo_imports_the_stories() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in product_files()
        if path.suffix == ".py"
        and "wfm.simulator.stories" in path.read_text(encoding="utf-8")
        and any(name.startswith("wfm.simulator.stories") for name in imported(path))
    }
    assert found <= STARTS


def test_the_proofs_read_event_files_with_nothing_of_the_product_but_their_writer() -> None:
    ours = ("wfm", "kpis", "forecasting", "scheduling", "dashboards", "app")
    allowed = ("wfm.simulator", "wfm.domain.errors")
    found = {
        f"{path.name}: {name}"
        for path in sorted(PROOFS.glob("*.py"))
        for name in imported(path)
        if name.split(".")[0] in ours and not name.startswith(allowed)
    }
    assert found == set()
