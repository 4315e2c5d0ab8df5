"""The data page: what is incomplete is named, and mending it goes through the record."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy import select, update

from dashboards.build import ask_of, room_of
from dashboards.forms import Sent, answer_form
from dashboards.frame import Look, View
from dashboards.pages.health import ROOM
from dashboards.pages.health_tables import hours
from dashboards.parts.drawer import Drawer
from dashboards.shell import whole_page
from dashboards.sources import Sources
from wfm.domain.clock import FixedClock
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.facts.rebuild import rebuild_dirty
from wfm.ingest.load import load_files
from wfm.ingest.options import ReadOptions
from wfm.queries.health import read_waiting
from wfm.store.schema import audit, build, quarantine, version
from wfm.store.store import open_store
from wfm.web.guard import parse_href
from wfm.worker.jobs import work_once

DAY = date(2026, 10, 12)
OPENS = datetime(2026, 10, 12, 8, tzinfo=UTC)
NOW = datetime(2026, 10, 12, 12, 30, tzinfo=UTC)
LATER = datetime(2026, 10, 16, 6, tzinfo=UTC)
ORG = """org_id,org_level,parent_id,name,timezone,opening_hours,valid_from,valid_to
all,enterprise,,Enterprise,Europe/Madrid,,2026-01-01,
madrid,site,all,Madrid,Europe/Madrid,,2026-01-01,
m1,team,madrid,Team M1,,,2026-01-01,
"""
PEOPLE = """agent_id,valid_from,display_name,team_id,role
a1,2026-01-01T00:00:00+01:00,Ana,m1,agent
"""
QUEUES = """queue_id,valid_from,name,channel,sl_threshold_s,site_id
billing,2026-01-01T00:00:00+01:00,Billing,voice,20,madrid
"""
DESK = Principal("dora", "dora", "Dora", Role.CONTROL_DESK, ENTERPRISE, None, 1)
MANAGER = Principal("mia", "mia", "Mia", Role.MANAGER, Scope("madrid"), None, 1)


def _calls(quarters: range, queue: str = "billing") -> str:
    lines = [
        "contact_id,leg_no,channel,direction,queue_id,agent_id,enqueued_at,connected_at,ended_at,"
        "outcome,talk_s"
    ]
    for k in quarters:
        start = OPENS + timedelta(minutes=15 * k + 1)
        times = [start + timedelta(seconds=s) for s in (0, 10, 70)]
        text = ",".join(t.isoformat() for t in times)
        lines.append(f"c{k},1,voice,inbound,{queue},a1,{text},answered,60")
    return "\n".join(lines) + "\n"


def _states() -> str:
    rows = [(0, 90, "available", ""), (90, 150, "aux", "yoga"), (150, 180, "available", "")]
    lines = ["agent_id,start_at,end_at,state,reason"]
    for first, last, state, reason in rows:
        times = ",".join((OPENS + timedelta(minutes=m)).isoformat() for m in (first, last))
        lines.append(f"a1,{times},{state},{reason}")
    return "\n".join(lines) + "\n"


def _load(sources: Sources, folder: Path, now: datetime, **texts: str) -> None:
    folder.mkdir()
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    load_files(sources.store, FixedClock(now), "csv", [folder])
    rebuild_dirty(sources.store, FixedClock(now), "test")


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Calls with a gap of an hour, an aux code nobody mapped, and a call of an unknown queue."""
    sources = Sources(open_store(f"sqlite:///{tmp_path / 'm.db'}", tmp_path), FixedClock(NOW))
    calls = _calls(range(4)) + _calls(range(8, 12)).split("\n", 1)[1]
    calls += _calls(range(14, 15), "bilingg").split("\n", 1)[1]
    segment = f"{OPENS.isoformat()},{(OPENS + timedelta(hours=3)).isoformat()}"
    plan = (
        "schedule_version,agent_id,shift_date,start_at,end_at,activity_code,paid\n"
        f"baseline,a1,2026-10-12,{segment},on_queue,yes\n"
    )
    _load(
        sources, tmp_path / "first", NOW, org=ORG, people=PEOPLE, queues=QUEUES, calls=calls,
        agent_states=_states(), schedules=plan,
    )  # fmt: skip
    return sources


