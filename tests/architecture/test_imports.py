"""The tree keeps its shape: who may import whom, how long a file may be, which names are banned."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "wfm/domain", "wfm/ingest", "wfm/store", "wfm/facts", "wfm/queries", "wfm/actions", "wfm/web",
    "wfm/worker", "wfm/cli", "wfm/bench", "wfm/simulator", "kpis", "forecasting", "scheduling",
    "dashboards",
)  # fmt: skip

# What each room may import of ours, besides itself, and of others, besides the standard library.
OURS = {
    "wfm/domain": set(),
    "wfm/ingest": {"wfm/domain", "wfm/store"},
    "wfm/store": {"wfm/domain"},
    "wfm/facts": {"wfm/domain", "wfm/store"},
    "wfm/queries": {"wfm/domain", "wfm/store", "wfm/facts"},
    "wfm/actions": {"wfm/domain", "wfm/store", "wfm/queries"},
    "wfm/web": {"wfm/domain", "wfm/queries", "wfm/actions", "kpis"},
    "wfm/worker": {
        "wfm/domain", "wfm/ingest", "wfm/store", "wfm/facts", "wfm/queries", "wfm/actions",
        "kpis", "forecasting", "scheduling",
    },
    "wfm/simulator": {"wfm/domain", "wfm/ingest", "wfm/actions"},
    "kpis": {"wfm/domain", "wfm/facts"},
    "forecasting": {"wfm/domain", "wfm/facts"},
    "scheduling": {"wfm/domain"},
    "dashboards": {"wfm/domain", "wfm/queries", "wfm/actions", "wfm/web", "kpis"},
}  # fmt: skip
OTHERS = {
    "wfm/domain": set(),
    "wfm/ingest": {"polars", "sqlalchemy", "numpy"},
    "wfm/store": {"sqlalchemy", "polars", "alembic"},
    "wfm/facts": {"polars", "numpy", "sqlalchemy"},
    "wfm/queries": {"polars", "sqlalchemy"},
    "wfm/actions": {"sqlalchemy", "werkzeug"},
    "wfm/web": {"flask", "werkzeug", "dash", "flask_compress", "xlsxwriter", "markupsafe", "babel"},
    "wfm/worker": {"polars", "sqlalchemy", "numpy"},
    "wfm/simulator": {"numpy", "polars"},
    "kpis": {"polars", "numpy"},
    "forecasting": {
        "statsmodels", "numpy", "polars", "pandas", "scipy", "holidays", "numba",
    },
    "scheduling": {"pulp", "highspy", "numpy", "polars", "scipy", "numba"},
    "dashboards": {"dash", "orjson", "plotly", "polars"},
}  # fmt: skip
FREE = {"wfm/cli", "wfm/bench"}  # everything but dashboards; app.py is the composition root
BANNED = ("print(", "os.environ", "datetime.now(", "date.today(", "except:", "eval(")
BANNED_WHERE = {
    "datetime.now(": {"wfm/domain/clock.py"},
    "os.environ": {"wfm/cli/main.py"},  # what a library reads when it is imported
}


def files() -> list[Path]:
    return sorted(
        path
        for room in {room.split("/")[0] for room in ROOMS}
        for path in (ROOT / room).rglob("*.py")
    )


def room_of(path: Path) -> str | None:
    name = path.relative_to(ROOT).as_posix()
    return next((room for room in ROOMS if name.startswith(f"{room}/")), None)


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def broken_rules(path: Path, names: set[str]) -> list[str]:

    room = room_of(path)
    if room is None:
        return []
    broken = []
    for name in sorted(names):
        top = name.split(".")[0]
        if top in ("wfm", "kpis", "forecasting", "scheduling", "dashboards", "app"):
            target = next(
                (r for r in ROOMS if f"{name}.".startswith(r.replace("/", ".") + ".")), None
            )
            if room in FREE:
                if target == "dashboards":
                    broken.append(name)
            elif target is None:
                # wfm itself, settings, app: only the version is free
                if name not in ("wfm", "wfm.__version__", "__future__"):
                    broken.append(name)
            elif target != room and target not in OURS[room]:
                broken.append(name)
        elif top not in sys.stdlib_module_names and room not in FREE and top not in OTHERS[room]:
            broken.append(name)
    return broken


@pytest.mark.parametrize("path", files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_room_imports_only_what_the_table_allows(path: Path) -> None:
    assert broken_rules(path, imported(path)) == []


def test_a_forbidden_import_is_found() -> None:
    page = ROOT / "dashboards" / "pages" / "planted.py"
    assert broken_rules(page, {"sqlalchemy", "wfm.store.store", "wfm.queries.targets"}) == [
        "sqlalchemy", "wfm.store.store",
    ]  # fmt: skip


def test_a_file_is_one_noun_or_one_step() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): n
        for path in files()
        if (n := len(path.read_text().splitlines())) > 500
    }
    assert long == {}


@pytest.mark.parametrize("banned", BANNED)
def test_a_banned_call_appears_nowhere(banned: str) -> None:
    found = [
        f"{name}:{number}"
        for path in files()
        if (name := path.relative_to(ROOT).as_posix()) not in BANNED_WHERE.get(banned, set())
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if calls(line, banned)
    ]
    assert found == []


def calls(line: str, banned: str) -> bool:
    """Whether a line uses the banned name itself: `console.print(` is not `print(`."""
    code = line.split("#")[0]
    at = code.find(banned)
    while at >= 0:
        before = code[at - 1] if at else " "
        if not (before.isalnum() or before in "._\"'`"):
            return True
        at = code.find(banned, at + 1)
    return False


def test_every_reader_needs_a_scope() -> None:
    """Every `read_` function of the readers and queries has a Scope, and no default for it."""
    without = []
    for folder in ("wfm/store/readers", "wfm/queries"):
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.parse(path.read_text()).body:
                if not isinstance(node, ast.FunctionDef) or not node.name.startswith("read_"):
                    continue
                arguments = node.args.args + node.args.kwonlyargs
                scoped = [
                    a for a in arguments if a.annotation and "Scope" in ast.dump(a.annotation)
                ]
                defaults = {
                    a.arg
                    for a, d in zip(
                        node.args.args[len(node.args.args) - len(node.args.defaults) :],
                        node.args.defaults,
                        strict=True,
                    )
                    if d is not None
                } | {
                    a.arg
                    for a, d in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                    if d is not None
                }
                if not scoped or any(a.arg in defaults for a in scoped):
                    without.append(f"{path.name}:{node.name}")
    assert without == []
