"""Two targets of figures that the mix of work drives: the plan, and what this mix should take."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kpis.definition import Bands
from kpis.status import Status, status_of
from kpis.targets import AMBER_SHARE, GREEN_SHARE
from wfm.domain.language import joined, say


@dataclass(frozen=True)
class MixPart:
    """One kind of work: its contacts, planned and come, and what one of it should take."""

    target: float
    contacts: float
    planned: float | None = None


@dataclass(frozen=True)
class MixTargets:
    """The plan, the target of the mix that came, and how far a value is from both, in percent.

    `vs_plan` and `vs_mix` are None without the plan or the value. The plan drives the colour; the
    mix-adjusted target is what is fair to the people.
    """

    plan: float | None
    mix_adjusted: float
    vs_plan: float | None
    vs_mix: float | None
    status: Status
    status_of_mix: Status

    @property
    def sentence(self) -> str:
        """ "19 % over plan, 10 % over what this mix of calls should take."; empty without both."""
        if self.vs_plan is None or self.vs_mix is None:
            return ""
        return joined(", ", (_from_plan(self.vs_plan), _from_mix(self.vs_mix)))


def mix_targets(parts: Iterable[MixPart], actual: float | None) -> MixTargets | None:
    """Both targets of kinds of work; None when no contact came.

    Contacts 600/300/400 at 300/420/480 s: this mix should take 383.08 s. At 420 s, planned 354,
    that is 18.6 % over plan, red, and 9.6 % over the mix, amber. The plan is the mean of the
    parts' targets weighted by `planned`, None when any part lacks it.
    """
    kinds = list(parts)
    came = sum(part.contacts for part in kinds)
    if came <= 0:
        return None
    adjusted = sum(part.target * part.contacts for part in kinds) / came
    plan = _planned(kinds)
    return MixTargets(
        plan,
        adjusted,
        _percent(actual, plan),
        _percent(actual, adjusted),
        status_of(actual, share_bands(plan)),
        status_of(actual, share_bands(adjusted)),
    )


def share_bands(goal: float | None) -> Bands | None:
    """Limits around a planned figure: 5 % is green, 10 % amber (the catalogue's proposal)."""
    if goal is None:
        return None
    green, amber = abs(goal) * GREEN_SHARE, abs(goal) * AMBER_SHARE
    return Bands(goal - green, goal + green, goal - amber, goal + amber, goal)


def _planned(kinds: list[MixPart]) -> float | None:
    total = 0.0
    work = 0.0
    for part in kinds:
        if part.planned is None:
            return None
        total += part.planned
        work += part.planned * part.target
    return work / total if total > 0 else None


def _percent(value: float | None, goal: float | None) -> float | None:
    return None if value is None or not goal else 100 * (value / goal - 1)


def _from_plan(percent: float) -> str:
    if percent >= 0:
        return say("{percent:.0f} % over plan", percent=percent)
    return say("{percent:.0f} % under plan", percent=-percent)


def _from_mix(percent: float) -> str:
    if percent >= 0:
        return say("{percent:.0f} % over what this mix should take", percent=percent)
    return say("{percent:.0f} % under what this mix should take", percent=-percent)
