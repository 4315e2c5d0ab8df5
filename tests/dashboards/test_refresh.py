"""A refresh sends the changed pieces of a page, or the page when its shape changed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from dash import dcc, no_update
from dash import html as dash_html

from dashboards import refresh
from dashboards.parts import html
from dashboards.refresh import Seen, parse_seen, refreshed


def page(first: str, second: str, points: list[int], rows: int = 2) -> list[Any]:
    lines = [html.Tr([html.Td(first)]), *(html.Tr([html.Td(second)]) for _ in range(rows - 1))]
    return [
        html.H1("Desk"),
        html.Table(html.Tbody(lines)),
        html.Div([html.H2("Agents"), dcc.Graph(id="lanes", figure={"data": [{"y": points}]})]),
    ]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    found: dict[str, Any] = {}
    monkeypatch.setattr(refresh, "set_props", found.__setitem__)
    return found


def answered(page_id: str, tree: list[Any], view: str = "v") -> tuple[list[Any], str]:
    """The children that the browser is sent, read as it reads them, and what it then shows."""
    children, text = refreshed(page_id, tree, "s1", view, None)
    return orjson.loads(orjson.dumps(children)), text


def shown(tree: list[Any], view: str = "v") -> Seen:
    children, text = answered("desk", tree, view)
    assert children[0]["props"] == {"id": "desk-u0", "tree": ["h1", 0, "Desk"]}
    assert [child["type"] for child in children] == ["Part", "Table", "Div"]
    seen = parse_seen(text)
    assert seen is not None
    return seen


def test_only_the_row_that_changed_is_sent(sent: dict[str, Any]) -> None:
    seen = shown(page("95", "100", [1, 2]))
    children, text = refreshed("desk", page("94", "100", [1, 2]), "s2", "v", seen)
    assert children is no_update
    assert list(sent) == ["desk-u3"]
    assert parse_seen(text) != seen


def test_a_chart_gets_its_new_points_and_stays(sent: dict[str, Any]) -> None:
    seen = shown(page("95", "100", [1, 2]))
    refreshed("desk", page("95", "100", [1, 3]), "s2", "v", seen)
    assert list(sent) == ["lanes"]
    assert sent["lanes"]["figure"] == {"data": [{"y": [1, 3]}]}


def test_parts_cut_before_stand_where_they_are_put(sent: dict[str, Any]) -> None:
    def two(first: str, kept: refresh.Cut) -> list[Any]:
        return [html.Div([html.P(first), kept], className="stack")]

    kept = refresh.cut("part", [html.P("91"), html.P("92")])
    children, text = answered("team", two("90", kept))
    inside = [child["props"] for child in children[0]["props"]["children"]]
    assert [(one["id"], one["tree"][-1]) for one in inside] == [
        ("team-u1", "90"), ("part-u0", "91"), ("part-u1", "92"),
    ]  # fmt: skip
    seen = parse_seen(text)
    other = refresh.cut("part", [html.P("91"), html.P("93")])
    assert refreshed("team", two("90", other), "s2", "v", seen)[0] is no_update
    assert sent == {"part-u1": {"tree": ["p", 0, "93"]}}
    # Kept and taken out again it is the same, with the kept parts that stand in it.
    whole = refresh.cut("team", two("90", kept.packed().unpacked()))
    again = whole.packed().unpacked()
    assert (again.text, again.units, again.shape) == (whole.text, whole.units, whole.shape)
    nothing = refresh.cut("part", [])
    (alone,), _ = answered("team", [html.Div([nothing, html.P("90"), nothing])])
    assert len(alone["props"]["children"]) == 1


def test_a_part_holds_its_elements_with_all_that_they_are_given(sent: dict[str, Any]) -> None:
    row = html.Tr([html.Td(["A", html.Details([html.Summary("i"), None]), [1.5]], colSpan=2)],
                  className=None, **{"data-kpi": "aht"})  # fmt: skip
    told = [
        "tr",
        {"data-kpi": "aht"},
        ["td", {"colSpan": 2}, "A", ["details", 0, ["summary", 0, "i"]], 1.5],
    ]
    (part,), _ = answered("desk", [row])
    assert (part["type"], part["namespace"], part["props"]["tree"]) == ("Part", "muster", told)
    # What is more than HTML stays a component of its own, inside a row too.
    (line,), _ = answered("desk", [html.Tr(html.Td(dcc.Graph(id="lanes")))])
    assert line["props"]["children"]["props"]["children"]["props"]["id"] == "lanes"


def test_a_new_row_or_another_view_is_a_new_page(sent: dict[str, Any]) -> None:
    seen = shown(page("95", "100", [1, 2]))
    more = page("95", "100", [1, 2], rows=3)
    grown = refreshed("desk", more, "s2", "v", seen)[0]
    assert orjson.loads(orjson.dumps(grown)) == answered("desk", more)[0]
    same = page("95", "100", [1, 2])
    new = refreshed("desk", same, "s2", "other", seen)[0]
    assert orjson.loads(orjson.dumps(new)) == answered("desk", same)[0]
    assert sent == {}


@pytest.mark.parametrize("value", [None, 7, [], "", "x", "x" * 70_000])
def test_what_a_browser_claims_to_show_may_be_anything(value: object) -> None:
    assert parse_seen(value) is None


def test_elements_are_those_of_dash_and_refuse_what_these_refuse() -> None:
    given = {"className": "row", "data-act": "print", "hidden": True}
    assert html.Div("x", **given).to_plotly_json() == dash_html.Div("x", **given).to_plotly_json()
    assert html.Div(html.Span("in")).children.children == "in"
    with pytest.raises(TypeError, match="Div has no property 'href'"):
        html.Div(href="/me")
    with pytest.raises(AttributeError, match="no element 'Dvi'"):
        html.Dvi()
