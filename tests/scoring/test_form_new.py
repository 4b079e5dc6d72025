"""The page on which a form is begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from indicators.models import LibraryIndicator
from perfgoals.accounts.models import User
from projects.models import Form, Project
from tests.cast import CENTRE, Cast
from tests.drafts import copied_declaration, evaluation_of, prepares, said
from tests.reading import links, nothing_written, text, texts

pytestmark = pytest.mark.django_db

URL = "/forms/new/"


@pytest.fixture
def writer(cast: Cast, client_of: Callable[[str], Client]) -> Client:
    """The newcomer, who now prepares the forms of the centre, and of no other unit."""
    prepares(cast.newcomer, cast.declaration)
    return client_of("newcomer")


def look(client: Client, chosen: dict[str, Any]) -> Any:
    return client.get(URL, chosen)


def begin(client: Client, **chosen: Any) -> Any:
    return client.post(URL, {"kind": "declaration", "year": 2027, **chosen})


def begun(response: Any) -> Form:
    """The form whose editor the answer leads to."""
    assert response.status_code == 302, texts(response, "#problems li")
    pk = response["Location"].split("/")[2]
    assert response["Location"] == f"/forms/{pk}/edit/"
    return Form.objects.get(pk=pk)


def ways(response: Any) -> list[str]:
    return texts(response, "#ways .way > .choice")


def test_it_offers_the_projects_of_the_units_one_prepares_for(writer: Client) -> None:
    with nothing_written():
        response = writer.get(URL)
    offered = texts(response, "#projects .choice")
    assert "移动源管理技术支持" in offered
    assert "综合规划、区域协作及资金管理" not in offered
    assert "选好项目后，这里列出可以从什么开始。" in text(response, "#ways")


def test_projects_are_found_by_words(writer: Client, cast: Cast) -> None:
    assert texts(look(writer, {"q": "技术 移动"}), "#projects .choice") == ["移动源管理技术支持"]
    assert "没有名称中含「没有的」的项目" in text(look(writer, {"q": "没有的"}), "#projects")
    kept = look(writer, {"q": "碳排放", "project": cast.declaration.project_id})
    assert texts(kept, "#projects .choice") == ["移动源管理技术支持", "碳排放管理技术支持"]


def test_it_says_what_one_may_begin_from(writer: Client, cast: Cast) -> None:
    chosen: dict[str, Any] = {"kind": "declaration", "project": cast.declaration.project_id}
    assert ways(look(writer, chosen | {"year": 2027})) == [
        "复制本项目 2026 年的表目标和 62 行指标照搬；金额和带日期的内容标出，逐一确认",
        "复制本单位的另一份表同样照搬目标和指标，标出待确认之处",
        "取用指标库按主题勾选指标，带出参考指标值",
        "空白自己填写目标和指标",
    ]
    earlier = ways(look(writer, chosen | {"year": 2024}))
    assert "复制本项目上一年的表本项目没有更早年度的申报表" in earlier


def test_a_self_evaluation_says_which_declaration_it_starts_from(
    writer: Client, cast: Cast
) -> None:
    chosen: dict[str, Any] = {"kind": "self_evaluation", "project": cast.declaration.project_id}
    assert ways(look(writer, chosen | {"year": 2026})) == [
        "依据已批准的 2026 年申报表「移动源管理技术支持」"
        "取用其年度目标和 62 行指标、指标值（锁定），按计分办法分好分值",
        "不依据申报表从空白开始，自己填写指标",
    ]
    assert ways(look(writer, chosen | {"year": 2027}))[0] == (
        "依据已批准的申报表本项目 2027 年度没有审核通过的申报表"
    )


def test_a_form_that_is_there_already_is_led_to(writer: Client, cast: Cast) -> None:
    project, there = cast.declaration.project_id, f"/forms/{cast.declaration.pk}/"
    asked = look(writer, {"kind": "declaration", "project": project, "year": 2026})
    assert links(asked, "#ways a") == [there]
    refused = begin(writer, project=project, year=2026, way="blank")
    assert refused.status_code == 422
    assert "「移动源管理技术支持」2026 年度已有申报表" in text(refused, "#problems")
    assert links(refused, "#problems a") == [there]


def test_blank(writer: Client, cast: Cast) -> None:
    form = begun(begin(writer, project=cast.declaration.project_id, way="blank"))
    assert (form.year_id, form.kind, form.status) == (2027, "declaration", "draft")
    assert said(form).indicators == []


def test_copied_from_last_year(writer: Client, cast: Cast) -> None:
    form = begun(begin(writer, project=cast.declaration.project_id, way="last"))
    assert len(said(form).indicators) == 62
    assert form.unconfirmed


def test_copied_from_another_form_of_the_unit(writer: Client, cast: Cast) -> None:
    other = cast.form("固定源管理技术支持", 2026)
    project = cast.declaration.project_id
    form = begun(begin(writer, project=project, way="other", copy_of=other.pk))
    document = said(form)
    assert document.project.name == "移动源管理技术支持"
    assert len(document.indicators) == 17


def test_only_what_one_may_see_can_be_copied(writer: Client, cast: Cast) -> None:
    response = begin(
        writer, project=cast.declaration.project_id, way="other", copy_of=cast.planning.pk
    )
    assert "要复制的表不存在，或您无权查看" in text(response, "#problems")


def test_from_the_library(writer: Client, cast: Cast) -> None:
    project = cast.declaration.project_id
    offered = look(
        writer,
        {
            "kind": "declaration",
            "year": 2027,
            "project": project,
            "way": "library",
            "topic": "信息化运维",
        },
    )
    assert texts(offered, ".ticks-class")[:2] == ["产出指标 · 数量指标", "产出指标 · 质量指标"]
    assert "系统运维数量 =1(套)" in texts(offered, ".tick")
    chosen = list(LibraryIndicator.objects.filter(topic="信息化运维").values_list("pk", flat=True))
    form = begun(begin(writer, project=project, way="library", library=chosen[:3]))
    assert len(said(form).indicators) == 3


def test_a_self_evaluation(writer: Client, cast: Cast) -> None:
    chosen: dict[str, Any] = {"kind": "self_evaluation", "year": 2026}
    published = cast.declaration
    form = begun(begin(writer, **chosen, project=published.project_id, way="declaration"))
    assert form.self_evaluation.declaration == published.declaration
    other = cast.form("固定源管理技术支持", 2026).project_id
    form = begun(begin(writer, **chosen, project=other, way="blank"))
    assert form.self_evaluation.declaration is None


def test_a_new_project(writer: Client, cast: Cast) -> None:
    unit = cast.declaration.project.unit_id
    form = begun(
        begin(
            writer,
            project="new",
            unit=unit,
            name="低碳宣传",
            nature="其他一次性项目",
            category="特定目标类",
            start="2027-01-01",
            end="2027-12-31",
            way="blank",
        )
    )
    document = said(form)
    assert (document.project.name, document.project.nature, document.unit) == (
        "低碳宣传",
        "其他一次性项目",
        CENTRE,
    )
    assert str(document.project.end) == "2027-12-31"


def test_every_problem_is_told_at_once_and_nothing_is_stored(writer: Client, cast: Cast) -> None:
    projects = Project.objects.count()
    response = begin(
        writer,
        project="new",
        unit=cast.declaration.project.unit_id,
        name="",
        start="2027-12-31",
        end="2027-01-01",
        year=1999,
        way="other",
    )
    assert response.status_code == 422
    assert texts(response, "#problems li") == [
        "这一年度没有开放填报",
        "请填写项目名称",
        "计划完成日期早于计划开始日期",
        "请选择要复制的表",
    ]
    assert Project.objects.count() == projects
    nothing = writer.post(URL, {})
    assert texts(nothing, "#problems li") == [
        "请选择项目，或新建一个",
        "请选择年度",
        "请选择表种",
        "请选择从什么开始",
    ]


def test_a_project_of_that_name_is_there_already(writer: Client, cast: Cast) -> None:
    unit = cast.declaration.project.unit_id
    response = begin(writer, project="new", unit=unit, name="移动源管理技术支持", way="blank")
    assert "已有同名项目「移动源管理技术支持」，请直接选择它" in text(response, "#problems")


def test_nothing_is_begun_for_a_unit_one_does_not_prepare_for(writer: Client, cast: Cast) -> None:
    foreign = cast.planning.project
    refused = begin(writer, project=foreign.pk, way="blank")
    assert "没有这个项目，或您不是其单位的填报人" in text(refused, "#problems")
    refused = begin(writer, project="new", name="甲", unit=foreign.unit_id, way="blank")
    assert "您不是这个单位的填报人" in text(refused, "#problems")


@pytest.mark.parametrize("person", ["auditor", "viewer", "admin", "newcomer"])
def test_who_prepares_nothing_begins_nothing(
    client_of: Callable[[str], Client], person: str
) -> None:
    client = client_of(person)
    assert client.get(URL).status_code == 403
    assert client.post(URL, {}).status_code == 403
    assert URL not in links(client.get("/"), "a")
    assert URL not in links(client.get("/forms/"), "a")


def test_home_and_list_lead_to_it(client_of: Callable[[str], Client]) -> None:
    client = client_of("preparer")
    assert URL in links(client.get("/"), ".page-head a")
    assert URL in links(client.get("/forms/"), ".results-head a")


def test_anonymous_is_sent_to_sign_in(client: Client, cast: Cast) -> None:
    assert client.get(URL)["Location"] == f"/sign-in/?next={URL}"


@pytest.mark.parametrize(
    "address",
    [
        "?project=abc&year=x&kind=y",
        f"?project={10**30}&year={10**30}&unit={10**30}",
        "?project=new&kind=declaration&year=2027&unit=0",
        "?way=nothing&copy_of=x&library=y&topic=%00",
    ],
)
def test_odd_addresses_do_no_harm(writer: Client, address: str) -> None:
    assert writer.get(URL + address).status_code == 200


def test_a_draft_counts_as_there(writer: Client, cast: Cast) -> None:
    user: User = cast.newcomer
    draft = copied_declaration(user, cast.declaration)
    evaluation_of(user, cast.declaration)
    for kind, year in (("declaration", 2027), ("self_evaluation", 2026)):
        page = look(writer, {"kind": kind, "year": year, "project": draft.project_id})
        assert "一个项目一年只有一份" in text(page, "#ways")
