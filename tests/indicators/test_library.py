"""The indicator library: what seeds it, and how administrators keep it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from indicators.models import LibraryIndicator
from tests.admin.workbooks import bring_in, exported, previewed, problems, upload, workbook
from tests.cast import Cast
from tests.reading import text, texts

pytestmark = pytest.mark.django_db

LIBRARY = "/admin/indicators/libraryindicator/"
HEADERS = ("编码", "一级指标", "二级指标", "主题", "三级指标", "参考指标值", "来源", "使用中")


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


def published_rows() -> list[dict]:
    files = sorted((settings.FIXTURES_DIR / "published").glob("*.json"))
    return [
        row for file in files for form in json.loads(file.read_text()) for row in form["indicators"]
    ]


def test_the_published_rows_seed_it(cast: Cast) -> None:
    rows = published_rows()
    assert len(rows) == 526
    readable = {
        (row["level2"], row["name"]) for row in rows if "name" not in row.get("damaged", {})
    }
    assert set(LibraryIndicator.objects.values_list("level2", "name")) == readable
    assert LibraryIndicator.objects.count() == len(readable)


def test_nothing_damaged_gets_into_it(cast: Cast) -> None:
    for field in ("name", "target", "topic"):
        assert not LibraryIndicator.objects.filter(**{f"{field}__contains": "…"}).exists()


def test_rows_of_one_class_and_name_are_one_with_the_usual_target(cast: Cast) -> None:
    """「合同金额控制率」 stands in three declarations, 「系统运维数量」 in one."""
    rows = [r for r in published_rows() if r["name"] == "合同金额控制率"]
    assert len(rows) == 3
    found = LibraryIndicator.objects.get(name="合同金额控制率")
    targets = [row["target"] for row in rows]
    assert targets.count(found.target) == max(targets.count(target) for target in targets)
    assert (found.level1, found.level2) == ("成本指标", "经济成本指标")
    single = LibraryIndicator.objects.get(name="系统运维数量")
    assert (single.topic, single.target) == ("信息化运维", "=1(套)")


def test_what_an_administrator_changed_stays(cast: Cast) -> None:
    LibraryIndicator.objects.filter(name="系统运维数量").update(target="≥2(套)", is_active=False)
    before = LibraryIndicator.objects.count()
    call_command("load_published", verbosity=0)
    kept = LibraryIndicator.objects.get(name="系统运维数量")
    assert (kept.target, kept.is_active) == ("≥2(套)", False)
    assert LibraryIndicator.objects.count() == before


def test_it_is_searched_and_filtered_in_the_admin(admin: Client) -> None:
    found = admin.get(LIBRARY, {"q": "系统运维"})
    assert "系统运维数量" in text(found, "#result_list")
    assert "培训次数" not in text(found, "#result_list")
    narrowed = admin.get(LIBRARY, {"level2__exact": "时效指标"})
    assert "时效指标" in text(narrowed, "#result_list")
    assert "数量指标" not in text(narrowed, "#result_list")


def test_it_comes_out_of_and_goes_into_a_workbook(admin: Client) -> None:
    rows = exported(admin, LIBRARY)
    assert rows[0] == HEADERS
    assert len(rows) == 1 + LibraryIndicator.objects.count()
    preview = previewed(upload(admin, LIBRARY, workbook(*rows)))
    assert {row[1] for row in preview} == {"未变"}


def test_an_import_adds_and_changes(admin: Client) -> None:
    kept = LibraryIndicator.objects.get(name="系统运维数量")
    bring_in(
        admin,
        LIBRARY,
        HEADERS,
        ("X1", "产出指标", "数量指标", "培训", "培训人次", "≥100(人次)", "本单位", "是"),
        (kept.code, "产出指标", "数量指标", "信息化运维", "系统运维数量", "≥3(套)", "", "否"),
    )
    new = LibraryIndicator.objects.get(code="X1")
    assert (new.name, new.target, new.is_active) == ("培训人次", "≥100(人次)", True)
    kept.refresh_from_db()
    assert (kept.target, kept.is_active) == ("≥3(套)", False)


def test_an_import_names_every_fault(admin: Client) -> None:
    response = upload(
        admin,
        LIBRARY,
        workbook(
            HEADERS,
            ("X1", "产出指标", "社会效益指标", "培训", "培训人次", "", "", "是"),
            ("X2", "产出指标", "数量指标", "信息化运维", "系统运维数量", "", "", "是"),
            ("X3", "产出指标", "数量指标", "", None, "", "", "也许"),
        ),
    )
    found = problems(response)
    assert ("第 2 行", "二级指标", "指标分类中没有「产出指标 → 社会效益指标」") in found
    assert any(
        row == "第 3 行" and "同一分类和主题下已有同名指标" in what for row, _, what in found
    )
    assert {row for row, _, _ in found} == {"第 2 行", "第 3 行", "第 4 行"}
    assert not LibraryIndicator.objects.filter(code__startswith="X").exists()


def test_the_form_refuses_a_class_in_the_wrong_place(admin: Client) -> None:
    data = {
        "code": "X1",
        "level1": "产出指标",
        "level2": "社会效益指标",
        "name": "培训人次",
        "is_active": "on",
    }
    response = admin.post(f"{LIBRARY}add/", data)
    assert response.status_code == 200
    assert "「社会效益指标」不在「产出指标」之下" in text(response)
    response = admin.post(f"{LIBRARY}add/", data | {"level2": "数量指标"})
    assert response.status_code == 302
    assert LibraryIndicator.objects.filter(code="X1").exists()


def test_only_administrators_keep_it(client_of: Callable[[str], Client]) -> None:
    for person in ("preparer", "auditor", "stranger", "anonymous"):
        response = client_of(person).get(LIBRARY)
        assert response.status_code in {302, 403}


def test_the_admin_speaks_chinese_of_it(admin: Client) -> None:
    page = admin.get(LIBRARY)
    assert "指标库" in text(page, "h1, title") if len(texts(page, "h1")) == 0 else True
    headings = " ".join(texts(page, "#result_list thead"))
    for word in ("三级指标", "二级指标", "主题", "参考指标值", "来源", "使用中"):
        assert word in headings
