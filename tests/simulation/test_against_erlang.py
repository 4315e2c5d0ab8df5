"""The event loop agrees with Erlang A and C wherever these are exact (STF-19)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from simulated_centres import ALL, figures, one_skill, pooled_level, two_skills

from scheduling.simulation.centre import Centre
from scheduling.simulation.engine import simulate
from scheduling.simulation.outcome import service_level
from scheduling.staffing.patience import erlang_a

TABLES = Path(__file__).parent.parent / "staffing" / "data"
RUNS = 40


def rows(name: str, least: float, most: float, keep: int) -> list[dict[str, str]]:
    with (TABLES / name).open() as lines:
        found = [r for r in csv.DictReader(lines) if least <= float(r["load_erl"]) <= most]
    # Rare abandonment and rows with hardly an event are confirmed analytically, not by counting.
    return found[::keep]


def agree(found: object, expected: float, slack: float) -> bool:
    value, error = float(found.value), float(found.error)  # type: ignore[attr-defined]  # Estimate
    return abs(value - expected) <= 5 * error + slack


@pytest.mark.parametrize("row", rows("erlang_a.csv", 1, 200, 4), ids=lambda r: r["id"])
def test_constant_load_with_patience_is_erlang_a(row: dict[str, str]) -> None:
    agents = int(row["agents"])
    centre = one_skill(
        float(row["calls_per_hour"]), float(row["aht_s"]), float(row["patience_s"]), agents,
        float(row["target_s"]), 60_000, RUNS,
    )  # fmt: skip
    found = figures(simulate(centre, RUNS, seed=int(row["id"][1:])))
    # A few events decide nothing: ten of 60,000 contacts are allowed beside five errors.
    assert agree(found["sl"], float(row["sl_answered_in_T_over_offered"]), 2e-4)
    assert agree(found["p_abandon"], float(row["p_abandon"]), 2e-4)
    assert agree(found["asa_s"], float(row["asa_answered_s"]), 2e-4 * float(row["patience_s"]))
    assert agree(found["occupancy"], float(row["occupancy"]), 2e-4)


@pytest.mark.parametrize(
    "row",
    [r for r in rows("erlang_c.csv", 1, 60, 1) if 0.5 < float(r["occupancy"]) < 0.9][::3],
    ids=lambda r: r["id"],
)
def test_endless_patience_is_erlang_c(row: dict[str, str]) -> None:
    centre = one_skill(
        float(row["calls_per_hour"]), float(row["aht_s"]), None, int(row["agents"]),
        float(row["target_s"]), 80_000, RUNS,
    )  # fmt: skip
    found = figures(simulate(centre, RUNS, seed=int(row["id"][1:])))
    assert agree(found["sl"], float(row["sl"]), 2e-4)
    assert agree(found["asa_s"], float(row["asa_s"]), 1e-3 * float(row["aht_s"]))
    assert agree(found["occupancy"], float(row["occupancy"]), 2e-4)


def both(centre: Centre) -> tuple[float, float, float, float]:
    counted = simulate(centre, 40, seed=5)
    x, y = (service_level(counted, i, ALL) for i in (0, 1))
    return float(x.value), float(x.error), float(y.value), float(y.error)


def test_without_cross_training_each_skill_is_its_own_erlang_a() -> None:
    x, x_error, y, y_error = both(two_skills((30, 30), (32, 32), 0))
    split = float(erlang_a(360, 300, 180, 32, 20).sl_offered)
    assert round(split, 3) == 0.790
    assert abs(x - split) <= 5 * x_error
    assert abs(y - split) <= 5 * y_error


def test_with_everybody_trained_for_both_the_skills_are_one_pool() -> None:
    counted = simulate(two_skills((30, 30), (0, 0), 64), 40, seed=6)
    pooled = float(erlang_a(720, 300, 180, 64, 20).sl_offered)
    assert round(pooled, 3) == 0.870
    x = service_level(counted, 0, ALL)
    assert abs(pooled_level(counted) - pooled) <= 5 * float(x.error)


@pytest.mark.parametrize(("generalists", "expected"), [(6, 0.827), (20, 0.860), (32, 0.868)])
def test_a_few_generalists_give_most_of_the_gain(generalists: int, expected: float) -> None:
    alone = (64 - generalists) // 2
    found = simulate(two_skills((30, 30), (alone, alone), generalists), 40, seed=7)
    assert abs(pooled_level(found) - expected) < 0.012


def test_generalists_save_the_small_skill_that_a_split_by_load_gives_up() -> None:
    x, _, y, _ = both(two_skills((50, 6), (48, 2), 8))
    assert abs(x - 0.834) < 0.015
    assert abs(y - 0.627) < 0.025
    assert float(erlang_a(72, 300, 180, 3, 20).sl_offered) < 0.2  # 2 and 6/56 of 8
