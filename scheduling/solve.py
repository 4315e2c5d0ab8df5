"""One run: diagnosis, bound and incumbents side by side, and the best schedule at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from scheduling.bound import Bound, Relaxed, find_bounds, hours_bound
from scheduling.descent import Descent
from scheduling.diagnosis import Diagnosed, diagnose, squeezed
from scheduling.pace import Pace
from scheduling.packed import Guide
from scheduling.problem import SLOTS, Problem
from scheduling.roster import Roster
from scheduling.soft import soft_costs
from scheduling.solution import Event, Solution
from wfm.domain.errors import InfeasibleSchedule, JobCancelled
from wfm.domain.progress import Progress, no_progress

LOOK_EVERY_S = 0.1
DEFAULT_LIMIT_S = 60.0
DEFAULT_PASSES = 200
# The descent arrives a little before the limit; what is left is for the answer.
ARRIVES = 0.97
# How much of a time limit the descent waits for prices of the bound before it goes without.
WAITS = 0.3
# The search for bounds hears a stop at once, but not while a programme is being written down.
FAREWELL_S = 0.15

Listener = Callable[[Event], None]
FindBounds = Callable[[Problem, Relaxed, threading.Event | None, float | None], Iterable[Bound]]


def solve(
    problem: Problem,
    *,
    time_limit_s: float | None = DEFAULT_LIMIT_S,
    seed: int = 1,
    passes: int | None = None,
    progress: Progress = no_progress,
    listener: Listener | None = None,
    bounds: FindBounds = find_bounds,
) -> Solution:
    """The best schedule found, with the bound it is measured against.

    With a pass budget and no time limit the same seed gives the same schedule. When `progress`
    raises `JobCancelled` the best so far is returned with status `cancelled`.
    """
    if not problem.agents:
        raise InfeasibleSchedule("The problem has no agents; give people with a contract first.")
    if time_limit_s is None and passes is None:
        passes = DEFAULT_PASSES
    run = _Run(problem, time_limit_s, seed, progress, listener)
    run.tell("started")
    found = diagnose(problem)
    problem = run.problem = found.problem
    for _ in found.diagnoses[:1]:
        run.tell("diagnosis")
    run.bound = hours_bound(problem, found.relaxed)
    search = threading.Thread(target=run.look_for_bounds, args=(bounds, found), daemon=True)
    search.start()
    pace = Pace(problem, lambda: run.way(passes))
    descent = Descent(Roster(problem, found.relaxed), seed, run.should_stop, run.told, pace)
    try:
        _descend(run, descent, search, passes)
    finally:
        run.stop_bound.set()
        search.join(FAREWELL_S)
    if run.failure is not None:
        raise run.failure
    if descent.best is None:
        raise JobCancelled(
            "Stopped before the first schedule was complete; allow more time than "
            f"{run.seconds():.1f} s."
        )
    return run.answer(descent, found)


def _descend(run: _Run, descent: Descent, search: threading.Thread, passes: int | None) -> None:
    """A first schedule, then passes that are led by the newest bound until the way is done."""
    descent.start(run.is_unwanted)
    if passes is not None:
        # The same prices in every run: the last ones.
        run.wait_for(search)
    while not run.should_stop() and not descent.stopped and descent.passes != passes:
        guide = run.new_guide(descent.sweep.packing.skill_sets)
        if guide is not None:
            descent.lead(guide)
        descent.descend()
    run.wait_for(search)


class _Run:
    """Time, best cost, bound and events of one run."""

    def __init__(
        self,
        problem: Problem,
        limit: float | None,
        seed: int,
        progress: Progress,
        listener: Listener | None,
    ) -> None:
        self.problem, self.limit, self.seed = problem, limit, seed
        self.progress, self.listener = progress, listener
        self.began = time.monotonic()
        self.bound = Bound(0.0, "hours")
        self.best: float | None = None  # cost of cover
        self.total = float("inf")  # with all that costs beside it
        self.pass_n = 0
        self.cancelled = self.timed_out = False
        self.stop_bound = threading.Event()
        self.failure: Exception | None = None
        self.events: list[Event] = []
        self._looked = self._told = 0.0
        self._guiding: Bound | None = None  # whose prices lead
        self._led_at: float | None = None
        self._lock = threading.Lock()

    def seconds(self) -> float:
        return time.monotonic() - self.began

    def look_for_bounds(self, bounds: FindBounds, found: Diagnosed) -> None:
        try:
            for bound in bounds(self.problem, found.relaxed, self.stop_bound, self.limit):
                if bound.value < self.bound.value:
                    bound = replace(bound, value=self.bound.value, kind=self.bound.kind)
                self.bound = bound
                self.tell("bound")
                if self.stop_bound.is_set():
                    return
        except Exception as error:  # raised again by the run, which owns the answer
            self.failure = error

    def new_guide(self, skill_sets: Sequence[tuple[str, ...]]) -> Guide | None:
        """The prices of a newer bound than the one that leads, a row for each skill set."""
        bound = self.bound
        if bound is self._guiding or not bound.costs:
            return None
        self._guiding = bound
        if self._led_at is None:
            self._led_at = self.seconds()
        nothing = np.zeros(self.problem.days * SLOTS)
        return Guide(
            price=np.array([bound.costs.get(skills, nothing) for skills in skill_sets]),
            level=np.array([bound.levels.get(skills, nothing) for skills in skill_sets]),
        )

    def way(self, passes: int | None) -> float:
        """The share of the way that is done: of the passes, or of the time since prices lead."""
        if passes is not None:
            return (self.pass_n + 1) / passes
        assert self.limit is not None
        since = self._led_at if self._led_at is not None else WAITS * self.limit
        return max(0.0, (self.seconds() - since) / (ARRIVES * self.limit - since))

    def should_stop(self) -> bool:
        """Whether time is over, nothing more can be gained, or somebody asked to stop."""
        now = self.seconds()
        if self.limit is not None and now >= self.limit:
            self.timed_out = True
        # All else that costs is 0 or more, so what bounds cover bounds the total as well.
        if self.best is not None and self.total <= self.bound.value + 1e-6:
            return True
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._look()
        return self.cancelled or self.timed_out or self.failure is not None

    def is_unwanted(self) -> bool:
        """Whether somebody asked to stop. A first schedule is finished after the limit, too: it
        takes little, and a run on a busy machine should not end with nothing."""
        self.should_stop()
        return self.cancelled or self.failure is not None

    def wait_for(self, lp: threading.Thread) -> None:
        """The bound may take until the time limit; without a limit, as long as it needs."""
        while lp.is_alive() and not self.cancelled:
            if self.limit is not None and self.seconds() >= self.limit:
                return
            lp.join(LOOK_EVERY_S)
            self._look()

    def told(self, event: str, cost: float, total: float, pass_n: int) -> None:
        first = self.best is None
        self.best, self.total, self.pass_n = cost, total, pass_n
        # A small centre makes hundreds of passes a second; nobody reads that many points.
        if first or self.seconds() - self._told >= LOOK_EVERY_S:
            self._told = self.seconds()
            self.tell(event)

    def tell(self, event: str) -> None:
        with self._lock:
            made = Event(
                event,
                round(self.seconds(), 3),
                self.best,
                round(self.bound.value, 4),
                self.gap(),
                self.pass_n,
                self.seed,
            )
            self.events.append(made)
        if self.listener is not None:
            self.listener(made)

    def gap(self) -> float | None:
        if self.best is None or not self.problem.required_slots:
            return None
        return round(100 * (self.best - self.bound.value) / self.problem.required_slots, 4)

    def answer(self, descent: Descent, found: Diagnosed) -> Solution:
        cost = round(descent.best_cost, 6)
        self.best = cost
        # A bound a hair above the cost is the solver's rounding, never a proof.
        bound = min(self.bound.value, cost)
        status = "cancelled" if self.cancelled else "time_limit" if self.timed_out else "done"
        self.tell("cancelled" if self.cancelled else "done")
        shifts = descent.shifts()
        return Solution(
            shifts=shifts,
            objective=cost,
            bound=round(bound, 6) if round(bound, 6) <= cost else bound,
            gap_of_requirement_pct=self.gap() or 0.0,
            seconds=round(self.seconds(), 2),
            seed=self.seed,
            passes=descent.passes,
            status=status,
            bound_kind=self.bound.kind,
            events=tuple(self.events),
            diagnoses=found.diagnoses + squeezed(self.problem, descent.squeezed, shifts),
            soft=soft_costs(self.problem, shifts),
            prices=self.bound.prices,
        )

    def _look(self) -> None:
        """Progress told; a cancel noticed."""
        detail: dict[str, object] = {"bound": round(self.bound.value, 2), "pass": self.pass_n}
        if self.best is not None:
            detail |= {"objective": round(self.best, 2), "gap_of_requirement_pct": self.gap()}
        percent = 0.0 if self.limit is None else min(99.0, 100 * self.seconds() / self.limit)
        stage = "First schedule" if self.best is None else "Improving"
        try:
            self.progress(stage, percent, **detail)
        except JobCancelled:
            self.cancelled = True