def page(sources: Sources, who: Principal = DESK, href: str = "/data?grain=week") -> View:
    room = room_of("data")
    assert room is not None
    ask = ask_of(who, room, parse_href(href), Look(), sources)
    view = room.view(ask)
    json.dumps(whole_page(ask, view), cls=PlotlyJSONEncoder)
    return view


def texts(view: View, key: str) -> list[list[str]]:
    sheet = next(one for one in view.sheets if one.key == key)
    return [[cell.text for cell in line.cells] for line in sheet.lines]


def send(sources: Sources, form: str, **values: str) -> Drawer:
    sent = Sent(form, "confirm", {"key": f"k-{form}", **values})
    return answer_form(DESK, parse_href("/data"), sent, ROOM.forms, sources)


def test_a_code_without_meaning_leads_the_page_and_a_meaning_mends_it(sources: Sources) -> None:
    before = page(sources)
    assert before.answer.lead == "1 h 0 min of aux “yoga” have no meaning at all sites."
    assert texts(before, "unmapped")[0][:3] == ["aux “yoga”", "1 h 0 min", "1"]
    given = {"state": "aux", "code": "yoga", "group": "break", "since": "2026-10-12"}
    answer = send(sources, "map", **given, reason="agreed with the council")
    assert answer.done == "aux “yoga” is break from 12 Oct 2026; 1 day is made again."
    again = send(sources, "map", **given, reason="agreed with the council")
    assert again.done == answer.done  # the same key writes once
    rebuild_dirty(sources.store, FixedClock(NOW), "test")
    assert texts(page(sources), "unmapped") == []
    with sources.store.db.read() as connection:
        kinds = connection.scalars(select(audit.c.action)).all()
    assert kinds.count("mapping.state") == 1


def test_a_day_built_before_codes_were_counted_tells_them_out_of_its_spells(
    sources: Sources,
) -> None:
    with sources.store.db.write() as connection:
        connection.execute(update(build).values(code_version="10"))
        connection.execute(version.delete().where(version.c.table_name == "unmapped_state"))
    assert texts(page(sources), "unmapped")[0][:3] == ["aux “yoga”", "1 h 0 min", "1"]


def test_quarters_without_contacts_between_others_are_gaps(sources: Sources) -> None:
    view = page(sources)
    # 12 quarters of contacts, 8 of them with some; 12 of states, 8 of them with a known one.
    assert view.tiles[0].value == "66.7"
    assert texts(view, "gaps") == [
        ["12 Oct", "Madrid, agent states", "66.7", "8", "12", "11:30\u201312:30"],
        ["12 Oct", "Madrid, contacts", "66.7", "8", "12", "11:00\u201312:00"],
    ]


def _repair(sources: Sources, row_id: int, **values: str) -> list[tuple[str, int]]:
    """What waits after a row was corrected and the worker has tried it."""
    given = {"row": str(row_id), "reason": "a typing error", "key": f"k-{row_id}"}
    answer = send(sources, "repair", **given, **values)
    assert answer.done.endswith("loads the corrected row.")
    assert work_once(sources.store, FixedClock(NOW), "worker")
    return [(w.code, w.rows) for w in read_waiting(sources.store, ENTERPRISE)]


