"""The facts of one generation as they are asked: which files, which names, and a question."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import blake2b

import polars as pl

from wfm.facts.frames import FrameCache
from wfm.store.manifest import FactFile, Snapshot


@dataclass(frozen=True)
class FactQuery:
    """Measures over local days `first` up to, not including, `end`, broken down by dimensions.

    `q_from` and `q_to` cut out quarters (half-open) and make it a view inside the day.
    """

    measures: tuple[str, ...]
    first: date
    end: date
    by: tuple[str, ...] = ()
    q_from: int | None = None
    q_to: int | None = None
    queues: tuple[str, ...] = ()
    contact_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class FactReader:
    """The facts of one generation: every query of a page sees the same files."""

    snapshot: Snapshot
    frames: FrameCache
    keys: Mapping[str, Mapping[str, int]]  # dimension numbers by kind and id
    groups: Mapping[str, str]  # queue id to skill group id
    hire_days: Callable[[], Mapping[str, date]] = dict  # asked only when tenure is

    @property
    def generation(self) -> int:
        """The generation of the facts, one higher with every rebuilt day."""
        return self.snapshot.generation

    @cached_property
    def by_table(self) -> Mapping[str, list[FactFile]]:
        """Live files of each table, in order of day."""
        found: dict[str, list[FactFile]] = {}
        for file in self.snapshot.files:
            found.setdefault(file.table, []).append(file)
        return found

    @cached_property
    def ids(self) -> Mapping[str, Mapping[int, str]]:
        """External id of each dimension number, by kind."""
        return {kind: {n: ext for ext, n in keys.items()} for kind, keys in self.keys.items()}

    @cached_property
    def names(self) -> Mapping[str, pl.Series]:
        """External ids by kind, each at the place of its number."""
        found = {}
        for kind, keys in self.keys.items():
            listed: list[str | None] = [None] * (max(keys.values(), default=-1) + 1)
            for ext_id, number in keys.items():
                listed[number] = ext_id
            found[kind] = pl.Series(listed, dtype=pl.String)
        return found

    @cached_property
    def group_of_queue(self) -> pl.Series:
        """Number of the skill group of each queue, at the place of the queue's number."""
        queues, groups = self.keys.get("queue", {}), self.keys.get("group", {})
        listed: list[int | None] = [None] * (max(queues.values(), default=-1) + 1)
        for queue, group in self.groups.items():
            if queue in queues and group in groups:
                listed[queues[queue]] = groups[group]
        return pl.Series(listed, dtype=pl.UInt16)

    @cached_property
    def hired(self) -> pl.Series:
        """Day of hire of each agent as days since 1970, at the place of the agent's number."""
        agents, days = self.keys.get("agent", {}), self.hire_days()
        listed: list[int | None] = [None] * (max(agents.values(), default=-1) + 1)
        for agent, number in agents.items():
            if agent in days:
                listed[number] = (days[agent] - date(1970, 1, 1)).days
        return pl.Series(listed, dtype=pl.Int32)

    def restated_at(self, first: date, end: date) -> int | None:
        """When a day of the period was restated last; None where none was after it was closed."""
        times = [d.restated_at for d in self.snapshot.restated if first <= d.day < end]
        return max(times, default=None)

    def mark_until(self, end: date | None) -> str:
        """A mark of all facts that an answer about days before `end` can depend on; None: of all.

        Days further back count too, and the day after for shifts over midnight; what is newer does
        not, so that an answer about a closed week holds while today is built again and again.
        """
        days, marks = self._marks
        return marks[-1 if end is None else bisect_left(days, end + timedelta(days=1))]

    @property
    def named_files(self) -> Iterator[str]:
        """The files of this state, and those of restated days as they were before."""
        yield from (file.file for file in self.snapshot.files)
        yield from (file.file for one in self.snapshot.restated for file in one.before)

    @property
    def marks(self) -> Sequence[str]:
        """Every mark that `mark_until` can give."""
        return self._marks[1]

    @cached_property
    def _marks(self) -> tuple[list[date], list[str]]:
        """Days with files or restated, and the mark of all before each of them and of all."""
        named: dict[date, list[str]] = {}
        for file in self.snapshot.files:
            named.setdefault(file.day, []).append(file.file)
        for restated in self.snapshot.restated:
            old = (file.file for file in restated.before)
            named.setdefault(restated.day, []).extend((str(restated.restated_at), *old))
        hashed = blake2b(repr((self.frames.root, sorted(self.groups.items()))).encode())
        days, marks = sorted(named), list[str]()
        for day in days:
            marks.append(hashed.hexdigest())
            hashed.update(repr((day, named[day])).encode())
        return days, [*marks, hashed.hexdigest()]

    @cached_property
    def before_restatement(self) -> FactReader:
        """The facts as they were before their days were restated the last time."""
        changed = {restated.day for restated in self.snapshot.restated}
        files = [f for f in self.snapshot.files if f.day not in changed]
        files += [f for restated in self.snapshot.restated for f in restated.before]
        files.sort(key=lambda f: (f.day, f.table))
        return replace(self, snapshot=Snapshot(self.snapshot.generation, tuple(files)))

    def files(self, table: str, first: date, end: date) -> list[FactFile]:
        """Live files of a table for days from `first` up to, not including, `end`."""
        files = self.by_table.get(table, [])
        return files[bisect_left(files, first, key=_day_of) : bisect_left(files, end, key=_day_of)]


def _day_of(file: FactFile) -> date:
    return file.day
