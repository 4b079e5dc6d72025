"""The figures that a list of executed budgets leaves behind, and the forms that take them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from projects.models import BudgetExecution, Form, FormVersion
from scoring.services import start_self_evaluation
from tests.cast import Cast
from tests.drafts import prepares, said
from tests.execution import (
    HEAD,
    MAINTENANCE,
    applied,
    draft,
    figures,
    funds,
    listed,
    matching,
    planned,
    undone,
    work,
    workbook,
)
from tests.reading import nothing_written, text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]


def test_projects_without_a_self_evaluation(cast: Cast, client_of: ClientOf) -> None:
    """Their figures are kept; a self-evaluation that is begun takes them."""
    declared = cast.declaration
    data = workbook(["截至2026年12月31日"], HEAD, [declared.project_name, 3000, 2000, 1900])
    client = client_of("admin")
    batch = listed(client, data, "年终.xlsx", "2026")
    assert "还没有这一年的自评表" in client.get(matching(batch)).content.decode()
    client.post(matching(batch), {"money": "元"})
    work()
    batch.refresh_from_db()
    assert (batch.items.count(), batch.summary["figures"]) == (0, 1)
    assert "1 个项目的金额存为预算执行数" in client.get(f"/imports/{batch.pk}/").content.decode()
    assert applied(client, batch).state == "applied"
    form = start_self_evaluation(
        project=declared.project, year=2026, by=prepares(cast.preparer, declared)
    )
    total = funds(form).total
    assert str(total.executed) in ("0.19", "1900.00")
    assert str(total.execution_rate) == "95.00"
    version = FormVersion.objects.get(form=form)
    assert version.note == "资金取自预算执行数：「年终.xlsx」，截至 2026-12-31"
    assert undone(client, batch).state == "undone"
    assert figures() == {}


def test_figures_that_were_changed_since_are_left_by_an_undo(
    cast: Cast, client_of: ClientOf
) -> None:
    draft(cast.maintenance)
    client = client_of("admin")
    project = cast.maintenance.project
    BudgetExecution.objects.create(project=project, year_id=2020, executed=Decimal(5))
    batch = applied(client, planned(client, workbook(HEAD, [MAINTENANCE, 3, 2, 1])))
    assert figures()[MAINTENANCE, "total"] == (3, 2, 1)
    undone(client, batch)
    assert figures()[MAINTENANCE, "total"] == (None, None, 5)
    batch = applied(client, planned(client, workbook(HEAD, [MAINTENANCE, 3, 2, 1])))
    BudgetExecution.objects.update(executed=Decimal(2))
    undone(client, batch)
    assert figures()[MAINTENANCE, "total"] == (3, 2, 2)


def test_forms_and_figures_together_or_not_at_all(
    cast: Cast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("the disk is full")

    form = draft(cast.maintenance)
    before = said(form)
    client = client_of("admin")
    batch = planned(client, workbook(HEAD, [MAINTENANCE, 3, 2, 1]))
    with monkeypatch.context() as broken:
        broken.setattr("scoring.services.execution_lists.applying.keep_figures", fail)
        assert applied(client, batch).standing == "ready"
    assert (said(form), figures()) == (before, {})
    assert applied(client, batch).state == "applied"
    with monkeypatch.context() as broken:
        broken.setattr("scoring.services.execution_lists.applying.restore_figures", fail)
        assert undone(client, batch).standing == "applied"
    assert str(funds(form).total.executed) == "1.00"
    assert figures() != {}


# -- taking the figures into a form ----------------------------------------------------------------


def test_taking_the_figures_into_a_draft(cast: Cast, client_of: ClientOf) -> None:
    form = draft(cast.maintenance)
    BudgetExecution.objects.create(
        project=form.project,
        year_id=2020,
        annual_budget=Decimal(1000000),
        executed=Decimal(950000),
        file="年终.xlsx",
    )
    prepares(cast.preparer, form)
    client = client_of("preparer")
    address = f"/forms/{form.pk}/execution/"
    for page in ("", "edit/"):
        assert "取用预算执行数" in client.get(f"/forms/{form.pk}/{page}").content.decode()
    with nothing_written():
        shown = client.get(address)
    assert "「年终.xlsx」" in shown.content.decode()
    assert "年度资金总额 全年执行数 980,710 → 950,000" in text(shown, "main")
    version = Form.objects.get(pk=form.pk).version
    assert client.post(address, {"version": version + 1}).status_code == 409
    assert client.post(address, {"version": "x"}).status_code == 404
    assert client.post(address, {"version": version}).status_code == 302
    assert str(funds(form).total.execution_rate) == "95.00"
    assert FormVersion.objects.filter(form=form).latest("number").note.startswith("取用预算执行数")
    assert "资金与预算执行数一致" in client.get(f"/forms/{form.pk}/edit/").content.decode()
    assert "不必取用" in client.get(address).content.decode()


def test_where_the_money_of_a_new_form_comes_from_is_said_beforehand(
    cast: Cast, client_of: ClientOf
) -> None:
    declared = cast.declaration
    prepares(cast.preparer, declared)
    BudgetExecution.objects.create(
        project=declared.project, year_id=2026, executed=Decimal(5), file="年终.xlsx"
    )
    page = client_of("preparer").get(
        f"/forms/new/?kind=self_evaluation&year=2026&project={declared.project_id}"
    )
    assert "资金取自预算执行数：「年终.xlsx」" in text(page, "#ways")


def test_nothing_is_offered_where_nothing_is_kept(cast: Cast, client_of: ClientOf) -> None:
    form = draft(cast.maintenance)
    prepares(cast.preparer, form)
    client = client_of("preparer")
    assert client.get(f"/forms/{form.pk}/execution/").status_code == 404
    assert "预算执行数" not in client.get(f"/forms/{form.pk}/").content.decode()
    assert client_of("newcomer").get(f"/forms/{form.pk}/execution/").status_code == 404
