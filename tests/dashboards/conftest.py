"""One simulated centre for all tests of the pages, and questions put to them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from live_centre import PEOPLE, Answered, LiveCentre, open_live_centre

from dashboards.build import ask_of, room_of
from dashboards.frame import Ask, Look, View
from dashboards.sources import Sources
from wfm.web.pages import parse_href


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> LiveCentre:
    return open_live_centre(tmp_path_factory.mktemp("centre"))


@pytest.fixture(scope="session")
def sources(centre: LiveCentre) -> Sources:
    return Sources(centre.store, centre.clock)


@pytest.fixture(scope="session")
def answered(sources: Sources) -> Answered:
    """The answer of a page to an address, as its own role sees it."""

    def answer(href: str) -> tuple[Ask, View]:
        address = parse_href(href)
        room = room_of(address.page.page_id)
        assert room is not None
        ask = ask_of(PEOPLE[room.page_id], room, address, Look(), sources)
        return ask, room.view(ask)

    return answer
