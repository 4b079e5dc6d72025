"""The words by which the cells of an official form are found, taken from its layouts.

A cell has no fixed place: it stands to the right of a label, below one, or where a row and a column
meet. Departments write the labels with spaces inside, line breaks, units, and in their own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from perfgoals.common.sheets.layout import CellSpec, Layout, place_cells

_LONGEST = 40
_LONGEST_SIGN = 10
_SPACES = re.compile(r"[\s\u200b\ufeff:]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_PARTITIVE = re.compile(r"^其中[:：]\s*")
_PREFIX = re.compile(r"^(其中|\d{1,2}[.、]|[一二三四五六七八九十]{1,2}、)")

# What departments write (left) for what the layouts print.
_SYNONYMS = {
    "分数": "分值", "权重": "分值", "指标分值": "分值", "权重分值": "分值",
    "自评得分": "得分", "自评分": "得分", "自评分值": "得分",
    "预算目标": "预期目标", "年初设定目标": "预期目标", "年初目标": "预期目标",
    "全年实际完成情况": "实际完成情况", "目标完成情况": "实际完成情况",
    "年初预算": "年初预算数", "年初预算金额": "年初预算数",
    "全年预算": "全年预算数", "调整后预算数": "全年预算数", "调整后预算": "全年预算数",
    "调整预算数": "全年预算数", "全年预算金额": "全年预算数",
    "执行数": "全年执行数", "全年执行": "全年执行数", "实际执行数": "全年执行数",
    "预算执行数": "全年执行数", "全年执行金额": "全年执行数", "实际支出数": "全年执行数",
    "预算执行率": "执行率",
    "资金总额": "年度资金总额", "财政拨款": "当年财政拨款", "本年财政拨款": "当年财政拨款",
    "上年结转": "上年结转资金", "结转资金": "上年结转资金", "上年结转结余资金": "上年结转资金",
    "指标名称": "三级指标", "三级指标名称": "三级指标",
    "指标值": "年度指标值", "目标值": "年度指标值", "年度目标值": "年度指标值",
    "计划指标值": "年度指标值", "绩效指标值": "年度指标值", "预期指标值": "年度指标值",
    "实际值": "实际完成值", "完成值": "实际完成值", "全年实际完成值": "实际完成值",
    "全年完成值": "实际完成值", "全年实际值": "实际完成值",
    "实际完成": "实际完成值", "实际完成指标值": "实际完成值", "完成指标值": "实际完成值",
    "偏差原因": "偏差原因分析及改进措施", "偏差原因分析": "偏差原因分析及改进措施",
    "偏差原因及改进措施": "偏差原因分析及改进措施",
    "偏差原因分析与改进措施": "偏差原因分析及改进措施",
    "原因分析": "偏差原因分析及改进措施", "原因分析及改进措施": "偏差原因分析及改进措施",
    "未完成原因": "偏差原因分析及改进措施", "未完成原因分析": "偏差原因分析及改进措施",
    "未完成原因和改进措施": "偏差原因分析及改进措施",
    "未完成原因及改进措施": "偏差原因分析及改进措施",
    "未完成原因分析及改进措施": "偏差原因分析及改进措施",
    "未完成原因分析和改进措施": "偏差原因分析及改进措施",
    "项目单位": "实施单位", "项目实施单位": "实施单位", "项目主管部门": "主管部门",
    "项目承担单位": "实施单位",
    "开始日期": "计划开始日期", "完成日期": "计划完成日期",
    "计划开始时间": "计划开始日期", "计划完成时间": "计划完成日期",
    "总得分": "总分", "评价等级": "评分等级", "自评等级": "评分等级",
}  # fmt: skip

# The same in one kind of form only, above its tree of indicators.
_SYNONYMS_OF = {
    "self_evaluation": {
        "财政资金": "当年财政拨款", "财政拨款资金": "当年财政拨款", "项目资金总额": "年度资金总额",
        "合计": "年度资金总额", "总计": "年度资金总额", "预算数": "全年预算数",
        "年度目标": "预期目标",
    },
    "declaration": {
        "年度资金总额": "年度资金申请总额", "年度目标": "年度总体目标",
        "年度绩效目标": "年度总体目标", "项目总体目标": "项目总目标",
    },
}  # fmt: skip
# And below it.
_CLOSING_SYNONYMS = {"合计": "总分", "总计": "总分"}

SECOND_CHOICE = {
    "实施单位": ("填报单位", "单位名称", "编报单位", "预算单位", "填表单位"),
    "主管部门": ("部门名称", "填报部门", "预算部门", "主管单位"),
    "年度总体目标": ("总体目标", "年度总目标", "总体绩效目标", "项目绩效目标", "绩效目标"),
    "项目总目标": ("中期目标", "中长期目标", "长期目标", "实施期目标"),
}
"""Labels that are looked for where that of the layout is not there."""

COMPARISONS = frozenset(
    {"指标性质", "指标值性质", "比较符号", "比较", "符号", "运算符号", "计算符号"}
)
"""Headings of a column that holds the comparison of a target alone: ≥."""

MEASURES = frozenset({"度量单位", "计量单位", "指标单位", "单位"})
"""Headings of a column that holds the unit of a target alone: 份."""

_INLINE = re.compile(r"\s*([^:：]{1,20})[:：]\s*(\S.*)", re.DOTALL)


def inline(text: str) -> tuple[str, str] | None:
    """Label (folded) and value of a cell that holds both: 「项目名称：甲项目」."""
    match = _INLINE.fullmatch(text) if len(text) < 20 * _LONGEST else None
    label = fold(match[1]) if match else ""
    return (label, match[2].rstrip()) if match and label else None


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """A label without what is written differently from place to place: width of characters, spaces,
    line breaks, 其中, brackets with units, colons; "" for what is too long to be a label."""
    if len(text) > 4 * _LONGEST:
        return ""
    folded = _SPACES.sub("", unicodedata.normalize("NFKC", text))
    folded = _PREFIX.sub("", _BRACKETS.sub("", folded)).strip("、,.-—")
    return _SYNONYMS.get(folded, folded) if len(folded) <= _LONGEST else ""


def is_sign(text: str) -> bool:
    """Whether the text is a mark where nothing belongs: 「—」, 「（）」, 「：」."""
    return len(text) <= _LONGEST_SIGN and not fold(text)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cell of ``path`` stands, in folded labels: ``label`` to its left, ``column`` above it.
    ``group``: of two cells with the same label, the label further up in the same column. ``title``: its
    name for people. money: an amount in the money unit of the form."""

    path: str
    label: str
    column: str
    group: str
    title: str
    money: bool


