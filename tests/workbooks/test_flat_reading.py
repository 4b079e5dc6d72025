"""What people do with a flat workbook, and what they are told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from perfgoals.common.workbooks.container import UnreadableWorkbook
from perfgoals.common.workbooks.tables import Faulty, Formatted, Table
from projects.workflow import FormKind
from scoring.workbooks.files import Ignored, Skipped
from scoring.workbooks.flat import FlatForm, kept_over, looks_flat, read_flat
from tests.workbooks.flat_book import Book, coded, mark, named
from tests.workbooks.office import published_form

MOBILE = published_form("移动源管理技术支持", 2026)
SOIL = published_form("土壤固废化学品污染防治", 2024)
FORMULA = Faulty("", "公式没有存下算出的值")


# -- what belongs where ----------------------------------------------------------------------------


def only_by(book: Book, *headings: str) -> Book:
    """The workbook with nothing but these columns to say what belongs where."""
    for sheet in ("资金", "绩效指标", "自评结果"):
        for heading in ("序号", "表编号", "项目编码", "年度", "表种", "实施单位", "项目名称"):
            if heading in book.tables[sheet].rows[0][1] and heading not in headings:
                book.take_out(sheet, heading)
    return book


@pytest.mark.parametrize(
    "headings",
    [
        ("表编号",),
        ("项目编码", "年度", "表种"),
        ("实施单位", "年度", "项目名称", "表种"),
        ("项目名称",),
    ],
)
def test_rows_find_their_form(headings: tuple[str, ...]) -> None:
    forms = [FlatForm(MOBILE, 3, 1, "A1"), FlatForm(SOIL, 4, 1, "A2")]
    read = only_by(Book(*forms), *headings).read()
    assert read.problems == []
    assert [one.document for one in read.forms] == [MOBILE, SOIL]


def test_new_projects_without_a_code_are_found_by_unit_year_and_name() -> None:
    book = only_by(
        Book(FlatForm(MOBILE), FlatForm(named(MOBILE, "另一个"))), "实施单位", "年度", "项目名称"
    )
    book.take_out("项目", "序号")
    read = book.read()
    assert read.problems == []
    assert [one.document.project.name for one in read.forms] == [MOBILE.project.name, "另一个"]
    assert [one.rows for one in read.forms] == [62, 62]
    assert read.forms[0].why == "没有编码，按实施单位、年度、项目名称和表种对应"


def test_a_declaration_and_a_self_evaluation_of_one_project_and_year() -> None:
    both = [
        FlatForm(SOIL, 0, 0, "A1"),
        FlatForm(MOBILE.model_copy(update={"year": 2024}), 0, 0, "A1"),
    ]
    read = only_by(Book(*both), "项目编码", "年度", "表种").read()
    assert read.problems == []
    assert [len(one.document.indicators) for one in read.forms] == [len(SOIL.indicators), 62]


def test_a_project_that_is_renamed_keeps_its_rows() -> None:
    book = Book(FlatForm(MOBILE, 3, 1, "A1"))
    book.put("项目", 2, "项目名称", "新名称")
    (read,) = book.read().forms
    assert read.document == named(MOBILE, "新名称")


def test_a_row_that_no_project_has_is_named() -> None:
    book = Book(FlatForm(MOBILE, 3, 1, "A1"))
    book.put("绩效指标", 5, "表编号", None)
    book.put("绩效指标", 5, "项目编码", "A9")
    assert book.messages() == [
        "工作表「绩效指标」C5（项目编码）：读到「A9」，「项目」表里没有这一项目编码，请核对，或在「项目」表里补上这个项目"
    ]
    assert len(book.read().forms[0].document.indicators) == 61


def test_a_row_copied_with_half_of_its_reference_is_no_guess() -> None:
    book = Book(FlatForm(MOBILE, 3, 1, "A1"), FlatForm(named(MOBILE, "另一个"), 4, 1, "A2"))
    book.put("绩效指标", 5, "项目编码", "A2")
    (message,) = book.messages()
    assert message.startswith(
        "工作表「绩效指标」C5（项目编码）：读到「A2」，项目编码指向另一个项目"
    )


def test_a_row_without_a_reference_is_named() -> None:
    book = Book(FlatForm(MOBILE, 3, 1, "A1"))
    for heading in ("表编号", "项目编码", "年度", "实施单位", "项目名称"):
        book.put("绩效指标", 5, heading, None)
    (message,) = book.messages()
    assert message.startswith("工作表「绩效指标」D5（项目名称）：没有写明属于哪个项目")


def test_a_self_evaluation_has_no_declared_indicators() -> None:
    book = Book(FlatForm(MOBILE, 3), FlatForm(SOIL, 4))
    book.put("绩效指标", 2, "表编号", Decimal(4))
    book.put("绩效指标", 2, "年度", None)
    (message,) = book.messages()
    assert message.endswith("读到「4」，「项目」表里这一表编号是自评表，不能用在这里")


@pytest.mark.parametrize(
    ("forms", "message"),
    [
        ((FlatForm(MOBILE, 3), FlatForm(named(MOBILE, "乙"), 3)), "表编号与前面的一行相同，一份表只能有一行"),
        ((FlatForm(MOBILE, 0, 0, "A"), FlatForm(MOBILE, 0, 0, "A")), "同一项目、年度和表种在前面已有一行"),
        ((FlatForm(MOBILE), FlatForm(MOBILE)), "同一单位、年度、项目名称和表种在前面已有一行"),
    ],
)  # fmt: skip
def test_a_project_twice_is_named(forms: tuple[FlatForm, ...], message: str) -> None:
    read = Book(*forms).read()
    assert message in read.forms[1].problems[0].message
    assert read.forms[1].problems[0].cell[1:] == "3"
    assert read.forms[1].document is None


# -- columns and sheets ----------------------------------------------------------------------------


def test_columns_may_be_moved_added_and_called_otherwise() -> None:
    book = Book(FlatForm(SOIL, 4, 1, "A1"))
    for _, cells in book.tables["自评结果"].rows:
        cells.reverse()
        cells.insert(0, "请核对")
    heads = book.tables["自评结果"].rows[0][1]
    heads[0] = "经办人备注"
    heads[heads.index("年度指标值")] = "指标值"
    heads[heads.index("三级指标")] = "三级\n指标"
    book.tables["自评结果"].rows = [
        (1, ["2024 年度自评结果"]),
        *((number + 2, cells) for number, cells in book.tables["自评结果"].rows),
    ]
    read = book.read()
    assert read.forms[0].document == SOIL
    assert read.ignored == [Ignored("自评结果", "columns", "A（经办人备注）", "不属于本表，未读取")]
    assert read.forms[0].places["indicators.0.level1"].cell.endswith("4")


def test_a_missing_column_is_named_with_its_sheet() -> None:
    book = Book(FlatForm(SOIL, 4))
    book.take_out("自评结果", "三级指标")
    book.take_out("项目", "年度")
    assert book.messages() == [
        "工作表「项目」第 1 行（年度）：缺少「年度」这一列，请补上（标题写「年度」）再上传",
        "工作表「自评结果」第 1 行（三级指标）：缺少「三级指标」这一列，请补上（标题写「三级指标」）再上传",
    ]


def test_what_the_file_has_no_column_for_stays_as_it_is() -> None:
    kept = coded(SOIL)
    rows = [row.model_copy(update={"attainment": "partial"}) for row in kept.indicators]
    kept = kept.model_copy(update={"indicators": rows})
    book = Book(FlatForm(kept, 4))
    book.put("自评结果", 2, "实际完成值", "新的值")
    book.take_out("自评结果", "完成档次")
    book.take_out("项目", "来源")
    del book.tables["资金"]
    read = book.read()
    unseen = read.unseen[FormKind.SELF_EVALUATION]
    assert {"source", "indicators.attainment", "funds.total.executed"} <= unseen
    changed: Any = kept_over(kept, read.forms[0].document, unseen)
    assert changed.indicators[0].actual == "新的值"
    assert changed.model_copy(update={"indicators": kept.indicators}) == kept
    assert [row.attainment for row in changed.indicators] == ["partial"] * len(rows)


def test_blank_rows_are_counted_and_hidden_sheets_named() -> None:
    book = Book(FlatForm(SOIL, 4))
    table = book.tables["自评结果"]
    table.rows.append((table.rows[-1][0] + 4, table.rows[-1][1].copy()))
    book.tables["草稿"] = Table("草稿", True, [(1, ["x"])])
    book.tables["杂项"] = Table("杂项", False, [(1, ["x"])])
    read = book.read()
    assert read.blank_rows == 3
    assert read.skipped == [
        Skipped("草稿", "隐藏的工作表，未读取"),
        Skipped("杂项", "不是平铺工作簿的表，未读取"),
    ]


def test_a_row_with_nothing_but_its_reference_is_blank() -> None:
    book = Book(FlatForm(MOBILE, 3))
    row = book.copy_row("绩效指标", 2)
    for heading in ("一级指标", "二级指标", "三级指标", "年度指标值"):
        book.put("绩效指标", row, heading, "  ")
    read = book.read()
    assert read.blank_rows == 1
    assert read.forms[0].document == MOBILE


@pytest.mark.parametrize(
    ("tables", "code", "words"),
    [
        ([], "template", "没有找到工作表「项目」"),
        ([Table("Sheet1", False, [(1, ["甲", "乙"])])], "template", "请在「批量导入」页下载"),
        (
            [mark(文件类型="perfgoals 指标库")],
            "template",
            "这是「perfgoals 指标库」，不是平铺工作簿",
        ),
        ([mark(格式版本="2")], "newer", "由更新版本的系统导出"),
    ],
)
def test_a_wrong_template_and_a_newer_one(tables: list[Table], code: str, words: str) -> None:
    with pytest.raises(UnreadableWorkbook) as caught:
        read_flat([*Book(FlatForm(MOBILE)).tables.values(), *tables] if code == "newer" else tables)
    assert caught.value.code == code
    assert words in caught.value.message


def test_a_workbook_of_ones_own_is_known_by_its_headings() -> None:
    book = Book(FlatForm(MOBILE, 3))
    assert looks_flat(list(book.tables.values()))
    assert not looks_flat([Table("2026年申报表", False, [(1, ["项目名称", "甲"]), (2, ["年度"])])])


def test_the_mark_says_kind_and_year_where_rows_do_not() -> None:
    book = Book(FlatForm(MOBILE, 3))
    book.take_out("项目", "表种")
    book.take_out("项目", "年度")
    book.tables["系统标记"] = mark(表种="申报表", 年度="2026")
    (read,) = book.read().forms
    assert read.document == MOBILE


# -- cells -----------------------------------------------------------------------------------------


def test_all_errors_at_once_each_with_its_cell() -> None:
    book = Book(FlatForm(SOIL, 4, 1, "A1"), FlatForm(MOBILE, 5, 1, "A2"))
    book.put("项目", 2, "总分", "满分")
    book.put("项目", 3, "计划开始日期", "2026-02-30")
    book.put("资金", 2, "全年执行数", FORMULA)
    book.put("资金", 2, "资金来源", "国债")
    book.put("资金", 3, "全年预算数", "一百")
    book.put("自评结果", 2, "得分", Formatted(Decimal("0.5"), "0%"))
    book.put("自评结果", 3, "完成档次", "很好")
    book.put("自评结果", 4, "分值", Decimal("12345678"))
    book.put("绩效指标", 2, "年度指标值", "字\x01")
    assert book.messages() == [
        "工作表「项目」Q2（总分）：读到「满分」，应为分数（数字）",
        "工作表「资金」G2（资金来源）：读到「国债」，"
        "应为 资金总额、当年财政拨款、上年结转资金、其他资金 之一",
        "工作表「资金」K3（全年预算数）：读到「一百」，应为金额（数字）",
        "工作表「自评结果」L2（得分）：读到「50%」，应为分数（数字），不是百分数",
        "工作表「自评结果」M3（完成档次）：读到「很好」，应为 达成、部分达成、未达成 之一",
        "工作表「自评结果」K4（分值）：数字过大，整数部分最多 6 位",
        "工作表「项目」J3（计划开始日期）：读到「2026-02-30」，应为日期（如 2026-01-31）",
        "工作表「绩效指标」I2（年度指标值）：含有不能打印的控制字符，请删去后重新粘贴",
    ]  # fmt: skip
    read = book.read()
    assert [one.document for one in read.forms] == [None, None]
    assert [one.problems[-1].path for one in read.forms] == [
        "indicators.2.weight", "indicators.0.target",
    ]  # fmt: skip


def test_cells_as_people_type_them() -> None:
    book = Book(FlatForm(SOIL, 4))
    book.put("项目", 2, "年度", "2024年度")
    book.put("项目", 2, "表种", "绩效自评表")
    book.put("资金", 2, "全年预算数", "１,２３４．５０")
    book.put("资金", 2, "执行率（%）", Formatted(Decimal("0.9354"), "0.00%"))
    book.put("资金", 3, "资金来源", "其中：财政拨款")
    book.put("自评结果", 2, "年度指标值", Formatted(Decimal("0.85"), "0%"))
    book.put("自评结果", 3, "年度指标值", date(2024, 12, 31))
    (read,) = book.read().forms
    assert read.problems == []
    document = read.document
    assert document.funds.total.annual_budget == Decimal("1234.50")
    assert document.funds.total.execution_rate == Decimal("93.54")
    assert document.funds.appropriation == SOIL.funds.appropriation
    assert [row.target for row in document.indicators[:2]] == ["85%", "2024-12-31"]


def test_kind_and_year_must_be_there() -> None:
    book = Book(FlatForm(SOIL, 4))
    book.put("项目", 2, "表种", None)
    book.put("项目", 2, "年度", None)
    assert book.messages() == [
        "工作表「项目」B2（表种）：不能为空，请填写",
        "工作表「项目」C2（年度）：不能为空，请填写",
    ]


def test_an_unknown_class_is_no_error_of_shape() -> None:
    book = Book(FlatForm(MOBILE, 3))
    book.put("绩效指标", 2, "二级指标", "奇怪的指标")
    (read,) = book.read().forms
    assert read.problems == []
    assert read.document.indicators[0].level2 == "奇怪的指标"


def test_a_code_twice_in_one_form_is_named() -> None:
    book = Book(FlatForm(coded(MOBILE), 3))
    book.copy_row("绩效指标", 2)
    assert book.messages() == [
        "工作表「绩效指标」J64（行码）：读到「c0」，行码与第 2 行的相同；复制出来的行请清空行码"
    ]


def test_rows_without_a_code_in_a_kept_form_are_mentioned() -> None:
    book = Book(FlatForm(coded(MOBILE), 3))
    book.put("绩效指标", 2, "行码", None)
    (read,) = book.read().forms
    assert read.remarks == ["1 行指标没有行码，按二级指标、三级指标和先后次序对应"]


def test_a_source_of_money_twice_is_named() -> None:
    book = Book(FlatForm(SOIL, 4))
    book.copy_row("资金", 2)
    assert book.messages() == [
        "工作表「资金」G6（资金来源）：读到「资金总额」，同一份表的这种资金来源已写在第 2 行，请合并成一行"
    ]


def test_amounts_under_a_heading_in_another_unit_are_converted() -> None:
    book = Book(FlatForm(SOIL, 4))  # in 万元
    at = book.column("资金", "全年执行数")
    book.tables["资金"].rows[0][1][at] = "全年执行数（元）"
    book.tables["资金"].rows[1][1][at] = Decimal("14179923.37")
    (read,) = book.read().forms
    assert read.document.money_unit == "万元"
    assert str(read.document.funds.total.executed) == "1417.992337"


def test_the_money_unit_may_stand_in_the_headings_and_must_stand_somewhere() -> None:
    book = Book(FlatForm(SOIL, 4))
    book.put("项目", 2, "金额单位", None)
    assert book.messages() == [
        "工作表「项目」L2（金额单位）：请填「元」或「万元」，这份表在「资金」表里有金额"
    ]
    for heading in ("年初预算数", "全年预算数", "全年执行数"):
        book.tables["资金"].rows[0][1][book.column("资金", heading)] = f"{heading}(万元)"
    (read,) = book.read().forms
    assert read.document == SOIL


def test_a_cell_that_this_kind_of_form_does_not_have_is_mentioned() -> None:
    book = Book(FlatForm(MOBILE, 3))
    book.put("项目", 2, "总分", Decimal(100))
    book.put("资金", 4, "项目资金", Decimal(5))
    (read,) = book.read().forms
    assert read.document == MOBILE
    assert read.remarks[:2] == [
        "工作表「项目」Q2（总分）：申报表没有这一栏，未读取",
        "工作表「资金」H4（项目资金）：申报表没有这一栏，未读取",
    ]


def test_notes_on_damage_are_not_for_writing_in() -> None:
    book = Book(FlatForm(SOIL, 4))
    book.put("项目", 2, "源文件损坏处", "坏了")
    assert book.messages() == [
        "工作表「项目」U2（源文件损坏处）：读到「坏了」，由系统填写，不能改动；不需要时请清空"
    ]


def test_more_rows_than_a_form_may_have() -> None:
    book = Book(FlatForm(MOBILE, 3))
    for _ in range(1_000):
        book.copy_row("绩效指标", 2)
    (message,) = book.messages()
    assert message.endswith("这份表的指标有 1062 行，一份表最多 1000 行")


def test_it_says_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    tables = list(
        Book(*(FlatForm(named(MOBILE, f"甲{n}"), n + 1) for n in range(40))).tables.values()
    )
    read_flat(tables, report=lambda done, total: told.append((done, total)))
    assert told == [(2000, 2680), (2680, 2680)]
