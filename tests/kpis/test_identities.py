"""Identities of each load: what must add up does, and what does not is named."""

from __future__ import annotations

import polars as pl

from wfm.facts.identities import violations


def test_contacts_that_vanish_are_found_with_their_number() -> None:
    frame = pl.DataFrame(
        {"queue": ["a", "b"], "offered_n": [100, 50], "answered_n": [90, 45], "aband_n": [5, 5],
         "flowout_n": [3, 0]}
    )  # fmt: skip
    found = violations(frame, ("queue",))
    assert [(v.identity, v.key, v.difference) for v in found] == [
        ("contacts_end_once", (("queue", "a"),), 2.0)
    ]
    assert violations(frame, ("queue",), open_contacts=True) == ()


def test_contacts_that_still_wait_are_no_violation() -> None:
    frame = pl.DataFrame(
        {"offered_n": [100], "answered_n": [90], "aband_n": [5], "flowout_n": [3],
         "queue_now_n": [2]}
    )  # fmt: skip
    assert violations(frame) == ()


def test_subsets_larger_than_their_whole_are_found() -> None:
    frame = pl.DataFrame(
        {"answered_in_sl_n": [5, 11], "answered_n": [10, 10],
         "aband_short_n": [1, 3], "aband_in_sl_n": [2, 2], "aband_n": [2, 2]}
    )  # fmt: skip
    assert [(v.identity, v.difference) for v in violations(frame)] == [
        ("in_time_is_answered", 1.0),
        ("short_is_in_time_is_abandoned", 1.0),
    ]


def test_seconds_may_differ_by_the_tolerance_of_whole_second_sources() -> None:
    frame = pl.DataFrame(
        {"login_s": [900, 900], "avail_s": [300, 300], "busy_s": [500, 500], "aux_s": [99, 80]}
    )
    assert [v.difference for v in violations(frame, tolerance_s=1)] == [20.0]


def test_a_row_that_lacks_a_measure_is_not_judged() -> None:
    frame = pl.DataFrame(
        {"adh_sched_s": [900, 900], "adh_in_s": [800, None], "adh_out_s": [50, 10],
         "adh_neutral_s": [50, 0]}
    )  # fmt: skip
    assert violations(frame) == ()
