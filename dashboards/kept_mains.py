"""The main part of a page, drawn once for all who look at the same on the same rights.

The control desk shows whatever arrives, and everybody at it sees the same: it is drawn once for
each delivery and not for each reader. A page that waits for the minute anyway is drawn once in it:
who comes back from a look at something else finds it as it was. What belongs to one agent is kept
for that reader alone. Header and footer name the reader and are never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any

from dashboards.frame import Ask
from dashboards.localise import localised
from dashboards.refresh import Cut, Packed, cut
from wfm.domain.bounded import Bounded

MOST_BYTES = 24 * 1024 * 1024  # of the parts of one page, some 15 to 40 kB each
STANDS_S = 5  # what depends on now is drawn anew after so many seconds


class KeptMains:
    """The main parts of one page that were drawn last; each server process has its own."""

    def __init__(self) -> None:
        self._kept = Bounded[tuple[Hashable, Packed]](MOST_BYTES)

    def shown(
        self, ask: Ask, view: Hashable, data: Hashable, draw: Callable[[], Any], *, shared: bool,
        waits: bool,
    ) -> Cut:  # fmt: skip
        """The main part of a view, drawn where nobody of the same rights just asked for it.

        `view` names look and language too. A page that `waits` shows new data when `data` is
        another, and before that what people did; another page after any change of the store
        (`Pulse.marks`), and as time goes on. One that is not `shared` is kept for its reader. Of
        each view only the newest is kept: nobody asks for an older one again.
        """
        who, pulse = ask.who, ask.pulse
        now: Hashable = (pulse.deeds_mark, pulse.places_mark, pulse.insights_mark)
        if not waits:
            now = (pulse.marks, ask.now // STANDS_S if ask.live else 0)
        alone = who.user_key if not shared or ask.scope.agent is not None else None
        key = (who.role, who.scope, who.agent_id, ask.scope, alone, view)
        found = self._kept.get(key)
        if found is not None and found[0] == (data, now):
            return found[1].unpacked()
        made = cut(f"{ask.page.page_id}-m", localised(draw()))
        packed = made.packed()
        self._kept.put(key, ((data, now), packed), packed.size)
        return replace(made, kept=packed)


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
