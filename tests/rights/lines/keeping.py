"""The units and people that an administrator keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from perfgoals.accounts.models import Membership, Unit, User
from perfgoals.accounts.services import (
    log_stamp,
    password_stamp,
    person_stamp,
    roles_stamp,
    sign_in_stamp,
    unit_stamp,
)
from tests.cast import CENTRE
from tests.rights.bodies import unit
from tests.rights.line import Line, get, post
from tests.rights.rules import KEEPERS, nobody
from tests.rights.stage import Stage

PASSWORD = "请本人马上换掉的密码"


def kept(stage: Stage) -> User:
    """Somebody who has roles in two units of the administrator's, and none elsewhere."""
    return stage.people["colleague"]


def person(stage: Stage) -> list[Any]:
    return [kept(stage).pk]


def held(stage: Stage) -> list[Any]:
    return [kept(stage).pk, Membership.objects.get(user=kept(stage), unit__name=CENTRE).pk]


def seen(stamp: Callable[[User], str], **more: Any) -> Callable[[Stage], dict[str, Any]]:
    """What the page of the person shows, and what is filled in."""
    return lambda stage: {"seen": stamp(kept(stage)), **more}


def renamed(stage: Stage) -> dict[str, Any]:
    centre = Unit.objects.get(name=CENTRE)
    body = {
        "code": centre.code,
        "name": "改名的中心",
        "parent": centre.parent_id,
        "is_active": "on",
    }
    return {**body, "seen": unit_stamp(centre)}


def new_unit(stage: Stage) -> dict[str, Any]:
    below = {"parent": unit(CENTRE), "is_active": "on", "seen": log_stamp()}
    return {"code": "NEW-1", "name": "新科室", **below}


def role(stage: Stage) -> dict[str, Any]:
    return {"unit": unit(CENTRE), "role": "viewer", "valid_until": "2099-12-31"}


def new_person(stage: Stage) -> dict[str, Any]:
    given = {"password": PASSWORD, "password_again": PASSWORD}
    return {"username": "fresh", "full_name": "吴新来", "email": "", **role(stage), **given}


def existing(stage: Stage) -> dict[str, Any]:
    return {"username": "newcomer", **role(stage), "seen": log_stamp()}


def one_more(stage: Stage) -> dict[str, Any]:
    return {**role(stage), "seen": roles_stamp(kept(stage))}


GIVEN = {"password": PASSWORD, "password_again": PASSWORD}
DETAILS = {"full_name": "李同事二", "email": "", "is_active": "on"}

LINES: tuple[Line, ...] = (
    get("accounts:unit-list", KEEPERS),
    get("accounts:unit-new", KEEPERS),
    post("accounts:unit-new", KEEPERS, body=new_unit),
    get("accounts:unit-edit", KEEPERS, address=lambda stage: [unit(CENTRE)]),
    post("accounts:unit-edit", KEEPERS, address=lambda stage: [unit(CENTRE)], body=renamed),
    get("accounts:person-list", KEEPERS),
    get("accounts:person-new", KEEPERS),
    post("accounts:person-new", KEEPERS, body=new_person),
    get("accounts:person-existing", KEEPERS),
    post("accounts:person-existing", KEEPERS, body=existing),
    get("accounts:person-edit", KEEPERS, address=person),
    post("accounts:person-edit", KEEPERS, address=person, body=seen(person_stamp, **DETAILS)),
    post("accounts:person-password", KEEPERS, address=person, body=seen(password_stamp, **GIVEN)),
    # Nothing is locked, and no device is there; ended sessions are told by the log alone.
    post(
        "accounts:person-unlock", KEEPERS, address=person, body=seen(sign_in_stamp), writes=nobody
    ),
    post(
        "accounts:person-sign-out", KEEPERS, address=person, body=seen(sign_in_stamp), writes=nobody
    ),
    post(
        "accounts:person-device", KEEPERS, address=person, body=seen(sign_in_stamp), writes=nobody
    ),
    post("accounts:person-role-add", KEEPERS, address=person, body=one_more),
    post(
        "accounts:person-role-change",
        KEEPERS,
        address=held,
        body=seen(roles_stamp, valid_until="2099-12-31"),
    ),
    post("accounts:person-role-remove", KEEPERS, address=held, body=seen(roles_stamp)),
)
