"""DEMO-8 as a command: are all stories found on many seeds, and nothing where there is none?

python tests/insights/seeds.py 20            all four stories on 20 seeds
python tests/insights/seeds.py 20 --null     no story at all on 20 seeds
python tests/insights/seeds.py 1 --size medium --days 31
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from told_centre import DAYS, Told, tell

from kpis.explain.finding import Finding
from kpis.insights.find import for_role
from wfm.domain.roles import Role
from wfm.domain.scope import Scope
from wfm.worker.insight_look import look_for

# By story: kind of finding, the role whose page it is on, where that page begins, where it is.
STORIES = ("S1", "S2", "S3", "S4")
DECOYS = ("X1", "X2", "X7", "X8", "X9", "X11", "X12")
KIND = {"S1": "habit", "S2": "people", "S3": "change", "S4": "staffing"}
ROLE = {"S1": Role.AGENT, "S2": Role.SUPERVISOR, "S3": Role.MANAGER, "S4": Role.CONTROL_DESK}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seeds", type=int)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--null", action="store_true", help="centres without any story or decoy")
    parser.add_argument("--size", default="small")
    parser.add_argument("--days", type=int, default=DAYS)
    given = parser.parse_args()
    without = (*STORIES, *DECOYS) if given.null else ()
    first_n: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    insights: Counter[str] = Counter()
    first_causes: Counter[str] = Counter()
    told_n = 0
    for seed in range(given.first, given.first + given.seeds):
        began = time.perf_counter()
        root = Path(tempfile.mkdtemp(prefix="seeds-"))
        try:
            try:
                told = tell(root, without, seed, given.days, given.size)
            except ValueError as error:
                # The simulator has too few people for a story on this seed: nothing to look for.
                sys.stdout.write(json.dumps({"seed": seed, "untold": str(error)}) + "\n")
                continue
            told_n += 1
            ready = time.perf_counter()
            found = [f for family in ("live", "settled")
                     for f in look_for(told.store, told.clock, family)]  # fmt: skip
            looked = time.perf_counter() - ready
        finally:
            shutil.rmtree(root, ignore_errors=True)
        told_first = {} if given.null else {s: is_first(told, found, s) for s in STORIES}
        first_n += Counter(story for story, held in told_first.items() if held)
        if not given.null:
            first_causes += Counter(story for story in STORIES if is_cause(told, found, story))
        kinds = Counter(f.kind for f in found if f.is_cause and Role.AGENT not in f.roles)
        causes += kinds
        insights += Counter(f.kind for f in found if Role.AGENT not in f.roles)
        line = {"seed": seed, "first": told_first, "causes": kinds, "look_s": round(looked, 2),
                "all_s": round(time.perf_counter() - began, 1),
                "found": [[f.kind, f.scope.path, round(f.score, 2), f.is_cause, f.sentence]
                          for f in found if Role.AGENT not in f.roles]}  # fmt: skip
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    total = {"seeds": given.seeds, "told": told_n, "first": first_n,
             "first_as_cause": first_causes, "causes": causes,
             "insights": insights}  # fmt: skip
    sys.stdout.write(json.dumps(total) + "\n")
    if given.null:
        return 0 if sum(causes.values()) <= 1 else 1
    return 0 if all(first_n[story] == told_n for story in STORIES) else 1


def is_first(told: Told, found: list[Finding], story: str) -> bool:
    """Whether a story is the first insight on the landing page of its role."""
    landing = {"S1": told.late, "S2": told.hires, "S3": told.campaign, "S4": Scope()}[story]
    where = told.short if story == "S4" else landing
    seen = for_role(found, ROLE[story], landing)
    return bool(seen) and (seen[0].kind, seen[0].scope) == (KIND[story], where)


def is_cause(told: Told, found: list[Finding], story: str) -> bool:
    """Whether that first insight claims a cause."""
    landing = {"S1": told.late, "S2": told.hires, "S3": told.campaign, "S4": Scope()}[story]
    seen = for_role(found, ROLE[story], landing)
    return is_first(told, found, story) and seen[0].is_cause


if __name__ == "__main__":
    sys.exit(main())
