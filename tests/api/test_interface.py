"""The interface itself: who may call it, and how it says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client

from perfgoals.accounts.services import create_api_token
from projects.models import Form
from tests.cast import Cast
from tests.drafts import copied_declaration, put, said, send

pytestmark = pytest.mark.django_db

GETS = ["", "/versions", "/versions/1", "/diff?before=1", "/attachments", "/attachments/1"]
CHANGES = [
    ("PATCH", "", {"version": 1, "changes": []}),
    ("POST", "/submit", {"version": 1}),
    ("POST", "/withdraw", {"version": 1}),
    ("POST", "/restore", {"version": 1, "number": 1}),
    ("DELETE", "/attachments/1", None),
]


@pytest.fixture
def draft(cast: Cast) -> Form:
    return copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


@pytest.fixture
def preparer(client_of: Callable[[str], Client], draft: Form) -> Client:
    return client_of("preparer")


@pytest.mark.parametrize("path", GETS)
def test_a_form_of_others_is_not_there(
    client_of: Callable[[str], Client], draft: Form, path: str
) -> None:
    response = send(client_of("stranger"), "GET", f"/forms/{draft.pk}{path}")
    assert response.status_code == 404
    assert response.json() == {"message": "没有这份内容，或您无权查看", "errors": []}


@pytest.mark.parametrize(("method", "path", "data"), CHANGES)
@pytest.mark.parametrize(
    ("person", "status"),
    [("stranger", 404), ("newcomer", 404), ("auditor", 403), ("viewer", 403), ("anonymous", 401)],
)
def test_only_its_preparers_change_a_form(
    client_of: Callable[[str], Client],
    draft: Form,
    method: str,
    path: str,
    data: object,
    person: str,
    status: int,
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="returned")  # before that, nobody else sees it
    if "attachments" in path and status == 403:
        status = 404  # there is none of that number, whoever asks
    response = send(client_of(person), method, f"/forms/{draft.pk}{path}", data)
    assert response.status_code == status
    assert response.json()["message"]
    assert Form.objects.get(pk=draft.pk).version == 1


@pytest.mark.parametrize("person", ["auditor", "viewer"])
@pytest.mark.parametrize("path", GETS)
def test_a_draft_is_its_units_own_business(
    client_of: Callable[[str], Client], draft: Form, person: str, path: str
) -> None:
    assert send(client_of(person), "GET", f"/forms/{draft.pk}{path}").status_code == 404
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    seen = send(client_of(person), "GET", f"/forms/{draft.pk}{path}").status_code
    assert seen == (404 if path == "/attachments/1" else 200)  # there is none of that number


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/forms"), ("POST", "/forms"), ("POST", "/validate"), ("GET", "/library")],
)
def test_nobody_unknown_calls_it(client: Client, method: str, path: str) -> None:
    response = send(client, method, path, {})
    assert response.status_code == 401
    assert response.json()["message"] == "尚未登录或登录已过期，请重新登录"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("{", "请求的内容不是合法的 JSON：第 1 行第 2 个字符处有误"),
        ('{"version": NaN}', "请求的内容不是合法的 JSON：含有 NaN"),
        ('{"version": 1, "version": 2}', "请求的内容名称「version」在同一处出现两次"),
    ],
)
def test_what_is_no_json_is_said_in_chinese(
    preparer: Client, draft: Form, body: str, message: str
) -> None:
    response = preparer.generic(
        "PATCH", f"/api/forms/{draft.pk}", body, content_type="application/json"
    )
    assert response.status_code == 400
    assert response.json()["message"] == message
    assert response.json()["errors"][0]["code"] == "json"


def test_bytes_that_are_no_text(preparer: Client, draft: Form) -> None:
    response = preparer.generic(
        "PATCH", f"/api/forms/{draft.pk}", b"\xff\xfe\x00", content_type="application/json"
    )
    assert (response.status_code, response.json()["message"]) == (
        400,
        "请求的内容文件不是 UTF-8 编码",
    )


def test_what_is_missing_or_of_the_wrong_kind_is_named(preparer: Client, draft: Form) -> None:
    data = {"changes": [{"op": "paint", "path": "unit"}]}
    response = send(preparer, "PATCH", f"/forms/{draft.pk}", data)
    assert response.status_code == 422
    errors = {error["path"]: error["message"] for error in response.json()["errors"]}
    assert errors["patch.version"] == "缺少这一项"
    assert "paint" in next(text for path, text in errors.items() if "changes" in path)


def test_numbers_keep_their_decimals(preparer: Client, draft: Form) -> None:
    body = '{"version": 1, "changes": [{"op": "set", "path": "funds.other", "value": 12.10}]}'
    response = preparer.generic(
        "PATCH", f"/api/forms/{draft.pk}", body, content_type="application/json"
    )
    assert response.json()["refused"] == []
    document = said(draft)
    assert document.funds.other == Decimal("12.10")


def test_a_session_needs_a_csrf_token_and_a_personal_token_does_not(
    cast: Cast, draft: Form
) -> None:
    address, data = f"/forms/{draft.pk}", {"version": 1, "changes": [put("annual_goal", "新")]}
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.preparer)
    response = send(strict, "PATCH", address, data)
    assert response.status_code == 403
    assert response.json()["errors"][0]["code"] == "csrf"
    assert Form.objects.get(pk=draft.pk).version == 1

    _, text = create_api_token(user=cast.preparer, name="测试")
    program = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {text}"})
    assert send(program, "PATCH", address, data).status_code == 200
    wrong = Client(enforce_csrf_checks=True, headers={"Authorization": "Bearer pg_wrong"})
    assert send(wrong, "PATCH", address, data).status_code == 401


def test_a_wrong_token_does_not_fall_back_to_the_session(cast: Cast, draft: Form) -> None:
    client = Client(headers={"Authorization": "Bearer pg_wrong"})
    client.force_login(cast.preparer)
    assert send(client, "GET", f"/forms/{draft.pk}").status_code == 401


def test_a_token_of_somebody_who_left_is_worth_nothing(cast: Cast, draft: Form) -> None:
    _, text = create_api_token(user=cast.colleague, name="测试")
    cast.colleague.is_active = False
    cast.colleague.save()
    client = Client(headers={"Authorization": f"Bearer {text}"})
    assert send(client, "GET", "/forms").status_code == 401


def test_when_a_token_was_last_used_is_told(cast: Cast, draft: Form) -> None:
    token, text = create_api_token(user=cast.preparer, name="测试")
    client = Client(headers={"Authorization": f"Bearer {text}"})
    send(client, "GET", "/forms")
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    send(client, "GET", "/forms")
    token.refresh_from_db()
    assert token.last_used_at == first


def test_the_description_needs_no_other_site(preparer: Client) -> None:
    page = preparer.get("/api/docs").content.decode()
    assert "https://" not in page
    assert "swagger-ui-bundle.js" in page
    assert finders.find("ninja/swagger-ui-bundle.js")
    described = preparer.get("/api/openapi.json").json()
    assert described["info"]["title"] == "绩效目标接口"
    for path, methods in described["paths"].items():
        for method in methods.values():
            assert any("\u4e00" <= letter <= "\u9fff" for letter in method["summary"]), path


def test_every_address_is_in_the_docs(preparer: Client) -> None:
    docs = Path(settings.BASE_DIR, "docs", "api.md").read_text()
    for path in preparer.get("/api/openapi.json").json()["paths"]:
        word = path.rstrip("/").rsplit("/", 1)[-1]
        if not word.startswith("{") and word != "presence":
            assert word in docs


def test_a_huge_number_is_nobody_s(preparer: Client, draft: Form) -> None:
    assert send(preparer, "GET", f"/forms/{10**30}").status_code == 404
    assert send(preparer, "GET", f"/forms?page={10**30}").status_code == 422
    new = {"kind": "declaration", "project": 10**30, "year": 2027}
    assert send(preparer, "POST", "/forms", new).status_code == 404
    new = {"kind": "declaration", "project": draft.project_id, "year": 2028, "library": [10**30]}
    refused = send(preparer, "POST", "/forms", new)
    assert (refused.status_code, refused.json()["message"]) == (
        422,
        "所选指标有的已不在指标库中，请重新选择",
    )


def test_answers_are_json(preparer: Client, draft: Form) -> None:
    response = send(preparer, "GET", f"/forms/{draft.pk}")
    assert response["Content-Type"].startswith("application/json")
    assert json.loads(response.content)["document"]["year"] == 2027