@dataclass(frozen=True, slots=True)
class Wording:
    """A layout in words. head: the cells above the tree; goals: those below a heading of their own;
    tree: the fields of its columns by folded label; groups: those fields whose cells are merged; titles:
    the labels of the fields for people; closing: the cells below the tree; known: every folded label of
    the layout; head_words, closing_words: what stands for other words above and below the tree."""

    head: tuple[Place, ...]
    goals: tuple[Place, ...]
    tree: dict[str, str]
    groups: frozenset[str]
    titles: dict[str, str]
    closing: tuple[Place, ...]
    known: frozenset[str]
    head_words: dict[str, str]
    closing_words: dict[str, str]

    @property
    def places(self) -> tuple[Place, ...]:
        return self.head + self.goals + self.closing


@cache
def _wording_of(key: str) -> Wording:
    return _Words(Layout.model_validate_json(key)).wording()


def wording(layout: Layout) -> Wording:
    """The words of a layout."""
    return _wording_of(layout.model_dump_json(exclude_unset=True))


class _Words:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.width = len(layout.columns)

    def wording(self) -> Wording:
        tree_labels = [""] * self.width
        column = int(bool(self.layout.indicators.side))
        tree, titles = {}, {}
        for part in self.layout.indicators.columns:
            folded = fold(part.label)
            tree[folded] = part.field
            titles[part.field] = part.label.replace("\n", "")
            tree_labels[column : column + part.span] = [folded] * part.span
            column += part.span
        goals = self.layout.goals
        fixed = (self.layout.head, goals.header, goals.rows, self.layout.closing)
        words = {fold(cell.label) for part in fixed for row in part for cell in row if cell.label}
        words |= {*tree, fold(self.layout.indicators.side or "")}
        of_form = _SYNONYMS_OF.get(self.layout.form, {})
        return Wording(
            head=self.places(self.layout.head, "head"),
            goals=self.places(goals.header + goals.rows, "goals"),
            tree=tree,
            groups=frozenset(
                part.field for part in self.layout.indicators.columns if part.kind == "group"
            ),
            titles=titles,
            closing=self.places(self.layout.closing, "closing", tree_labels),
            known=frozenset(words - {""}),
            head_words={w: meant for w, meant in of_form.items() if w not in words},
            closing_words=_CLOSING_SYNONYMS if self.layout.closing else {},
        )

    def places(
        self, rows: Sequence[Sequence[CellSpec]], part: str, above: Sequence[str] = ()
    ) -> tuple[Place, ...]:
        heads = list(above) or [""] * self.width
        groups = [""] * self.width
        found: list[Place] = []
        for row, starts in zip(rows, place_cells(rows, self.width, part), strict=True):
            left, left_start = "", 0
            fields = sum(cell.field is not None for cell in row)
            labels = sum(bool(cell.label) for cell in row if cell.scope == "row")
            for cell, start in zip(row, starts, strict=True):
                if cell.label and cell.scope == "col":
                    heads[start : start + cell.span] = [cell.label] * cell.span
                elif cell.label:
                    left, left_start = cell.label, start
                    if not cell.indent:
                        groups[start] = cell.label
                elif cell.field is not None:
                    # Alone beside its label, a cell needs no heading above it.
                    shared = not left or fields > labels
                    head = heads[start] if shared else ""
                    found.append(self.place(cell, left, head, groups[left_start]))
        return _told_apart(found)

    def place(self, cell: CellSpec, left: str, head: str, group: str) -> Place:
        words = (_PARTITIVE.sub("", part.replace("\n", "")).rstrip(":： ") for part in (left, head))
        title = " · ".join(filter(None, words))
        return Place(cell.field or "", fold(left), fold(head), fold(group), title, cell.money)


def _told_apart(places: Iterable[Place]) -> tuple[Place, ...]:
    """``group`` only where label and column do not tell a cell from another."""
    listed = list(places)
    times = Counter((place.label, place.column) for place in listed)
    return tuple(
        Place(p.path, p.label, p.column, p.group, f"{p.group} · {p.title}", p.money)
        if times[p.label, p.column] > 1
        else Place(p.path, p.label, p.column, "", p.title, p.money)
        for p in listed
    )
