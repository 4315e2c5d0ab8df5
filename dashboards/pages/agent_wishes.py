"""What suits me: the agent's own form for free days and a time to begin."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.frame import LASTING, Ask
from dashboards.parts import html
from dashboards.parts.drawer import Drawer, opener, sentences
from dashboards.parts.form import Field, Form
from dashboards.parts.panel import panel
from wfm.actions.wishes import record_wish
from wfm.domain.grid import zone_of
from wfm.domain.language import say, to_say
from wfm.domain.wishes import DAYS, Wish, wish_words
from wfm.queries.wishes import KnownWish, read_wishes

LONG = (
    to_say("Monday"),
    to_say("Tuesday"),
    to_say("Wednesday"),
    to_say("Thursday"),
    to_say("Friday"),
    to_say("Saturday"),
    to_say("Sunday"),
)
MATTERS = (("some", to_say("A little")), ("much", to_say("A lot")))
ANY = ""


def wishes_panel(ask: Ask) -> list[Any]:
    """What the agent would like, with the form to say it; only on one's own page."""
    if ask.who.agent_id != ask.scope.agent:
        return []
    known = ask.held("wish", lambda: _known(ask.sources.store, ask.scope), minutes=LASTING)
    words = say("You have not said which days or times suit you.")
    note = ""
    if known is not None:
        words = wish_words(known.wish)
        words = words[:1].upper() + words[1:]
        on = datetime.fromtimestamp(known.recorded_at, zone_of(ask.zone))
        note = say("since {day.day} {day:%b}", day=on)
    button = opener(say("Say what suits you") if known is None else say("Change it"), "wishes",
                    {"scope": ask.scope.path}, small=True)  # fmt: skip
    body = [html.P(words), html.Div(button, className="acts wrap")]
    return [panel(say("What suits you"), body, note=note, css="wishes")]


def show_wishes(ask: FormAsk) -> Drawer:
    """Weekdays to have free and a time to begin, as they were said last."""
    known = _known(ask.sources.store, ask.scope)
    now = known.wish if known is not None else Wish()
    sent = "from" in ask.values

    def ticked(day: int) -> str:
        return ask.value(f"d{day}") if sent else "yes" if day in now.off else ""

    first, last = (str(slot) for slot in now.start) if now.start else (ANY, ANY)
    times = [(ANY, say("any time")), *((str(s), f"{s // 4:02d}:{s % 4 * 15:02d}")
                                  for s in range(0, 96, 2))]  # fmt: skip
    fields = (
        *(
            Field(f"d{day}", say("{long} free", long=LONG[day]), "check", ticked(day))
            for day in range(7)
        ),
        Field("from", say("Begin from"), "select", ask.value("from", first), times, half=True),
        Field("to", say("at the latest"), "select", ask.value("to", last), times, half=True),
        Field("matters", say("It matters"), "select", ask.value("matters", now.matters), MATTERS),
    )
    lines = [
        ("dot", say("It counts from the next schedule that is made; what is published stays.")),
        ("dot", say("Your planner sees it. It is weighed against how many people are needed.")),
    ]
    return Drawer(
        say("What suits you"),
        say("Up to three days; nothing chosen takes it back."),
        (sentences(lines),),
        Form(
            "wishes",
            fields,
            say("Save it"),
            {"scope": ask.scope.path},
            ask.errors,
            ask.trouble,
            True,
            key=ask.key,
        ),
    )


def send_wishes(ask: FormAsk) -> Drawer:
    """The wish recorded."""
    off = tuple(day for day in range(len(DAYS)) if ask.value(f"d{day}") == "yes")
    if len(off) > 3:
        raise FieldError({f"d{off[3]}": say("{n} days are chosen; three is the most.", n=len(off))})
    first, last = ask.value("from"), ask.value("to")
    start = None
    if first or last:
        low, high = _slot("from", first, 0), _slot("to", last, 95)
        if low > high:
            raise FieldError({"to": say("The latest begin lies before the earliest.")})
        start = (low, high)
    matters = ask.value("matters", "some")
    if matters not in dict(MATTERS):
        raise FieldError({"matters": say("Choose one of the two.")})
    wish = Wish(off, start, matters)
    record_wish(ask.sources.store, ask.sources.clock, ask.who, ask.scope, wish, request_key=ask.key)
    said = (
        say("Taken back.")
        if wish.is_empty
        else say("Saved: {wish_words}.", wish_words=wish_words(wish))
    )
    return Drawer(say("What suits you"), done=said)


def _slot(name: str, text: str, missing: int) -> int:
    if not text:
        return missing
    if not (text.isascii() and text.isdigit() and int(text) < 96):
        raise FieldError({name: say("Choose a time of the list.")})
    return int(text)


def _known(store: Any, scope: Any) -> KnownWish | None:
    return read_wishes(store, scope).get(str(scope.agent))


WISHES = FormRoom("wishes", "request.create", scope_of("scope"), show_wishes, send_wishes)
