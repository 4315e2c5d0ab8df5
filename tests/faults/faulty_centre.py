"""A small store in which one day is built and waits to be built again."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from wfm.domain.clock import FixedClock, instant_at
from wfm.domain.grid import day_start
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.store import Store, open_store

DAY = date(2026, 3, 2)
NOW = day_start(date(2026, 3, 3), "UTC") + 7200  # the day is over and not closed yet
CLOCK = FixedClock(instant_at(NOW))
FILES = {
    "org": "org_id,org_level,parent_id,name,timezone,valid_from\n"
           "c,enterprise,,C,UTC,2026-01-01\ns,site,c,S,UTC,2026-01-01\nt,team,s,T,,2026-01-01\n",
    "queues": "queue_id,valid_from,name,channel,site_id,sl_threshold_s,short_abandon_s\n"
              "help,2026-01-01T00:00:00Z,Help,voice,s,20,5\n",
    "people": "agent_id,display_name,team_id,role,valid_from\n"
              + "".join(f"a{n},A{n},t,agent,2026-01-01T00:00:00Z\n" for n in range(9)),
}  # fmt: skip
__all__ = ["CLOCK", "DAY", "NOW", "deliver", "open_centre", "waiting_store"]


def open_centre(folder: Path) -> Store:
    """A store with one site, one team, nine agents and a queue."""
    store = open_store(f"sqlite:///{folder / 'm.sqlite'}", folder)
    drop = folder / "drop"
    drop.mkdir()
    for name, text in FILES.items():
        (drop / f"{name}.csv").write_text(text)
    for report in load_files(store, CLOCK, "csv", [drop]):
        assert not report.rejected, report
    return store


def deliver(store: Store, first: int, count: int) -> None:
    """Contacts `first` up to `first + count`, each half a minute after the one before."""
    lines = ["contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,"
             "ended_at,outcome,talk_s"]  # fmt: skip
    for n in range(first, first + count):
        at = day_start(DAY, "UTC") + 30_000 + 30 * n
        lines.append(f"c{n},1,voice,inbound,help,a{n % 9},{_at(at)},{_at(at + 5)},"
                     f"{_at(at + 65)},answered,60")  # fmt: skip
    path = store.files.root / f"calls-{first}.csv"
    path.write_text("\n".join(lines) + "\n")
    (report,) = load_files(store, CLOCK, "csv", [path])
    assert report.loaded == count, report


def waiting_store(folder: Path) -> tuple[Path, int]:
    """The folder of a store whose day has 40 contacts in its facts and 25 more waiting."""
    folder.mkdir()
    store = open_centre(folder)
    deliver(store, 0, 40)
    rebuild_dirty(store, CLOCK, "first")
    deliver(store, 40, 25)
    store.db.close()
    return folder, NOW


def _at(epoch: int) -> str:
    return instant_at(epoch).strftime("%Y-%m-%dT%H:%M:%SZ")
