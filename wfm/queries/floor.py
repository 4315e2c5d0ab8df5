"""A whole floor's day in cells: what each agent was planned to do and did, five minutes by five."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.scope import Scope
from wfm.facts.floor import cells_of, cells_undone
from wfm.queries.judged_day import JudgedDay, read_judged_day
from wfm.store.store import Store


@dataclass(frozen=True)
class FloorAgent:
    """An agent of the floor: id, name and team, in the order of the cells' rows."""

    agent_id: str
    name: str
    team_id: str


@dataclass(frozen=True, eq=False)
class Floor:
    """Cells of a day from `start_at`, `cell_s` wide: a row an agent, plan and actual apart.

    A cell is a byte: the place in `kinds` of what fills most of it plus 1; 0 is not known.
    """

    agents: tuple[FloorAgent, ...]
    kinds: tuple[str, ...]
    start_at: int
    cell_s: int
    plan: tuple[bytes, ...]
    actual: tuple[bytes, ...]

    def seconds(self, row: int, kind: str, *, planned: bool = False) -> int:
        """Seconds of an agent's cells of a kind."""
        cells = (self.plan if planned else self.actual)[row]
        return cells.count(self.kinds.index(kind) + 1) * self.cell_s

    def furthest_from_plan(self, working: Collection[str], most: int) -> Sequence[int]:
        """Rows of at most so many agents: all, else those of whole teams in the order of what each
        of their people was planned to work (a kind of `working`) until now and did not."""
        if len(self.agents) <= most:
            return range(len(self.agents))
        codes = [self.kinds.index(kind) + 1 for kind in working]
        missing = cells_undone(self.plan, self.actual, codes)
        teams: dict[str, list[int]] = {}
        for row, agent in enumerate(self.agents):
            teams.setdefault(agent.team_id, []).append(row)
        chosen: list[int] = []
        for rows in sorted(
            teams.values(), key=lambda rows: -sum(missing[row] for row in rows) / len(rows)
        ):
            if chosen and len(chosen) + len(rows) > most:
                break
            chosen += rows
        return chosen


def read_floor(
    store: Store, scope: Scope, day: date, clock: Clock, start_at: int, end_at: int, cell_s: int,
    plan_kind: Callable[[str], str], state_kind: Callable[[str, str], str], kinds: tuple[str, ...],
) -> Floor:  # fmt: skip
    """The floor of a scope from one instant to another, by team and name, up to this moment.

    Read from the events themselves by the engine that makes the facts. `plan_kind` names a planned
    category, `state_kind` a state with its group; both give one of `kinds`.
    """
    as_of_at = epoch_s(clock.now())
    with store.db.read() as connection:
        judged = read_judged_day(connection, store, scope, day, as_of_at)
    people = judged.org.agents(min(as_of_at, end_at) - 1, scope)
    team = {unit.org_id: unit.name for unit in judged.org.teams()}
    people = tuple(sorted(people, key=lambda p: (team.get(p.team_id, ""), p.display_name)))
    rows = {judged.numbers.get(p.agent_id, -1): at for at, p in enumerate(people)}
    span = (len(kinds), start_at, end_at, cell_s)
    codes = {kind: at for at, kind in enumerate(kinds)}
    planned = _planned(judged, {a.code: codes[plan_kind(a.category)] for a in judged.activities})
    states = judged.rows.select("state", "state_group").unique().drop_nulls("state")
    known = {
        (state, group): codes[state_kind(state, group or "")]
        for state, group in states.iter_rows()
        if state not in ("offline", "unknown")
    }
    return Floor(
        tuple(FloorAgent(p.agent_id, p.display_name, p.team_id) for p in people),
        kinds, start_at, cell_s, cells_of(planned, rows, *span),
        cells_of(_coded(judged.rows, known, ("state", "state_group")), rows, *span),
    )  # fmt: skip


def _planned(judged: JudgedDay, codes: Mapping[str, int]) -> pl.DataFrame:
    """Pieces (agent, t0, t1, code) of the shifts in force."""
    newest = {(s.agent_id, s.shift_on): s for s in sorted(judged.around, key=lambda s: s.seq)}
    keys = judged.numbers
    rows = [
        (keys[shift.agent_id], one.start_at, one.end_at, codes[one.activity])
        for shift in newest.values()
        for one in shift.segments
        if shift.agent_id in keys and one.activity in codes
    ]
    schema = {"agent": pl.Int64, "t0": pl.Int64, "t1": pl.Int64, "code": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _coded(
    frame: pl.DataFrame, codes: Mapping[tuple[str, str], int], names: tuple[str, str]
) -> pl.DataFrame:
    """Pieces (agent, t0, t1, code) of those combinations that have a code."""
    if not codes:
        return frame.select("agent", "t0", "t1", pl.lit(0).alias("code")).clear()
    table = pl.DataFrame(
        {name: [key[at] for key in codes] for at, name in enumerate(names)}
        | {"code": list(codes.values())}
    ).cast({name: frame.schema[name] for name in names}, strict=False)
    joined = frame.join(table, on=names, how="inner", nulls_equal=True)
    return joined.select("agent", "t0", "t1", "code")
