"""The shipped schemes: their numbers, sources and years; what a broken one is told; weights."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perfgoals.common.documents import DocumentError
from scoring.rules.rounding import RoundingMode
from scoring.rules.scheme import (
    Certainty,
    Effect,
    Formula,
    Rounding,
    Scheme,
    read_schemes,
    scheme_for,
)
from scoring.rules.weights import expected_weights, propose_weights
from tests.rules.shipped import (
    MINISTRY,
    SCHEMES,
    SCHEMES_JSON,
    SHANGHAI_2020,
    SHANGHAI_2024,
    changed,
    published,
    untimed,
)

ALL = list(SCHEMES.values())


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2019, "ministry-2020"),
        (2020, "shanghai-2020"),
        (2023, "shanghai-2020"),
        (2024, "shanghai-2024"),
        (2026, "shanghai-2024"),
    ],
)
def test_each_year_has_its_scheme(year: int, expected: str) -> None:
    assert scheme_for(year, ALL).id == expected
    assert scheme_for(year, ALL[::-1]).id == expected


def test_without_a_scheme_of_its_own_or_a_default_a_year_has_none() -> None:
    with pytest.raises(LookupError, match="2019"):
        scheme_for(2019, [SHANGHAI_2020])


def test_the_years_in_force_are_named() -> None:
    assert [scheme.years() for scheme in (SHANGHAI_2020, SHANGHAI_2024, MINISTRY)] == [
        "2020—2023年",
        "2024年起",
        "没有专门办法的各年度",
    ]


def test_the_rounding_is_that_of_the_published_forms() -> None:
    def rounding(rule: Rounding) -> tuple[int, str]:
        return rule.places, rule.mode.label

    early, late = SHANGHAI_2020.execution, SHANGHAI_2024.execution
    assert rounding(early.rate_rounding) == (2, "进位")
    assert rounding(early.score_rounding) == (2, "四舍六入五成双")
    assert rounding(late.rate_rounding) == (2, "截断")
    assert rounding(late.score_rounding) == (2, "四舍五入")
    assert MINISTRY.execution.rate_rounding.mode is RoundingMode.HALF_UP


@pytest.mark.parametrize(
    ("scheme", "labels"),
    [
        (SHANGHAI_2020, "优 良 合格 不合格"),
        (SHANGHAI_2024, "优 良 合格 不合格"),
        (MINISTRY, "优 良 中 差"),
    ],
)
def test_the_bands_bear_the_labels_of_their_issuer(scheme: Scheme, labels: str) -> None:
    assert [band.label for band in scheme.rating] == labels.split()
    assert [band.at_least for band in scheme.rating] == [90, 80, 60, 0]


@pytest.mark.parametrize("scheme", ALL, ids=lambda scheme: scheme.id)
def test_the_common_provisions(scheme: Scheme) -> None:
    assert scheme.execution.weight.value == 10
    assert scheme.execution.capped_at_weight.value
    assert scheme.weights.total.value == 100
    assert scheme.weights.plain.shares == {"产出": 50, "效益": 30, "满意度": 10}
    assert scheme.weights.with_cost.shares == {"成本": 20, "产出": 40, "效益": 20, "满意度": 10}
    levels = scheme.qualitative
    spans = [(level.low, level.high) for level in (levels.achieved, levels.partial, levels.missed)]
    assert [f"{low}-{high}" for low, high in spans] == ["80-100", "60-80", "0-60"]
    assert scheme.overfulfilment.hint_from.value == 120
    assert scheme.overfulfilment.explain_from.value == 130
    assert scheme.overfulfilment.effect.effect is Effect.EXPLAIN
    assert scheme.quantitative.at_most.formula is Formula.INVERSE_RATIO
    assert scheme.satisfaction.method.method == "ratio"
    assert not scheme.execution_caps.enabled
    caps = [f"{step.rate_below}:{step.total_at_most}" for step in scheme.execution_caps.steps]
    assert caps == ["50:59", "60:69", "70:79", "80:89"]


@pytest.mark.parametrize("scheme", ALL, ids=lambda scheme: scheme.id)
def test_every_number_has_its_source_beside_it(scheme: Scheme) -> None:
    numbers = list(_numbers(scheme.as_json(), sourced=False))
    assert numbers
    assert [path for path, sourced in numbers if not sourced] == []


def _numbers(value: Any, path: str = "", *, sourced: bool) -> Any:
    """Every number of a scheme, and whether an object around it names a source."""
    if isinstance(value, dict):
        sourced = sourced or {"source", "certainty"} <= value.keys()
        for key, item in value.items():
            if key not in ("id", "name", "issuer", "basis", "first_year", "last_year"):
                yield from _numbers(item, f"{path}.{key}", sourced=sourced)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, f"{path}.{index}", sourced=sourced)
    elif not isinstance(value, bool) and str(value)[:1].isdigit():
        yield path, sourced


def test_the_list_of_provisions_shows_number_and_source_together() -> None:
    entries = {entry.path: entry for entry in SHANGHAI_2020.entries()}
    weight = entries["execution.weight"]
    assert (weight.title, weight.shown) == ("预算执行率 · 预算执行率的分值", "10")
    assert "财预〔2020〕10号" in weight.source
    assert weight.certainty is Certainty.FOUND
    rounding = entries["execution.rate_rounding"]
    assert (rounding.shown, rounding.certainty) == ("2 位小数，进位", Certainty.COMPUTED)
    assert entries["rating.2"].shown == "总分 ≥60 为合格"
    assert entries["execution_caps"].shown.startswith("未启用（执行率低于 50% 总分不超过 59")
    assert all(entry.title and entry.shown and entry.source for entry in entries.values())


def test_what_is_not_confirmed_says_so() -> None:
    for scheme in (SHANGHAI_2020, SHANGHAI_2024):
        entry = next(entry for entry in scheme.entries() if entry.path == "rating.0")
        assert entry.certainty is Certainty.MEMORY
        assert "待与主管部门确认" in entry.source


@pytest.mark.parametrize("scheme", ALL, ids=lambda scheme: scheme.id)
def test_a_scheme_is_written_back_as_it_was_read(scheme: Scheme) -> None:
    printed = next(item for item in SCHEMES_JSON if item["id"] == scheme.id)
    assert scheme.as_json() == printed


@pytest.mark.parametrize(
    ("path", "value", "place", "message"),
    [
        ("execution.weight.value", "十", "execution.weight.value", "应为数字，读到「十」"),
        ("execution.weight.value", "NaN", "execution.weight.value", "应为数字"),
        ("execution.weight.value", True, "execution.weight.value", "应为数字"),
        ("execution.weight.source", " ", "execution.weight.source", "不能为空"),
        (
            "execution.rate_rounding.mode",
            "ceiling",
            "execution.rate_rounding.mode",
            "half_even 之一",
        ),
        ("execution.rate_rounding.places", 9, "execution.rate_rounding.places", "应不大于 6"),
        ("weights.plain.shares.产出", "60", "", "各类分值合计应为满分减去执行率的分值 90"),
        ("quantitative.at_least.formula", "excess", "quantitative", "不适用于这个比较符号"),
        ("quantitative.excess_zero_from.value", "1", "quantitative", "应大于 1"),
        ("qualitative.partial.low", "50", "", "三个档次应首尾相接"),
        ("rating", [], "rating", "个数超出允许的范围"),
        ("first_year", 2030, "", "起始年度晚于终止年度"),
        ("colour", "red", "colour", "不认识的项目名"),
    ],
)
def test_a_broken_scheme_is_told_what_is_wrong(
    path: str, value: Any, place: str, message: str
) -> None:
    with pytest.raises(DocumentError) as caught:
        changed(SHANGHAI_2020, path, value)
    assert [error.path for error in caught.value.errors] == [place]
    assert message in caught.value.errors[0].message


def test_bands_run_from_the_top() -> None:
    bands = SHANGHAI_2020.as_json()["rating"]
    with pytest.raises(DocumentError, match="从高到低"):
        changed(SHANGHAI_2020, "rating", bands[::-1])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "shanghai-2024"}, "编号重复：shanghai-2024"),
        ({"last_year": 2024}, "的年度重叠"),
        ({"default": True}, "应有且只有一个默认的计分办法"),
    ],
)
def test_schemes_do_not_clash(change: dict[str, Any], message: str) -> None:
    data = deepcopy(SCHEMES_JSON)
    data[0] |= change
    with pytest.raises(DocumentError, match=message):
        read_schemes(data)


def test_a_fault_in_one_of_several_schemes_names_its_place() -> None:
    data = deepcopy(SCHEMES_JSON)
    data[1]["execution"]["weight"]["value"] = None
    with pytest.raises(DocumentError) as caught:
        read_schemes(data)
    assert [error.path for error in caught.value.errors] == ["1.execution.weight.value"]


def test_schemes_are_a_list() -> None:
    with pytest.raises(DocumentError, match="应为列表"):
        read_schemes({})


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("产出指标 效益指标 满意度指标", {"产出": 50, "效益": 30, "满意度": 10}),
        (
            "成本指标 产出指标 效益指标 满意度指标",
            {"成本": 20, "产出": 40, "效益": 20, "满意度": 10},
        ),
        ("产出指标 效益指标", {"产出": 50, "效益": 40}),
        ("成本指标 产出指标 效益指标", {"成本": 20, "产出": 40, "效益": 30}),
        ("产出指标 满意度指标", {"产出": 80, "满意度": 10}),
        ("影响力目标", {}),
    ],
)
def test_expected_weights_follow_the_classes_on_the_form(
    classes: str, expected: dict[str, int]
) -> None:
    assert expected_weights(classes.split(), MINISTRY) == expected


def test_all_forms_of_2024_keep_the_expected_weights() -> None:
    for form in published(2024).values():
        sums: dict[str, Decimal] = {}
        for row in form.indicators:
            name = row.level1.removesuffix("指标")
            sums[name] = sums.get(name, Decimal(0)) + (row.weight or 0)
        assert sums == expected_weights([row.level1 for row in form.indicators], SHANGHAI_2024)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((1, 1, 1), "50 30 10"),
        ((2, 4, 1), "25 25 7.5 7.5 7.5 7.5 10"),
        ((3, 1, 3), "17 17 16 30 3 3 4"),
        ((4, 1, 0), "12.5 12.5 12.5 12.5 40"),
        ((24, 1, 1), " ".join(["2.1"] * 23 + ["1.7", "30", "10"])),
    ],
)
def test_weights_are_proposed_in_whole_or_half_points(
    counts: tuple[int, int, int], expected: str
) -> None:
    names = ("产出指标", "效益指标", "满意度指标")
    rows = [name for name, rows in zip(names, counts, strict=True) for _ in range(rows)]
    assert propose_weights(rows, SHANGHAI_2024) == [Decimal(text) for text in expected.split()]


def test_proposals_follow_the_rows_and_not_the_classes() -> None:
    rows = ["效益指标", "产出指标", "效益指标", "满意度指标", "其他"]
    assert propose_weights(rows, MINISTRY) == [15, 25, 15, 10, 25]
    assert propose_weights(["影响力目标"] * 2, MINISTRY) == [45, 45]
    assert propose_weights([], MINISTRY) == []


@untimed
@given(
    rows=st.lists(
        st.sampled_from(["成本指标", "产出指标", "效益指标", "满意度指标", "", "其他"]),
        min_size=1,
        max_size=150,
    ),
    scheme=st.sampled_from(ALL),
)
def test_proposed_weights_always_sum_up(rows: list[str], scheme: Scheme) -> None:
    weights = propose_weights(rows, scheme)
    assert len(weights) == len(rows)
    assert sum(weights) == 90
    assert min(weights) > 0
