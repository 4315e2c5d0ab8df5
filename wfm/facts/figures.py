"""Figures of a day as facts: those a file delivers, and those the people records give."""

from __future__ import annotations

import polars as pl

from wfm.domain.grid import day_start
from wfm.domain.organisation import Person
from wfm.facts.inputs import DayInputs
from wfm.facts.measures import MEASURES
from wfm.facts.schema import KEY_DTYPES

FIGURE = "figure_day"
SEPARATOR = "\x1f"  # between agent and queue in the key of level "agent_queue"
NEW_DAYS = 90  # tenure below which a person counts as new
_PLACES = ("site", "team", "agent", "queue", "channel")
_COLUMNS = (*_PLACES, "measure", "value")


def figure_days(inputs: DayInputs) -> pl.DataFrame:
    """Rows of `figure_day`: one a figure, at the finest place its source names, in thousandths.

    What a file says of a day and site takes the place of what Muster works out itself: labour cost
    has only the file, headcount has the people records until a file gives it.
    """
    given = _delivered(inputs)
    whole = given.filter(pl.col("site").is_null())["measure"].unique().to_list()
    own = _people(inputs).filter(~pl.col("measure").is_in(whole))
    own = own.join(given, on=["measure", "site"], how="anti").select(_COLUMNS)
    counted = [m.name for m in MEASURES.values() if m.table == FIGURE]
    rows = pl.concat([given.filter(pl.col("measure").is_in(counted)), own])
    return rows.with_columns(pl.lit(inputs.day).alias("day"))


def figure_histograms(inputs: DayInputs) -> pl.DataFrame:
    """Rows of `hist` that a file delivers: `case_hist:311` of value 4 is 4 in bucket 311."""
    given = _delivered(inputs)
    split = given["measure"].str.split_exact(":", 1).struct.rename_fields(["m", "b"]).struct
    rows = given.with_columns(split.field("m").alias("measure"), split.field("b").alias("b"))
    kept = rows.filter(pl.col("b").is_not_null()).with_columns(
        pl.col("b").cast(pl.Int16, strict=False).alias("bucket"),
        (pl.col("value") // 1000).cast(pl.UInt32).alias("n"),
        pl.lit(inputs.day).alias("day"),
    )
    empty = {"q": pl.Int32, "slot": pl.UInt8, "contact_type": pl.UInt16}
    return kept.drop("b", "value").with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in empty.items()
    )


def _delivered(inputs: DayInputs) -> pl.DataFrame:
    """Figures of the day as delivered, each at its site, team, agent, queue and channel."""
    rows = inputs.events.figures
    key = rows["key"].str.split_exact(SEPARATOR, 1).struct.rename_fields(["k", "of"]).struct
    rows = rows.with_columns(key.field("k").alias("k"), key.field("of").alias("of"))
    level = pl.col("level")
    agent = pl.when(level.is_in(["agent", "agent_queue"])).then("k")
    queue = pl.when(level == "queue").then("k").when(level == "agent_queue").then("of")
    numbers = rows.with_columns(
        _number(inputs, "agent", agent).alias("agent"),
        _number(inputs, "queue", queue).alias("queue"),
        _number(inputs, "team", pl.when(level == "team").then("k")).alias("unit_team"),
        _number(inputs, "site", pl.when(level == "site").then("k")).alias("unit_site"),
        pl.lit(day_start(inputs.day, "UTC") + 43_200).alias("noon"),
    )
    placed = inputs.with_place(numbers, "noon")
    queues = inputs.queues.select(
        "queue", "queue_site", pl.col("queue_channel").alias("channel")
    ).unique("queue")
    teams = _site_of_team(inputs)
    return (
        placed.join(queues, on="queue", how="left")
        .join(teams, on="unit_team", how="left")
        .with_columns(
            pl.coalesce("team", "unit_team").alias("team"),
            pl.coalesce("site", "unit_site", "team_site", "queue_site").alias("site"),
            pl.col("value_m").alias("value"),
        )
        .select(_COLUMNS)
    )


def _number(inputs: DayInputs, kind: str, value: pl.Expr) -> pl.Expr:
    dtype = KEY_DTYPES[kind]
    keys = inputs.keys[kind]
    if not keys:
        return pl.lit(None, dtype)
    return value.replace_strict(keys, default=None, return_dtype=dtype)


def _site_of_team(inputs: DayInputs) -> pl.DataFrame:
    rows = []
    for unit in inputs.org.units:
        site = inputs.keys["site"].get(unit.parent_id or "")
        if unit.level == "team" and site is not None:
            team = inputs.keys["team"].get(unit.org_id)
            if team is not None and unit.valid_from <= inputs.day:
                rows.append((team, site))
    schema = {"unit_team": pl.UInt16, "team_site": pl.UInt16}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return frame.unique("unit_team", keep="last", maintain_order=True)


def _people(inputs: DayInputs) -> pl.DataFrame:
    """Headcount, tenure, skills, hires and leavers of the day, each at the person's team."""
    rows = []
    for agent_id, key in sorted(inputs.keys["agent"].items()):
        person = inputs.at_noon.get(agent_id)
        if person is None:
            continue
        site_id = inputs.org.unit(person.team_id).parent_id
        site = inputs.keys["site"].get(site_id) if site_id else None
        team = inputs.keys["team"].get(person.team_id)
        for measure, value in _figures_of(person, inputs):
            rows.append((site, team, key, None, None, measure, value * 1000))
    schema = {name: KEY_DTYPES[name] for name in _COLUMNS}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _figures_of(person: Person, inputs: DayInputs) -> list[tuple[str, int]]:
    day, hired, left = inputs.day, person.hire_on, person.leave_on
    employed = (hired is None or hired <= day) and (left is None or day <= left)
    found: list[tuple[str, int]] = []
    if employed and person.role == "supervisor":
        found.append(("sup_pd", 1))
    if not employed or person.role != "agent":
        return found
    found += [("headcount_pd", 1), ("leaver_n", int(left == day))]
    if person.skills:
        found.append(("skill_pd", len(person.skills)))
    if hired is not None:
        tenure = (day - hired).days
        found += [("new_pd", int(tenure < NEW_DAYS)), ("tenure_pd", tenure)]
        if hired == day:
            soon = left is not None and (left - hired).days < NEW_DAYS
            found += [("hire_n", 1), ("leaver_90_n", int(soon))]
    return found
