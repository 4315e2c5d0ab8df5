"""The main part of a page, drawn once for all who look at the same on the same rights.

The control desk shows whatever arrives, and everybody at it sees the same: it is drawn once for
each delivery and not for each reader. A page that waits for the minute anyway is drawn once in it:
who comes back from a look at something else finds it as it was. What belongs to one agent is kept
for that reader alone. Header and footer name the reader and are never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, NamedTuple

from dashboards.frame import Ask
from dashboards.localise import localised
from dashboards.refresh import Cut, Packed, cut
from wfm.domain.bounded import IDLE_S, Bounded

MOST_BYTES = 24 * 1024 * 1024  # of the parts of one page, some 15 to 40 kB each
STANDS_S = 5  # what depends on now is drawn anew after so many seconds
RESTS_S = 3  # a page that shows whatever arrives is drawn no sooner again for those who share it


class _Main(NamedTuple):
    """A main part as it was drawn: of which data, after which deeds and changes, and when."""

    data: str
    deeds: Hashable
    on: Hashable
    drawn_at: int
    packed: Packed


class KeptMains:
    """The main parts of one page that were drawn last; each server process has its own."""

    def __init__(self) -> None:
        self._kept = Bounded[_Main](MOST_BYTES, IDLE_S)

    def shown(
        self, ask: Ask, view: Hashable, data: str, draw: Callable[[], Any], *, shared: bool,
        waits: bool,
    ) -> tuple[Cut, str]:  # fmt: skip
        """The main part of a view and of which data it is; drawn where nobody of the same rights
        just asked for it.

        `view` names look and language too. A page that `waits` shows new data when `data` is
        another, and before that what people did. Another page is drawn anew after any change of
        the store (`Pulse.marks`), and as time goes on; for all who share it at most once in
        `RESTS_S`, unless somebody does something: a delivery is several changes, one after the
        other. One that is not `shared` is kept for its reader. Of each view only the newest is
        kept: nobody asks for an older one again.
        """
        who, pulse = ask.who, ask.pulse
        deeds = (pulse.deeds_mark, pulse.places_mark, pulse.insights_mark)
        on = () if waits else (pulse.marks, ask.now // STANDS_S if ask.live else 0)
        alone = who.user_key if not shared or ask.scope.agent is not None else None
        key = (who.role, who.scope, who.agent_id, ask.scope, alone, view)

        def stands() -> _Main | None:
            found = self._kept.get(key)
            if found is None or found.deeds != deeds:
                return None
            # Somebody who asked later may have drawn it while this one waited.
            rests = shared and not waits and abs(ask.now - found.drawn_at) < RESTS_S
            return found if rests or (found.data, found.on) == (data, on) else None

        found = stands()
        if found is None:
            with self._kept.turns.of(key):
                found = stands()
                if found is None:
                    made = cut(f"{ask.page.page_id}-m", localised(draw()))
                    packed = made.packed()
                    kept = _Main(data, deeds, on, ask.now, packed)
                    self._kept.put(key, kept, packed.size)
                    return replace(made, kept=packed), data
        return found.packed.unpacked(), found.data


def kept_part(
    ask: Ask, name: str, draw: Callable[[], Any], *of: Hashable, minutes: int = 1,
    of_view: bool = True,
) -> Any:  # fmt: skip
    """A part of a page as it was drawn since the minute began and since anybody did anything.

    For pages that wait for the minute and still show some events at once: what stands is put in as
    it is. It hangs on who looks, on the view and on `of`; what hardly changes by itself stands for
    more `minutes`, and what is the same in every view (`of_view` false) for all of them. Other
    pages draw it anew each time.
    """
    if not ask.waits:
        return draw()
    who, view = ask.who, (ask.state, ask.fell_back) if of_view else ()
    on = (who.role, who.scope, who.agent_id, view, ask.look, of)

    def made() -> Packed:
        return cut(f"{ask.page.page_id}-{name}", localised(draw())).packed()

    return ask.held(("part", ask.page.page_id, name, on), made, minutes=minutes).unpacked()
