"""The project's dates, its nature, and the goals of a project that runs over several years."""

from __future__ import annotations

import re
from collections.abc import Iterator

from indicators.checks.basis import OWN, PRACTICE_GOALS
from indicators.checks.register import DECLARATION, Declared
from indicators.values.words import has_content, listed, normal
from perfgoals.common.findings import Level, Remark

_OVERALL = re.compile("项目总目标|总体?目标")
_MAINTENANCE = re.compile("运维|维护|维保|维修|保养|养护|日常运行|巡检|保洁|物业")


@DECLARATION.check("period.reversed", Level.ERROR, "完成日期早于开始日期", basis=PRACTICE_GOALS)
def the_end_follows_the_start(declared: Declared) -> Iterator[Remark]:
    project = declared.document.project
    if project.start is not None and project.end is not None and project.end < project.start:
        message = f"计划完成日期 {project.end} 早于计划开始日期 {project.start}，请改正"
        yield Remark("project.end", message)


@DECLARATION.check("period.outside_year", Level.WARNING, "项目起止日期不含本年度", basis=OWN)
def the_year_lies_within(declared: Declared) -> Iterator[Remark]:
    year, project = declared.document.year, declared.document.project
    if project.start is not None and project.start.year > year:
        message = f"计划开始日期 {project.start} 在 {year} 年度之后，请核对年度或日期"
        yield Remark("project.start", message)
    if project.end is not None and project.end.year < year:
        message = f"计划完成日期 {project.end} 在 {year} 年度之前，请核对年度或日期"
        yield Remark("project.end", message)


@DECLARATION.check("period.cross_year", Level.HINT, "跨年度项目的总目标与年度目标", basis=OWN)
def long_projects_have_two_goals(declared: Declared) -> Iterator[Remark]:
    document = declared.document
    start, end = document.project.start, document.project.end
    if start is None or end is None or end.year <= start.year:
        return
    span = f"项目从 {start} 到 {end}，跨 {end.year - start.year + 1} 个年度"
    if not has_content(document.overall_goal):
        yield Remark("overall_goal", f"{span}，项目总目标未填，应写明整个项目期的目标")
    elif normal(document.overall_goal) == normal(document.annual_goal):
        yield Remark("annual_goal", f"{span}，年度总体目标与项目总目标相同，应只写本年度的目标")


@DECLARATION.check("goal.overall_missing", Level.WARNING, "指标引用的项目总目标未填", basis=OWN)
def goals_referred_to_are_there(declared: Declared) -> Iterator[Remark]:
    document = declared.document
    if has_content(document.overall_goal):
        return
    rows = [row for row in declared.form.rows if _OVERALL.search(row.target)]
    if rows:
        named = listed([row.name for row in rows])
        message = (
            f"项目总目标未填，而 {len(rows)} 条指标值以项目总目标为准（{named}），请填写总目标"
        )
        yield Remark("overall_goal", message)


@DECLARATION.check("project.nature", Level.HINT, "一次性项目含日常运行维护", basis=PRACTICE_GOALS)
def single_projects_have_no_upkeep(declared: Declared) -> Iterator[Remark]:
    nature = declared.document.project.nature
    if "一次性" not in nature:
        return
    rows = [row for row in declared.form.rows if _MAINTENANCE.search(row.name)]
    if rows:
        named = listed([row.name for row in rows])
        message = (
            f"项目性质为「{nature}」，却有 {len(rows)} 条日常运行维护类指标（{named}），请核对"
        )
        yield Remark("project.nature", message)
