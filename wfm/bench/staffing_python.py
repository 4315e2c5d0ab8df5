"""A Python with pyworkforce 0.5.4 below the data folder, or the reason why there is none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PEER = "pyworkforce==0.5.4"
LEAST = (3, 12)
NAMES = ("python3.14", "python3.13", "python3.12", "python3")
CHECK = f"import sys; sys.exit(sys.version_info < {LEAST})"


def peer_python(folder: Path) -> tuple[Path | None, str]:
    """The program that has pyworkforce, made when missing; or None and why not."""
    home = folder / "pyworkforce-0.5.4"
    python = home / "bin" / "python"
    if _ran([str(python), "-c", "import pyworkforce"]) == "":
        return python, ""
    base = next((name for name in _candidates() if _ran([name, "-c", CHECK]) == ""), None)
    if base is None:
        return None, "no Python of 3.12 or newer was found, which pyworkforce needs"
    shutil.rmtree(home, ignore_errors=True)
    for command in (
        [base, "-m", "venv", str(home)],
        [str(python), "-m", "pip", "install", "--quiet", PEER],
        [str(python), "-c", "import pyworkforce"],
    ):
        fault = _ran(command)
        if fault:
            return None, f"{PEER} could not be installed: {fault}"
    return python, ""


def _candidates() -> list[str]:
    known = sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"), reverse=True)
    found = [shutil.which(name) for name in NAMES]
    return [sys.executable, *(name for name in found if name), *map(str, known)]


def _ran(command: list[str]) -> str:
    """Nothing when the command succeeded, else the last line it said."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error) or type(error).__name__
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).strip().splitlines()
    return said[-1] if said else f"exit code {done.returncode}"
