"""The web server as a process: it tells a taken port, and leaves nothing behind when stopped."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest

from wfm.cli.serve import check_port
from wfm.domain.errors import BadInput

SMALL = Path(__file__).with_name("serve_small.py")
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(folder: Path, port: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SMALL), str(folder), str(port)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )


def family(process_id: int) -> set[int]:
    """The process and its children that still run."""
    alive = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        number = int(entry.name)
        if fields[0] != "Z" and (number == process_id or int(fields[1]) == process_id):
            alive.add(number)
    return alive


def get(port: int, path: str) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_server_leaves_no_process_and_no_port(
    tmp_path: Path, how: signal.Signals
) -> None:
    port = free_port()
    server = start(tmp_path, port)
    try:
        assert server.stdout is not None
        assert server.stdout.readline() == (
            f"Muster is at http://127.0.0.1:{port}; stop with Ctrl-C.\n"
        )
        assert get(port, "/health/live") == 200
        assert get(port, "/health/ready") == 200
        assert get(port, "/me") == 302
        ready_by = time.monotonic() + 10
        while len(whole := family(server.pid)) < 3 and time.monotonic() < ready_by:
            time.sleep(0.05)
        assert len(whole) == 3  # the parent and two that serve
        server.send_signal(how)
        assert server.wait(20) == 0
        gone_by = time.monotonic() + 10
        while (left := {p for p in whole if Path(f"/proc/{p}").exists()}) and (
            time.monotonic() < gone_by
        ):
            time.sleep(0.05)
        assert left == set()
        check_port("127.0.0.1", port)
    finally:
        server.kill()


def test_a_taken_port_is_told_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BadInput) as refused:
            check_port("127.0.0.1", port)
    assert str(refused.value) == (
        f"Port {port} on 127.0.0.1 is taken by another program. Stop that one, or choose another "
        f"port: --port {port + 1} (or WFM_PORT)."
    )
