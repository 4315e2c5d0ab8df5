"""Pages say what the events say: tile, rows, table view, export and sentence agree."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from live_centre import PEOPLE, TODAY, Answered, LiveCentre
from plotly.utils import PlotlyJSONEncoder

from dashboards.build import parse_page, parse_ticks
from dashboards.export import table_builder
from dashboards.frame import View
from dashboards.parts.table import Sheet
from dashboards.parts.tile import Tile
from dashboards.shell import whole_page
from dashboards.sources import Sources
from kpis.catalogue.load import CATALOGUE
from kpis.dashboards import PAGES
from kpis.drill import drill_reason
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.grid import day_start
from wfm.domain.scope import Scope


def tile(view: View, name: str) -> Tile:
    return next(one for one in view.tiles if one.name == name)


def sheet(view: View, key: str) -> Sheet:
    return next(one for one in view.sheets if one.key == key)


def column(given: Sheet, key: str) -> list[object]:
    at = [c.key for c in given.columns].index(key)
    return [line.cells[at].raw for line in given.lines]


def of_today(centre: LiveCentre, site: str, zone: str) -> pl.DataFrame:
    start = day_start(TODAY, zone)
    return centre.contacts.filter(
        pl.col("queue_id").str.starts_with(site)
        & pl.col("enqueued_at").is_between(start, start + 86_400, closed="left")
    )


def test_the_tile_is_recomputed_from_the_contacts_themselves(
    centre: LiveCentre, answered: Answered
) -> None:
    _, view = answered("/centre?grain=today")
    start = day_start(TODAY, "Europe/Dublin")
    handled = centre.contacts.filter(
        (pl.col("outcome") == "answered")
        & pl.col("queue_id").str.starts_with("dublin")
        & pl.col("wrap_ended_at").is_between(start, start + 86_400, closed="left")
    )
    seconds = sum(handled[name].fill_null(0).sum() for name in ("talk_s", "hold_s", "acw_s"))
    assert tile(view, "Handle time").value == f"{seconds / handled.height:.0f}"


def test_offered_contacts_of_the_day_are_the_events_of_the_day(
    centre: LiveCentre, answered: Answered
) -> None:
    _, view = answered("/desk?grain=today&scope=dublin")
    offered = [n for n in column(sheet(view, "contacts"), "offered") if n is not None]
    end = int(centre.clock.now().timestamp()) // 900 * 900
    events = of_today(centre, "dublin", "Europe/Dublin").filter(pl.col("enqueued_at") < end)
    assert sum(offered) == events.height  # type: ignore[arg-type]


def test_rows_add_up_to_the_gap_of_the_tile(answered: Answered) -> None:
    _, view = answered("/centre?grain=today&kpi=adherence&by=team")
    rows = sheet(view, "breakdown")
    adds = [line.cells[3].raw for line in rows.lines]
    *parts, total = [n for n in adds if n is not None]
    assert sum(parts) == pytest.approx(total)  # type: ignore[arg-type]
    assert len(parts) >= 2


@pytest.mark.parametrize("by", ["team", "agent", "queue", "contact_type", "weekday", "slot"])
def test_a_breakdown_holds_the_whole_base(answered: Answered, by: str) -> None:
    _, view = answered(f"/centre?grain=today&kpi=average_handle_time&by={by}")
    bases = column(sheet(view, "breakdown"), "base")
    assert sum(n for n in bases[:-1] if n) == pytest.approx(bases[-1])  # type: ignore[misc]


def test_every_breakdown_that_a_figure_allows_is_drawn(answered: Answered) -> None:
    allowed = [
        (kpi_id, by)
        for kpi_id in PAGES["manager"].kpi_ids
        for by in ("team", "agent", "tenure", "queue", "contact_type", "activity", "reason",
                   "weekday", "slot", "day")
        if not drill_reason(CATALOGUE[kpi_id], by)
    ]  # fmt: skip
    assert ("adherence", "slot") in allowed
    for grain in ("today", "week", "month"):
        for kpi_id, by in allowed:
            _, view = answered(f"/centre?grain={grain}&kpi={kpi_id}&by={by}")
            assert view.sheets[0].key == "breakdown"


def test_the_table_view_shows_the_figures_of_the_tiles(answered: Answered) -> None:
    ask, view = answered("/centre?grain=today&view=table")
    text = json.dumps(whole_page(ask, view), cls=PlotlyJSONEncoder, ensure_ascii=False)
    rows = {line.cells[0].raw: line.cells[1].text for line in sheet(view, "figures").lines}
    values = [one.value for one in view.tiles]
    assert list(rows.values()) == values
    assert "Graph" not in {part.get("type") for part in _components(text)}


def test_the_export_carries_the_same_rows_in_full_precision(
    answered: Answered, sources: Sources
) -> None:
    _, view = answered("/centre?grain=today")
    table = table_builder(sources)(
        PEOPLE["manager"], "manager", Scope("dublin"), {"grain": "today", "sheet": "figures"}
    )
    assert table is not None
    shown = sheet(view, "figures")
    assert [row[1] for row in table.rows] == [line.cells[1].raw for line in shown.lines]
    meta = dict(table.meta)
    assert meta["Scope"] == "Dublin"
    assert meta["From"] == "2026-10-29"


def test_an_unknown_sheet_is_named_with_those_there_are(sources: Sources) -> None:
    with pytest.raises(BadInput, match="breakdown"):
        table_builder(sources)(PEOPLE["manager"], "manager", Scope("dublin"), {"sheet": "salary"})


def test_sorting_keeps_the_total_last_and_empty_cells_behind(answered: Answered) -> None:
    _, view = answered("/centre?grain=today&kpi=average_handle_time&by=agent")
    from dashboards.parts.table import sort_lines

    rows = sort_lines(sheet(view, "breakdown"), "-base").lines
    bases = [line.cells[5].raw for line in rows]
    assert bases[-1] == max(n for n in bases if n is not None)  # type: ignore[type-var]
    assert bases[:-1] == sorted(bases[:-1], reverse=True)  # type: ignore[type-var]


def test_a_forbidden_breakdown_is_shown_disabled_with_its_reason(answered: Answered) -> None:
    ask, view = answered("/centre?grain=today&kpi=service_level&by=agent")
    text = json.dumps(whole_page(ask, view), cls=PlotlyJSONEncoder, ensure_ascii=False)
    off = {
        part["props"]["children"]: part["props"]["title"]
        for part in _components(text)
        if part["props"].get("className") == "off"
    }
    assert off["Agent"] == "a contact that waits or hangs up has no agent"
    assert sheet(view, "breakdown").columns[0].label == "Queue"


def test_missing_feeds_are_said_and_never_zero(answered: Answered) -> None:
    _, view = answered("/centre?grain=today")
    cost = tile(view, "Cost per contact")
    assert (cost.value, cost.gap, cost.status) == ("–", "needs feed: costs", "none")


def test_the_desk_says_what_it_needs_when_nobody_required_anything(answered: Answered) -> None:
    _, view = answered("/desk")
    assert "needs feed: requirement" in view.answer.sentence
    assert tile(view, "Net staffing").value == "–"


def test_the_desk_lists_sites_with_their_groups_and_opens_each(answered: Answered) -> None:
    ask, view = answered("/desk?grain=today")
    board = sheet(view, "board")
    groups = [line.cells[0].text for line in board.lines if line.kind == "group"]
    assert sorted(groups) == ["Dublin", "Kolkata", "New York", "Phoenix"]
    links = {line.cells[0].href for line in board.lines if line.kind == "group"}
    sites = ("dublin", "kolkata", "new_york", "phoenix")
    assert links == {f"/desk?scope={site}&grain=today" for site in sites}
    assert ask.organisation.name_of(ask.scope) == "All sites"


def test_an_empty_period_says_so(answered: Answered) -> None:
    _, view = answered("/centre?grain=day&day=2026-01-05")
    assert {one.value for one in view.tiles} == {"–"}
    assert view.answer.status == "none"


def test_a_closed_period_is_compared_with_a_whole_one(answered: Answered) -> None:
    ask, _ = answered("/centre?grain=day&day=2026-10-28")
    assert ask.before == {"first": date(2026, 10, 21), "end": date(2026, 10, 22)}


def test_a_running_day_is_compared_as_far_as_it_went(answered: Answered) -> None:
    ask, _ = answered("/centre?grain=today")
    week = 7 * 96
    now_q = int(datetime(2026, 10, 29, 15, 20, tzinfo=UTC).timestamp()) // 900
    assert ask.before == {
        "first": date(2026, 10, 22), "end": date(2026, 10, 23), "q_to": now_q - week,
    }  # fmt: skip


def test_a_callback_takes_only_its_own_page() -> None:
    with pytest.raises(BadInput):
        parse_page("desk")("/centre")
    with pytest.raises(ScopeDenied):
        parse_page("desk")("/nowhere")
    assert parse_page("desk")("/desk?scope=dublin").scope == Scope("dublin")


@pytest.mark.parametrize("ticks", [-1, True, "1", 1.5, [1]])
def test_a_timer_counts_in_whole_numbers(ticks: object) -> None:
    with pytest.raises(BadInput):
        parse_ticks(ticks)


def _components(text: str) -> list[dict]:  # type: ignore[type-arg]
    found = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "props" in node and "type" in node:
                found.append(node)
            for child in node.values():
                walk(child)
        elif isinstance(node, list):
            for child in node:
                walk(child)

    walk(json.loads(text))
    return found
