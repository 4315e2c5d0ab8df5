"""The address of a page and what it shows are the same thing, both ways."""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.view_state import (
    COMPARISONS,
    DIMENSIONS,
    GRAINS,
    VIEWS,
    ViewState,
    parse_view,
    period_label,
)
from wfm.domain.errors import BadInput
from wfm.domain.periods import Period
from wfm.domain.scope import Scope

MONDAY = date(2026, 10, 12)
ids = st.text("abcdefghijklmnopqrstuvwxyz0123456789-_&+ é", min_size=1, max_size=12).filter(
    lambda text: text.strip() == text and text not in ("*",)
)
scopes = st.one_of(
    st.none(),
    st.just(Scope()),
    st.builds(Scope, ids),
    st.builds(Scope, ids, ids),
    st.builds(Scope, ids, ids, ids),
)
days = st.dates(date(2000, 1, 1), date(2090, 1, 1))
names = st.text("abcdefghijklmnopqrstuvwxyz_", max_size=12)


@st.composite
def states(draw: st.DrawFn) -> ViewState:
    first = draw(st.one_of(st.none(), days))
    end = None
    if first is not None:
        end = date.fromordinal(first.toordinal() + draw(st.integers(1, 400)))
    return ViewState(
        scope=draw(scopes),
        grain=draw(st.sampled_from(("", *GRAINS))),
        day=draw(st.one_of(st.none(), days)),
        first=first,
        end=end,
        compare=draw(st.sampled_from(("", *COMPARISONS))),
        view=draw(st.sampled_from(("", *VIEWS))),
        kpi=draw(names),
        by=draw(st.sampled_from(("", *DIMENSIONS))),
        sort=draw(names),
        week=draw(st.sampled_from(("", "2026-W42", "2020-W53"))),
        plan=draw(st.sampled_from(("", "live", "17"))),
        on=draw(st.one_of(st.none(), days)),
        cell=draw(st.sampled_from(["", "5", "15"])),
        status=draw(st.sampled_from(["", "open", "decided", "all"])),
        kind=draw(st.sampled_from(["", "coaching", "user.role"])),
        past=draw(st.sampled_from(["", "all", "417"])),
    )


@given(states())
def test_an_address_holds_the_whole_view(state: ViewState) -> None:
    query = dict(parse_qsl(state.query().removeprefix("?"), keep_blank_values=True))
    assert parse_view(query) == state


def test_a_link_says_only_what_differs_from_the_page() -> None:
    state = ViewState(scope=Scope("dublin"), grain="week", day=MONDAY, view="table")
    assert state.link("/centre") == "/centre?scope=dublin&grain=week&day=2026-10-12&view=table"
    assert ViewState().link("/desk") == "/desk"


@pytest.mark.parametrize(
    "query",
    [
        {"grain": "decade"},
        {"day": "12.10.2026"},
        {"from": "2026-10-12"},
        {"from": "2026-10-12", "to": "2026-10-12"},
        {"from": "2020-01-01", "to": "2026-10-12"},
        {"by": "salary"},
        {"sort": "<script>"},
        {"view": "3d"},
    ],
)
def test_nonsense_in_an_address_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadInput):
        parse_view(query)


def test_stepping_back_and_forth_returns_to_today() -> None:
    today = ViewState(grain="week")
    before = today.stepped("week", MONDAY, -1)
    assert before.day == date(2026, 10, 5)
    assert before.period("week", MONDAY) == Period(date(2026, 10, 5), date(2026, 10, 12))
    assert before.stepped("week", MONDAY, 1) == today


def test_a_step_from_now_is_a_whole_day_before() -> None:
    before = ViewState().stepped("now", MONDAY, -1)
    assert (before.grain, before.day) == ("day", date(2026, 10, 11))


@pytest.mark.parametrize(
    ("grain", "first", "end", "words"),
    [
        ("today", MONDAY, date(2026, 10, 13), "Mon 12 Oct"),
        ("week", date(2026, 10, 5), MONDAY, "5 to 11 Oct"),
        ("week", date(2026, 9, 28), date(2026, 10, 5), "28 Sep to 4 Oct"),
        ("month", date(2026, 10, 1), date(2026, 11, 1), "October 2026"),
        ("quarter", date(2025, 10, 1), date(2026, 1, 1), "Q4 2025"),
        ("week", date(2025, 10, 6), date(2025, 10, 13), "6 to 12 Oct 2025"),
    ],
)
def test_a_period_is_named_as_people_say_it(grain: str, first: date, end: date, words: str) -> None:
    assert period_label(grain, Period(first, end), MONDAY) == words
