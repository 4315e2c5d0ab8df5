"""The stories looked for in the event files by plain queries, told nothing but who plays a part."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
from story_files import ON_QUEUE, EventFiles, spells


@dataclass(frozen=True)
class Shift:
    """One baseline shift: planned pieces in order, as (start, end, activity) in UTC seconds."""

    agent_id: str
    on: date
    pieces: tuple[tuple[int, int, str], ...]

    @property
    def start(self) -> int:
        return self.pieces[0][0]

    @property
    def end(self) -> int:
        return self.pieces[-1][1]


def shifts_of(files: EventFiles, agent_ids: list[str]) -> dict[str, list[Shift]]:
    """Finished working shifts as they stand after all changes, by agent and day."""
    rows = (
        files.table("schedules")
        .filter(pl.col("agent_id").is_in(agent_ids))
        .sort("agent_id", "shift_date", "published_at", "start_at")
    )
    found: dict[str, list[Shift]] = {agent: [] for agent in agent_ids}
    for (agent, day), told in rows.group_by("agent_id", "shift_date", maintain_order=True):
        last = told.filter(pl.col("published_at") == told["published_at"].max())
        pieces = tuple(last.select("start_at", "end_at", "activity_code").iter_rows())
        worked = pieces[0][2] not in ("leave", "sick") and pieces[-1][1] > pieces[0][0]
        if worked and pieces[-1][1] <= files.now:
            found[str(agent)].append(Shift(str(agent), date.fromisoformat(str(day)), pieces))
    return found


class States:
    """The state spells of some agents, to be looked at between two instants."""

    def __init__(self, files: EventFiles, agent_ids: list[str]) -> None:
        rows = spells(files.table("agent_states").filter(pl.col("agent_id").is_in(agent_ids)))
        self._spells: dict[str, list[tuple[int, int, str, str]]] = {a: [] for a in agent_ids}
        for agent, start, end, state, reason in rows.iter_rows():
            self._spells[agent].append((start, end, state, reason))

    def between(self, agent: str, start: int, end: int) -> Iterator[tuple[int, int, str, str]]:
        """Spells cut to a span; what no spell covers is `offline`."""
        mine = self._spells[agent]
        at, place = start, max(bisect_left(mine, (start,)) - 1, 0)
        for begin, until, state, reason in mine[place:]:
            if begin >= end:
                break
            if until > at:
                if begin > at:
                    yield at, begin, "offline", ""
                yield max(begin, at), min(until, end), state, reason
                at = min(until, end)
        if at < end:
            yield at, end, "offline", ""


@dataclass(frozen=True)
class Lunches:
    """What a run of shifts lost, in seconds, and how often it came back late from the meal."""

    shifts_n: int
    late_s: tuple[int, ...]  # after the meal, beyond what a contact displaced
    overrun_s: tuple[int, ...]  # of contacts over the begin of the meal
    out_s: int  # out of adherence, without what an overrun excuses
    base_s: int  # judged, without what an overrun excuses
    other_late_s: int
    late_starts_n: int
    early_ends_n: int

    @property
    def hits(self) -> tuple[int, ...]:
        return tuple(s for s in self.late_s if s > 60)

    @property
    def other_loss_s(self) -> int:
        return self.out_s - sum(self.late_s)


def lunches(shifts: list[Shift], states: States) -> Lunches:
    """Second by second: on queue as planned, in a break or meal as planned, or out."""
    late, over, other_late = [], [], 0
    out = base = late_starts = early_ends = 0
    for shift in shifts:
        owed = 0
        for place, (start, end, activity) in enumerate(shift.pieces):
            base += end - start
            lost = 0
            for begin, until, state, reason in states.between(shift.agent_id, start, end):
                kind = "on_queue" if state in ON_QUEUE else reason or state
                same = kind == activity or {kind, activity} <= {"break", "meal"}
                lost += 0 if same else until - begin
            spell = _first_on_queue(states, shift, end) - end
            if activity == "meal":
                owed = _contact_over(states, shift, start)
                late.append(max(spell - owed, 0))
                over.append(owed)
                lost -= owed
                base -= 2 * owed
            elif activity == "break":
                other_late += max(spell, 0)
            if place and shift.pieces[place - 1][2] == "meal":
                lost -= owed
            out += lost
        first = next(b for b, _, s, _ in states.between(shift.agent_id, shift.start, shift.end)
                     if s != "offline")  # fmt: skip
        late_starts += first > shift.start + 60
        gone = [b for b, e, s, _ in states.between(shift.agent_id, shift.start, shift.end)
                if s == "offline" and e == shift.end]  # fmt: skip
        early_ends += bool(gone) and gone[-1] < shift.end - 60
    return Lunches(len(shifts), tuple(late), tuple(over), out, base, other_late, late_starts,
                   early_ends)  # fmt: skip


def _first_on_queue(states: States, shift: Shift, end: int) -> int:
    """The second from which somebody is back after a planned pause, looked for in half an hour."""
    for begin, _, state, _ in states.between(shift.agent_id, end, end + 1800):
        if state in ON_QUEUE:
            return begin
    return end


def _contact_over(states: States, shift: Shift, start: int) -> int:
    """Seconds by which a contact ran over the planned begin of a pause."""
    for begin, until, state, _ in states.between(shift.agent_id, start, start + 1800):
        if begin == start and state not in ("talk", "hold", "acw"):
            return 0
        if state not in ("talk", "hold", "acw"):
            return begin - start
        if until == start + 1800:
            return 1800
    return 0


def late_blocks(files: EventFiles, agent: str, size: int) -> list[Lunches]:
    """An agent's finished shifts in blocks of a size, the last one first."""
    shifts = shifts_of(files, [agent])[agent]
    states = States(files, [agent])
    whole = len(shifts) // size
    return [
        lunches(shifts[len(shifts) - (n + 1) * size : len(shifts) - n * size], states)
        for n in range(whole)
    ]


