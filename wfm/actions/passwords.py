"""Passwords: memory-hard hashes, and no more of them at once than the machine can bear."""

from __future__ import annotations

from threading import BoundedSemaphore

from werkzeug.security import check_password_hash, generate_password_hash

from wfm.domain.errors import BadInput
from wfm.domain.language import say

METHOD = "scrypt:32768:8:1"
AT_ONCE = 4  # each holds 32 MiB
SHORTEST, LONGEST = 10, 1024
NO_PASSWORD = "!"  # no password leads in: single sign-on, or the one-click sign-in of the demo

_slots = BoundedSemaphore(AT_ONCE)
# Compared with when the login is unknown, so that both answers take the same time.
_DUMMY = (
    "scrypt:32768:8:1$vd0wS2kPpQ7mZr1x$"
    + "0f5c" * 32
)  # fmt: skip


def hash_password(password: str) -> str:
    """The hash to store; a password shorter than 10 signs is a `BadInput`."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            say(
                "The password has {n} signs; choose {shortest} to {longest}. Four unrelated "
                "words make a good one.",
                n=len(password),
                shortest=SHORTEST,
                longest=LONGEST,
            )
        )
    with _slots:
        return generate_password_hash(password, method=METHOD)


def matches(stored: str | None, password: str) -> bool:
    """Whether a password is the one stored; None (no such account) costs the same and is False."""
    if len(password) > LONGEST:
        return False
    usable = stored is not None and stored != NO_PASSWORD
    with _slots:
        same = check_password_hash(stored if usable and stored else _DUMMY, password)
    return same and usable
