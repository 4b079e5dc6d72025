"""权限表: the page, docs/rights.md and the table that the program goes by say the same."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from perfgoals.accounts.models import Membership, Role, Unit, User
from projects.models import Form
from projects.workflow import STEPS, Action, Status, allowed
from tests.cast import BUREAU, INFORMATION, Cast
from tests.reading import nothing_written, texts

URL = "/rights/"


def steps_of_page(client: Client) -> set[tuple[str, str, str]]:
    """Every (status, action, role) that the page ticks."""
    response = client.get(URL)
    assert response.status_code == 200
    roles = texts(response, ".rights-steps thead .rights-may")
    found = set()
    for number, status in enumerate(texts(response, "th[scope=rowgroup]"), 1):
        group = f".rights-steps tbody:nth-of-type({number})"
        cells = iter(texts(response, f"{group} td.rights-may"))
        for action in texts(response, f"{group} th[scope=row]"):
            ticks = zip(roles, cells, strict=False)
            found |= {(status, action, role) for role, cell in ticks if cell == "可以"}
    return found


TABLE = {
    (status.label, action.label, role.label)
    for status in Status
    for action in Action
    for role in Role
    if allowed([role.value], status, action)
}


def test_the_page_agrees_with_the_table(client_of: Callable[[str], Client]) -> None:
    client = client_of("admin")
    with nothing_written():
        assert steps_of_page(client) == TABLE


def test_the_document_agrees_with_the_table() -> None:
    document = Path(settings.BASE_DIR, "docs", "rights.md").read_text()
    printed = StringIO()
    call_command("list_rights", markdown=True, stdout=printed)
    assert document == printed.getvalue(), "请运行 make docs"
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in document.partition("## 谁能做什么")[2].splitlines()
        if line.startswith("| ") and not line.startswith(("| 状态", "| ---"))
    ]
    assert {
        (status, action, role) for status, action, _, roles, _ in rows for role in roles.split("、")
    } == TABLE
    conditions = {(row[0], row[1]): row[4] for row in rows}
    assert conditions == {(step.status.label, step.action.label): step.only for step in STEPS}


@pytest.mark.parametrize("role", Role)
def test_who_sees_what_is_so(role: Role, cast: Cast, client_of: Callable[[str], Client]) -> None:
    """What the page says of a role holds for somebody who has it in the bureau."""
    Membership.objects.create(
        user=cast.newcomer, unit=Unit.objects.get(name=BUREAU), role=role.value
    )
    statuses = dict(zip(Status, Form.objects.filter(project__unit__name=BUREAU), strict=False))
    for status, form in statuses.items():
        Form.objects.filter(pk=form.pk).update(status=status.value)
    seen = Form.objects.visible_to(User.objects.get(pk=cast.newcomer.pk))
    rows = texts(client_of("admin").get(URL), "[aria-labelledby=sees] tbody tr")
    (row,) = [row for row in rows if row.startswith(role.label)]
    shown = {status for status, form in statuses.items() if form in seen}
    below = seen.filter(project__unit__name=INFORMATION).exists()
    assert ("本单位及全部下级单位" in row) == below
    assert ("不能看表" in row) == (not shown)
    if "全部状态的表" in row:
        assert shown == set(Status)
    elif shown:
        assert {status for status in Status if status not in shown} == {
            status for status in Status if f"看不到草稿、{status.label}" in row
        } | {Status.DRAFT}


def test_the_page_is_for_administrators(cast: Cast, client_of: Callable[[str], Client]) -> None:
    for name in ("preparer", "auditor", "viewer", "newcomer"):
        assert client_of(name).get(URL).status_code == 403
    assert client_of("anonymous").get(URL)["Location"] == f"/sign-in/?next={URL}"
    assert client_of("admin").post(URL).status_code == 405
    unit = Unit.objects.get(name=BUREAU)
    Membership.objects.create(user=cast.newcomer, unit=unit, role=Role.ADMIN.value)
    assert client_of("newcomer").get(URL).status_code == 200
