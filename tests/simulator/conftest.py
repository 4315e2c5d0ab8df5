"""A small centre, and two weeks of its events drawn once; the clocks of two sites change within."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from wfm.simulator.events import History, Span
from wfm.simulator.founding import found_centre

BASE_ON = date(2026, 11, 2)
FIRST_AT = int(datetime(2026, 10, 18, tzinfo=UTC).timestamp())
END_AT = int(datetime(2026, 11, 2, 12, tzinfo=UTC).timestamp())


@pytest.fixture(scope="session")
def history() -> History:
    return History(found_centre(11, "small", BASE_ON))


@pytest.fixture(scope="session")
def span(history: History) -> Span:
    return history.span(FIRST_AT, END_AT)


@pytest.fixture(scope="session")
def voice_states(span: Span, history: History) -> pl.DataFrame:
    """State changes of those who answer telephones."""
    voice = [a.agent_id for a in history.centre.agents if a.group_id.endswith("voice")]
    return span.states.filter(pl.col("agent_id").is_in(voice))


@pytest.fixture(scope="session")
def spells(voice_states: pl.DataFrame) -> pl.DataFrame:
    """State changes with the end that the agent's next row gives them."""
    return (
        voice_states.sort("agent_id", "start_at", "order")
        .with_columns(end_at=pl.col("start_at").shift(-1).over("agent_id"))
        .filter(pl.col("end_at").is_not_null())
    )
