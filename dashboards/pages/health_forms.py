"""The forms of the data page: a meaning for a code, rejected rows loaded again, a row repaired."""

from __future__ import annotations

from typing import Any

from dashboards.forms import LONGEST, FormAsk, FormRoom, Values
from dashboards.pages.health_tables import reason_words
from dashboards.pages.targets_forms import typed_day
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, facts
from dashboards.parts.form import Field, Form
from wfm.actions.quarantine import repair_row, replay_rows
from wfm.actions.state_mapping import GROUPS, Mapping, map_state
from wfm.domain.errors import BadInput
from wfm.domain.language import say, say_many, to_say
from wfm.domain.scope import ENTERPRISE, Scope
from wfm.queries.rejected import Rejected, read_rejected

REASON = Field(
    "reason", to_say("Reason"), "note", required=True, hint=to_say("Kept in the audit log")
)


def _whole_centre(values: Values) -> Scope:
    return ENTERPRISE


def _show_map(ask: FormAsk) -> Drawer:
    state, code = ask.value("state"), ask.value("code")
    choices = tuple((group, say(group.replace("_", " "))) for group in GROUPS)
    fields = (
        Field("group", say("Means"), "select", ask.value("group", "break"), choices),
        Field(
            "since",
            say("From"),
            "date",
            ask.value("since"),
            hint=say("Days from then are made again"),
        ),
        Field(
            "reason",
            say("Reason"),
            "note",
            ask.value("reason"),
            required=True,
            hint=say("Kept in the audit log"),
        ),
    )
    return Drawer(
        say("What does {state} “{code}” mean?", state=state, code=code)
        if code
        else say("What does {state} mean?", state=state),
        say("For every source that sends it. Adherence and lost time follow from it."),
        (),
        Form(
            "map",
            fields,
            say("Give it this meaning"),
            args={"state": state, "code": code},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def _send_map(ask: FormAsk) -> Drawer:
    wish = Mapping(
        ask.value("state"), ask.value("code"), ask.value("group"), typed_day(ask, "since"),
        ask.reason(), ask.key,
    )  # fmt: skip
    days = map_state(ask.sources.store, ask.sources.clock, ask.who, wish)
    return Drawer(
        say("The code has a meaning"),
        done=say_many(
            "{state} “{reason_code}” is {group} from {day.day} {day:%b %Y}; {n} day is made again.",
            "{state} “{reason_code}” is {group} from {day.day} {day:%b %Y}; "
            "{n} days are made again.",
            days,
            state=wish.state,
            reason_code=wish.reason_code,
            group=say(wish.group.replace("_", " ")),
            day=wish.valid_from,
        ),
    )


def _show_replay(ask: FormAsk) -> Drawer:
    code = ask.value("codes")
    what = reason_words(code) if code else say("any reason")
    return Drawer(
        say("Load rejected rows again"),
        say(
            "All rows that wait with {what}. Those that still do not fit go on waiting.", what=what
        ),
        (),
        Form(
            "replay",
            (REASON,),
            say("Load them again"),
            args={"codes": code},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
    )


def _send_replay(ask: FormAsk) -> Drawer:
    codes = [ask.value("codes")] if ask.value("codes") else []
    job = replay_rows(
        ask.sources.store, ask.sources.clock, ask.who, codes, ask.reason(), ask.key
    )  # fmt: skip
    return Drawer(
        say("Load rejected rows again"),
        done=say("Job {job} loads them; the page follows.", job=job),
    )


def _show_repair(ask: FormAsk) -> Drawer:
    row = _row(ask)
    if not row.whole or len(row.text) > LONGEST:
        raise BadInput(say("This row is too long to be mended here: correct it at its source."))
    rows = [
        (say("File"), say("{file}, line {line}", file=row.file_name, line=row.line)),
        (say("Rejected for"), f"{reason_words(row.code)}: {row.detail}"),
    ]
    shown: tuple[Any, ...] = (facts(rows),)
    if row.named:
        others = [
            (column, field)
            for column, field in zip(row.columns, row.fields, strict=True)
            if field and column not in row.named
        ]
        shown += (
            html.Details(
                [html.Summary(say("The other columns")), facts(others)], className="d-more"
            ),
        )
        fields = tuple(
            Field(name := f"col-{column}", column, value=ask.values.get(name, _field(row, column)))
            for column in row.named
        )  # fmt: skip
    else:
        fields = (
            Field("text", say("Corrected row"), "note", ask.values.get("text") or row.text,
                  hint=say("Columns: ") + ", ".join(row.columns) if row.columns else "",
                  required=True, most=LONGEST),
        )  # fmt: skip
    reason = Field("reason", say("Reason"), "note", ask.value("reason"), required=True,
                   hint=say("Kept in the audit log with both rows"))  # fmt: skip
    return Drawer(
        say("Repair a rejected row"),
        say("The row as received is kept; the corrected one is loaded in its place."),
        shown,
        Form(
            "repair",
            (*fields, reason),
            say("Load the corrected row"),
            args={"row": str(row.row_id)},
            confirm=True,
            key=ask.values.get("key", ""),
        ).told(ask.errors, ask.trouble),
        wide=True,
    )


def _send_repair(ask: FormAsk) -> Drawer:
    row = _row(ask)
    text = ask.values.get("text", "")
    if row.named:
        text = row.corrected({column: ask.value(f"col-{column}") for column in row.named})
    job = repair_row(
        ask.sources.store, ask.sources.clock, ask.who, row.row_id, text, ask.reason(), ask.key
    )
    return Drawer(
        say("Repair a rejected row"), done=say("Job {job} loads the corrected row.", job=job)
    )


def _field(row: Rejected, column: str) -> str:
    return row.fields[row.columns.index(column)]


def _row(ask: FormAsk) -> Rejected:
    text = ask.value("row")
    if text.isdigit():
        found = read_rejected(ask.sources.store, ENTERPRISE, row_ids=(int(text),), limit=1)
        if found:
            return found[0]
    raise BadInput(say("No rejected row {text!r} is known; open the page again.", text=text[:20]))


MAP = FormRoom("map", "mapping.write", _whole_centre, _show_map, _send_map)
REPLAY = FormRoom("replay", "ingest.replay", _whole_centre, _show_replay, _send_replay)
REPAIR = FormRoom("repair", "ingest.replay", _whole_centre, _show_repair, _send_repair)
