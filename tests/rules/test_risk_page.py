"""The table of risk in the documents says what the rules say."""

from __future__ import annotations

from scoring.rules import risk
from tests.rules.shipped import FIXTURES

PAGE = (FIXTURES.parent / "docs/review.md").read_text()


def test_every_sign_stands_on_the_page_and_no_other() -> None:
    signs = [value for value in vars(risk).values() if isinstance(value, risk.Sign)]
    signs += [sign for _, sign in risk.LOW_RATES]
    stated = [
        tuple(cell.strip() for cell in line.strip("|").split("|")[1:])
        for line in PAGE.splitlines()
        if line.startswith("| ")
    ][2:]
    assert sorted(stated) == sorted((f"{one.each}", f"{one.most}", one.source) for one in signs)


def test_low_rates_and_levels() -> None:
    for limit, sign in risk.LOW_RATES:
        assert f"| 执行率低于 {limit}%" in PAGE
        row = next(line for line in PAGE.splitlines() if f"| 执行率低于 {limit}%" in line)
        assert f"| {sign.each} |" in row
    assert f"最高 {risk.MOST} 分" in PAGE
    for level in (risk.RiskLevel.HIGH, risk.RiskLevel.MEDIUM):
        assert f"不低于 {level.least} 分为{level.label}风险" in PAGE
