"""Weeks after an alert its drawer tells whether the training that took the people was worth it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from dashboards.build import room_of
from dashboards.forms import answer_form, parse_sent
from dashboards.sources import Sources
from wfm.actions.remedies import open_remedy
from wfm.domain.clock import FixedClock
from wfm.domain.principal import Principal
from wfm.domain.remedies import NewRemedy
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.store.store import Store, open_store
from wfm.web.pages import parse_href

TUESDAY = date(2026, 12, 1)  # 10 of 20 people of Dublin are trained for an hour and a half
TRAINED = [f"t{n}" for n in range(10)]
OTHERS = [f"c{n}" for n in range(10)]
# Seconds a contact: 420 -> 372 of those who took part, 415 -> 403 of the others.
PACE = {"t": (420, 372), "c": (415, 403)}
DESK = Principal("u-d", "desk", "Rafi D.", Role.CONTROL_DESK, Scope(), None, 1)

ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from
all,enterprise,,Enterprise,Europe/Dublin,,2026-01-01
dublin,site,all,Dublin,Europe/Dublin,Mon-Sun 08:00-20:00,2026-01-01
d1,team,dublin,Team D1,,,2026-01-01
"""
QUEUES = """queue_id,valid_from,name,channel,site_id,sl_threshold_s
offers,2026-01-01T00:00:00Z,Offers,voice,dublin,20
"""


HEAD = "schedule_version,agent_id,shift_date,start_at,end_at,activity_code,published_at"


def weekdays(first: date, end: date) -> Iterator[date]:
    days = (first + timedelta(days=n) for n in range((end - first).days))
    return (day for day in days if day.weekday() < 5)


def at(day: date, minute: int, seconds: int = 0) -> str:
    eight = datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    return (eight + timedelta(minutes=minute, seconds=seconds)).isoformat()


def calls() -> Iterator[str]:
    """Six contacts a day of each: four weeks before, two weeks after, and weeks five and six."""
    yield (
        "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
        "outcome,talk_s,hold_s,acw_s"
    )
    spans = ((-28, 0), (1, 15), (29, 43))
    for first, end in spans:
        for day in weekdays(TUESDAY + timedelta(first), TUESDAY + timedelta(end)):
            for n, agent in enumerate([*TRAINED, *OTHERS]):
                since = day > TUESDAY
                pace = PACE[agent[0]][since] + 12 * (n % 5 - 2) + 3 * since * (-1) ** n
                for call in range(6):
                    start, talk = call * 60 + n, pace - 60 + 10 * (call % 2) - 5
                    yield (
                        f"{agent}-{day}-{call},1,voice,inbound,offers,{agent},{at(day, start)},"
                        f"{at(day, start, 10)},{at(day, start, 10 + talk)},answered,{talk},0,60"
                    )


def schedules(
    version: str, published: str, training: tuple[int, int] | None, day: date = TUESDAY
) -> Iterator[str]:
    for agent in TRAINED:
        shift = [(0, 480, "on_queue")]
        if training is not None:
            begin, end = training
            shift = [(0, begin, "on_queue"), (begin, end, "training"), (end, 480, "on_queue")]
        for begin, end, activity in shift:
            yield (
                f"{version},{agent},{day},{at(day, begin)},{at(day, end)},{activity},{published}"
            )


def load(store: Store, folder: Path, at: datetime, **texts: str) -> None:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    for report in load_files(store, FixedClock(at), "csv", [folder], source_id="acd"):
        assert (report.quarantined, report.rejected) == (0, None), report


