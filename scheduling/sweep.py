"""A roster handed to the compiled loops: whole passes over people at a stroke.

Weeks lie in arrays here and as `WeekTour` in the roster; `load` and `store` carry them over. Both
share one cover. People under rules as data and under fairness are dealt with outside, one by one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from scheduling.cover import WEEK_SLOTS, stack_groups
from scheduling.packed import (
    Cover,
    Crew,
    Graphs,
    Guide,
    Menus,
    Mood,
    Scratch,
    Tours,
    pack_graphs,
    pack_menus,
    scratch_for,
)
from scheduling.problem import SLOTS, ContractRules
from scheduling.roster import AgentPlan, Roster, WeekTour
from scheduling.shifts import Floats, Ints
from scheduling.tours import WEEK, TourGraph

LONG_AGO, FAR_OFF = -1_000_000, 1_000_000


class Sweep:
    """The arrays of a roster, and passes over them."""

    def __init__(self, roster: Roster, seed: int) -> None:
        self.roster = roster
        self.packing = Packing(roster)
        self.cover = stack_groups(roster.groups, roster.problem)
        people, days = len(roster.plans), roster.problem.days
        breaks = self.packing.menus.slots.shape[2]
        state = (seed * 0x9E3779B97F4A7C15 + 0x1234567) % 2**64 or 1
        self.tours = Tours(
            entry=np.full((people, days), -1, dtype=np.int64),
            rest=np.zeros((people, days, breaks), dtype=np.int64),
            fee=np.zeros((people, roster.problem.weeks)),
            random=np.array([state], dtype=np.uint64),
        )
        self.guide = Guide(np.zeros((1, 1)), np.zeros((1, 1)))
        self.by_hand = np.array(
            [
                roster.fairness is not None or any(rules.labour for rules in plan.rules)
                for plan in roster.plans
            ],
            dtype=np.bool_,
        )

    def lead(self, guide: Guide) -> None:
        """From now on the guide tells what slots are worth; rows as in `packing.skill_sets`."""
        self.guide = guide

    def run(self, order: Ints, mood: Mood) -> int:
        """People of `order` dealt with: all, or all before the first who has no week that fits."""
        from scheduling.kernels import sweep

        packing = self.packing
        done: int = sweep(
            order, packing.crew, packing.menus, packing.graphs, self.cover, self.tours,
            self.guide, mood, packing.scratch,
        )  # fmt: skip
        return done

    def prices(self, plan: AgentPlan, week: int, mood: Mood) -> Floats:
        """What one more agent like this one costs in each slot of the week's span."""
        from scheduling.kernels import slot_prices

        span, packing = self.roster.span(week), self.packing
        slot_prices(
            plan.number, span.start, span.stop - span.start, packing.crew, self.cover, self.guide,
            mood, self.tours.random, packing.scratch,
        )  # fmt: skip
        found: Floats = packing.scratch.price[: span.stop - span.start].copy()
        return found

    def empty(self, plan: AgentPlan) -> None:
        """All weeks of somebody taken out."""
        from scheduling.kernels import count_weeks

        packing = self.packing
        count_weeks(plan.number, -1, packing.crew, packing.menus, self.cover, self.tours)
        self.tours.entry[plan.number] = -1
        self.tours.fee[plan.number] = 0.0

    def cost(self) -> float:
        """Cost of cover of the schedule as it stands."""
        idle = self.roster.problem.overstaffed_slot * float(self.cover.idle[0])
        return self.roster.cost() + idle

    def total(self) -> float:
        """The same with all that costs beside cover."""
        fairness = self.roster.fairness
        fair = 0.0 if fairness is None else fairness.cost()
        return self.cost() + self.roster.fee + fair + float(self.tours.fee.sum())

    def load(self, plan: AgentPlan) -> None:
        """The weeks of the roster, as arrays."""
        n = plan.number
        self.roster.fee -= sum(tour.fee for tour in plan.weeks)
        for week, tour in enumerate(plan.weeks):
            self.tours.entry[n, week * WEEK : (week + 1) * WEEK] = -1
            self.tours.fee[n, week] = tour.fee
            for day, entry, places in tour.picks:
                self.tours.entry[n, week * WEEK + day] = entry
                self.tours.rest[n, week * WEEK + day, : len(places)] = places

    def store(self, plan: AgentPlan) -> None:
        """The arrays as weeks of the roster."""
        weeks = self.weeks(plan, self.tours.entry[plan.number], self.tours.rest[plan.number])
        for week, tour in enumerate(weeks):
            self.roster.fee += tour.fee
            plan.weeks[week] = tour
        self.tours.fee[plan.number] = 0.0

    def weeks(self, plan: AgentPlan, entry: Ints, rest: Ints) -> list[WeekTour]:
        """Weeks of arrays (days; days x breaks) as objects."""
        menu, found = self.roster.menu(plan), []
        for week in range(self.roster.problem.weeks):
            picks = []
            for day in range(WEEK):
                at = week * WEEK + day
                e = int(entry[at])
                if e >= 0:
                    breaks = len(menu.forms[int(menu.form[e])])
                    picks.append((day, e, tuple(int(t) for t in rest[at, :breaks])))
            found.append(self.roster.tour_of(plan, week, tuple(picks)))
        return found


