"""The short event loop for one queue agrees with Erlang, and with the loop for several skills."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from simulated_centres import figures, one_skill

from scheduling.simulation.engine import simulate
from scheduling.simulation.single import simulate_single

TABLES = Path(__file__).parent.parent / "staffing" / "data"
with (TABLES / "erlang_a.csv").open() as lines:
    ROWS = [row for row in csv.DictReader(lines) if 1 <= float(row["load_erl"]) <= 200][1::5]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r["id"])
def test_constant_load_is_erlang_a(row: dict[str, str]) -> None:
    found = simulate_single(
        float(row["calls_per_hour"]), float(row["aht_s"]), float(row["patience_s"]),
        int(row["agents"]), sl_definition="offered", target_s=float(row["target_s"]),
        contacts=5_000, warm=1_500, replications=40, seed=int(row["id"][1:]),
    )  # fmt: skip
    for figure, column, slack in (
        (found.sl, "sl_answered_in_T_over_offered", 1e-4),
        (found.p_abandon, "p_abandon", 1e-4),
        (found.asa_s, "asa_answered_s", 1e-4 * float(row["patience_s"])),
        (found.occupancy, "occupancy", 1e-4),
    ):
        assert abs(float(figure.value) - float(row[column])) <= 5 * float(figure.error) + slack


def test_both_loops_give_the_same_figures() -> None:
    short = simulate_single(2880, 60, 120, 50, sl_definition="offered", replications=40)
    whole = figures(simulate(one_skill(2880, 60, 120, 50, 20, 400_000, 40), 40, seed=2))
    error = float(short.sl.error) + float(whole["sl"].error)
    assert abs(float(short.sl.value) - float(whole["sl"].value)) < 5 * error
    assert float(short.sl.value) == pytest.approx(0.9430, abs=5 * float(short.sl.error))


def test_constant_handle_times_make_callers_wait_less_than_erlang_says() -> None:
    given = {"sl_definition": "offered", "replications": 40, "seed": 3}
    spread = simulate_single(200, 180, None, 12, **given)  # type: ignore[arg-type]  # names
    same = simulate_single(200, 180, None, 12, handling="log-normal", cv2=0.0, **given)  # type: ignore[arg-type]  # names
    assert float(same.asa_s.value) == pytest.approx(0.55 * float(spread.asa_s.value), rel=0.12)


def test_the_same_seed_gives_the_same_bytes() -> None:
    first, again = (
        simulate_single(200, 180, 60, 11, sl_definition="answered", replications=3, seed=4)
        for _ in range(2)
    )
    assert first.counts.tobytes() == again.counts.tobytes()


def test_values_that_make_no_sense_are_named() -> None:
    with pytest.raises(ValueError, match="agents is 0: it must be above 0"):
        simulate_single(200, 180, 60, 0, sl_definition="offered")
