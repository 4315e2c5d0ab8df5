"""Sites side by side and weeks one after another, in processes of their own."""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from test_plan_jobs import build_site, require

from wfm.cli.executor import executor_of
from wfm.domain.errors import BadInput
from wfm.domain.scope import Scope
from wfm.queries.plans import read_plan_documents
from wfm.store.store import Store, open_store
from wfm.worker.plan_units import UnitWork, plan_unit, plan_units

NOW = datetime(2026, 2, 20, 9, 0, tzinfo=UTC)
WEEKS = ("2026-W10", "2026-W11")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A site with requirements of two weeks and nothing published."""
    folder = tmp_path_factory.mktemp("units")
    store = open_store(f"sqlite:///{folder / 'muster.sqlite'}", folder)
    build_site(store)
    for week, monday in zip(WEEKS, (date(2026, 3, 2), date(2026, 3, 9)), strict=True):
        require(store, week=week, monday=monday)
    return store


def work(store: Store, unit: str, weeks: tuple[str, ...] = WEEKS) -> UnitWork:
    return UnitWork(store.db.url, str(store.files.root), NOW, unit, weeks, ("solve",),
                    {"solve": {"passes": 1}})  # fmt: skip


def test_a_week_goes_on_from_the_draft_before_it_and_a_failing_site_stops_alone(
    store: Store,
) -> None:
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        told = {done[0].unit: done for done in plan_units(executor, [
            work(store, "ny"), work(store, "nowhere"),
        ])}  # fmt: skip
    assert [(one.week, one.step, one.done) for one in told["ny"]] == [
        ("2026-W10", "solve", True), ("2026-W11", "solve", True),
    ]  # fmt: skip
    assert [one.done for one in told["nowhere"]] == [False]
    assert "nowhere" in told["nowhere"][0].message
    first, second = (
        read_plan_documents(store, Scope("ny"), int(one.result["plan_id"])) for one in told["ny"]
    )
    # Whoever works on the draft's Sunday has its end and run of days in the problem that follows.
    sunday = {s["agent"] for s in first[1]["shifts"] if s["day"] == 6}
    before = {a["id"]: a["before"] for a in second[0]["agents"] if "before" in a}
    assert sunday
    assert {a for a, around in before.items() if around["run"] >= 1} == sunday
    assert all("before" not in a for a in first[0]["agents"])


def test_a_week_follows_only_a_draft_that_lies_before_it(store: Store) -> None:
    later = plan_unit(work(store, "ny", WEEKS[1:]))[0].result["plan_id"]
    asked = UnitWork(store.db.url, str(store.files.root), NOW, "ny", WEEKS[:1], ("solve",))
    more = {"solve": {"passes": 1, "follows": later}}
    (done,) = plan_unit(UnitWork(**{**asked.__dict__, "more": more}))
    assert not done.done
    assert done.message == (
        f"Plan {later} has shifts on 2026-03-09; a week can follow only a draft of the weeks "
        "before 2026-03-02."
    )


def test_an_executor_that_is_not_there_is_told_with_what_to_do() -> None:
    with pytest.raises(BadInput, match="leave it empty for processes of this machine"):
        executor_of("local", 2)
    with pytest.raises(BadInput, match="pip install distributed"):
        executor_of("dask://127.0.0.1:1", 2)


def test_a_worker_that_may_start_no_process_says_how_it_may(store: Store) -> None:
    with get_context("spawn").Pool(1) as pool:  # its workers are daemons, like those of a cluster
        [told] = pool.apply(plan_unit, (work(store, "ny"),))
    assert (told.done, told.job_id) == (False, 0)
    assert "DASK_DISTRIBUTED__WORKER__DAEMON=False" in told.message
