"""Spells out of adherence as the facts keep them: who, in which shift, and instead of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from wfm.domain.scope import Scope
from wfm.facts.frames import blocks
from wfm.facts.reader import FactReader
from wfm.facts.schema import TABLES
from wfm.store.manifest import FactFile

MOST_ROWS = 1_000_000  # of the files; above that one agent's are read alone


@dataclass(frozen=True, slots=True)
class OutSpell:
    """One spell out of adherence; instants in UTC seconds, half-open.

    `activity` was planned and `state_group` happened, with the `reason` the agent chose; `cause`
    is what the engine found behind it, empty when nothing is known.
    """

    agent_id: str
    shift_on: date
    start_at: int
    end_at: int
    activity: str
    state_group: str
    reason: str
    cause: str

    @property
    def seconds(self) -> int:
        """How long it lasted."""
        return self.end_at - self.start_at


def read_lapses(facts: FactReader, scope: Scope, first: date, end: date) -> tuple[OutSpell, ...]:
    """Spells out of adherence of the shifts from `first` up to, not including, `end`.

    In order of agent and time. Pieces of one spell are joined: at lunch from 13:00 to 13:03 and
    signed out to 13:05 is one of 5 minutes, named by what it began with. Excused time is left out.
    """
    files = facts.files("adherence_spell", first, end)
    if not files:
        return ()
    days = (pl.col("shift_day") >= first, pl.col("shift_day") < end)
    rows = out_rows(facts, files, scope, *days)
    people = people_inside(facts, scope, first, end)
    if people is not None:
        rows = rows.join(people, on=["agent", "shift_day"], how="semi")
    keys = ["agent", "shift_day", "spell"]
    same = pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(1)) for key in keys)
    touches = pl.col("t0") == pl.col("t1").shift(1)
    joined = (
        rows.sort("agent", "t0")
        .with_columns((~(same & touches).fill_null(False)).cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("agent", "shift_day", "act", "state_group", "reason", "cause").first(),
            pl.col("t0").min(),
            pl.col("t1").max(),
        )
    )
    names, activities, reasons = (facts.ids.get(k, {}) for k in ("agent", "activity", "reason"))
    found = [
        OutSpell(
            names[row["agent"]], row["shift_day"], row["t0"], row["t1"],
            activities.get(row["act"], ""), str(row["state_group"]),
            reasons.get(row["reason"], ""), row["cause"] or "",
        )
        for row in joined.iter_rows(named=True)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda spell: (spell.agent_id, spell.start_at)))


def out_rows(
    facts: FactReader, files: list[FactFile], scope: Scope, *conditions: pl.Expr
) -> pl.DataFrame:
    """Rows of spells out of adherence that meet conditions, of one agent where the scope is one.

    Those of a quarter of a large centre would fill the memory that other questions are answered
    from: they are read from the files. Fewer are kept for all who ask.
    """
    names, dtypes = [file.file for file in files], TABLES["adherence_spell"].dtypes
    wanted = list(conditions)
    if scope.agent is not None:
        wanted.append(pl.col("agent") == facts.keys["agent"].get(scope.agent, -1))
    out = pl.col("verdict") == "out"
    if sum(file.rows for file in files) > MOST_ROWS:
        return facts.frames.some_rows(names, dtypes, [out, *wanted])

    def made(block: Sequence[str]) -> pl.DataFrame:
        return facts.frames.made(
            "out spells", block,
            lambda: facts.frames.scan(block, dtypes).filter(out).collect().rechunk(),
        )  # fmt: skip

    return pl.concat([made(block) for block in blocks(names)], rechunk=False).filter(wanted)


def open_spells(
    facts: FactReader, scope: Scope, day: date, now_at: int
) -> dict[str, tuple[int, int]]:
    """Start of the out spell each agent was in when the facts were made, and that moment.

    So that a board counts from 10:00 when somebody left for a break at 10:00 and signed out of it
    at 10:04: it is one spell.
    """
    files = facts.files("adherence_spell", day, date.fromordinal(day.toordinal() + 2))
    if not files:
        return {}
    rows = facts.frames.frame([f.file for f in files]).filter(pl.col("t1") <= now_at)
    people = people_inside(facts, scope, day, date.fromordinal(day.toordinal() + 2))
    if people is not None:
        rows = rows.join(people, on=["agent", "shift_day"], how="semi")
    last = rows.sort("agent", "t0").group_by("agent").agg(
        pl.col("verdict").last(), pl.col("spell").last(), pl.col("t1").last(),
        pl.col("t0").filter(
            (pl.col("spell") == pl.col("spell").last()) & (pl.col("verdict") == "out")
        ).min(),
    )  # fmt: skip
    names = facts.ids.get("agent", {})
    # A spell that went on when the facts were made ends at that moment, the newest of all.
    newest = rows["t1"].max()
    return {
        names[agent]: (t0, t1)
        for agent, verdict, t1, t0 in last.select("agent", "verdict", "t1", "t0").iter_rows()
        if verdict == "out" and t1 == newest and t0 is not None
    }


def people_inside(facts: FactReader, scope: Scope, first: date, end: date) -> pl.DataFrame | None:
    """Agents and shift days inside a scope, by the membership in force then; None: everybody."""
    levels = [(name, getattr(scope, name)) for name in ("site", "team", "agent")]
    asked = [(name, wanted) for name, wanted in levels if wanted is not None]
    if not asked:
        return None
    columns = {"agent": pl.UInt32, "shift_day": pl.Date}
    files = facts.files("agent_day", first, end)
    if not files:
        return pl.DataFrame(schema=columns)
    inside = [pl.col(name) == facts.keys[name].get(wanted, -1) for name, wanted in asked]
    dtypes = TABLES["agent_day"].dtypes
    read = {name: dtypes[name] for name in ("agent", "day", *(name for name, _ in asked))}
    rows = facts.frames.frame([f.file for f in files], read).filter(inside)
    return rows.select("agent", pl.col("day").alias("shift_day")).unique()
