"""While a history loads, nothing stands beside a period that is not all there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from live_centre import PEOPLE, Answered, LiveCentre
from sqlalchemy import delete

from dashboards.build import room_of
from dashboards.forms import answer_form, parse_sent
from dashboards.frame import View
from dashboards.parts.tile import Tile
from dashboards.sources import Sources
from wfm.domain.scope import ENTERPRISE
from wfm.store import schema
from wfm.store.readers.jobs import read_jobs
from wfm.store.writers.jobs import create_job, renew_lease
from wfm.web.pages import parse_href

LACKS = "not compared yet: 6 of 7 days are still loading"


@pytest.fixture
def loading(centre: LiveCentre) -> Iterator[None]:
    """Days from the 19th on are announced, and those from the 28th on are all there."""
    span = {"first_on": "2026-10-19", "end_on": "2026-10-31"}
    now = centre.clock.instant
    with centre.store.db.write() as connection:
        create_job(connection, "history", span, author="t", created_at=0, owner="loader")
        (job,) = read_jobs(connection, ENTERPRISE, kind="history")
        renew_lease(connection, job, detail={"whole_from": "2026-10-28"})
    centre.clock.instant = now + timedelta(minutes=2)  # it is read again after a minute
    yield
    centre.clock.instant = now
    with centre.store.db.write() as connection:
        connection.execute(delete(schema.job).where(schema.job.c.kind == "history"))


def rights(view: View) -> list[str]:
    return [tile.right for tile in view.tiles if tile.raw is not None]


def tile_of(view: View, kpi_id: str) -> Tile:
    return next(tile for tile in view.tiles if tile.kpi_id == kpi_id)


@pytest.mark.usefixtures("loading")
@pytest.mark.parametrize("page", ["/me", "/team", "/centre"])
def test_a_tile_says_that_the_period_before_still_loads(answered: Answered, page: str) -> None:
    ask, view = answered(f"{page}?grain=week&cmp=previous")
    assert ask.not_compared == LACKS
    assert set(rights(view)) == {"before: still loading"}
    figures = next(sheet for sheet in view.sheets if sheet.key == "figures")
    assert {(line.cells[5].text, line.cells[5].reason) for line in figures.lines} == {("–", LACKS)}


@pytest.mark.usefixtures("loading")
def test_the_manager_is_told_in_place_of_a_change(answered: Answered, sources: Sources) -> None:
    _, view = answered("/centre?grain=week&cmp=previous&kpi=service_level")
    assert view.answer.rest == "Not compared yet: 6 of 7 days are still loading."
    parts = next(sheet for sheet in view.sheets if sheet.key == "breakdown")
    assert (parts.note, {line.cells[2].status for line in parts.lines}) == (LACKS, {""})
    moved = next(sheet for sheet in view.sheets if sheet.key == "moved")
    assert (moved.lines, moved.why_empty) == ((), LACKS.capitalize())
    why = explained(sources, {"kpi": "service_level", "scope": "dublin", "versus": "previous"})
    assert why.endswith(f"; it cannot be taken apart here: {LACKS}.")


@pytest.mark.usefixtures("loading")
def test_the_desk_shows_no_last_week_that_still_loads(answered: Answered) -> None:
    _, view = answered("/desk?grain=today&cmp=previous")
    assert tile_of(view, "service_level").right == "last week: still loading"


@pytest.mark.usefixtures("loading")
def test_a_trend_has_no_day_that_still_loads(answered: Answered) -> None:
    ask, _ = answered("/centre?grain=week")
    days = [str(v.at("day")) for v in ask.series(("service_level",), "day")["service_level"]]
    assert days == ["2026-10-28", "2026-10-29"]


def test_where_nothing_loads_a_period_without_figures_is_compared_as_ever(
    answered: Answered,
) -> None:
    ask, view = answered("/centre?grain=week&cmp=previous")
    assert ask.not_compared == ""
    assert set(rights(view)) != {"before: still loading"}


def explained(sources: Sources, values: dict[str, str]) -> str:
    room = room_of("manager")
    assert room is not None
    sent: Any = parse_sent(room.forms)(
        {"form": "explain", "step": "open", "values": values, "n": 1}
    )
    href = parse_href("/centre?grain=week&cmp=previous")
    drawer = answer_form(PEOPLE["manager"], href, sent, room.forms, sources)
    return str(drawer.body[0].children)
