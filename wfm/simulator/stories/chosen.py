"""Which stories and decoys are planted in a centre."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from wfm.domain.errors import BadInput
from wfm.simulator.influence import Influence
from wfm.simulator.stories.campaign import OffersToNovices
from wfm.simulator.stories.decoys import (
    ChangeWithCoaching,
    EightContacts,
    LateOnNineDays,
    OneBadMonth,
    OneSpot,
)
from wfm.simulator.stories.hires import SlowWrapUp
from wfm.simulator.stories.lunch import LateFromLunch
from wfm.simulator.stories.missing import MissingTen
from wfm.simulator.stories.mixes import StatedWeeks, Week
from wfm.simulator.stories.script import DECOYS, STORIES, Cancelling, Script, Simpson, read_script
from wfm.simulator.stories.split import scaled


@dataclass(frozen=True)
class Dose:
    """How strong two of the stories are: late lunches in 22 shifts, seconds of wrap-up of hires."""

    late_days: int | None = None
    hire_acw_s: float | None = None


ALL = (*STORIES, *DECOYS)
AS_WRITTEN = Dose()


def planted(
    size: str,
    now: int,
    without: Collection[str] = (),
    dose: Dose = AS_WRITTEN,
) -> tuple[Influence, ...]:
    """The stories and decoys of a centre that begins to live at an instant, in a fixed order.

    `without=("S1", "X2")` leaves those out; `without=ALL` is the centre without any story. An
    unknown name is refused.
    """
    unknown = set(without) - set(STORIES) - set(DECOYS)
    if unknown:
        raise BadInput(
            f"No story is called {', '.join(sorted(unknown))}; choose of "
            f"{', '.join((*STORIES, *DECOYS))}."
        )
    told = {
        name: influence
        for name, influence in _all(read_script(size), now, dose).items()
        if name not in without
    }
    return tuple(told.values())


def _all(script: Script, now: int, dose: Dose) -> dict[str, Influence]:
    late_days = script.lunch.late_days if dose.late_days is None else dose.late_days
    acw_s = script.hires.start_acw_s if dose.hire_acw_s is None else dose.hire_acw_s
    return {
        "X1": StatedWeeks("X1", "short_site", _simpson(script.simpson), now),
        "X2": EightContacts(script.few, now),
        "X7": OneSpot(script.spot, now),
        "X8": OneBadMonth(script.bad_month, now),
        "X9": ChangeWithCoaching(script.queue_change, now),
        "X11": LateOnNineDays(script.nine_days, now),
        "X12": StatedWeeks("X12", "short_site", _cancelling(script.cancelling), now),
        "S1": LateFromLunch(script.lunch, now, late_days),
        "S2": SlowWrapUp(script.hires, now, acw_s, dose.hire_acw_s is not None),
        "S3": OffersToNovices(script.campaign, now),
        "S4": MissingTen(script.missing, now),
    }


def _simpson(told: Simpson) -> tuple[Week, ...]:
    before, after = (7 * weeks for weeks in told.weeks_ago)
    return (
        Week(before, scaled(told.before_n, told.scale), told.before_aht_s),
        Week(after, scaled(told.after_n, told.scale), told.after_aht_s),
    )


def _cancelling(told: Cancelling) -> tuple[Week, ...]:
    more = {kind: n * told.volume_times for kind, n in told.base_n.items()}
    shorter = {kind: s * told.handle_times for kind, s in told.base_aht_s.items()}
    first = 7 * told.weeks_ago
    return (
        Week(first + 7, scaled(told.base_n, told.scale), told.base_aht_s),
        Week(first, scaled(more, told.scale), shorter),
    )
