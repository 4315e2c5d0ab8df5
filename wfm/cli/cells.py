"""CSV files of cells, as the staffing commands read and write them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wfm.domain.errors import BadInput

Row = dict[str, str]
Results = Mapping[str, Sequence[object]]
T = TypeVar("T")


def checked(source: Path, work: Callable[[], T]) -> T:
    """What the work gives; a value it refuses is told with the file's name."""
    try:
        return work()
    except ValueError as error:
        raise BadInput(f"{source.name}: {error} Correct the cell and run again.") from None


def read_rows(source: Path, needed: Iterable[str]) -> list[Row]:
    """The lines of a CSV file by column; columns that are needed and not there are named."""
    try:
        with source.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            rows = list(reader)
            names = reader.fieldnames or []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{source} cannot be read: {error}.") from None
    missing = [name for name in needed if name not in names]
    if missing:
        raise BadInput(
            f"{source.name} has no column {', '.join(missing)}; it has {', '.join(names)}."
        )
    return rows


def floats(source: Path, rows: list[Row], name: str, *, empty: bool = False) -> NDArray[np.float64]:
    """A column as numbers, `nan` where `empty` is allowed; what is none is named by line."""
    values = np.full(len(rows), np.nan)
    for i, row in enumerate(rows):
        text = (row.get(name) or "").strip()
        if not text and empty:
            continue
        try:
            values[i] = float(text)
        except ValueError:
            raise BadInput(
                f"{source.name} line {i + 2}: {name} is {text!r}, which is no number."
            ) from None
    return values


def write_rows(out: Path, rows: list[Row], kept: Sequence[str], results: Results) -> None:
    """The kept input columns, then the results with all digits; undefined shares are `nan`."""
    names = [name for name in kept if rows and name in rows[0] and name not in results]
    try:
        with out.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow([*names, *results])
            for i, row in enumerate(rows):
                writer.writerow(
                    [*(row[name] for name in names), *(_text(v[i]) for v in results.values())]
                )
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error}.") from None


def _text(value: object) -> str:
    return repr(float(value)) if isinstance(value, float) else str(value)
