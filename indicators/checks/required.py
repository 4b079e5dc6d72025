"""Cells that must be filled, and texts that are no texts: blanks, fillers, left-over templates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.checks.basis import FORM_DECLARATION, OWN, PRACTICE_GOALS
from indicators.checks.form import Form, TextCell, parts_of_request
from indicators.checks.register import DECLARATION, FORM, UNREADABLE, Declared
from indicators.values.words import has_content, is_filler, is_template_name, quoted
from perfgoals.common.findings import Level, Remark

ROW_LABELS = {
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标名称",
    "target": "年度指标值",
}

# What the note of a blank template or a hurried copy leaves in a cell.
# Every branch opens with its own character, and what must stand before that is asked behind it: so the
# search skips to these characters.
_PLACEHOLDER = re.compile(
    r"X(?<![A-Za-z]X)[Xx]+(?![A-Za-z])|x(?<![A-Za-z]x)[Xx]+(?![A-Za-z])|×[×＊]+|＊[×＊]+|\*\*+|__+"
    r"|请(?:在此)?(?:填写|输入|选择)|此处填写|在此填写"
    r"|（示例[:：)）]|\(示例[:：)）]|示例(?<![\s\S]示例)[:：)）]|待(?<!有待)(?:填写?|补充)"
)
_DIGITS_ONLY = re.compile(r"[\d\s.,，．%％]+")


@FORM.check("required.head", Level.ERROR, "表头必填项未填", basis=PRACTICE_GOALS)
def head_is_filled(form: Form) -> Iterator[Remark]:
    for cell in form.head:
        if not cell.text:
            yield Remark(cell.path, f"{cell.label}未填写")


@DECLARATION.check("required.goal", Level.ERROR, "年度总体目标未填", basis=PRACTICE_GOALS)
def goal_is_filled(declared: Declared) -> Iterator[Remark]:
    if not declared.document.annual_goal:
        yield Remark("annual_goal", "年度总体目标未填写")


@FORM.check("required.rows", Level.ERROR, "没有绩效指标", basis=PRACTICE_GOALS)
def there_are_rows(form: Form) -> Iterator[Remark]:
    if not form.rows:
        yield Remark("", "表中没有一条填写了内容的三级指标，至少应有产出和效益指标")


@FORM.check("required.row", Level.ERROR, "指标行必填项未填", basis=PRACTICE_GOALS)
def rows_are_filled(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        for field, label in ROW_LABELS.items():
            if not getattr(row, field):
                yield Remark(row.path(field), f"{row.label}的{label}未填写")


@DECLARATION.check("required.request", Level.ERROR, "年度资金申请总额未填", basis=FORM_DECLARATION)
def request_is_filled(declared: Declared) -> Iterator[Remark]:
    funds = declared.document.funds
    # Where parts are given, funds.request_sum says what the total should be.
    if all(n is None for n in (funds.annual_request, *parts_of_request(funds))):
        yield Remark("funds.annual_request", "年度资金申请总额未填写；没有申请的，应填 0")


@DECLARATION.check("required.period", Level.WARNING, "项目起止日期未填", basis=FORM_DECLARATION)
def period_is_filled(declared: Declared) -> Iterator[Remark]:
    for field, label in (("start", "计划开始日期"), ("end", "计划完成日期")):
        if getattr(declared.document.project, field) is None:
            yield Remark(f"project.{field}", f"{label}未填写，指标时限无从核对")


@FORM.check("text.filler", Level.ERROR, "只有空格或符号", basis=PRACTICE_GOALS)
def texts_say_something(form: Form) -> Iterator[Remark]:
    for cell in form.texts:
        # Almost every text opens with a character; of the others few are fillers.
        if not cell.text[:1].isalnum() and is_filler(cell.text):
            yield _filler(cell)
    for row in form.rows:
        if not row.level1[:1].isalnum() and is_filler(row.level1):
            yield _filler(TextCell(row.path("level1"), ROW_LABELS["level1"], row.level1))
        if not row.level2[:1].isalnum() and is_filler(row.level2):
            yield _filler(TextCell(row.path("level2"), ROW_LABELS["level2"], row.level2))


def _filler(cell: TextCell) -> Remark:
    shown = f"只有{quoted(cell.text)}" if cell.text.strip() else "只有空格或换行"
    # The overall goal may be left out, so there a dash is only untidy.
    level = Level.WARNING if cell.path == "overall_goal" else None
    return Remark(cell.path, f"{cell.label}{shown}，等于没有填写，请写明内容", level)


@FORM.check("text.placeholder", Level.ERROR, "残留模板提示或占位符", basis=PRACTICE_GOALS)
def no_placeholders(form: Form) -> Iterator[Remark]:
    for cell in form.texts:
        left = _PLACEHOLDER.search(cell.text)
        if left and not is_filler(cell.text):
            yield Remark(cell.path, f"{cell.label}中残留占位文字「{left.group()}」，请换成实际内容")
        elif cell.path.endswith(".name") and is_template_name(cell.text):
            yield Remark(cell.path, f"三级指标名称仍是模板文字{quoted(cell.text)}，请写明指标名称")


@FORM.check("name.number", Level.ERROR, "指标名称是数字", basis=OWN)
def names_are_no_numbers(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if _DIGITS_ONLY.fullmatch(row.name) and has_content(row.name):
            yield Remark(
                row.path("name"), f"三级指标名称只有数字{quoted(row.name)}，请写明指标内容"
            )


@FORM.check(UNREADABLE, Level.HINT, "原文无法辨认", basis=OWN)
def lost_cells_are_named(form: Form) -> Iterator[Remark]:
    for path, mark in form.marks.items():
        if mark == "lost":
            computed = f"（{form.computed[path]}）" if path in form.computed else ""
            yield Remark(path, f"来源文件中此处无法辨认，未作检查，请对照原件补录{computed}")
