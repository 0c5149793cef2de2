from __future__ import annotations

import io

from velatura_cli.table import table_lines, write_table


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    assert table_lines(("A", "LONG", "LAST"), [("xyz", "1", "text")], 80) == [
        "A    LONG  LAST",
        "xyz  1     text",
    ]


def test_the_last_column_is_wrapped() -> None:
    lines = table_lines(("A", "B"), [("x", "some words that need a second line")], 25)
    assert lines == ["A  B", "x  some words that need a", "   second line"]


def test_an_empty_last_cell_leaves_no_blanks() -> None:
    assert table_lines(("A", "B"), [("x", "")], 80)[1] == "x"


def test_written_line_by_line() -> None:
    stream = io.StringIO()
    write_table(stream, ("A", "B"), [("1", "2")])
    assert stream.getvalue() == "A  B\n1  2\n"
