"""The product's own dashboards behind the same doors: all callbacks, pages and exports it has."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from doors import (
    ASKED,
    PAGE_ROLES,
    asks_for_a_page,
    body_of,
    callbacks,
    expected,
    pages_of,
    send,
)
from small_centre import NOON, Centre, MovingClock, fill_folder, href

from app import create_server
from wfm.domain.clock import FixedClock
from wfm.domain.roles import Role
from wfm.store.store import open_store
from wfm.web.audit_start import list_entries

GOLDEN = Path(__file__).with_name("permissions.golden.csv")


@pytest.fixture(scope="module")
def product(
    tmp_path_factory: pytest.TempPathFactory, store_url: Callable[..., str]
) -> Iterator[Centre]:
    folder = tmp_path_factory.mktemp("product")
    settings = fill_folder(folder, database_url=store_url(folder))
    clock = MovingClock(NOON)
    server = create_server(settings, clock=FixedClock(NOON), identity_clock=clock)
    opened = Centre(server, open_store(settings.url, folder), settings, clock)
    yield opened
    opened.store.db.close()


def test_every_door_has_the_permission_that_was_agreed(product: Centre) -> None:
    parts = product.server.extensions["wfm"]
    listed = [
        f"{entry.kind},{entry.name},{entry.permission}"
        for entry in list_entries(parts.callback_map, product.server)
    ]
    # Changed on purpose? Write the new listing into the golden file and look at its difference.
    assert listed == GOLDEN.read_text().splitlines()


@pytest.mark.parametrize("role", Role)
def test_pages_answer_by_role_and_scope(product: Centre, role: Role) -> None:
    client = product.client(role)
    got = {
        (path, scope): client.get(f"{path}?scope={scope}").status_code
        for path in PAGE_ROLES
        for scope in ASKED
    }
    assert got == {key: expected(role, *key) for key in got}


@pytest.mark.parametrize("role", Role)
def test_callbacks_answer_by_role_and_scope(product: Centre, role: Role) -> None:
    client = product.client(role)
    wrong = []
    for name, entry in callbacks(product).items():
        if not asks_for_a_page(entry):
            continue
        for path in pages_of(entry):
            for scope in ASKED:
                answer = send(client, body_of(name, entry, href(path, scope)))
                code = 200 if answer.status_code == 204 else answer.status_code
                if code != expected(role, path, scope):
                    wrong.append((name, path, scope, code, expected(role, path, scope)))
    assert wrong == []


def test_anonymous_callbacks_get_401(product: Centre) -> None:
    client = product.client()
    codes = {
        send(client, body_of(name, entry, href(pages_of(entry)[0], None))).status_code
        for name, entry in callbacks(product).items()
    }
    assert codes == {401}


@pytest.mark.parametrize("role", Role)
def test_exports_answer_by_role_and_scope(product: Centre, role: Role) -> None:
    client = product.client(role)
    names = {"/me": "agent", "/team": "team", "/centre": "manager", "/desk": "desk"}
    got = {
        (path, scope): client.get(f"/export/{name}.csv?scope={scope}").status_code
        for path, name in names.items()
        for scope in ASKED
    }
    assert got == {key: expected(role, *key) for key in got}


FOREIGN = {
    Role.AGENT: ("Canary d1-b", "Canary d2-a", "Canary l1-a", "Unit d2", "Unit l1", "Unit lyon"),
    Role.SUPERVISOR: ("Canary d2-a", "Canary l1-a", "Unit d2", "Unit l1", "Unit lyon"),
    Role.MANAGER: ("Canary l1-a", "Unit l1", "Unit lyon"),
}


@pytest.mark.parametrize("role", FOREIGN)
def test_no_foreign_name_is_in_anything_a_person_can_ask_for(product: Centre, role: Role) -> None:
    client = product.client(role)
    queries = ("", "?view=table", "?by=agent", "?by=team", "?by=site", "?grain=month&view=table")
    answers = [
        send(client, body_of(name, entry, f"{path}{query}"))
        for name, entry in callbacks(product).items()
        for path in pages_of(entry)
        for query in queries
    ]
    answers += [
        client.get(f"/export/{name}.{kind}")
        for name in ("agent", "team", "manager", "desk")
        for kind in ("csv", "xlsx")
    ]
    answers += [client.get("/_dash-layout"), client.get("/_dash-dependencies"), client.get("/me")]
    assert any(answer.status_code == 200 for answer in answers)
    seen = "".join(text_of(answer.data) for answer in answers)
    assert [name for name in FOREIGN[role] if name in seen] == []


def text_of(data: bytes) -> str:
    """What an answer says; a workbook is unpacked first."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as book:
            data = b"".join(book.read(name) for name in book.namelist())
    return data.decode("utf-8", "replace")
