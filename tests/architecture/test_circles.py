"""No file of the rooms below needs itself: what it imports never leads back to it."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("wfm", "kpis", "forecasting")


def test_no_import_leads_back_to_its_own_file() -> None:
    found = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): path
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if path.name != "__init__.py"
    }
    imports = {name: set(_imported(path)) & set(found) for name, path in found.items()}
    assert sum(map(len, imports.values())) > 1000
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        raise AssertionError(f"In a circle: {' -> '.join(error.args[1])}.") from None


def _imported(path: Path) -> list[str]:
    """Modules that a file names, those it needs for types alone among them."""
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names
