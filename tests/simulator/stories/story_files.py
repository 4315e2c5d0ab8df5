"""The event files of a centre, written once and read as plain tables by nobody of the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from wfm.simulator.events import History
from wfm.simulator.events_csv import write_day_schedules, write_span
from wfm.simulator.standing_csv import write_standing
from wfm.simulator.stories.told import told_history

NOW = int(datetime(2026, 11, 24, 16, 20, tzinfo=UTC).timestamp())
ON_QUEUE = ("available", "alerting", "talk", "hold", "acw")


@dataclass(frozen=True)
class EventFiles:
    """A folder of CSV files, and who plays which part in it."""

    folder: Path
    history: History
    now: int

    def table(self, kind: str) -> pl.DataFrame:
        """All files of a kind as one table; times as UTC seconds."""
        return read_table(self.folder, kind)

    def zone(self, site_id: str) -> ZoneInfo:
        """A site's zone, as its file tells it."""
        org = pl.read_csv(self.folder / "org.csv", infer_schema=False)
        return ZoneInfo(org.filter(pl.col("org_id") == site_id)["timezone"][0])

    def midnight(self, site_id: str, day: date) -> int:
        """UTC seconds of a site's local midnight."""
        return int(datetime(day.year, day.month, day.day, tzinfo=self.zone(site_id)).timestamp())

    def today(self, site_id: str) -> date:
        return datetime.fromtimestamp(self.now, self.zone(site_id)).date()

    def days(self, site_id: str, first_back: int, last_back: int) -> tuple[int, int]:
        """From local midnight so many days ago to the end of another day, as UTC seconds."""
        today = self.today(site_id)
        return (
            self.midnight(site_id, today - timedelta(days=first_back)),
            self.midnight(site_id, today - timedelta(days=last_back - 1)),
        )

    def teams(self) -> pl.DataFrame:
        """Agent, team, site and day of hiring."""
        people = pl.read_csv(self.folder / "people.csv", infer_schema=False)
        org = pl.read_csv(self.folder / "org.csv", infer_schema=False)
        return (
            people.filter(pl.col("role") == "agent")
            .join(org.select("org_id", "parent_id"), left_on="team_id", right_on="org_id")
            .select(
                "agent_id", "team_id", "skills", pl.col("parent_id").alias("site_id"),
                pl.col("hire_date").str.to_date().alias("hire_on"),
            )
        )  # fmt: skip


@lru_cache(maxsize=8)
def read_table(folder: Path, kind: str) -> pl.DataFrame:
    """All files of a kind in a folder as one table, read once."""
    files = sorted(folder.glob(f"{kind}*.csv"))
    frame = pl.concat([pl.read_csv(file, infer_schema=False) for file in files], how="diagonal")
    times = [name for name in frame.columns if name.endswith("_at")]
    whole = [n for n in frame.columns if n.endswith(("_s", "_n")) or n == "leg_no"]
    return frame.with_columns(
        *(pl.col(n).str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.epoch("s").alias(n) for n in times),
        *(pl.col(n).cast(pl.Int64).alias(n) for n in whole),
    )


def written(
    folder: Path,
    size: str,
    seed: int,
    days: int,
    without: tuple[str, ...] = (),
    permute: bool = False,
    now: int = NOW,
) -> EventFiles:
    """The files of a centre's last days up to now, and of what is planned for the day after."""
    history = told_history(seed, size, now, without, permute=permute)
    write_standing(folder, history.centre)
    today = datetime.fromtimestamp(now, UTC).date()
    for back in range(days, -2, -1):
        day = today - timedelta(days=back)
        write_span(folder, history.day(day, now), f"-{day}")
        write_day_schedules(folder, history.centre, history.roster, [day], now, f"-{day}")
    return EventFiles(folder, history, now)


def spells(states: pl.DataFrame, now: int = NOW) -> pl.DataFrame:
    """State rows with the end that the agent's next row gives them; the last of each lasts on."""
    return (
        states.filter(~pl.col("contact_id").fill_null("").str.contains("-chat-|-email-"))
        .sort("agent_id", "start_at")
        .with_columns(until=pl.col("start_at").shift(-1).over("agent_id"))
        .with_columns(
            until=pl.when(pl.col("until").is_null() & (pl.col("state") != "offline"))
            .then(pl.lit(now))
            .otherwise(pl.col("until"))
        )
        .filter(pl.col("until").is_not_null())
        .select("agent_id", "start_at", pl.col("until").alias("end_at"), "state", "reason")
    )
