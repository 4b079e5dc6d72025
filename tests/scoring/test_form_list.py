"""The list of forms: filters, order, pages, and who sees what."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Unit
from projects.models import FiscalYear, Form, Project
from scoring.models import ScoringScheme, SelfEvaluation
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.reading import links, nothing_written, text, texts

URL = "/forms/"
QUERIES = 6  # session, user, choices of the filters, count, rows, whether the person prepares forms


def names(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return texts(response, "tbody th")


def row(client: Client, project: str, query: str = "") -> str:
    """What the row of a project says."""
    (found,) = (line for line in texts(client.get(f"{URL}{query}"), "tbody tr") if project in line)
    return found


def unit_id(name: str) -> int:
    return Unit.objects.get(name=name).pk


def test_all_forms_the_newest_year_first(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(URL)
    assert text(response, ".results-count") == "共 36 张表"
    assert texts(response, "tbody th")[:3] == [
        "移动源管理技术支持",
        "固定源管理技术支持",
        "信息化运维项目",
    ]
    years = texts(response, "tbody td:first-child")
    assert years == ["2026"] * 7 + ["2024"] * 20 + ["2020"] * 9


def test_a_row_says_how_the_form_stands(cast: Cast, client_of: Callable[[str], Client]) -> None:
    line = row(client_of("auditor"), "信息化能力建设项目(运维)")
    assert line.startswith("2020 上海市环境保护局信息化能力建设项目(运维) 上海市环境保护信息中心")
    assert "自评表 已公开 90.13% 99.01 优 核算" in line


def test_a_stated_total_that_differs_shows_the_reckoned_one(
    client_of: Callable[[str], Client],
) -> None:
    line = row(client_of("auditor"), "综合规划、区域协作及资金管理", "?year=2020")
    assert "93.54% 95.35" in line
    assert "核算 89.35，差 6.00" in line


def test_a_lost_total_shows_the_reckoned_one_as_such(client_of: Callable[[str], Client]) -> None:
    line = row(client_of("auditor"), "环境影响评价和排污许可证管理", "?year=2024")
    assert "99.97 核算 优" in line


def test_a_name_that_cannot_be_read_has_a_word_in_its_place(
    client_of: Callable[[str], Client],
) -> None:
    assert "〔名称无法辨认〕" in names(client_of("auditor"), "?year=2024")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?year=2020", 9),
        ("?kind=declaration", 9),
        ("?kind=self_evaluation&year=2024", 18),
        ("?status=published", 36),
        ("?status=draft", 0),
        ("?rating=优", 26),
        ("?rating=良", 1),
        ("?check=differs", 1),
        ("?q=信息化", 6),
        ("?q=核查测试流程合规率", 1),
        ("?q=信息化 系统故障响应", 1),
        ("?q=没有这样的项目", 0),
    ],
)
def test_filters(client_of: Callable[[str], Client], query: str, count: int) -> None:
    client = client_of("auditor")
    assert text(client.get(f"{URL}{query}"), ".results-count") == f"共 {count} 张表"


@pytest.mark.parametrize(("unit", "count"), [(BUREAU, 22), (CENTRE, 9), (INFORMATION, 5)])
def test_the_filter_by_unit(
    cast: Cast, client_of: Callable[[str], Client], unit: str, count: int
) -> None:
    response = client_of("auditor").get(f"{URL}?unit={unit_id(unit)}")
    assert text(response, ".results-count") == f"共 {count} 张表"
    assert text(response, "#id_unit option[selected]") == unit


def test_a_search_for_signs_finds_them_as_they_are(client_of: Callable[[str], Client]) -> None:
    assert len(names(client_of("auditor"), "?q=(运维)")) == 1
    assert names(client_of("auditor"), "?q=%25") == [
        "上海市建设用地地块土壤污染环境管理系统",
        "上海市生态环境局一网通办服务系统",
    ]
    assert names(client_of("auditor"), "?q=_") == []


def test_filters_stay_in_the_form_and_can_be_cleared(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(f"{URL}?year=2020&q=信息化")
    assert text(response, "#id_year option[selected]") == "2020 年"
    assert 'value="信息化"' in response.content.decode()
    assert links(response, ".results-head a")[0] == URL


def test_without_a_match_the_page_says_what_to_do(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(f"{URL}?q=没有这样的项目")
    assert text(response, ".empty h2") == "没有符合这些条件的表"
    assert links(response, ".empty a") == [URL]


def test_a_choice_that_is_not_offered_is_named(client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(f"{URL}?year=1066&kind=nonsense&q=信息化")
    assert texts(response, ".field-error") == ["没有这一选项，未按它筛选"] * 2
    assert text(response, ".results-count") == "共 6 张表"


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "长" * 101, "?page=x", "?page=999", "?sort=x"])
def test_a_broken_address_still_shows_the_list(
    client_of: Callable[[str], Client], query: str
) -> None:
    assert text(client_of("auditor").get(f"{URL}{query}"), ".results-count") == "共 36 张表"


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [
        ("year", "上海市环境保护局信息化能力建设项目(运维)", "“三监联动”跟踪评估技术支持"),
        ("-score", "上海市生态环境局一网通办服务系统", None),
        ("score", "科技与国际合作交流", None),
        ("rate", "全市生态环境…保障", None),
        ("-findings", "综合规划、区域协作及资金管理", None),
        ("kind", "移动源管理技术支持", None),
    ],
)
def test_sorting(
    client_of: Callable[[str], Client], sort: str, first: str, last: str | None
) -> None:
    found = names(client_of("auditor"), f"?sort={sort}")
    assert found[0] == first
    assert last is None or found[-1] == last


def test_forms_without_a_value_come_last_either_way(client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    for sort in ("score", "-score", "rate", "-rate"):
        response = client.get(f"{URL}?sort={sort}")
        assert texts(response, "tbody td:nth-child(4)")[-9:] == ["申报表"] * 9


def test_the_heading_in_use_says_so_and_turns_the_order_round(
    client_of: Callable[[str], Client],
) -> None:
    response = client_of("auditor").get(f"{URL}?year=2020&sort=-score")
    assert texts(response, "[aria-sort=descending]") == ["总分"]
    assert links(response, "[aria-sort] a") == ["?year=2020&sort=score"]
    assert texts(response, "[aria-sort=ascending]") == []


def test_links_keep_the_list(cast: Cast, client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(f"{URL}?check=differs&sort=-score")
    form = cast.planning
    assert links(response, "tbody th a") == [f"/forms/{form.pk}/?check=differs&sort=-score"]
    assert links(response, "tbody .icon-link") == [f"/forms/{form.pk}/pdf/"]


def test_one_booklet_can_be_printed_from_the_list(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    query = f"?year=2026&kind=declaration&unit={unit_id(CENTRE)}"
    assert texts(client.get(f"{URL}{query}"), "#results form button") == ["打印汇总表"]
    for other in ("", "?year=2026", f"{query}&q=信息化"):
        response = client.get(f"{URL}{other}")
        assert texts(response, "#results form button") == []
        assert "打印汇总表…" in text(response, ".results-head")


@pytest.mark.parametrize(
    ("name", "count"),
    [("preparer", 22), ("colleague", 22), ("stranger", 5), ("auditor", 36), ("admin", 36)],
)
def test_everybody_sees_the_forms_of_his_units(
    client_of: Callable[[str], Client], name: str, count: int
) -> None:
    response = client_of(name).get(URL)
    assert text(response, ".results-count") == f"共 {count} 张表"


def test_nobody_is_offered_or_finds_what_is_not_his(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("stranger").get(f"{URL}?unit={unit_id(BUREAU)}&q=综合规划")
    assert texts(response, "#id_unit option") == ["全部单位", INFORMATION]
    assert text(response, ".results-count") == "共 0 张表"


def test_without_forms_the_page_says_whom_to_ask(client_of: Callable[[str], Client]) -> None:
    response = client_of("newcomer").get(URL)
    assert text(response, ".empty h2") == "还没有表"


def test_fifty_forms_to_a_page_and_as_many_queries_for_many_as_for_few(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of("auditor")
    with nothing_written(), django_assert_num_queries(QUERIES):
        client.get(f"{URL}?q=信息化&rating=优")
    _many_forms(60)
    with django_assert_num_queries(QUERIES):
        response = client.get(f"{URL}?status=submitted")
    assert len(texts(response, "tbody tr")) == 50
    assert text(response, ".results-count") == "共 60 张表，第 1 页，共 2 页"
    assert links(response, ".pages a") == ["?status=submitted&page=2"]
    second = client.get(f"{URL}?status=submitted&page=2")
    assert len(texts(second, "tbody tr")) == 10
    assert not {*texts(response, "tbody th")} & {*texts(second, "tbody th")}


def _many_forms(count: int) -> None:
    unit, scheme = Unit.objects.get(name=BUREAU), ScoringScheme.objects.all()[0]
    year = FiscalYear.objects.get(year=2024)
    for number in range(count):
        project = Project.objects.create(code=f"N{number}", name=f"新项目 {number}", unit=unit)
        form = Form.objects.create(
            kind="self_evaluation",
            project=project,
            year=year,
            project_name=project.name,
            status="submitted",
        )
        SelfEvaluation.objects.create(form=form, scheme=scheme)


def test_anonymous_is_sent_to_sign_in(client_of: Callable[[str], Client]) -> None:
    response = client_of("anonymous").get(f"{URL}?year=2020")
    assert response["Location"] == "/sign-in/?next=/forms/%3Fyear%3D2020"


def test_other_methods_are_refused(client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(URL).status_code == 405
