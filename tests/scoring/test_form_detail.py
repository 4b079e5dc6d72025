"""One form: the sheet, the explanation of every number, and what was found."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from projects.models import Form
from scoring.models import SelfEvaluation
from tests.cast import Cast
from tests.reading import links, nothing_written, text, texts


def url(form: Form) -> str:
    return f"/forms/{form.pk}/"


def notes(client: Client, form: Form) -> dict[str, list[str]]:
    """What stands in the list of notes, by the name of the row."""
    response = client.get(url(form))
    found = {}
    for number, label in enumerate(texts(response, ".note-list dt"), 1):
        found[label] = texts(response, f".note-list div:nth-child({number}) .note-line")
    return found


def margin(client: Client, form: Form, cell: str) -> str:
    """What stands beside the row of a cell."""
    response = client.get(url(form))
    (found,) = (
        note
        for row, note in zip(
            texts(response, ".sheet-table tr"), texts(response, ".sheet-table .note"), strict=True
        )
        if cell in row and note
    )
    return found


def test_the_toolbar_says_where_the_form_stands(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("auditor").get(url(cast.planning))
    assert text(response, "h1") == "综合规划、区域协作及资金管理"
    facts = text(response, ".facts")
    assert "年度2020 表种自评表 状态 已公开 流转 金额单位元 版本第 1 版" in facts
    assert "错误 3" in facts
    assert links(response, ".toolbar-actions a") == [
        f"{url(cast.planning)}json/",
        f"{url(cast.planning)}workbook/",
        f"{url(cast.planning)}pdf/",
    ]


def test_the_execution_rate_is_explained_where_it_stands(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    beside = margin(client_of("auditor"), cast.maintenance, "90.13%")
    assert beside.startswith(
        "执行率 980,710.00 ÷ 1,088,156.00 = 90.13%（进位），得分 10 × 90.13% = 9.01"
    )
    assert "执行率 90.13%，一致" in beside
    assert "得分 9.01，一致" in beside


def test_rates_of_2024_are_cut(cast: Cast, client_of: Callable[[str], Client]) -> None:
    form = cast.form("核与辐射安全管理", 2024)
    assert "（截断）" in margin(client_of("auditor"), form, "年度资金总额")


def test_a_source_without_a_budget_agrees_with_its_printed_zero(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    form = cast.form("核与辐射安全管理", 2024)
    assert notes(client_of("auditor"), form)["其他资金"] == [
        "全年预算数为 0，执行数 0.00，不计算执行率",
        "表上印 0.00%，与惯例一致",
    ]


def test_a_total_that_does_not_add_up_says_by_how_much(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    found = notes(client_of("auditor"), cast.planning)["总分"]
    assert found[0].startswith("总分 = ")
    assert found[0].endswith("= 89.35")
    assert "总分 95.35，核算 89.35，不一致（相差 6.00）" in found
    assert "分值合计 100.00，核算 94.00，不一致（相差 6.00）" in found


def test_a_total_that_adds_up_agrees(cast: Cast, client_of: Callable[[str], Client]) -> None:
    found = notes(client_of("auditor"), cast.maintenance)["总分"]
    assert "总分 99.01，一致" in found


def test_a_lost_total_is_reckoned(cast: Cast, client_of: Callable[[str], Client]) -> None:
    found = notes(client_of("auditor"), cast.damaged)
    assert "表上未印总分，核算 99.97" in found["总分"]
    assert "表上印优，一致" in found["评分等级"]


def test_a_row_below_its_weight_shows_the_suggested_score(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    found = notes(client_of("auditor"), cast.form("科技与国际合作交流", 2024))
    lines = [line for row in found.values() for line in row if "不一致" in line]
    assert len(lines) >= 1
    assert all("建议" in line for line in lines)


def test_findings_stand_beside_their_row_and_mark_their_cell(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    response = client.get(url(cast.planning))
    assert texts(response, "#cell-total_score.has-error") == ["95.35"]
    assert "错误 总分填 95.35，各项得分合计 89.35，多 6.00" in margin(client, cast.planning, "总分")


def test_every_finding_with_a_place_leads_to_a_cell_of_the_sheet(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    for form in Form.objects.all():
        response = client.get(url(form))
        page = response.content.decode()
        targets = [link.removeprefix("#") for link in links(response, ".finding-list a")]
        assert all(f'id="{target}"' in page for target in targets), form


def test_the_findings_stand_in_a_list_by_level_with_their_basis(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("auditor").get(url(cast.planning))
    assert texts(response, ".findings h3") == ["错误 3", "警告 2", "提示 11"]
    found = texts(response, ".finding-error")
    assert len(found) == 3
    assert any(
        line.startswith("总分填 95.35，各项得分合计 89.35，多 6.00")
        and "依据：财预〔2020〕10号" in line
        for line in found
    )


def test_the_scheme_names_its_provisions_with_their_sources(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("auditor").get(url(cast.planning))
    assert "上海市项目支出绩效自评计分办法（2020—2023 年度）" in text(response, ".scheme")
    rows = texts(response, ".scheme tbody tr")
    (rate,) = (row for row in rows if "执行率（%）的取舍" in row)
    assert "2 位小数，进位" in rate
    assert "2020 年度公开的 9 份自评表" in rate


def test_where_the_form_comes_from_and_what_is_damaged_there(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    origin = text(client_of("auditor").get(url(cast.damaged)), ".origin")
    assert "002_714f557b0e494d5f.txt" in origin
    assert "全部无法辨认：第 2 行 三级指标、分值合计、总分" in origin
    assert "部分文字缺失，缺处以“…”表示：预期目标、实际完成情况、第 3 行 三级指标" in origin


def test_a_declaration_says_how_each_target_was_read(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    response = client.get(url(cast.declaration))
    assert text(response, ".note-list h2") == "指标值的读法"
    assert texts(response, ".scheme") == []
    found = notes(client, cast.form("交通工具购置及更新", 2024))
    assert [line for lines in found.values() for line in lines if line.startswith("定量：")]
    assert len(texts(response, ".note-list dt")) == 62


def test_when_the_rules_changed_the_stored_total_is_the_record(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    form = cast.planning
    client = client_of("auditor")
    assert texts(client.get(url(form)), ".notice") == []
    SelfEvaluation.objects.filter(form=form).update(computed_total=Decimal("88.00"))
    assert text(client.get(url(form)), ".notice").startswith(
        "本表保存时核算总分为 88.00，以此为准；计分规则此后有变动，按现行规则核算为 89.35"
    )


def test_the_neighbours_are_those_of_the_list_it_was_opened_from(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    query = "?year=2020&sort=-score"
    order = links(client.get(f"/forms/{query}"), "tbody th a")
    response = client.get(order[1])
    assert links(response, ".trail a") == [f"/forms/{query}", order[0], order[2]]
    assert links(client.get(order[0]), ".trail a[rel=prev]") == []
    assert links(client.get(order[-1]), ".trail a[rel=next]") == []


def test_a_form_outside_the_list_has_no_neighbours(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    response = client_of("auditor").get(f"{url(cast.planning)}?year=2024")
    assert links(response, ".trail a") == ["/forms/?year=2024"]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("preparer", 200),
        ("colleague", 200),
        ("stranger", 404),
        ("auditor", 200),
        ("viewer", 200),
        ("admin", 200),
        ("newcomer", 404),
    ],
)
def test_who_sees_it(
    cast: Cast, client_of: Callable[[str], Client], name: str, status: int
) -> None:
    assert client_of(name).get(url(cast.planning)).status_code == status


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999"])
def test_a_number_without_a_form(client_of: Callable[[str], Client], number: str) -> None:
    assert client_of("admin").get(f"/forms/{number}/").status_code == 404


@pytest.mark.parametrize("which", ["maintenance", "planning", "declaration"])
def test_the_page_writes_nothing_and_takes_as_many_queries_for_any_form(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_assert_num_queries: DjangoAssertNumQueries,
    which: str,
) -> None:
    form, client = getattr(cast, which), client_of("auditor")
    # session, user, form, choices and order of the list, roles, amounts, rows, waivers, reviews, steps,
    # comments, evidence
    with nothing_written(), django_assert_num_queries(13):
        client.get(url(form))


def test_anonymous_is_sent_to_sign_in(cast: Cast, client_of: Callable[[str], Client]) -> None:
    address = url(cast.planning)
    assert client_of("anonymous").get(address)["Location"] == f"/sign-in/?next={address}"


def test_other_methods_are_refused(cast: Cast, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(url(cast.planning)).status_code == 405
