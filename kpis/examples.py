"""Worked examples as a table of cells: what `wfm kpi evaluate` reads and answers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kpis.catalogue.load import kpi_of
from kpis.cells import Cell, merge_cells, read_cells
from kpis.evaluate import Window, evaluate
from wfm.domain.errors import BadInput

COLUMNS = ("example_id", "kpi_id", "cells_json")


@dataclass(frozen=True)
class Answer:
    """The value of one example; None where the KPI is undefined."""

    example_id: str
    kpi_id: str
    value: float | None


def evaluate_examples(lines: Iterable[str]) -> tuple[Answer, ...]:
    """The value of every row of a CSV with `example_id, kpi_id, cells_json, window_json`."""
    reader = csv.DictReader(lines)
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise BadInput(
            f"The file lacks the columns {', '.join(missing)}; it has "
            f"{', '.join(reader.fieldnames or ('none',))}. Give one leaf cell list a row."
        )
    return tuple(_answer(number, row) for number, row in enumerate(reader, start=2))


def _answer(line: int, row: Mapping[str, str]) -> Answer:
    try:
        kpi = kpi_of(row["kpi_id"])
        cell = merge_cells(read_cells(row["cells_json"]))
        value = evaluate(kpi, cell, _window(row.get("window_json") or "")).value
    except BadInput as error:
        raise BadInput(f"Line {line}, example {row['example_id']!r}: {error}") from None
    return Answer(row["example_id"], kpi.id, value)


def _window(text: str) -> Window:
    if not text:
        return Window()
    try:
        given = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(f"Window {text!r} is not JSON: {error.msg}.") from None
    if not isinstance(given, dict):
        raise BadInput(f"Window {text!r} must be an object such as {{'window_s': 1800}}.")
    return Window(
        seconds=given.get("window_s"),
        days=given.get("window_days"),
        previous=_other(given, "prev"),
        whole=_other(given, "all"),
    )


def _other(given: Mapping[str, object], name: str) -> Cell | None:
    return merge_cells(read_cells(json.dumps(given[name]))) if name in given else None
