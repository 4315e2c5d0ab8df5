"""The documents name what the program has: settings, KPIs, files, reasons, commands."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

from kpis.catalogue.load import CATALOGUE
from wfm.cli import GROUPS, register_all, register_called
from wfm.cli.main import app
from wfm.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def wfm() -> object:
    register_all(app)
    return get_command(app)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_in_the_operators_document(name: str) -> None:
    assert f"`WFM_{name.upper()}`" in (DOCS / "operators.md").read_text()


def test_every_kpi_stands_in_its_document_as_the_catalogue_has_it(wfm: object) -> None:
    printed = CliRunner().invoke(app, ["kpi", "list", "--markdown"]).stdout
    rows = [line for line in printed.splitlines() if line.startswith("| `")]
    assert len(rows) == len(CATALOGUE) == 247
    document = (DOCS / "kpis.md").read_text()
    assert [row for row in rows if row not in document] == []


def test_every_column_and_reason_stands_in_the_document_of_files() -> None:
    document = (DOCS / "files.md").read_text()
    for name in ("columns.csv", "reasons.csv"):
        with (ROOT / "wfm" / "ingest" / name).open(newline="") as handle:
            for row in csv.DictReader(handle):
                assert f"`{row.get('column') or row['code']}`" in document


def test_every_command_of_the_readme_exists(wfm: object) -> None:
    pages = (ROOT / "README.md", DOCS / "planning.md", DOCS / "staffing.md")
    text = "".join(page.read_text() for page in pages)
    used = set(re.findall(r"wfm ([a-z]+)(?: ([a-z-]+))?", text))
    commands = wfm.commands  # type: ignore[attr-defined]
    unknown = []
    for first, second in sorted(used):
        command = commands.get(first)
        below = getattr(command, "commands", None)
        if command is None or (below is not None and second and second not in below):
            unknown.append((first, second))
    assert unknown == []


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text())
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("group", GROUPS)
def test_each_word_of_the_command_line_is_found_without_the_other_groups(group: str) -> None:
    for word in GROUPS[group]:
        called = typer.Typer()
        called.callback()(lambda: None)
        register_called(called, [word, "--json"])
        assert set(get_command(called).commands) == set(GROUPS[group])  # type: ignore[attr-defined]
