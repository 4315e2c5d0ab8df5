"""What the facts say about their own data: gaps of feeds, states without meaning, broken sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.identities import IDENTITIES
from wfm.facts.reader import FactReader
from wfm.facts.router import code_number
from wfm.facts.schema import TABLES

MOST = 50


@dataclass(frozen=True)
class FeedDay:
    """A feed of a site on a day: for each quarter of the day, expected and received."""

    day: date
    feed: str
    site_id: str
    quarters: Mapping[int, tuple[int, int]]  # slot to (expected, received)

    @property
    def share(self) -> float:
        """Received of expected, in percent: 94 of 96 is 97.9."""
        return 100 * self.received / self.expected

    @property
    def expected(self) -> int:
        """How often the feed had to speak: quarters of contacts, people scheduled by quarter."""
        return sum(expected for expected, _ in self.quarters.values())

    @property
    def received(self) -> int:
        """How often it did."""
        return sum(ok for _, ok in self.quarters.values())

    def silent(self) -> tuple[tuple[int, int], ...]:
        """Spans of slots in which nothing came at all, the end exclusive: (36, 42) is 09:00-10:30.

        Quarters in which nothing was expected do not end a span.
        """
        spans: list[tuple[int, int]] = []
        open_span = False
        for slot, (_, received) in sorted(self.quarters.items()):
            if received:
                open_span = False
            elif open_span:
                spans[-1] = (spans[-1][0], slot + 1)
            else:
                spans.append((slot, slot + 1))
                open_span = True
        return tuple(spans)


@dataclass(frozen=True)
class Unmapped:
    """A state whose reason code no rule gives a meaning: how long it lasted, of how many people."""

    state: str
    reason: str
    seconds: int
    people: int
    first: date
    last: date


@dataclass(frozen=True)
class BrokenSum:
    """A cell in which two sums that must agree do not: where, the rule, by how much, the values."""

    day: date
    slot: int | None
    site_id: str | None
    team_id: str | None
    queue_id: str | None
    rule: str
    difference: int
    values: str


def read_feeds(facts: FactReader, scope: Scope, first: date, last: date) -> tuple[FeedDay, ...]:
    """Feeds of the days `first` to `last` by day, feed and site; a site sees its own."""
    frame = _rows(facts, "feed_interval", scope, first, last).filter(pl.col("expected") > 0)
    found: dict[tuple[date, str, str], dict[int, tuple[int, int]]] = {}
    for row in frame.sort("day", "feed", "site", "slot").iter_rows(named=True):
        place = row["day"], row["feed"], facts.ids["site"].get(row["site"], "")
        expected, received = found.setdefault(place, {}).get(row["slot"], (0, 0))
        found[place][row["slot"]] = (expected + row["expected"], received + row["ok"])
    return tuple(FeedDay(*place, slots) for place, slots in sorted(found.items()))


def read_unmapped(facts: FactReader, scope: Scope, first: date, last: date) -> tuple[Unmapped, ...]:
    """States of the days `first` to `last` without meaning, the longest first."""
    frame = _rows(facts, "unmapped_state", scope, first, last)
    older = _unmapped_spells(facts, scope, first, last)
    frame = pl.concat([frame, older], how="diagonal") if older.height else frame
    grouped = frame.group_by("state", "reason").agg(
        pl.col("value").sum().alias("seconds"), pl.col("agent").n_unique(),
        pl.col("day").min().alias("first"), pl.col("day").max().alias("last"),
    )  # fmt: skip
    ordered = grouped.sort("seconds", "state", "reason", descending=[True, False, False])
    return tuple(
        Unmapped(
            row["state"], facts.ids["reason"].get(row["reason"], ""), row["seconds"],
            row["agent"], row["first"], row["last"],
        )
        for row in ordered.iter_rows(named=True)
    )  # fmt: skip


def read_broken_sums(
    facts: FactReader, scope: Scope, first: date, last: date, limit: int = MOST
) -> tuple[tuple[BrokenSum, ...], int]:
    """Cells of the days whose sums disagree, the newest first, and how many there are in all."""
    frame = _rows(facts, "broken_sum", scope, first, last)
    ordered = frame.sort("day", "identity", "site", "q", descending=[True, False, False, False])
    ids = facts.ids
    return (
        tuple(
            BrokenSum(
                row["day"], row["slot"], ids["site"].get(row["site"]),
                ids["team"].get(row["team"]), ids["queue"].get(row["queue"]),
                IDENTITIES[row["identity"]].rule, row["difference"], row["values"],
            )
            for row in ordered.head(limit).iter_rows(named=True)
        ),
        frame.height,
    )  # fmt: skip


def _unmapped_spells(facts: FactReader, scope: Scope, first: date, last: date) -> pl.DataFrame:
    """The same seconds out of the spells of days that were built before they were kept apart."""
    since = TABLES["unmapped_state"].since
    older = [
        f.file
        for f in facts.by_table.get("state_spell", [])
        if first <= f.day <= last and code_number(f.code_version) < since
    ]
    if not older:
        return pl.DataFrame()
    names = ("day", "agent", "state", "reason", "state_group", "t0", "t1")
    dtypes = {name: TABLES["state_spell"].dtypes[name] for name in names}
    # Only the matching rows leave the files: a day of spells is millions.
    unknown = (pl.col("state_group") == "unknown") & pl.col("state").is_not_null()
    spells = facts.frames.some_rows(older, dtypes, [unknown])
    people = _people(facts, scope, first, last)
    if people is not None:
        spells = spells.filter(pl.col("agent").is_in(people))
    seconds = (pl.col("t1") - pl.col("t0")).alias("value")
    return spells.select("day", "agent", "state", "reason", seconds)


def _rows(facts: FactReader, table: str, scope: Scope, first: date, last: date) -> pl.DataFrame:
    frame = _read(facts, table, first, last)
    if scope.site is None:
        return frame
    frame = frame.filter(pl.col("site") == facts.keys["site"].get(scope.site, -1))
    if scope.team is None or "team" not in frame.columns:
        return frame
    return frame.filter(pl.col("team") == facts.keys["team"].get(scope.team, -1))


def _read(facts: FactReader, table: str, first: date, last: date) -> pl.DataFrame:
    files: Sequence[str] = [
        f.file for f in facts.by_table.get(table, []) if first <= f.day <= last
    ]  # fmt: skip
    dtypes = TABLES[table].dtypes
    return facts.frames.frame(files, dtypes) if files else pl.DataFrame(schema=dtypes)


def _people(facts: FactReader, scope: Scope, first: date, last: date) -> list[int] | None:
    """Agents who have facts inside a scope in the days; None for everybody."""
    if scope.site is None:
        return None
    frame = _rows(facts, "agent_day", scope, first, last)
    return frame["agent"].unique().to_list()
