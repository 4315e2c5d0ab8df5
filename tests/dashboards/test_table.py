"""A table of thousands of lines stays small on the screen and loses nothing."""

from __future__ import annotations

from typing import Any

from dashboards.parts.table import Cell, Col, Line, Sheet, sort_lines, table

COLUMNS = (Col("name", "Agent", text=True, phone=True), Col("n", "Contacts", phone=True))


def sheet(lines_n: int) -> Sheet:
    lines = [Line((Cell(f"A-{n:04d}", f"A-{n:04d}"), Cell(str(n), n))) for n in range(lines_n)]
    return Sheet(
        "agents", "Agents", COLUMNS, (*lines, Line((Cell("All", "All"), Cell("x", 7)), "total"))
    )


def rows(drawn: Any) -> list[str]:
    """The first cell of each row of the table's body."""
    body = drawn.children[0].children[2]
    return [str(row.children[0].children.children[-1].children) for row in body.children]


def test_the_first_lines_and_the_total_are_shown_and_the_rest_is_counted() -> None:
    drawn = table(sheet(600))
    shown = rows(drawn)
    assert (len(shown), shown[0], shown[249], shown[-1]) == (251, "A-0000", "A-0249", "All")
    assert drawn.children[1].children == (
        "350 more rows: sort by a column, or take all of them as CSV or Excel."
    )
    assert rows(table(sort_lines(sheet(600), "-n")))[0] == "A-0599"


def test_a_table_that_fits_says_nothing_of_more() -> None:
    drawn = table(sheet(249))
    assert (len(rows(drawn)), len(drawn.children)) == (250, 1)
