"""A day that is over, as the facts tell it; a day that still changes from the events themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from sqlalchemy import Connection

from wfm.domain.clock import Clock, epoch_s
from wfm.domain.grid import day_start, local_day
from wfm.domain.organisation import Organisation
from wfm.domain.schedules import Shift
from wfm.domain.scope import Scope
from wfm.facts.reader import FactReader
from wfm.facts.rebuild import TOLD_AFTER_S
from wfm.facts.schema import TABLES
from wfm.queries.timeline import (
    AgentTimeline,
    Piece,
    exceptions_of,
    read_timelines,
    segments_of,
    spells_of,
)
from wfm.store.readers.adherence import read_exceptions
from wfm.store.readers.facts import built_until
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.schedules import read_shift_history
from wfm.store.store import Store

DAY = timedelta(days=1)
STATES, LAPSES = "state_spell", "adherence_spell"
MOST_ROWS = 300_000  # of the files of a day; above that each asks for their own


def read_days(
    store: Store, facts: FactReader, scope: Scope, day: date, clock: Clock
) -> tuple[AgentTimeline, ...]:
    """What `read_timelines` tells of a scope's day, by name.

    Of one agent or team on a day that is over and wholly built it is taken from the facts: judging
    a site's day takes many times as long. Time that waits for a decision is told by the live view
    alone, so a day with any is judged.
    """
    if scope.team is not None and day < local_day(epoch_s(clock.now()), "UTC"):
        with store.db.read() as connection:
            org = read_organisation(connection, scope)
            zone = org.zone(scope.site) if scope.site is not None else "UTC"
            over_at = day_start(day + DAY, zone)
            shifts = read_shift_history(connection, scope, day, day + DAY)
            ends = max((s.end_at for s in shifts if s.segments), default=over_at)
            told_at = max(over_at, ends) + TOLD_AFTER_S
            if _told_by_facts(connection, facts, scope, day, told_at):
                return _lines(facts, org, scope, day, over_at, shifts)
    return read_timelines(store, scope, day, clock)


def _told_by_facts(
    connection: Connection, facts: FactReader, scope: Scope, day: date, told_at: int
) -> bool:
    """Whether spells of both kinds are kept of all that came, and nothing waits."""
    built_at = built_until(connection, day)
    if built_at is None or built_at < told_at:
        return False
    begin, end = (day_start(one, "UTC") for one in (day - DAY, day + 2 * DAY))
    kept = (facts.files(table, day, day + DAY) for table in (STATES, LAPSES))
    return all(kept) and not read_exceptions(connection, scope, begin, end, ("pending",))


def _lines(
    facts: FactReader, org: Organisation, scope: Scope, day: date, over_at: int,
    shifts: tuple[Shift, ...],
) -> tuple[AgentTimeline, ...]:  # fmt: skip
    people = org.agents(over_at - 1, scope)
    numbers = [facts.keys["agent"].get(person.agent_id, -1) for person in people]
    done, judged = (_pieces(facts, table, day, numbers) for table in (STATES, LAPSES))
    versions: dict[str, list[Shift]] = {}
    for shift in sorted(shifts, key=lambda shift: shift.seq):
        versions.setdefault(shift.agent_id, []).append(shift)
    found = []
    for person, number in zip(people, numbers, strict=True):
        own, site = versions.get(person.agent_id, []), org.site_of(person.team_id)
        found.append(
            AgentTimeline(
                person.agent_id, person.display_name, person.team_id, site,
                org.zone(site), segments_of(own[-1:]), segments_of(own[:1]),
                tuple(spells_of(done.get(number, ()))),
                tuple(exceptions_of(judged.get(number, ()))), None,
            )
        )  # fmt: skip
    return tuple(found)


def _pieces(
    facts: FactReader, table: str, day: date, numbers: Sequence[int]
) -> dict[int, list[Piece]]:
    """Pieces of some people whose day or shift is the day, in order of time, by their number."""
    # The files of spells hold a local day, those of lapses the shifts that began on it.
    first, end = (day, day + 2 * DAY) if table == STATES else (day - DAY, day + DAY)
    files = facts.files(table, first, end)
    judged = ("verdict", "cause") if table == LAPSES else ()
    columns = ("agent", "t0", "t1", "act", "state", "reason", "state_group", *judged)
    dtypes = TABLES[table].dtypes
    read = {name: dtypes[name] for name in (*columns, "day", "shift_day")}
    inside = (pl.col("day") == day) | (pl.col("shift_day") == day)
    mine = pl.col("agent").is_in(list(numbers)) & inside
    names = [file.file for file in files]
    if sum(file.rows for file in files) > MOST_ROWS:
        rows = facts.frames.scan(names, read).filter(mine).collect()
    else:
        rows = facts.frames.frame(names, read).filter(mine)
    activities, reasons = facts.ids["activity"], facts.ids["reason"]
    found: dict[int, list[Piece]] = {}
    for agent, t0, t1, act, state, reason, group, *rest in (
        rows.select(columns).sort("agent", "t0").iter_rows()
    ):
        verdict, cause = rest or ("", "")
        found.setdefault(agent, []).append(
            Piece(t0, t1, state or "unknown", reasons.get(reason, ""), group,
                  activities.get(act), "", verdict, cause or "")
        )  # fmt: skip
    return found
