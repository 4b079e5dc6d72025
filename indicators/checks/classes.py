"""The classes of the indicator tree: which must be there, and what stands in the wrong one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.checks.basis import CIRCULAR_101, PRACTICE_GOALS, REVIEWERS
from indicators.checks.form import Form, Row
from indicators.checks.register import DECLARATION, FORM, PROMISE, Declared
from indicators.checks.targets import bare_name, measure_of
from indicators.checks.wording import is_rate
from indicators.values.words import has_content
from perfgoals.common.findings import Level, Remark

# 财预〔2021〕101号 brought 成本 in; the published 申报表 have it from 2024 on.
COST_SINCE = 2024

_COST = re.compile(r"成本|费用|单价|造价")
_COUNT_NAME = re.compile(r"(?:数量|页数|次数|份数|个数|报告数|人数)$")
_COUNT_UNITS = {"份", "页", "篇", "次", "个", "家", "人", "人次"}
_IN_TIME = re.compile(r"(?:及时率|及时性|按期完成率|按时完成率|准点率|完成时间|完成时限)$")
_QUALITY = re.compile(r"(?:合格率|准确率|优良率|通过率)$")
# A report about satisfaction is an output like any other report.
_ABOUT_OPINION = re.compile("报告|调查|问卷")
_OPINION = re.compile("满意|投诉|认可|好评|评价")


@FORM.check("class.required", Level.ERROR, "缺少必设的指标类别", basis=PRACTICE_GOALS)
def required_classes_are_there(form: Form) -> Iterator[Remark]:
    if not form.rows:
        return
    for word in ("产出", "效益"):
        if not any(word in row.level1 for row in form.rows):
            yield Remark("", f"没有{word}指标，{word}指标下至少应有一条三级指标")
    if not any("满意" in row.level1 for row in form.rows):
        message = "没有满意度指标，有明确服务对象的项目应设满意度指标"
        yield Remark("", message, Level.HINT)


@DECLARATION.check("class.cost", Level.WARNING, "没有成本指标", basis=CIRCULAR_101)
def there_is_a_cost_indicator(declared: Declared) -> Iterator[Remark]:
    form = declared.form
    if form.year >= COST_SINCE and form.rows and not any(row.is_of("成本") for row in form.rows):
        yield Remark("", "没有成本指标，应写明单位成本或总成本的控制数（如 ≤3000(元/辆)）")


@PROMISE.check("class.misplaced", Level.HINT, "指标放错类别", basis=REVIEWERS)
def indicators_stand_in_their_class(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if has_content(row.name) and row.readable("name", "level1", "level2"):
            fitting = _fitting_class(row)
            if fitting:
                message = f"{row.label}放在{row.level2 or row.level1}下，{fitting}"
                yield Remark(row.path("level2"), message)


def _fitting_class(row: Row) -> str | None:
    """Where the name or unit says that the row belongs, if it does not stand there."""
    name, unit = bare_name(row), measure_of(row.value)
    if unit != "%" and _COST.search(name) and not row.is_of("成本"):
        return "按名称宜归入成本指标"
    if row.is_of("数量"):
        if _IN_TIME.search(name):
            return "按名称宜归入时效指标"
        if unit == "%" and is_rate(name):
            return "是比率；数量指标宜写完成的数量，比率宜归入质量或时效指标"
    elif row.is_of("质量"):
        if _COUNT_NAME.search(name) or (unit in _COUNT_UNITS and not is_rate(name)):
            return "说的是数量，宜归入数量指标"
        if _IN_TIME.search(name):
            return "按名称宜归入时效指标"
    elif row.is_of("时效") and _QUALITY.search(name):
        return "按名称宜归入质量指标"
    return None


@PROMISE.check(
    "class.satisfaction_elsewhere", Level.HINT, "满意度放在效益或产出下", basis=REVIEWERS
)
def satisfaction_has_its_own_class(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if (
            "满意" in row.name
            and not row.is_of("满意")
            and not _ABOUT_OPINION.search(row.name)
            and row.readable("name", "level1", "level2")
        ):
            place = row.level2 or row.level1
            message = f"{row.label}说的是满意度，却放在{place}下，宜归入满意度指标"
            yield Remark(row.path("level2"), message)


@PROMISE.check("class.no_satisfaction", Level.HINT, "满意度类下不是满意度", basis=PRACTICE_GOALS)
def satisfaction_rows_ask_for_opinion(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if (
            row.is_of("满意")
            and has_content(row.name)
            and row.readable("name", "target", "level1", "level2")
            and not _OPINION.search(row.name + row.target)
        ):
            message = f"{row.label}放在满意度指标下，名称和指标值都没有说明谁对什么满意"
            yield Remark(row.path("name"), message)
