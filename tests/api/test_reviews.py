"""Reviewing through the interface: scores and remarks, comments on cells, findings let pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from perfgoals.common.models import AuditEntry
from projects.models import Comment, Form, Waiver
from scoring.models import Review
from tests.cast import Cast
from tests.drafts import change, put, said, send
from tests.reading import nothing_written
from tests.submitted import (
    handed_in_again,
    returned,
    submitted_declaration,
    submitted_evaluation,
    unit_reviewer_of,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]


@pytest.fixture
def evaluation(cast: Cast) -> Form:
    """Submitted: 6 rows, all full; its printed form of 2024 gives 100.00."""
    return submitted_evaluation(cast.preparer, cast.form("科技与国际合作交流", 2024))


@pytest.fixture
def declaration(cast: Cast) -> Form:
    return submitted_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))


@pytest.fixture
def auditor(client_of: ClientOf) -> Client:
    return client_of("auditor")


def codes(form: Form) -> list[str]:
    return [row.code for row in said(form).indicators]


def review(client: Client, form: Form, edits: int, *rows: tuple[str, Any, str], **more: Any) -> Any:
    told = [{"row_code": code, "score": score, "remark": remark} for code, score, remark in rows]
    return send(client, "PATCH", f"/forms/{form.pk}/review", {"edits": edits, "rows": told, **more})


def post(client: Client, form: Form, part: str, **data: Any) -> Any:
    return send(client, "POST", f"/forms/{form.pk}/{part}", data)


# -- scores and remarks ----------------------------------------------------------------------------------


def test_a_review_begins_with_the_units_own_scores(auditor: Client, evaluation: Form) -> None:
    with nothing_written():
        state = send(auditor, "GET", f"/forms/{evaluation.pk}/review").json()
    assert (state["review"]["stage"], state["review"]["edits"], state["rows"]) == (
        "department",
        0,
        {},
    )
    assert state["self"] == state["self"] | {"total_score": state["evaluation"]["total_score"]}
    assert state["difference"] in ("0", "0.00")
    assert state["review"]["last_total"] is not None


def test_scores_bring_total_and_rating_anew(auditor: Client, evaluation: Form) -> None:
    first = codes(evaluation)[0]
    weight = said(evaluation).indicators[0].weight
    before = send(auditor, "GET", f"/forms/{evaluation.pk}/review").json()
    answer = review(auditor, evaluation, 0, (first, f"{weight - 5}", "台账只见一半"))
    state = answer.json()
    assert answer.status_code == 200
    assert state["review"]["edits"] == 1
    assert state["rows"] == {first: {"score": str(weight - 5), "remark": "台账只见一半"}}
    assert float(state["difference"]) == -5
    assert (
        float(before["evaluation"]["total_score"]) - float(state["evaluation"]["total_score"]) == 5
    )
    assert state["self"]["total_score"] == before["self"]["total_score"]
    entry = AuditEntry.objects.latest("id")
    assert [(c["label"].rpartition("：")[2], c["after"]) for c in entry.changes] == [
        ("复核分", str(weight - 5)),
        ("复核意见", "台账只见一半"),
    ]


def test_a_score_below_the_weight_wants_a_remark(auditor: Client, evaluation: Form) -> None:
    first = codes(evaluation)[0]
    weight = said(evaluation).indicators[0].weight
    state = review(auditor, evaluation, 0, (first, f"{weight - 2}", "")).json()
    (finding,) = state["findings"]
    assert (finding["code"], finding["level"]) == ("review.no_remark", "warning")
    assert "减 2 分，未写复核意见" in finding["message"]
    state = review(auditor, evaluation, 1, (first, f"{weight - 2}", "少一份报告")).json()
    assert state["findings"] == []


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ("1000", "的复核分应在 0 至 "),
        ("-1", "的复核分应在 0 至 "),
        ("1.005", "的复核分最多两位小数"),
        ("NaN", None),
        ("十分", None),
        ("1e400", "的复核分应在 0 至 "),
    ],
)
def test_scores_that_cannot_be_are_refused(
    auditor: Client, evaluation: Form, score: str, message: str | None
) -> None:
    answer = review(auditor, evaluation, 0, (codes(evaluation)[0], score, ""))
    assert answer.status_code == 422
    assert message is None or message in answer.json()["message"]
    assert Review.objects.get(form=evaluation).edits == 0


def test_a_row_that_is_not_there_is_refused_and_a_declaration_has_no_points(
    auditor: Client, declaration: Form
) -> None:
    assert review(auditor, declaration, 0, ("nowhere", None, "x")).status_code == 422
    code = codes(declaration)[0]
    answer = review(auditor, declaration, 0, (code, "5", ""))
    assert (answer.status_code, "没有分值" in answer.json()["message"]) == (422, True)
    state = review(auditor, declaration, 0, (code, None, "目标偏低"), opinion="总体可行").json()
    assert state["rows"] == {code: {"score": None, "remark": "目标偏低"}}
    assert (state["review"]["opinion"], state["evaluation"], state["self"]) == (
        "总体可行",
        None,
        None,
    )


def test_two_tabs_do_not_overwrite_each_other(auditor: Client, evaluation: Form) -> None:
    first = codes(evaluation)[0]
    assert review(auditor, evaluation, 0, (first, None, "甲")).status_code == 200
    answer = review(auditor, evaluation, 0, (first, None, "乙"))
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["code"] == "stale"
    assert answer.json()["current"]["rows"][first]["remark"] == "甲"
    assert answer.json()["current"]["review"]["edits"] == 1
    other = review(auditor, evaluation, 1, (first, None, "乙"), user=0)
    assert (other.status_code, other.json()["errors"][0]["code"]) == (409, "other_user")


def test_what_a_reviewer_is_at_is_nobody_elses_to_see(
    cast: Cast, client_of: ClientOf, auditor: Client, evaluation: Form
) -> None:
    first = codes(evaluation)[0]
    review(auditor, evaluation, 0, (first, "0", "没有依据"))
    for who in ("preparer", "viewer"):
        state = send(client_of(who), "GET", f"/forms/{evaluation.pk}/review").json()
        assert (state["review"], state["rows"]) == (None, {})
    returned(evaluation, cast.auditor)
    state = send(client_of("preparer"), "GET", f"/forms/{evaluation.pk}/review").json()
    assert state["rows"] == {first: {"score": "0.00", "remark": "没有依据"}}
    assert (state["review"]["outcome_label"], state["review"]["reason"]) == ("退回修改", "请修改")
    assert (state["review"]["risk"], state["review"]["decided_by"]) == (None, "赵审核")


@pytest.mark.parametrize(
    ("who", "status"),
    [("preparer", 403), ("viewer", 403), ("stranger", 404), ("newcomer", 404), ("admin", 403)],
)
def test_nobody_else_reviews(client_of: ClientOf, evaluation: Form, who: str, status: int) -> None:
    client = client_of(who)
    assert review(client, evaluation, 0).status_code == status
    assert post(client, evaluation, "comments", text="x").status_code == status
    told = {"path": "", "code": "x", "message": "x", "reason": "x"}
    assert post(client, evaluation, "waivers", **told).status_code == status
    assert not Comment.objects.exists()


def test_a_returned_form_is_not_reviewed(cast: Cast, auditor: Client, evaluation: Form) -> None:
    returned(evaluation, cast.auditor)
    answer = review(auditor, evaluation, 0)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "status")
    assert post(auditor, evaluation, "comments", text="x").status_code == 409


def test_a_units_reviewer_comments_and_gives_no_points(cast: Cast, client_of: ClientOf) -> None:
    published = cast.form("科技与国际合作交流", 2024)
    person = unit_reviewer_of(published)
    form = submitted_evaluation(cast.preparer, published)
    assert form.status == "unit_review"
    client = Client()
    client.force_login(person)
    assert review(client, form, 0).status_code == 403
    assert post(client, form, "comments", text="先核对").status_code == 201
    state = send(client, "GET", f"/forms/{form.pk}/review").json()
    assert state["review"]["stage"] == "unit"
    assert send(client_of("auditor"), "GET", f"/forms/{form.pk}/review").status_code == 404


def test_approval_is_refused_while_a_score_is_above_a_weight(
    cast: Cast, auditor: Client, evaluation: Form
) -> None:
    first = codes(evaluation)[0]
    weight = said(evaluation).indicators[0].weight
    review(auditor, evaluation, 0, (first, str(weight), ""))
    form = returned(evaluation, cast.auditor)
    other = said(form).indicators[1]
    handed_in_again(
        form,
        cast.preparer,
        put("indicators.0.weight", str(weight - 1)),
        put("indicators.0.score", str(weight - 1)),
        put("indicators.1.weight", str(other.weight + 1)),
        put("indicators.1.score", str(other.score + 1)),
    )
    state = send(auditor, "GET", f"/forms/{form.pk}/review").json()
    assert [f["code"] for f in state["findings"]] == ["review.above_weight"]
    form.refresh_from_db()
    step = {"version": form.version, "text": ""}
    answer = send(auditor, "POST", f"/forms/{form.pk}/moves/approve", step)
    assert answer.status_code == 422
    assert "高于分值，请改正" in answer.json()["message"]
    assert Form.objects.get(pk=form.pk).status == "submitted"


def test_a_change_of_one_score_takes_as_many_queries_always(
    auditor: Client, evaluation: Form, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = codes(evaluation)[0]
    review(auditor, evaluation, 0, (first, "1", "一"))
    with django_assert_num_queries(18):
        assert review(auditor, evaluation, 1, (first, "1.5", "二")).status_code == 200


# -- comments --------------------------------------------------------------------------------------------


def test_a_comment_keeps_to_its_cell_when_rows_move(
    cast: Cast, client_of: ClientOf, auditor: Client, declaration: Form
) -> None:
    row = said(declaration).indicators[3]
    made = post(auditor, declaration, "comments", path="indicators.3.target", text="目标偏低")
    assert made.status_code == 201
    comment = made.json()
    assert comment["label"] == f"第 4 行「{row.name}」年度指标值"
    assert (comment["quote"], comment["by"]) == (row.target, "赵审核")
    assert comment["place"] == f"row:{row.code}.target"
    form = returned(declaration, cast.auditor, reason="")
    change(form, cast.preparer, {"op": "move", "path": "indicators", "at": 3, "to": 0})
    (found,) = send(client_of("preparer"), "GET", f"/forms/{form.pk}/comments").json()
    assert (found["path"], found["id"]) == ("indicators.0.target", comment["id"])
    assert found["label"] == f"第 1 行「{row.name}」年度指标值"
    change(form, cast.preparer, {"op": "remove", "path": "indicators", "at": 0, "count": 1})
    (found,) = send(client_of("preparer"), "GET", f"/forms/{form.pk}/comments").json()
    assert (found["path"], found["label"]) == (None, f"第 4 行「{row.name}」年度指标值")


def test_comments_are_answered_and_resolved(
    client_of: ClientOf, auditor: Client, declaration: Form
) -> None:
    number = post(auditor, declaration, "comments", text="总目标写得太泛").json()["id"]
    preparer = client_of("preparer")
    answer = post(preparer, declaration, f"comments/{number}/answers", text="下一稿补写")
    assert (answer.status_code, answer.json()["by"]) == (201, "张填报")
    done = post(preparer, declaration, f"comments/{number}/resolve", resolved=True).json()
    assert (done["resolved_by"], done["label"]) == ("张填报", "整张表")
    assert [one["text"] for one in done["answers"]] == ["下一稿补写"]
    again = post(auditor, declaration, f"comments/{number}/resolve", resolved=False).json()
    assert again["resolved_at"] is None
    child = answer.json()["id"]
    assert post(preparer, declaration, f"comments/{child}/answers", text="x").status_code == 404
    assert post(client_of("viewer"), declaration, f"comments/{number}/resolve").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["indicators.999.target", "indicators.-1.name", "indicators.0", "funds", "nothing", "form",
     "indicators.0.code", "department.upper", "__class__", "indicators.x.name", ".", "funds."],
)  # fmt: skip
def test_comments_stand_at_cells_only(auditor: Client, declaration: Form, path: str) -> None:
    answer = post(auditor, declaration, "comments", path=path, text="x")
    assert (answer.status_code, answer.json()["message"]) in (
        (422, "没有这一格，请刷新后重试"),
        (422, "这一格不能批注"),
    )


def test_a_comment_says_something(auditor: Client, declaration: Form) -> None:
    assert post(auditor, declaration, "comments", text="  ").json()["message"] == "请写明批注内容"
    assert post(auditor, declaration, "comments", text="长" * 2001).status_code == 422
    kept = post(auditor, declaration, "comments", text="甲\x00乙").json()
    assert kept["text"] == "甲乙"


def test_a_comment_on_another_form_is_not_there(
    auditor: Client, declaration: Form, evaluation: Form
) -> None:
    number = post(auditor, declaration, "comments", text="x").json()["id"]
    assert post(auditor, evaluation, f"comments/{number}/resolve").status_code == 404
    assert post(auditor, evaluation, f"comments/{number}/answers", text="y").status_code == 404


# -- waivers ---------------------------------------------------------------------------------------------


def waived(client: Client, form: Form, finding: dict[str, str], reason: str = "已核对附件") -> Any:
    told = {name: finding[name] for name in ("path", "code", "message")}
    return post(client, form, "waivers", reason=reason, **told)


def findings(client: Client, form: Form) -> list[dict[str, str]]:
    return send(client, "GET", f"/forms/{form.pk}").json()["findings"]


def test_a_waived_finding_is_open_again_when_it_says_something_else(
    cast: Cast, auditor: Client
) -> None:
    form = submitted_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    finding = next(one for one in findings(auditor, form) if one["path"].endswith(".target"))
    assert waived(auditor, form, finding, reason=" ").json()["message"] == "请写明豁免理由"
    made = waived(auditor, form, finding)
    assert (made.status_code, made.json()["reason"], made.json()["by"]) == (
        201,
        "已核对附件",
        "赵审核",
    )
    assert finding not in findings(auditor, form)
    assert waived(auditor, form, finding).json()["message"] == "这条检查结果已经不在，请刷新后再看"
    (listed,) = send(auditor, "GET", f"/forms/{form.pk}/waivers").json()
    assert (listed["stands"], listed["path"]) == (True, finding["path"])

    form = returned(form, cast.auditor)
    old = said(form).indicators[int(finding["path"].split(".")[1])].target
    assert old[:10] in finding["message"]
    change(form, cast.preparer, put(finding["path"], f"全年{old}"))
    (listed,) = send(auditor, "GET", f"/forms/{form.pk}/waivers").json()
    assert listed["stands"] is False
    change(form, cast.preparer, put(finding["path"], old))
    assert finding not in findings(auditor, form)


def test_a_waiver_is_taken_back_once(auditor: Client, declaration: Form) -> None:
    finding = findings(auditor, declaration)[0]
    number = waived(auditor, declaration, finding).json()["id"]
    answer = post(auditor, declaration, f"waivers/{number}/revoke")
    assert (answer.status_code, answer.json()["revoked_by"]) == (200, "赵审核")
    assert finding in findings(auditor, declaration)
    again = post(auditor, declaration, f"waivers/{number}/revoke")
    assert (again.status_code, again.json()["message"]) == (422, "这条豁免已经撤销")
    assert waived(auditor, declaration, finding).status_code == 201
    assert Waiver.objects.filter(form=declaration).count() == 2


def test_what_is_no_finding_cannot_be_waived(auditor: Client, declaration: Form) -> None:
    told = {"path": "", "code": "made.up", "message": "没有的事", "reason": "x"}
    assert post(auditor, declaration, "waivers", **told).status_code == 422
    assert not Waiver.objects.exists()
