"""What an initiative gained against its plan, and net of what happened elsewhere anyway."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Attained:
    """At one date: the goal, the gain since the baseline, and its share of the planned gain."""

    goal: float
    gain: float
    percent: float | None


@dataclass(frozen=True)
class Net:
    """A gain with what the others gained taken off; percents of the planned gain."""

    raw: float
    control: float
    net: float
    raw_percent: float | None
    net_percent: float | None


def attainment(
    baseline: float, planned: Sequence[float], measured: Sequence[float]
) -> tuple[Attained, ...]:
    """Each date's goal and how much of it was reached; planned gains are from the baseline on.

    78 %, planned +2 and then +8, measured 80 and 84: goals 80 and 86, reached 100 % and 75 %.
    """
    return tuple(
        Attained(baseline + plan, value - baseline, _percent(value - baseline, plan))
        for plan, value in zip(planned, measured, strict=True)
    )


def net_gain(treated: tuple[float, float], control: tuple[float, float], planned: float) -> Net:
    """The gain beyond that of the others; (baseline, measured) of each.

    78 to 84 where others went from 77 to 79, planned 8: 6 looks like 75 %, and 4 is 50 %.
    """
    raw, others = treated[1] - treated[0], control[1] - control[0]
    net = raw - others
    return Net(raw, others, net, _percent(raw, planned), _percent(net, planned))


def _percent(gain: float, planned: float) -> float | None:
    return 100 * gain / planned if planned else None