def test_a_rejected_row_is_repaired_by_column_and_both_versions_are_kept(
    sources: Sources,
) -> None:
    (row,) = texts(page(sources), "quarantine")
    assert row[:2] == ["calls.csv:10", "unknown queue: queue_id"]
    with sources.store.db.read() as connection:
        found = connection.execute(select(quarantine)).one()
    opened = answer_form(
        DESK, parse_href("/data"), Sent("repair", "open", {"row": str(found.row_id)}), ROOM.forms,
        sources,
    )  # fmt: skip
    assert opened.form is not None
    assert next((f.name, f.value) for f in opened.form.fields) == ("col-queue_id", "bilingg")
    assert _repair(sources, found.row_id, **{"col-queue_id": "bilings"}) == [("unknown_queue", 1)]
    assert _repair(sources, found.row_id + 1, **{"col-queue_id": "billing"}) == []
    with sources.store.db.read() as connection:
        kept = connection.scalars(select(quarantine.c.raw).order_by(quarantine.c.row_id)).all()
        new = connection.scalars(select(audit.c.new).where(audit.c.action == "ingest.repair")).all()
    raw = found.raw.decode()
    words = [raw, raw.replace("bilingg", "bilings"), raw.replace("bilingg", "billing")]
    assert [text.decode() for text in kept] == words
    assert [word in str(told) for word, told in zip(words[1:], new, strict=True)] == [True, True]


def test_a_line_that_broke_off_is_completed_in_the_notation_of_its_file(
    sources: Sources, tmp_path: Path
) -> None:
    times = ";".join((OPENS + timedelta(seconds=s)).isoformat() for s in (0, 10, 70))
    head = _calls(range(0)).replace(",", ";")
    text = head + "ü1;1;voice\n" + f"ü2;1;voice;inbound;billing;a1;{times};answered;60\n"
    folder = tmp_path / "calls.csv"
    folder.write_bytes(text.encode("latin-1"))
    options = ReadOptions("elsewhere", encoding="latin-1", delimiter=";")
    (report,) = load_files(sources.store, FixedClock(NOW), "csv", [folder], options=options)
    assert (report.loaded, report.by_reason["too_few_fields"]) == (1, 1)
    with sources.store.db.read() as connection:
        row_id = max(connection.scalars(select(quarantine.c.row_id)).all())
    whole = f"ü1;1;voice;inbound;billing;a1;{times};answered;60"
    refused = send(sources, "repair", row=str(row_id), text=f"{whole}€", reason="a test")
    assert refused.form is not None
    assert refused.form.trouble == "The file is latin-1, which has no sign '€'."
    assert _repair(sources, row_id, text=whole) == [("unknown_queue", 1)]


def test_rows_are_loaded_again_once_what_they_lacked_has_come(
    sources: Sources, tmp_path: Path
) -> None:
    queue = QUEUES + "bilingg,2026-01-01T00:00:00+01:00,Bilingg,voice,20,madrid\n"
    _load(sources, tmp_path / "second", NOW, queues=queue)
    answer = send(sources, "replay", codes="unknown_queue", reason="the queue is known now")
    assert answer.done.startswith("Job ")
    assert work_once(sources.store, FixedClock(NOW), "worker")
    assert read_waiting(sources.store, ENTERPRISE) == ()


def test_a_late_file_shows_the_old_value_beside_the_new(sources: Sources, tmp_path: Path) -> None:
    rebuild_dirty(sources.store, FixedClock(LATER - timedelta(days=1)), "test")
    _load(sources, tmp_path / "late", LATER, calls=_calls(range(4, 8)))
    later = Sources(sources.store, FixedClock(LATER))
    rows = texts(page(later), "restated")
    assert ["12 Oct", "Contacts offered", "8", "12"] in [row[:4] for row in rows]
    assert {row[5] for row in rows} == {"1 late delivery"}


def test_a_manager_sees_the_health_of_the_site_but_no_rejected_rows(sources: Sources) -> None:
    keys = {sheet.key for sheet in page(sources, MANAGER).sheets}
    assert keys == {"gaps", "feeds", "unmapped", "sums", "restated"}


def test_a_long_lag_is_told_in_days() -> None:
    told = [hours(seconds) for seconds in (300, 5400, 172_799, 172_800, 7_905_600)]
    assert told == ["5 min", "1 h 30 min", "48 h 0 min", "2 days", "91 days"]
