"""Adherence under presets, windows and policies: the golden cases, and the laws of the engine."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from wfm.bench.adherence_data import QUARTERS, made_case
from wfm.bench.adherence_plain import plain_adherence
from wfm.bench.adherence_room import day_facts
from wfm.cli.adherence import register
from wfm.domain.activities import STATE_GROUPS
from wfm.domain.adherence import PRESETS, rules_from
from wfm.domain.errors import BadInput
from wfm.facts.adherence import judge
from wfm.facts.case import Case, Plan, States
from wfm.facts.evaluate import evaluate_case
from wfm.facts.matrix import IN, OUT, UNKNOWN
from wfm.facts.pieces import Layer
from wfm.facts.stream import StateEvent, StreamedDay, verdict_spans

GOLDEN = json.loads((Path(__file__).parent / "data/adherence_golden.json").read_text())
NUMBERS = st.integers(0, 10_000)


@pytest.mark.parametrize("case", GOLDEN, ids=lambda case: case["id"])
def test_a_golden_case_gives_its_figures(case: dict[str, Any]) -> None:
    result = evaluate_case(case)
    assert case["expect"] == {name: result[name] for name in case["expect"]}


def test_the_golden_cases_cover_every_number_and_preset() -> None:
    assert {f"A{n}" for n in range(1, 21)} <= {case["id"].split("-")[0] for case in GOLDEN}
    told = {case.get("options", {}).get("preset") for case in GOLDEN}
    assert set(PRESETS) <= told


# A day of three hours: 5 of 10 minutes at its start excused, 4 minutes of a break on queue and 11
# at a meal, a break during the meeting, 10 minutes on queue after the end.
DAY = {
    "schedule": [["09:00", "10:00", "on_queue"], ["10:00", "10:15", "break"],
                 ["10:15", "11:00", "on_queue"], ["11:00", "12:00", "meeting"]],
    "actual": [["09:10", "10:04", "available"], ["10:04", "10:15", "meal"],
               ["10:15", "11:00", "available"], ["11:00", "12:00", "break"],
               ["12:00", "12:10", "available"]],
    "exceptions": [["09:00", "09:05", "system"]],
}  # fmt: skip
MINUTES = [300, 300, 300, 300]


@pytest.mark.parametrize(
    ("preset", "switches", "headline"),
    [
        ("standard", {}, 60.57),  # break and meal alike: 106 of 175 min
        ("strict", {}, 54.29),  # the planned activity alone: 95 of 175
        ("genesys", {}, 54.29),  # 1 - 80 / 175
        ("genesys", {"grace_s": 300}, 54.29),  # longer spells count whole
        ("genesys", {"outside_mode": "both_sides"}, 51.35),  # 1 - 90 / 185
        ("amazon", {}, 94.86),  # anything off queue: 166 of 175
        ("amazon", {"windows": {"break": MINUTES}}, 97.14),  # 4 min inside the window: 170
        ("calabrio", {"alarm_delay_s": 600}, 54.29),  # a later alarm forgives nothing
        ("calabrio", {"matrix": [["meeting", "*", "neutral"]]}, 82.61),  # 95 of 115
        ("verint", {}, 55.56),  # authorised time counts: 100 of 180
        ("verint", {"windows": {"*": MINUTES}}, 55.56),  # 15 min late count whole
        ("nice_category", {}, 52.78),  # 95 of the 180 scheduled
        ("mitel", {"matrix": [["meeting", "break", "in"]]}, 86.11),  # an allowed state: 155 of 180
        ("salesforce", {}, 94.44),  # there at all: 170 of 180
    ],
)
def test_the_command_judges_one_day_by_every_preset(
    tmp_path: Path, preset: str, switches: dict[str, Any], headline: float
) -> None:
    case = {"id": preset, **DAY, "options": {"preset": preset, **switches}}
    (tmp_path / "day.json").write_text(json.dumps([case]))
    (judged,) = ran("adherence", "evaluate", str(tmp_path / "day.json"))
    assert (judged["id"], judged["headline"]) == (preset, headline)


def test_the_command_lists_each_preset_by_the_columns_of_its_table() -> None:
    shown = {
        found["name"]: tuple(
            found["rules"][name]
            for name in ("equivalence", "policy", "outside_mode", "headline", "call_overrun")
        )
        for found in ran("adherence", "presets")
    }
    assert shown == {
        "standard": ("breaks_only", "as_known", "ignore", "adherence", True),
        "strict": ("none", "as_known", "ignore", "adherence", True),
        "genesys": ("none", "as_known", "ignore", "exception_free", False),
        "amazon": ("all_non_productive", "current", "ignore", "adherence", False),
        "calabrio": ("none", "as_known", "ignore", "adherence", False),
        "verint": ("none", "as_known", "ignore", "authorised", False),
        "nice_category": ("none", "as_known", "ignore", "adherence_scheduled", False),
        "mitel": ("none", "as_known", "ignore", "adherence_scheduled", False),
        "salesforce": ("none", "as_known", "conformance_only", "adherence_scheduled", False),
    }


def ran(*words: str) -> Any:
    commands = typer.Typer()
    register(commands)
    return json.loads(CliRunner().invoke(commands, [*words, "--json"]).stdout)


@pytest.mark.parametrize(
    ("preset", "changes", "words"),
    [
        ("standart", {}, "Preset 'standart' is unknown; one of standard, strict, genesys"),
        ("mitel", {"windows": {"break": [1, 2]}}, "needs four numbers"),
        ("standard", {"grace_s": -1}, "grace_s -1 is no whole number of seconds"),
        ("standard", {"graces": 1}, "Rule 'graces' is unknown"),
        ("calabrio", {"matrix": [["break", "unknown", "in"]]}, "'unknown' cannot be judged"),
    ],
)
def test_a_rule_that_cannot_be_says_what_is_wrong(
    preset: str, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(BadInput) as caught:
        rules_from(preset, changes)
    assert words in str(caught.value)


def test_plain_loops_give_every_second_and_spell_the_engine_gives() -> None:
    for mixed in (False, True):
        case = made_case(25, 7, mixed)
        cells, left = plain_adherence(case, QUARTERS)
        seconds, spells = day_facts(case)
        assert np.array_equal(np.array(cells, np.uint16), seconds)
        assert left == spells.tolist()


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_quarters_add_up_to_the_day_and_no_second_counts_twice(number: int) -> None:
    case = made_case(4, number, mixed=True)
    judged = judge(case)
    seconds, _ = day_facts(case)
    by_verdict = [int(judged.laid.seconds[judged.verdict == v].sum()) for v in range(6)]
    assert by_verdict == seconds.sum(axis=(0, 1)).tolist()
    assert (seconds.sum(axis=2) <= 900).all()


@settings(max_examples=15, deadline=None)
@given(NUMBERS, st.integers(-20, 20))
def test_moving_everything_by_quarters_or_minutes_changes_no_sum(number: int, minutes: int) -> None:
    case = made_case(3, number, mixed=False)
    assert totals(case) == totals(moved(case, 60 * minutes))


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_swapping_two_agents_swaps_their_results(number: int) -> None:
    case = made_case(2, number, mixed=True)
    swapped = replace(
        case, plan=plan_of(case.plan), current=plan_of(case.plan), states=states_of(case.states),
        exceptions=other(case.exceptions),
    )  # fmt: skip
    swapped = replace(swapped, current=swapped.plan)
    assert day_facts(case)[0].tolist() == day_facts(swapped)[0][::-1].tolist()


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_a_team_stands_between_its_best_and_its_worst(number: int) -> None:
    seconds, _ = day_facts(made_case(5, number, mixed=False))
    per_agent = seconds.sum(axis=1).astype(np.int64)
    base = per_agent[:, IN] + per_agent[:, OUT]
    rates = per_agent[:, IN] / base
    team = per_agent[:, IN].sum() / base.sum()
    assert rates.min() - 1e-12 <= team <= rates.max() + 1e-12
    assert ((rates >= 0) & (rates <= 1)).all()


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_unknown_seconds_are_the_same_whatever_the_rules(number: int) -> None:
    case = made_case(3, number, mixed=True)
    dead = replace(case, healthy=np.zeros_like(case.healthy))
    unknown = {
        name: totals(replace(dead, rulesets=(preset.rules,)))[UNKNOWN]
        for name, preset in PRESETS.items()
        if preset.rules.policy == "as_known"
    }
    assert len(set(unknown.values())) == 1
    assert unknown["standard"] > 0 or totals(dead)[UNKNOWN] == 0


@settings(max_examples=15, deadline=None)
@given(NUMBERS)
def test_states_of_one_group_may_be_joined_without_a_difference(number: int) -> None:
    case = made_case(3, number, mixed=False)
    assert verdict_spans(judge(case)) == verdict_spans(judge(case, by_state=False))


@settings(max_examples=12, deadline=None)
@given(NUMBERS, st.randoms(use_true_random=False))
def test_a_streamed_day_equals_the_day_judged_at_once(number: int, chance: Any) -> None:
    case = short(made_case(3, number, mixed=False))
    events = events_of(case)
    as_of = max(event.at for _, event in events) + 500
    batch = verdict_spans(judge(streamed_case(case, events, as_of)))
    chance.shuffle(events)
    day = StreamedDay(case)
    asked = sorted(chance.sample(range(len(events)), 3))
    for n, (agent, event) in enumerate(events):
        day.tell(agent, event)
        if n in asked:
            day.verdicts(as_of - 5000 + n)
    assert batch == day.verdicts(as_of)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 470), st.integers(0, 470))
def test_a_later_version_changes_no_first_number(at: int, length: int) -> None:
    first = [["08:00", "12:00", "on_queue"], ["12:00", "12:30", "meal"],
             ["12:30", "16:00", "on_queue"]]  # fmt: skip
    actual = [["08:05", "12:10", "on_queue"], ["12:10", "12:40", "meal"],
              ["12:40", "15:50", "on_queue"]]  # fmt: skip
    start, end = sorted((480 + at, 480 + length))
    moved_to = [["08:00", clock(start), "on_queue"], [clock(start), clock(end), "training"],
                [clock(end), "16:00", "on_queue"]]  # fmt: skip
    case: dict[str, Any] = {"id": "x", "schedule": first, "actual": actual,
                            "options": {"policy": "as_known"}}  # fmt: skip
    before = evaluate_case(case)
    after = evaluate_case({**case, "versions": [{"at": "16:30", "schedule": moved_to}]})
    assert (before["adh_in_s"], before["adherence_gross"], before["adh_sched_s"]) == (
        after["adh_in_s"], after["adherence_gross"], after["adh_sched_s"],
    )  # fmt: skip
    assert (after["adherence"] or 0) >= (before["adherence"] or 0)


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def totals(case: Case) -> list[int]:
    judged = judge(case)
    return [int(judged.laid.seconds[judged.verdict == v].sum()) for v in range(6)]


def moved(case: Case, by: int) -> Case:
    def later(layer: Layer) -> Layer:
        return Layer(layer.agent, layer.start + by, layer.end + by)

    plan = replace(case.plan, layer=later(case.plan.layer))
    exceptions = None if case.exceptions is None else later(case.exceptions)
    return replace(
        case, plan=plan, current=plan, states=replace(case.states, layer=later(case.states.layer)),
        exceptions=exceptions, day_edges=case.day_edges + by,
    )  # fmt: skip


def other(layer: Layer | None) -> Layer | None:
    return None if layer is None else Layer(1 - layer.agent, layer.start, layer.end)


def plan_of(plan: Plan) -> Plan:
    layer = Layer(1 - plan.layer.agent, plan.layer.start, plan.layer.end)
    return Plan(layer, plan.activity, 1 - plan.shift, plan.paid)


def states_of(states: States) -> States:
    return replace(
        states, layer=Layer(1 - states.layer.agent, states.layer.start, states.layer.end)
    )


def short(case: Case) -> Case:
    """The case with 40 states an agent, so that a property runs in milliseconds."""
    kept = np.tile(np.arange(300) < 40, len(case.day_edges))
    layer = case.states.layer
    return replace(
        case,
        states=States(
            Layer(layer.agent[kept], layer.start[kept], layer.end[kept]), case.states.group[kept],
            case.states.busy[kept], case.states.wrapping[kept], case.states.contact[kept],
        ),
    )  # fmt: skip


def events_of(case: Case) -> list[tuple[int, StateEvent]]:
    states = case.states
    rows = zip(
        states.layer.agent.tolist(), states.layer.start.tolist(), states.group.tolist(),
        states.busy.tolist(), states.wrapping.tolist(), states.contact.tolist(), strict=True,
    )  # fmt: skip
    return [
        (agent, StateEvent(at, STATE_GROUPS[group], busy, wrapping, contact))
        for agent, at, group, busy, wrapping, contact in rows
    ]


def streamed_case(case: Case, events: list[tuple[int, StateEvent]], as_of: int) -> Case:
    """The case whose states last until the agent's next event, the last one until the end."""
    layer = case.states.layer
    end = np.append(layer.start[1:], as_of)
    end[np.append(layer.agent[1:] != layer.agent[:-1], True)] = as_of
    return replace(
        case, as_of_at=as_of,
        states=replace(case.states, layer=Layer(layer.agent, layer.start, end)),
    )  # fmt: skip
