"""The main part of a page, drawn once for all who look at the same on the same rights.

The control desk shows whatever arrives, and everybody at it sees the same: it is drawn once for
each delivery and not for each reader. Header and footer name the reader and are never kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from dashboards.frame import Ask
from dashboards.localise import localised
from dashboards.refresh import Cut, cut
from wfm.domain.bounded import Bounded
from wfm.domain.roles import Role

MOST = 48  # parts of one page, some 1 MB each
STANDS_S = 5  # what depends on now is drawn anew after so many seconds


class KeptMains:
    """The main parts of one page that were drawn last; each server process has its own."""

    def __init__(self) -> None:
        self._kept = Bounded[Cut](MOST)

    def shown(self, ask: Ask, asked: Hashable, draw: Callable[[], Any], *, shared: bool) -> Cut:
        """The main part for a question, drawn where nobody of the same rights just asked it.

        `asked` names view, look, language and data. What belongs to one agent is kept for nobody,
        and any change of the store (`Pulse.marks`) ends what was kept.
        """
        who, now = ask.who, ask.now // STANDS_S if ask.live else 0

        def make() -> Cut:
            return cut(f"{ask.page.page_id}-m", localised(draw()))

        if not shared or who.role is Role.AGENT or ask.scope.agent is not None:
            return make()
        rights = (who.role, who.scope, who.agent_id, ask.scope)
        return self._kept.made((rights, asked, ask.pulse.marks, now), make, lambda _: 1)
