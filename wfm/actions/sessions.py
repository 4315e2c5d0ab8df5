"""Sign-in and sessions: who is behind a cookie, asked of the database at every request."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import OperationalError

from wfm.actions.audit import write_audit
from wfm.actions.passwords import matches
from wfm.domain.clock import Clock, epoch_s
from wfm.domain.principal import Principal
from wfm.domain.users import User
from wfm.queries.pulse import pulse_in
from wfm.queries.users import find_user, principal_of, user_of
from wfm.store.schema import login_failure, session
from wfm.store.schema import user as user_table
from wfm.store.store import Store

IDLE_S = 60 * 60
ABSOLUTE_S = 12 * 60 * 60
TOUCH_S = 60  # the last activity is noted to the minute, not at each request
WINDOW_S = 15 * 60
PER_ACCOUNT, PER_ADDRESS = 5, 50
LONGEST_WAIT_S = 60
# Asked with each request; made once, since the making costs more than the asking.
_FIND = (
    select(user_table, session.c.created_at, session.c.seen_at)
    .join(session, session.c.user_key == user_table.c.user_key)
    .where(session.c.token_hash == bindparam("hashed"))
    .where(session.c.user_version == user_table.c.version)
    .where(~user_table.c.disabled)
)


@dataclass(frozen=True)
class SignIn:
    """What a try to sign in came to: a token, or a wait in seconds, or neither (wrong)."""

    token: str | None
    wait_s: int = 0


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a session, when it was last used, and the language they chose ("": none)."""

    who: Principal
    seen_at: int
    language: str = ""


class Sessions:
    """The door's view of the accounts. `clock` is the machine's: a data clock may stand still."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def sign_in(self, login: str, password: str, address: str, request_id: str) -> SignIn:
        """A new session for the right password; a wrong one counts against account and address.

        The fifth failure within 15 minutes makes the next try wait 1 s, then 2, 4 ... 60 s.
        """
        login = login.strip().lower()[:200]
        wait_s = self.wait_s(login, address)
        if wait_s > 0:
            return SignIn(None, wait_s)
        with self._store.db.read() as connection:
            row = find_user(connection, login)
        right = matches(None if row is None else row.password_hash, password)
        user = None if row is None else user_of(row)
        if not right or user is None or user.disabled:
            self._store.db.retry(lambda c: self._note_failure(c, login, address, user, request_id))
            return SignIn(None)
        return SignIn(self._open(user, request_id))

    def sign_in_demo(self, login: str, request_id: str) -> SignIn:
        """A new session of a demo account, without a password; any other account is refused."""
        with self._store.db.read() as connection:
            row = find_user(connection, login.strip().lower()[:200])
        if row is None or not row.demo or row.disabled:
            return SignIn(None)
        return SignIn(self._open(user_of(row), request_id))

    def sign_out(self, token: str) -> None:
        """The session ended; its cookie leads nowhere from now on."""
        self._store.db.retry(
            lambda c: c.execute(delete(session).where(session.c.token_hash == _hashed(token)))
        )

    def find(self, token: str) -> SignedIn | None:
        """Who a cookie stands for now, None when the session ended or the account was shut."""
        now = epoch_s(self._clock.now())
        with self._store.db.read() as connection:
            row = connection.execute(_FIND, {"hashed": _hashed(token)}).first()
            if row is None or not _alive(row.created_at, row.seen_at, now):
                return None
            who = principal_of(pulse_in(connection, self._store), user_of(row), now)
            return SignedIn(who, row.seen_at, row.language)

    def choose_language(self, token: str, code: str) -> None:
        """A language kept with the account behind a cookie, for every browser they sign in from.

        Nothing happens without a session: the browser alone remembers it then.
        """
        found = self.find(token)
        if found is None or found.language == code:
            return
        self._store.db.retry(
            lambda c: c.execute(
                update(user_table)
                .where(user_table.c.user_key == found.who.user_key)
                .values(language=code)
            )
        )

    def touch(self, token: str, found: SignedIn) -> None:
        """The session noted as used now; a refresh that a page makes by itself is no use."""
        now = epoch_s(self._clock.now())
        if now - found.seen_at < TOUCH_S:
            return
        try:
            with self._store.db.write() as connection:
                connection.execute(
                    update(session)
                    .where(session.c.token_hash == _hashed(token))
                    .values(seen_at=now)
                )
        except OperationalError:
            # A busy database must not turn a reader away; the next request notes it.
            return

    def wait_s(self, login: str, address: str) -> int:
        """Seconds until this account may be tried again from this address; 0: now."""
        now = epoch_s(self._clock.now())
        with self._store.db.read() as connection:
            return max(
                _wait(connection, login_failure.c.login == login, PER_ACCOUNT, now),
                _wait(connection, login_failure.c.address == address, PER_ADDRESS, now),
            )

    def ready(self) -> bool:
        """Whether the database answers."""
        try:
            with self._store.db.read() as connection:
                connection.execute(select(func.count()).select_from(session)).first()
        except OperationalError:
            return False
        return True

    def _open(self, user: User, request_id: str) -> str:
        token = secrets.token_urlsafe(32)
        now = epoch_s(self._clock.now())

        def work(connection: Connection) -> None:
            connection.execute(
                delete(session).where(
                    or_(session.c.created_at <= now - ABSOLUTE_S, session.c.seen_at <= now - IDLE_S)
                )
            )
            connection.execute(
                delete(login_failure).where(
                    or_(
                        login_failure.c.login == user.login,
                        login_failure.c.failed_at <= now - WINDOW_S,
                    )
                )
            )
            connection.execute(
                insert(session),
                {
                    "token_hash": _hashed(token),
                    "user_key": user.user_key,
                    "created_at": now,
                    "seen_at": now,
                    "user_version": user.version,
                },
            )
            _audit(connection, now, "login", user, request_id)

        self._store.db.retry(work)
        return token

    def _note_failure(
        self, connection: Connection, login: str, address: str, user: User | None, request_id: str
    ) -> None:
        now = epoch_s(self._clock.now())
        connection.execute(
            insert(login_failure),
            {"login": login, "address": address[:64], "failed_at": now},
        )
        _audit(connection, now, "login.failure", user, request_id)


def _audit(
    connection: Connection, now: int, action: str, user: User | None, request_id: str
) -> None:
    write_audit(
        connection,
        at=now,
        actor=user.user_key if user else "unknown",
        role=user.role.value if user else "",
        action=action,
        object=f"user:{user.user_key}" if user else "user:unknown",
        scope_path=user.scope.path if user else "",
        request_id=request_id,
    )


def _wait(connection: Connection, which: object, free: int, now: int) -> int:
    row = connection.execute(
        select(func.count(), func.max(login_failure.c.failed_at))
        .where(which)  # type: ignore[arg-type]
        .where(login_failure.c.failed_at > now - WINDOW_S)
    ).one()
    tries, last = row[0], row[1]
    if tries < free:
        return 0
    wait = min(LONGEST_WAIT_S, 2 ** min(int(tries) - free, 10))
    return int(max(0, last + wait - now))


def _alive(created_at: int, seen_at: int, now: int) -> bool:
    return now - created_at < ABSOLUTE_S and now - seen_at < IDLE_S


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
