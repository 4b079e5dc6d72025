"""Every address of the admin × person: superusers keep what is kept there, nobody else gets in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.urls import get_resolver, reverse

from perfgoals.common.models import AuditAction, AuditEntry
from tests.reading import nothing_written
from tests.rights.asking import content
from tests.rights.stage import PEOPLE, Stage
from tests.rights.test_rights import routes
from tests.tracing import watching

KEPT = (
    *("accounts.unit", "accounts.user", "projects.fiscalyear", "projects.deadlineextension"),
    *("projects.project", "projects.projectgrant", "projects.budgetexecution"),
    *("indicators.indicatorcategory", "indicators.libraryindicator", "scoring.scoringscheme"),
)
"""Added, changed and deleted in the admin."""

EXCHANGED = (
    *("accounts.unit", "accounts.user", "projects.project", "projects.budgetexecution"),
    *("indicators.indicatorcategory", "indicators.libraryindicator"),
)
"""Imported and exported as well."""

SHOWN = (
    *("common.job", "projects.form", "projects.formversion", "indicators.declaration"),
    *("scoring.selfevaluation",),
)
"""To be looked at only."""

PAGES = {"index": 200, "password_change_done": 200, "jsi18n": 200, "search": 200}
# Doors that are those of the application, and addresses that need more than a name.
ELSEWHERE = {"login", "logout", "password_change", "autocomplete", "view_on_site", "app_list"}
ELSEWHERE |= {"auth_user_password_change", "None"}


def table() -> dict[str, int]:
    """What a superuser gets who looks at each page of a model."""
    lines: dict[str, int] = {}
    for label in (*KEPT, *SHOWN):
        name = label.replace(".", "_")
        kept = 200 if label in KEPT else 403
        lines |= {f"{name}_changelist": 200, f"{name}_change": 200, f"{name}_history": 200}
        lines |= {f"{name}_add": kept, f"{name}_delete": kept}
        if label in EXCHANGED:
            lines |= {f"{name}_import": 200, f"{name}_import_template": 200, f"{name}_export": 200}
            # Confirms an import; there is nothing to look at.
            lines[f"{name}_process_import"] = 302
    # Who has ever signed in is not deleted; the account is closed instead.
    return lines | {"accounts_user_delete": 403}


def test_no_page_of_the_admin_is_missing() -> None:
    found = (name for name, _ in routes(get_resolver().url_patterns) if name.startswith("admin:"))
    there = {name.removeprefix("admin:") for name in found}
    assert sorted(there - set(table()) - set(PAGES) - ELSEWHERE) == [], "不在权限表里的后台页面"
    assert sorted((set(table()) | set(PAGES)) - there) == [], "权限表里有、后台没有的页面"


def address_of(name: str) -> str:
    model, _, page = name.partition("_")[2].partition("_")
    if page not in {"change", "delete", "history"}:
        return reverse(f"admin:{name}")
    stored = apps.get_model(name.split("_")[0], model)._default_manager.order_by("pk").first()
    return reverse(f"admin:{name}", args=[1 if stored is None else stored.pk])


@pytest.mark.parametrize("label", [*KEPT, *SHOWN])
def test_who_gets_into_the_admin(stage: Stage, label: str) -> None:
    start = label.replace(".", "_") + "_"
    wrong: list[str] = []
    for name, code in table().items():
        if name.startswith(start):
            for person in PEOPLE:
                wrong += [f"{name} {person}：{one}" for one in faults(stage, name, code, person)]
    assert not wrong, "\n".join(wrong)


def faults(stage: Stage, name: str, code: int, person: str) -> Iterator[str]:
    address = address_of(name)
    # Of what the admin shows, a clerk without rights is shown nothing: no history of it either.
    expected = {"superuser": code, "clerk": 403}.get(person, 302)
    door = "/sign-in/" if person == "anonymous" else "/admin/login/"
    with nothing_written():
        response = stage.client(person).get(address)
    hidden = person == "clerk" and name.endswith("_history") and response.status_code == 302
    if response.status_code != expected and not hidden:
        yield f"GET 应答 {response.status_code}，应为 {expected}"
    if person not in {"superuser", "clerk"} and not response["Location"].startswith(door):
        yield f"转到 {response['Location']}"
    if person != "superuser" and stage.evaluation.project_name in content(response):
        yield "泄露了项目名称"
    if person != "superuser":
        with watching() as watch:
            answer = stage.client(person).post(address, {"post": "yes", "name": "改名"})
        if watch.written or answer.status_code not in {302, 403}:
            yield f"POST 应答 {answer.status_code}，写了 {sorted(watch.written)}"


def test_who_is_led_to_the_door_and_turned_away_is_in_the_log(stage: Stage) -> None:
    for person in set(PEOPLE) - {"superuser", "clerk", "anonymous"}:
        response = stage.client(person).get("/admin/accounts/user/", follow=True)
        assert response.status_code == 403
        denied = AuditEntry.objects.filter(action=AuditAction.DENIED.value, user_id=stage.user.pk)
        assert denied.exists(), person
    assert (
        stage.client("anonymous")
        .get("/admin/", follow=True)
        .redirect_chain[-1][0]
        .startswith("/sign-in/")
    )
