"""A campaign week explained through the public doors: contacts from files, taken apart."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from kpis.catalogue.load import CATALOGUE
from kpis.explain.breakdown import Dimension, mix_first
from kpis.explain.explain import Asked, Explanation, explain
from kpis.explain.finding import Check, Finding, Step, from_document, to_document
from kpis.explain.levels import Bar, Level
from kpis.explain.naming import namer_of
from kpis.explain.sentences import split_sentence
from wfm.cli.explain import explanation_document
from wfm.domain.clock import FixedClock, epoch_s
from wfm.domain.periods import Period
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.queries.facts import open_facts
from wfm.queries.organisation import read_organisation
from wfm.queries.targets import read_targets
from wfm.store.store import Store, open_store

FIRST = date(2026, 10, 12)  # a Monday; the week before is as planned
NOW = datetime(2026, 10, 20, 6, tzinfo=UTC)
WEEK = Period(FIRST, FIRST + timedelta(days=7))
ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from
all,enterprise,,Enterprise,UTC,,2020-01-01
york,site,all,York,UTC,Mon-Sun 08:00-20:00,2020-01-01
t1,team,york,Team T1,,,2020-01-01
t2,team,york,Team T2,,,2020-01-01
"""
PEOPLE = """agent_id,valid_from,display_name,team_id,role,skills,hire_date
old,2020-01-01T00:00:00+00:00,Olga,t1,agent,,2020-01-01
two,2020-01-01T00:00:00+00:00,Otto,t2,agent,,2019-01-01
new,2020-01-01T00:00:00+00:00,Neil,t2,agent,,2026-09-01
"""
QUEUES = """queue_id,valid_from,name,channel,skill_group,sl_threshold_s,short_abandon_s,site_id
line,2020-01-01T00:00:00+00:00,Line,voice,line,20,5,york
"""
TARGETS = """kpi_id,level,key,value_lo,value_hi,amber_width,effective_from
average_handle_time,site,york,340,368,10,2020-01-01
"""
# By week (0: before), type and agent: contacts and seconds of talk and of after-contact work.
CONTACTS = (
    (0, "billing", "old", 45, 260, 40), (0, "support", "old", 23, 380, 40),
    (0, "billing", "new", 15, 260, 40), (0, "support", "new", 7, 380, 40),
    (0, "tv_offer", "old", 5, 420, 60), (0, "tv_offer", "two", 5, 420, 60),
    (1, "billing", "old", 60, 260, 40), (1, "support", "two", 30, 380, 40),
    (1, "tv_offer", "old", 5, 420, 60), (1, "tv_offer", "two", 5, 420, 60),
    (1, "tv_offer", "new", 30, 520, 120),
)  # fmt: skip


def calls() -> str:
    lines = [
        "contact_id,leg_no,channel,direction,queue_id,contact_type,agent_id,enqueued_at,"
        "connected_at,ended_at,outcome,talk_s,hold_s,acw_s"
    ]
    for week, kind, agent, n, talk, acw in CONTACTS:
        for i in range(n):
            day = FIRST + timedelta(days=7 * (week - 1) + i % 2)
            start = datetime(day.year, day.month, day.day, 9 + i % 8, tzinfo=UTC)
            end = start + timedelta(seconds=10 + talk)
            lines.append(
                f"{week}-{kind}-{agent}-{i},1,voice,inbound,line,{kind},{agent},"
                f"{start.isoformat()},{(start + timedelta(seconds=10)).isoformat()},"
                f"{end.isoformat()},answered,{talk},0,{acw}"
            )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def york(tmp_path_factory: pytest.TempPathFactory) -> Store:
    root = tmp_path_factory.mktemp("york")
    files = root / "files"
    files.mkdir()
    texts = {"org.csv": ORG, "people.csv": PEOPLE, "queues.csv": QUEUES, "targets.csv": TARGETS,
             "calls.csv": calls()}  # fmt: skip
    for name, text in texts.items():
        (files / name).write_text(text)
    store = open_store(f"sqlite:///{root / 'muster.sqlite'}", root)
    for report in load_files(store, FixedClock(NOW), "csv", [files]):
        assert (report.quarantined, report.rejected) == (0, None), report
    rebuild_dirty(store, FixedClock(NOW), "test")
    return store


def explained(store: Store, kpi_id: str, versus: str | Period = "previous") -> Explanation:
    organisation = read_organisation(store, Scope())
    asked = Asked(kpi_id, Scope("york"), WEEK, versus, where="York")
    return explain(
        open_facts(store), asked, read_targets(store, Scope()),
        namer_of(organisation, epoch_s(NOW)),
    )  # fmt: skip


