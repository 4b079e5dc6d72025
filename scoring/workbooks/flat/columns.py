"""The four tables of the flat workbook, and where each of their columns stands in a form.

Headings are the words of the forms: 财政项目支出绩效目标申报表 and 财政项目支出绩效自评表 as published.
"""

from __future__ import annotations

from perfgoals.common.workbooks.tables.spec import Column, ColumnKind, TableSpec
from projects.models import FundingSource
from projects.workflow import FormKind

FORMAT = 1
"""The number of this way of writing flat workbooks; a reader refuses a higher one."""

MARK = "系统标记"
"""Name of the hidden sheet that says what the workbook is."""

IDENTITY = "perfgoals 平铺工作簿"
"""What the mark says of a flat workbook, whatever its kind and year."""

INSTRUCTIONS = "填写说明"

BLANK = "〔空白〕"
"""In the cell of the rating: there is one, and it is blank; a blank cell means that there is none."""

DECLARATION, EVALUATION = FormKind.DECLARATION, FormKind.SELF_EVALUATION

_KINDS = {
    "申报表": DECLARATION.value,
    "自评表": EVALUATION.value,
}
_KIND_WORDS = _KINDS | {
    "绩效目标申报表": DECLARATION.value,
    "财政项目支出绩效目标申报表": DECLARATION.value,
    "项目支出绩效目标申报表": DECLARATION.value,
    "绩效自评表": EVALUATION.value,
    "财政项目支出绩效自评表": EVALUATION.value,
    "项目支出绩效自评表": EVALUATION.value,
}
_SOURCE_WORDS = {source.label: source.value for source in FundingSource} | {
    "年度资金总额": "total",
    "项目资金总额": "total",
    "年度资金申请总额": "total",
    "总额": "total",
    "合计": "total",
    "财政拨款": "appropriation",
    "财政资金": "appropriation",
    "当年财政资金": "appropriation",
    "上年结转": "carryover",
    "结转资金": "carryover",
    "其他": "other",
}
_ATTAINMENTS = {
    "达成": "achieved",
    "部分达成": "partial",
    "未达成": "missed",
    "达成年度指标": "achieved",
    "部分达成年度指标并具有一定效果": "partial",
    "未达成年度指标且效果较差": "missed",
}

_T, _N = ColumnKind.TEXT, ColumnKind.NAME
_CODED = "项目在系统里的编码；新项目可以留空。"

# -- how rows of the other tables say which form they belong to ------------------------------------

NUMBER = Column(
    "number", "序号", _N, ("项目序号",), 7,
    note="本工作簿内的编号，没有项目编码的新项目用它把四张表对应起来；有编码的可以留空。",
)  # fmt: skip
FORM = Column(
    "form", "表编号", ColumnKind.WHOLE, ("系统表编号",), 9, system=True,
    note="由系统填写，请不要改动；新增的表留空。",
)  # fmt: skip
YEAR = Column("year", "年度", ColumnKind.YEAR, ("预算年度", "年份"), 8)
KIND = Column(
    "kind", "表种", ColumnKind.CHOICE, ("表类型", "表别"), 9, choices=_KIND_WORDS,
    note="申报表或自评表。",
)  # fmt: skip
CODE = Column("project_code", "项目编码", _N, ("项目代码", "项目编号"), 18, note=_CODED)
NAME = Column("name", "项目名称", _T, ("项目",), 32)
UNIT = Column("unit", "实施单位", _T, ("项目单位", "项目实施单位", "单位", "单位名称"), 34)

_REFERENCE = "与「项目」表中的一致。"


def _reference(column: Column) -> Column:
    note = column.note if column in (NUMBER, FORM) else f"{column.note}{_REFERENCE}"
    return Column(
        column.key, column.heading, _N if column.kind is _T else column.kind, column.aliases,
        column.width, choices=column.choices, note=note, system=column.system,
    )  # fmt: skip


REFERENCES = tuple(_reference(c) for c in (NUMBER, YEAR, CODE, NAME, UNIT))
REFERENCE_KEYS = ("form", "number", "project_code", "year", "kind", "unit", "name")


def _required(column: Column) -> Column:
    return Column(
        column.key, column.heading, column.kind, column.aliases, column.width, True,
        column.choices, column.note, column.system,
    )  # fmt: skip


