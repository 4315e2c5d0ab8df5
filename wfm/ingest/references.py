"""Ids in files brought to the numbers of the store: agents by id or login, queues, words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from wfm.ingest.keys import Words, words_of
from wfm.ingest.options import ReadOptions
from wfm.ingest.parse import Findings
from wfm.store.lookups import (
    QueueRule,
    read_agent_zones,
    read_aliases,
    read_numbers,
    read_queue_rules,
)
from wfm.store.store import Store
from wfm.store.writers.ingest import delivery_number, number_ids

# So many ids in one piece of a file mean that it tells of the whole centre.
MANY = 500
# Texts of a column, or the same as words when several questions are asked of it.
Column = pl.Series | Words


@dataclass
class References:
    """What one delivery needs to know of the store, each id asked for once."""

    store: Store
    options: ReadOptions
    identity: tuple[str, str]  # file hash and format: the delivery's place in the order of arrival
    agent_zone: dict[str, str] = field(default_factory=dict)
    queue_rules: dict[str, list[QueueRule]] = field(default_factory=dict)
    _asked: set[tuple[str, str]] = field(default_factory=set)
    _aliases: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    _numbers: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    _order: int | None = None

    def agents(self, names: Column, at: pl.Series, findings: Findings) -> pl.Series:
        """Agent ids of names, which are ids or logins of the source; others are `unknown_agent`."""
        return self.agent_words(names, at, findings).text

    def agent_words(self, names: Column, at: pl.Series, findings: Findings) -> Words:
        """The same as `agents`, as words."""
        column = _words(names)
        self._learn_agents(column.words)
        if all(word in self.agent_zone for word in column.words):
            return column
        direct = dict[str, str]()
        several = dict[str, list[tuple[int, str]]]()
        for word in column.words:
            if word in self.agent_zone:
                direct[word] = word
            elif word in self._aliases:
                owners = self._aliases[word]
                if len(owners) == 1:
                    direct[word] = owners[0][1]
                else:
                    several[word] = owners
        found = column.renamed(direct)
        if several:
            dated = [
                _owner(several[name], moment) if name in several else known
                for name, moment, known in zip(column.text, at, found.text, strict=True)
            ]
            found = words_of(pl.Series(dated, dtype=pl.String))
        if found is not column:
            findings.mark(~column.null & found.null, "unknown_agent", "agent_id")
        return found

    def queues(self, names: pl.Series, findings: Findings) -> pl.Series:
        """The queue ids that are known; others are `unknown_queue`."""
        self.queue_words(names, findings)
        return names

    def queue_words(self, names: Column, findings: Findings) -> Words:
        """The same as `queues`, as words."""
        column = _words(names)
        self._learn_queues(column.words)
        unknown = [word for word in column.words if word not in self.queue_rules]
        if unknown:
            wrong = column.each(dict.fromkeys(unknown, True), pl.Boolean)
            findings.mark(wrong, "unknown_queue", "queue_id")
        return column

    def thresholds(self, queues: Column, at: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Service-level threshold and short-abandon limit of each row's queue, in force then."""
        column, pairs = _words(queues), []
        here = {word: self.queue_rules[word] for word in column.words if word in self.queue_rules}
        for name in ("sl_threshold_s", "short_abandon_s"):
            value = column.each({q: getattr(r[0], name) for q, r in here.items()}, pl.Int32)
            for queue, rules in here.items():
                for rule in rules[1:]:
                    mine = pl.Series(column.places == column.words.index(queue))
                    mask = (mine & (at >= rule.from_at)).fill_null(False)
                    value = value.set(mask, getattr(rule, name)) if mask.any() else value
            pairs.append(value)
        return pairs[0], pairs[1]

    def zones(self, agents: Column | None, queues: Column) -> pl.Series:
        """Zone of each row: that of its queue, else of its agent's site, else UTC."""
        by_queue = {queue: rules[-1].zone for queue, rules in self.queue_rules.items()}
        zone = _words(queues).each(by_queue, pl.String)
        if agents is not None and zone.null_count():
            zone = zone.zip_with(zone.is_not_null(), self.agent_zones(agents))
        return zone.fill_null("UTC")

    def agent_zones(self, agents: Column) -> pl.Series:
        """Zone of each agent's site."""
        return _words(agents).each(self.agent_zone, pl.String).fill_null("UTC")

    def numbers(self, wanted: Mapping[str, Column]) -> dict[str, pl.Series]:
        """Dimension numbers of each column of ids, by kind; new ids get one."""
        columns = {kind: _words(column) for kind, column in wanted.items()}
        words = {kind: list(column.words) for kind, column in columns.items()}
        self._number({**words, "source": [self.options.source_id]})
        return {
            kind: column.each(self._numbers[kind], pl.UInt32) for kind, column in columns.items()
        }

    @property
    def source(self) -> int:
        """Number of the delivery's source."""
        self._number({"source": [self.options.source_id]})
        return self._numbers["source"][self.options.source_id]

    @property
    def order(self) -> int:
        """The delivery's place in the order of arrival."""
        self._number({})
        return self._order or 0

    def learn(self, agents: Iterable[str], queues: Iterable[str]) -> None:
        """Agents and queues looked up, so that their zones are known."""
        self._learn_agents(list(agents))
        self._learn_queues(list(queues))

    def _learn_agents(self, words: Sequence[str]) -> None:
        new = [w for w in words if w not in self.agent_zone and ("agent", w) not in self._asked]
        if not new:
            return
        with self.store.db.read() as connection:
            self.agent_zone.update(read_agent_zones(connection, _wanted(new)))
            logins = [w for w in new if w not in self.agent_zone]
            aliases = read_aliases(connection, self.options.source_id, logins) if logins else {}
            owners = {agent for rows in aliases.values() for _, agent in rows}
            self.agent_zone.update(read_agent_zones(connection, owners))
        self._aliases.update(aliases)
        self._asked |= {("agent", w) for w in new}

    def _learn_queues(self, words: Sequence[str]) -> None:
        new = [w for w in words if ("queue", w) not in self._asked]
        if not new:
            return
        with self.store.db.read() as connection:
            for rule in read_queue_rules(connection, new):
                self.queue_rules.setdefault(rule.queue_id, []).append(rule)
        self._asked |= {("queue", w) for w in new}

    def _number(self, words: Mapping[str, list[str]]) -> None:
        missing = {
            kind: [w for w in ids if w not in self._numbers[kind]] for kind, ids in words.items()
        }
        missing = {kind: ids for kind, ids in missing.items() if ids}
        if missing:
            with self.store.db.read() as connection:
                for kind, ids in missing.items():
                    self._note(kind, read_numbers(connection, kind, _wanted(ids)))
            missing = {
                kind: [w for w in ids if w not in self._numbers[kind]]
                for kind, ids in missing.items()
            }
        if self._order is not None and not any(missing.values()):
            return
        try:
            numbered, self._order = self.store.db.retry(lambda c: self._give(c, missing))
        except IntegrityError:  # another loader numbered the same ids in this moment
            numbered, self._order = self.store.db.retry(lambda c: self._give(c, missing))
        for kind, numbers in numbered.items():
            self._note(kind, numbers)

    def _give(
        self, connection: Connection, missing: Mapping[str, list[str]]
    ) -> tuple[dict[str, dict[str, int]], int]:
        file_hash, format = self.identity
        order = delivery_number(connection, file_hash, format, self.options.source_id)
        return number_ids(connection, missing), order

    def _note(self, kind: str, numbers: Mapping[str, int]) -> None:
        self._numbers[kind].update(numbers)


def _owner(owners: list[tuple[int, str]], at: int | None) -> str:
    chosen = owners[0][1]
    for valid_from_at, agent in owners:
        if at is not None and valid_from_at <= at:
            chosen = agent
    return chosen


def _wanted(ids: list[str]) -> list[str] | None:
    """The ids to ask for; None, which is all there are, where so many are asked for."""
    return None if len(ids) > MANY else ids


def _words(column: Column) -> Words:
    return column if isinstance(column, Words) else words_of(column)
