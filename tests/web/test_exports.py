"""Exports carry full figures and no formula, in both formats."""

from __future__ import annotations

import zipfile
from datetime import date
from io import BytesIO

import pytest

from wfm.web.exports import Table, as_csv, as_xlsx, harmless

TABLE = Table(
    ("Agent", "Gap (pp)", "Since"),
    (
        ("=HYPERLINK(\"http://x\")", -5, date(2026, 10, 12)),
        ("https://evil.example", 94.69999999999999, None),
        ("Ann, \"the\" Lead", float("nan"), None),
    ),
    (("Scope", "dublin/t-07"), ("Adherence", "=in adherence / scheduled")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@x", "'@x"), ("\tx", "'\tx"),
        ("\rx", "'\rx"), ("\0x", "'\0x"), ("plain", "plain"), ("a=b", "a=b"), ("", ""),
    ],
)  # fmt: skip
def test_text_that_a_spreadsheet_would_run_gets_a_mark(text: str, shown: str) -> None:
    assert harmless(text) == shown


def test_csv_has_what_it_is_about_then_heads_and_full_precision() -> None:
    assert as_csv(TABLE).decode() == (
        "Scope,dublin/t-07\r\n"
        "Adherence,'=in adherence / scheduled\r\n"
        "\r\n"
        "Agent,Gap (pp),Since\r\n"
        '"\'=HYPERLINK(""http://x"")",-5,2026-10-12\r\n'
        "https://evil.example,94.69999999999999,\r\n"
        '"Ann, ""the"" Lead",,\r\n'
    )


def test_excel_holds_numbers_as_numbers_and_no_formula_or_link() -> None:
    with zipfile.ZipFile(BytesIO(as_xlsx(TABLE))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        names = book.namelist()
    assert "<v>-5</v>" in sheet
    assert "<v>94.69999999999999</v>" in sheet
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert not [name for name in names if "rels" in name and "sheet1" in name]
