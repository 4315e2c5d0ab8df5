"""The floor: every agent's day in cells, in one small picture on the axis of the charts above."""

from __future__ import annotations

import struct
import zlib
from random import Random

import pytest
from live_centre import NOW, TODAY, Answered, LiveCentre

from dashboards.frame import View
from dashboards.pages.desk_floor import MOST, WORKING
from dashboards.parts.floor import KINDS, FloorTeam, floor, picture_of
from dashboards.parts.table import Sheet
from dashboards.parts.timeline import plan_kind, state_kind
from wfm.domain.clock import epoch_s
from wfm.domain.grid import day_start
from wfm.domain.scope import Scope
from wfm.queries.activities import activities_known
from wfm.queries.floor import Floor, FloorAgent, read_floor
from wfm.queries.timeline import read_timelines

SITE = Scope("dublin")
BEGIN = day_start(TODAY, "Europe/Dublin")
CELL = 300


@pytest.fixture(scope="module")
def found(centre: LiveCentre) -> Floor:
    return read_floor(
        centre.store, SITE, TODAY, centre.clock, BEGIN, BEGIN + 86_400, CELL, plan_kind,
        state_kind, KINDS,
    )  # fmt: skip


def sheets(view: View) -> dict[str, Sheet]:
    return {sheet.key: sheet for sheet in view.sheets}


def test_each_cell_is_what_the_agents_own_timeline_says(centre: LiveCentre, found: Floor) -> None:
    category = {a.code: a.category for a in activities_known(centre.store)}
    rows = {agent.agent_id: at for at, agent in enumerate(found.agents)}
    checked = 0
    for day in read_timelines(centre.store, SITE, TODAY, centre.clock):
        row = rows[day.agent_id]
        for segment in day.planned:
            if segment.end_at > BEGIN + 86_400 or segment.start_at < BEGIN:
                continue
            first, last = (segment.start_at - BEGIN) // CELL, (segment.end_at - BEGIN) // CELL
            cells = found.plan[row][first:last]
            assert {KINDS[c - 1] for c in cells} == {plan_kind(category[segment.activity])}
            checked += len(cells)
        for spell in day.actual:
            first, last = -(-(spell.start_at - BEGIN) // CELL), (spell.end_at - BEGIN) // CELL
            whole = found.actual[row][max(0, first) : max(0, last)]
            assert {KINDS[c - 1] for c in whole} <= {state_kind(spell.state, spell.state_group)}
    assert checked > 500


def test_nothing_is_drawn_after_now(found: Floor) -> None:
    now = (epoch_s(NOW) - BEGIN) // CELL
    assert any(any(row[:now]) for row in found.actual)
    assert not any(any(row[now:]) for row in found.actual)
    assert any(any(row[now:]) for row in found.plan)


def test_the_desk_of_a_site_shows_its_floor_in_cells_of_15_or_5_minutes(
    answered: Answered, found: Floor
) -> None:
    _, view = answered("/desk?scope=dublin&grain=today&cell=5")
    told = sheets(view)["floor"]
    assert told.note == "by team, in cells of 5 min"
    assert len(told.lines) == len(found.agents)
    planned = sum(float(line.cells[2].raw or 0) for line in told.lines)
    assert planned == sum(
        found.seconds(row, "C", planned=True) / 60 for row in range(len(found.agents))
    )
    _, wide = answered("/desk?scope=dublin&grain=today")
    assert sheets(wide)["floor"].note == "by team, in cells of 15 min"
    for elsewhere in ("/desk?grain=today", "/desk?scope=dublin/T-06&grain=today"):
        assert "floor" not in sheets(answered(elsewhere)[1])


def test_the_picture_has_a_row_of_plan_and_one_of_actual_for_each_agent() -> None:
    png = picture_of((bytes([1, 1, 5]),), (bytes([0, 1, 5]),))
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", png[16:24]) == (3, 2)
    at = png.index(b"IDAT")
    size = struct.unpack(">I", png[at - 4 : at])[0]
    assert zlib.decompress(png[at + 4 : at + 4 + size]) == bytes([0, 1, 1, 5, 0, 0, 1, 5])


def test_a_thousand_agents_in_cells_of_five_minutes_weigh_less_than_50_kilobytes(
    found: Floor,
) -> None:
    rng = Random(11)
    plan, actual = [], []
    for _ in range(1000):
        row, by = rng.randrange(len(found.agents)), 3 * rng.randrange(96)
        plan.append(found.plan[row][by:] + found.plan[row][:by])
        seen = found.actual[row][by:] + found.actual[row][:by]
        odd = (rng.randrange(1, 8) if c and rng.random() < 0.02 else c for c in seen)
        actual.append(bytes(odd))
    drawn = floor([FloorTeam("Voice 1", 1000)], plan, actual, 0.5, "1,000 agents")
    sent = zlib.compress(str(drawn.to_plotly_json()).encode(), 6)
    assert len(sent) < 50_000


def test_of_a_site_of_thousands_the_teams_that_did_least_of_their_plan_are_drawn() -> None:
    on_queue, idle = bytes([KINDS.index("C") + 1]) * 4, bytes(4)
    teams = ("early", "late", "quiet")
    agents = tuple(FloorAgent(f"{t}{n}", f"{t} {n}", t) for t in teams for n in range(500))
    # Nobody of the quiet team was planned; the last cell is still to come.
    plan = tuple(idle if agent.team_id == "quiet" else on_queue for agent in agents)
    done = {"early": on_queue[:3] + b"\0", "late": on_queue[:1] + bytes(3), "quiet": idle}
    actual = tuple(done[agent.team_id] for agent in agents)
    whole = Floor(agents, KINDS, 0, 900, plan, actual)
    assert list(whole.furthest_from_plan(WORKING, MOST)) == [*range(500, 1000), *range(500)]
    few = Floor(agents[:900], KINDS, 0, 900, plan[:900], actual[:900])
    assert list(few.furthest_from_plan(WORKING, MOST)) == list(range(900))
