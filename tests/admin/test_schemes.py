"""Scoring schemes in the admin: shown with their sources, changed as one text, never half valid."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from scoring.models import ScoringScheme
from tests.reading import text, texts

PAGE = "/admin/scoring/scoringscheme/"


@pytest.fixture
def admin(client_of: Callable[[str], Client]) -> Client:
    return client_of("admin")


@pytest.fixture
def scheme(cast: object, db: None) -> ScoringScheme:
    return ScoringScheme.objects.get(code="shanghai-2024")


def content_of(scheme: ScoringScheme) -> dict[str, Any]:
    return json.loads(json.dumps(scheme.content))


def save(client: Client, scheme: ScoringScheme | None, content: object) -> Any:
    page = f"{PAGE}{scheme.pk}/change/" if scheme else f"{PAGE}add/"
    written = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    return client.post(page, {"content": written})


def faults(response: Any) -> list[str]:
    assert response.status_code == 200
    return list(response.context["adminform"].form.errors["content"])


def test_every_provision_with_number_source_and_certainty(
    admin: Client, scheme: ScoringScheme
) -> None:
    response = admin.get(f"{PAGE}{scheme.pk}/change/")
    cells = texts(response, ".provisions td")
    rows = [cells[at : at + 4] for at in range(0, len(cells), 4)]
    assert len(rows) == len(list(scheme.as_scheme().entries()))
    assert rows[0][:2] == ["预算执行率 · 预算执行率的分值", "10"]
    assert rows[1] == [
        "预算执行率 · 执行率（%）的取舍",
        "2 位小数，截断",
        "2024 年度公开的 18 份自评表执行率 18 份均为截断（四舍五入只合 11 份）",
        "由公开的自评表推算",
    ]
    assert ["评分等级", "总分 ≥90 为优"] in [row[:2] for row in rows]
    assert all(row[2] for row in rows)
    assert "已用于自评表 18 份" in text(response)


def test_a_change_is_taken_over(admin: Client, scheme: ScoringScheme) -> None:
    content = content_of(scheme)
    content["execution"]["reason_below"]["value"] = "85"
    content["name"] = "改过名的办法"
    content["last_year"] = 2027
    assert save(admin, scheme, content).status_code == 302
    scheme.refresh_from_db()
    assert (scheme.name, scheme.last_year) == ("改过名的办法", 2027)
    assert str(scheme.as_scheme().execution.reason_below.value) == "85"


def test_the_text_to_edit_saves_unchanged(admin: Client, scheme: ScoringScheme) -> None:
    page = admin.get(f"{PAGE}{scheme.pk}/change/")
    shown = page.context["adminform"].form.initial["content"]
    assert list(json.loads(shown))[:2] == ["id", "name"]
    assert save(admin, scheme, shown).status_code == 302
    before = content_of(scheme)
    scheme.refresh_from_db()
    assert scheme.content == before


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("execution.weight.value", "十", "execution.weight.value：应为数字，读到「十」"),
        ("execution.weight.source", " ", "execution.weight.source：不能为空"),
        ("quantitative.compound.basis", "x", "quantitative.compound.basis："),
        ("rating.0.at_least", "10", "评分等级应从高到低排列"),
        ("first_year", "2019", "「"),
        ("id", "another", "id：编号不能由「shanghai-2024」改为「another」"),
        ("id", "shanghai-2020", "id：编号重复：shanghai-2020"),
    ],
)
def test_a_fault_names_its_path(
    admin: Client, scheme: ScoringScheme, path: str, value: str, sentence: str
) -> None:
    content = content_of(scheme)
    place: Any = content
    *steps, last = path.split(".")
    for step in steps:
        place = place[int(step) if step.isdigit() else step]
    place[last] = value
    (fault,) = faults(save(admin, scheme, content))
    assert sentence in fault
    before = content_of(scheme)
    scheme.refresh_from_db()
    assert scheme.content == before


def test_all_faults_at_once(admin: Client, scheme: ScoringScheme) -> None:
    content = content_of(scheme)
    content["execution"]["weight"]["value"] = "十"
    del content["satisfaction"]
    content["remark"] = "x"
    assert faults(save(admin, scheme, content)) == [
        "execution.weight.value：应为数字，读到「十」",
        "satisfaction：缺少这一项",
        "remark：不认识的项目名，请核对拼写",
    ]


@pytest.mark.parametrize(
    ("written", "sentence"),
    [("{", "不是合法的 JSON"), ("[]", "应为一组名称和值"), ("", "这个字段是必填项。")],
)
def test_what_is_no_scheme_at_all(
    admin: Client, scheme: ScoringScheme, written: str, sentence: str
) -> None:
    (fault,) = faults(save(admin, scheme, written))
    assert sentence in fault


def test_a_new_scheme_starts_from_the_one_in_force(admin: Client) -> None:
    page = admin.get(f"{PAGE}add/")
    content = json.loads(page.context["adminform"].form.initial["content"])
    assert (content["id"], content["execution"]["rate_rounding"]["mode"]) == ("", "down")
    assert faults(save(admin, None, content)) == ["id：不能为空", "name：不能为空"]
    latest = ScoringScheme.objects.get(code="shanghai-2024")
    ended = content_of(latest) | {"last_year": 2026}
    assert save(admin, latest, ended).status_code == 302
    content |= {"id": "shanghai-2027", "name": "新办法", "first_year": 2027}
    assert save(admin, None, content).status_code == 302
    assert ScoringScheme.objects.in_force(2028).code == "shanghai-2027"


def test_too_long_a_code(admin: Client) -> None:
    content = content_of(ScoringScheme.objects.get(code="shanghai-2020"))
    content |= {"id": "x" * 41, "first_year": 2010, "last_year": 2011}
    assert faults(save(admin, None, content)) == ["编码：最多 40 个字，现有 41 个。"]


def test_one_in_use_and_the_default_stay(admin: Client, scheme: ScoringScheme) -> None:
    response = admin.get(f"{PAGE}{scheme.pk}/delete/")
    assert f"不能删除计分办法「{scheme.name}」，因为下列内容正在使用它" in text(response)
    default = ScoringScheme.objects.get(code="ministry-2020")
    response = admin.post(f"{PAGE}{default.pk}/delete/", {"post": "yes"})
    assert "没有专门办法的各年度" in text(response)
    both = {"action": "delete_selected", "_selected_action": [scheme.pk, default.pk]}
    admin.post(PAGE, both | {"post": "yes"})
    assert ScoringScheme.objects.count() == 3


def test_one_not_in_use_goes(admin: Client) -> None:
    content = content_of(ScoringScheme.objects.get(code="shanghai-2020"))
    content |= {"id": "old", "name": "旧办法", "first_year": 2010, "last_year": 2011}
    save(admin, None, content)
    admin.post(f"{PAGE}{ScoringScheme.objects.get(code='old').pk}/delete/", {"post": "yes"})
    assert not ScoringScheme.objects.filter(code="old").exists()


def test_one_of_an_older_shape_can_be_mended(admin: Client, scheme: ScoringScheme) -> None:
    good = content_of(scheme)
    ScoringScheme.objects.filter(pk=scheme.pk).update(content={"id": scheme.code})
    response = admin.get(f"{PAGE}{scheme.pk}/change/")
    assert "内容不合本系统现在的格式，请在下面改正" in text(response)
    assert admin.get(PAGE).status_code == 200
    assert save(admin, scheme, good).status_code == 302
