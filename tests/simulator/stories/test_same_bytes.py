"""The same seed and instant give the same files to the last byte, in whatever process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from story_files import NOW, EventFiles, written

from wfm.simulator.stories.chosen import ALL

HERE = Path(__file__).parent
AGAIN = """
import sys
from pathlib import Path
from story_files import written
written(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), days=1)
"""


def told(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}


def test_another_process_tells_the_same_centre_to_the_last_byte(
    files: EventFiles, tmp_path: Path
) -> None:
    centre = files.history.centre
    subprocess.run(
        [sys.executable, "-c", AGAIN, str(tmp_path), centre.size, str(centre.seed)],
        check=True, cwd=HERE,
        env={**os.environ, "PYTHONHASHSEED": "1",
             "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[2]}"},
    )  # fmt: skip
    again = told(tmp_path)
    assert sorted({name.split("-")[0].removesuffix(".csv") for name in again}) == [
        "activity_codes", "agent_states", "calls", "contracts", "events", "forecast", "measures",
        "org", "people", "quality", "queues", "requirement", "schedules", "state_map", "surveys",
        "targets", "time_off",
    ]  # fmt: skip
    assert again == {name: bytes_ for name, bytes_ in told(files.folder).items() if name in again}


def test_another_seed_or_instant_tells_another_centre(tmp_path: Path) -> None:
    for name, seed, now in (("one", 7, NOW), ("seed", 8, NOW), ("later", 7, NOW + 86_400)):
        written(tmp_path / name, "small", seed, 0, without=ALL, now=now)
    one, seed, later = (told(tmp_path / name) for name in ("one", "seed", "later"))
    assert "calls-2026-11-24.csv" in one
    assert "calls-2026-11-25.csv" in later
    for kind in ("calls-2026-11-2", "agent_states-2026-11-2", "people"):
        found = {
            b"".join(told_[name] for name in told_ if name.startswith(kind))
            for told_ in (one, seed, later)
        }
        assert len(found) == 3
