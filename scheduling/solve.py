"""One run: diagnosis, bound and incumbents side by side, and the best schedule at the end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from scheduling.bound import Bound, hours_bound, lp_bound
from scheduling.descent import STALE_PASSES, Descent
from scheduling.diagnosis import Diagnosed, diagnose, squeezed
from scheduling.problem import ContractRules, Problem
from scheduling.roster import Roster
from scheduling.soft import soft_costs
from scheduling.solution import Event, Solution
from wfm.domain.errors import InfeasibleSchedule, JobCancelled
from wfm.domain.progress import Progress, no_progress

LOOK_EVERY_S = 0.1
DEFAULT_LIMIT_S = 60.0
# Without an improvement for this share of the time limit, more of the same is unlikely to help.
PATIENCE = 1 / 3

Listener = Callable[[Event], None]
FindBound = Callable[
    [Problem, Mapping[tuple[str, int], ContractRules], threading.Event, float | None],
    Bound | None,
]


def solve(
    problem: Problem,
    *,
    time_limit_s: float | None = DEFAULT_LIMIT_S,
    seed: int = 1,
    passes: int | None = None,
    progress: Progress = no_progress,
    listener: Listener | None = None,
    find_bound: FindBound = lp_bound,
) -> Solution:
    """The best schedule found, with the bound it is measured against.

    With a pass budget and no time limit the same seed gives the same schedule. When `progress`
    raises `JobCancelled` the best so far is returned with status `cancelled`.
    """
    if not problem.agents:
        raise InfeasibleSchedule("The problem has no agents; give people with a contract first.")
    run = _Run(problem, time_limit_s, seed, progress, listener)
    run.tell("started")
    found = diagnose(problem)
    problem = run.problem = found.problem
    for _ in found.diagnoses[:1]:
        run.tell("diagnosis")
    run.bound = hours_bound(problem, found.relaxed)
    lp = threading.Thread(target=run.look_for_bound, args=(find_bound, found), daemon=True)
    lp.start()
    descent = Descent(Roster(problem, found.relaxed), seed, run.should_stop, run.told)
    run.patient = passes is None
    try:
        descent.run(passes, stale_passes=None if run.patient and time_limit_s else STALE_PASSES)
        run.wait_for(lp)
    finally:
        run.stop_bound.set()
        lp.join()
    if run.failure is not None:
        raise run.failure
    if not descent.best:
        raise JobCancelled(
            "Stopped before the first schedule was complete; allow more time than "
            f"{run.seconds():.1f} s."
        )
    return run.answer(descent, found)


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
        self.improved_at = 0.0
        self.pass_n = 0
        self.patient = False
        self.cancelled = self.timed_out = False
        self.stop_bound = threading.Event()
        self.failure: Exception | None = None
        self.events: list[Event] = []
        self._looked = 0.0
        self._lock = threading.Lock()

    def seconds(self) -> float:
        return time.monotonic() - self.began

    def look_for_bound(self, find_bound: FindBound, found: Diagnosed) -> None:
        try:
            answer = find_bound(self.problem, found.relaxed, self.stop_bound, self.limit)
        except Exception as error:  # raised again by the run, which owns the answer
            self.failure = error
            return
        if answer is not None and answer.value > self.bound.value:
            self.bound = answer
            self.tell("bound")

    def should_stop(self) -> bool:
        """Whether time is over, nothing more is gained, or somebody asked to stop."""
        now = self.seconds()
        if self.limit is not None:
            if now >= self.limit:
                self.timed_out = True
            elif self.patient and self.best is not None:
                idle = now - self.improved_at
                if idle > max(1.0, PATIENCE * self.limit):
                    return True
        # All else that costs is 0 or more, so what bounds cover bounds the total as well.
        if self.best is not None and self.total <= self.bound.value + 1e-6:
            return True
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._look()
        return self.cancelled or self.timed_out or self.failure is not None

    def wait_for(self, lp: threading.Thread) -> None:
        """The bound may take until the time limit; without a limit, as long as it needs."""
        while lp.is_alive() and not self.cancelled:
            if self.limit is not None and self.seconds() >= self.limit:
                return
            lp.join(LOOK_EVERY_S)
            self._look()

    def told(self, event: str, cost: float, total: float, pass_n: int) -> None:
        if total < self.total - 1e-9:
            self.improved_at = self.seconds()
        self.best, self.total, self.pass_n = cost, total, pass_n
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
