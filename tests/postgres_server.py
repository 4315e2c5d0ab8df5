"""A PostgreSQL of the tests' own: made in a temporary folder, gone with the run that asked for it.

Run by file it is the keeper: it starts the server as a user who may, and stops it and removes the
folder when the pytest process it was given is gone, however that went.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import create_engine

START_S = 60.0
USER = "muster"
TEMPLATE = "muster_template"
# Nothing of a test has to survive a power cut; a killed server loses nothing by these.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200",
        "shared_buffers=64MB", "max_wal_size=2GB", "log_min_messages=warning")  # fmt: skip


@lru_cache
def release_of(postgres: str) -> int:
    """The number of a server's release: 15 for `postgres (PostgreSQL) 15.18`."""
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=True)
    found = re.search(r"\) (\d+)", said.stdout)
    return int(found[1]) if found else 0


@dataclass(frozen=True)
class Programs:
    """Where `initdb` and `postgres` are."""

    folder: Path

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")

    @property
    def version(self) -> int:
        return release_of(self.postgres)


def find_programs() -> Programs | None:
    """The newest PostgreSQL of this machine: that in PATH, else Debian's; None without one."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_number, reverse=True)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return Programs(folder)
    return None


def _number(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


def url_of(folder: Path, name: str) -> str:
    """The URL of a database on the server in a folder."""
    return f"postgresql+psycopg://{USER}@/{name}?host={folder}"


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder for oneself, among the workers of one run."""
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def server_of(folder: Path, pytest_pid: int) -> Path:
    """The folder of the run's server, started when nobody did so before; its last words if not."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with locked(folder):
        if not (folder / "ready").exists():
            log = (folder / "keeper.log").open("wb")
            keeper = subprocess.Popen(
                [sys.executable, __file__, str(folder), str(pytest_pid)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            deadline = time.monotonic() + START_S
            while not (folder / "ready").exists():
                if keeper.poll() is not None or time.monotonic() > deadline:
                    words = (folder / "keeper.log").read_text(errors="replace")
                    raise RuntimeError(f"The tests' PostgreSQL did not start:\n{words[-3000:]}")
                time.sleep(0.05)
    return folder


def new_database(folder: Path, template: str = TEMPLATE) -> str:
    """The URL of a database that nobody else has, a copy of the template."""
    name = f"t{uuid.uuid4().hex[:16]}"
    programs = find_programs()
    # Copying files is several times faster than the log of what is copied, which 15 made usual.
    how = "STRATEGY file_copy" if programs and programs.version >= 15 else ""
    run_sql(folder, f'CREATE DATABASE "{name}" TEMPLATE "{template}" {how}')
    return url_of(folder, name)


def run_sql(folder: Path, statement: str) -> None:
    """Nothing, once the server has done one statement outside a transaction."""
    engine = create_engine(url_of(folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def keep(folder: Path, pytest_pid: int) -> None:
    """Nothing, once the run is over: the server is stopped and its folder removed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    programs = find_programs()
    if programs is None:
        raise SystemExit("PostgreSQL was not found.")
    data = folder / "data"
    data.mkdir()
    # The programs refuse root: they run as the machine's own user for them, or as nobody.
    who: dict[str, object] = {}
    if os.getuid() == 0:
        account = _account()
        folder.chmod(0o755)
        os.chown(folder, account.pw_uid, account.pw_gid)
        os.chown(data, account.pw_uid, account.pw_gid)
        who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    settings = {"env": {"PATH": os.environ.get("PATH", ""), "TZ": "UTC"}, "cwd": folder, **who}
    # Words sorted as people read them, which is what many real servers do: code that takes the
    # order of bytes for granted shows.
    icu = ["--locale-provider=icu", "--icu-locale=en-US"] if programs.version >= 15 else []
    subprocess.run(
        [programs.initdb, "-D", str(data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync",
         "--locale=C", *icu],
        check=True, **settings,
    )  # fmt: skip
    options = [word for setting in FAST for word in ("-c", setting)]
    server = subprocess.Popen(
        [programs.postgres, "-D", str(data), "-k", str(folder), "-c", "listen_addresses=",
         *options],
        start_new_session=True, **settings,
    )  # fmt: skip
    try:
        _wait_until_it_answers(folder, server)
        (folder / "ready").touch()
        while _alive(pytest_pid) and not (folder / "stop").exists() and server.poll() is None:
            time.sleep(0.2)
    finally:
        server.send_signal(signal.SIGQUIT)  # at once; nothing in it is wanted any more
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SystemExit("PostgreSQL refuses to run as root, and there is no user to run it as.")


def _wait_until_it_answers(folder: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while True:
        try:
            run_sql(folder, "SELECT 1")
        except Exception:
            if server.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    keep(Path(sys.argv[1]), int(sys.argv[2]))
