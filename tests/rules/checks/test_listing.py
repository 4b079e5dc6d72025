"""The list of checks, and the page that is generated from it."""

from __future__ import annotations

from perfgoals.common.findings import Level
from scoring.checks.listing import checks, checks_markdown, checks_table
from tests.rules.shipped import FIXTURES


def test_page_is_up_to_date() -> None:
    page = (FIXTURES.parent / "docs/checks.md").read_text()
    assert page == checks_markdown(), "请运行 manage.py list_checks --markdown > docs/checks.md"


def test_every_check_stands_in_both_lists_with_its_basis() -> None:
    page, table = checks_markdown(), checks_table()
    for check in checks():
        assert f"| `{check.code}` | {check.title} |" in page
        assert check.code in table
        assert check.basis.strip()
        assert check.basis in page


def test_codes_differ() -> None:
    codes = [check.code for check in checks()]
    assert len(codes) == len(set(codes))


def test_level_is_milder_once_the_targets_are_approved() -> None:
    [vague] = [check for check in checks() if check.code == "target.vague"]
    assert vague.levels == {"申报表": Level.WARNING, "自评表": Level.HINT}
    [blank] = [check for check in checks() if check.code == "required.row"]
    assert blank.levels == {"申报表": Level.ERROR, "自评表": Level.ERROR}
