"""A plain model of named shifts, by CP-SAT or by PuLP and HiGHS: run as a script, never imported.

Arguments: solver (cpsat, highs), problem file of one queue and one week, seconds. One binary for
each person, day and shift; breaks are counted, not named, within windows that add up (which can
only flatter it). Prints cost, bound and seconds as JSON; cost is null when nothing was found.
"""

import json
import sys
import time
from collections import defaultdict
from typing import Any

DAY = 96
Terms = list[Any]  # of (variable, factor)


def main(solver: str, path: str, seconds: float) -> None:
    """The model built by one of the two libraries, and solved within the time."""
    with open(path) as handle:
        problem = json.load(handle)
    began = time.perf_counter()
    library: Any = CpSat() if solver == "cpsat" else Highs()
    build(problem, library)
    cost, bound = library.solve(max(1.0, seconds - (time.perf_counter() - began)))
    taken = time.perf_counter() - began
    sys.stdout.write(json.dumps({"cost": cost, "bound": bound, "seconds": taken}) + "\n")


def build(problem: dict[str, Any], m: Any) -> None:
    """Shifts of each person, breaks of each day and slot, cover."""
    contracts = {c["name"]: c for c in problem["contracts"]}
    days, rest, step = problem["days"], problem["min_rest_slots"], problem["start_every_slots"]
    first, end = problem["opening"]
    rows = next(iter(problem["requirement"].values()))
    on: dict[Any, Terms] = defaultdict(list)  # (day, slot) -> shifts that hold it
    windows: dict[Any, Terms] = defaultdict(
        list
    )  # (day, place of the break, slots) -> (shift, earliest, latest)
    for agent in problem["agents"]:
        contract = contracts[agent["contract"]]
        worked: Terms = []
        paid: Terms = []
        by_day: dict[int, Terms] = defaultdict(list)
        for day in range(days):
            if day in agent["unavailable_days"]:
                continue
            for length in contract["shift_lengths"]:
                owed = problem["breaks"][str(length)]
                unpaid = sum(b["slots"] for b in owed if not b["paid"])
                low, high = max(first, agent["window"][0]), min(end, agent["window"][1])
                low += (first - low) % step
                for start in range(low, high - length + 1, step):
                    x = m.number(1)
                    by_day[day].append((start, start + length, x))
                    worked.append((x, 1))
                    paid.append((x, length - unpaid))
                    for t in range(start, start + length):
                        on[day, t].append((x, 1))
                    for place, b in enumerate(owed):
                        windows[day, place, b["slots"]].append(
                            (x, start + b["earliest"], start + b["latest"])
                        )
            m.row([(x, 1) for _, _, x in by_day[day]], None, 1)
        m.row(worked, *contract["days_per_week"])
        m.row(paid, *contract["paid_slots_per_week"])
        for day in range(days - 1):
            for limit in sorted({start for start, _, _ in by_day[day + 1]}):
                late = [(x, 1) for _, stop, x in by_day[day] if stop + rest - DAY > limit]
                early = [(x, 1) for start, _, x in by_day[day + 1] if start <= limit]
                if late:
                    m.row(late + early, None, 1)
    away: dict[Any, Terms] = defaultdict(list)
    for (day, _, slots), found in windows.items():
        begun = {t: m.number(len(found)) for t in range(first, end)}
        for t in range(first, end):
            so_far = [(begun[s], 1) for s in range(first, t + 1)]
            m.row(so_far + [(x, -1) for x, early, _ in found if early <= t], None, 0)
            m.row(so_far + [(x, -1) for x, _, late in found if late <= t], 0, None)
            for later in range(t, min(t + slots, end)):
                away[day, later].append((begun[t], -1))
    cost: Terms = []
    under, over = problem["costs"]["understaffed_slot"], problem["costs"]["overstaffed_slot"]
    most = len(problem["agents"])
    for day in range(days):
        for t in range(first, end):
            need = rows[day][t]
            missing, idle = m.number(need), m.number(most)
            m.row(on[day, t] + away[day, t] + [(missing, 1), (idle, -1)], need, need)
            cost += [(missing, under), (idle, over)]
    m.minimise(cost)


class CpSat:
    """OR-tools CP-SAT with two workers; costs in tenths, as it counts in whole numbers."""

    def __init__(self) -> None:
        from ortools.sat.python import cp_model  # type: ignore[import-not-found]

        self.toolkit, self.model = cp_model, cp_model.CpModel()

    def number(self, most: int) -> Any:
        return self.model.new_int_var(0, most, "")

    def row(self, terms: Terms, low: int | None, high: int | None) -> None:
        total = sum(factor * x for x, factor in terms)
        if low is not None:
            self.model.add(total >= low)
        if high is not None:
            self.model.add(total <= high)

    def minimise(self, terms: Terms) -> None:
        self.model.minimize(sum(round(10 * factor) * x for x, factor in terms))

    def solve(self, seconds: float) -> tuple[float | None, float]:
        solver = self.toolkit.CpSolver()
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = 2
        found = solver.solve(self.model) in (self.toolkit.OPTIMAL, self.toolkit.FEASIBLE)
        return solver.objective_value / 10 if found else None, solver.best_objective_bound / 10


class Highs:
    """PuLP's own HiGHS, as its users have it."""

    def __init__(self) -> None:
        import pulp

        self.toolkit, self.model, self.n = pulp, pulp.LpProblem("plain", pulp.LpMinimize), 0

    def number(self, most: int) -> Any:
        self.n += 1
        return self.model.add_variable(f"x{self.n}", 0, most, self.toolkit.LpInteger)

    def row(self, terms: Terms, low: int | None, high: int | None) -> None:
        total = self.toolkit.LpAffineExpression(terms)
        if low is not None:
            self.model += total >= low
        if high is not None:
            self.model += total <= high

    def minimise(self, terms: Terms) -> None:
        self.model.setObjective(self.toolkit.LpAffineExpression(terms))

    def solve(self, seconds: float) -> tuple[float | None, float]:
        solver = self.toolkit.HiGHS(msg=False, threads=2, timeLimit=seconds)
        self.model.solve(solver)
        info = self.model.solverModel.getInfo()
        found = info.primal_solution_status == 2
        return info.objective_function_value if found else None, info.mip_dual_bound


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