class Packing:
    """Menus, graphs and people of a roster as arrays.

    `relaxed` takes everything away that is not needed for a bound: fees, gains of breaks,
    overtime, and windows narrowed so that breaks cannot meet.
    """

    def __init__(self, roster: Roster, *, relaxed: bool = False) -> None:
        self.roster, self.relaxed = roster, relaxed
        names = list(roster.problem.contracts)
        menus = [roster.book.menu(rules) for rules in roster.problem.contracts.values()]
        self._menu_at = {name: i for i, name in enumerate(names)}
        self.menus: Menus = pack_menus(menus, full_windows=relaxed)
        self._graphs: list[TourGraph] = []
        self._graph_at: dict[int, int] = {}
        self.skill_sets: list[tuple[str, ...]] = []
        self.crew: Crew = self._crew(roster.plans)
        self.pack()

    def pack(self) -> None:
        """The graphs as arrays, again after rules of somebody changed."""
        self.graphs: Graphs = pack_graphs(self._graphs)
        if self.relaxed:
            free = np.where(np.isfinite(self.graphs.unmet), 0.0, np.inf)
            self.graphs = self.graphs._replace(unmet=free)
        slots = WEEK_SLOTS + self.roster.spill
        self.scratch: Scratch = scratch_for(self.graphs, self.menus.start.shape[1], slots)

    def renew(self, plan: AgentPlan) -> None:
        """New rules of a person's weeks."""
        self._rules(self.crew, plan)
        self.pack()

    def _crew(self, plans: list[AgentPlan]) -> Crew:
        problem = self.roster.problem
        people, weeks = len(plans), problem.weeks
        rows = np.cumsum([0, *(len(group.need_cut) for group in self.roster.groups)])
        fees, off, resting, busy = _Table(), _Table(), _Table(), list[int]()
        nobody = np.zeros(problem.days)
        off.row(nobody)
        one: dict[str, Any] = {
            name: np.zeros(people, dtype=np.int64)
            for name in ("menu", "row", "sets", "mask", "group", "guide", "end", "run", "start",
                         "run_after", "fees", "off", "resting")
        }  # fmt: skip
        busy_at = np.zeros(people + 1, dtype=np.int64)
        sets: dict[tuple[str, ...], int] = {}
        for n, plan in enumerate(plans):
            around = plan.agent.neighbours
            skills = _skills(plan)
            group = -1 if plan.group is None else self.roster.groups.index(plan.group)
            busy.extend(int(t) for t in plan.busy)
            busy_at[n + 1] = len(busy)
            allowed = plan.fees.reshape(problem.days, -1)
            free = None if plan.off is None else plan.off.ravel()
            values = {
                "menu": self._menu_at[plan.agent.contract],
                "row": -1 if group < 0 else rows[group],
                "sets": 0 if plan.group is None else len(plan.group.need_cut),
                "mask": 0 if plan.group is None else plan.group.mask(skills),
                "group": group,
                "guide": sets.setdefault(skills, len(sets)),
                "end": LONG_AGO if around.end is None else around.end,
                "run": around.run,
                "start": FAR_OFF if around.start is None else around.start,
                "run_after": around.run_after,
                "fees": fees.row(_gate(allowed) if self.relaxed else allowed, plan.fees),
                "off": 0 if free is None else off.row(_gate(free) if self.relaxed else free),
                "resting": -1 if plan.resting is None or self.relaxed
                else resting.row(plan.resting),
            }  # fmt: skip
            for name, value in values.items():
                one[name][n] = value
        self.skill_sets = list(sets)
        each = {
            name: np.zeros((people, weeks), dtype=np.int64)
            for name in ("graph", "tracked", "most", "limit", "pause")
        }
        wide = self.menus.start.shape[1]
        crew = Crew(
            **one, **each, floor=np.zeros((people, weeks)), busy_at=busy_at,
            busy=np.array(busy, dtype=np.int64),
            spill=np.array([self.roster.spill], dtype=np.int64),
            all_fees=fees.stacked(problem.days, wide, np.inf),
            all_off=np.array(off.rows),
            all_resting=resting.stacked(problem.days, 1, 0.0),
        )  # fmt: skip
        for plan in plans:
            self._rules(crew, plan)
        return crew

    def _rules(self, crew: Crew, plan: AgentPlan) -> None:
        for week, rules in enumerate(plan.rules):
            n = plan.number
            crew.most[n, week] = rules.days_per_week[1]
            crew.limit[n, week] = rules.max_consecutive_days
            crew.pause[n, week] = rules.min_rest_slots
            crew.graph[n, week] = self._graph(rules, tracked=False)
            crew.tracked[n, week] = (
                self._graph(rules, tracked=True)
                if self._may_run_on(plan, rules)
                else crew.graph[n, week]
            )

    def _may_run_on(self, plan: AgentPlan, rules: ContractRules) -> bool:
        """Whether days in a row can ever matter."""
        around, weeks = plan.agent.neighbours, self.roster.problem.weeks
        alone = weeks == 1 and not around.run and not around.run_after
        return rules.days_per_week[1] > rules.max_consecutive_days or not alone

    def _graph(self, rules: ContractRules, *, tracked: bool) -> int:
        graph = self.roster.book.graph_of_kind(rules, tracked)
        if id(graph) not in self._graph_at:
            self._graph_at[id(graph)] = len(self._graphs)
            self._graphs.append(graph)
        return self._graph_at[id(graph)]


