"""Columns of fact files: read when asked for, kept, and unknown where an older file lacks them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from wfm.facts.frames import FrameCache, blocks
from wfm.facts.router import holds_family
from wfm.facts.schema import TABLES, _sorted
from wfm.store.manifest import FactFile

DAY = date(2026, 3, 2)


def written(folder: Path, name: str, **columns: list[int]) -> str:
    pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.UInt32)).write_parquet(folder / name)
    return name


def test_a_column_that_an_older_file_lacks_is_unknown_there_and_known_by_nobody(tmp_path) -> None:
    old = written(tmp_path, "old", talk_s=[5])
    new = written(tmp_path, "new", talk_s=[7], **{"hold_s": [1], "known:hold_s": [1]})
    columns = {"talk_s": pl.UInt32, "hold_s": pl.UInt32, "known:hold_s": pl.UInt32}
    frame = FrameCache(tmp_path).frame([old, new], columns)
    assert frame.rows() == [(5, None, 0), (7, 1, 1)]


def test_a_span_keeps_its_order_when_its_newest_file_is_another(tmp_path) -> None:
    cache, names = FrameCache(tmp_path), [written(tmp_path, str(n), talk_s=[n]) for n in range(12)]
    columns = {"talk_s": pl.UInt32}
    assert cache.frame(names, columns)["talk_s"].to_list() == list(range(12))
    names[-1] = written(tmp_path, "again", talk_s=[99])
    assert cache.frame(names, columns)["talk_s"].to_list() == [*range(11), 99]


def test_a_month_and_its_quarter_share_the_blocks_they_are_read_in() -> None:
    names = [f"day-{n}" for n in range(90)]
    quarter, month = blocks(names), blocks(names[60:])
    assert [name for run in quarter for name in run] == names
    assert quarter[-2:] == [("day-88",), ("day-89",)]
    assert set(month[1:]) <= set(quarter)
    assert set(blocks([*names, "day-90"])[:5]) <= set(quarter)


def test_what_does_not_fit_is_read_all_the_same_and_not_kept(tmp_path) -> None:
    name = written(tmp_path, "large", talk_s=list(range(1000)))
    cache = FrameCache(tmp_path, limit_bytes=100)
    assert cache.frame([name], {"talk_s": pl.UInt32}).height == 1000
    written(tmp_path, "large", talk_s=[1])
    assert cache.frame([name], {"talk_s": pl.UInt32}).height == 1


def test_files_that_no_state_names_any_more_take_no_room(tmp_path) -> None:
    cache, columns = FrameCache(tmp_path), {"talk_s": pl.UInt32}
    names = [written(tmp_path, str(n), talk_s=[n]) for n in range(12)]

    def sums(files: list[str]) -> list[int]:
        return cache.frame(files, columns)["talk_s"].to_list()

    def doubled(files: list[str]) -> pl.DataFrame:
        return cache.made(
            "doubled", files, lambda: pl.DataFrame({"n": [2 * n for n in sums(files)]})
        )

    assert (sums(names), doubled(names[:2])["n"].to_list()) == (list(range(12)), [0, 2])
    for name in names:  # from now on what comes was kept
        written(tmp_path, name, talk_s=[99])
    cache.forget(cache.lately(names))
    assert (sums(names), doubled(names[:2])["n"].to_list()) == (list(range(12)), [0, 2])
    cache.forget(
        cache.lately([*names[:11], "today-again"])
    )  # a page may look at the last state yet
    assert sums(names) == list(range(12))
    cache.forget(set(names[1:]))
    assert blocks(names)[0] == tuple(names[:5])  # read anew as a whole
    assert sums(names) == [99] * 5 + list(range(5, 12))
    assert doubled(names[:2])["n"].to_list() == [198, 2]


def test_rows_of_a_condition_are_kept_apart_from_those_of_another(tmp_path) -> None:
    names = [written(tmp_path, "one", agent=[1, 2, 3]), written(tmp_path, "two", agent=[2, 2, 5])]
    cache, columns = FrameCache(tmp_path), {"agent": pl.UInt32}

    def rows(number: int) -> list[int]:
        return cache.some_rows(names, columns, [pl.col("agent") == number])["agent"].to_list()

    assert (rows(2), rows(5)) == ([2, 2, 2], [5])
    (tmp_path / "two").unlink()
    assert (rows(2), rows(5)) == ([2, 2, 2], [5])  # not read again


def test_days_of_an_older_program_are_not_answered_from_a_table_they_lack() -> None:
    leaf = [FactFile("agent_queue_interval", DAY, "", "f", 1, version) for version in ("6", "7")]
    assert not holds_family(TABLES["site_day"], leaf)
    assert holds_family(TABLES["site_day"], leaf[1:])
    assert holds_family(TABLES["site_queue_day"], leaf)


def test_rows_are_packed_into_the_order_of_their_keys_up_to_the_largest_number() -> None:
    names = [2**63 + 9, 2**63 + 7, None, 2**63 + 7]
    frame = pl.DataFrame({"a": names, "b": [1, 2, 3, 1]}, schema={"a": pl.UInt64, "b": pl.Int64})
    assert _sorted(frame, ["a", "b"])["b"].to_list() == [3, 1, 2, 1]
