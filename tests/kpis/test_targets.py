"""Which target holds, for whom and since when: the golden cases of resolution and weighting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from sqlalchemy import insert

from kpis.catalogue.load import CATALOGUE
from kpis.definition import Bands
from kpis.targets import added_bands, bands_of, effective, provenance, resolve, weighted_bands
from wfm.domain.scope import Scope
from wfm.domain.targets import Membership, Target, TargetBook
from wfm.queries.targets import read_targets
from wfm.store import schema
from wfm.store.store import Store, open_store

ADHERENCE = CATALOGUE["adherence"]


def at(day: str) -> int:
    return int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())


def row(
    target_id: int, level: str, key: str, value: float, first: str, end: str | None, recorded: str,
    contact_type: str = "", reason: str = "",
) -> Target:  # fmt: skip
    return Target(
        target_id, "adherence", level, key, contact_type, value, None, 2.0,
        date.fromisoformat(first), date.fromisoformat(end) if end else None, at(recorded),
        "Ana M.", reason,
    )  # fmt: skip


BOOK = TargetBook(
    targets=(
        row(1, "enterprise", "*", 92, "2026-01-01", None, "2025-12-01"),
        row(2, "site", "phoenix", 93, "2026-01-01", None, "2025-12-01"),
        row(3, "team", "t7", 94, "2026-03-01", "2026-04-01", "2026-02-20"),
        row(4, "site", "phoenix", 95, "2026-01-01", None, "2025-12-01", "sales"),
        row(5, "site", "phoenix", 93.5, "2026-03-01", None, "2026-03-10", reason="quarter plan."),
    ),
    memberships=(
        Membership("a1", "t7", date(2025, 1, 1), date(2026, 5, 1)),
        Membership("a1", "t9", date(2026, 5, 1)),
    ),
    site_of_team=MappingProxyType({"t7": "phoenix", "t9": "lyon"}),
    names=MappingProxyType(
        {("site", "phoenix"): "Phoenix", ("team", "t7"): "Team 7", ("agent", "a1"): "Kim B."}
    ),
)
AGENT = Scope("phoenix", "t7", "a1")


@pytest.mark.parametrize(
    ("day", "contact_type", "known_at", "target_id"),
    [
        ("2026-02-15", "", "2026-12-31", 2),
        ("2026-03-15", "", "2026-12-31", 3),
        ("2026-04-01", "", "2026-12-31", 5),
        ("2026-04-01", "", "2026-03-05", 2),
        ("2026-04-01", "sales", "2026-12-31", 4),
        ("2025-06-01", "", "2026-12-31", None),
    ],
)
def test_the_most_specific_row_in_force_and_known_wins(
    day: str, contact_type: str, known_at: str, target_id: int | None
) -> None:
    found = resolve(BOOK, "adherence", date.fromisoformat(day), AGENT, contact_type, at(known_at))
    assert target_id == (found.target_id if found else None)


def test_an_agent_who_changed_team_inherits_from_the_team_of_that_day() -> None:
    found = resolve(BOOK, "adherence", date(2026, 5, 2), AGENT)
    assert found is not None
    assert found.level == "enterprise"


def test_a_later_row_of_the_same_second_wins_by_its_id() -> None:
    rows = (
        row(1, "enterprise", "*", 90, "2026-01-01", None, "2025-12-01"),
        row(2, "enterprise", "", 91, "2026-01-01", None, "2025-12-01"),
    )
    found = resolve(TargetBook(rows), "adherence", date(2026, 1, 5), Scope())
    assert found is not None
    assert found.target_id == 2


def test_provenance_says_who_set_it_for_whom_and_who_inherits() -> None:
    team = Scope("phoenix", "t7")
    found = resolve(BOOK, "adherence", date(2026, 2, 15), team)
    assert (
        provenance(BOOK, ADHERENCE, found, team, "93.0 %")
        == "93.0 %, set for Site Phoenix by Ana M. on 2026-01-01, inherited by Team 7"
    )
    found = resolve(BOOK, "adherence", date(2026, 4, 1), AGENT)
    assert (
        provenance(BOOK, ADHERENCE, found, AGENT)
        == "set for Site Phoenix by Ana M. on 2026-03-01, inherited by Kim B. Reason: quarter plan"
    )


def test_without_a_row_the_catalogue_gives_its_default_and_says_so() -> None:
    given = effective(TargetBook(), ADHERENCE, date(2026, 1, 1), Scope(), "", "92.0 %")
    assert given is not None
    assert Bands(green_lo=92, amber_lo=88) == given.bands
    assert (
        given.source == "92.0 %, default of the catalogue "
        "(above 90 is good, below 85 does harm, 93 is typical; LCX, DIALOG)"
    )


def test_a_kpi_without_row_and_default_has_no_target() -> None:
    aht = CATALOGUE["average_handle_time"]
    assert effective(TargetBook(), aht, date(2026, 1, 1), Scope(), "", "") is None


def test_a_row_sets_limits_in_the_direction_of_the_kpi() -> None:
    assert Bands(green_lo=95, amber_lo=93) == bands_of(
        ADHERENCE, row(1, "site", "x", 95, "2026-01-01", None, "2026-01-01")
    )
    single = Target(
        1, "average_handle_time", "site", "x", "", 300, None, None, date(2026, 1, 1), None, 0, "a"
    )
    assert Bands(285, 315, 270, 330, 300) == bands_of(CATALOGUE["average_handle_time"], single)


def test_a_period_over_a_change_weighs_each_days_target_by_its_own_base() -> None:
    days = [(Bands(green_lo=90, amber_lo=88), 9000.0), (Bands(green_lo=95, amber_lo=93), 27000.0)]
    assert Bands(green_lo=93.75, amber_lo=91.75) == weighted_bands(days)


def test_targets_of_counts_add_up() -> None:
    assert Bands(green_lo=500, amber_lo=450) == added_bands([Bands(green_lo=100, amber_lo=90)] * 5)


@pytest.fixture
def store(tmp_path: Path, store_url: Callable[..., str]) -> Store:
    store = open_store(store_url(tmp_path), tmp_path)
    first = date(2025, 1, 1)
    units = [
        ("all", "enterprise", None, "All"), ("phoenix", "site", "all", "Phoenix"),
        ("lyon", "site", "all", "Lyon"), ("t7", "team", "phoenix", "Team 7"),
        ("t8", "team", "phoenix", "Team 8"),
    ]  # fmt: skip
    values = [("enterprise", "*", 92), ("site", "phoenix", 93), ("site", "lyon", 97),
              ("team", "t7", 94), ("team", "t8", 96), ("agent", "a1", 98)]  # fmt: skip
    with store.db.write() as connection:
        connection.execute(
            insert(schema.org_unit),
            [
                {"org_id": o, "valid_from": first, "org_level": level, "parent_id": parent,
                 "name": name, "timezone": "America/Phoenix"}
                for o, level, parent, name in units
            ],
        )  # fmt: skip
        connection.execute(
            insert(schema.person),
            [{"agent_id": "a1", "valid_from_at": at("2026-01-01"), "display_name": "Kim B.",
              "team_id": "t7", "role": "agent"}],
        )  # fmt: skip
        connection.execute(
            insert(schema.target),
            [
                {"kpi_id": "adherence", "level": level, "key": key, "contact_type": "",
                 "value_lo": value, "effective_from": first, "recorded_at": at(f"2026-0{n}-01"),
                 "author": "Ana M.", "reason": "", "source": "user"}
                for n, (level, key, value) in enumerate(values, start=1)
            ],
        )  # fmt: skip
    return store


def test_a_team_reads_its_own_targets_and_those_above_but_no_other_teams(store: Store) -> None:
    book = read_targets(store, Scope("phoenix", "t7"))
    assert [t.value_lo for t in book.targets] == [92, 93, 94, 98]
    assert book.team_of("a1", date(2026, 6, 1)) == "t7"
    assert book.name_of("site", "phoenix") == "Site Phoenix"


def test_a_report_run_as_of_march_knows_what_was_known_in_march(store: Store) -> None:
    book = read_targets(store, Scope(), known_at=at("2026-03-15"))
    assert [t.value_lo for t in book.targets] == [92, 93, 97]
