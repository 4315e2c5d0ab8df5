"""One generic CSV file: header, records, columns, and its rows handed to their sink."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from wfm.ingest.columns import ColumnSpec, columns_of
from wfm.ingest.contacts import ContactSink
from wfm.ingest.measures import IntervalSink, MeasureSink
from wfm.ingest.options import ReadOptions, RejectedFile
from wfm.ingest.parse import parse_frame
from wfm.ingest.plans import PlanSink
from wfm.ingest.records import BLOCK, FIELD_CAP, Chunk, read_chunks, split_fields
from wfm.ingest.references import References
from wfm.ingest.shifts import ShiftSink
from wfm.ingest.sink import Rows, Sink
from wfm.ingest.states import StateSink
from wfm.ingest.tables import KINDS, TableSink
from wfm.store.writers.ingest import NewQuarantined

# Files whose times have passed; the others may speak of the future.
PAST = ("calls", "agent_states", "interval_stats", "surveys", "quality")
WIDE_BLOCK = 32 << 20
BOM = b"\xef\xbb\xbf"
WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
CONTROL = bytes(b for b in (*range(32), 127) if b not in b"\t\n\r")
Seen = Callable[[int], None]  # told how many records were read so far


@dataclass
class Outcome:
    """What reading a delivery gave; nothing is visible before it is committed."""

    sink: Sink
    lines_in: int = 0
    ignored: int = 0
    bad: list[tuple[int, NewQuarantined]] = field(default_factory=list)  # by place among records
    warnings: list[str] = field(default_factory=list)
    healed: list[int] = field(default_factory=list)  # quarantined rows that these lines complete


@dataclass(frozen=True)
class _Parsed:
    """A chunk with its columns in their types; `rows` are the records they stand for."""

    chunk: Chunk
    ignored: int
    broken: dict[int, tuple[str, str]]
    rows: NDArray[np.int64]
    typed: Rows | None
    cut_off: bool


def sink_for(kind: str, references: References, secret: bytes, merge: bool = False) -> Sink:
    """Where the rows of a file kind go."""
    if kind in KINDS:
        return TableSink(kind, references)
    match kind:
        case "calls":
            return ContactSink(references, secret)
        case "agent_states":
            return StateSink(references)
        case "interval_stats":
            return IntervalSink(references)
        case "forecast" | "requirement":
            return PlanSink(kind, references)
        case "schedules":
            return ShiftSink(references, merge)
        case _:
            return MeasureSink(kind, references)


def read_csv_file(
    stream: BinaryIO, kind: str, sink: Sink, options: ReadOptions, now: int, seen: Seen
) -> Outcome:
    """The outcome of reading one file of a kind; raises `RejectedFile` when it cannot be read."""
    reader = _Reader(kind, sink, options, now)
    # Reference data and shifts refer to each other, so they pass in larger pieces than events.
    block = WIDE_BLOCK if kind in KINDS or kind == "schedules" else BLOCK
    chunks = read_chunks(stream, options.delimiter, block)
    for parsed in _one_ahead(reader.parse(chunk) for chunk in chunks):
        reader.take(parsed)
        seen(reader.outcome.lines_in)
    return reader.outcome


def _one_ahead(items: Iterator[_Parsed]) -> Iterator[_Parsed]:
    """The items in order, the next one made in a thread of its own while one is used."""
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(next, items, None)
        while (item := waiting.result()) is not None:
            waiting = beside.submit(next, items, None)
            yield item


class _Reader:
    def __init__(self, kind: str, sink: Sink, options: ReadOptions, now: int) -> None:
        self.kind, self.options = kind, options
        self.now = now if kind in PAST else None
        self.outcome = Outcome(sink)
        self.header: list[str] | None = None
        self.header_raw = b""

    def parse(self, chunk: Chunk) -> _Parsed:
        """The columns of a chunk; chunks come in order, the first one has the header."""
        keep = np.ones(len(chunk), np.bool_)
        lengths = chunk.end - chunk.start
        blank = (lengths == 0) | ((lengths == 1) & (_first_bytes(chunk) == 13))
        skip = blank.copy()
        if self.header is None:
            place = self._find_header(chunk, blank)
            skip[: place + 1] = True
        header = self.header
        if header is None:  # nothing but blank lines so far
            return _Parsed(chunk, int(skip.sum()), {}, np.flatnonzero(~skip[:0]), None, False)
        keep &= ~skip
        broken, cut_off = self._broken(chunk, keep, len(header))
        keep[list(broken)] = False
        rows, typed = np.flatnonzero(keep), None
        if len(rows):
            text, plain = self._text(chunk, keep, header)
            specs = columns_of(self.kind)
            typed = Rows(*parse_frame(text, specs, self.options, plain=plain, now=self.now))
        return _Parsed(chunk, int(skip.sum()), broken, rows, typed, cut_off)

    def take(self, parsed: _Parsed) -> None:
        """The rows of a chunk handed to the sink, in order of the chunks."""
        for index, (code, detail) in parsed.broken.items():
            self._reject(parsed.chunk, index, code, detail)
        if parsed.cut_off:
            self.outcome.sink.tally.reasons["incomplete_delivery"] += 1
            self.outcome.warnings.append("The last line breaks off: deliver the file again.")
        if parsed.typed is not None:
            findings = parsed.typed.findings
            self.outcome.sink.take(parsed.typed)
            if findings.any:
                wrong = np.flatnonzero(findings.code.is_not_null().to_numpy())
                codes, details = findings.code.gather(wrong), findings.detail.gather(wrong)
                for i, code, detail in zip(wrong, codes, details, strict=True):
                    self._reject(parsed.chunk, int(parsed.rows[i]), str(code), str(detail))
        self.outcome.lines_in += len(parsed.chunk)
        self.outcome.ignored += parsed.ignored

    def _reject(self, chunk: Chunk, index: int, code: str, detail: str) -> None:
        row = NewQuarantined(
            int(chunk.line[index]), chunk.offset + int(chunk.start[index]), code, detail,
            self.header_raw, chunk.raw(index),
        )  # fmt: skip
        self.outcome.bad.append((self.outcome.lines_in + index, row))

    def _find_header(self, chunk: Chunk, blank: NDArray[np.bool_]) -> int:
        """The place of the header; lines before it that are blank or begin with # are skipped."""
        for index in range(len(chunk)):
            raw = chunk.raw(index)
            if index == 0 and chunk.offset == 0:
                if raw.startswith(WIDE_BOMS):
                    raise RejectedFile("encoding", "The file is UTF-16; save it as UTF-8.")
                raw = raw.removeprefix(BOM)
            if blank[index] or raw.startswith(b"#") or not raw:
                continue
            self.header, self.header_raw = self._header_of(raw), raw
            return index
        return len(chunk) - 1

    def _header_of(self, raw: bytes) -> list[str]:
        try:
            names = split_fields(raw.decode(self.options.encoding), self.options.delimiter)
        except (UnicodeDecodeError, LookupError) as error:
            raise RejectedFile(
                "encoding", f"The header is not {self.options.encoding}: {error}."
            ) from None
        names = [name.strip().lower() for name in names]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise RejectedFile(
                "duplicate_header", f"Column {twice[0]!r} stands twice in the header."
            )
        specs = columns_of(self.kind)
        missing = [s.name for s in specs if s.required and s.name not in names]
        if missing:
            raise RejectedFile(
                "missing_required_column",
                f"{self.kind}.csv needs the column {', '.join(missing)}; its header has "
                f"{', '.join(names)[:300]}.",
            )
        self._warn(specs, names)
        return names

    def _warn(self, specs: tuple[ColumnSpec, ...], names: list[str]) -> None:
        known = {spec.name for spec in specs}
        absent = [spec.name for spec in specs if spec.name not in names]
        strange = [name for name in names if name not in known]
        if absent:
            self.outcome.warnings.append(f"Columns not in the file: {', '.join(absent)}.")
        if strange:
            self.outcome.warnings.append(f"Columns not known and not read: {', '.join(strange)}.")

    def _broken(
        self, chunk: Chunk, keep: NDArray[np.bool_], width: int
    ) -> tuple[dict[int, tuple[str, str]], bool]:
        """Records that are no rows, with code and detail, and whether the last one breaks off."""
        cut_off = False
        found = {i: (code, "record") for i, code in chunk.codes.items() if keep[i]}
        for i in np.flatnonzero(keep & (chunk.end - chunk.start > FIELD_CAP)):
            raw = chunk.data[chunk.start[i] : chunk.end[i]].decode("latin-1")
            longest = max(len(part) for part in split_fields(raw, self.options.delimiter))
            if longest > FIELD_CAP:
                found.setdefault(int(i), ("field_too_long", f"{longest:,} bytes"))
        if b"\x00" in chunk.data:
            array = np.frombuffer(chunk.data, np.uint8)
            places = np.searchsorted(chunk.start, np.flatnonzero(array == 0), side="right") - 1
            for i in np.unique(places):
                if keep[i]:
                    found.setdefault(int(i), ("nul_byte", "record"))
        for i in np.flatnonzero(keep & (chunk.fields != width)):
            if int(i) in found:
                continue
            few = chunk.fields[i] < width
            code = "too_few_fields" if few else "too_many_fields"
            found[int(i)] = (code, f"{chunk.fields[i]} of {width}")
            cut_off |= few and i == len(chunk) - 1 and chunk.end[i] == len(chunk.data)
        found.update({i: f for i, f in self._undecodable(chunk, keep).items() if i not in found})
        return found, bool(cut_off)

    def _undecodable(self, chunk: Chunk, keep: NDArray[np.bool_]) -> dict[int, tuple[str, str]]:
        try:
            chunk.data.decode(self.options.encoding)
            return {}
        except UnicodeDecodeError:
            pass
        found = {}
        for i in np.flatnonzero(keep):
            try:
                chunk.data[chunk.start[i] : chunk.end[i]].decode(self.options.encoding)
            except UnicodeDecodeError as error:
                at = chunk.offset + int(chunk.start[i]) + error.start
                found[int(i)] = ("invalid_utf8", f"byte {at}")
        return found

    def _text(
        self, chunk: Chunk, keep: NDArray[np.bool_], header: list[str]
    ) -> tuple[pl.DataFrame, bool]:
        data = chunk.good_bytes(keep, self.options.delimiter, self.options.encoding)
        if self.options.encoding.lower().replace("_", "-") not in ("utf-8", "utf8", "ascii"):
            data = data.decode(self.options.encoding).encode()
        plain = data.isascii() and len(data.translate(None, CONTROL)) == len(data)
        frame = pl.read_csv(
            io.BytesIO(data), has_header=False, new_columns=header, infer_schema=False,
            separator=self.options.delimiter,
        )  # fmt: skip
        if frame.height == int(keep.sum()) and frame.width == len(header):
            return frame, plain
        # The column reader saw other records than the scan did: split them one by one.
        rows = [
            split_fields(chunk.raw(int(i)).decode(self.options.encoding), self.options.delimiter)
            for i in np.flatnonzero(keep)
        ]
        columns = {name: [row[k] for row in rows] for k, name in enumerate(header)}
        return pl.DataFrame(columns, schema=dict.fromkeys(header, pl.String)), plain


def _first_bytes(chunk: Chunk) -> NDArray[np.int64]:
    if not len(chunk.data):
        return np.zeros(len(chunk), np.int64)
    array = np.frombuffer(chunk.data, np.uint8)
    return array[np.minimum(chunk.start, len(array) - 1)].astype(np.int64)
