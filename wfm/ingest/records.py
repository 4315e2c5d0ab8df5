"""Bytes cut into records, with line and byte offset of each, in bounded memory.

A record ends at a newline outside quotes. Quotes are counted with numpy; only where they stand
oddly (an inch sign, a quote never closed) a slower scan decides record by record, and a quote that
is never closed costs its own line, not the ones after it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

BLOCK = 8 << 20
RECORD_CAP = 4 << 20
FIELD_CAP = 1 << 20
KEPT_RAW = 64 << 10  # bytes of an oversized record kept in quarantine

Ints = NDArray[np.int64]


@dataclass
class Chunk:
    """Whole records: `data[start:end]` each, at `line` of the file and byte `offset + start`."""

    data: bytes
    start: Ints
    end: Ints
    fields: Ints
    line: Ints
    offset: int
    odd_quotes: bool = False
    codes: dict[int, str] = field(default_factory=dict)  # records broken before they are parsed

    def __len__(self) -> int:
        return len(self.start)

    def raw(self, index: int) -> bytes:
        """The bytes of a record without its line end."""
        return self.data[self.start[index] : self.end[index]].rstrip(b"\r")[:KEPT_RAW]

    def good_bytes(self, keep: NDArray[np.bool_], delimiter: str, encoding: str) -> bytes:
        """The records kept, as clean CSV for the column reader."""
        if self.odd_quotes:
            out = io.StringIO()
            writer = csv.writer(
                out, quoting=csv.QUOTE_ALL, delimiter=delimiter, lineterminator="\n"
            )
            for i in np.flatnonzero(keep):
                text = self.data[self.start[i] : self.end[i]].decode(encoding).rstrip("\r")
                writer.writerow(split_fields(text, delimiter))
            return out.getvalue().encode(encoding)
        edges = np.flatnonzero(np.diff(np.concatenate(([False], keep, [False])).astype(np.int8)))
        runs = [
            self.data[self.start[first] : self.end[stop - 1]]
            for first, stop in zip(edges[0::2], edges[1::2], strict=True)
        ]
        return b"\n".join(runs) + b"\n" if runs else b""


def read_chunks(stream: BinaryIO, delimiter: str, block_bytes: int = BLOCK) -> Iterator[Chunk]:
    """Chunks of whole records of a stream; a record over the cap becomes a marked stump."""
    carry, skipping, line, offset = b"", False, 1, 0
    while True:
        block = stream.read(block_bytes)
        data = carry + block
        if skipping:
            at = data.find(b"\n")
            if at < 0 and block:
                offset, carry = offset + len(data), b""
                continue
            cut = len(data) if at < 0 else at + 1
            offset, data, skipping, line = offset + cut, data[cut:], False, line + 1
        if not block and not data:
            return
        last = not block
        chunk, used = _cut(data, delimiter, line, offset, last)
        if len(chunk):
            yield chunk
        line += data[:used].count(b"\n")
        offset, carry = offset + used, data[used:]
        if len(carry) > RECORD_CAP:
            yield _stump(carry, line, offset)
            offset, carry, skipping = offset + len(carry), b"", True
            continue
        if last:
            return


def split_fields(text: str, delimiter: str) -> list[str]:
    """Fields of one record whose quotes only count at a field's start: `5" pipe` stays itself."""
    fields, at, size = [], 0, len(text)
    while True:
        if at < size and text[at] == '"':
            match = _quoted(delimiter).match(text, at)
            if match is not None:
                fields.append(match[1].replace('""', '"'))
                at = match.end()
                if at >= size:
                    return fields
                at += 1
                continue
        end = text.find(delimiter, at)
        if end < 0:
            fields.append(text[at:])
            return fields
        fields.append(text[at:end])
        at = end + 1


