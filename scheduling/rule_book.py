"""The menus and graphs of every contract, each built once."""

from __future__ import annotations

from scheduling.problem import ContractRules, Problem
from scheduling.shifts import ShiftMenu, shift_menu
from scheduling.tours import TourGraph, tour_graph


class RuleBook:
    """The menus and graphs of every contract (and of relaxed copies), each built once."""

    def __init__(self, problem: Problem) -> None:
        spans = [span for span in problem.opening if span is not None]
        self.first = min((a for a, _ in spans), default=0)
        self.end = max((b for _, b in spans), default=0)
        self.grid_from = problem.grid_from
        self._menus: dict[str, ShiftMenu] = {}
        self._graphs: dict[tuple[object, ...], TourGraph] = {}

    def menu(self, rules: ContractRules) -> ShiftMenu:
        """Every shift of a contract within the widest opening."""
        if rules.name not in self._menus:
            self._menus[rules.name] = shift_menu(rules, self.first, self.end, self.grid_from)
        return self._menus[rules.name]

    def graph(self, rules: ContractRules, run_before: int, run_after: int) -> TourGraph:
        """The graph for a week entered after, and left before, so many days in a row."""
        most, limit = rules.days_per_week[1], rules.max_consecutive_days
        tracked = (
            most > limit
            or (run_before > 0 and run_before + most > limit)
            or (run_after > 0 and run_after + most > limit)
        )
        return self.graph_of_kind(rules, tracked)

    def graph_of_kind(self, rules: ContractRules, tracked: bool) -> TourGraph:
        """The graph that knows days worked in a row (`tracked`), or the one that need not."""
        limit = rules.max_consecutive_days
        key = (rules.name, rules.days_per_week, rules.paid_slots_per_week, limit,
               rules.min_rest_slots, tracked)  # fmt: skip
        if key not in self._graphs:
            self._graphs[key] = tour_graph(self.menu(rules), rules, tracked)
        return self._graphs[key]