_DAMAGED = Column(
    "damaged", "源文件损坏处", _T, ("损坏说明",), 16, system=True,
    note="公开文本中无法辨认或补全的栏目，由系统填写，请不要改动。",
)  # fmt: skip

# -- the tables ------------------------------------------------------------------------------------

PROJECTS = TableSpec(
    "项目",
    (
        NUMBER,
        _required(KIND),
        _required(YEAR),
        CODE,
        _required(NAME),
        _required(UNIT),
        Column("department", "主管部门", _T, ("项目主管部门",), 22),
        Column("nature", "项目性质", _T, (), 16),
        Column("category", "项目类别", _T, (), 16),
        Column("start", "计划开始日期", ColumnKind.DAY, ("开始日期", "计划开始时间"), 13),
        Column("end", "计划完成日期", ColumnKind.DAY, ("完成日期", "计划完成时间"), 13),
        Column(
            "money_unit", "金额单位", ColumnKind.CHOICE, ("资金单位", "货币单位"), 9,
            choices={"元": "元", "万元": "万元"},
            note="「资金」表中这个项目的金额以元还是以万元计。",
        ),
        Column("overall_goal", "项目总目标", _T, (), 60),
        Column(
            "goal", "年度总体目标", _T, ("预期目标", "年度目标", "预算目标", "年初设定目标"), 60,
            note="申报表的年度总体目标，自评表的预期目标。",
        ),
        Column("actual_outcome", "实际完成情况", _T, (), 60),
        Column(
            "total_weight", "分值合计", ColumnKind.POINTS, ("总分值",), 10,
            note="表上写明的分值合计；系统另行计算并核对。",
        ),
        Column(
            "total_score", "总分", ColumnKind.POINTS, ("得分合计",), 10,
            note="表上写明的总分；系统另行计算并核对。",
        ),
        Column("rating", "评分等级", _T, ("评价等级", "自评等级", "等级"), 10),
        Column("summary_title", "汇总表标题", _T, (), 20),
        Column("source", "来源", _T, ("来源文件",), 20),
        _DAMAGED,
        FORM,
        Column(
            "version", "版本", ColumnKind.WHOLE, ("表版本",), 7, system=True,
            note="下载时的版本，由系统填写，请不要改动；导入时据此发现他人在此期间的改动。",
        ),
    ),
    ("项目信息", "项目表", "项目清单"),
    frozen=5,
)  # fmt: skip

FUNDS = TableSpec(
    "资金",
    (
        *REFERENCES[:1],
        _reference(KIND),
        *REFERENCES[1:],
        Column(
            "source", "资金来源", ColumnKind.CHOICE, ("来源", "资金性质"), 16, True, _SOURCE_WORDS,
            "一种来源一行；没有的来源可以不写。",
        ),
        Column(
            "project_amount", "项目资金", ColumnKind.AMOUNT, ("项目总资金",), 17,
            note="申报表左栏：项目资金总额、其中财政资金、其他资金。留空不等于 0.00。",
        ),
        Column(
            "requested", "年度资金申请", ColumnKind.AMOUNT,
            ("年度申请", "年度资金申请数", "申请金额"), 17,
            note="申报表右栏：年度资金申请总额和各来源。留空不等于 0.00。",
        ),
        Column("initial_budget", "年初预算数", ColumnKind.AMOUNT, ("年初预算",), 17),
        Column("annual_budget", "全年预算数", ColumnKind.AMOUNT, ("全年预算", "调整后预算数"), 17),
        Column("executed", "全年执行数", ColumnKind.AMOUNT, ("执行数", "全年执行"), 17),
        Column(
            "execution_rate", "执行率（%）", ColumnKind.RATE, ("预算执行率",), 11,
            note="以百分数填写：93.54 表示 93.54%。",
        ),
        Column("weight", "分值", ColumnKind.POINTS, ("权重", "分数"), 9, note="只有资金总额一行有分值。"),
        Column("score", "得分", ColumnKind.POINTS, ("自评得分",), 9, note="只有资金总额一行有得分。"),
        Column(
            "deviation_reason", "偏差原因分析及改进措施", _T, ("偏差原因", "偏差原因分析"), 30,
            note="只用于资金总额一行。",
        ),
        FORM,
    ),
    ("项目资金", "资金表"),
    frozen=5,
)  # fmt: skip