def _cut(data: bytes, delimiter: str, line: int, offset: int, last: bool) -> tuple[Chunk, int]:
    array = np.frombuffer(data, np.uint8)
    newlines = np.flatnonzero(array == 10)
    commas = np.flatnonzero(array == ord(delimiter))
    quotes = np.flatnonzero(array == 34) if b'"' in data else newlines[:0]
    odd = bool(len(quotes)) and _stand_oddly(array, quotes, ord(delimiter), last)
    if odd:
        ends = _scan(data, delimiter, last)
        counts = None
    else:
        ends = newlines
        if len(quotes):
            ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0]
            commas = commas[np.searchsorted(quotes, commas) % 2 == 0]
        used = int(ends[-1]) + 1 if len(ends) else 0
        if last and used < len(data):
            ends = np.append(ends, len(data))
        counts = commas
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1] + 1]) if len(ends) else ends[:0]
    used = min(int(ends[-1]) + 1, len(data)) if len(ends) else 0
    if counts is None:
        fields = np.array(
            [
                len(split_fields(data[s:e].decode("latin-1").rstrip("\r"), delimiter))
                for s, e in zip(starts, ends, strict=True)
            ],
            np.int64,
        )
    else:
        fields = _field_counts(counts, starts, ends)
    lines = line + np.searchsorted(newlines, starts)
    chunk = Chunk(data[:used], starts, ends, fields, lines, offset, odd)
    for i in np.flatnonzero(ends - starts > RECORD_CAP):
        chunk.codes[int(i)] = "line_too_long"
    return chunk, used


def _field_counts(commas: Ints, starts: Ints, ends: Ints) -> Ints:
    """Fields of each record: all have equally many as a rule, which is seen without a search."""
    if not len(ends):
        return ends
    commas = commas[: np.searchsorted(commas, ends[-1])]
    each, odd = divmod(len(commas), len(ends))
    if each and not odd:
        rows = commas.reshape(len(starts), each)
        if (rows[:, 0] >= starts).all() and (rows[:, -1] < ends).all():
            return np.full(len(starts), each + 1)
    return np.searchsorted(commas, ends) - np.searchsorted(commas, starts) + 1


def _stand_oddly(array: NDArray[np.uint8], quotes: Ints, comma: int, last: bool) -> bool:
    """Whether a quote opens anywhere but at a field's start, or closes anywhere but at its end."""
    opening, closing = quotes[0::2], quotes[1::2]
    before = array[opening[opening > 0] - 1]
    if not np.isin(before, (comma, 10, 34)).all():
        return True
    after = array[closing[closing < len(array) - 1] + 1]
    if not np.isin(after, (comma, 10, 13, 34)).all():
        return True
    unclosed = len(quotes) % 2 == 1
    return unclosed and (last or len(array) - int(quotes[-1]) > RECORD_CAP)


def _scan(data: bytes, delimiter: str, last: bool) -> Ints:
    pattern, ends, at = _record(delimiter), [], 0
    while at < len(data):
        newline = data.find(b"\n", at)
        match = pattern.match(data, at)
        if match is not None and match.end() < len(data):
            end = match.end()  # stands on the newline
        elif match is not None and last:
            end = len(data)
        elif newline < 0:
            if not last:
                break
            end = len(data)
        elif not last and len(data) - at <= RECORD_CAP:
            break  # the quote may still close in the next block
        else:
            end = newline
        ends.append(end)
        at = end + 1
    return np.array(ends, np.int64)


def _record(delimiter: str) -> re.Pattern[bytes]:
    comma = re.escape(delimiter).encode()
    field_ = rb'(?:"(?:[^"]|"")*"(?=' + comma + rb'|\r?(?:\n|\Z))|(?!")[^' + comma + rb"\n]*)"
    return re.compile(field_ + rb"(?:" + comma + field_ + rb")*(?=\n|\Z)")


def _quoted(delimiter: str) -> re.Pattern[str]:
    return re.compile(r'"((?:[^"]|"")*)"(?=' + re.escape(delimiter) + r"|\Z)")


def _stump(carry: bytes, line: int, offset: int) -> Chunk:
    one = np.array([0], np.int64)
    end = np.array([min(len(carry), KEPT_RAW)], np.int64)
    lines = np.array([line], np.int64)
    return Chunk(carry[:KEPT_RAW], one, end, one, lines, offset, False, {0: "line_too_long"})
