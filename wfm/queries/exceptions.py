"""Exceptions of people as pages and commands show them, and what a bulk one would cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.domain.adherence import RecordedException, RulesFrom
from wfm.domain.grid import local_day
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.reader import FactReader
from wfm.queries.lapses import out_rows, people_inside
from wfm.store.readers import adherence as reader
from wfm.store.readers.organisation import read_organisation
from wfm.store.store import Store


@dataclass(frozen=True)
class OutFilter:
    """Out time to be excused together: where, when, and in which activity and state ("" is any)."""

    scope: Scope
    start_at: int
    end_at: int
    activity: str = ""
    state_group: str = ""


@dataclass(frozen=True)
class OutPiece:
    """Time of one agent out of adherence that nothing excuses yet; UTC seconds."""

    agent_id: str
    start_at: int
    end_at: int
    activity: str
    state_group: str

    @property
    def seconds(self) -> int:
        """How long it lasted."""
        return self.end_at - self.start_at


@dataclass(frozen=True)
class BulkPreview:
    """What a bulk exception would cover: its pieces, how many agents, and seconds together."""

    pieces: tuple[OutPiece, ...]

    @property
    def seconds(self) -> int:
        """Seconds of all pieces."""
        return sum(piece.seconds for piece in self.pieces)

    @property
    def agents(self) -> int:
        """How many people it concerns."""
        return len({piece.agent_id for piece in self.pieces})


def read_exceptions(
    store: Store,
    scope: Scope,
    start_at: int,
    end_at: int,
    statuses: Iterable[str] | None = None,
) -> tuple[RecordedException, ...]:
    """Exceptions that overlap a span, in order of agent and start; all statuses by default."""
    with store.db.read() as connection:
        return reader.read_exceptions(connection, scope, start_at, end_at, statuses)


def read_bulk(facts: FactReader, store: Store, asked: OutFilter, scope: Scope) -> BulkPreview:
    """The out time inside a filter, as the facts know it, and inside what the person may see.

    Out of adherence 10:00-10:20 and asked for 10:05-11:00: one piece of 15 minutes. Pieces that
    touch are one, whatever the agent did meanwhile.
    """
    wanted = asked.scope if scope.holds(asked.scope) else scope
    first, end = _days(store, asked.start_at, asked.end_at)
    files = facts.files("adherence_spell", first, end)
    if not files:
        return BulkPreview(())
    inside = (pl.col("t0") < asked.end_at, pl.col("t1") > asked.start_at)
    rows = out_rows(facts, files, wanted, *inside)
    people = people_inside(facts, wanted, first, end)
    if people is not None:
        rows = rows.join(people, on=["agent", "shift_day"], how="semi")
    if asked.activity:
        rows = rows.filter(pl.col("act") == facts.keys["activity"].get(asked.activity, -1))
    if asked.state_group:
        rows = rows.filter(pl.col("state_group").cast(pl.String) == asked.state_group)
    clipped = rows.with_columns(
        pl.col("t0").clip(lower_bound=asked.start_at), pl.col("t1").clip(upper_bound=asked.end_at)
    ).sort("agent", "t0")
    names, activities = facts.ids.get("agent", {}), facts.ids.get("activity", {})
    pieces = (
        OutPiece(names[agent], t0, t1, activities.get(act, ""), str(group))
        for agent, t0, t1, act, group in clipped.select(
            "agent", "t0", "t1", "act", "state_group"
        ).iter_rows()
    )
    return BulkPreview(tuple(sorted(_joined(pieces), key=lambda p: (p.agent_id, p.start_at))))


def read_rules(store: Store, scope: Scope) -> tuple[RulesFrom, ...]:
    """Adherence rules ever recorded for every site, and for the scope's own site."""
    with store.db.read() as connection:
        rows = reader.adherence_rules(connection)
    return tuple(r for r in rows if scope.site is None or r.site_id in ("", scope.site))


def _joined(pieces: Iterable[OutPiece]) -> Iterator[OutPiece]:
    last: OutPiece | None = None
    for piece in pieces:
        if last and last.agent_id == piece.agent_id and last.end_at == piece.start_at:
            last = OutPiece(
                last.agent_id, last.start_at, piece.end_at, last.activity, last.state_group
            )
            continue
        if last:
            yield last
        last = piece
    if last:
        yield last


def _days(store: Store, start_at: int, end_at: int) -> tuple[date, date]:
    """Local days that a span touches anywhere, with the day before for shifts over midnight."""
    with store.db.read() as connection:
        org = read_organisation(connection, ENTERPRISE)
    zones = {org.zone(site.org_id) for site in org.sites} | {"UTC"}
    first = min(local_day(start_at, zone) for zone in zones)
    last = max(local_day(end_at, zone) for zone in zones)
    return date.fromordinal(first.toordinal() - 1), date.fromordinal(last.toordinal() + 1)
