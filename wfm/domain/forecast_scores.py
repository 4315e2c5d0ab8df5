"""How well a forecast did, as sums whose ratios are shown, and what people's corrections added."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Score:
    """Errors of some cells: WAPE, bias and coverage are ratios of these sums.

    Offered 200 with absolute errors of 30 is a WAPE of 15 %; the naive forecast's errors of 50 on
    the same cells are 25 %, so the skill is 40 %.
    """

    days: int
    offered: float
    forecast: float
    abs_error: float
    naive_offered: float  # on the cells for which a naive forecast is known
    naive_abs_error: float
    naive_own_error: float  # the forecast's own error on those cells
    inside: int
    cells: int

    @property
    def wape(self) -> float | None:
        return None if self.offered <= 0 else 100 * self.abs_error / self.offered

    @property
    def bias(self) -> float | None:
        return None if self.offered <= 0 else 100 * (self.forecast - self.offered) / self.offered

    @property
    def naive_wape(self) -> float | None:
        return None if self.naive_offered <= 0 else 100 * self.naive_abs_error / self.naive_offered

    @property
    def skill(self) -> float | None:
        """Percent of the naive forecast's error that it saves, on the same cells."""
        if self.naive_abs_error <= 0:
            return None
        return 100 * (1 - self.naive_own_error / self.naive_abs_error)

    @property
    def coverage(self) -> float | None:
        """Percent of cells inside P10 to P90; 80 by construction."""
        return None if self.cells <= 0 else 100 * self.inside / self.cells


@dataclass(frozen=True)
class AddedValue:
    """Overrides against the model on the same cells: positive points are error they saved."""

    days: int
    offered: float
    model_error: float
    override_error: float

    @property
    def wape_model(self) -> float | None:
        return None if self.offered <= 0 else 100 * self.model_error / self.offered

    @property
    def wape_override(self) -> float | None:
        return None if self.offered <= 0 else 100 * self.override_error / self.offered

    @property
    def points(self) -> float | None:
        """WAPE without the overrides less WAPE with them: 9.4 - 8.1 = 1.3 points saved."""
        if self.wape_model is None or self.wape_override is None:
            return None
        return self.wape_model - self.wape_override


@dataclass(frozen=True)
class Scores:
    """A site's kept forecasts judged: by version, by days ahead, and what overrides added.

    `added_by_record` has each override's own cells; where two lie on the same cells both have them.
    """

    by_version: Mapping[int, Score] = field(default_factory=dict)
    by_lead: Mapping[str, Score] = field(default_factory=dict)
    added: AddedValue | None = None
    added_by_record: Mapping[int, AddedValue] = field(default_factory=dict)