_ROW_CODE = Column(
    "code", "行码", _N, ("指标行码", "指标编码"), 12, system=True,
    note="由系统填写，用来认出同一行指标，请不要改动；新增的行留空。",
)  # fmt: skip
_TREE = (
    Column("level1", "一级指标", _T, (), 14),
    Column("level2", "二级指标", _T, (), 16, True),
    Column("indicator", "三级指标", _T, ("指标名称", "指标"), 34, True),
    Column("target", "年度指标值", _T, ("指标值", "目标值"), 22, True),
)

DECLARED = TableSpec(
    "绩效指标",
    (*REFERENCES, *_TREE, _ROW_CODE, _DAMAGED, FORM),
    ("指标", "绩效目标", "绩效指标表"),
    frozen=4,
)

RESULTS = TableSpec(
    "自评结果",
    (
        *REFERENCES,
        *_TREE,
        Column("actual", "实际完成值", _T, ("实际值", "完成值", "全年实际完成值"), 22, True),
        Column("weight", "分值", ColumnKind.POINTS, ("权重", "分数"), 9),
        Column("score", "得分", ColumnKind.POINTS, ("自评得分",), 9),
        Column(
            "attainment", "完成档次", ColumnKind.CHOICE, ("完成情况",), 12, choices=_ATTAINMENTS,
            note="只用于定性指标：达成、部分达成、未达成。",
        ),
        Column(
            "deviation_reason", "偏差原因分析及改进措施", _T,
            ("偏差原因", "偏差原因分析", "未完成原因分析及改进措施", "偏差原因及改进措施"), 36,
        ),
        _ROW_CODE,
        _DAMAGED,
        FORM,
    ),
    ("指标自评结果", "自评", "自评指标"),
    frozen=4,
)  # fmt: skip

TABLES = (PROJECTS, FUNDS, DECLARED, RESULTS)

# -- where the columns stand in a form -------------------------------------------------------------

PROJECT_PATHS: dict[FormKind, dict[str, str]] = {
    DECLARATION: {
        "year": "year", "name": "project.name", "unit": "unit", "department": "department",
        "nature": "project.nature", "category": "project.category",
        "start": "project.start", "end": "project.end", "money_unit": "money_unit",
        "overall_goal": "overall_goal", "goal": "annual_goal",
        "summary_title": "summary_title", "source": "source", "damaged": "damaged",
    },
    EVALUATION: {
        "year": "year", "name": "project.name", "unit": "unit", "department": "department",
        "money_unit": "money_unit", "goal": "expected_goal", "actual_outcome": "actual_outcome",
        "total_weight": "total_weight", "total_score": "total_score", "rating": "rating",
        "source": "source", "damaged": "damaged",
    },
}  # fmt: skip
"""For each kind of form the path of each column of the table 项目."""

FUND_PATHS: dict[FormKind, dict[tuple[str, str], str]] = {
    DECLARATION: {
        ("total", "project_amount"): "funds.project_total",
        ("appropriation", "project_amount"): "funds.project_fiscal",
        ("other", "project_amount"): "funds.project_other",
        ("total", "requested"): "funds.annual_request",
        ("appropriation", "requested"): "funds.appropriation",
        ("carryover", "requested"): "funds.carryover",
        ("other", "requested"): "funds.other",
    },
    EVALUATION: {
        (source.value, key): f"funds.{source.value}.{key}"
        for source in FundingSource
        for key in ("initial_budget", "annual_budget", "executed", "execution_rate")
    }
    | {("total", key): f"funds.total.{key}" for key in ("weight", "score", "deviation_reason")},
}
"""For each kind of form the path of each cell of the table 资金, by source and column."""

ROW_FIELDS = {"indicator": "name"}
"""The field of a row of indicators where it is not called as its column is."""

ROW_TABLES = {DECLARATION: DECLARED, EVALUATION: RESULTS}
"""The table that holds the indicators of a kind of form."""

OPTIONAL = frozenset(
    {"source", "summary_title", "damaged", "code", "attainment", "execution_rate"}
    | {"funds.total.deviation_reason"}
)
"""Cells that are left out of a document where they are blank, as they are left out of a published one
(all others are there, blank): by name, or by path."""
