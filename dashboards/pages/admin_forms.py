"""Forms of administration: accounts added and changed, rights explained, the chain checked."""

from __future__ import annotations

from dashboards.forms import FieldError, FormAsk, FormRoom, scope_of
from dashboards.parts.drawer import Drawer, facts, sentences
from dashboards.parts.form import Field, Form
from wfm.actions.audit import verify_audit
from wfm.actions.users import NewUser, add_user, set_disabled, set_role
from wfm.domain.errors import BadInput, PermissionDenied, ScopeDenied
from wfm.domain.language import say, to_say
from wfm.domain.principal import Principal
from wfm.domain.roles import LABEL, Role
from wfm.domain.scope import Scope
from wfm.domain.users import User, check_standing
from wfm.queries.access import authorise, limit_of
from wfm.queries.permissions import permission_table
from wfm.queries.users import Directory, read_users

ROLES = tuple((role.value, LABEL[role]) for role in Role)
SCOPE_HINT = to_say("site, site/team or site/team/agent; * is the enterprise")
ADD_TITLE, CHANGE_TITLE = to_say("Add an account"), to_say("Change an account")
LEAST_PASSWORD = 10


def show_add(ask: FormAsk) -> Drawer:
    """Who signs in from now on, as what, and where they stand."""
    fields = (
        Field("login", say("Login"), "text", ask.value("login"), required=True),
        Field("name", say("Name"), "text", ask.value("name"), required=True),
        Field("role", say("Role"), "select", ask.value("role", Role.AGENT.value), ROLES),
        Field("scope", say("Scope"), "text", ask.value("scope"), required=True, hint=SCOPE_HINT),
        Field(
            "password",
            say("First password"),
            "password",
            required=True,
            hint=say(
                "{least_password} signs or more; hand it over in person.",
                least_password=LEAST_PASSWORD,
            ),
        ),
    )
    kept = {"at": ask.scope.path}
    return Drawer(
        ADD_TITLE, say("Recorded in the log with your name."), (),
        Form("add_account", fields, say("Add it"), kept, confirm=True,
             key=ask.values.get("key", "")).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_add(ask: FormAsk) -> Drawer:
    """The account as made."""
    role, scope = _role(ask), _scope(ask)
    password = ask.values.get("password", "")
    if len(password) < LEAST_PASSWORD:
        raise FieldError(
            {"password": say("{least_password} signs or more.", least_password=LEAST_PASSWORD)}
        )
    new = NewUser(ask.value("login"), ask.value("name"), role, scope, password=password)
    made = add_user(
        ask.sources.store, ask.sources.clock, new, actor=ask.who.user_key,
        actor_role=ask.who.role.value,
    )  # fmt: skip
    return Drawer(
        ADD_TITLE,
        done=say(
            "{login} may sign in as {label}.", login=made.login, label=LABEL[made.role].lower()
        ),
    )


def show_change(ask: FormAsk) -> Drawer:
    """An account's role, scope, and whether it may sign in."""
    user = _user(ask)
    fields = (
        Field("role", say("Role"), "select", ask.value("role", user.role.value), ROLES),
        Field(
            "scope",
            say("Scope"),
            "text",
            ask.value("scope", user.scope.path or "*"),
            required=True,
            hint=SCOPE_HINT,
        ),
        Field(
            "shut",
            say("May not sign in"),
            "check",
            ask.value("shut", "yes" if user.disabled and not ask.errors else ""),
        ),
        Field("reason", say("Reason"), "note", ask.value("reason"), required=True),
    )
    rows = [(say("Login"), user.login), (say("Name"), user.display_name)]
    kept = {"at": ask.scope.path, "login": user.login, "version": str(user.version)}
    return Drawer(
        CHANGE_TITLE, say("A change ends the account's sessions; it holds from the next click on."),
        (facts(rows),),
        Form("change_account", fields, say("Change it"), kept, confirm=True,
             key=ask.values.get("key", "")).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_change(ask: FormAsk) -> Drawer:
    """The account as it is now; what was not changed stays untouched."""
    user, role, scope, reason = _user(ask), _role(ask), _scope(ask), ask.reason()
    shut = ask.value("shut") == "yes"
    if user.user_key == ask.who.user_key:
        raise BadInput(say("Nobody changes their own account; ask another administrator."))
    store, clock = ask.sources.store, ask.sources.clock
    by = {"actor": ask.who.user_key, "actor_role": ask.who.role.value, "reason": reason}
    told = []
    if (role, scope) != (user.role, user.scope):
        set_role(store, clock, user.login, role, scope, **by)
        told.append(
            say(
                "{label} of {value}",
                label=LABEL[role].lower(),
                value=scope.path or say("all sites"),
            )
        )
    if shut != user.disabled:
        set_disabled(store, clock, user.login, shut, **by)
        told.append(say("disabled") if shut else say("open again"))
    if not told:
        raise BadInput(say("Nothing differs from what is in force; change something first."))
    return Drawer(
        CHANGE_TITLE, done=say("{login} is {told}.", login=user.login, told=" and ".join(told))
    )


def show_access(ask: FormAsk) -> Drawer:
    """Whether somebody may do something somewhere, and by which line of the table."""
    users = read_users(ask.sources.store, ask.scope)
    names = tuple((u.login, f"{u.login}, {LABEL[u.role].lower()}") for u in users)
    known = tuple((name, name) for name in permission_table().names())
    fields = (
        Field(
            "login",
            say("Account"),
            "select",
            ask.value("login", names[0][0] if names else ""),
            names,
        ),
        Field("permission", say("May they"), "select", ask.value("permission", "team.read"), known),
        Field(
            "scope", say("There"), "text", ask.value("scope", "*"), required=True, hint=SCOPE_HINT
        ),
    )
    return Drawer(
        say("Why may somebody?"), say("Nothing is changed."), (),
        Form("explain_access", fields, say("Explain"), {"at": ask.scope.path},
             key=ask.values.get("key", "")).told(ask.errors, ask.trouble),
    )  # fmt: skip


def send_access(ask: FormAsk) -> Drawer:
    """The answer of the guard itself, with the line of the table it rests on."""
    user, scope, permission = _user(ask), _scope(ask), ask.value("permission")
    if permission not in permission_table().rows:
        raise FieldError({"permission": say("Choose one.")})
    who = Principal(
        user.user_key, user.login, user.display_name, user.role, user.scope, user.agent_id,
        user.version,
    )  # fmt: skip
    grant = permission_table().grant(permission, user.role)
    limit = limit_of(who, grant.reach)
    try:
        authorise(who, permission, scope, Directory(ask.sources.store))
        verdict = ("good", say("Yes: {login} may, there.", login=user.login))
    except PermissionDenied:
        verdict = (
            "bad",
            say("No: the role {label} does not hold it.", label=LABEL[user.role].lower()),
        )
    except ScopeDenied:
        verdict = (
            "bad",
            say("No: {value} lies outside, or does not exist.", value=scope.path or "*"),
        )
    if user.disabled:
        verdict = ("bad", say("No: {login} is disabled and cannot sign in.", login=user.login))
    rows = [
        (say("Permission"), permission), (say("The table says"), grant.text),
        (say("Their scope"), user.scope.path or "*"),
        (say("So it reaches"), say("nothing") if limit is None else limit.path or "*"),
    ]  # fmt: skip
    again = show_access(ask)
    return Drawer(again.title, again.note, (sentences([verdict]), facts(rows)), again.form)


def show_chain(ask: FormAsk) -> Drawer:
    """The log's chain, checked now: each line's hash, its order, and the heads noted outside."""
    found = verify_audit(ask.sources.store)
    if found.bad_seq is None:
        told = (
            "good",
            say("All {lines:,} lines hold: none was changed, added or removed.", lines=found.lines),
        )
    else:
        told = (
            "bad",
            say("Line {bad_seq} does not hold: {fault}.", bad_seq=found.bad_seq, fault=found.fault),
        )
    return Drawer(
        say("The log's chain"),
        say("Each line carries the hash of the one before it."),
        (sentences([told]),),
    )


def _user(ask: FormAsk) -> User:
    users = read_users(ask.sources.store, ask.scope)
    user = next((u for u in users if u.login == ask.value("login")), None)
    if user is None:
        raise BadInput(say("No such account stands here; load the page again."))
    return user


def _role(ask: FormAsk) -> Role:
    try:
        return Role(ask.value("role"))
    except ValueError:
        raise FieldError({"role": "Choose one."}) from None


def _scope(ask: FormAsk) -> Scope:
    """The scope that was typed, inside that of the one who asks, where the role may stand."""
    text = ask.value("scope")
    try:
        scope = Scope() if text == "*" else Scope.parse(text)
        if not text:
            raise BadInput(say("Write * for the enterprise."))
        if "role" in ask.values:
            check_standing(_role(ask), scope)
    except BadInput as error:
        raise FieldError({"scope": str(error)}) from None
    if not ask.scope.holds(scope):
        raise FieldError({"scope": say("That lies outside what you administer.")})
    return scope


PERMISSION = "user.admin"
ADD = FormRoom("add_account", PERMISSION, scope_of("at"), show_add, send_add)
ACCOUNT = FormRoom("change_account", PERMISSION, scope_of("at"), show_change, send_change)
EXPLAIN_ACCESS = FormRoom("explain_access", PERMISSION, scope_of("at"), show_access, send_access)
CHAIN = FormRoom("check_chain", "audit.read", scope_of("at"), show_chain, show_chain)
