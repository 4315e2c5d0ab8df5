"""What is kept between answers is never another scope's, and never older than the store."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any

from live_centre import NOW, PEOPLE, TODAY, LiveCentre, MovingClock

from dashboards.build import ask_of, room_of
from dashboards.frame import Ask, Look, minute_of
from dashboards.kept_mains import KeptMains, kept_part
from dashboards.parts import html
from dashboards.refresh import Cut
from dashboards.sources import Sources
from kpis.kept import kept_values
from kpis.query import kpi_values
from wfm.domain.clock import epoch_s
from wfm.domain.principal import Principal
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.domain.targets import TargetBook
from wfm.facts.rebuild import rebuild_day
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.pulse import pulse_of
from wfm.web.pages import parse_href

LEAD, MANAGER, AGENT = PEOPLE["team"], PEOPLE["manager"], PEOPLE["agent"]
OTHER_LEAD = replace(LEAD, user_key="u-l2", login="lead2", scope=Scope("dublin", "T-07"))
SECOND_LEAD = replace(LEAD, user_key="u-l3", login="lead3", display_name="Lou")


def ask(who: Principal, href: str, sources: Sources) -> Ask:
    address = parse_href(href)
    room = room_of(address.page.page_id)
    assert room is not None
    return ask_of(who, room, address, Look(), sources)


class Drawn:
    """A page's main parts, each with the name of whom it was drawn for."""

    def __init__(self) -> None:
        self.kept, self.names = KeptMains(), list[str]()

    def see(self, one: Ask, data: str = "now", *, shared: bool = True, waits: bool = False) -> str:
        name = f"{one.who.role.value} {one.who.scope.path} {one.scope.path}"

        def draw() -> Any:
            self.names.append(name)
            return html.Main([html.B("3"), name])

        part, told = self.kept.shown(one, "view", data, draw, shared=shared, waits=waits)
        assert part.to_plotly_json()[0]["props"]["tree"] == ["main", 0, ["b", 0, "3"], name]
        return told


def later(one: Ask, **marks: int) -> Ask:
    """The same question to a store in which something else was written since."""
    pulse = one.pulse
    one.__dict__["pulse"] = replace(pulse, marks=pulse.marks._replace(**marks))
    return one


def test_a_main_part_is_drawn_once_for_the_same_rights_and_again_for_others(
    sources: Sources,
) -> None:
    drawn, team = Drawn(), "/team?scope=dublin/T-06"
    for who in (LEAD, SECOND_LEAD, OTHER_LEAD, MANAGER, LEAD):
        drawn.see(ask(who, team if who is MANAGER else "/team", sources))
    assert drawn.names == [
        "supervisor dublin/T-06 dublin/T-06", "supervisor dublin/T-07 dublin/T-07",
        "manager dublin dublin/T-06",
    ]  # fmt: skip
    for data, times in (("later", 4), ("later", 4), ("now", 5)):  # the newest alone is kept
        drawn.see(ask(LEAD, "/team", sources), data, waits=True)
        assert len(drawn.names) == times
    drawn.see(ask(OTHER_LEAD, "/team", sources))
    assert len(drawn.names) == 5


def test_who_shares_a_page_sees_it_drawn_once_in_three_seconds_or_after_a_deed(
    centre: LiveCentre,
) -> None:
    drawn, clock = Drawn(), MovingClock(NOW)
    sources = Sources(centre.store, clock)

    def see(data: str, shared: bool = True, **marks: int) -> tuple[str, int]:
        told = drawn.see(later(ask(MANAGER, "/centre", sources), **marks), data, shared=shared)
        return told, len(drawn.names)

    assert see("a") == ("a", 1)
    clock.instant = NOW + timedelta(seconds=2)
    assert see("b", delivery=900) == ("a", 1)  # what is shown is told by its own name
    assert see("b", delivery=900, deed=900) == ("b", 2)
    clock.instant = NOW + timedelta(seconds=5)
    assert see("c", delivery=901, deed=900) == ("c", 3)
    assert see("c", shared=False, delivery=901, deed=900) == ("c", 4)
    assert see("d", shared=False, delivery=901, deed=900) == ("d", 5)


def test_a_page_that_waits_stands_until_somebody_does_something(sources: Sources) -> None:
    at_once, waiting = Drawn(), Drawn()
    for drawn, waits in ((at_once, False), (waiting, True)):
        for marks in ({}, {"delivery": 900}, {"deed": 900}, {"deed": 900, "people": 900}):
            drawn.see(later(ask(LEAD, "/team", sources), **marks), shared=waits, waits=waits)
    assert (len(at_once.names), len(waiting.names)) == (4, 3)


def test_those_who_wait_read_one_generation_for_a_quarter_of_a_minute(centre: LiveCentre) -> None:
    clock = MovingClock(NOW)
    sources = Sources(centre.store, clock)

    def facts(href: str, who: Principal = MANAGER, **marks: int) -> Any:
        return later(ask(who, href, sources), **marks).facts

    shown = facts("/centre")
    assert rebuild_day(centre.store, TODAY, epoch_s(NOW) + 900)
    clock.instant = NOW + timedelta(seconds=14)
    assert (facts("/centre"), facts("/team", LEAD), facts("/me", AGENT)) == (shown,) * 3
    newest = facts("/desk", PEOPLE["desk"])
    assert newest.generation == shown.generation + 1
    assert facts("/centre", deed=900) is newest  # somebody decided something
    clock.instant = NOW + timedelta(seconds=15)
    assert facts("/centre") is newest
    assert rebuild_day(centre.store, TODAY, epoch_s(NOW))


