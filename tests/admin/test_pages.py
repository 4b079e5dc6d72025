"""Every page of the admin: it opens for the administrator, in Chinese, and for nobody else."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import tinyhtml5
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from perfgoals.common.admin_bases import ReadOnlyAdmin
from perfgoals.common.models import Job
from projects.models import BudgetExecution, Deadline, DeadlineExtension, ProjectGrant
from tests.admin.workbooks import CATEGORIES, FIGURES, PROJECTS, UNITS, USERS
from tests.cast import INFORMATION, Cast
from tests.reading import Answer, links, nothing_written, text, texts

MODELS = {
    "accounts.unit": True,
    "accounts.user": True,
    "projects.fiscalyear": True,
    "projects.project": True,
    "projects.budgetexecution": True,
    "projects.deadlineextension": True,
    "projects.projectgrant": True,
    "projects.form": False,
    "projects.formversion": False,
    "indicators.indicatorcategory": True,
    "indicators.libraryindicator": True,
    "indicators.declaration": False,
    "scoring.scoringscheme": True,
    "scoring.selfevaluation": False,
    "common.job": False,
}
"""What the admin shows, and whether it can be changed there."""

OTHER_PAGES = [
    "/admin/",
    *(f"/admin/{app}/" for app in ("accounts", "projects", "indicators", "scoring", "common")),
    *(f"{page}import/" for page in (UNITS, USERS, PROJECTS, FIGURES, CATEGORIES)),
    *(f"{page}export/" for page in (UNITS, USERS, PROJECTS, FIGURES, CATEGORIES)),
]
# Kinds of files, programs and keys; words of a scheme's JSON; people of the cast; codes and files.
FOREIGN = re.compile(
    r"[UP][0-9a-f]{8,10}|\d{3}_[0-9a-f]{16}\.txt|shanghai-\d+|ministry-\d+"
    r"|(?<![A-Za-z])(?:Excel|WPS|CSV|JSON|UTF|xlsx|MB|Ctrl|Control|Command|Mac|esc|ID"
    r"|source|certainty|found|computed|memory|own|id|name"
    r"|preparer|colleague|stranger|auditor|viewer|admin|newcomer)(?![A-Za-z])"
)


def values(data: Any) -> Iterator[str]:
    """The texts in JSON, without its names."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list | dict):
        for part in data.values() if isinstance(data, dict) else data:
            yield from values(part)


PRINTED = {
    word
    for file in Path(settings.FIXTURES_DIR, "published").glob("*.json")
    for text in values(json.loads(file.read_text()))
    for word in re.findall(r"[A-Za-z]{2,}", text)
}
"""Latin words of the published forms, which stay as they were printed."""


def url(model: str, page: str, *args: object) -> str:
    app, name = model.split(".")
    return reverse(f"admin:{app}_{name}_{page}", args=args)


def one_of(model: str, cast: Cast) -> Any:
    if model == "projects.deadlineextension":
        return DeadlineExtension.objects.create(
            deadline=Deadline.objects.create(
                year_id=2024, stage="disclosure", due=date(2025, 9, 1)
            ),
            unit=cast.planning.project.unit,
            due=date(2025, 9, 30),
            reason="系统停机",
            by=cast.admin,
        )
    if model == "projects.budgetexecution":
        return BudgetExecution.objects.create(
            project=cast.planning.project, year_id=2024, executed=Decimal(1), as_of=date(2025, 1, 1)
        )
    if model == "projects.projectgrant":
        return ProjectGrant.objects.create(
            user=cast.newcomer, valid_until=date(2100, 1, 1), reason="审计抽查", by=cast.admin
        )
    if model == "common.job":
        return Job.objects.create(kind="booklet", title="册", owner=cast.admin, total=4, done=1)
    return next(
        one for one in admin.site._registry if one._meta.label_lower == model
    )._default_manager.order_by("pk")[0]


def shown_words(response: Answer) -> Iterator[str]:
    """What a person sees or is read: texts, hints and labels; not icons, scripts and typed contents."""
    tree = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)
    hidden = {"script", "style", "textarea", "pre", "option"}

    def walk(element: Any) -> Iterator[str]:
        icon = "material-symbols-outlined" in element.get("class", "").split()
        if isinstance(element.tag, str) and element.tag not in hidden and not icon:
            yield element.text or ""
            for name in ("title", "placeholder", "aria-label", "alt"):
                yield element.get(name, "")
            for child in element:
                yield from walk(child)
                yield child.tail or ""

    yield from walk(tree.find("body"))


def english(response: Answer) -> list[str]:
    words = " ".join(shown_words(response))
    return [
        word for word in re.findall(r"[A-Za-z]{2,}", FOREIGN.sub("", words)) if word not in PRINTED
    ]


def test_these_and_no_others_are_in_the_admin() -> None:
    registered = {
        model._meta.label_lower: not isinstance(model_admin, ReadOnlyAdmin)
        for model, model_admin in admin.site._registry.items()
    }
    assert registered == MODELS


@pytest.mark.parametrize("model", MODELS)
def test_list_and_object_open_in_chinese(
    model: str, cast: Cast, client_of: Callable[[str], Client]
) -> None:
    one, client = one_of(model, cast), client_of("admin")
    pages = [url(model, "changelist"), url(model, "change", one.pk), url(model, "history", one.pk)]
    with nothing_written():
        for page in pages:
            response = client.get(page)
            assert response.status_code == 200
            assert english(response) == []


