"""What a file is, told by its content, and the sentence for each file that cannot be taken."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook

from perfgoals.common.workbooks.container import Limits, UnreadableWorkbook
from perfgoals.common.workbooks.tables import CellValue, Table
from scoring.workbooks.files import FileKind
from scoring.workbooks.flat import FlatForm, flat_csv, flat_workbook
from scoring.workbooks.reading import lists_execution, over_kept, read_file
from tests.workbooks.office import PUBLISHED, opened, published, saved, written

FORMS = published()


def refusal(data: bytes, name: str = "", **options: Any) -> tuple[str, str]:
    with pytest.raises(UnreadableWorkbook) as caught:
        read_file(data, name=name, **options)
    assert "一" <= caught.value.message[0] <= "龥"
    return caught.value.code, caught.value.message


def book(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, lines in sheets:
        sheet = workbook.create_sheet(title)
        for line in lines:
            sheet.append(line)
    return saved(workbook)


def as_json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


# -- JSON --------------------------------------------------------------------------------------------


def test_the_published_files_are_read_as_they_are() -> None:
    documents = []
    for path in sorted(PUBLISHED.glob("*.json")):
        file = read_file(path.read_bytes())
        assert (file.kind, file.problems) == (FileKind.JSON, [])
        documents += [form.document for form in file.forms]
    assert documents == FORMS


def test_one_document_a_list_and_a_list_under_a_name() -> None:
    one = FORMS[0].as_json()
    for data in (
        one,
        [one],
        {"forms": [one]},
        {"documents": [{**one, "sheet": "甲", "range": "A1"}]},
    ):
        (form,) = read_file(b"\xef\xbb\xbf" + as_json(data)).forms
        assert (form.document, form.range) == (FORMS[0], "第 1 份")
        assert form.rows == len(FORMS[0].indicators)


def test_every_error_of_a_document_is_a_problem_with_its_path() -> None:
    wrong = FORMS[0].as_json()
    wrong["indicators"][1]["traget"] = "≥1"
    wrong["funds"][next(iter(wrong["funds"]))] = "一百万"
    file = read_file(as_json([FORMS[1].as_json(), wrong, 7]))
    assert file.forms[0].problems == []
    problems = {one.path: one.message for one in file.forms[1].problems}
    assert problems["indicators.1.traget"].startswith(
        "第 2 份（indicators.1.traget）：读到「≥1」，不认识的项目名"
    )
    assert any("应为数字" in text or "应为一组名称和值" in text for text in problems.values())
    assert [one.message for one in file.forms[2].problems] == [
        "第 3 份（整份表）：读到「7」，应为一份表（一组名称和值）"
    ]


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b'{"form": ', "json", "不是合法的 JSON"),
        (b"[1e999999999999999999999999999999999999999999999]", "json", "过大的数字"),
        (b"[]", "blank", "没有表"),
        (b'{"forms": []}', "blank", "没有表"),
        (b"[" * 100_000, "json", "嵌套过深"),
        (b'{"a": 1, "a": 2}', "json", "出现两次"),
    ],
)
def test_what_is_no_json_of_ours(data: bytes, code: str, words: str) -> None:
    found, message = refusal(data)
    assert found == code
    assert words in message


# -- flat --------------------------------------------------------------------------------------------


def test_the_flat_workbook_and_its_csv_files() -> None:
    forms = [FlatForm(one) for one in FORMS]
    for data in (flat_workbook(forms), flat_csv(forms)):
        file = read_file(data, name="甲.zip")
        assert file.kind is FileKind.FLAT
        found = [over_kept(form, one, file) for form, one in zip(file.forms, FORMS, strict=True)]
        assert found == FORMS


# -- what cannot be taken ----------------------------------------------------------------------------


def test_a_workbook_with_something_else() -> None:
    code, message = refusal(book(("工资", [["姓名", "金额"], ["张三", 1]])))
    assert code == "template"
    assert message.startswith("没有找到可以导入的内容")


def test_a_workbook_with_nothing_in_it() -> None:
    assert refusal(book(("Sheet1", []), ("Sheet2", [])))[0] == "blank"


def test_a_form_on_a_hidden_sheet_only() -> None:
    sheet = opened(written(FORMS[0]))
    sheet.parent.create_sheet("首页")["A1"] = "说明"
    sheet.sheet_state = "hidden"
    code, message = refusal(saved(sheet))
    assert code == "template"
    assert message.endswith(f"（隐藏的工作表 「{sheet.title}」 不读取）")


def test_a_workbook_of_a_newer_version() -> None:
    sheet = opened(written(FORMS[0]))
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, str) and cell.value.startswith("perfgoals:1;"):
                cell.value = cell.value.replace("perfgoals:1;", "perfgoals:99;")
    code, message = refusal(saved(sheet))
    assert code == "newer"
    assert "请在本系统重新下载" in message


def test_a_list_of_other_things_as_csv() -> None:
    assert refusal("姓名,金额\n张三,1\n".encode("gb18030"), "工资.csv")[0] == "template"


def test_a_file_that_is_too_large() -> None:
    code, message = refusal(
        as_json(FORMS[0].as_json()) + b" " * (1 << 20), limits=Limits(size=1 << 20)
    )
    assert code == "size"
    assert "超过 1 MB" in message


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["项目", "年初预算", "全年预算", "执行数"], True),
        (["序号", "项目名称", "年初预算数", "调整后预算数", "全年执行数", "执行率"], True),
        (["项目名称", "主管部门", "执行数"], False),
    ],
)
def test_a_list_of_executed_budgets_is_known_by_its_headings(
    headings: list[CellValue], *, expected: bool
) -> None:
    table = Table(
        "执行", rows=[(1, ["2024年度预算执行情况"]), (3, headings), (4, ["甲", Decimal(1)])]
    )
    assert lists_execution(table) is expected


def test_a_list_with_two_levels_of_headings_is_known_too() -> None:
    rows: list[tuple[int, list[CellValue]]] = [
        (1, ["2024年度预算执行情况"]),
        (2, ["项目名称", "预算数", None, "执行数"]),
        (3, [None, "年初", "调整后", None]),
        (4, ["甲", Decimal(1), Decimal(1), Decimal(1)]),
    ]
    assert lists_execution(Table("执行", rows=rows))
