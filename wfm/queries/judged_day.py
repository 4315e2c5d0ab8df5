"""A site's day judged from the events themselves, kept for all who look at it."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

import polars as pl
from sqlalchemy import Connection

from wfm.domain.activities import Activity
from wfm.domain.grid import day_start
from wfm.domain.organisation import Organisation, Person
from wfm.domain.schedules import Shift
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.adherence import judge
from wfm.facts.casework import day_case
from wfm.facts.inputs import DayInputs, read_inputs
from wfm.facts.rules import FactRules
from wfm.facts.seen_states import SeenStates
from wfm.facts.spell_tables import judged_frame
from wfm.facts.standing import Standing
from wfm.store.kept import kept_value, newest_deed, newest_mark
from wfm.store.readers.facts import newest_build_of
from wfm.store.readers.schedules import read_shift_history, week_mark
from wfm.store.store import Store

KEPT_DAYS = 12  # of all sites: what is looked at now, not each day that somebody ever opened
STANDS_S = 15  # a day without a new event is judged again after so many seconds
# Of 5,000 people it takes seconds: beside deliveries every few seconds a site's day stands so many
# times as long as it took to judge, at most as long as without any.
RESTS = 3
SETTLED_DAYS = 2  # a day so far back gets events only with a new build of it


@dataclass(frozen=True)
class JudgedDay:
    """A day of a site's people: who they are, when their day is, and the pieces in order.

    What it was made of is left behind: the events of a site are many times as large. `rows` are
    pieces of time in order of agent and time, with the numbers that `ids` gives words to.
    """

    as_of_at: int
    org: Organisation
    everybody: tuple[Person, ...]  # of the site, by name
    numbers: Mapping[str, int]
    bounds: Mapping[int, tuple[str, int, int]]  # zone, begin and end of the day by number
    shifts: Mapping[str, Sequence[Shift]]  # the versions of each person's shift of the day
    around: tuple[Shift, ...]  # all versions of all shifts from the day before to the day after
    activities: tuple[Activity, ...]
    ids: Mapping[str, Mapping[int, str]]  # words of activity and reason by number
    rows: pl.DataFrame
    made: dict[str, object] = field(default_factory=dict)  # what readers make of one agent

    def people(self, scope: Scope) -> list[Person]:
        """The people of the day inside a scope, by name."""
        inside = [
            p for p in self.everybody
            if scope.team in (None, p.team_id) and scope.agent in (None, p.agent_id)
        ]  # fmt: skip
        return [p for p in inside if scope.holds(self.org.scope_of(p))]

    def pieces(self, number: int) -> pl.DataFrame:
        """The pieces of an agent, by the agent's number."""
        return self.rows.slice(*self._spans.get(number, (0, 0)))

    @cached_property
    def _spans(self) -> dict[int, tuple[int, int]]:
        """Where the pieces of each agent begin, and how many they are."""
        found, begin = dict[int, tuple[int, int]](), 0
        counted = self.rows.group_by("agent", maintain_order=True).len()
        for agent, length in counted.iter_rows():
            found[agent] = (begin, length)
            begin += length
        return found


def read_judged_day(
    connection: Connection, store: Store, scope: Scope, day: date, as_of_at: int,
    rules: FactRules | None = None,
) -> JudgedDay:  # fmt: skip
    """The day of a scope's site up to an instant, by the engine that makes the facts.

    All people of the site are judged together, since its feed tells who is signed out, and once for
    all who ask: `JudgedDay.people` gives those of a scope. With `rules` of one's own it is judged
    anew.
    """
    site = scope.site
    if rules is not None:
        return _judged(connection, store, site, day, as_of_at, rules)
    rest = kept_value(connection, "judging", (site, day), None, Rest, most=KEPT_DAYS)
    today = datetime.fromtimestamp(as_of_at, UTC).date()
    if day < today - timedelta(days=SETTLED_DAYS):
        built = newest_build_of(connection, day - timedelta(days=1), day + timedelta(days=2))
        mark: Hashable = (newest_deed(connection), built)
    else:
        mark = rest.mark(as_of_at, newest_mark(connection))
    return kept_value(
        connection, "judged days", (site, day), mark,
        lambda: rest.after(lambda: _judged(connection, store, site, day, as_of_at, FactRules())),
        most=KEPT_DAYS,
    )  # fmt: skip


