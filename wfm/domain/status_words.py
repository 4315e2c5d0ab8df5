"""Where a request, an offer or a plan stands, as a sentence says it."""

from __future__ import annotations

from wfm.domain.language import say, to_say

STATUS_WORDS = {
    "open": to_say("open"), "taken": to_say("taken"), "closed": to_say("closed"),
    "withdrawn": to_say("withdrawn"), "approved": to_say("approved"), "denied": to_say("denied"),
    "reverted": to_say("reverted"), "accepted": to_say("accepted"),
    "declined": to_say("declined"), "draft": to_say("draft"),
    "published": to_say("published"), "superseded": to_say("superseded"),
    "higher": to_say("higher"), "lower": to_say("lower"),
}  # fmt: skip


def status_word(code: str) -> str:
    """The word of a status in the reader's language; the code itself where none is known."""
    return say(STATUS_WORDS.get(code, code))
