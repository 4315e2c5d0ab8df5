"""Truth tables of Erlang A, B and C, required agents and gross-up, within each row's tolerance."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest

from scheduling.staffing.erlang import carried_load, erlang_b, erlang_c
from scheduling.staffing.gross import basis_points, gross_agents, joined_shrinkage
from scheduling.staffing.offered_load import modified_offered_load, split_halves
from scheduling.staffing.patience import erlang_a
from scheduling.staffing.requirement import Targets, achieved, required_agents
from scheduling.staffing.waiting import Room, flooded

DATA = Path(__file__).parent / "data"
SL_COLUMNS = {
    "sl_offered": "sl_answered_in_T_over_offered",
    "sl_answered": "sl_answered_in_T_over_answered",
    "sl_abandon_ignored": "sl_answered_in_T_over_offered_minus_ab_in_T",
    "sl_abandon_positive": "sl_answered_or_ab_in_T_over_offered",
}


def table(name):
    with (DATA / name).open(newline="") as handle:
        return list(csv.DictReader(handle))


def column(rows, name):
    return np.array([float(row[name]) if row[name] else math.nan for row in rows])


def close(expected, got, relative, absolute=0.0):
    np.testing.assert_allclose(got, expected, rtol=relative, atol=absolute)


def test_erlang_b_reference():
    rows = table("erlang_b.csv")
    cells = (column(rows, "load_erl"), column(rows, "servers"))
    close(column(rows, "blocking"), erlang_b(*cells), 1e-12, 1e-290)
    close(column(rows, "carried_erl"), carried_load(*cells), 1e-12)


def test_erlang_c_reference():
    rows = table("erlang_c.csv")
    inputs = ("calls_per_hour", "aht_s", "agents", "target_s")
    found = erlang_c(*(column(rows, name) for name in inputs))
    for name in ("p_wait", "sl", "asa_s", "asa_of_waiters_s", "occupancy", "mean_queue"):
        close(column(rows, name), getattr(found, name), 1e-9)


def test_erlang_a_reference():
    rows = table("erlang_a.csv")
    inputs = ("calls_per_hour", "aht_s", "patience_s", "agents", "target_s")
    found = erlang_a(*(column(rows, name) for name in inputs))
    for name in (
        "p_wait", "p_abandon", "p_abandon_given_wait", "asa_answered_s", "mean_wait_all_s",
        "occupancy", "mean_queue",
    ):  # fmt: skip
        close(column(rows, name), getattr(found, name), 1e-8)
    for ours, theirs in SL_COLUMNS.items():
        close(column(rows, theirs), getattr(found, ours), 1e-8, 1e-12)


@pytest.mark.parametrize("model", ["A", "C"])
def test_required_agents_reference(model):
    rows = [row for row in table("required_agents.csv") if row["model"] == model]
    found = required_agents(
        column(rows, "calls") * 3600 / column(rows, "interval_s"),
        column(rows, "aht_s"),
        column(rows, "patience_s") if model == "A" else None,
        Targets(
            "offered",
            sl=column(rows, "target_sl"),
            target_s=column(rows, "target_s"),
            asa_s=column(rows, "target_asa_s"),
            max_abandon=column(rows, "max_abandon"),
            max_occupancy=column(rows, "max_occupancy"),
        ),
    )
    assert [int(row["agents"]) for row in rows] == found.agents.tolist()
    close(column(rows, "sl_at_agents"), found.sl, 1e-9, 1e-11)
    close(column(rows, "sl_at_agents_minus_1"), found.sl_at_minus_1, 1e-9, 1e-11)
    close(column(rows, "asa_s"), found.asa_s, 1e-8)
    close(column(rows, "p_abandon"), found.p_abandon, 1e-8)
    busy = found.agents > 0
    assert np.all(found.required[busy] > found.agents[busy] - 1)
    assert np.all(found.required <= found.agents)
    gross = [
        gross_agents(int(net), basis_points(float(row["shrinkage"])))
        for net, row in zip(found.agents, rows, strict=True)
    ]
    assert [int(row["gross_divide"]) for row in rows] == gross


def test_gross_up_is_exact_for_every_whole_percentage():
    for percent in range(1, 100):
        for net in range(1, 400):
            assert -(-net * 100 // (100 - percent)) == gross_agents(net, percent * 100)


def test_gross_up_table_and_joined_parts():
    for row in table("shrinkage.csv"):
        net, shrinkage = int(row["net_agents"]), float(row["shrinkage"])
        assert int(row["gross_divide_ceil"]) == gross_agents(net, basis_points(shrinkage))
    assert float(joined_shrinkage([2000, 1000])) == 0.28


@pytest.mark.parametrize(
    ("definition", "value"),
    [
        ("offered", 0.9430),
        ("answered", 0.9731),
        ("abandon_ignored", 0.9720),
        ("abandon_positive", 0.9729),
        ("short_excluded", 0.9576),
    ],
)
def test_the_five_service_levels_of_one_queue_differ_by_name(definition, value):
    level = erlang_a(2880, 60, 120, 50, 20).service_level(definition)
    assert value == pytest.approx(float(level), abs=5e-5)


@pytest.mark.parametrize(
    ("targets", "patience", "agents", "binding"),
    [
        (Targets("offered", sl=0.8), None, 14, "sl"),
        (Targets("offered", asa_s=28), None, 13, "asa"),
        (Targets("offered", asa_s=300), None, 11, "stability"),
        (Targets("offered", max_abandon=0.05), 60, 13, "abandon"),
        (Targets("offered", max_abandon=0.01), 60, 16, "abandon"),
        (Targets("offered", sl=0.0001), None, 11, "stability"),
        (Targets("offered", sl=0.5, max_occupancy=0.6), None, 17, "occupancy"),
    ],
)
def test_ten_erlangs_of_180_seconds_need_this_many_and_say_why(targets, patience, agents, binding):
    found = required_agents(200, 180, patience, targets)
    assert (agents, binding) == (int(found.agents), str(found.binding))


def test_no_contacts_need_nobody_and_miss_nothing():
    found = required_agents([0.0, 0.0], 180, None, Targets("offered", sl=0.8))
    assert (found.agents.tolist(), found.sl.tolist()) == ([0, 0], [1.0, 1.0])


def test_fewer_agents_than_load_are_valid_when_callers_hang_up():
    found = achieved(200, 180, 60, 8, sl_definition="offered", target_s=20)
    assert (
        pytest.approx(float(found.p_abandon), abs=1e-5),
        pytest.approx(float(found.sl), abs=1e-5),
        pytest.approx(float(found.occupancy), abs=1e-5),
    ) == (0.27835, 0.52755, 0.90206)


def test_nine_and_a_half_agents_achieve_the_middle_of_nine_and_ten():
    low, middle, high = (
        float(achieved(150, 180, 120, n, sl_definition="offered").sl) for n in (9, 9.5, 10)
    )
    assert (low + high) / 2 == pytest.approx(middle)


def test_gross_overload_with_long_patience_stays_finite():
    found = erlang_a(500_000, 300, 300, 10, 20)
    assert pytest.approx(float(found.p_abandon), abs=1e-8) == 0.99976
    assert float(found.sl_offered) == 0.0


def test_more_contacts_than_agents_can_take_have_an_answer_however_long_they_wait():
    # 200 an hour of 180 s are 10 erlangs: of nine agents' work a tenth is too much.
    found = erlang_a(200, 180, 1e9, [9, 8], 20)
    assert found.p_abandon.tolist() == pytest.approx([0.1, 0.2], rel=1e-12)
    assert found.sl_offered.tolist() == [0.0, 0.0]
    assert found.mean_queue.tolist() == pytest.approx([200 / 3600 * 1e8, 200 / 3600 * 2e8])
    lost = required_agents(173, 180, 1e9, Targets("offered", max_abandon=0.3))
    assert (int(lost.agents), round(float(lost.p_abandon), 6)) == (7, 0.190751)


def test_a_flood_of_waiting_contacts_is_the_same_by_sums_and_by_the_gamma_distribution():
    cells = ([72_000, 5_000, 2_000], [60, 180, 180], [1_200, 1e6, 1e5], [300, 240, 30], 60_000)
    summed = erlang_a(*cells)
    waiting = Room(
        *(np.ones(3), np.ones(3), np.array([24_000, 1.388888888888889e6, 55555.555555555555])),
        *(np.array([6_000, 1.333333333333333e6, 30 * 1e5 / 180]), np.array([1_200, 1e6, 1e5])),
        *(np.full(3, 6e4), np.full(3, 5.0)),
    )
    for name, values in flooded(waiting).items():
        close(getattr(summed, name), values, 1e-9, 1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((200, 0, 14, 20), "aht_s is 0.0: it must be above 0."),
        ((-1, 180, 14, 20), "calls_per_hour is -1.0: it must be at least 0."),
        ((200, 180, 13.5, 20), "agents is 13.5: it must be a whole number."),
        ((200, math.nan, 14, 20), "aht_s is nan: it must be above 0."),
    ],
)
def test_an_impossible_input_names_field_and_value(arguments, message):
    with pytest.raises(ValueError, match=message.replace(".", r"\.")):
        erlang_c(*arguments)


def test_a_requirement_without_target_or_with_certainty_is_refused():
    with pytest.raises(ValueError, match="No target"):
        required_agents(200, 180, None, Targets("offered"))
    with pytest.raises(ValueError, match="no finite number of agents is certain"):
        required_agents(200, 180, None, Targets("offered", sl=1.0))
    with pytest.raises(ValueError, match=r"shrinkage is 1\.0"):
        basis_points(1.0)


def test_work_in_hand_follows_arrivals_by_a_handle_time():
    load = modified_offered_load([100, 0, 0, 0], 300, 900)
    assert [pytest.approx(x, abs=5e-4) for x in load] == [33.333, 9.537, 0.475, 0.024]
    steady = modified_offered_load([10] * 40, 900, 900)
    assert pytest.approx(steady.tolist()) == [10.0] * 40


def test_half_hours_split_into_sloping_quarters_with_the_same_sum():
    assert split_halves([4, 8]).tolist() == [1.5, 2.5, 3.5, 4.5]
    assert split_halves([7]).tolist() == [3.5, 3.5]
