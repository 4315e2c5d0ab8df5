"""A schedule as frozen values and as JSON `wfm-scheduling-solution/1`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wfm.domain.errors import BadInput

FORMAT = "wfm-scheduling-solution/1"


@dataclass(frozen=True)
class PlannedBreak:
    """A break, or a fixed activity, as planned: first slot of the day, and slots."""

    kind: str
    start: int
    slots: int


@dataclass(frozen=True)
class PlannedShift:
    """One shift of one agent: day, first slot of the day, slots including meals, breaks."""

    agent: str
    day: int
    start: int
    length: int
    breaks: tuple[PlannedBreak, ...]
    activities: tuple[PlannedBreak, ...] = ()  # fixed ones that it holds


@dataclass(frozen=True)
class Event:
    """A point of a run: seconds since its start, best cost so far, proven bound so far."""

    event: str  # started bound incumbent pass diagnosis done cancelled
    t: float
    objective: float | None
    bound: float | None
    gap_of_requirement_pct: float | None
    pass_n: int
    seed: int


@dataclass(frozen=True)
class Diagnosis:
    """An agent for whom no tour keeps every rule: which rule, with the arithmetic."""

    agent: str
    week: int
    rule: str
    sentence: str


@dataclass(frozen=True)
class SoftCosts:
    """Each kind of cost beside cover; all are 0 or more, so a bound on cover bounds the sum too."""

    preferences: float = 0.0
    fairness: float = 0.0
    changes: float = 0.0
    wages: float = 0.0
    overtime: float = 0.0

    @property
    def total(self) -> float:
        """All of them."""
        return self.preferences + self.fairness + self.changes + self.wages + self.overtime


@dataclass(frozen=True)
class Solution:
    """A schedule with its cost and the proof of how good it is."""

    shifts: tuple[PlannedShift, ...]
    objective: float
    bound: float
    gap_of_requirement_pct: float
    seconds: float
    seed: int
    passes: int
    status: str  # done, time_limit, pass_budget or cancelled
    bound_kind: str  # lp, or hours while the LP had no answer
    events: tuple[Event, ...] = ()
    diagnoses: tuple[Diagnosis, ...] = ()
    soft: SoftCosts = SoftCosts()  # beside cover; the objective and the bound are about cover
    # Value of one more agent on the queue, for each queue, day and slot (dual of the cover row).
    prices: Mapping[str, tuple[tuple[float, ...], ...]] | None = None


def solution_text(solution: Solution) -> str:
    """The JSON text of a solution."""
    data = asdict(solution)
    data["events"] = [
        {("pass" if k == "pass_n" else k): v for k, v in event.items()} for event in data["events"]
    ]
    for shift in data["shifts"]:
        if not shift["activities"]:
            del shift["activities"]
    if solution.prices is None:
        del data["prices"]
    return json.dumps({"format": FORMAT, **data})


def read_solution(text: str, name: str = "solution") -> Solution:
    """The solution of a JSON text; only `shifts` must be there, whoever made it."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"{name} is not JSON: {error}.") from None
    if not isinstance(data, dict) or not isinstance(data.get("shifts"), list):
        raise BadInput(f"{name}: no list `shifts`; a solution is one object {FORMAT}.")
    try:
        shifts = tuple(_shift(item) for item in data["shifts"])
        return Solution(
            shifts=shifts,
            objective=_number(data.get("objective")),
            bound=_number(data.get("bound")),
            gap_of_requirement_pct=_number(data.get("gap_of_requirement_pct")),
            seconds=_number(data.get("seconds")),
            seed=int(data.get("seed") or 0),
            passes=int(data.get("passes") or 0),
            status=str(data.get("status", "")),
            bound_kind=str(data.get("bound_kind", "")),
            diagnoses=tuple(Diagnosis(**d) for d in data.get("diagnoses", ())),
            soft=SoftCosts(**data.get("soft", {})),
            prices={
                queue: tuple(tuple(float(v) for v in row) for row in rows)
                for queue, rows in data["prices"].items()
            }
            if data.get("prices")
            else None,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(f"{name}: a shift lacks or misspells a field: {error}.") from None


def _shift(item: Mapping[str, Any]) -> PlannedShift:
    return PlannedShift(
        agent=str(item["agent"]),
        day=int(item["day"]),
        start=int(item["start"]),
        length=int(item["length"]),
        breaks=_placed(item.get("breaks", ())),
        activities=_placed(item.get("activities", ())),
    )


def _placed(items: Iterable[Mapping[str, Any]]) -> tuple[PlannedBreak, ...]:
    return tuple(PlannedBreak(str(b["kind"]), int(b["start"]), int(b["slots"])) for b in items)


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)
