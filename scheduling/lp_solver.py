"""HiGHS under PuLP: built in one pass, stoppable, and answering with a bound that is safe."""

from __future__ import annotations

import threading
from typing import Any

import highspy
import numpy as np
import pulp

from scheduling.shifts import Floats


class StoppableHighs(pulp.HiGHS):  # type: ignore[misc]
    """PuLP's HiGHS with one `passModel` instead of a call per row, one thread, and a stop event.

    PuLP's own build takes seconds at 100,000 columns and takes an interrupted run for optimal.
    """

    def __init__(self, stop: threading.Event | None = None, **options: Any) -> None:
        super().__init__(msg=False, threads=1, **options)
        self.stop = stop or threading.Event()
        self.rows: Rows | None = None

    def buildSolverModel(self, lp: Any) -> None:
        # PuLP 3.3 shows its rows only through a mapping that it deprecates itself.
        variables, constraints = lp.variables(), list(lp._constraints.values())
        for i, variable in enumerate(variables):
            variable.index = i
        starts, index, value, low, high = [0], [], [], [], []
        for i, row in enumerate(constraints):
            row.index = i
            for variable, factor in row.items():
                index.append(variable.index)
                value.append(factor)
            starts.append(len(index))
            low.append(-np.inf if (bound := row.getLb()) is None else bound)
            high.append(np.inf if (bound := row.getUb()) is None else bound)
        costs = np.zeros(len(variables))
        for variable, factor in lp.objective.items():
            costs[variable.index] = factor
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(variables), len(constraints)
        model.col_cost_ = costs
        model.offset_ = float(lp.objective.constant)
        model.col_lower_ = np.array(
            [-np.inf if v.lowBound is None else v.lowBound for v in variables], dtype=float
        )
        model.col_upper_ = np.array(
            [np.inf if v.upBound is None else v.upBound for v in variables], dtype=float
        )
        model.row_lower_, model.row_upper_ = np.array(low), np.array(high)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(starts, dtype=np.int32)
        model.a_matrix_.index_ = np.array(index, dtype=np.int32)
        model.a_matrix_.value_ = np.array(value, dtype=float)
        if any(v.cat == "Integer" for v in variables):
            kinds = {"Integer": highspy.HighsVarType.kInteger}
            model.integrality_ = [
                kinds.get(v.cat, highspy.HighsVarType.kContinuous) for v in variables
            ]
        lp.solverModel.passModel(model)
        self.rows = Rows(
            np.diff(np.array(starts)), np.array(index, dtype=np.int64), np.array(value),
            np.array(low), np.array(high), costs, model.offset_,
        )  # fmt: skip

    def callSolver(self, lp: Any) -> None:
        model = lp.solverModel
        for callback in (model.cbIpmInterrupt, model.cbSimplexInterrupt, model.cbMipInterrupt):
            callback += self._interrupt
        model.run()

    def _interrupt(self, event: Any) -> None:
        if self.stop.is_set():
            event.interrupt()

    def safe_bound(self, lp: Any, upper: Floats) -> float | None:
        """A number that no point with 0 <= x <= `upper` can beat, whatever the solver's accuracy.

        The row prices found, forced to their legal signs, are a point of the dual; its value is a
        bound by weak duality alone. None when the solver gave no prices.
        """
        rows = self.rows
        duals = np.array(lp.solverModel.getSolution().row_dual, dtype=float)
        if rows is None or len(duals) != len(rows.low) or not np.isfinite(duals).all():
            return None
        duals[(duals > 0) & ~np.isfinite(rows.low)] = 0.0
        duals[(duals < 0) & ~np.isfinite(rows.high)] = 0.0
        sides = np.where(duals > 0, rows.low, rows.high)
        sides[duals == 0] = 0.0
        weights = rows.value * np.repeat(duals, rows.counts)
        reduced = rows.costs - np.bincount(rows.index, weights, minlength=len(rows.costs))
        return float(rows.offset + duals @ sides + np.minimum(reduced, 0.0) @ upper)


class Rows:
    """The model as arrays: entries per row, columns, factors, sides, costs and constant."""

    def __init__(
        self, counts: Any, index: Any, value: Any, low: Any, high: Any, costs: Any, offset: float
    ) -> None:
        self.counts, self.index, self.value = counts, index, value
        self.low, self.high, self.costs, self.offset = low, high, costs, offset
