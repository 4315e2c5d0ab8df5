"""Colours, charts and routes agree wherever they are written down."""

from __future__ import annotations

import re
from pathlib import Path

import plotly
import pytest
from plotly.offline import get_plotlyjs_version

from dashboards.build import CHARTS, INDEX
from dashboards.pages import ROOMS
from dashboards.theme import PALETTES
from kpis.dashboards import PAGES
from wfm.web.pages import page_of, pages

ASSETS = Path(__file__).parents[2] / "dashboards" / "assets"


def tokens(scheme: str) -> dict[str, str]:
    text = (ASSETS / "tokens.css").read_text()
    mark = ':root[data-scheme="dark"] {' if scheme == "dark" else ":root {"
    block = text.split(mark, 1)[1].split("}", 1)[0]
    return dict(re.findall(r"--([\w-]+):\s*([^;]+);", block))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_plots_and_pages_share_their_colours(scheme: str) -> None:
    css = tokens(scheme)
    for name, colour in vars(PALETTES[scheme]).items():
        assert css[name.replace("_", "-")] == colour, name


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    a, b = sorted((light(one), light(other)), reverse=True)
    return (a + 0.05) / (b + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["good", "warn", "bad", "none", "third", "second", "ink"])
def test_text_reads_on_every_ground(scheme: str, name: str) -> None:
    css = tokens(scheme)
    for ground in ("page", "ground"):
        assert contrast(css[name], css[ground]) >= 4.5


def test_the_charts_are_those_that_plotly_was_made_for() -> None:
    head = (ASSETS / CHARTS).read_text(encoding="utf-8")[:200]
    assert f"v{get_plotlyjs_version()}" in head
    assert int(plotly.__version__.split(".")[0]) == 7
    assert f'var CHARTS = "/assets/{CHARTS}"' in (ASSETS / "muster.js").read_text()
    assert f'href="/assets/{CHARTS}"' in INDEX


def test_the_router_knows_every_page() -> None:
    text = (ASSETS / "early.js").read_text()
    known = dict(re.findall(r'"(/\w+)": "(\w+)"', text.split("PAGES = {")[1].split("}")[0]))
    for room in ROOMS:
        page = page_of(room.page_id)
        assert page is not None
        assert known[page.path] == room.page_id


def test_pages_begin_as_the_catalogue_of_dashboards_says() -> None:
    for room in ROOMS:
        assert PAGES[room.page_id].path == (page_of(room.page_id) or page_of("desk")).path


def test_every_font_has_its_licence() -> None:
    assert "SIL OPEN FONT LICENSE" in (ASSETS / "fonts" / "OFL.txt").read_text().upper()


def test_the_browser_knows_every_page_by_its_path() -> None:
    script = (ASSETS / "early.js").read_text(encoding="utf-8")
    told = re.search(r"var PAGES = \{(.*?)\};", script, re.DOTALL)
    assert told is not None
    known = dict(re.findall(r'"(/\w+)": "(\w+)"', told[1]))
    assert known == {page.path: page.page_id for page in pages()}
