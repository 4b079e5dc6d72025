"""Projects out of a workbook."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client

from perfgoals.accounts.models import Unit
from projects.models import Project
from tests.admin.workbooks import (
    PROJECTS,
    bring_in,
    exported,
    previewed,
    problems,
    upload,
    workbook,
)
from tests.cast import BUREAU

HEADERS = (
    "项目编码",
    "项目名称",
    "实施单位",
    "主管部门",
    "项目性质",
    "项目类别",
    "计划开始日期",
    "计划完成日期",
)


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


@pytest.fixture
def bureau(cast: object, db: None) -> str:
    return Unit.objects.get(name=BUREAU).code


@pytest.mark.parametrize(
    "start",
    [
        date(2026, 1, 31),
        datetime(2026, 1, 31),  # noqa: DTZ001 - as a workbook has it
        "2026-01-31",
        "2026/1/31",
        "2026年1月31日",
        46053,
    ],
)
def test_dates_as_people_write_them(admin: Client, bureau: str, start: object) -> None:
    bring_in(admin, PROJECTS, HEADERS, ("P1", "项目一", bureau, None, None, None, start, None))
    assert Project.objects.get(code="P1").start == date(2026, 1, 31)


def test_the_message_of_a_constraint(admin: Client, bureau: str) -> None:
    response = upload(
        admin,
        PROJECTS,
        workbook(
            HEADERS,
            ("P1", "倒序", bureau, None, None, None, "2026-12-31", "2026-01-01"),
            ("P2", "错字", bureau, None, None, None, "去年", None),
            ("P3", "没有单位", None, None, None, None, None, None),
        ),
    )
    assert problems(response) == [
        ("第 2 行", "", "计划完成日期早于计划开始日期"),
        ("第 3 行", "计划开始日期", "应为日期（如 2026-01-31），读到 「去年」"),
        ("第 4 行", "实施单位", "此字段不能为空。"),
    ]


def test_what_was_exported_changes_nothing(admin: Client) -> None:
    rows = exported(admin, PROJECTS)
    assert rows[0] == HEADERS
    response = upload(admin, PROJECTS, workbook(*rows))
    assert {row[1] for row in previewed(response)} == {"未变"}
    assert len(previewed(response)) == Project.objects.count()


def test_names_repeat_and_codes_tell_them_apart(admin: Client, bureau: str) -> None:
    bring_in(admin, PROJECTS, HEADERS[:3], ("P1", "同名", bureau), ("P2", "同名", bureau))
    assert Project.objects.filter(name="同名").count() == 2
