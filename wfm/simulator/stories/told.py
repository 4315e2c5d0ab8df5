"""The centre with its stories in it."""

from __future__ import annotations

from collections.abc import Collection

from wfm.domain.clock import instant_at
from wfm.simulator.centre import Centre
from wfm.simulator.events import History
from wfm.simulator.founding import found_centre
from wfm.simulator.stories.chosen import AS_WRITTEN, Dose, planted
from wfm.simulator.stories.hires import SlowWrapUp
from wfm.simulator.stories.rehearsal import rehearsed


def told_centre(seed: int, size: str, now: int, permute: bool = False) -> Centre:
    """Who exists in the centre that begins to live at an instant of UTC seconds."""
    return found_centre(seed, size, instant_at(now).date(), planted(size, now), permute)


def told_history(
    seed: int,
    size: str,
    now: int,
    without: Collection[str] = (),
    dose: Dose = AS_WRITTEN,
    permute: bool = False,
) -> History:
    """The past and future of a centre that begins to live at an instant of UTC seconds.

    `told_history(7, "medium", now, without=("S1",))` is the same centre in which nobody is late
    from lunch by habit; with `permute` other sites, teams and agents play the parts.
    """
    influences = planted(size, now, without, dose)
    centre = found_centre(seed, size, instant_at(now).date(), influences, permute)
    solved = [rehearsed(centre, i) if isinstance(i, SlowWrapUp) else i for i in influences]
    return History(centre, solved)
