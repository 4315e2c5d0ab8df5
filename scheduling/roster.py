"""Who works when while the solver runs: each agent's weeks, and what neighbours leave open."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from scheduling.cover import WEEK_SLOTS, SkillGroup, skill_groups
from scheduling.labour import Found, WeekView, keep_rules
from scheduling.problem import SLOTS, Agent, ContractRules, Problem, PublishedShift
from scheduling.rule_book import RuleBook
from scheduling.shifts import Floats, Ints, ShiftMenu
from scheduling.solution import PlannedBreak, PlannedShift
from scheduling.terms import (
    HOPELESS,
    Fairness,
    agent_terms,
    is_plain,
    published_pin,
    shift_keys,
)  # fmt: skip
from scheduling.tours import WEEK

# Day of the week, entry of the menu, first slots of the breaks.
Pick = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True)
class WeekTour:
    """One agent's week: shifts, and the slots of the horizon spent on the queue."""

    shifts: tuple[PlannedShift, ...]
    slots: Ints
    fee: float = 0.0  # cost beside cover: wishes, changes, wages
    picks: tuple[Pick, ...] = ()

    @property
    def lead(self) -> int:
        """Days worked in a row from the week's first day."""
        return _run([s.day % WEEK for s in self.shifts], range(WEEK))

    @property
    def trail(self) -> int:
        """Days worked in a row up to the week's last day."""
        return _run([s.day % WEEK for s in self.shifts], range(WEEK - 1, -1, -1))


EMPTY = WeekTour((), np.empty(0, dtype=np.int64))


@dataclass
class AgentPlan:
    """One agent while the solver runs."""

    number: int  # place among all agents
    agent: Agent
    rules: list[ContractRules]  # of each week: the contract's, or relaxed where nothing fits
    group: SkillGroup | None  # None: serves no queue that is needed
    hits: Ints
    misses: Ints
    fees: Floats  # weeks x 7 x entries: cost of a shift beside cover, infinite where impossible
    weeks: list[WeekTour]
    off: Floats | None = None  # weeks x 7: cost of a day off, infinite where the agent must work
    resting: Floats | None = None  # days x columns of the menu's `resting_table`
    busy: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    """Slots of the horizon that are spent elsewhere: at work, but not on the queue."""
    has_terms: bool = False  # whether anything costs beside cover, or options are fixed