def test_a_campaign_is_found_and_within_it_the_new_people(york: Store) -> None:
    found = explained(york, "average_handle_time")
    assert (found.base, found.delta) == (354.0, pytest.approx(66.0))
    first, within = found.levels
    assert (first.dimension, within.dimension, within.inside) == (
        "contact_type", "tenure", "tv offer",
    )  # fmt: skip
    sizes = {bar.name: round(bar.size, 2) for bar in first.bars}
    assert sizes == {"billing": 12.05, "support": -2.28, "tv offer": 56.24}
    assert [round(bar.size, 6) for bar in within.ranked] == [75.0, 45.0]
    assert found.sentences == (
        "Handle time in York rose 66 s, from 354 s to 420 s against the period before: tv offer "
        "accounts for 56 s of it, 24 s by its own value (480 s to 600 s) and 32 s by its share "
        "of contacts (10 % to 31 %).",
        "Of it +24 s come from how long each contact type takes, and +42 s from how many there are "
        "of which.",
        "Within tv offer, from 480 s to 600 s: agents in their first 90 days account for 75 s of "
        "it, by their share of contacts (0 % to 75 %).",
        "If agents with 90 days and more took them all, it would be 383 s: 37 s of the 66 s go, "
        "29 s are its volume and stay; 1.3 h are saved.",
        "By component: talk +48 s, hold 0 s, after-contact work +18 s.",
        "It explains more of it than teams, tenure and hours.",
    )


def test_handle_time_is_cut_by_channel_first_where_values_and_mix_both_moved() -> None:
    """One contact in ten a chat, then four, chats 40 s and calls 20 s longer: 25 and 93 s."""
    chats = Bar("chat", "chat", 79.3, 10.0, 69.3, 600, 640, 100, 400)
    voice = Bar("voice", "voice", 38.7, 15.0, 23.7, 300, 320, 900, 600)
    by_channel = Dimension(Level("channel", 330, 448, (chats, voice)), surprise=0.01)
    by_team = Dimension(Level("team", 330, 448, (Bar("t1", "T1", 118.0),)), surprise=0.5)
    aht, occupancy = CATALOGUE["average_handle_time"], CATALOGUE["occupancy"]
    assert mix_first(aht, (by_team, by_channel)) == (by_channel, by_team)
    assert mix_first(occupancy, (by_team, by_channel)) == (by_team, by_channel)
    assert split_sentence(aht, by_channel.level) == (
        "Of it +25 s come from how long each channel takes, and +93 s from how many there are of "
        "which."
    )
    longer = (replace(chats, size=10.0, mix=0.0), replace(voice, size=15.0, mix=0.0))
    same_mix = replace(by_channel, level=Level("channel", 330, 355, longer))
    assert mix_first(aht, (by_team, same_mix)) == (by_team, same_mix)


def test_the_next_action_moves_the_offers_and_is_filled_in(york: Store) -> None:
    step = explained(york, "average_handle_time").step
    assert step == Step(
        "reassign_skill",
        "Move tv offer to settled agents",
        {"scope": "york", "contact_type": "tv_offer", "from": "new", "to": "settled",
         "kpi": "average_handle_time"},
    )  # fmt: skip


def test_against_the_target_each_part_is_its_distance_times_its_share(york: Store) -> None:
    found = explained(york, "average_handle_time", "target")
    assert (found.base, found.delta) == (368.0, pytest.approx(52.0))
    by_team = next(d.level for d in found.dimensions if d.level.dimension == "team")
    sizes = {bar.name: round(bar.size, 2) for bar in by_team.bars}
    assert sizes == {"Team T1": -27.08, "Team T2": 79.08}
    assert found.sentences[0].startswith("Handle time in York is 420 s, 52 s over its target: ")


@pytest.mark.parametrize("kpi_id", ["average_handle_time", "contacts_handled", "acw_share"])
def test_the_parts_of_every_level_sum_to_the_last_digit(york: Store, kpi_id: str) -> None:
    found = explained(york, kpi_id)
    document = json.loads(json.dumps(explanation_document(found)))
    levels = [*document["dimensions"], *document["drill"]]
    assert len(levels) >= 3
    for level in levels:
        assert abs(level["residual"]) <= 1e-9 * max(1, abs(level["delta"]))
    for dimension in found.dimensions:
        start, shown, end = dimension.level.printed(1)
        assert round(start + sum(shown), 6) == end


def test_two_periods_may_be_named(york: Store) -> None:
    same = Period(WEEK.first - timedelta(days=7), WEEK.first)
    assert explained(york, "average_handle_time", same).delta == pytest.approx(66.0)


def test_what_cannot_be_taken_apart_says_why(york: Store) -> None:
    longest = explained(york, "longest_wait")
    assert longest.sentences == (
        "Longest wait is 10 s; it cannot be taken apart here: a max has no parts that sum.",
    )
    lacking = explained(york, "adherence")
    assert (lacking.dimensions, lacking.reason) == ((), "needs feed: agent states and schedule")
    assert "agents are told team by team" in explained(york, "average_talk_time").without.values()


def test_a_finding_is_the_same_after_it_was_stored(york: Store) -> None:
    told = explained(york, "average_handle_time")
    found = Finding(
        "change", "average_handle_time", Scope("york"), (Role.MANAGER,), told.sentences[0],
        told.sentences[1:], told.levels, told.step, (Check("base", True, "130 contacts"),),
        (("Period", "12 to 18 Oct"),), 3.5, "bad", epoch_s(NOW),
    )  # fmt: skip
    assert from_document(json.loads(json.dumps(to_document(found)))) == found
    assert found.is_cause
