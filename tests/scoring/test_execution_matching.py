"""Which project a row of a list of executed budgets is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from perfgoals.accounts.models import Membership, Unit, User
from projects.models import Form, Project
from scoring.services.execution_lists import How, match_rows
from scoring.workbooks.execution import read_execution_file
from tests.cast import BUREAU, INFORMATION, Cast
from tests.execution import HEAD, MAINTENANCE, PLANNING, sheets, workbook

pytestmark = pytest.mark.django_db


def matched(cast: Cast, *rows: Sequence[Any], by: User | None = None) -> Any:
    found = read_execution_file(workbook(["单位", "项目编码", *HEAD], *rows))
    return match_rows(found.rows, year=2020, by=by or cast.admin)


def test_by_code_by_name_and_by_folded_name(cast: Cast) -> None:
    code = cast.maintenance.project.code
    projects = matched(
        cast,
        [None, code, "名称不同", 1, 1, 1],
        [None, None, PLANNING, 1, 1, 1],
        [None, None, "上海市环境保护局 信息化能力建设项目（运维）", 1, 1, 1],
        [None, None, f"3.{PLANNING}", 1, 1, 1],
        [BUREAU, None, MAINTENANCE, 1, 1, 1],
    )
    assert [(one.how, one.sure and one.sure.form) for one in projects] == [
        (How.CODE, cast.maintenance.pk),
        (How.NAME, cast.planning.pk),
        (How.FOLDED, cast.maintenance.pk),
        (How.FOLDED, cast.planning.pk),
        (How.NEAREST, None),  # it is another unit's
    ]


def test_the_nearest_are_offered(cast: Cast) -> None:
    (project,) = matched(cast, [None, None, "综合规划区域协作和资金管理", 1, 1, 1])
    assert (project.how, project.sure) == (How.NEAREST, None)
    assert project.candidates[0].name == PLANNING
    assert 0.6 < project.candidates[0].likeness < 1
    assert len(project.candidates) <= 3
    (strange,) = matched(cast, [None, None, "xyz", 1, 1, 1])
    assert (strange.how, strange.candidates) == (How.NONE, [])


def test_the_same_name_in_two_units(cast: Cast) -> None:
    own = cast.maintenance.pk
    Form.objects.filter(pk=cast.planning.pk).update(project_name=MAINTENANCE)
    (project,) = matched(cast, [None, None, MAINTENANCE, 1, 1, 1])
    assert (project.how, project.sure, len(project.candidates)) == (How.SEVERAL, None, 2)
    (project,) = matched(cast, [INFORMATION, None, MAINTENANCE, 1, 1, 1])
    assert (project.how, project.sure.form) == (How.NAME, own)


def test_a_project_without_a_self_evaluation(cast: Cast) -> None:
    """It has a declaration for another year."""
    declared = cast.declaration.project
    (project,) = matched(cast, [None, None, declared.name, 1, 1, 1])
    assert (project.sure.project, project.sure.form) == (declared.pk, None)
    twin = Project.objects.create(code="T1", name=PLANNING, unit=declared.unit)
    (project,) = matched(cast, [None, None, PLANNING, 1, 1, 1])
    assert (project.how, project.sure.form) == (How.NAME, cast.planning.pk)
    assert twin.pk != project.sure.project


def test_the_same_project_on_two_sheets_is_not_added_up(cast: Cast) -> None:
    found = read_execution_file(
        sheets({"汇总": [HEAD, [PLANNING, 1, 1, 1]], "明细": [HEAD, [PLANNING, 1, 1, 1]]})
    )
    projects = match_rows(found.rows, year=2020, by=cast.admin)
    assert [(one.rows[0].sheet, len(one.rows)) for one in projects] == [("汇总", 1), ("明细", 1)]


def test_only_units_that_one_administers(cast: Cast) -> None:
    unit = Unit.objects.get(name=INFORMATION)
    Membership.objects.create(user=cast.stranger, unit=unit, role="admin")
    rows = [[None, None, PLANNING, 1, 1, 1], [None, None, MAINTENANCE, 1, 1, 1]]
    planning, maintenance = matched(cast, *rows, by=cast.stranger)
    assert planning.sure is None
    assert PLANNING not in [one.name for one in planning.candidates]
    assert maintenance.sure.form == cast.maintenance.pk


def test_a_list_of_many(cast: Cast, django_assert_num_queries: Any) -> None:
    rows = [[None, None, f"第 {n} 批信息化能力建设", 1, 1, 1] for n in range(300)]
    found = read_execution_file(workbook(["单位", "项目编码", *HEAD], *rows))
    with django_assert_num_queries(2):
        assert len(match_rows(found.rows, year=2020, by=cast.admin)) == 300