class Roster:
    """All agents' weeks and the cover they give."""

    def __init__(
        self, problem: Problem, relaxed: Mapping[tuple[str, int], ContractRules] | None = None
    ) -> None:
        self.problem = problem
        self.book = RuleBook(problem)
        self.groups = skill_groups(problem)
        self._group_of = {q: group for group in self.groups for q in group.queues}
        relaxed = relaxed or {}
        self._blocks: dict[tuple[object, ...], Floats] = {}
        self._published: dict[str, dict[int, PublishedShift]] = defaultdict(dict)
        for shift in problem.published:
            self._published[shift.agent][shift.day] = shift
        self.fairness = Fairness(problem) if problem.fairness else None
        self.plans = [self._plan(n, agent, relaxed) for n, agent in enumerate(problem.agents)]
        # Slots of the week after that a shift of this week's last day may reach.
        self.spill = max((self.menu(plan).width for plan in self.plans), default=SLOTS) - SLOTS
        # Agents whose queues need nobody are overstaffed whenever they are on duty.
        self.idle_slots = 0
        self.fee = 0.0  # of all weeks as they stand
        for plan in self.plans:
            for first, end in plan.agent.neighbours.on_queue:
                self._count(plan, np.arange(first, end), +1)

    def _plan(
        self, number: int, agent: Agent, relaxed: Mapping[tuple[str, int], ContractRules]
    ) -> AgentPlan:  # fmt: skip
        contract = self.problem.contracts[agent.contract]
        known = [q for q in agent.queues if q in self._group_of]
        group = self._group_of[known[0]] if known else None
        hits = group.hits(known) if group else np.empty(0, dtype=np.int64)
        plan = AgentPlan(
            number=number,
            agent=agent,
            rules=[relaxed.get((agent.id, week), contract) for week in range(self.problem.weeks)],
            group=group,
            hits=hits,
            misses=group.misses(hits) if group else hits,
            fees=self.blocks(agent),
            weeks=[EMPTY] * self.problem.weeks,
        )
        if not is_plain(self.problem, agent):
            self._set_terms(plan)
        return plan

    def _set_terms(self, plan: AgentPlan) -> None:
        """The options and prices of somebody with pins, activities, wishes or published shifts."""
        days, menu = self.problem.days, self.menu(plan)
        allowed = plan.fees.reshape(days, -1)
        published = self._published.get(plan.agent.id, {})
        terms = agent_terms(self.problem, plan.agent, menu, allowed, published)
        fees = terms.fees
        if terms.resting is not None:
            # A shift whose breaks have no place left is no option.
            plain = menu.costs(np.zeros((days, menu.width)), terms.resting)
            fees = np.where(plain > HOPELESS, np.inf, fees)
        plan.fees = fees.reshape(self.problem.weeks, WEEK, -1)
        plan.off = None if terms.off is None else terms.off.reshape(-1, WEEK)
        plan.resting = terms.resting
        plan.has_terms = True
        plan.busy = np.array(plan.agent.busy, dtype=np.int64)

    def blocks(self, agent: Agent) -> Floats:
        """Weeks x 7 x entries of the agent's menu: 0 where a shift may be, else infinite."""
        key = (agent.contract, agent.window, agent.hours, agent.unavailable_days)
        if key in self._blocks:
            return self._blocks[key]
        menu = self.book.menu(self.problem.contracts[agent.contract])
        blocked = np.full((self.problem.days, len(menu.start)), np.inf)
        for day, span in enumerate(self.problem.opening):
            if span is None or day in agent.unavailable_days:
                continue
            window = agent.window_on(day)
            fits = (menu.start >= max(span[0], window[0])) & (
                menu.start + menu.length <= min(span[1], window[1])
            )
            fits[len(fits) - len(menu.rules.own) :] = False
            blocked[day, fits] = 0.0
        self._blocks[key] = blocked.reshape(self.problem.weeks, WEEK, -1)
        return self._blocks[key]

    def take_out(self, plan: AgentPlan, week: int) -> None:
        """The agent's week becomes empty."""
        self._move(plan, plan.weeks[week], -1)
        plan.weeks[week] = EMPTY

    def put_in(self, plan: AgentPlan, week: int, tour: WeekTour) -> None:
        """The agent's empty week becomes this tour."""
        self._move(plan, tour, +1)
        plan.weeks[week] = tour

    def _move(self, plan: AgentPlan, tour: WeekTour, sign: int) -> None:
        self.fee += sign * tour.fee
        if self.fairness is not None:
            self.fairness.count(plan.number, shift_keys(tour.shifts), sign)
        self._count(plan, tour.slots, sign)

    def _count(self, plan: AgentPlan, slots: Ints, sign: int) -> None:
        if plan.group is None:
            self.idle_slots += sign * len(slots)
        elif len(slots):
            plan.group.put(plan.hits, slots, sign)

    def total(self) -> float:
        """Cost of cover and all else of the schedule as it stands: what the descent lowers."""
        fair = 0.0 if self.fairness is None else self.fairness.cost()
        return self.cost() + self.fee + fair

    def cost(self) -> float:
        """Cost of cover of the schedule as it stands, which the bound is about."""
        idle = self.problem.overstaffed_slot * self.idle_slots
        return idle + sum(group.cost() for group in self.groups)

    def price_week(
        self, plan: AgentPlan, week: int, prices: Floats, *, rested: bool = False
    ) -> WeekTour | None:
        """The agent's cheapest week at these prices between the weeks around it.

        `prices` are of the slots of `span(week)`. `rested` leaves the last day free, so that
        whatever follows can begin. None: no week fits.
        """
        menu = self.menu(plan)
        if len(menu.start) == 0:
            return EMPTY if plan.rules[week].days_per_week[0] == 0 else None
        if self.fairness is not None:
            fair = self.fairness.fees(plan.number, menu)
        days = self._by_day(plan, week, prices)
        costs = menu.costs(days, self._resting(plan, week)) + self.limits(plan, week)
        if self.fairness is not None:
            costs += fair
        if rested:
            costs[WEEK - 1] = np.inf
        chosen = self.best_week(plan, week, costs)
        return None if chosen is None else self._tour(plan, menu, week, days, chosen)

    def published_week(self, plan: AgentPlan, week: int) -> WeekTour | None:
        """The agent's week as it is published; None when it breaks a rule, or nothing is."""
        if not self.problem.published:
            return None
        known = self._published.get(plan.agent.id, {})
        days = range(week * WEEK, (week + 1) * WEEK)
        pins = tuple(published_pin(day, known.get(day)) for day in days)
        others = tuple(pin for pin in plan.agent.pins if pin.day not in days)
        agent = replace(plan.agent, pins=others + pins)
        held = replace(plan, agent=agent, fees=self.blocks(agent))
        self._set_terms(held)
        span = self.span(week)
        return self.price_week(held, week, np.zeros(span.stop - span.start))

    def span(self, week: int) -> slice:
        """The slots of the horizon that shifts of a week can cover."""
        end = min((week + 1) * WEEK_SLOTS + self.spill, self.problem.days * SLOTS)
        return slice(week * WEEK_SLOTS, end)

    def _by_day(self, plan: AgentPlan, week: int, prices: Floats) -> Floats:
        """Prices as 7 days x width of the menu; a slot may stand in two days. 0 past the end."""
        width = self.menu(plan).width
        if len(plan.busy):
            first = week * WEEK_SLOTS
            here = plan.busy[(plan.busy >= first) & (plan.busy < first + len(prices))] - first
            prices = prices.copy()
            prices[here] = 0.0
        if width == SLOTS:
            return prices[:WEEK_SLOTS].reshape(WEEK, SLOTS)
        room = np.zeros(WEEK_SLOTS - SLOTS + width)
        room[: min(len(prices), len(room))] = prices[: len(room)]
        return np.stack([room[d * SLOTS : d * SLOTS + width] for d in range(WEEK)])

    def _resting(self, plan: AgentPlan, week: int) -> Floats | None:
        return None if plan.resting is None else plan.resting[week * WEEK : (week + 1) * WEEK]

    def menu(self, plan: AgentPlan) -> ShiftMenu:
        """Every shift of the agent's contract."""
        return self.book.menu(self.problem.contracts[plan.agent.contract])

    def limits(self, plan: AgentPlan, week: int) -> Floats:
        """7 x entries: 0 where a shift may be, with rest to the weeks around, else infinite."""
        menu, rest = self.menu(plan), plan.rules[week].min_rest_slots
        limits: Floats = plan.fees[week].copy()
        end, start = self._before(plan, week)[0], self._after(plan, week)[0]
        if end is not None:
            for day in range(max(1, min(WEEK, 1 + (end + rest) // SLOTS))):
                limits[day, menu.start < end + rest - SLOTS * day] = np.inf
        if start is not None:
            ends = menu.start + menu.length
            for day in range(WEEK - 1, WEEK - 3, -1):
                limits[day, ends > SLOTS * (WEEK - day) + start - rest] = np.inf
        return limits

    def best_week(
        self, plan: AgentPlan, week: int, costs: Floats
    ) -> tuple[tuple[int, int], ...] | None:
        """The shifts (day, entry) of the cheapest week, None when no week is allowed."""
        run_before, run_after = self._before(plan, week)[1], self._after(plan, week)[1]
        graph = self.book.graph(plan.rules[week], run_before, run_after)
        off = None if plan.off is None else plan.off[week]
        labour = plan.rules[week].labour
        if not labour:
            best = graph.best_week(costs, run_before, run_after, off)
            return None if best is None else best[1]
        view, free = self._view(plan, week), np.zeros(WEEK) if off is None else off

        def kept(costs: Floats, off: Floats) -> Found:
            return keep_rules(
                labour, view, costs, off,
                lambda costs, off: graph.best_week(costs, run_before, run_after, off),
            )  # fmt: skip

        # Where no cheap week keeps the rules, any week that does.
        found = kept(costs, free) or kept(_gates(costs), _gates(free))
        return None if found is None else found[1]

    def _view(self, plan: AgentPlan, week: int) -> WeekView:
        around = {
            shift.day: (shift.start, shift.length)
            for other, tour in enumerate(plan.weeks)
            for shift in (tour.shifts if other != week else ())
        }
        neighbours = plan.agent.neighbours
        if neighbours.shift is not None:
            around[-1] = neighbours.shift
        if neighbours.shift_after is not None:
            around[self.problem.days] = neighbours.shift_after
        end = self._before(plan, week)[0]
        begins = 0 if end is None else max(0, end)
        return WeekView(self.problem, week, self.menu(plan), around, neighbours.weekends, begins)

    def _tour(
        self,
        plan: AgentPlan,
        menu: ShiftMenu,
        week: int,
        prices: Floats,
        chosen: tuple[tuple[int, int], ...],
    ) -> WeekTour:
        resting, picks = self._resting(plan, week), []
        for day, entry in chosen:
            own = None if resting is None else resting[day]
            placed = menu.placed_breaks(prices[day], entry, own)
            picks.append((day, entry, tuple(at for _, at in placed)))
        return self.tour_of(plan, week, tuple(picks))

    def tour_of(self, plan: AgentPlan, week: int, picks: tuple[Pick, ...]) -> WeekTour:
        """The week of these shifts and breaks."""
        menu, shifts, slots = self.menu(plan), [], []
        for day, entry, places in picks:
            start, length = int(menu.start[entry]), int(menu.length[entry])
            placed = tuple(zip(menu.forms[int(menu.form[entry])], places, strict=True))
            on = np.ones(length, dtype=bool)
            for rule, at in placed:
                on[at - start : at - start + rule.slots] = False
            absolute = week * WEEK + day
            slots.append(np.flatnonzero(on) + absolute * SLOTS + start)
            breaks = tuple(PlannedBreak(rule.kind, at, rule.slots) for rule, at in placed)
            held = tuple(
                PlannedBreak(a.kind, a.start, a.slots)
                for a in plan.agent.activities
                if a.day == absolute
            )
            shifts.append(PlannedShift(plan.agent.id, absolute, start, length, breaks, held))
        fee = self._fee(plan, week, menu, picks)
        if not slots:
            return WeekTour((), EMPTY.slots, fee)
        on_queue = np.concatenate(slots)
        if len(plan.busy):
            on_queue = np.setdiff1d(on_queue, plan.busy)
        # What runs on after the last day is nobody's requirement here.
        inside = on_queue[on_queue < self.problem.days * SLOTS]
        return WeekTour(tuple(shifts), inside, fee, picks)

    def _fee(self, plan: AgentPlan, week: int, menu: ShiftMenu, picks: tuple[Pick, ...]) -> float:
        """What a week costs beside cover: wishes, wages, overtime, changes."""
        fee = sum(plan.fees[week][day, entry] for day, entry, _ in picks)
        if plan.off is not None:
            worked = {day for day, _, _ in picks}
            fee += sum(plan.off[week][day] for day in range(WEEK) if day not in worked)
        resting = self._resting(plan, week)
        if resting is not None:
            for day, entry, places in picks:
                for rule, at in zip(menu.forms[int(menu.form[entry])], places, strict=True):
                    fee -= resting[day, menu.column(rule.slots, at)]
        paid = int(sum(menu.paid[entry] for _, entry, _ in picks))
        return float(fee) + plan.rules[week].overtime_cost(paid)

    def _before(self, plan: AgentPlan, week: int) -> tuple[int | None, int]:
        """End of the shift before this week (slot of its first day, 0 or less), and the run."""
        around = plan.agent.neighbours
        end = None if around.end is None else around.end - week * WEEK * SLOTS
        run, unbroken = 0, True
        for earlier in range(week - 1, -1, -1):
            tour = plan.weeks[earlier]
            if unbroken:
                run += tour.trail
                unbroken = tour.trail == WEEK
        if unbroken:
            run += around.run
        for earlier in range(week):
            for shift in plan.weeks[earlier].shifts[-1:]:
                end = (shift.day - week * WEEK) * SLOTS + shift.start + shift.length
        return end, run

    def _after(self, plan: AgentPlan, week: int) -> tuple[int | None, int]:
        """Start of the shift after this week (slot of the next week's first day), and the run."""
        weeks, around = self.problem.weeks, plan.agent.neighbours
        run, unbroken, start = 0, True, None
        for later in range(week + 1, weeks):
            tour = plan.weeks[later]
            if unbroken:
                run += tour.lead
                unbroken = tour.lead == WEEK
            for shift in tour.shifts[:1] if start is None else ():
                start = (shift.day - (week + 1) * WEEK) * SLOTS + shift.start
        if unbroken:
            run += around.run_after
        if start is None and around.start is not None:
            start = around.start + (weeks - week - 1) * WEEK * SLOTS
        return start, run

    def shifts(self) -> tuple[PlannedShift, ...]:
        """Every shift as it stands, by agent and day."""
        return tuple(s for plan in self.plans for tour in plan.weeks for s in tour.shifts)


def _gates(costs: Floats) -> Floats:
    """Nothing or infinity: what is possible, whatever it costs."""
    return np.where(np.isfinite(costs), 0.0, np.inf)


def _run(days: list[int], order: range) -> int:
    worked, run = set(days), 0
    for day in order:
        if day not in worked:
            break
        run += 1
    return run
