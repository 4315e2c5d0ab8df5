"""Hashes that tell rows apart: the same on every machine and in every version of a library."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_NULL = np.uint64(0x9E3779B97F4A7C15)


def row_hash(columns: Sequence[pl.Series]) -> pl.Series:
    """One 64-bit hash for each row over columns in order; a null differs from every value."""
    size = len(columns[0])
    total = np.full(size, 0x2545F4914F6CDD1D, np.uint64)
    with np.errstate(over="ignore"):
        for place, column in enumerate(columns, start=1):
            total = _mix(total ^ (_numbers(column) + np.uint64(place) * _NULL))
    return pl.Series(total, dtype=pl.UInt64)


def text_hash(text: str) -> int:
    """The 64-bit hash of one text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def _numbers(column: pl.Series) -> Hashes:
    if column.dtype == pl.String:
        return _text_numbers(column)
    if column.dtype == pl.Enum or column.dtype == pl.Categorical:
        return _text_numbers(column.cast(pl.String))
    whole = column if column.dtype == pl.UInt64 else column.cast(pl.Int64)
    numbers: Hashes = _mix(whole.fill_null(0).to_numpy().view(np.uint64))
    if whole.null_count():
        numbers = np.where(whole.is_null().to_numpy(), _NULL, numbers)
    return numbers


def _text_numbers(column: pl.Series) -> Hashes:
    if column.null_count() == len(column):
        return np.full(len(column), _NULL, np.uint64)
    words = column.unique()
    if len(words) * 4 > len(column):
        null = int(_NULL)
        return np.array(
            [null if word is None else text_hash(word) for word in column.to_list()], np.uint64
        )
    known = {word: text_hash(word) for word in words.drop_nulls()}
    mapped = column.replace_strict(known, default=int(_NULL), return_dtype=pl.UInt64)
    return mapped.to_numpy()


def _mix(value: Hashes) -> Hashes:
    """The finish of splitmix64: every bit of the input moves every bit of the output."""
    with np.errstate(over="ignore"):
        value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return value ^ (value >> np.uint64(31))
