"""Whatever stands in the cells: a check answers, it never fails."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rules.checks.builders import declaration, evaluation, findings_of

_SIGNS = "≥ < = 0 100 12.50 1,500 % (%) 万元 元/辆 份 余 约 X ； ， - _ / ① ² ٣ … 无"
_WORDS = (
    "2026-12-31 2024年12月底前 进一步提升 满意 达成指标 未完成 基本 预算资金 移动源 率 数量 成本"
)
PIECES = st.sampled_from(["\n", *_SIGNS.split(), *_WORDS.split()])
TEXTS = st.lists(PIECES, max_size=8).map("".join)
NUMBERS = st.none() | st.decimals(-1000, 10**9, places=2).map(str) | st.sampled_from(["0", "-0.00"])
POINTS = st.none() | st.decimals(-10, 200, places=2).map(str)
BLANK_OR_NOT = st.sampled_from(
    ["", " ", "产出指标", "效益指标", "成本指标", "满意度指标", "数量指标"]
)


@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(TEXTS, min_size=8, max_size=8),
    numbers=st.lists(NUMBERS, min_size=7, max_size=7),
    classes=st.lists(BLANK_OR_NOT, min_size=4, max_size=4),
)
def test_declarations(texts: list[str], numbers: list[str | None], classes: list[str]) -> None:
    name, target, overall, annual, *cells = texts
    keys = "project_total project_fiscal project_other annual_request appropriation carryover other"
    document = declaration(
        {
            "overall_goal": overall,
            "annual_goal": annual,
            "indicators.0.target": target,
            "indicators.1.name": name,
            **dict(zip((f"funds.{key}" for key in keys.split()), numbers, strict=True)),
        },
        add=[
            (classes[0], classes[1], cells[0], cells[1]),
            (classes[2], classes[3], cells[2], cells[3]),
        ],
    )
    for finding in findings_of(document):
        assert finding.message


@settings(deadline=None, max_examples=60)
@given(
    texts=st.lists(TEXTS, min_size=8, max_size=8),
    numbers=st.lists(NUMBERS, min_size=9, max_size=9),
    points=st.lists(POINTS, min_size=5, max_size=5),
    classes=st.lists(BLANK_OR_NOT, min_size=2, max_size=2),
)
def test_self_evaluations(
    texts: list[str],
    numbers: list[str | None],
    points: list[str | None],
    classes: list[str],
) -> None:
    goal, outcome, reason, *cells = texts
    lines = ("total", "appropriation", "carryover")
    columns = ("initial_budget", "annual_budget", "executed")
    paths = [f"funds.{line}.{column}" for line in lines for column in columns]
    document = evaluation(
        {
            "expected_goal": goal,
            "actual_outcome": outcome,
            "funds.total.deviation_reason": reason,
            "total_score": points[0],
            "total_weight": points[1],
            "funds.total.execution_rate": points[2],
            **dict(zip(paths, numbers, strict=True)),
        },
        add=[(*classes, *cells[:3], points[3] or "", points[4] or "", cells[3])],
    )
    for finding in findings_of(document):
        assert finding.message
