"""The centre lives on in deliveries that can be cut off, repeated and taken up again."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wfm.domain.clock import FixedClock, instant_at
from wfm.ingest.load import LoadReport, load_files
from wfm.simulator.centre import SOURCE
from wfm.simulator.events import History
from wfm.simulator.live import LiveFeed
from wfm.simulator.memory import Memory, read_memory, write_memory
from wfm.simulator.standing_csv import write_standing
from wfm.store.store import Store, open_store

BEGAN = int(datetime(2026, 11, 2, 9, tzinfo=UTC).timestamp())


class Centre:
    """A store with the centre's people in it, and everything that was loaded so far."""

    def __init__(self, folder: Path, history: History) -> None:
        self.folder, self.history = folder, history
        self.store: Store = open_store(f"sqlite:///{folder / 'muster.sqlite'}", folder)
        self.reports: list[LoadReport] = []
        self.load(write_standing(folder / "standing", history.centre))
        self.reports.clear()
        write_memory(folder, Memory(11, "small", BEGAN, True, BEGAN))

    def load(self, paths: Sequence[Path]) -> None:
        clock = FixedClock(instant_at(BEGAN + 86_400))
        self.reports += load_files(self.store, clock, "csv", paths, source_id=SOURCE)

    def feed(self) -> LiveFeed:
        memory = read_memory(self.folder)
        assert memory is not None
        return LiveFeed(self.history, memory, self.folder, self.load)

    def count(self, name: str, kind: str) -> int:
        return sum(getattr(r, name) for r in self.reports if r.file.startswith(kind))


@pytest.fixture
def centre(tmp_path: Path, history: History) -> Centre:
    return Centre(tmp_path, history)


def test_deliveries_bring_every_event_once(centre: Centre) -> None:
    feed = centre.feed()
    for minutes in (1, 2, 7, 60, 200):
        feed.deliver_until(BEGAN + minutes * 60)
    span = centre.history.span(BEGAN, BEGAN + 200 * 60)
    assert centre.count("loaded", "calls") == span.contacts.height > 50
    # What begins at a desk is told open, and again when it is over.
    key = ("agent_id", "start_at", "state", "reason", "contact_id")
    rows, told = span.states.height, span.states.unique(key).height
    assert told <= centre.count("loaded", "agent_states") <= rows
    assert {r.quarantined for r in centre.reports} == {0}
    assert list((centre.folder / "drop").iterdir()) == []


def test_a_second_start_goes_on_where_the_first_stopped(centre: Centre) -> None:
    centre.feed().deliver_until(BEGAN + 1800)
    later = centre.feed()
    assert later.delivered_until == BEGAN + 1800
    later.deliver_until(BEGAN + 3600)
    span = centre.history.span(BEGAN, BEGAN + 3600)
    assert centre.count("loaded", "calls") == span.contacts.height
    assert centre.count("duplicates", "calls") == 0


def test_a_delivery_whose_end_was_not_remembered_comes_again_as_duplicates(
    centre: Centre,
) -> None:
    centre.feed().deliver_until(BEGAN + 1800)
    write_memory(centre.folder, Memory(11, "small", BEGAN, True, BEGAN))
    first = centre.count("loaded", "calls")
    centre.feed().deliver_until(BEGAN + 2400)
    span = centre.history.span(BEGAN, BEGAN + 2400)
    assert centre.count("duplicates", "calls") == first
    assert centre.count("loaded", "calls") == span.contacts.height


def test_a_refused_delivery_is_not_remembered(centre: Centre) -> None:
    def refuse(paths: Sequence[Path]) -> None:
        raise OSError("no space left")

    memory = read_memory(centre.folder)
    assert memory is not None
    feed = LiveFeed(centre.history, memory, centre.folder, refuse)
    with pytest.raises(OSError, match="no space left"):
        feed.deliver_until(BEGAN + 1800)
    assert read_memory(centre.folder) == memory