def _skills(plan: AgentPlan) -> tuple[str, ...]:
    if plan.group is None:
        return ()
    return tuple(q for q in plan.agent.queues if q in plan.group.queues)


def _gate(values: Floats) -> Floats:
    """0 where something may be, infinite where not."""
    return np.where(np.isfinite(values), 0.0, np.inf)


class _Table:
    """Rows that people share; the same array is kept once."""

    def __init__(self) -> None:
        self.rows: list[Floats] = []
        self._known: dict[int, int] = {}
        self._held: list[object] = []  # so that no id is used twice

    def row(self, values: Floats, of: object | None = None) -> int:
        """The number of the row with these values."""
        key = id(values if of is None else of)
        if key not in self._known:
            self._known[key] = len(self.rows)
            self._held.append(values if of is None else of)
            self.rows.append(values)
        return self._known[key]

    def stacked(self, days: int, least: int, fill: float) -> Floats:
        """All rows (days x columns) as one array, filled up to the widest."""
        wide = max([least, *(row.shape[1] for row in self.rows)])
        made = np.full((max(1, len(self.rows)), days, wide), fill)
        for i, row in enumerate(self.rows):
            made[i, :, : row.shape[1]] = row
        return made


__all__ = ["SLOTS", "Cover", "Packing", "Sweep"]
