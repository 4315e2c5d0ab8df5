"""Adherence of 20,000 agents for a day, by the engine and by plain loops, on the same data."""

from __future__ import annotations

import inspect
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from wfm.bench import adherence_plain
from wfm.bench.adherence_data import DAY_FROM, QUARTERS, made_case
from wfm.bench.adherence_plain import plain_adherence
from wfm.bench.board_data import board_centre
from wfm.bench.report import Figure, Report, load_sentence, peak_mb
from wfm.domain.scope import ENTERPRISE
from wfm.facts import adherence, flat, laid, rollup, tolerances
from wfm.facts.adherence import classify, judge
from wfm.facts.case import Case
from wfm.facts.judged import Judged
from wfm.facts.matrix import VERDICTS
from wfm.facts.pieces import SPAN, Ints
from wfm.facts.rollup import quarter_seconds
from wfm.queries.board import read_board
from wfm.queries.facts import open_facts

Given = TypeVar("Given")
AGENTS, CHUNK, ROUNDS = 20_000, 500, 3
WHOLE_S, KERNEL_S, TIMES, EVENTS, BOARD_S = 0.8, 0.45, 60.0, 15e6, 2.0
WORKLOADS = (("working day", False), ("groups at random", True))


def measure(folder: Path, tell: Callable[[str], None]) -> Report:
    """Whole job, kernel and state roll-up, beside plain loops that must give the same seconds."""
    figures: list[Figure] = []
    for name, mixed in WORKLOADS:
        cases = [made_case(CHUNK, number, mixed) for number in range(AGENTS // CHUNK)]
        states = sum(len(case.states.group) for case in cases)
        segments = sum(len(case.plan.activity) for case in cases)
        tell(f"{name}: {states:,} states, {segments:,} segments of {AGENTS:,} agents")
        whole = _best(cases, day_facts)
        if not figures:
            figures.append(_memory())
        kernel = _best(cases, merge_and_classify)
        rolled = _best([classify(case) for case in cases], state_quarters)
        figures += [
            _seconds(f"whole job, {name}", whole, WHOLE_S),
            _seconds(f"merge and classify, {name}", kernel, KERNEL_S),
            Figure(
                f"state roll-up, {name}", states / rolled[0] / 1e6, "M events/s", ">= 15",
                states / rolled[0] >= EVENTS, f"{states / rolled[1] / 1e6:.1f} by the clock",
            ),
        ]  # fmt: skip
        if not mixed:
            tell("the same by plain loops ...")
            figures += _beside_loops(cases)
    figures.append(_board(folder))
    code = {
        "engine": "\n".join(map(inspect.getsource, (adherence, flat, laid, tolerances, rollup))),
        "plain loops": inspect.getsource(adherence_plain),
    }
    conditions = f"{load_sentence()}; 1 thread, processor time, least of {ROUNDS} rounds"
    return Report("adherence", conditions, tuple(figures), tuple(code.items()))


def day_facts(case: Case) -> tuple[NDArray[np.uint16], Ints]:
    """Seconds by agent, quarter and verdict, and out spells left by agent: the whole job."""
    judged = judge(case, by_state=False)
    agents = len(case.day_edges)
    spells = np.bincount(judged.spells.start[judged.spells_left] // SPAN, minlength=agents)
    seconds = quarter_seconds(
        judged.laid.start, judged.laid.end, judged.verdict, len(VERDICTS), agents, DAY_FROM,
        QUARTERS,
    )  # fmt: skip
    return seconds, spells


def merge_and_classify(case: Case) -> Judged:
    """The kernel: plan laid over states, each piece with its verdict."""
    return classify(case, by_state=False)


def state_quarters(judged: Judged) -> NDArray[np.uint16]:
    """Seconds by agent, quarter and state group of the flat states."""
    states, agents = judged.seen, len(judged.case.day_edges)
    return quarter_seconds(
        states.start, states.end, judged.seen_group, 10, agents, DAY_FROM, QUARTERS
    )


def _beside_loops(cases: list[Case]) -> list[Figure]:
    """The same facts by plain loops, compared chunk by chunk so that memory stays small."""
    loops, ours, equal = 0.0, 0.0, True
    for case in cases:
        start = time.process_time()
        cells, left = plain_adherence(case, QUARTERS)
        loops += time.process_time() - start
        # Side by side, so that a busy moment of the machine strikes both.
        taken = []
        for _ in range(ROUNDS):
            start = time.process_time()
            seconds, spells = day_facts(case)
            taken.append(time.process_time() - start)
        ours += statistics.median(taken)
        equal &= np.array_equal(np.array(cells, np.uint16), seconds) and left == spells.tolist()
    times = loops / ours
    return [
        Figure("plain loops, working day", loops, "s", "", None, "whole job, processor time"),
        Figure("times the loops", times, "x", f">= {TIMES:.0f}", times >= TIMES,
               f"{ours:.2f} s beside them, median of {ROUNDS}"),
        Figure(
            "every second and spell equal", float(equal), "", "1", equal,
            "by agent, quarter and verdict",
        ),
    ]  # fmt: skip


def _board(folder: Path) -> Figure:
    """The live board of everybody, from newest states and plan in the database."""
    store, clock = board_centre(folder, AGENTS)
    facts = open_facts(store)
    cpu, wall = _best([store], lambda one: read_board(one, facts, ENTERPRISE, clock))
    return Figure(
        f"live board of {AGENTS:,} agents", cpu, "s", f"<= {BOARD_S}", cpu <= BOARD_S,
        f"{wall:.2f} s by the clock",
    )  # fmt: skip


def _memory() -> Figure:
    peak = peak_mb()
    return Figure("peak memory", peak, "MB", "<= 400", peak <= 400, "with the input")


def _seconds(name: str, least: tuple[float, float], goal: float) -> Figure:
    cpu, wall = least
    return Figure(name, cpu, "s", f"<= {goal}", cpu <= goal, f"{wall:.2f} s by the clock")


def _best(given: list[Given], work: Callable[[Given], object]) -> tuple[float, float]:
    """Least processor time and least time on the clock of some rounds over everything given."""
    cpu, wall = [], []
    for _ in range(ROUNDS):
        start, begun = time.process_time(), time.perf_counter()
        for one in given:
            work(one)
        cpu.append(time.process_time() - start)
        wall.append(time.perf_counter() - begun)
    return min(cpu), min(wall)
