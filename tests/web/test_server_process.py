"""A process of the server is made ready for its readers before they come."""

from __future__ import annotations

import os
import subprocess
import sys

READY = """
import gc, sys, time
from wfm.cli.gunicorn_server import settled
assert "numba" not in sys.modules
settled(warm_after_s=0.01)
until = time.monotonic() + 120
while "scheduling.staffing.compiled" not in sys.modules and time.monotonic() < until:
    time.sleep(0.05)
print(gc.get_threshold()[0], gc.get_freeze_count() > 10_000, "numba" in sys.modules)
"""


def test_its_collector_passes_by_what_stands_and_its_loops_are_loaded() -> None:
    told = subprocess.run([sys.executable, "-c", READY], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["50000", "True", "True"]


AS_COMMAND = """
import sys
from wfm.cli.main import run
sys.argv = ["wfm", *sys.argv[1:], "--help"]
try:
    run()
except SystemExit:
    pass
"""
POOL = (
    AS_COMMAND
    + """
import polars
print(polars.thread_pool_size())
"""
)


def test_its_questions_have_one_thread_each_unless_the_operator_says_otherwise() -> None:
    def threads(command: str, **given: str) -> str:
        env = {k: v for k, v in os.environ.items() if k != "POLARS_MAX_THREADS"} | given
        told = subprocess.run([sys.executable, "-c", POOL, command], env=env,
                              capture_output=True, text=True, check=True)  # fmt: skip
        return told.stdout.split()[-1]

    assert threads("serve") == "1"
    assert threads("serve", POLARS_MAX_THREADS="3") == "3"
    assert threads("worker") == str(len(os.sched_getaffinity(0)))


FREED = (
    AS_COMMAND
    + """
import os, time
from concurrent.futures import ThreadPoolExecutor
import polars as pl
if child := os.fork():  # as the server starts its processes
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

def resident():
    with open("/proc/self/statm") as told:
        return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

def question(rows):
    numbers = pl.select(a=pl.int_range(rows))
    numbers.with_columns(b=pl.col("a") * 2, c=pl.col("a").cast(pl.String)).sort("b")

question(1000)
before = resident()
with ThreadPoolExecutor(8) as readers, ThreadPoolExecutor(1) as other:
    list(readers.map(question, [1_000_000] * 16))
    most = resident()
    for _ in range(200):  # the others rest, as most readers do
        other.submit(question, 1000).result()
        time.sleep(0.01)
    print(most - before, resident() - before)
"""
)


def test_what_its_questions_took_is_given_back_while_most_readers_rest() -> None:
    told = subprocess.run([sys.executable, "-c", FREED, "serve"], capture_output=True, text=True,
                          check=True)  # fmt: skip
    took, kept = map(float, told.stdout.split()[-2:])
    assert took > 20
    assert kept < took / 3


TEXTS = """
import os
from concurrent.futures import ThreadPoolExecutor
from wfm.cli.gunicorn_server import settled
settled(warm_after_s=600)

def heaps():
    with open("/proc/self/maps") as told:
        spans = [line.split()[0].split("-") for line in told if line.rstrip().endswith(" 0")]
    # A thread's own heap begins at a multiple of 64 MiB.
    return sum(int(begin, 16) % 2**26 == 0 for begin, _ in spans)

before = heaps()
with ThreadPoolExecutor(8) as readers:
    list(readers.map(lambda n: [bytes(9_000) for _ in range(n)], [2_000] * 16))
    print(heaps() - before)
os._exit(0)
"""


def test_texts_of_its_readers_are_in_one_heap_and_not_in_one_for_each_thread() -> None:
    told = subprocess.run([sys.executable, "-c", TEXTS], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["0"]
