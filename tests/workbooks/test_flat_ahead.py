"""A flat workbook whose tables come one after another is read while they come."""

from __future__ import annotations

from typing import Any

from perfgoals.common.workbooks.tables import Table
from scoring.documents import FormDocument
from scoring.workbooks.files import ReadForm
from scoring.workbooks.flat import FlatForm, FlatReading, read_flat
from tests.workbooks.flat_book import Book, mark
from tests.workbooks.office import published_form

MOBILE = published_form("移动源管理技术支持", 2026)
SOIL = published_form("土壤固废化学品污染防治", 2024)


def book(*, marked: bool = True) -> Book:
    made = Book(FlatForm(SOIL), FlatForm(MOBILE))
    if marked:
        made.tables["系统标记"] = mark()
    return made


def told(read: Any) -> list[Any]:
    """Everything that is known of a file that was read."""
    return [
        read.rows,
        read.blank_rows,
        read.problems,
        read.skipped,
        read.ignored,
        read.unseen,
        *((one.document, one.problems, one.remarks, dict(one.places)) for one in read.forms),
    ]


def in_order(made: Book, *names: str) -> list[Table]:
    return [made.tables[name] for name in names]


def test_a_form_is_there_before_the_table_of_other_forms_has_come() -> None:
    made = book()
    there: list[FormDocument | None] = []
    reading = FlatReading(each=lambda form: there.append(form.document))
    for table in in_order(made, "系统标记", "项目", "资金"):
        reading.take(table)
    assert there == []
    reading.take(made.tables["绩效指标"])
    assert there == [MOBILE]
    reading.take(made.tables["自评结果"])
    assert there == [MOBILE, SOIL]
    forms = reading.finish(list(made.tables.values())).forms
    assert [form.document for form in forms] == [SOIL, MOBILE]  # as the table 项目 has them


def test_in_whatever_order_the_tables_come_the_same_is_read() -> None:
    orders = [
        ("系统标记", "项目", "资金", "绩效指标", "自评结果"),
        ("自评结果", "绩效指标", "资金", "项目", "系统标记"),
        ("资金", "系统标记", "自评结果", "项目", "绩效指标"),
    ]
    expected = told(read_flat(list(book().tables.values())))
    for order in orders:
        made = book()
        reading = FlatReading()
        for table in in_order(made, *order):
            reading.take(table)
        assert told(reading.finish(list(made.tables.values()))) == expected


def test_a_workbook_that_does_not_say_what_it_is_waits_for_its_last_table() -> None:
    made = book(marked=False)
    there: list[ReadForm] = []
    reading = FlatReading(each=there.append)
    for table in made.tables.values():
        reading.take(table)
    assert there == []
    reading.finish(list(made.tables.values()))
    assert [form.document for form in there] == [MOBILE, SOIL]


def test_a_column_that_is_missing_in_the_last_table_takes_back_what_was_read_ahead() -> None:
    made = book()
    made.take_out("自评结果", "三级指标")
    there: list[ReadForm] = []
    reading = FlatReading(each=there.append)
    for table in in_order(made, "系统标记", "项目", "资金", "绩效指标", "自评结果"):
        reading.take(table)
    assert len(there) == 1
    read = reading.finish(list(made.tables.values()))
    assert read.forms == []
    assert [problem.expected for problem in read.problems] == [
        "缺少「三级指标」这一列，请补上（标题写「三级指标」）再上传"
    ]


def test_a_sheet_that_is_no_table_of_ours_is_named_in_the_end() -> None:
    made = book()
    made.tables["备忘"] = Table("备忘", False, [(1, ["请于月底前报送"])])
    reading = FlatReading()
    for table in in_order(made, "系统标记", "备忘", "项目", "资金", "绩效指标", "自评结果"):
        reading.take(table)
    (skipped,) = reading.finish(list(made.tables.values())).skipped
    assert (skipped.sheet, skipped.reason) == ("备忘", "不是平铺工作簿的表，未读取")
