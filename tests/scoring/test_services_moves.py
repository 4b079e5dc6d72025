"""The steps of a form through the services: what they ask, what they write, what they leave alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from perfgoals.accounts.models import Membership, Unit
from perfgoals.common.findings import Level
from perfgoals.common.models import AuditEntry
from projects.models import Deadline, DeadlineExtension, Form, ProjectGrant, Waiver
from projects.services import (
    StaleVersion,
    add_comment,
    answer_comment,
    resolve_comment,
    waive_finding,
)
from projects.workflow import WrongStatus
from scoring.access import form_document
from scoring.services import (
    NotSound,
    RowChange,
    StaleReview,
    adjust_form,
    approve_form,
    cancel_adjustment,
    endorse_form,
    judge,
    patch_review,
    publish_form,
    reopen_form,
    return_form,
    submit_form,
    unpublish_form,
    withdraw_form,
)
from tests.cast import CENTRE, Cast
from tests.drafts import change, copied_declaration, put, said

pytestmark = pytest.mark.django_db


@pytest.fixture
def evaluation(cast: Cast) -> Form:
    """A sound self-evaluation of the bureau, back in draft."""
    form = cast.form("科技与国际合作交流", 2024)
    Form.objects.filter(pk=form.pk).update(status="draft", error_count=0)
    form = Form.objects.get(pk=form.pk)
    assert [
        f.message for f in judge(form_document(form), form).findings if f.level == "error"
    ] == []
    return form


def fresh(form: Form) -> Form:
    return Form.objects.get(pk=form.pk)


def step(service: Callable[..., None], form: Form, by: Any, **told: Any) -> Form:
    now = fresh(form)
    service(now, by=by, expected_version=now.version, **told)
    return fresh(form)


def submitted(cast: Cast, form: Form) -> Form:
    return step(submit_form, form, cast.preparer)


def latest() -> AuditEntry:
    return AuditEntry.objects.order_by("-id")[0]


def test_the_whole_way(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    assert (form.status, form.submitted_by, form.is_late) == ("submitted", cast.preparer, False)
    form = step(return_form, form, cast.auditor, reason="第 2 行没有依据")
    assert form.status == "returned"
    assert form.versions.order_by("-number")[0].note == "第 2 行没有依据"
    form = step(submit_form, form, cast.preparer)
    form = step(approve_form, form, cast.auditor, opinion="同意")
    form = step(publish_form, form, cast.admin)
    assert form.status == "published"
    form = step(unpublish_form, form, cast.admin, reason="公开口径待定")
    form = step(reopen_form, form, cast.auditor, reason="审计发现执行数有误")
    assert form.status == "returned"
    assert [(r.outcome, r.decided_by) for r in form.reviews.all()] == [
        ("returned", cast.auditor),
        ("approved", cast.auditor),
    ]
    assert form.reviews.all()[1].reopened_reason == "审计发现执行数有误"
    told = AuditEntry.objects.filter(subject_id=str(form.pk), action="moved").order_by("id")
    assert [entry.summary for entry in told] == [
        *("送审", "退回", "送审", "审核通过", "公开", "撤回公开", "重新打开"),
    ]
    assert told[1].reason == "第 2 行没有依据"
    assert told[1].user_name == "赵审核（auditor）"


@pytest.mark.parametrize("service", [return_form, approve_form, publish_form, withdraw_form])
def test_a_step_out_of_turn_changes_nothing(
    cast: Cast, evaluation: Form, service: Callable[..., None]
) -> None:
    before = AuditEntry.objects.count()
    with pytest.raises(WrongStatus, match="这份表现在是「草稿」"):
        service(evaluation, by=cast.auditor, expected_version=evaluation.version)
    assert fresh(evaluation).version == evaluation.version
    assert AuditEntry.objects.count() == before


def test_an_overtaken_version_changes_nothing(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    with pytest.raises(StaleVersion):
        approve_form(form, by=cast.auditor, expected_version=form.version - 1)
    assert fresh(form).status == "submitted"
    assert form.reviews.get().outcome == "pending"


def test_a_return_says_what_to_mend(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    with pytest.raises(ValidationError, match="请写明退回理由"):
        return_form(form, by=cast.auditor, expected_version=form.version, reason="  ")
    assert fresh(form).status == "submitted"
    comment = add_comment(form, by=cast.auditor, text="请附依据", place="", label="")
    resolve_comment(comment, by=cast.auditor)
    with pytest.raises(ValidationError):
        return_form(form, by=cast.auditor, expected_version=form.version)
    resolve_comment(comment, by=cast.auditor, resolved=False)
    assert step(return_form, form, cast.auditor).status == "returned"


def test_errors_block_an_approval_until_they_are_waived(cast: Cast) -> None:
    form = cast.planning  # prints 100 and 95.35 where its rows give 94 and 89.35
    Form.objects.filter(pk=form.pk).update(status="draft")
    form = fresh(form)
    with pytest.raises(NotSound, match="改正后才能送审"):
        submit_form(form, by=cast.preparer, expected_version=form.version)
    judged = judge(form_document(form), form)
    for finding in judged.findings:
        if finding.level is Level.ERROR:
            waive_finding(form, judged.document, finding, by=cast.admin, reason="原件如此")
    form = step(submit_form, form, cast.preparer)
    assert (form.status, form.error_count) == ("submitted", form.error_count)
    (waiver, *_) = Waiver.objects.filter(form=form)
    Waiver.objects.filter(pk=waiver.pk).update(revoked_by=cast.auditor, revoked_at=timezone.now())
    with pytest.raises(NotSound, match="请退回修改，或写明理由豁免"):
        approve_form(form, by=cast.auditor, expected_version=form.version)


def test_a_waiver_holds_for_the_very_sentence(cast: Cast) -> None:
    draft = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    document = said(draft)
    finding = next(f for f in judge(document, draft).findings if f.path.startswith("indicators."))
    waive_finding(draft, document, finding, by=cast.admin, reason="核实无误")
    judged = judge(document, draft)
    assert finding not in judged.findings
    assert [w.finding for w in judged.waived] == [finding]
    assert [w.waiver.reason for w in judged.waived] == ["核实无误"]
    with pytest.raises(ValidationError, match="已豁免"):
        waive_finding(draft, document, finding, by=cast.admin, reason="再来一次")
    # The row moves: the waiver goes with it.
    row = int(finding.path.split(".")[1])
    change(draft, cast.preparer, {"op": "move", "path": "indicators", "at": row, "to": 0})
    moved = [w.finding.path for w in judge(said(draft), fresh(draft)).waived]
    assert moved == [finding.path.replace(f".{row}.", ".0.")]


def test_what_comes_late_is_marked_unless_there_is_an_extension(
    cast: Cast, evaluation: Form
) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    deadline = Deadline.objects.create(year_id=2024, stage="self_evaluation", due=yesterday)
    assert submitted(cast, evaluation).is_late
    form = step(withdraw_form, evaluation, cast.preparer)
    assert form.submitted_at is None
    form.reviews.all().delete()
    DeadlineExtension.objects.create(
        deadline=deadline, unit=form.project.unit, due=timezone.localdate(), reason="系统停机"
    )
    assert not submitted(cast, evaluation).is_late


def test_being_sent_back_does_not_make_it_late(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    Deadline.objects.create(year_id=2024, stage="self_evaluation", due=date(2021, 3, 31))
    step(return_form, form, cast.auditor, reason="补充依据")
    assert not step(submit_form, form, cast.preparer).is_late


def test_a_department_may_want_its_units_to_look_first(cast: Cast) -> None:
    draft = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    Form.objects.filter(pk=draft.pk).update(unconfirmed=[])
    centre = Unit.objects.get(name=CENTRE)
    Membership.objects.create(user=cast.colleague, unit=centre, role="unit_reviewer")
    assert centre.parent is not None
    Unit.objects.filter(pk=centre.parent.pk).update(reviews_first=True)
    document = said(draft)
    for finding in judge(document, fresh(draft)).findings:
        if finding.level is Level.ERROR:
            waive_finding(draft, document, finding, by=cast.admin, reason="试")
    form = step(submit_form, draft, cast.preparer)
    assert form.status == "unit_review"
    assert not Form.objects.visible_to(cast.auditor).filter(pk=form.pk).exists()
    form = step(endorse_form, form, cast.colleague, opinion="属实")
    assert form.status == "submitted"
    assert Form.objects.visible_to(cast.auditor).filter(pk=form.pk).exists()
    assert [(r.stage, r.outcome) for r in form.reviews.all()] == [
        ("unit", "approved"),
        ("department", "pending"),
    ]


def test_an_adjustment_keeps_what_was_approved(cast: Cast) -> None:
    approved = cast.form("固定源管理技术支持", 2026)
    Form.objects.filter(pk=approved.pk).update(status="approved")
    before = said(approved)
    form = step(adjust_form, approved, cast.preparer, reason="年中追加预算")
    assert (form.status, form.adjusts_version) == ("draft", approved.version)
    change(form, cast.preparer, put("annual_goal", "调整后的目标"))
    form = step(cancel_adjustment, form, cast.preparer)
    assert (form.status, form.adjusts_version) == ("approved", None)
    assert _without_codes(said(form)) == _without_codes(before)
    assert form.adjustments.get().after is None
    form = step(adjust_form, form, cast.preparer, reason="年中追加预算")
    with pytest.raises(WrongStatus):
        adjust_form(form, by=cast.preparer, expected_version=form.version, reason="再调")


def _without_codes(document: Any) -> Any:
    data = document.as_json()
    return data | {"indicators": [{**row, "code": ""} for row in data["indicators"]]}


def test_a_self_evaluation_has_no_goals_to_adjust(cast: Cast, evaluation: Form) -> None:
    Form.objects.filter(pk=evaluation.pk).update(status="approved")
    with pytest.raises(WrongStatus, match="自评表没有目标调整"):
        step(adjust_form, evaluation, cast.preparer, reason="试")


# -- the reviewer's scores -------------------------------------------------------------------------


def test_the_reviewers_scores_make_the_second_total(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    first, second = said(form).indicators[:2]
    assert (first.weight, first.score) == (first.score, first.weight)
    review = patch_review(
        form,
        [
            RowChange(first.code, first.score - Decimal("1.5"), "佐证不足"),
            RowChange(second.code, None, "属实"),
        ],
        opinion="基本属实",
        by=cast.auditor,
        expected_edits=0,
    )
    assert review.edits == 1
    form = step(approve_form, form, cast.auditor)
    done = form.reviews.get()
    assert done.self_total is not None
    assert done.review_total == done.self_total - Decimal("1.5")
    assert (done.opinion, done.decided_by) == ("基本属实", cast.auditor)
    assert said(form).indicators[0].score == first.score  # the unit's own score stays its own
    entry = AuditEntry.objects.filter(action="reviewed").order_by("-id")[0]
    assert entry.changes[0]["label"] == f"{first.name}：复核分"
    assert entry.changes[0]["before"] is None


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ("-1", "复核分应在 0 至"),
        ("99", "复核分应在 0 至"),
        ("1.005", "最多两位小数"),
        ("NaN", "复核分应在 0 至"),
    ],
)
def test_impossible_scores_are_refused(
    cast: Cast, evaluation: Form, score: str, message: str
) -> None:
    form = submitted(cast, evaluation)
    code = said(form).indicators[0].code
    with pytest.raises(ValidationError, match=message):
        patch_review(form, [RowChange(code, Decimal(score), "")], by=cast.auditor, expected_edits=0)
    assert form.reviews.get().edits == 0


def test_of_two_tabs_the_second_is_told(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    code = said(form).indicators[0].code
    patch_review(form, [RowChange(code, None, "一")], by=cast.auditor, expected_edits=0)
    with pytest.raises(StaleReview):
        patch_review(form, [RowChange(code, None, "二")], by=cast.auditor, expected_edits=0)
    assert form.reviews.get().rows.get().remark == "一"


def test_what_was_reviewed_is_carried_into_the_next_round(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    code = said(form).indicators[0].code
    patch_review(form, [RowChange(code, Decimal(1), "请补依据")], by=cast.auditor, expected_edits=0)
    step(return_form, form, cast.auditor, reason="见复核意见")
    form = step(submit_form, form, cast.preparer)
    row = form.reviews.get(outcome="pending").rows.get()
    assert (row.row_code, row.score, row.remark) == (code, Decimal(1), "请补依据")


# -- comments, readers for a time ------------------------------------------------------------------


def test_comments_are_answered_and_resolved(cast: Cast, evaluation: Form) -> None:
    form = submitted(cast, evaluation)
    comment = add_comment(form, by=cast.auditor, text=" 依据？ ", label="第 1 行实际完成值")
    assert (comment.text, comment.number) == ("依据？", form.version)
    answer = answer_comment(comment, by=cast.preparer, text="见附件 3")
    with pytest.raises(ValidationError, match="请答复原批注"):
        answer_comment(answer, by=cast.preparer, text="再答")
    resolve_comment(comment, by=cast.preparer)
    assert latest().summary == "批注已处理"
    with pytest.raises(ValidationError, match="请写明批注内容"):
        add_comment(form, by=cast.auditor, text="\n ")
    with pytest.raises(ValidationError, match="超过 2000 字"):
        add_comment(form, by=cast.auditor, text="长" * 2001)


def test_a_reader_of_chosen_projects_sees_them_until_the_last_day(cast: Cast) -> None:
    today = timezone.localdate()
    seen = Form.objects.visible_to(cast.newcomer)
    assert not seen.exists()
    grant = ProjectGrant.objects.create(
        user=cast.newcomer, valid_until=today, reason="2026 年抽查", by=cast.admin
    )
    grant.projects.add(cast.planning.project)
    assert {form.project_name for form in Form.objects.visible_to(cast.newcomer)} == {
        "综合规划、区域协作及资金管理"
    }
    Form.objects.filter(project=cast.planning.project).update(status="draft")
    assert not Form.objects.visible_to(cast.newcomer).exists()
    Form.objects.filter(project=cast.planning.project).update(status="published")
    ProjectGrant.objects.update(valid_until=today - timedelta(days=1))
    assert not Form.objects.visible_to(cast.newcomer).exists()


def test_a_role_ends_with_its_last_day(cast: Cast) -> None:
    today = timezone.localdate()
    held = Membership.objects.filter(user=cast.auditor)
    held.update(valid_until=today)
    assert Form.objects.visible_to(cast.auditor).exists()
    held.update(valid_until=today - timedelta(days=1))
    assert not Form.objects.visible_to(cast.auditor).exists()
