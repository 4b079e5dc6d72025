"""Forms held against each other: at a submit, over a year, and as a reader may see it."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Unit
from perfgoals.common.models import AuditEntry, Job
from scoring.access import form_document
from scoring.models import CrossFinding, TargetMark, TextMark
from scoring.services import (
    check_year,
    cross_findings,
    judge,
    refresh_cross_findings,
    start_declaration,
    withdraw_form,
)
from scoring.tasks import check_across
from tests.cast import CENTRE, INFORMATION, Cast
from tests.copies import COPIED, codes, submitted_copy
from tests.drafts import change, evaluation_of, prepares, put

pytestmark = pytest.mark.django_db


def test_what_the_published_forms_show(cast: Cast) -> None:
    """Read one by one: six goals name work that no indicator measures (a seminar of the region, a revised
    list of waste); no texts are copied, and no project of 2020 has an indicator of 2024 in another unit."""
    assert [check_year(year) for year in (2020, 2024, 2026)] == [5, 0, 1]
    found = Counter(CrossFinding.objects.values_list("code", "form__year_id"))
    assert found == {("across.goal_uncovered", 2020): 5, ("across.goal_uncovered", 2026): 1}
    goal = CrossFinding.objects.get(form=cast.form("信息化运维项目", 2026))
    assert "制定完善应急响应预案" in goal.message


def test_costs_above_the_request_are_shown_at_the_review(cast: Cast) -> None:
    """固定源 2026: its cost ceilings come to more than it asks for. The form's own checks say so."""
    form = cast.form("固定源管理技术支持", 2026)
    [finding] = [
        one for one in judge(form_document(form), form).findings if one.code == "cost.over_request"
    ]
    assert "2,580,000.00" in finding.message
    assert "2,220,000.00" in finding.message


