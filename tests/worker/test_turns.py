"""Days are rebuilt in turns: today comes often, and a long past comes all the same."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from wfm.domain.clock import FixedClock
from wfm.store.builds import live_days
from wfm.store.manifest import mark_dirty
from wfm.store.store import Store, open_store
from wfm.worker.loop import FactTurns

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOW.date()


def _touch(store: Store, *days: date) -> None:
    with store.db.write() as connection:
        mark_dirty(connection, days)


def _built(store: Store) -> set[int]:
    """How many days ago the built days were."""
    with store.db.read() as connection:
        return {(TODAY - day.day).days for day in live_days(connection) if day.build_id is not None}


def test_older_days_are_built_newest_first_though_today_is_touched_again_and_again(
    tmp_path: Path,
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'muster.sqlite'}", tmp_path)
    turns = FactTurns(store, FixedClock(NOW), "test")
    _touch(store, *(TODAY - n * timedelta(days=1) for n in range(10)), TODAY + timedelta(days=5))
    assert turns.step()
    assert _built(store) == {0, 1, 2, 3, 4}
    _touch(store, TODAY)
    assert turns.step()
    assert _built(store) == {0, 1, 2, 3, 4, 5, 6}
    _touch(store, TODAY)
    assert turns.step()
    assert turns.step()
    assert _built(store) == set(range(10))
    assert not turns.step()
    assert _built(store) == {*range(10), -5}
    with store.db.read() as connection:
        assert all(day.dirty == 0 for day in live_days(connection))


def test_days_that_nobody_can_look_at_yet_come_before_those_that_a_survey_touched_again(
    tmp_path: Path,
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'muster.sqlite'}", tmp_path)
    turns = FactTurns(store, FixedClock(NOW), "test")
    past = [TODAY - n * timedelta(days=1) for n in range(9)]
    _touch(store, *past)
    assert turns.step()
    assert _built(store) == {0, 1, 2, 3, 4}
    # Surveys of the days before come in all the time.
    _touch(store, *past[2:5])
    assert turns.step()
    assert _built(store) == {0, 1, 2, 3, 4, 5, 6}
    _touch(store, *past[2:5])
    assert turns.step()
    assert _built(store) == set(range(9))