@pytest.mark.parametrize("model", [model for model, kept in MODELS.items() if kept])
def test_new_and_delete_open_in_chinese(
    model: str, cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("admin")
    one = cast.newcomer if model == "accounts.user" else one_of(model, cast)
    with nothing_written():
        for page in (url(model, "add"), url(model, "delete", one.pk)):
            response = client.get(page)
            assert response.status_code == 200
            assert english(response) == []


@pytest.mark.parametrize("model", [model for model, kept in MODELS.items() if not kept])
def test_what_is_shown_is_not_changed(
    model: str, cast: Cast, client_of: Callable[[str], Client]
) -> None:
    one, client = one_of(model, cast), client_of("admin")
    with nothing_written():
        assert client.get(url(model, "add")).status_code == 403
        assert client.post(url(model, "delete", one.pk), {"post": "yes"}).status_code == 403
        assert client.post(url(model, "change", one.pk), {}).status_code == 403
        client.post(
            url(model, "changelist"), {"action": "delete_selected", "_selected_action": one.pk}
        )
    assert texts(client.get(url(model, "changelist")), "[name=_selected_action]") == []


@pytest.mark.parametrize("page", OTHER_PAGES)
def test_the_other_pages_open_in_chinese(page: str, client_of: Callable[[str], Client]) -> None:
    response = client_of("admin").get(page)
    assert response.status_code == 200
    assert english(response) == []


@pytest.mark.parametrize("name", ["anonymous", "preparer", "auditor", "viewer", "newcomer"])
def test_others_are_sent_to_sign_in(name: str, client_of: Callable[[str], Client]) -> None:
    client = client_of(name)
    for page in [*(url(model, "changelist") for model in MODELS), *OTHER_PAGES]:
        response = client.get(page)
        assert response.status_code == 302
        assert response["Location"].endswith(f"/?next={page}")


def test_the_sign_in_of_the_admin_is_chinese() -> None:
    response = Client().get("/admin/login/", follow=True)
    assert response.status_code == 200
    assert english(response) == []


def test_the_start_page_in_the_order_of_the_work(client_of: Callable[[str], Client]) -> None:
    response = client_of("admin").get("/admin/")
    assert texts(response, "#content caption") == [
        "用户与单位",
        "项目与资金",
        "绩效指标与目标申报",
        "绩效自评与计分",
        texts(response, "#content caption")[-1],
    ]
    assert texts(response, "#content .app-common th") == ["后台任务"]
    assert texts(response, "#content .app-projects th") == [
        *("年度", "延期", "项目", "预算执行数", "查阅授权"),
        *("表", "历史版本"),
    ]


def test_the_side_bar_leads_back_and_to_every_list(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("admin").get("/admin/")
    assert links(response, "#nav-sidebar-apps a") == [
        "/",
        *(
            url(model, "changelist")
            for model in (
                "accounts.unit",
                "accounts.user",
                "projects.fiscalyear",
                "projects.deadlineextension",
                "projects.project",
                "projects.budgetexecution",
                "projects.projectgrant",
                "indicators.indicatorcategory",
                "indicators.libraryindicator",
                "scoring.scoringscheme",
                "projects.form",
                "indicators.declaration",
                "scoring.selfevaluation",
                "projects.formversion",
                "common.job",
            )
        ),
    ]
    cast.viewer.is_staff = True
    cast.viewer.save()
    cast.viewer.user_permissions.add(Permission.objects.get(codename="view_unit"))
    few = client_of("viewer").get("/admin/")
    assert links(few, "#nav-sidebar-apps a") == ["/", UNITS]


def test_units_are_listed_as_a_tree(client_of: Callable[[str], Client]) -> None:
    response = client_of("admin").get(UNITS)
    names = texts(response, "#result_list .field-indented")
    assert names[0] == "上海市生态环境局"
    assert set(names[1:]) == {"上海市减污降碳管理运行技术中心", "上海市环境保护信息中心"}
    assert response.content.decode().count("padding-left:1.5rem") == 2


def test_categories_are_grouped_by_level_1(client_of: Callable[[str], Client]) -> None:
    names = texts(client_of("admin").get(CATEGORIES), "#result_list .field-indented")
    assert names == [
        *("成本指标", "经济成本指标", "社会成本指标", "生态环境成本指标"),
        *("产出指标", "数量指标", "质量指标", "时效指标", "成本指标"),
        *("效益指标", "经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
        *("满意度指标", "服务对象满意度指标"),
    ]


def test_a_form_leads_to_its_page(cast: Cast, client_of: Callable[[str], Client]) -> None:
    response = client_of("admin").get(url("projects.form", "change", cast.planning.pk))
    assert reverse("scoring:form-detail", args=[cast.planning.pk]) in links(response, "a")


def test_what_is_in_use_says_what_uses_it(cast: Cast, client_of: Callable[[str], Client]) -> None:
    project = cast.planning.project
    response = client_of("admin").get(url("projects.project", "delete", project.pk))
    assert "不能删除项目「综合规划、区域协作及资金管理」，因为下列内容正在使用它" in text(response)
    assert "2020 年自评表：综合规划、区域协作及资金管理" in text(response)


def test_who_is_no_superuser_sees_the_forms_of_the_own_units_only(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    cast.stranger.is_staff = True
    cast.stranger.save()
    cast.stranger.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = client_of("stranger")
    units = set(texts(client.get(url("projects.form", "changelist")), "#result_list .field-unit"))
    assert units == {INFORMATION}
    units = set(texts(client.get(url("scoring.selfevaluation", "changelist")), ".field-unit"))
    assert units == {INFORMATION}
    assert texts(client.get(url("indicators.declaration", "changelist")), ".field-unit") == []
    own, other = cast.maintenance, cast.planning
    for model in ("projects.form", "scoring.selfevaluation"):
        assert client.get(url(model, "change", own.pk)).status_code == 200
        assert client.get(url(model, "change", other.pk)).status_code == 302
    version = other.versions.get()
    assert client.get(url("projects.formversion", "change", version.pk)).status_code == 302