@dataclass
class Rest:
    """How long the day of a site stands though something was delivered since; no deed waits."""

    took_s: float = 0.0
    last: tuple[Hashable, Hashable, int] | None = None  # deed, delivery, and the instant of both

    def mark(
        self, as_of_at: int, newest: tuple[Hashable, Hashable]
    ) -> tuple[Hashable, Hashable, int]:
        """What the day was judged from, as long as it may stand; else what is newest."""
        delivery, deed = newest
        if self.last is not None and self.last[0] == deed:
            rest = STANDS_S if delivery == self.last[1] else min(STANDS_S, int(RESTS * self.took_s))
            if 0 <= as_of_at - self.last[2] < rest:
                return self.last
        self.last = (deed, delivery, as_of_at)
        return self.last

    def after(self, make: Callable[[], JudgedDay]) -> JudgedDay:
        """What is made, with how long that took."""
        began = time.perf_counter()
        made = make()
        self.took_s = time.perf_counter() - began
        return made


@dataclass(frozen=True)
class _Plans:
    """The shifts around a day of a site, with what was made of them; plans change seldom.

    So does where everybody stands: at 20,000 people to work it out takes longer than to judge.
    """

    shifts: tuple[Shift, ...]
    layers: dict[Hashable, dict[str, pl.DataFrame]] = field(default_factory=dict)
    made: dict[str, Standing] = field(default_factory=dict)
    seen: SeenStates = field(default_factory=SeenStates)

    def standing(self, inputs: DayInputs) -> Standing:
        """Where everybody stands, worked out anew for another organisation or other numbers."""
        found = self.made.get("standing")
        if found is None or found.org is not inputs.org or found.keys is not inputs.keys:
            found = self.made["standing"] = Standing(inputs.day, inputs.org, inputs.keys)
        return found


def _plans_of(connection: Connection, site: str | None, day: date) -> _Plans:
    first, end = day - timedelta(days=1), day + timedelta(days=2)
    return kept_value(
        connection, "plans around", (site, day), week_mark(connection, ENTERPRISE, first, end),
        lambda: _Plans(read_shift_history(connection, Scope(site), first, end)), most=KEPT_DAYS,
    )  # fmt: skip


def _judged(
    connection: Connection, store: Store, site: str | None, day: date, as_of_at: int,
    rules: FactRules,
) -> JudgedDay:  # fmt: skip
    plans = _plans_of(connection, site, day)
    running = as_of_at < day_start(day + timedelta(days=2), "UTC")
    inputs = read_inputs(
        connection, store.files, day, as_of_at, rules, ("agent_state",), site, plans.shifts,
        plans.seen if running else None,
    )  # fmt: skip
    # What is made of shifts names people by number and looks at the kinds of activities.
    on = (len(inputs.keys["agent"]), inputs.activities)
    layers = plans.layers.setdefault(on, {})
    standing = plans.standing(inputs)
    inputs = replace(inputs, with_pending=True, plans=layers, known_standing=standing)
    case = day_case(inputs)
    pieces = judged_frame(inputs, case, judge(case.case))
    mine = pieces.filter((pl.col("day") == day) | (pl.col("shift_day") == day))
    last = max((hi for _, _, hi in standing.bounds.values()), default=as_of_at)
    people = inputs.org.agents(min(as_of_at, last) - 1, Scope(site))
    shifts: dict[str, list[Shift]] = {}
    for shift in sorted(inputs.shifts, key=lambda shift: shift.seq):
        if shift.shift_on == day:
            shifts.setdefault(shift.agent_id, []).append(shift)
    return JudgedDay(
        as_of_at, inputs.org, people, inputs.keys["agent"], standing.bounds, shifts, plans.shifts,
        inputs.activities, {kind: inputs.ids[kind] for kind in ("activity", "reason")},
        mine.sort("agent", "t0"),
    )  # fmt: skip
