"""Merging leaf cells of base measures, each measure in its own way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from wfm.domain.errors import BadInput
from wfm.facts.measures import MEASURES

Counts: TypeAlias = Mapping[int, int]
Ids: TypeAlias = frozenset[str]
Merged: TypeAlias = int | float | Counts | Ids | None
Cell: TypeAlias = Mapping[str, Merged]


def merge_cells(cells: Iterable[Cell]) -> dict[str, Merged]:
    """One cell that stands for all: sums add, maxima take the largest, id sets unite.

    `{"offered_n": 100}` and `{"offered_n": 900}` give `{"offered_n": 1000}`. A measure that no
    cell knows is absent, which is not zero.
    """
    merged: dict[str, Merged] = {}
    for cell in cells:
        for name, value in cell.items():
            if value is not None:
                merged[name] = _both(name, merged.get(name), value)
    return merged


def read_cells(text: str) -> tuple[Cell, ...]:
    """Leaf cells as JSON writes them: histograms as objects, distinct ids as lists."""
    try:
        rows = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"Cells {text[:60]!r} are not JSON: {error.msg}.") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"Cells {text[:60]!r} must be a list of objects of measures.")
    return tuple({name: _read(name, value) for name, value in row.items()} for row in rows)


def _read(name: str, value: object) -> Merged:
    measure = MEASURES.get(name)
    if measure is None:
        raise BadInput(f"Unknown measure {name!r} in the cells; see `wfm kpi show ID`.")
    if value is None:
        return None
    if measure.agg == "hist" and isinstance(value, dict):
        return {int(bucket): int(count) for bucket, count in value.items()}
    if measure.agg == "distinct" and isinstance(value, list):
        return frozenset(str(item) for item in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise BadInput(f"Measure {name!r} ({measure.agg}) cannot be {value!r}.")


def _both(name: str, left: Merged, right: Merged) -> Merged:
    if left is None or right is None:
        return right if left is None else left
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return {b: left.get(b, 0) + right.get(b, 0) for b in sorted({*left, *right})}
    if isinstance(left, frozenset) and isinstance(right, frozenset):
        return left | right
    if isinstance(left, int | float) and isinstance(right, int | float):
        return max(left, right) if MEASURES[name].agg == "max" else left + right
    raise BadInput(f"Measure {name!r} has values of two kinds: {left!r} and {right!r}.")
