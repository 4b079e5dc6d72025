"""A self-evaluation as the checks read it: the common part, and each row with its suggestion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from indicators.checks.form import Form, Row, TextCell, filled, marks_of, rows_of
from indicators.values import Value, read_value
from indicators.values.words import has_content
from perfgoals.common.findings import CheckRegister, Level
from perfgoals.common.numbers import padded, trimmed
from perfgoals.common.once import once
from scoring.documents import IndicatorResult, SelfEvaluationDocument, SpentFunds
from scoring.evaluation import Evaluation
from scoring.rules.rows import Suggestion

SOURCES = {
    "appropriation": "当年财政拨款",
    "carryover": "上年结转资金",
    "other": "其他资金",
}
COLUMNS = {"initial_budget": "年初预算数", "annual_budget": "全年预算数", "executed": "全年执行数"}

# Answers that stand where a reason should, and the length below which none can be one. After
# software in use, which refuses 「0」 and 「无」; the length is own.
IDLE_REASONS = {"0", "无", "没有", "暂无", "不适用", "na", "none", "同上", "略", "是", "否", "正常"}
SHORTEST_REASON = 4


@dataclass(frozen=True)
class ResultRow:
    """A row with what it states (``result``) and what the rules say of it (``suggestion``). What many
    checks ask for is worked out once."""

    row: Row
    result: IndicatorResult
    suggestion: Suggestion

    @property
    def label(self) -> str:
        return self.row.label

    @once
    def actual(self) -> Value:
        return read_value(self.result.actual, year=self.row.year)

    def path(self, field: str) -> str:
        return self.row.path(field)

    @once
    def gives_reason(self) -> bool:
        """Is a reason written, or was one that the source shows only in part?"""
        return not self.row.readable("deviation_reason") or is_reason(self.result.deviation_reason)

    @once
    def points(self) -> tuple[Decimal, Decimal] | None:
        """Weight and score, where both are filled in and readable."""
        weight, score = self.result.weight, self.result.score
        if weight is None or score is None or not self.row.readable("weight", "score"):
            return None
        return weight, score

    @property
    def is_full(self) -> bool:
        return self.points is not None and self.points[1] >= self.points[0]

    def softened(self, level: Level) -> Level:
        """The level one step down where the preparer gave a reason."""
        steps = list(Level)
        return steps[min(steps.index(level) + 1, len(steps) - 1)] if self.gives_reason else level


@dataclass(frozen=True)
class Evaluated:
    """A self-evaluation with its common part and its recomputation."""

    document: SelfEvaluationDocument
    evaluation: Evaluation
    form: Form
    rows: tuple[ResultRow, ...]

    @once
    def answered(self) -> tuple[ResultRow, ...]:
        """The rows with an actual value, where it and the target can be read."""
        return tuple(
            row
            for row in self.rows
            if has_content(row.result.actual) and row.row.readable("target", "actual")
        )

    @once
    def deducted(self) -> tuple[tuple[ResultRow, Decimal, Decimal], ...]:
        """The rows that lost points, each with weight and score."""
        return tuple(
            (row, *row.points) for row in self.rows if row.points and row.points[1] < row.points[0]
        )


EVALUATION: CheckRegister[Evaluated] = CheckRegister()


def is_reason(text: str) -> bool:
    """Does the text say anything: not blank, not a mark, not 「0」 or 「无」?"""
    return has_content(text) and not is_idle(text)


def is_idle(text: str) -> bool:
    """A word or mark that stands where a reason should."""
    core = "".join(filter(str.isalnum, text.casefold()))
    return bool(text.strip()) and (not core or core in IDLE_REASONS)


def evaluated(document: SelfEvaluationDocument, evaluation: Evaluation) -> Evaluated:
    """The document as the checks read it. ``evaluation`` is that of this very document."""
    rows = rows_of(((row, row.damaged, _bare(row)) for row in document.indicators), document.year)
    results = tuple(
        ResultRow(row, document.indicators[row.index], evaluation.rows[row.index]) for row in rows
    )
    form = Form(
        year=document.year,
        head=(
            TextCell("project.name", "项目名称", document.project.name),
            TextCell("department", "主管部门", document.department),
            TextCell("unit", "实施单位", document.unit),
        ),
        goals=(TextCell("expected_goal", "预期目标", document.expected_goal),),
        outcome=TextCell("actual_outcome", "实际完成情况", document.actual_outcome),
        rows=rows,
        money_unit=document.money_unit,
        amounts=filled(
            (f"funds.{source}.{column}", f"{_source_label(source)}的{label}", getattr(line, column))
            for source, line in _lines(document)
            for column, label in COLUMNS.items()
        ),
        marks=marks_of(document.damaged, [row.damaged for row in document.indicators]),
        computed=_computed(evaluation),
        results=tuple(
            TextCell(row.path("actual"), "实际完成值", row.result.actual) for row in results
        ),
    )
    return Evaluated(document, evaluation, form, results)


def _computed(evaluation: Evaluation) -> dict[str, str]:
    """What the rules give for the cells that the form states itself."""
    told = {
        "total_weight": f"各项分值合计 {trimmed(evaluation.weight_total)}",
        "total_score": f"各项得分合计 {padded(evaluation.total_score)}",
    }
    if evaluation.rating is not None:
        told["rating"] = f"总分 {padded(evaluation.total_score)} 的等级为{evaluation.rating}"
    return told


def _bare(row: IndicatorResult) -> bool:
    """Has the row no result of its own?"""
    return (
        not has_content(row.actual)
        and row.weight is None
        and row.score is None
        and not has_content(row.deviation_reason)
    )


def _lines(document: SelfEvaluationDocument) -> list[tuple[str, SpentFunds]]:
    funds = document.funds
    return [
        ("total", funds.total),
        ("appropriation", funds.appropriation),
        ("carryover", funds.carryover),
        ("other", funds.other),
    ]


def source_lines(document: SelfEvaluationDocument) -> list[tuple[str, str, SpentFunds]]:
    """The sources of money: key, label, line."""
    return [(key, SOURCES[key], line) for key, line in _lines(document) if key in SOURCES]


def _source_label(key: str) -> str:
    return SOURCES.get(key, "年度资金总额")


def sum_of(
    rows: tuple[ResultRow, ...], points: Callable[[IndicatorResult], Decimal | None]
) -> Decimal:
    """The sum of the points of the rows; a blank counts as nothing."""
    return sum((p for row in rows if (p := points(row.result)) is not None), Decimal(0))