def peers_hit_rate(files: EventFiles, agent: str) -> float:
    """Share of meals of the site's other agents by telephone from which they came late."""
    teams = files.teams()
    site = teams.filter(pl.col("agent_id") == agent)["site_id"][0]
    peers = teams.filter(
        (pl.col("site_id") == site)
        & (pl.col("agent_id") != agent)
        & pl.col("skills").str.contains("billing")
    )["agent_id"].to_list()
    states, hits, days = States(files, peers), 0, 0
    for shifts in shifts_of(files, peers).values():
        for shift in shifts:
            for start, end, activity in shift.pieces:
                if activity == "meal":
                    owed = _contact_over(states, shift, start)
                    days += 1
                    hits += _first_on_queue(states, shift, end) - end - owed > 60
    return hits / days


def team_work(files: EventFiles, team: str, days: int) -> pl.DataFrame:
    """Contacts, mean seconds and contacts an hour on queue of a team's agents, whole days."""
    teams = files.teams().filter(pl.col("team_id") == team)
    first, end = files.days(teams["site_id"][0], days, 1)
    ids = teams["agent_id"].to_list()
    within = (pl.col("agent_id").is_in(ids)) & (pl.col("start_at") >= first)
    hours = (
        spells(files.table("agent_states"))
        .filter(within & (pl.col("start_at") < end) & pl.col("state").is_in(ON_QUEUE))
        .group_by("agent_id")
        .agg(queue_s=(pl.col("end_at") - pl.col("start_at")).sum())
    )
    return (
        files.table("calls")
        .filter(
            pl.col("agent_id").is_in(ids)
            & (pl.col("connected_at") >= first)
            & (pl.col("connected_at") < end)
            & (pl.col("outcome") == "answered")
        )
        .group_by("agent_id")
        .agg(
            pl.len().alias("n"), pl.col("talk_s").mean().alias("talk"),
            pl.col("hold_s").mean().alias("hold"), pl.col("acw_s").mean().alias("acw"),
        )
        .join(hours, on="agent_id")
        .join(teams.select("agent_id", "hire_on"), on="agent_id")
        .with_columns(rate=pl.col("n") * 3600 / pl.col("queue_s"))
        .sort("agent_id")
    )  # fmt: skip


def planned_per_hour(files: EventFiles, team: str) -> float:
    """The team's target of contacts an hour, as its file tells it."""
    targets = pl.read_csv(files.folder / "targets.csv", infer_schema=False)
    row = targets.filter((pl.col("key") == team) & (pl.col("kpi_id") == "contacts_per_hour"))
    return float(row["value_lo"][0])


def by_type(files: EventFiles, site: str, first: int, last: int) -> pl.DataFrame:
    """Handled contacts by type and tenure class, of whole local days by their arrival."""
    begin, end = files.days(site, first, last)
    hired = files.teams().select("agent_id", "hire_on")
    return (
        files.table("calls")
        .filter(
            (pl.col("channel") == "voice")
            & pl.col("queue_id").str.starts_with(f"{site}-")
            & (pl.col("outcome") == "answered")
            & (pl.col("enqueued_at") >= begin)
            & (pl.col("enqueued_at") < end)
        )
        .join(hired, on="agent_id")
        .with_columns(
            novice=(files.today(site) - pl.col("hire_on")).dt.total_days() < 90,
            handle=pl.col("talk_s") + pl.col("hold_s") + pl.col("acw_s"),
        )
        .group_by("contact_type", "novice")
        .agg(pl.len().alias("n"), pl.col("handle").sum())
        .sort("contact_type", "novice")
    )
