"""Spells for drill-down and the timeline: what happened, when, and how it was judged."""

from __future__ import annotations

import numpy as np
import polars as pl

from wfm.domain.activities import STATE_GROUPS, STATES
from wfm.facts.casework import DayCase
from wfm.facts.inputs import DAY, DayInputs
from wfm.facts.judged import CAUSES, Judged
from wfm.facts.matrix import OUTSIDE, VERDICTS


def judged_frame(inputs: DayInputs, day: DayCase, judged: Judged) -> pl.DataFrame:
    """Every judged piece with its names: agent, t0, t1, act, state, reason, group, verdict."""
    state = judged.pieces.top[1]
    codes = [inputs.keys["activity"].get(a.code) for a in inputs.activities]
    acts = pl.Series(codes, dtype=pl.UInt16)
    has_plan, has_state = judged.activity >= 0, state >= 0
    spells = day.spells.select("state", "reason")
    picked = spells[np.where(has_state, state, 0)] if spells.height else None
    frame = pl.DataFrame(
        {
            "agent": pl.Series(day.agents[judged.pieces.agent]).cast(pl.UInt32),
            "t0": judged.pieces.start,
            "t1": judged.pieces.end,
            "bin": judged.day_bin,
            "shift_bin": np.where(
                judged.shift >= 0, day.shift_days[judged.shift] + 1, judged.day_bin
            )
            if len(day.shift_days)
            else judged.day_bin,
            "has_plan": has_plan,
            "has_state": has_state,
            "healthy": judged.healthy,
        }
    ).with_columns(
        _named(judged.group, STATE_GROUPS, "state_group"),
        _named(judged.verdict, VERDICTS, "verdict"),
        _named(judged.cause, CAUSES, "cause"),
        pl.Series("spell", np.where(judged.spell >= 0, judged.spell, -1)),
        acts[np.where(has_plan, judged.activity, 0)].alias("act")
        if len(acts)
        else pl.lit(None, pl.UInt16).alias("act"),
        *(
            picked.get_columns()
            if picked is not None
            else [pl.lit(None, pl.String).alias("state"), pl.lit(None, pl.UInt16).alias("reason")]
        ),
    )
    offline = pl.when("healthy").then(pl.lit(STATES[0]))
    return frame.with_columns(
        pl.when("has_plan").then("act").alias("act"),
        pl.when("has_state")
        .then(pl.col("state").cast(pl.String))
        .otherwise(offline)
        .alias("state"),
        pl.when("has_state").then("reason").alias("reason"),
        pl.when(pl.col("spell") >= 0).then("spell").alias("spell"),
        *(
            pl.when(pl.col(source) == 0)
            .then(pl.lit(inputs.day - DAY))
            .when(pl.col(source) == 1)
            .then(pl.lit(inputs.day))
            .otherwise(pl.lit(inputs.day + DAY))
            .alias(name)
            for source, name in (("bin", "day"), ("shift_bin", "shift_day"))
        ),
    )


def state_spell_rows(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of `state_spell`: signed-in spells of the day, joined where nothing changed."""
    mine = frame.filter((pl.col("day") == inputs.day) & pl.col("has_state"))
    keys = ["agent", "day", "shift_day", "act", "state", "reason", "state_group"]
    return _joined(mine.filter(pl.col("state") != STATES[0]), keys)


def unmapped_rows(inputs: DayInputs, spells: pl.DataFrame) -> pl.DataFrame:
    """Rows of `unmapped_state`: seconds of a person's day in states that no rule gives a meaning.

    Kept beside the spells, of which there are millions, as these are few or none.
    """
    unknown = pl.col("state").is_not_null() & (pl.col("state_group") == "unknown")
    placed = inputs.with_place(spells.filter(unknown), "t0")
    return placed.group_by("day", "agent", "team", "site", "state", "reason").agg(
        (pl.col("t1") - pl.col("t0")).sum().alias("value")
    )


def adherence_spell_rows(inputs: DayInputs, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows of `adherence_spell`: what was not plainly in adherence, in the shifts of the day."""
    mine = frame.filter(
        pl.col("shift_day") == inputs.day,
        ~pl.col("verdict").is_in(["in", "ignored", VERDICTS[OUTSIDE]]),
    )
    keys = ["agent", "day", "shift_day", "act", "state", "reason", "state_group", "verdict",
            "cause", "spell"]  # fmt: skip
    return _joined(mine, keys)


def _joined(frame: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Pieces, in order of agent and time, that touch and say the same as one."""
    if frame.is_empty():
        return frame.select(*keys, "t0", "t1")
    same = pl.all_horizontal(pl.col(key).eq_missing(pl.col(key).shift(1)) for key in keys)
    touches = pl.col("t0") == pl.col("t1").shift(1)
    opens = frame.select((~(same & touches)).fill_null(True).alias("opens"))["opens"]
    closes = opens.shift(-1, fill_value=True)
    return frame.filter(opens).select(*keys, "t0").with_columns(frame["t1"].filter(closes))


def _named(codes: np.ndarray, names: tuple[str, ...], name: str) -> pl.Series:
    return pl.Series(name, codes, pl.UInt8).cat.to(pl.Enum(list(names)))
