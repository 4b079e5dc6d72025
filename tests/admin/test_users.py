"""People in the admin: who may hand out which rights, and who can go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from perfgoals.accounts.models import Membership, Unit, User
from tests.admin.workbooks import UNITS, USERS
from tests.cast import BUREAU, CENTRE, Cast
from tests.reading import text, texts

NO_ROWS = {
    "memberships-TOTAL_FORMS": "0",
    "memberships-INITIAL_FORMS": "0",
}


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


@pytest.fixture
def keeper(cast: Cast, client_of: Callable[[str], Client]) -> Client:
    """Somebody who keeps units and people and is no superuser."""
    cast.colleague.is_staff = True
    cast.colleague.save()
    rights = Permission.objects.filter(content_type__app_label="accounts")
    cast.colleague.user_permissions.set(rights)
    return client_of("colleague")


def form_of(user: User, **more: str) -> dict[str, str]:
    held = list(user.memberships.all())
    rows = {
        "memberships-TOTAL_FORMS": str(len(held)),
        "memberships-INITIAL_FORMS": str(len(held)),
    }
    for number, one in enumerate(held):
        rows |= {
            f"memberships-{number}-id": str(one.pk),
            f"memberships-{number}-user": str(user.pk),
            f"memberships-{number}-unit": str(one.unit_id),
            f"memberships-{number}-role": one.role,
        }
    return {
        "username": user.username,
        "full_name": user.full_name,
        "email": "",
        "is_active": "on",
        **rows,
        **more,
    }


def test_a_new_person(admin: Client) -> None:
    bureau = Unit.objects.get(name=BUREAU)
    data = {
        "username": "he",
        "full_name": "何新",
        "password1": "Wk29-fhwq-7",
        "password2": "Wk29-fhwq-7",
        "memberships-TOTAL_FORMS": "1",
        "memberships-INITIAL_FORMS": "0",
        "memberships-0-unit": str(bureau.pk),
        "memberships-0-role": "preparer",
    }
    response = admin.post(f"{USERS}add/", data, follow=True)
    assert response.status_code == 200
    user = User.objects.get(username="he")
    assert user.check_password("Wk29-fhwq-7")
    assert [str(one) for one in user.memberships.all()] == [f"何新 · {BUREAU} · 填报人"]


def test_a_new_person_needs_a_password(admin: Client) -> None:
    response = admin.post(f"{USERS}add/", {"username": "he", **NO_ROWS})
    assert response.context["adminform"].form.errors["password1"] == ["这个字段是必填项。"]


def test_another_password(cast: Cast, admin: Client) -> None:
    page = f"{USERS}{cast.newcomer.pk}/password/"
    assert "为用户 周新人 输入一个新的密码" in text(admin.get(page))
    admin.post(page, {"password1": "Wk29-fhwq-7", "password2": "Wk29-fhwq-7"})
    cast.newcomer.refresh_from_db()
    assert cast.newcomer.check_password("Wk29-fhwq-7")
    assert "密码 已设置" in text(admin.get(f"{USERS}{cast.newcomer.pk}/change/"))


def test_the_same_role_twice_is_refused_in_chinese(cast: Cast, admin: Client) -> None:
    (held,) = cast.auditor.memberships.all()
    data = form_of(cast.auditor) | {
        "memberships-TOTAL_FORMS": "2",
        "memberships-1-user": str(cast.auditor.pk),
        "memberships-1-unit": str(held.unit_id),
        "memberships-1-role": held.role,
    }
    response = admin.post(f"{USERS}{cast.auditor.pk}/change/", data)
    assert response.status_code == 200
    assert Membership.objects.filter(user=cast.auditor).count() == 1
    assert "重复" in text(response) or "该用户在这个单位已有同一岗位" in text(response)


def test_rights_are_named_in_chinese(cast: Cast, admin: Client) -> None:
    page = admin.get(f"{USERS}{cast.newcomer.pk}/change/")
    rights = texts(page, "#id_user_permissions label")
    assert rights[:4] == ["岗位：新增", "岗位：修改", "岗位：删除", "岗位：查看"]
    assert "绩效自评表：查看" in rights
    assert "绩效自评表：修改" not in rights


def test_rights_are_handed_out_by_superusers_only(
    cast: Cast, admin: Client, keeper: Client
) -> None:
    page = f"{USERS}{cast.newcomer.pk}/change/"
    data = form_of(cast.newcomer, is_staff="on", is_superuser="on")
    assert keeper.post(page, data).status_code == 302
    cast.newcomer.refresh_from_db()
    assert (cast.newcomer.is_staff, cast.newcomer.is_superuser) == (False, False)
    right = Permission.objects.get(codename="view_unit")
    admin.post(page, form_of(cast.newcomer, is_staff="on", user_permissions=str(right.pk)))
    cast.newcomer.refresh_from_db()
    assert cast.newcomer.is_staff
    assert list(cast.newcomer.user_permissions.all()) == [right]


def test_a_superuser_is_out_of_others_reach(cast: Cast, keeper: Client) -> None:
    for action in ("password", "delete"):
        assert keeper.get(f"{USERS}{cast.admin.pk}/{action}/").status_code == 403
    assert keeper.post(f"{USERS}{cast.admin.pk}/change/", form_of(cast.admin)).status_code == 403
    assert keeper.get(f"{USERS}{cast.newcomer.pk}/password/").status_code == 200


def test_who_has_signed_in_stays(cast: Cast, admin: Client) -> None:
    page = f"{USERS}{cast.newcomer.pk}/delete/"
    assert admin.get(page).status_code == 200
    User.objects.filter(pk=cast.newcomer.pk).update(last_login=timezone.now())
    assert admin.get(page).status_code == 403
    many = {"action": "delete_selected", "_selected_action": cast.newcomer.pk, "post": "yes"}
    admin.post(USERS, many)
    assert User.objects.filter(pk=cast.newcomer.pk).exists()


def test_a_unit_is_not_put_below_its_own(admin: Client) -> None:
    bureau, centre = Unit.objects.get(name=BUREAU), Unit.objects.get(name=CENTRE)
    page = f"{UNITS}{bureau.pk}/change/"
    data = {"code": bureau.code, "name": BUREAU, "is_active": "on"}
    response = admin.post(page, data | {"parent": centre.pk})
    assert response.context["adminform"].form.errors["parent"] == [
        f"上级单位成环：「{CENTRE}」在「{BUREAU}」之下"
    ]
    response = admin.post(page, data | {"parent": bureau.pk})
    assert response.context["adminform"].form.errors["parent"] == ["上级单位不能是单位自己"]
    assert admin.post(page, data | {"parent": ""}).status_code == 302


def test_search_by_unit_finds_a_person_once(cast: Cast, admin: Client) -> None:
    centre = Unit.objects.get(name=CENTRE)
    Membership.objects.create(user=cast.preparer, unit=centre, role="viewer")
    response = admin.get(USERS, {"q": "上海市"})
    assert texts(response, "#result_list .field-username").count("preparer") == 1
