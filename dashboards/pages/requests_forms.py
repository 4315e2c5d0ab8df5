"""The form that decides on time an agent explained: it counts as excused, or it does not."""

from __future__ import annotations

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.pages.remedies_data import time_words
from dashboards.parts.drawer import Drawer, facts
from dashboards.parts.form import Field, Form
from wfm.actions.exceptions import decide
from wfm.domain.adherence import RecordedException
from wfm.domain.errors import BadInput, ScopeDenied
from wfm.domain.language import say, to_say
from wfm.queries.access import NOT_FOUND
from wfm.queries.exceptions import read_exceptions
from wfm.queries.organisation import read_organisation

FORM, TITLE = "decide_exception", to_say("Decide on time explained")
CHOICES = (("approved", to_say("Approve: it is excused")), ("denied", to_say("Deny: it counts")))


def show(ask: FormAsk) -> Drawer:
    """What was explained, and the choice."""
    one = _exception(ask)
    known = read_organisation(ask.sources.store, ask.scope)
    zone = known.zone(str(ask.scope.site))
    rows = [
        (say("For"), known.name_of(ask.scope)),
        (say("From"), time_words(one.start_at, zone)),
        (say("To"), time_words(one.end_at, zone)),
        (say("Length"), say("{seconds:.0f} min", seconds=one.seconds / 60)),
        (say("Reason"), say(one.reason_code.replace("_", " "))),
        (say("Said"), one.note or "nothing"),
        (say("Now"), one.status),
    ]
    if one.status != "pending":
        return Drawer(TITLE, say("Somebody decided on it already."), (facts(rows),))
    fields = (
        Field("status", say("Decision"), "select", ask.value("status", "approved"), CHOICES),
        Field("note", say("Note"), "note", ask.value("note"), hint=say("A denial needs one.")),
    )
    kept = {name: ask.value(name) for name in ("scope", "exception", "from", "to")}
    return Drawer(
        TITLE,
        say("Approved time no longer counts against adherence; the days are worked out again."),
        (facts(rows),),
        Form(
            FORM, fields, say("Record it"), kept, confirm=True, key=ask.values.get("key", "")
        ).told(ask.errors, ask.trouble),
    )


def send(ask: FormAsk) -> Drawer:
    """The decision as recorded."""
    status = ask.value("status")
    if status not in dict(CHOICES):
        raise FieldError({"status": say("Choose one.")})
    one = _exception(ask)
    sources = ask.sources
    decide(sources.store, sources.clock, ask.who, [one.exception_id], status, ask.value("note"))
    return Drawer(TITLE, done=say("Recorded: {status}.", status=status))


def _exception(ask: FormAsk) -> RecordedException:
    texts = [ask.value(name) for name in ("exception", "from", "to")]
    if not all(text.isdigit() and len(text) < 12 for text in texts):
        raise BadInput(say("It is not named; open the form again."))
    number, start, end = (int(text) for text in texts)
    found = read_exceptions(ask.sources.store, ask.scope, start, end)
    one = next((e for e in found if e.exception_id == number), None)
    if one is None:
        raise ScopeDenied(NOT_FOUND)
    return one


DECIDE_EXCEPTION = FormRoom(FORM, "exception.decide", scope_of("scope"), show, send)
