"""What was found of forms against each other stays true as others come and go, and may be let pass."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from perfgoals.common.models import AuditEntry
from projects.models import Form
from projects.workflow import WrongStatus
from scoring.access import form_document
from scoring.models import TextMark
from scoring.services import (
    check_year,
    cross_findings,
    judge,
    refresh_cross_findings,
    revoke_of_form,
    start_declaration,
    submit_form,
    waive_of_form,
    withdraw_form,
)
from scoring.services.reviewing import compare_again
from tests.cast import INFORMATION, Cast
from tests.copies import COPIED, codes, submitted_copy
from tests.drafts import change, prepares, put

pytestmark = pytest.mark.django_db


class TestNeighbours:
    """What a submit or a withdrawal changes for forms that stand already."""

    def test_what_was_withdrawn_is_nobodys_original_any_more(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        first = submitted_copy(cast.stranger, original, name="先送审的", unit=INFORMATION)
        TextMark.objects.exclude(form=first).delete()
        second = submitted_copy(cast.stranger, original, name="后送审的", unit=INFORMATION)
        assert second.cross_findings.get(code=COPIED).other == first
        withdraw_form(first, by=cast.stranger, expected_version=first.version)
        assert codes(second)[COPIED] == 0
        assert codes(first) == Counter()

    def test_a_year_that_was_left_out_comes_between(self, cast: Cast) -> None:
        published = cast.form("固定源管理技术支持", 2026)  # asks for 2,220,000
        user = prepares(cast.newcomer, published)
        later, between = (
            start_declaration(project=published.project, year=year, by=user, copy_of=published)
            for year in (2028, 2027)
        )
        Form.objects.filter(pk__in=[later.pk, between.pk]).update(unconfirmed=[])
        for form in (later, between):
            form.refresh_from_db()
            change(
                form,
                user,
                put("funds.annual_request", "4440000.00"),
                put("funds.appropriation", "4440000.00"),
            )
        submit_form(later, by=user, expected_version=later.version)
        assert later.cross_findings.get(code="across.funds_changed").other == published
        submit_form(between, by=user, expected_version=between.version)
        assert codes(between)["across.funds_changed"] == 1
        assert codes(later)["across.funds_changed"] == 0
        withdraw_form(between, by=user, expected_version=between.version)
        assert codes(later)["across.funds_changed"] == 1

    def test_compared_again_by_hand(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        copy = submitted_copy(cast.stranger, original, name="抄来的项目", unit=INFORMATION)
        review = copy.reviews.get()
        assert codes(copy)[COPIED] == 0  # the published forms were not read yet
        before = review.compared_at
        assert before is not None
        TextMark.objects.filter(form=copy).update(since=F("since") + timedelta(hours=1))
        refresh_cross_findings(original, judge(form_document(original), original))
        assert compare_again(copy, by=cast.auditor) > 0
        assert codes(copy)[COPIED] == 1
        review.refresh_from_db()
        assert review.compared_at
        assert review.compared_at > before
        assert any("与其他表比对发现" in reason for reason in review.risk_reasons)
        entry = AuditEntry.objects.get(summary__startswith="重新与其他表比较")
        assert (entry.user_id, entry.subject_id) == (cast.auditor.pk, str(copy.pk))

    def test_a_draft_is_not_compared(self, cast: Cast) -> None:
        original = cast.form("碳排放管理技术支持", 2026)
        copy = submitted_copy(cast.stranger, original, name="抄来的项目", unit=INFORMATION)
        withdraw_form(copy, by=cast.stranger, expected_version=copy.version)
        with pytest.raises(WrongStatus, match="送审以后才与其他表比较"):
            compare_again(copy, by=cast.auditor)


class TestWaivers:
    @pytest.fixture
    def copy(self, cast: Cast) -> Form:
        original = cast.form("碳排放管理技术支持", 2026)
        check_year(2026)
        return submitted_copy(cast.stranger, original, name="抄来的项目", unit=INFORMATION)

    def test_what_was_let_pass_says_by_whom_and_why_and_counts_no_more(
        self, cast: Cast, copy: Form
    ) -> None:
        risk = copy.reviews.get().risk
        [note] = [one for one in cross_findings(copy, cast.auditor) if one.code == COPIED]
        waiver = waive_of_form(
            copy,
            path=note.place,
            code=note.code,
            message=note.key,
            reason="同一主管部门的统一文本",
            by=cast.auditor,
        )
        [note] = [one for one in cross_findings(copy, cast.auditor) if one.code == COPIED]
        assert note.waiver is not None
        assert (note.waiver.by, note.waiver.reason) == ("赵审核", "同一主管部门的统一文本")
        assert copy.reviews.get().risk < risk
        compare_again(copy, by=cast.auditor)
        [note] = [one for one in cross_findings(copy, cast.auditor) if one.code == COPIED]
        assert note.waiver is not None, "重新比较以后仍然豁免"
        revoke_of_form(waiver, by=cast.auditor)
        assert all(one.waiver is None for one in cross_findings(copy, cast.auditor))
        assert copy.reviews.get().risk == risk

    def test_what_the_waiver_tells_does_not_name_the_other_form(
        self, cast: Cast, copy: Form
    ) -> None:
        [note] = [one for one in cross_findings(copy, cast.auditor) if one.code == COPIED]
        for text in (note.message, note.key + "x", ""):
            with pytest.raises(ValidationError, match="已经不在"):
                waive_of_form(
                    copy,
                    path=note.place,
                    code=COPIED,
                    message=text,
                    reason="x",
                    by=cast.auditor,
                )
        waiver = waive_of_form(
            copy, path=note.place, code=COPIED, message=note.key, reason="查实", by=cast.auditor
        )
        told = waiver.words
        assert "文字与另一份表相同" in told
        assert "碳排放" not in told
