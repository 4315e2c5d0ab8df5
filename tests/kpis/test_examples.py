"""Every worked example of the catalogue, and the traps in which an average of averages falls."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpis.catalogue.load import CATALOGUE, kpi_of
from kpis.cells import merge_cells, read_cells
from kpis.evaluate import Window, evaluate
from kpis.examples import evaluate_examples
from wfm.domain.errors import BadInput

FILE = Path(__file__).parent / "data" / "examples.csv"
ROWS = list(csv.DictReader(FILE.read_text().splitlines()))
ANSWERS = {a.example_id: a.value for a in evaluate_examples(FILE.read_text().splitlines())}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['example_id']}-{row['kpi_id']}")
def test_a_worked_example_gives_its_value(row: dict[str, str]) -> None:
    value = ANSWERS[row["example_id"]]
    if row["expected"] == "":
        assert value is None
    else:
        assert float(row["expected"]) == pytest.approx(value, abs=float(row["tolerance_abs"]))


def test_there_are_111_examples_of_92_kpis() -> None:
    assert (len(ROWS), len({row["kpi_id"] for row in ROWS})) == (111, 92)


@given(row=st.sampled_from(ROWS), seed=st.integers(0, 2**32), parts=st.integers(1, 4))
def test_any_partition_of_the_cells_gives_the_same_value(
    row: dict[str, str], seed: int, parts: int
) -> None:
    kpi = kpi_of(row["kpi_id"])
    cells = list(read_cells(row["cells_json"])) * 3
    window = Window(seconds=1800, days=30, previous=merge_cells(cells[:1]))
    whole = evaluate(kpi, merge_cells(cells), window).value
    rng = random.Random(seed)
    rng.shuffle(cells)
    groups = [merge_cells(cells[n::parts]) for n in range(parts)]
    parted = evaluate(kpi, merge_cells(groups), window).value
    assert whole == (None if parted is None else pytest.approx(parted, rel=1e-9, abs=1e-9))


@given(
    cells=st.lists(
        st.fixed_dictionaries(
            {
                "answered_n": st.integers(0, 10**6),
                "aband_n": st.integers(0, 10**5),
                "aband_short_n": st.integers(0, 10**3),
                "answered_in_sl_n": st.integers(0, 10**6),
            }
        ),
        min_size=1,
        max_size=20,
    ),
    cut=st.integers(0, 20),
)
def test_service_level_does_not_depend_on_the_drill_path(
    cells: list[dict[str, int]], cut: int
) -> None:
    kpi = kpi_of("service_level")
    direct = evaluate(kpi, merge_cells(cells)).value
    two_steps = evaluate(kpi, merge_cells([merge_cells(cells[:cut]), merge_cells(cells[cut:])]))
    assert direct == two_steps.value


def test_nothing_offered_is_no_value_and_not_zero() -> None:
    cell = {"answered_in_sl_n": 0, "answered_n": 0, "aband_n": 0, "aband_short_n": 0}
    answer = evaluate(kpi_of("service_level"), cell)
    assert (answer.value, answer.numerator, answer.denominator) == (None, 0, 0)


def test_a_measure_without_a_row_is_unknown_and_not_zero() -> None:
    answer = evaluate(kpi_of("abandonment_rate"), {"offered_n": 100})
    assert (answer.value, answer.unknown) == (None, ("aband_n",))


def test_handle_time_without_hold_and_after_contact_work_says_what_it_lacks() -> None:
    answer = evaluate(kpi_of("average_handle_time"), {"talk_s": 36_000, "handled_n": 200})
    assert (answer.value, answer.left_out) == (180.0, ("hold_s", "acw_s"))


def test_a_missing_part_of_a_difference_is_never_left_out() -> None:
    answer = evaluate(kpi_of("net_staffing"), {"act_s": 900}, Window(seconds=900))
    assert (answer.value, answer.unknown) == (None, ("req_s",))


def test_hours_are_exact_so_that_a_limit_of_24_hours_is_met_at_24_hours() -> None:
    answer = evaluate(kpi_of("request_decision_time"), {"rq_s": 24 * 3600 * 7, "rq_n": 7})
    assert answer.value == 24.0


def test_a_factor_for_one_agent_has_no_value_for_a_team() -> None:
    kpi = kpi_of("bradford_factor")
    assert evaluate(kpi, {"bradford": 32}).value == 32.0
    assert evaluate(kpi, {"bradford": 64}, Window(one_agent=False)).value is None


def test_the_share_of_a_channel_is_taken_of_all_channels() -> None:
    window = Window(whole={"offered_n": 400})
    assert evaluate(kpi_of("channel_share"), {"offered_n": 100}, window).value == 25.0


def test_an_unknown_measure_in_the_cells_names_line_and_measure() -> None:
    cells = json.dumps([{"offerd_n": 1}]).replace('"', '""')
    lines = ["example_id,kpi_id,cells_json\n", f'E1,abandonment_rate,"{cells}"\n']
    with pytest.raises(BadInput) as caught:
        evaluate_examples(lines)
    assert (
        str(caught.value)
        == "Line 2, example 'E1': Unknown measure 'offerd_n' in the cells; see `wfm kpi show ID`."
    )


def test_an_unknown_kpi_is_told_with_its_neighbours() -> None:
    with pytest.raises(BadInput, match="Did you mean adherence"):
        kpi_of("adherance")


def test_every_kind_of_the_catalogue_has_a_rule() -> None:
    window = Window(seconds=900, days=1, previous={}, whole={})
    assert sum(evaluate(kpi, {}, window).value is None for kpi in CATALOGUE.values()) == 247