def test_the_minutes_of_many_scopes_begin_at_every_second_of_a_minute() -> None:
    at = epoch_s(NOW)
    agents = [Scope("dublin", "T-04", f"A-{number}") for number in range(600)]
    first = [minute_of(at, agent) for agent in agents]
    begun = Counter(
        next(s for s in range(1, 61) if minute_of(at + s, agent) > minute)
        for agent, minute in zip(agents, first, strict=True)
    )
    assert len(begun) == 60
    assert max(begun.values()) <= 25  # of 10 at the mean


def test_what_belongs_to_one_agent_is_kept_for_its_reader_alone(sources: Sources) -> None:
    drawn, namesake = Drawn(), replace(AGENT, user_key="u-a2")
    for who in (AGENT, AGENT, namesake, namesake, AGENT):
        drawn.see(ask(who, "/me", sources), shared=False)
    assert len(drawn.names) == 2
    for who in (LEAD, SECOND_LEAD, LEAD):
        drawn.see(ask(who, "/team", sources), shared=False)
    assert len(drawn.names) == 4


def test_a_part_stands_for_the_minute_and_for_the_same_rights_alone(centre: LiveCentre) -> None:
    clock, drawn = MovingClock(NOW), list[str]()
    sources = Sources(centre.store, clock)

    def see(
        who: Principal, href: str, name: str = "gap", minutes: int = 1, *, of_view: bool = True,
        **marks: int,
    ) -> int:  # fmt: skip
        one = later(ask(who, href, sources), **marks)
        told = f"{who.role.value} {one.scope.path}"

        def draw() -> Any:
            drawn.append(told)
            return html.B(told)

        part = kept_part(one, name, draw, minutes=minutes, of_view=of_view)
        if isinstance(part, Cut):
            assert part.to_plotly_json()[0]["props"]["tree"] == ["b", 0, told]
        return len(drawn)

    team = "/team?scope=dublin/T-06"
    assert [see(w, team) for w in (LEAD, SECOND_LEAD, MANAGER, LEAD)] == [1, 1, 2, 2]
    assert [see(LEAD, team, name="tiles"), see(LEAD, f"{team}&view=table")] == [3, 4]
    assert [see(LEAD, team, delivery=900), see(LEAD, team, deed=900)] == [4, 5]
    assert see(OTHER_LEAD, "/team") == 6
    assert see(LEAD, team, name="ahead", minutes=5) == 7
    clock.instant = NOW + timedelta(seconds=60)
    assert [see(LEAD, team, name="ahead", minutes=5), see(LEAD, team)] == [7, 8]
    assert [see(PEOPLE["desk"], "/desk"), see(PEOPLE["desk"], "/desk")] == [9, 10]
    for href in (team, f"{team}&view=table", f"{team}&grain=week"):  # the same in every view
        assert see(LEAD, href, name="shifts", of_view=False) == 11
    assert see(MANAGER, team, name="shifts", of_view=False) == 12


def test_figures_of_a_page_that_waits_are_read_once_in_the_minute(centre: LiveCentre) -> None:
    clock = MovingClock(NOW)
    sources = Sources(centre.store, clock)
    first = ask(LEAD, "/team", sources).values(("adherence",))
    assert ask(LEAD, "/team?sort=name", sources).values(("adherence",)) is first
    assert ask(MANAGER, "/team?scope=dublin/T-06", sources).values(("adherence",)) is not first
    assert ask(LEAD, "/team", sources).values(("adherence",), by=("agent",)) != first
    clock.instant = NOW + timedelta(seconds=60)
    assert rebuild_day(centre.store, TODAY, epoch_s(NOW) + 900)
    assert ask(LEAD, "/team", sources).values(("adherence",)) is not first
    assert rebuild_day(centre.store, TODAY, epoch_s(NOW))


def test_figures_are_kept_by_scope_and_by_the_targets_that_colour_them(sources: Sources) -> None:
    facts, lead = open_facts(sources.store), ask(LEAD, "/team", sources)
    span = lead.period.first, lead.period.end
    one = kpi_values(facts, LEAD.scope, ("adherence",), *span, targets=lead.targets)
    assert kpi_values(facts, LEAD.scope, ("adherence",), *span, targets=lead.targets) is one
    other = kpi_values(facts, OTHER_LEAD.scope, ("adherence",), *span, targets=lead.targets)
    assert other != one
    plain = kpi_values(facts, LEAD.scope, ("adherence",), *span, targets=TargetBook())
    assert plain is not one
    assert kept_values(LEAD.scope, "x", lead.targets, lambda: one) is one
    assert kept_values(LEAD.scope, "x", lead.targets, lambda: other) is one
    assert kept_values(OTHER_LEAD.scope, "x", lead.targets, lambda: other) is other


def test_the_pulse_knows_who_is_where_as_the_store_does(centre: LiveCentre) -> None:
    pulse, store = pulse_of(centre.store), centre.store
    whole = pulse.organisation(ENTERPRISE)
    assert whole == read_organisation(store, ENTERPRISE)
    team = Scope("dublin", "T-06")
    assert pulse.organisation(team) == read_organisation(store, team)
    assert [pulse.has(s) for s in (ENTERPRISE, team, AGENT.scope)] == [True, True, True]
    wrong = (
        Scope("cork"),
        Scope("cork", "T-06"),
        Scope("dublin", "T-99"),
        Scope("dublin", "T-07", AGENT.agent_id),
        Scope("dublin", "T-06", "nobody"),
    )
    assert [pulse.has(s) for s in wrong] == [False] * 5
    assert pulse.seat_of("A-0173", 4_000_000_000) == AGENT.scope
    assert pulse.seat_of("A-0173", 0) is None
    assert pulse.seat_of("nobody", 4_000_000_000) is None
