"""Indicators offered while a name is typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from indicators.models import LibraryIndicator
from projects.models import Form
from tests.cast import Cast
from tests.drafts import copied_declaration, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Cast) -> Form:
    return copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


@pytest.fixture
def ask(client_of: Callable[[str], Client], draft: Form) -> Callable[..., list[dict[str, Any]]]:
    def search(q: str, level2: str = "", form: int | None = draft.pk) -> list[dict[str, Any]]:
        address = f"/library?q={q}&level2={level2}" + (f"&form={form}" if form else "")
        return send(client_of("preparer"), "GET", address).json()

    return search


def test_a_name_that_begins_so_comes_first(ask: Callable[..., list[dict[str, Any]]]) -> None:
    found = [one["name"] for one in ask("系统")]
    begins = [name.startswith("系统") for name in found]
    assert begins == sorted(begins, reverse=True)
    assert begins[0]
    assert not begins[-1]


def test_what_the_unit_used_comes_before_the_library(
    ask: Callable[..., list[dict[str, Any]]],
) -> None:
    found = ask("固定污染源")
    begins = [one for one in found if one["name"].startswith("固定污染源")]
    assert found[: len(begins)] == begins
    for part in (begins, found[len(begins) :]):
        own = [one["id"] is None for one in part]
        assert own == sorted(own, reverse=True)
    first = next(one for one in found if one["name"] == "固定污染源信息库动态更新企业数")
    assert (first["id"], first["from"], first["target"]) == (
        None,
        "本单位 2026 年",
        "≥50000.00(家)",
    )


def test_the_form_at_hand_is_no_source(
    cast: Cast, ask: Callable[..., list[dict[str, Any]]]
) -> None:
    """The copy of 2027 holds the same names; they are offered as those of 2026."""
    found = {one["from"] for one in ask("固定污染源")}
    assert "本单位 2026 年" in found
    assert "本单位 2027 年" not in found


def test_a_name_stands_once_in_each_class(ask: Callable[..., list[dict[str, Any]]]) -> None:
    found = [(one["level2"], one["name"]) for one in ask("")]
    assert len(found) == len(set(found)) == 20


def test_the_class_at_hand_goes_before_others(ask: Callable[..., list[dict[str, Any]]]) -> None:
    found = [one["level2"] for one in ask("", level2="时效指标", form=None)]
    assert set(found) == {"时效指标"}


def test_self_evaluations_are_searched_as_well(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    found = send(
        client_of("auditor"), "GET", f"/library?q=地方标准宣贯培训&form={cast.planning.pk}"
    ).json()
    assert (found[0]["name"], found[0]["from"]) == ("地方标准宣贯培训", "本单位 2024 年")


def test_what_is_no_longer_used_and_damaged_names_are_not_offered(
    ask: Callable[..., list[dict[str, Any]]],
) -> None:
    LibraryIndicator.objects.filter(name="系统运维数量").update(is_active=False)
    assert "系统运维数量" not in [one["name"] for one in ask("系统运维", form=None)]
    assert ask("…") == []


def test_a_form_of_others_gives_nothing_away(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    address = f"/library?q=系统&form={cast.declaration.pk}"
    assert send(client_of("stranger"), "GET", address).status_code == 404


def test_it_takes_as_many_queries_always(
    client_of: Callable[[str], Client],
    draft: Form,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of("preparer")
    for words in ("", "系统 数量"):
        # session, user, form, declarations and self-evaluations of the unit, library
        with django_assert_num_queries(6):
            send(client, "GET", f"/library?q={words}&form={draft.pk}")


def test_signs_of_the_search_are_words_like_others(
    ask: Callable[..., list[dict[str, Any]]],
) -> None:
    assert all("%" in one["name"] for one in ask("%25"))
    assert ask("'%20OR%201=1") == []