@pytest.fixture(scope="module")
def before_it(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The centre with all its contacts and the schedule as the desk saw it on the day."""
    root = tmp_path_factory.mktemp("training")
    people = "".join(
        f"{agent},2026-01-01T00:00:00Z,{agent},d1,agent,\n" for agent in [*TRAINED, *OTHERS]
    )
    published = "2026-11-20T09:00:00Z"
    planned = [HEAD, *schedules("baseline", published, None),
               *schedules("current", "2026-11-30T09:00:00Z", (60, 150))]  # fmt: skip
    store = open_store(f"sqlite:///{root / 'data' / 'muster.db'}", root / "data")
    noon = datetime(2026, 12, 1, 8, tzinfo=UTC)
    load(store, root / "first", noon, org=ORG, queues=QUEUES,
         people=f"agent_id,valid_from,display_name,team_id,role,skills\n{people}",
         schedules="\n".join(planned) + "\n")  # fmt: skip
    seen = datetime(2027, 1, 14, 9, tzinfo=UTC)
    load(store, root / "second", seen, calls="\n".join(calls()) + "\n")
    rebuild_dirty(store, FixedClock(seen), "test")
    return root


def drawer_of(
    root: Path, to: Path, seen: datetime, **more: str
) -> tuple[dict[str, str], list[str]]:
    """Facts and sentences of the alert of 1 December, 09:05, as the desk opens it later."""
    shutil.copytree(root / "data", to / "data")
    store = open_store(f"sqlite:///{to / 'data' / 'muster.db'}", to / "data")
    if more:
        load(store, to / "more", datetime(2026, 12, 1, 10, tzinfo=UTC), **more)
    about = {"gap": "10 of 20", "cause": "training", "until": "11:00"}
    alert = NewRemedy("site_alert", Scope("dublin"), "net_staffing", about, "Move it")
    raised = open_remedy(store, FixedClock(datetime(2026, 12, 1, 9, 5, tzinfo=UTC)), DESK, alert,
                         request_key="a")  # fmt: skip
    room = room_of("desk")
    assert room is not None
    values = {"scope": "dublin", "remedy": str(raised.remedy_id)}
    asked = parse_sent(room.forms)(
        {"form": "withdraw_alert", "step": "open", "values": values, "n": 1}
    )
    assert asked is not None
    sources = Sources(store, FixedClock(seen))
    drawer = answer_form(DESK, parse_href("/desk"), asked, room.forms, sources)
    parts = [(part.className, row) for part in drawer.body for row in part.children]
    told = {row.children[0].children: row.children[1].children
            for kind, row in parts if kind == "d-facts"}  # fmt: skip
    return told, [row.children[1].children for kind, row in parts if kind == "d-lines"]


def test_six_weeks_later_the_alert_tells_what_its_training_brought_and_when_it_paid(
    before_it: Path, tmp_path: Path
) -> None:
    """36 s of 30 contacts a week of ten people are 3 h a week: 15 h come back in 5 weeks."""
    told, lines = drawer_of(before_it, tmp_path, datetime(2027, 1, 14, 9, tzinfo=UTC))
    assert told["Took part"] == "10 people, 15.0 h"
    assert told["Those who took part, on average"] == "420\u00a0s → 372\u00a0s"
    assert told["10 comparable colleagues"] == "415\u00a0s → 403\u00a0s"
    assert (told["Not answered for"], told["Quality"]) == (
        "43 days", "not known: fewer than two people with enough contacts on both sides",
    )  # fmt: skip
    assert told["Effect after 6 weeks"] == "−36\u00a0s (−39 to −33)"
    assert lines[-2:] == [
        "Handle time of those who took part fell by 36\u00a0s beside comparable colleagues "
        "(33 to 39\u00a0s).",
        "It took 15.0 h and saves 3.0 h a week: paid back after 5.0 weeks.",
    ]


def test_a_training_that_was_moved_counts_from_the_day_on_which_it_is_held(
    before_it: Path, tmp_path: Path
) -> None:
    at_once, thursday = "2026-12-01T09:30:00Z", date(2026, 12, 3)
    moved = [HEAD, *schedules("current", at_once, None),
             *schedules("current", at_once, (60, 120), thursday)]  # fmt: skip
    _, lines = drawer_of(
        before_it, tmp_path, datetime(2026, 12, 9, 9, tzinfo=UTC), schedules="\n".join(moved) + "\n"
    )
    assert lines[-1] == (
        "10 people are trained; a whole week after, on 11 Dec, a verdict can be told."
    )


def test_a_training_that_was_taken_out_is_said_and_not_judged(
    before_it: Path, tmp_path: Path
) -> None:
    out = [HEAD, *schedules("current", "2026-12-01T09:30:00Z", None)]
    told, lines = drawer_of(
        before_it, tmp_path, datetime(2026, 12, 20, tzinfo=UTC), schedules="\n".join(out) + "\n"
    )
    assert "Took part" not in told
    assert lines[-1] == "The training of these hours was taken out of the schedule."
