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


def _touched(store: Store) -> set[date]:
    with store.db.read() as connection:
        return {day.day for day in live_days(connection) if day.dirty}


def test_older_days_are_built_newest_first_though_today_is_touched_again_and_again(
    tmp_path: Path,
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'muster.sqlite'}", tmp_path)
    turns = FactTurns(store, FixedClock(NOW), "test")
    _touch(store, *(TODAY - n * timedelta(days=1) for n in range(9)), TODAY + timedelta(days=5))
    for days in (4, 6, 8, 9):
        assert turns.step()
        assert _built(store) == {-5, *range(days)}
        _touch(store, TODAY)
    assert not turns.step()
    with store.db.read() as connection:
        assert all(day.dirty == 0 for day in live_days(connection))


def test_settled_days_that_a_survey_touches_again_wait_for_those_that_nobody_can_look_at_yet(
    tmp_path: Path,
) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'muster.sqlite'}", tmp_path)
    turns = FactTurns(store, FixedClock(NOW), "test")
    past = [TODAY - n * timedelta(days=1) for n in range(9)]
    _touch(store, *past)
    while turns.step():
        # Surveys of the days before come in all the time.
        _touch(store, *past[2:4])
    assert _built(store) == set(range(9))
    assert not turns.step()
    # They are not built again at once, but rest.
    assert _touched(store) == set(past[2:4])
