"""The editor page: who gets it, and what it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import tinyhtml5
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from projects.models import Form, Project
from scoring.services import start_declaration, start_self_evaluation
from tests.cast import Cast
from tests.reading import links, nothing_written, text

ClientOf = Callable[[str], Client]
SAVING = (14, 13)


@pytest.fixture
def draft(cast: Cast, db: None) -> Form:
    """A declaration of the bureau with the 62 rows of a published one, which its preparers fill."""
    project = Project.objects.create(code="T1", name="新建项目", unit=cast.planning.project.unit)
    return start_declaration(project=project, year=2026, by=cast.preparer, copy_of=cast.declaration)


def data_of(client: Client, form: Form) -> dict[str, Any]:
    response = client.get(f"/forms/{form.pk}/edit/")
    assert response.status_code == 200
    root = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)
    return json.loads(root.find(".//script[@id='editor-data']").text)


@pytest.mark.parametrize("who", ["preparer", "colleague"])
def test_preparers_of_the_unit_edit(client_of: ClientOf, draft: Form, who: str) -> None:
    client = client_of(who)
    with nothing_written():
        data = data_of(client, draft)
    assert data["state"]["document"]["project"]["name"] == "新建项目"
    assert len(data["state"]["document"]["indicators"]) == 62
    assert "submit" in data["state"]["actions"]


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("newcomer", 404), ("auditor", 404), ("viewer", 404), ("admin", 403)],
)
def test_nobody_else_does(client_of: ClientOf, draft: Form, who: str, status: int) -> None:
    assert client_of(who).get(f"/forms/{draft.pk}/edit/").status_code == status


def test_anonymous_visitors_sign_in_first(client_of: ClientOf, draft: Form) -> None:
    response = client_of("anonymous").get(f"/forms/{draft.pk}/edit/")
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in/?next=/forms/{draft.pk}/edit/"


def test_a_published_form_cannot_be_edited(client_of: ClientOf, cast: Cast, db: None) -> None:
    form = cast.planning
    response = client_of("preparer").get(f"/forms/{form.pk}/edit/", follow=True)
    assert response.redirect_chain == [(f"/forms/{form.pk}/", 302)]
    assert "这份表现在是「已公开」，不能修改。" in text(response, ".messages")


def test_the_form_page_leads_to_the_editor_where_it_can_be_edited(
    client_of: ClientOf, cast: Cast, draft: Form
) -> None:
    address = f"/forms/{draft.pk}/edit/"
    page = client_of("preparer").get(f"/forms/{draft.pk}/")
    assert links(page, ".toolbar-actions a")[-1] == address
    for who, form in (("auditor", cast.planning), ("preparer", cast.planning)):
        page = client_of(who).get(f"/forms/{form.pk}/")
        assert "/edit/" not in "".join(links(page, ".toolbar-actions a"))


def test_other_methods_are_refused(client_of: ClientOf, draft: Form) -> None:
    assert client_of("preparer").post(f"/forms/{draft.pk}/edit/").status_code == 405


def test_the_page_holds_what_the_editor_needs(client_of: ClientOf, draft: Form) -> None:
    data = data_of(client_of("preparer"), draft)
    assert data["layout"]["id"] == "declaration-2026"
    assert [one["name"] for one in data["taxonomy"]] == [
        "成本指标",
        "产出指标",
        "效益指标",
        "满意度指标",
    ]
    assert "数量指标" in data["taxonomy"][1]["children"]
    assert data["addresses"]["api"] == f"/api/forms/{draft.pk}"
    # 「≤3000(元/辆)」, as it is read.
    read = data["state"]["reading"][0]["target"]
    assert read["words"] == "≤ · 3000 · 元/辆 · 定量"
    assert "funds.annual_request" in data["state"]["unconfirmed"]
    assert not data["locked"]


def test_an_older_year_has_the_classes_of_its_time(
    client_of: ClientOf, cast: Cast, db: None
) -> None:
    project = Project.objects.create(code="T2", name="旧项目", unit=cast.planning.project.unit)
    form = start_self_evaluation(project=project, year=2020, by=cast.preparer)
    data = data_of(client_of("preparer"), form)
    assert data["layout"]["id"] == "self-evaluation-2020"
    assert "成本指标" not in [one["name"] for one in data["taxonomy"]]


def test_what_the_rules_offer_comes_with_the_form(
    client_of: ClientOf, cast: Cast, db: None
) -> None:
    """The numbers of a published form: 综合规划 (2020), rate 93.54, rows that give 89.35."""
    client = client_of("preparer")
    answer = client.get(f"/api/forms/{cast.planning.pk}").json()
    assert answer["offers"]["funds.total.execution_rate"] == "93.54"
    assert answer["offers"]["total_score"] == "89.35"
    assert any("93.54%" in note["explanation"] for note in answer["notes"])


def test_queries_do_not_grow_with_the_form(
    client_of: ClientOf, draft: Form, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("preparer")
    # session, user, form, roles, amounts, rows, the unit's line, comments, last day
    with django_assert_num_queries(12):
        client.get(f"/forms/{draft.pk}/edit/")


def test_saving_one_cell_of_62_rows_takes_few_queries(
    client_of: ClientOf, draft: Form, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("preparer")
    change = {"op": "set", "path": "indicators.3.name", "value": "改过的名称"}
    for number in range(2):  # the first opens a sitting, the others go on with it
        version = Form.objects.get(pk=draft.pk).version
        data = {"version": version, "changes": [change | {"value": f"第 {number} 次"}]}
        with django_assert_num_queries(SAVING[number]):
            client.patch(f"/api/forms/{draft.pk}", data, content_type="application/json")
