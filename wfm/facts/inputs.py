"""Everything one local day is built from: events, plans, organisation and rules, as one value."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from functools import cached_property
from operator import attrgetter

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection

from wfm.domain.activities import STATE_GROUPS, Activity
from wfm.domain.adherence import RecordedException
from wfm.domain.grid import QUARTER_S, day_quarters, day_start, local_slot, quarter_of
from wfm.domain.organisation import Organisation, Person, parse_skills
from wfm.domain.schedules import Shift
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.rules import FactRules, rules_of_day
from wfm.facts.seen_states import SeenStates
from wfm.facts.standing import Standing
from wfm.store.dimensions import all_keys, dimension_keys, ids_in_use
from wfm.store.files import FileStore
from wfm.store.manifest import Batch, batches_of
from wfm.store.readers.adherence import adherence_rules, read_exceptions
from wfm.store.readers.organisation import read_organisation
from wfm.store.readers.plan_versions import forecast_created, forecast_of_requirement
from wfm.store.readers.raw import raw_events, raw_figures, raw_quarters
from wfm.store.readers.rules import StateRule, activity_codes, mapped_states
from wfm.store.readers.schedules import read_shift_history

# Raised whenever the same inputs give other facts.
CODE_VERSION = "11"
FEEDS = ("contact_leg", "agent_state", "interval_stats", "forecast", "requirement", "measure_day")
DAY = timedelta(days=1)
_AT = {"agent": pl.UInt32, "at": pl.Int64}
Ints = NDArray[np.int64]
KINDS = ("site", "team", "agent", "queue", "group", "channel", "activity", "reason", "source")


@dataclass(frozen=True)
class Events:
    """Raw rows around a day, each event once."""

    legs: pl.DataFrame
    states: pl.DataFrame
    stats: pl.DataFrame
    forecast: pl.DataFrame
    requirement: pl.DataFrame
    figures: pl.DataFrame


@dataclass(frozen=True)
class DayInputs:
    """What the facts of `day` are a pure function of; nothing after `as_of_at` counts."""

    day: date
    as_of_at: int
    rules: FactRules
    org: Organisation
    keys: Mapping[str, Mapping[str, int]]
    activities: tuple[Activity, ...]
    state_rules: tuple[StateRule, ...]
    shifts: tuple[Shift, ...]  # every version, shift days day - 1 to day + 1
    events: Events
    batch_ids: tuple[str, ...] = ()
    inputs_hash: str = ""
    exceptions: tuple[RecordedException, ...] = ()  # decided by people, or waiting for it
    with_pending: bool = False  # the live view alone tells what waits for a decision
    # by forecast version: created_at, and the model's version that its overrides lie on
    fc_created: dict[int, tuple[int, int]] = field(default_factory=dict)
    fc_of_requirement: dict[int, int] = field(default_factory=dict)  # by requirement version
    # Planned segments by layer as they were made of the shifts, for whoever asks again.
    plans: dict[str, pl.DataFrame] = field(default_factory=dict, compare=False, repr=False)
    # Where everybody stands, as somebody has worked it out of the same organisation.
    known_standing: Standing | None = field(default=None, compare=False, repr=False)

    @cached_property
    def ids(self) -> Mapping[str, Mapping[int, str]]:
        """External id of each dimension number, by kind."""
        return {kind: {key: ext for ext, key in keys.items()} for kind, keys in self.keys.items()}

    @cached_property
    def standing(self) -> Standing:
        """Where everybody stands on the day, by number."""
        return self.known_standing or Standing(self.day, self.org, self.keys)

    @property
    def at_noon(self) -> Mapping[str, Person]:
        """Who stood where in the middle of the day, by agent id; nobody unknown to the records."""
        return self.standing.at_noon

    @property
    def agent_zone(self) -> Mapping[int, str]:
        """Zone of each agent's site in the middle of the day; UTC for people not on record."""
        return self.standing.agent_zone

    @property
    def membership(self) -> pl.DataFrame:
        """Columns agent, from_at, team, site: where each person stood from an instant on."""
        return self.standing.membership

    @cached_property
    def queues(self) -> pl.DataFrame:
        """Each queue as in force on the day: zone, bounds of its local day, site, group, target."""
        noon = day_start(self.day, "UTC") + 43_200
        rows = []
        for ext_id in dict.fromkeys(q.queue_id for q in self.org.queues):
            row = self.org.queue_at(ext_id, noon)
            if row is None or ext_id not in self.keys["queue"]:
                continue
            zone = self.org.queue_zone(row)
            rows.append(
                (
                    self.keys["queue"][ext_id],
                    self.keys["site"].get(row.site_id) if row.site_id else None,
                    self.keys["group"].get(row.skill_group),
                    self.keys["channel"].get(row.channel),
                    zone,
                    day_start(self.day, zone),
                    day_start(self.day + DAY, zone),
                    row.sl_threshold_s,
                    row.short_abandon_s,
                    row.sl_target_pct,
                    row.sl_definition,
                )
            )
        schema = {
            "queue": pl.UInt16, "queue_site": pl.UInt16, "group": pl.UInt16,
            "queue_channel": pl.UInt16, "zone": pl.String, "from_at": pl.Int64, "to_at": pl.Int64,
            "queue_threshold_s": pl.Int32, "queue_short_s": pl.Int32, "target_pct": pl.Float64,
            "sl_definition": pl.String,
        }  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    @cached_property
    def slots(self) -> pl.DataFrame:
        """Columns zone, q, slot: the quarters of the day in every zone in use."""
        zones = sorted(set(self.agent_zone.values()) | set(self.queues["zone"]) | {"UTC"})
        rows = [
            (zone, q, local_slot(q * QUARTER_S, zone))
            for zone in zones
            for q in day_quarters(self.day, zone)
        ]
        schema = {"zone": pl.String, "q": pl.Int32, "slot": pl.UInt8}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def agents(self) -> pl.DataFrame:
        """Columns agent, zone, from_at, to_at: the bounds of each agent's local day."""
        return self.standing.agents

    @cached_property
    def sites(self) -> pl.DataFrame:
        """Columns site, zone, from_at, to_at: the bounds of each site's local day."""
        rows = []
        for site in self.org.sites:
            zone, key = self.org.zone(site.org_id), self.keys["site"].get(site.org_id)
            bounds = day_start(self.day, zone), day_start(self.day + DAY, zone)
            if key is not None:
                rows.append((key, zone, *bounds))
        schema = {"site": pl.UInt16, "zone": pl.String, "from_at": pl.Int64, "to_at": pl.Int64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def in_site_day(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Rows whose quarter lies in the local day of their site, with its zone and bounds."""
        utc = day_start(self.day, "UTC"), day_start(self.day + DAY, "UTC")
        at = pl.col("q").cast(pl.Int64) * QUARTER_S
        return (
            frame.join(self.sites, on="site", how="left")
            .with_columns(
                pl.col("zone").fill_null("UTC"),
                pl.col("from_at").fill_null(utc[0]),
                pl.col("to_at").fill_null(utc[1]),
            )
            .filter(at >= pl.col("from_at"), at < pl.col("to_at"))
        )

    def with_place(self, frame: pl.DataFrame, at: str) -> pl.DataFrame:
        """The frame with team and site of each row's agent as in force at the instant `at`.

        Who only ever stood in one place is looked up; the rest, few, by time.
        """
        settled, moved = self._places
        number = frame["agent"].cast(pl.UInt32)
        highest = number.max()
        if highest is not None and int(highest) >= settled.height:  # type: ignore[arg-type]
            number = number.set(number >= settled.height, None)
        placed = frame.with_columns(settled[name].gather(number) for name in ("team", "site"))
        agents = moved["agent"].unique()
        if agents.is_empty() or not frame["agent"].is_in(agents.implode()).any():
            return placed
        numbered = placed.with_row_index("_row")
        moving = pl.col("agent").is_in(agents.implode()).fill_null(value=False)
        asked = numbered.filter(moving).drop("team", "site")
        found = (
            asked.with_columns(pl.col(at).cast(pl.Int64).alias("_at"))
            .sort("_at", maintain_order=True)
            .join_asof(
                moved,
                left_on="_at",
                right_on="from_at",
                by="agent",
                strategy="backward",
                check_sortedness=False,
            )
            .drop("_at", "from_at", strict=False)
            .select(numbered.columns)
        )
        return pl.concat([numbered.filter(~moving), found]).sort("_row").drop("_row")

    def site_at(self, agent: Ints, at: Ints) -> Ints:
        """Number of each agent's site as in force at an instant, -1 where it is not known."""
        settled, moved = self._places
        place = np.append(settled["site"].cast(pl.Int64).fill_null(-1).to_numpy(), -1)
        site = place[np.minimum(agent, len(place) - 1)]
        if moved.height:
            rows = np.flatnonzero(np.isin(agent, moved["agent"].unique().to_numpy()))
            asked = pl.DataFrame({"agent": agent[rows], "at": at[rows]}, schema=_AT)
            found = self.with_place(asked, "at")["site"].cast(pl.Int64).fill_null(-1)
            site[rows] = found.to_numpy()
        return site

    @cached_property
    def _places(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Team and site of people with one place, each at the place of their number, and the
        membership of those with more."""
        rows = self.membership.with_columns(pl.len().over("agent").alias("places"))
        one = rows.filter(pl.col("places") == 1).select("agent", "team", "site")
        last = max(self.keys["agent"].values(), default=-1)
        numbers = pl.DataFrame({"agent": pl.int_range(last + 1, dtype=pl.UInt32, eager=True)})
        settled = numbers.join(one, on="agent", how="left", maintain_order="left")
        return settled, rows.filter(pl.col("places") > 1).drop("places")


def window_of(day: date) -> tuple[int, int]:
    """Epoch seconds that hold the local days before, of and after `day` in every zone.

    Zones reach from 14 h ahead of UTC to 12 h behind it.
    """
    return day_start(day - DAY, "UTC") - 14 * 3600, day_start(day + 2 * DAY, "UTC") + 12 * 3600


def register_dimensions(connection: Connection) -> None:
    """Numbers given to every unit, person, queue and skill group that has none yet."""
    named = ids_in_use(connection)
    skills = {name for text in named["skills"] for name, _ in parse_skills(text)}
    wanted: dict[str, Iterable[str]] = {
        "site": named["site"],
        "team": named["team"],
        "agent": named["agent"],
        "queue": named["queue"],
        "channel": named["channel"],
        "group": set(named["group"]) | (skills - set(named["queue"])),
        "activity": [a.code for a in activity_codes(connection)],
        "reason": STATE_GROUPS,  # the reason where a state has no code of its own
    }
    for kind, ids in wanted.items():
        dimension_keys(connection, kind, ids)


def read_inputs(
    connection: Connection,
    files: FileStore,
    day: date,
    as_of_at: int,
    rules: FactRules,
    feeds: Sequence[str] = FEEDS,
    site_id: str | None = None,
    known_shifts: tuple[Shift, ...] | None = None,
    seen: SeenStates | None = None,
) -> DayInputs:
    """The inputs of a day as the store holds them now; other feeds than `feeds` stay empty.

    With a site, shifts and states are those of its people alone, and there is no hash to compare;
    its shifts may be given by who has them already, and the states that were `seen` before.
    """
    start_at, end_at = window_of(day)
    days = [day - DAY, day, day + DAY]
    batches = {feed: batches_of(connection, feed, days) if feed in feeds else [] for feed in FEEDS}
    keys = all_keys(connection)
    org = read_organisation(connection, ENTERPRISE)
    agents = None if site_id is None else _agents_of(org, site_id, keys["agent"])
    with ThreadPoolExecutor(1) as beside:
        # Files are read while the plans come from the database.
        reading = beside.submit(_read_events, files, batches, day, agents, seen)
        whole = site_id is None
        shifts = known_shifts
        if shifts is None:
            shifts = read_shift_history(connection, Scope(site_id), day - DAY, day + 2 * DAY)
        activities, state_rules = activity_codes(connection), mapped_states(connection)
        rules = rules_of_day(rules, adherence_rules(connection), day)
        exceptions = read_exceptions(connection, ENTERPRISE, start_at, end_at)
        told = _told(shifts) if whole else ""
        events = reading.result()
    approved = tuple(e for e in exceptions if e.status == "approved")
    as_of = min(as_of_at, end_at)
    batch_ids = tuple(sorted(b.batch_id for found in batches.values() for b in found))
    return DayInputs(
        day, as_of, rules, org, keys, activities, state_rules, shifts, events, batch_ids,
        _hash(day, as_of, rules, org, activities, state_rules, told, batch_ids, approved)
        if whole else "",
        exceptions, False,
        forecast_created(connection) if "forecast" in feeds else {},
        forecast_of_requirement(connection) if "requirement" in feeds else {},
    )  # fmt: skip


def _read_events(
    files: FileStore, batches: Mapping[str, Sequence[Batch]], day: date,
    agents: list[int] | None, seen: SeenStates | None,
) -> Events:  # fmt: skip
    start_at, end_at = window_of(day)
    states = (SeenStates() if seen is None else seen).read(
        files, batches["agent_state"], start_at, end_at, agents
    )
    quarters = quarter_of(start_at), quarter_of(end_at)
    return Events(
        raw_events(files, batches["contact_leg"], "contact_leg", start_at, end_at),
        states,
        raw_events(files, batches["interval_stats"], "interval_stats", start_at, end_at),
        raw_quarters(files, batches["forecast"], "forecast", *quarters),
        raw_quarters(files, batches["requirement"], "requirement", *quarters),
        raw_figures(files, batches["measure_day"], day),
    )


def _agents_of(org: Organisation, site_id: str, keys: Mapping[str, int]) -> list[int]:
    """Numbers of the people who ever stood in a team of the site."""
    return sorted(keys[agent] for agent in org.ever_in(site_id) if agent in keys)


def _hash(*parts: object) -> str:
    digest = hashlib.sha256(CODE_VERSION.encode())
    for part in parts:
        digest.update((part if isinstance(part, str) else repr(part)).encode())
    return digest.hexdigest()


def _told(shifts: tuple[Shift, ...]) -> str:
    """The text of shifts as `repr` gives it, segments that many people share told once."""
    names = [field.name for field in fields(Shift)]
    place = names.index("segments")
    before, after = attrgetter(*names[:place]), attrgetter(*names[place + 1 :])
    first = "".join(f"{name}=%r, " for name in names[:place])
    rest = "".join(f", {name}=%r" for name in names[place + 1 :])
    texts, told = dict[int, str](), list[str]()
    for shift in shifts:
        known = texts.get(id(shift.segments))
        if known is None:
            known = texts[id(shift.segments)] = repr(shift.segments)
        told.append(f"Shift({first % before(shift)}segments={known}{rest % after(shift)})")
    return f"({', '.join(told)}{',' if len(told) == 1 else ''})"
