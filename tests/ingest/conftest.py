"""A store with a small organisation, and a clock that stands at 6 January 2026, noon UTC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import select

from wfm.domain.clock import FixedClock
from wfm.ingest.delivery import LoadReport
from wfm.ingest.load import load_files
from wfm.ingest.options import ReadOptions
from wfm.store.schema import raw_batch
from wfm.store.store import Store, open_store

ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to
acme,enterprise,,Acme,,,2020-01-01,
madrid,site,acme,Madrid,Europe/Madrid,Mon-Fri 08:00-20:00,2020-01-01,
m1,team,madrid,Madrid 1,,,2020-01-01,
"""
PEOPLE_HEAD = "agent_id,valid_from,display_name,team_id,role,login_aliases\n"
QUEUES = """queue_id,valid_from,name,channel,sl_threshold_s,short_abandon_s,site_id
sales,2020-01-01T00:00:00Z,Sales,voice,20,5,madrid
care,2020-01-01T00:00:00Z,Care,voice,30,5,madrid
"""


@dataclass
class Centre:
    """A store and the ways a test speaks to it."""

    store: Store
    clock: FixedClock
    folder: Path

    def load(self, name: str, content: str | bytes, **named: object) -> LoadReport:
        """The report of one file with this content."""
        reports = self.load_all({name: content}, **named)
        return reports[0]

    def load_all(
        self, files: dict[str, str | bytes], format: str = "csv", **named: object
    ) -> tuple[LoadReport, ...]:
        """The reports of several files loaded by one call."""
        paths = []
        for name, content in files.items():
            path = self.folder / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            paths.append(path)
        return load_files(self.store, self.clock, format, paths, **named)  # type: ignore[arg-type]

    def rows(self, table: str) -> pl.DataFrame:
        """Live raw rows of a table, each event once in its newest version."""
        with self.store.db.read() as connection:
            names = connection.scalars(
                select(raw_batch.c.file).where(
                    raw_batch.c.table_name == table, raw_batch.c.compacted_into.is_(None)
                )
            ).all()
        if not names:
            return pl.DataFrame()
        frame = pl.concat([pl.read_parquet(self.store.files.path(name)) for name in names])
        ordered = frame.sort("event_key", "seq", "payload_hash")
        return ordered.unique("event_key", keep="last", maintain_order=True)


def people(*ids: str) -> str:
    """A people file: each agent in Madrid 1, with login PJSIP/<number> at source `pbx`."""
    return PEOPLE_HEAD + "".join(
        f"{i},2020-01-01T00:00:00Z,Agent {i},m1,agent,pbx:PJSIP/{i}\n" for i in ids
    )


def centre_at(folder: Path, url: str | None = None) -> Centre:
    store = open_store(url or f"sqlite:///{folder / 'muster.sqlite'}", folder / "data")
    incoming = folder / "incoming"
    incoming.mkdir()
    return Centre(store, FixedClock(datetime(2026, 1, 6, 12, tzinfo=UTC)), incoming)


@pytest.fixture
def empty(tmp_path: Path, store_url: Callable[..., str]) -> Centre:
    """A store with nothing in it."""
    return centre_at(tmp_path, store_url(tmp_path))


@pytest.fixture
def centre(empty: Centre) -> Centre:
    """A store with one site, team, two queues and agents 100 to 104."""
    empty.load_all(
        {
            "org.csv": ORG,
            "queues.csv": QUEUES,
            "people.csv": people("100", "101", "102", "103", "104"),
        }
    )
    return empty


@pytest.fixture
def pbx() -> dict[str, object]:
    """How a queue log of the source `pbx` is loaded."""
    return {"format": "asterisk-queue-log", "options": ReadOptions("pbx"), "source_id": "pbx"}
