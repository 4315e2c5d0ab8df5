"""`wfm demo` as a process: it comes up, goes on after a kill, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "wfm", "demo", "--size", "small", "--every", "1"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _descendants(root: int) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = dict(tuple(map(int, line.split())) for line in listed.stdout.splitlines())
    found = {root}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {root}


def _alive(pids: set[int]) -> set[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return pids & {int(pid) for pid, state in rows if not state.startswith("Z")}


def _gone(pids: set[int], within_s: float = 20.0) -> bool:
    deadline = time.monotonic() + within_s
    while _alive(pids) and time.monotonic() < deadline:
        time.sleep(0.2)
    return not _alive(pids)


@contextmanager
def _running(folder: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    log = folder / "out.txt"
    with log.open("w") as output:
        process = subprocess.Popen(
            [*COMMAND, "--port", str(port), "--data-dir", str(folder / "demo")],
            stdout=output, stderr=subprocess.STDOUT, text=True, cwd=folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while "Open http" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield process, log
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


def _status(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


def test_a_taken_port_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [*COMMAND, "--port", str(port), "--data-dir", str(tmp_path / "demo")],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        f"wfm: Port {port} on 127.0.0.1 is taken by another program. Stop that one, or choose "
        f"another port: --port {port + 1} (or WFM_PORT).\n"
    )
    assert not (tmp_path / "demo").exists()


def test_a_killed_demo_leaves_no_process_and_the_next_start_goes_on_at_once(
    tmp_path: Path,
) -> None:
    port = _free_port()
    with _running(tmp_path, port) as (process, log):
        assert _status(port, "/health/ready") == 200
        assert "Contacts, states and plans since" in log.read_text()
        children = _descendants(process.pid)
        assert len(children) >= 4
        process.kill()
        process.wait()
        assert _gone(children)
    with _running(tmp_path, port) as (process, log):
        # What is there is not waited for again.
        assert "Contacts, states and plans since" not in log.read_text()
        assert "Organisation" not in log.read_text()
        children = _descendants(process.pid)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert _gone(children)


def test_a_folder_of_a_real_centre_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "muster.sqlite").write_bytes(b"")
    done = subprocess.run(
        [*COMMAND, "--port", str(_free_port()), "--data-dir", str(tmp_path / "real")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == (
        f"wfm: {tmp_path / 'real'} holds a store that is not a demo's. Name another folder with "
        "--data-dir.\n"
    )
