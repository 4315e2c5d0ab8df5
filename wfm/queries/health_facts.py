"""What the facts say about their own data: gaps of feeds, states without meaning, broken sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.identities import IDENTITIES
from wfm.facts.query import FactReader
from wfm.facts.schema import TABLES

MOST = 50


@dataclass(frozen=True)
class FeedDay:
    """A feed of a site on a day: for each quarter of the day, expected and received."""

    feed: str
    site_id: str
    quarters: Mapping[int, tuple[int, int]]  # slot to (expected, received)

    @property
    def share(self) -> float:
        """Received of expected, in percent: 94 of 96 is 97.9."""
        expected = sum(e for e, _ in self.quarters.values())
        return 100 * sum(ok for _, ok in self.quarters.values()) / expected


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


def read_feeds(facts: FactReader, scope: Scope, day: date) -> tuple[FeedDay, ...]:
    """Feeds of a day by site, in order of their names; a site sees its own."""
    frame = _rows(facts, "feed_interval", scope, day, day)
    found: dict[tuple[str, str], dict[int, tuple[int, int]]] = {}
    for row in frame.sort("feed", "site", "slot").iter_rows(named=True):
        site = facts.ids["site"].get(row["site"], "")
        found.setdefault((row["feed"], site), {})[row["slot"]] = (row["expected"], row["ok"])
    return tuple(FeedDay(feed, site, slots) for (feed, site), slots in sorted(found.items()))


def read_unmapped(facts: FactReader, scope: Scope, first: date, last: date) -> tuple[Unmapped, ...]:
    """States of the days `first` to `last` without meaning, the longest first."""
    frame = _read(facts, "state_spell", first, last).filter(pl.col("state_group") == "unknown")
    people = _people(facts, scope, first, last)
    if people is not None:
        frame = frame.filter(pl.col("agent").is_in(people))
    frame = frame.filter(pl.col("state").is_not_null())
    grouped = frame.group_by("state", "reason").agg(
        (pl.col("t1") - pl.col("t0")).sum().alias("seconds"), pl.col("agent").n_unique(),
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
