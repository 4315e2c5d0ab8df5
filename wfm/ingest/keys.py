"""Hashes that tell rows apart: the same on every machine and in every version of a library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

import numpy as np
import polars as pl
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
_NULL = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class Words:
    """A column of few different texts: each text once, and its place for every row.

    What is asked of a word is asked once and not for each of its rows: 125,000 rows of 2,500
    agents need 2,500 zones. A row without a text has the place after the last word.
    """

    words: tuple[str, ...]
    places: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.places)

    def each(self, values: Mapping[str, object], dtype: type[pl.DataType]) -> pl.Series:
        """A value of every row's word, null where the word has none or there is no word."""
        found = [values.get(word) for word in self.words]
        return pl.Series([*found, None], dtype=dtype, strict=True).gather(self.places)

    def renamed(self, names: Mapping[str, str]) -> Words:
        """The column with each word's new name; a word without one becomes null."""
        if all(names.get(word) == word for word in self.words):
            return self
        return words_of(self.each(names, pl.String))

    def where(self, rows: pl.Series) -> Words:
        """The rows of a mask alone."""
        return Words(self.words, self.places[rows.to_numpy()])

    @cached_property
    def text(self) -> pl.Series:
        """The column as texts."""
        return pl.Series([*self.words, None], dtype=pl.String).gather(self.places)

    @cached_property
    def null(self) -> pl.Series:
        """Whether a row has no text."""
        return pl.Series(self.places == len(self.words))

    @cached_property
    def hashes(self) -> Hashes:
        """The hash of each row's text, as `row_hash` takes it."""
        return np.append(_each_hash([word.encode() for word in self.words]), _NULL)[self.places]


def words_of(column: pl.Series) -> Words:
    """A column of texts as its different words and their places."""
    known = column.drop_nulls().unique(maintain_order=True)
    places = column.cast(pl.Enum(known)).to_physical().cast(pl.UInt32)
    return Words(tuple(known), places.fill_null(len(known)).to_numpy())


def row_hash(columns: Sequence[pl.Series | Words | Hashes]) -> pl.Series:
    """One 64-bit hash for each row over columns in order; a null differs from every value.

    A column that several hashes share may be given as its words, or as `text_hashes`.
    """
    size = len(columns[0])
    total = np.full(size, 0x2545F4914F6CDD1D, np.uint64)
    with np.errstate(over="ignore"):
        for place, column in enumerate(columns, start=1):
            total = _mix(total ^ (_numbers(column) + np.uint64(place) * _NULL))
    return pl.Series(total, dtype=pl.UInt64)


def text_hash(text: str) -> int:
    """The 64-bit hash of one text."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def text_hashes(column: pl.Series) -> Hashes:
    """The hash of each text of a column, nulls told apart, as `row_hash` takes them."""
    if column.null_count() == len(column):
        return np.full(len(column), _NULL, np.uint64)
    if column.n_unique() * 4 <= len(column):
        return words_of(column).hashes
    found = np.full(len(column), _NULL, np.uint64)
    there = column.is_not_null().to_numpy()
    found[there] = _each_hash(column.drop_nulls().cast(pl.Binary).to_list())
    return found


def _numbers(column: pl.Series | Words | Hashes) -> Hashes:
    if isinstance(column, Words):
        return column.hashes
    if isinstance(column, np.ndarray):
        return column
    if column.dtype == pl.String:
        return text_hashes(column)
    if column.dtype == pl.Enum or column.dtype == pl.Categorical:
        return text_hashes(column.cast(pl.String))
    whole = column if column.dtype == pl.UInt64 else column.cast(pl.Int64)
    numbers: Hashes = _mix(whole.fill_null(0).to_numpy().view(np.uint64))
    if whole.null_count():
        numbers = np.where(whole.is_null().to_numpy(), _NULL, numbers)
    return numbers


def _each_hash(texts: Sequence[bytes]) -> Hashes:
    digests = [blake2b(text, digest_size=8).digest() for text in texts]
    return np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)


def _mix(value: Hashes) -> Hashes:
    """The finish of splitmix64: every bit of the input moves every bit of the output."""
    value = value ^ (value >> np.uint64(30))
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    value ^= value >> np.uint64(31)
    return value
