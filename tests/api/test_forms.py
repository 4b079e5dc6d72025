"""Forms through the interface: list, read, create, change, hand in, look back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.models import LibraryIndicator
from projects.models import Form
from tests.cast import Cast
from tests.drafts import change, copied_declaration, evaluation_of, prepares, put, said, send
from tests.reading import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Cast) -> Form:
    return copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


@pytest.fixture
def preparer(client_of: Callable[[str], Client], draft: Form) -> Client:
    return client_of("preparer")


def patch(client: Client, form: Form, *changes: dict[str, Any], version: int | None = None) -> Any:
    data = {"version": version or form.version, "changes": list(changes)}
    return send(client, "PATCH", f"/forms/{form.pk}", data)


def test_the_list_shows_what_the_person_may_see(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("stranger")
    with nothing_written():
        found = send(client, "GET", "/forms?kind=self_evaluation&year=2020").json()
    names = {item["project"] for item in found["items"]}
    assert "上海市环境保护局信息化能力建设项目(运维)" in names
    assert "综合规划、区域协作及资金管理" not in names
    (item,) = [i for i in found["items"] if i["id"] == cast.maintenance.pk]
    assert (item["status"], item["total_score"]) == ("published", "99.01")


def test_the_newest_year_comes_first(client_of: Callable[[str], Client]) -> None:
    found = send(client_of("auditor"), "GET", "/forms").json()
    years = [item["year"] for item in found["items"]]
    assert years == sorted(years, reverse=True)
    assert (years[0], years[-1]) == (2026, 2020)


def test_the_list_is_narrowed_by_its_filters(preparer: Client) -> None:
    found = send(preparer, "GET", "/forms?status=draft").json()
    assert found["count"] == 1
    assert found["items"][0]["project"] == "固定源管理技术支持"
    wrong = send(preparer, "GET", "/forms?year=abc")
    assert (wrong.status_code, wrong.json()["errors"][0]["message"]) == (422, "应为整数")


def test_a_form_is_read_whole(preparer: Client, draft: Form) -> None:
    with nothing_written():
        found = send(preparer, "GET", f"/forms/{draft.pk}").json()
    assert (found["version"], found["status"]) == (1, "draft")
    assert found["actions"] == ["edit", "submit", "answer"]
    assert found["document"]["funds"]["annual_request"] == "2220000.00"
    assert found["codes"] == [row["code"] for row in found["document"]["indicators"]]
    assert "indicators.13.target" in found["unconfirmed"]
    assert {"path", "level", "code", "message", "basis"} == set(found["findings"][0])


def test_who_only_reviews_is_offered_no_change(
    client_of: Callable[[str], Client], draft: Form
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    found = send(client_of("viewer"), "GET", f"/forms/{draft.pk}").json()
    assert found["actions"] == []
    found = send(client_of("auditor"), "GET", f"/forms/{draft.pk}").json()
    assert found["actions"] == ["comment", "answer", "review", "waive", "return", "approve"]


def test_one_cell_of_the_62_row_form_takes_as_many_queries_always(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    form = copied_declaration(cast.preparer, cast.declaration)
    assert form.declaration.indicators.count() == 62
    client = client_of("preparer")
    assert patch(client, form, put("indicators.30.target", "≥1.00(家)")).status_code == 200
    # session, user, form, roles; begin; amounts, rows; form, row, version; end
    with django_assert_num_queries(13):
        response = patch(client, form, put("indicators.40.target", "≥2.00(家)"), version=2)
    assert response.json()["version"] == 3


def test_one_cell_of_a_self_evaluation_takes_one_more_for_its_totals(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    form = evaluation_of(cast.preparer, cast.declaration)
    client = client_of("preparer")
    patch(client, form, put("indicators.0.actual", "≤1.00(元/家)"))
    with django_assert_num_queries(14):
        response = patch(client, form, put("indicators.1.score", "1.00"), version=2)
    assert response.json()["evaluation"]["total_score"] == "1.00"


def test_a_change_answers_what_rules_and_checks_make_of_it(preparer: Client, draft: Form) -> None:
    answer = patch(
        preparer,
        draft,
        put("funds.annual_request", "三百万"),
        put("funds.appropriation", "3,000,000.00"),
    ).json()
    assert answer["version"] == 2
    assert answer["refused"] == [
        {"path": "funds.annual_request", "code": "number", "message": "应为数字，读到 「三百万」"}
    ]
    assert "funds.appropriation" not in answer["unconfirmed"]
    assert any("3,000,000.00" in finding["message"] for finding in answer["findings"])


def test_a_stale_version_is_answered_with_the_form_as_it_is(
    cast: Cast, preparer: Client, draft: Form
) -> None:
    change(draft, cast.colleague, put("annual_goal", "同事写的"))
    response = patch(preparer, draft, put("annual_goal", "我写的"), version=1)
    assert response.status_code == 409
    answer = response.json()
    assert answer["errors"][0]["code"] == "stale"
    assert "已有更新的版本，未覆盖他人的修改" in answer["message"]
    assert answer["current"]["version"] == 2
    assert answer["current"]["document"]["annual_goal"] == "同事写的"
    assert said(draft).annual_goal == "同事写的"


@pytest.mark.parametrize(
    ("method", "path", "data", "message"),
    [
        ("PATCH", "", {"changes": []}, "这份表现在是「待审核」，不能修改"),
        ("POST", "/submit", {}, "这份表现在是「待审核」，不能送审"),
        ("POST", "/restore", {"number": 1}, "这份表现在是「待审核」，不能修改"),
    ],
)
def test_a_wrong_status_is_told(
    preparer: Client, draft: Form, method: str, path: str, data: dict[str, Any], message: str
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    response = send(preparer, method, f"/forms/{draft.pk}{path}", {"version": 1, **data})
    assert response.status_code == 409
    assert response.json()["message"] == message
    assert response.json()["errors"][0]["code"] == "status"
    assert "current" not in response.json()


def test_a_row_that_is_not_there(preparer: Client, draft: Form) -> None:
    change_ = {"op": "remove", "path": "indicators", "at": 40, "count": 2}
    response = patch(preparer, draft, change_)
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"path": "indicators", "code": "outside", "message": "没有第 42 行可删"}
    ]


def test_a_document_is_checked_without_being_stored(preparer: Client, draft: Form) -> None:
    document = send(preparer, "GET", f"/forms/{draft.pk}").json()["document"]
    document["funds"]["annual_request"] = "1.00"
    with nothing_written():
        answer = send(preparer, "POST", "/validate", document).json()
    assert any(finding["path"] == "funds.annual_request" for finding in answer["findings"])
    document["funds"]["annual_request"] = "一"
    response = send(preparer, "POST", "/validate", document)
    assert response.status_code == 422
    assert response.json()["errors"][0]["path"] == "funds.annual_request"


def test_handing_in_names_every_error_and_then_works(
    cast: Cast, client_of: Callable[[str], Client], preparer: Client, draft: Form
) -> None:
    response = send(preparer, "POST", f"/forms/{draft.pk}/submit", {"version": 1})
    assert response.status_code == 422
    assert len(response.json()["errors"]) >= 8
    assert {error["code"] for error in response.json()["errors"]} >= {"copied.unconfirmed"}
    assert Form.objects.get(pk=draft.pk).status == "draft"


def test_versions_are_listed_read_compared_and_restored(
    cast: Cast, preparer: Client, draft: Form
) -> None:
    goal = said(draft).annual_goal
    for number in range(2):
        change(draft, cast.preparer, put("annual_goal", f"第 {number} 稿"))
    address = f"/forms/{draft.pk}"
    listed = send(preparer, "GET", f"{address}/versions").json()
    assert [(v["first_number"], v["number"], v["reason"], v["by"]) for v in listed] == [
        (2, 3, "填写", "张填报"),
        (1, 1, "复制建立", "张填报"),
    ]
    # A number inside a sitting is the sitting: it may have gone on since it was listed.
    within = send(preparer, "GET", f"{address}/versions/2").json()
    assert (within["number"], within["document"]["annual_goal"]) == (3, "第 1 稿")
    assert send(preparer, "GET", f"{address}/versions/9").status_code == 404
    found = send(preparer, "GET", f"{address}/diff?before=1").json()
    assert found == [
        {"path": "annual_goal", "happened": "changed", "before": goal, "after": "第 1 稿"}
    ]
    stale = send(preparer, "POST", f"{address}/restore", {"version": 2, "number": 1})
    assert (stale.status_code, stale.json()["current"]["version"]) == (409, 3)
    answer = send(preparer, "POST", f"{address}/restore", {"version": 3, "number": 1}).json()
    assert (answer["version"], answer["document"]["annual_goal"]) == (4, goal)


def test_a_declaration_is_begun_from_another(cast: Cast, preparer: Client) -> None:
    published = cast.declaration
    new = {
        "kind": "declaration",
        "project": published.project_id,
        "year": 2027,
        "copy_of": published.pk,
    }
    response = send(preparer, "POST", "/forms", new)
    assert response.status_code == 201
    assert len(response.json()["document"]["indicators"]) == 62
    again = send(preparer, "POST", "/forms", new)
    assert again.status_code == 422
    assert "2027 年度已有申报表" in again.json()["message"]


def test_a_declaration_is_begun_from_the_library(cast: Cast, preparer: Client) -> None:
    chosen = list(LibraryIndicator.objects.filter(topic="信息化运维").values_list("pk", flat=True))
    new = {
        "kind": "declaration",
        "project": cast.declaration.project_id,
        "year": 2027,
        "library": chosen,
    }
    answer = send(preparer, "POST", "/forms", new).json()
    assert len(answer["document"]["indicators"]) == len(chosen)


def test_a_self_evaluation_is_begun_with_or_without_its_declaration(
    cast: Cast, preparer: Client
) -> None:
    new = {"kind": "self_evaluation", "project": cast.declaration.project_id, "year": 2026}
    answer = send(preparer, "POST", "/forms", new).json()
    assert len(answer["document"]["indicators"]) == 62
    assert answer["evaluation"]["weight_total"] == "100.00"
    other = cast.form("信息化运维项目", 2026).project_id
    new |= {"project": other, "with_declaration": False}
    assert send(preparer, "POST", "/forms", new).json()["document"]["indicators"] == []


def test_nobody_begins_a_form_for_another_unit(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    new = {"kind": "declaration", "project": cast.declaration.project_id, "year": 2027}
    for person in ("stranger", "auditor", "admin"):
        assert send(client_of(person), "POST", "/forms", new).status_code == 404


def test_a_form_that_may_not_be_seen_cannot_be_copied(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    prepares(cast.stranger, cast.maintenance)
    new = {
        "kind": "declaration",
        "project": cast.maintenance.project_id,
        "year": 2027,
        "copy_of": cast.declaration.pk,
    }
    assert send(client_of("stranger"), "POST", "/forms", new).status_code == 404


def test_who_else_has_the_form_open(
    client_of: Callable[[str], Client], preparer: Client, draft: Form
) -> None:
    address = f"/forms/{draft.pk}/presence"
    Form.objects.filter(pk=draft.pk).update(status="returned")
    send(client_of("auditor"), "POST", address, {"tab": "b"})
    assert send(preparer, "POST", address, {"tab": "a"}).json() == {
        "others": ["赵审核"],
        "version": 1,
    }
    send(client_of("auditor"), "POST", address, {"tab": "b", "leaving": True})
    assert send(preparer, "POST", address, {"tab": "a"}).json()["others"] == []


def test_weights_are_shared_out_anew_around_those_that_are_kept(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    form = evaluation_of(cast.preparer, cast.form("信息化运维项目", 2026))
    client = client_of("preparer")
    whole = send(client, "GET", f"/forms/{form.pk}").json()
    # 17, 17, 16 points of output, 15 and 15 of benefit, 10 of satisfaction were proposed.
    first = whole["codes"][0]
    change(form, cast.preparer, put("indicators.0.weight", "30"))
    with nothing_written():
        found = send(client, "GET", f"/forms/{form.pk}/weights?keep={first}").json()
    assert [(item["path"], item["weight"]) for item in found] == [
        ("indicators.1.weight", "10.00"),
        ("indicators.2.weight", "10.00"),
        ("indicators.3.weight", "15.00"),
        ("indicators.4.weight", "15.00"),
        ("indicators.5.weight", "10.00"),
    ]
    change(form, cast.preparer, put("indicators.0.weight", "95"))
    refused = send(client, "GET", f"/forms/{form.pk}/weights?keep={first}")
    assert refused.status_code == 422
    assert "已定的分值合计 95，应小于 90" in refused.json()["message"]


def test_what_one_person_typed_is_not_saved_under_the_name_of_another(
    preparer: Client, draft: Form, cast: Cast
) -> None:
    data = {"version": 1, "changes": [put("annual_goal", "新目标")], "user": cast.colleague.pk}
    with nothing_written():
        answer = send(preparer, "PATCH", f"/forms/{draft.pk}", data)
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "other_user"
    assert "请换回原来的账号登录" in answer.json()["message"]
    data["user"] = cast.preparer.pk
    assert send(preparer, "PATCH", f"/forms/{draft.pk}", data).status_code == 200
