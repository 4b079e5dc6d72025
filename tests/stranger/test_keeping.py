"""An administrator of a part of the tree who tries to reach beyond it, and others who try to administer."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.accounts.services import (
    log_stamp,
    password_stamp,
    person_stamp,
    roles_stamp,
    sign_in_stamp,
    unit_stamp,
)
from projects.models import Project, ProjectGrant
from tests.cast import BUREAU, CENTRE
from tests.deadlines import in_days
from tests.rights.asking import ask, content
from tests.rights.lines.keeping import GIVEN, LINES, PASSWORD, new_person
from tests.rights.rules import DONE
from tests.rights.stage import ELSEWHERE, Stage
from tests.stranger.foul import FORGED, refused

EVERYTHING = {
    "is_staff": "on",
    "is_superuser": "on",
    "user_permissions": ["1", "2", "3"],
    "groups": ["1"],
    "must_change_password": "",
    "last_login": "2020-01-01",
}


def unit(name: str) -> Unit:
    return Unit.objects.get(name=name)


@pytest.mark.parametrize("name", ["superuser", "clerk", "other_auditor", "reader", "nobody"])
def test_people_who_are_not_theirs(stage: Stage, name: str) -> None:
    """By number: whoever administers the system or enters the admin, has all roles elsewhere or none."""
    person = stage.people.get(name)
    if name == "clerk":
        Membership.objects.create(user=stage.people[name], unit=unit(CENTRE), role="preparer")
    number = person.pk if person else 987_654_321
    client = stage.client("admin")
    base = f"/people/{number}/"
    refused(stage, lambda: client.get(base), 404)
    held = Membership.objects.filter(user_id=number).values_list("pk", flat=True).first() or 1
    body = {"full_name": "改", "seen": "x", **GIVEN, "unit": unit(CENTRE).pk, "role": "viewer"}
    for ending in (
        *("", "password/", "unlock/", "sign-out/", "device/"),
        *("roles/", f"roles/{held}/", f"roles/{held}/remove/"),
    ):
        refused(stage, lambda ending=ending: client.post(f"{base}{ending}", body), 404)


def test_no_rights_in_the_admin_come_with_a_post(stage: Stage) -> None:
    client, colleague = stage.client("admin"), stage.people["colleague"]
    assert client.post("/people/new/", {**new_person(stage), **EVERYTHING}).status_code == 302
    made = User.objects.get(username="fresh")
    details = {"full_name": "李同事", "is_active": "on", "username": "root", "password": "x"}
    body = {**EVERYTHING, **details, "seen": person_stamp(colleague)}
    assert client.post(f"/people/{colleague.pk}/", body).status_code == 302
    for person in (made, User.objects.get(pk=colleague.pk)):
        assert not person.is_staff
        assert not person.is_superuser
        assert not person.user_permissions.exists()
    assert User.objects.get(pk=colleague.pk).username == "colleague"
    assert made.must_change_password


@pytest.mark.parametrize("role", ["log_auditor", "superuser", "LOG_AUDITOR", "", "\x00", "x" * 99])
def test_roles_that_are_not_theirs_to_give(stage: Stage, role: str) -> None:
    client, colleague = stage.client("admin"), stage.people["colleague"]
    body = {"unit": unit(CENTRE).pk, "role": role, "seen": roles_stamp(colleague)}
    refused(stage, lambda: client.post(f"/people/{colleague.pk}/roles/", body), 422, logged=False)
    sent = {**new_person(stage), "role": role}
    refused(stage, lambda: client.post("/people/new/", sent), 422, logged=False)
    joined = {**body, "username": "newcomer", "seen": log_stamp()}
    refused(stage, lambda: client.post("/people/existing/", joined), 422, logged=False)


def test_units_that_are_not_theirs(stage: Stage) -> None:
    """In every field that takes one."""
    client, colleague = stage.client("admin"), stage.people["colleague"]
    centre = unit(CENTRE)
    foreign: tuple[Any, ...] = (unit(ELSEWHERE).pk, 987_654_321, *map(str, FORGED[3:6]), "\x00")
    for number in foreign:
        posts = {
            f"/people/{colleague.pk}/roles/": {"unit": number, "role": "viewer"},
            "/people/new/": {**new_person(stage), "unit": number},
            "/people/existing/": {"username": "newcomer", "unit": number, "role": "viewer"},
            "/units/new/": {"code": "N1", "name": "新科室", "parent": number},
            f"/units/{centre.pk}/": {
                "code": centre.code,
                "name": centre.name,
                "parent": number,
                "seen": unit_stamp(centre),
            },
        }
        for address, body in posts.items():
            sent = {"seen": log_stamp(), **body}
            answer = refused(
                stage,
                lambda address=address, sent=sent: client.post(address, sent),
                422,
                logged=False,
            )
            assert "请选择列出的单位" in content(answer)
    elsewhere = f"/units/{unit(ELSEWHERE).pk}/"
    refused(stage, lambda: client.get(elsewhere), 404)
    refused(stage, lambda: client.post(elsewhere, {"name": "我们的"}), 404)


def test_the_top_of_ones_reach_is_not_moved(stage: Stage) -> None:
    client, bureau = stage.client("admin"), unit(BUREAU)
    for parent in ("", unit(CENTRE).pk, unit(ELSEWHERE).pk):
        body = {"code": "X", "name": "我们的局", "parent": parent, "is_active": "on"}
        sent = {**body, "seen": unit_stamp(bureau)}
        refused(
            stage, lambda sent=sent: client.post(f"/units/{bureau.pk}/", sent), 302, logged=False
        )


def test_nobody_locks_themselves_out_or_stays_longer(stage: Stage) -> None:
    client, admin = stage.client("admin"), stage.people["admin"]
    own = Membership.objects.get(user=admin)
    base = f"/people/{admin.pk}/"
    for ending, body in (
        (f"roles/{own.pk}/", {"valid_until": "2020-01-01"}),
        (f"roles/{own.pk}/?more", {"valid_until": ""}),
        (f"roles/{own.pk}/remove/", {}),
    ):
        sent = {**body, "seen": roles_stamp(admin)}
        refused(stage, lambda ending=ending, sent=sent: client.post(f"{base}{ending}", sent), 403)
    more: dict[str, Any] = {"unit": unit(CENTRE).pk, "role": "admin"}
    sent = {**more, "seen": roles_stamp(admin)}
    refused(stage, lambda: client.post(f"{base}roles/", sent), 422, logged=False)
    joined = {**more, "username": "admin", "seen": log_stamp()}
    refused(stage, lambda: client.post("/people/existing/", joined), 403)
    sent = {"full_name": "孙管理", "email": "", "is_active": "", "seen": person_stamp(admin)}
    refused(stage, lambda: client.post(base, sent), 302, logged=False)
    stamps = {"password/": password_stamp, "sign-out/": sign_in_stamp, "device/": sign_in_stamp}
    for ending, stamp in stamps.items():
        sent = {**GIVEN, "seen": stamp(admin)}
        refused(stage, lambda ending=ending, sent=sent: client.post(f"{base}{ending}", sent), 403)
    assert client.get("/units/").status_code == 200


@pytest.mark.parametrize("seen", [str(one) for one in FORGED] + ["\x00", "f" * 32, "é"])
def test_forged_stamps(stage: Stage, seen: str) -> None:
    tried = 0
    for line in LINES:
        body = line.body(stage) if line.body else {}
        if "seen" not in body or line.name in {"accounts:unit-new", "accounts:person-existing"}:
            continue
        client = stage.client("admin")
        stage.person = "admin"
        address = reverse(line.name, args=line.arguments(stage))
        sent = {**body, "seen": seen}
        refused(
            stage, lambda address=address, sent=sent, client=client: client.post(address, sent), 409
        )
        tried += 1
    assert tried == 9


def test_who_reads_projects_elsewhere_keeps_the_account(stage: Stage) -> None:
    """Otherwise an administrator who knows the name would give a role, then a password, and read them."""
    reader = stage.people["reader"]
    Membership.objects.create(user=reader, unit=unit(CENTRE), role=Role.VIEWER.value)
    client = stage.client("admin")
    base = f"/people/{reader.pk}/"
    assert "重新设置密码" in content(client.get(base))
    project = Project.objects.create(code="P-else", name="水务项目", unit=unit(ELSEWHERE))
    ProjectGrant.objects.create(user=reader, valid_until=in_days(3)).projects.add(project)
    told = content(client.get(base))
    assert "此人获准查阅您管理的范围以外的项目" in told
    assert "重新设置密码" not in told
    sent = {**GIVEN, "seen": password_stamp(reader)}
    refused(stage, lambda: client.post(f"{base}password/", sent), 403)
    assert not User.objects.get(pk=reader.pk).check_password(PASSWORD)


@pytest.mark.parametrize("person", ["preparer", "auditor", "viewer", "stranger", "lapsed", "clerk"])
def test_others_administer_nothing(stage: Stage, person: str) -> None:
    for line in LINES:
        assert line.rule(person, None) is not DONE
        refused(stage, lambda line=line: ask(stage, line, person), 403)
