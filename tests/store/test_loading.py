"""How far history is loaded: days to look at, of those touched and those a job has announced."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboards.parts.states import loading_notice
from wfm.domain.scope import ENTERPRISE
from wfm.queries.loading import Loading, loading_of
from wfm.store.builds import Built, claim_day, hold_day, swap_build
from wfm.store.manifest import mark_dirty
from wfm.store.readers.jobs import read_job
from wfm.store.schema import job
from wfm.store.store import Store, open_store
from wfm.store.writers.jobs import create_job, end_job, renew_lease

TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(f"sqlite:///{tmp_path / 'muster.sqlite'}", tmp_path)


def _touch(store: Store, *days: date) -> None:
    with store.db.write() as connection:
        mark_dirty(connection, days)


def _build(store: Store, *days: date) -> None:
    for day in days:
        with store.db.write() as connection:
            claim = claim_day(connection, day, "test")
            assert claim is not None
            built = Built({}, (), "hash", "rules", "1", 0)
            assert swap_build(connection, claim, built, built_at=0, closed=False)


def test_an_empty_store_and_one_that_is_built_are_not_loading(store: Store) -> None:
    assert loading_of(store, TODAY) is None
    days = [TODAY - n * DAY for n in range(5)]
    _touch(store, *days)
    assert loading_of(store, TODAY) == Loading(0, 5, True, frozenset(days))
    _build(store, *days[:3])
    assert loading_of(store, TODAY) == Loading(3, 5, True, frozenset(days[3:]))
    _build(store, *days[3:])
    assert loading_of(store, TODAY) is None


def test_today_and_yesterday_alone_are_no_history(store: Store) -> None:
    _touch(store, TODAY, TODAY - DAY, TODAY + DAY, TODAY + 7 * DAY)
    assert loading_of(store, TODAY) is None


def test_days_that_a_job_announced_wait_until_it_is_over(store: Store) -> None:
    span = {"first_on": str(TODAY - 90 * DAY), "end_on": str(TODAY + 2 * DAY)}
    with store.db.write() as connection:
        job_id = create_job(
            connection, "history", span, author="t", created_at=0, owner="loader"
        )  # fmt: skip
    newest = [TODAY - n * DAY for n in range(23)]
    _touch(store, *newest)
    _build(store, *newest)
    older = frozenset(TODAY - n * DAY for n in range(23, 91))
    assert loading_of(store, TODAY) == Loading(23, 91, True, older)
    with store.db.write() as connection:
        connection.execute(job.update().values(lease_until=0))
    assert loading_of(store, TODAY) == Loading(23, 91, False, older)
    with store.db.write() as connection:
        found = read_job(connection, ENTERPRISE, job_id)
        assert found is not None
        end_job(connection, found, "cancelled", "Cancelled.", ended_at=1)
    assert loading_of(store, TODAY) is None


def test_a_built_day_of_which_a_part_was_delivered_is_not_all_there(store: Store) -> None:
    span = {"first_on": str(TODAY - 5 * DAY), "end_on": str(TODAY + DAY)}
    with store.db.write() as connection:
        job_id = create_job(
            connection, "history", span, author="t", created_at=0, owner="loader"
        )  # fmt: skip
        found = read_job(connection, ENTERPRISE, job_id)
        assert found is not None
        renew_lease(connection, found, detail={"whole_from": TODAY - 2 * DAY})
    newest = [TODAY - n * DAY for n in range(4)]
    _touch(store, *newest)
    _build(store, *newest)
    known = loading_of(store, TODAY)
    waiting = frozenset(TODAY - n * DAY for n in (3, 4, 5))
    assert known == Loading(3, 6, True, waiting)
    assert (known.lacks(TODAY - 4 * DAY, TODAY - 2 * DAY), known.lacks(TODAY, TODAY)) == (2, 0)


def test_a_day_held_for_its_deliveries_is_not_built_until_it_is_released(store: Store) -> None:
    with store.db.write() as connection:
        held = hold_day(connection, TODAY, "loader")
        assert held is not None
        assert held.day == TODAY
        mark_dirty(connection, [TODAY])
        assert claim_day(connection, TODAY, "worker") is None
        assert hold_day(connection, TODAY, "loader") is not None


def test_the_notice_is_plain_and_gone_when_history_is_complete() -> None:
    shown = loading_notice(Loading(23, 91, True))
    assert (shown.children, shown.hidden) == ("History is loading: 23 of 91 days", False)
    stopped = loading_notice(Loading(23, 91, False))
    assert stopped.children == "History is not complete: 23 of 91 days are loaded"
    gone = loading_notice(None)
    assert (gone.children, gone.hidden) == ("", True)