class TestCopies:
    def test_the_later_form_is_named_and_shows_on_both(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        copy = submitted_copy(cast.stranger, original, name="抄来的项目", unit=INFORMATION)
        [found] = copy.cross_findings.filter(code=COPIED)
        assert (found.other, found.path, found.level) == (original, "annual_goal", "warning")
        assert codes(original)[COPIED] == 0
        [note] = [one for one in cross_findings(copy, cast.admin) if one.code == COPIED]
        assert f"100% 的文字与{CENTRE} 2026 年度申报表「碳排放管理技术支持」相同" in note.message
        assert note.other == original
        [told] = cross_findings(original, cast.admin)
        assert told.elsewhere
        assert told.other == copy
        assert told.message.startswith(f"后送审的{INFORMATION} 2026 年度申报表「抄来的项目」：")

    def test_a_run_over_the_year_finds_the_same(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        copy = submitted_copy(cast.stranger, original, name="抄来的项目", unit=INFORMATION)
        before = list(CrossFinding.objects.order_by("form", "code").values_list("form", "message"))
        check_year(2026)
        after = list(CrossFinding.objects.order_by("form", "code").values_list("form", "message"))
        assert before == after
        assert copy.pk in dict(after)

    def test_who_may_not_see_the_other_form_is_not_told_its_name(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        copy = submitted_copy(cast.stranger, original, name="抄来的项目", unit=INFORMATION)
        [note] = [one for one in cross_findings(copy, cast.stranger) if one.code == COPIED]
        assert "与另一单位的一份表相同" in note.message
        assert CENTRE not in note.message
        assert note.other is None
        preparer = prepares(cast.newcomer, original)
        [told] = cross_findings(original, preparer)
        assert told.message == "后送审的另一单位的一份表有文字与本表雷同"
        assert told.other is None

    def test_other_figures_do_not_hide_it_another_text_does(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        goal = original.declaration.annual_goal
        changed = put("annual_goal", goal.replace("1、", "11、").replace("2、", "12、"))
        own = put("annual_goal", "完成全市环境信息系统的运行维护，编写年度运维报告 12 份，" * 3)
        copy = submitted_copy(
            cast.stranger, original, name="改了数字", unit=INFORMATION, changes=(changed,)
        )
        other = submitted_copy(
            cast.stranger, original, name="自己写的", unit=INFORMATION, changes=(own,)
        )
        assert codes(copy)[COPIED] == 1
        assert codes(other)[COPIED] == 0

    def test_the_own_text_of_the_project_is_no_copy(self, cast: Cast) -> None:
        published = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        user = prepares(cast.newcomer, published)
        form = start_declaration(project=published.project, year=2027, by=user, copy_of=published)
        assert refresh_cross_findings(form, judge(form_document(form), form)) == 0

    def test_a_template_that_everybody_uses_is_no_copy(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        for number in range(6):
            Unit.objects.create(code=f"unit-{number}", name=f"使用模板的单位{number}")
            submitted_copy(
                cast.stranger,
                original,
                name=f"模板项目{number}",
                unit=f"使用模板的单位{number}",
            )
        check_year(2026)
        assert not CrossFinding.objects.filter(code=COPIED).exists()

    def test_what_a_draft_says_is_its_own_business(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        first = submitted_copy(cast.stranger, original, name="先送审的", unit=INFORMATION)
        TextMark.objects.exclude(form=first).delete()
        withdraw_form(first, by=cast.stranger, expected_version=first.version)
        second = submitted_copy(cast.stranger, original, name="后送审的", unit=INFORMATION)
        assert codes(second)[COPIED] == 0


class TestProject:
    """The same project over the years, and in its two forms."""

    def test_twice_the_money_of_last_year(self, cast: Cast) -> None:
        published = cast.form("固定源管理技术支持", 2026)
        user = prepares(cast.newcomer, published)
        form = start_declaration(project=published.project, year=2027, by=user, copy_of=published)
        change(form, user, put("funds.annual_request", "4440000.00"))
        refresh_cross_findings(form, judge(form_document(form), form))
        [found] = form.cross_findings.filter(code="across.funds_changed")
        assert found.other == published
        assert (
            "4,440,000.00 元，本项目上年（2026 年度）申请 2,220,000.00 元，增加 100%"
            in found.message
        )

    def test_an_evaluation_that_leaves_the_declared_rows_out(self, cast: Cast) -> None:
        published = cast.form("固定源管理技术支持", 2026)
        form = evaluation_of(cast.newcomer, published, with_declaration=False)
        refresh_cross_findings(form, judge(form_document(form), form))
        [found] = form.cross_findings.filter(code="across.rows_missing")
        assert found.other == published
        assert found.message.startswith("同年度申报表的 17 条指标在本表中没有")

    def test_a_draft_of_last_year_is_not_compared_with(self, cast: Cast) -> None:
        published = cast.form("固定源管理技术支持", 2026)
        user = prepares(cast.newcomer, published)
        draft = start_declaration(project=published.project, year=2027, by=user, copy_of=published)
        change(draft, user, put("funds.annual_request", "9000000.00"))
        form = start_declaration(project=published.project, year=2028, by=user, copy_of=published)
        refresh_cross_findings(form, judge(form_document(form), form))
        assert codes(form)["across.funds_changed"] == 0


class TestTargets:
    def test_an_easier_rate_of_the_same_name(self, cast: Cast) -> None:
        check_year(2026)
        original = cast.form("“三监联动”跟踪评估技术支持", 2026)
        row = next(
            number
            for number, row in enumerate(form_document(original).indicators)
            if row.name == "项目成果使用方的满意度"
        )
        easier = put(f"indicators.{row}.target", "≥70(%)")
        form = submitted_copy(
            cast.stranger, original, name="要求较低的", unit=INFORMATION, changes=(easier,)
        )
        [found] = form.cross_findings.filter(code="across.easier_target")
        assert "「项目成果使用方的满意度」本表指标值「≥70(%)」" in found.message
        assert "等 2 份表为「≥90" in found.message
        assert found.path.endswith(".target")
        assert found.path.startswith("row:")

    def test_other_measure(self, cast: Cast) -> None:
        check_year(2026)
        original = cast.form("“三监联动”跟踪评估技术支持", 2026)
        row = next(
            number
            for number, row in enumerate(form_document(original).indicators)
            if row.name == "项目成果使用方的满意度"
        )
        points = put(f"indicators.{row}.target", "≥90(分)")
        form = submitted_copy(
            cast.stranger, original, name="用分的", unit=INFORMATION, changes=(points,)
        )
        [found] = form.cross_findings.filter(code="across.other_measure")
        assert "单位是「分」" in found.message
        assert "等 2 份表用「%」" in found.message

    def test_an_absurd_number_does_not_stop_a_submit(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        absurd = put("indicators.0.target", f"≥{'9' * 60}(亿份)")
        form = submitted_copy(
            cast.stranger, original, name="数字过大", unit=INFORMATION, changes=(absurd,)
        )
        assert TargetMark.objects.filter(form=form).exists()


class TestSubmit:
    def test_it_is_quick(
        self, cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        form = cast.declaration  # 62 rows
        judged = judge(form_document(form), form)
        with django_assert_max_num_queries(16):
            refresh_cross_findings(form, judged)

    def test_again_replaces_what_was_found(self, cast: Cast) -> None:
        form = cast.form("信息化运维项目", 2026)
        judged = judge(form_document(form), form)
        assert [refresh_cross_findings(form, judged) for _ in range(2)] == [1, 1]
        assert form.cross_findings.count() == 1

    def test_a_text_that_stays_keeps_its_time(self, cast: Cast) -> None:
        form = cast.form("信息化运维项目", 2026)
        judged = judge(form_document(form), form)
        refresh_cross_findings(form, judged)
        since = TextMark.objects.get(form=form).since
        refresh_cross_findings(form, judged)
        assert TextMark.objects.get(form=form).since == since


class TestYear:
    def test_command(self, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
        call_command("check_across", year=2020)
        assert "2020 年度跨表检查完成，共有 5 处提示" in capsys.readouterr().out
        [entry] = AuditEntry.objects.filter(summary="开始全年跨表检查")
        assert entry.subject == "2020 年"

    def test_command_for_a_year_that_is_not_there(self, cast: Cast) -> None:
        with pytest.raises(CommandError, match="没有 1999 年度"):
            call_command("check_across", year=1999)

    def test_task_reports_its_progress(self, cast: Cast) -> None:
        job = Job.objects.create(
            kind="check_across", title="检查", owner=cast.auditor, parameters={"year": 2020}
        )
        check_across.call(job_id=str(job.pk))
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == ("done", 18, 18)
