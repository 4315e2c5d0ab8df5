"""What is kept of the store outlives those who only look at it."""

from __future__ import annotations

from datetime import UTC, datetime

from wfm.actions.audit import note_export
from wfm.actions.sessions import Sessions
from wfm.actions.users import NewUser, add_user, set_disabled
from wfm.domain.clock import FixedClock
from wfm.domain.principal import Principal
from wfm.domain.roles import Role
from wfm.domain.scope import ENTERPRISE
from wfm.queries.pulse import pulse_of
from wfm.store.kept import newest_deed
from wfm.store.store import Store

CLOCK = FixedClock(datetime(2026, 3, 3, 9, 0, tzinfo=UTC))


def test_a_sign_in_a_wrong_password_and_an_export_end_nothing_and_a_deed_does(used: Store) -> None:
    new = NewUser("early", "Early", Role.CONTROL_DESK, ENTERPRISE, demo=True)
    user = add_user(used, CLOCK, new, actor="test", actor_role="admin")
    who = Principal(user.user_key, "early", "Early", Role.CONTROL_DESK, ENTERPRISE, None, 1)

    def held() -> object:
        pulse = pulse_of(used)
        return pulse.once("rates", pulse.deeds_mark, object)

    def deed() -> int:
        with used.db.read() as connection:
            return newest_deed(connection)

    before, done = held(), deed()
    sessions = Sessions(used, CLOCK)
    assert sessions.sign_in_demo("early", "request").token
    assert sessions.sign_in("early", "wrong", "127.0.0.1", "request").token is None
    note_export(used, CLOCK, who, "team", ENTERPRISE, "request")
    assert held() is before
    assert deed() == done
    set_disabled(used, CLOCK, "early", True, actor="test", actor_role="admin")
    assert held() is not before
    assert deed() == done + 4  # its own line; the three of those who looked stand before it
