"""Years with their last days, more time for a unit, and leave to read chosen projects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from perfgoals.accounts.models import Unit
from perfgoals.common.models import AuditEntry
from projects.models import Deadline, DeadlineExtension, FiscalYear, Form, ProjectGrant
from tests.cast import INFORMATION, Cast
from tests.deadlines import in_days, only_open
from tests.reading import text, texts

YEARS = "/admin/projects/fiscalyear/"
EXTENSIONS = "/admin/projects/deadlineextension/"
GRANTS = "/admin/projects/projectgrant/"


def year_with(*deadlines: tuple[str, object], warning_days: int = 7) -> dict[str, Any]:
    """What the page of a year sends."""
    data: dict[str, Any] = {
        "is_open": "on",
        "deadlines-TOTAL_FORMS": len(deadlines),
        "deadlines-INITIAL_FORMS": 0,
        "_save": "保存",
    }
    for number, (stage, due) in enumerate(deadlines):
        data[f"deadlines-{number}-stage"] = stage
        data[f"deadlines-{number}-due"] = due
        data[f"deadlines-{number}-warning_days"] = warning_days
        data[f"deadlines-{number}-year"] = 2024
    return data


def test_a_year_with_its_last_days(cast: Cast, client_of: Callable[[str], Client]) -> None:
    data = year_with(("declaration", in_days(10)), ("disclosure", in_days(90)))
    response = client_of("admin").post(f"{YEARS}2024/change/", data)
    assert response.status_code == 302
    assert list(Deadline.objects.values_list("stage", "due", "warning_days")) == [
        ("declaration", in_days(10), 7),
        ("disclosure", in_days(90), 7),
    ]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.user_id, entry.subject) == (cast.admin.pk, "2024 年")
    assert any(str(in_days(90)) in str(change["after"]) for change in entry.changes)


def test_a_stage_has_one_last_day(cast: Cast, client_of: Callable[[str], Client]) -> None:
    data = year_with(("declaration", in_days(10)), ("declaration", in_days(20)))
    response = client_of("admin").post(f"{YEARS}2024/change/", data)
    assert response.status_code == 200
    assert not Deadline.objects.exists()


def test_more_time_for_one_unit(cast: Cast, client_of: Callable[[str], Client]) -> None:
    year = only_open(2024, declaration=3)
    deadline, unit = year.deadlines.get(), Unit.objects.get(name=INFORMATION)
    data = {"deadline": deadline.pk, "unit": unit.pk, "due": in_days(3), "reason": "系统停机"}
    client = client_of("admin")
    response = client.post(f"{EXTENSIONS}add/", data)
    assert f"应晚于原截止日期 {in_days(3)}" in text(response)
    assert "必填" in text(client.post(f"{EXTENSIONS}add/", {**data, "reason": " "}))
    assert client.post(f"{EXTENSIONS}add/", {**data, "due": in_days(9)}).status_code == 302
    extension = DeadlineExtension.objects.get()
    assert (extension.by, extension.due) == (cast.admin, in_days(9))
    assert extension.reason == "系统停机"
    entry = AuditEntry.objects.latest("pk")
    assert (entry.user_id, entry.summary) == (cast.admin.pk, "新增延期")
    assert texts(client.get(EXTENSIONS), "#result_list .field-by") == ["孙管理"]


def test_leave_to_read_chosen_projects(cast: Cast, client_of: Callable[[str], Client]) -> None:
    projects = [cast.planning.project_id, cast.maintenance.project_id]
    data = {
        "user": cast.newcomer.pk,
        "projects": projects,
        "valid_until": in_days(-1),
        "reason": "审计抽查",
    }
    client = client_of("admin")
    assert "截止日期已过" in text(client.post(f"{GRANTS}add/", data))
    assert client.post(f"{GRANTS}add/", {**data, "valid_until": in_days(5)}).status_code == 302
    grant = ProjectGrant.objects.get()
    assert grant.by == cast.admin
    assert Form.objects.visible_to(cast.newcomer).count() == len(
        Form.objects.filter(project__in=projects)
    )
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.summary) == ("rights", "新增查阅授权")
    assert texts(client.get(GRANTS), "#result_list .field-project_count") == ["2"]
    client.post(f"{GRANTS}{grant.pk}/delete/", {"post": "yes"})
    assert not Form.objects.visible_to(cast.newcomer).exists()
    assert AuditEntry.objects.latest("pk").summary == "删除查阅授权"


def test_a_year_in_use_is_not_deleted(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client_of("admin").post(f"{YEARS}2024/delete/", {"post": "yes"})
    assert FiscalYear.objects.filter(year=2024).exists()
