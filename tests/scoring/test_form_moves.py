"""The steps of a form as its page offers and takes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from perfgoals.accounts.models import Membership, Role, User
from projects.models import Form
from projects.services import add_comment
from scoring.services import adjust_form, approve_form
from tests.cast import Cast
from tests.drafts import change, copied_declaration, put
from tests.reading import links, nothing_written, text, texts
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
def submitted(cast: Cast) -> Form:
    return submitted_evaluation(cast.preparer, cast.form("海洋生态环境保护", 2024))


def steps(client: Client, form: Form) -> list[str]:
    """The buttons of the page, in their order, but for what can always be had."""
    response = client.get(f"/forms/{form.pk}/")
    shown = texts(response, ".toolbar-actions summary") + texts(response, ".toolbar-actions > a")
    return [one for one in shown if one not in ("JSON", "Excel", "打印 PDF")]


def primary(client: Client, form: Form) -> list[str]:
    return texts(client.get(f"/forms/{form.pk}/"), ".toolbar-actions .button-primary:not(form *)")


def take(client: Client, form: Form, step: str, **fields: str) -> int:
    """Take a step with the version that the page has."""
    page = client.get(f"/forms/{form.pk}/").content.decode()
    assert f'name="version" value="{Form.objects.get(pk=form.pk).version}"' in page
    fields.setdefault("version", str(Form.objects.get(pk=form.pk).version))
    return client.post(f"/forms/{form.pk}/{step}/", fields).status_code


def status(form: Form) -> str:
    return Form.objects.get(pk=form.pk).get_status_display()


def test_the_whole_way_is_offered_to_whom_it_belongs(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    preparer, auditor, viewer = (client_of(name) for name in ("preparer", "auditor", "viewer"))
    assert steps(preparer, submitted) == ["撤回"]
    assert steps(auditor, submitted) == ["退回修改", "审核"]
    assert steps(viewer, submitted) == []
    assert primary(auditor, submitted) == ["审核"]
    assert primary(viewer, submitted) == ["打印 PDF"]
    page = auditor.get(f"/forms/{submitted.pk}/")
    assert f"/forms/{submitted.pk}/review/" in links(page, ".toolbar-actions > a")

    assert take(auditor, submitted, "return", reason="请补充依据") == 302
    assert steps(preparer, submitted) == ["送审", "修改"]
    assert primary(preparer, submitted) == ["修改"]
    assert steps(auditor, submitted) == []
    assert take(preparer, submitted, "submit") == 302
    assert take(auditor, submitted, "approve", opinion="同意") == 302
    assert steps(preparer, submitted) == []
    assert steps(auditor, submitted) == ["重新打开", "公开"]
    assert primary(auditor, submitted) == ["公开"]
    assert take(auditor, submitted, "publish") == 302
    assert steps(auditor, submitted) == ["撤回公开"]
    assert take(auditor, submitted, "unpublish", reason="数据有误") == 302
    assert take(auditor, submitted, "reopen", reason="更正执行数") == 302
    assert status(submitted) == "退回修改"
    told = texts(preparer.get(f"/forms/{submitted.pk}/"), ".milestones li")
    assert [one.split()[0] for one in told] == [
        "重新打开", "撤回公开", "公开", "审核通过", "送审", "退回", "送审", "新建",
    ]  # fmt: skip
    assert told[0].startswith("重新打开 赵审核 ")
    assert told[0].endswith("更正执行数")
    assert told[5].endswith("请补充依据")
    assert "同意自评 " in told[3]
    assert "复核 " in told[3]


def test_the_preparer_takes_it_back_and_goes_on_writing(
    client_of: ClientOf, submitted: Form
) -> None:
    client = client_of("preparer")
    answer = client.post(
        f"/forms/{submitted.pk}/withdraw/", {"version": submitted.version}, follow=True
    )
    assert answer.redirect_chain[-1][0] == f"/forms/{submitted.pk}/edit/"
    assert status(submitted) == "草稿"
    assert submitted.versions.first().get_reason_display() == "撤回"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("who", "answer"), [("auditor", 403), ("viewer", 403), ("stranger", 404), ("newcomer", 404)]
)
def test_nobody_else_takes_it_back(
    client_of: ClientOf, submitted: Form, who: str, answer: int
) -> None:
    client = client_of(who)
    given = {"version": submitted.version}
    assert client.post(f"/forms/{submitted.pk}/withdraw/", given).status_code == answer
    assert status(submitted) == "待审核"


@pytest.mark.parametrize("version", ["", "0", "1", "9999999999999", "-1", "三"])
def test_another_version_is_refused_and_the_typed_reason_stays(
    client_of: ClientOf, submitted: Form, version: str
) -> None:
    given = {"version": version, "reason": "写了很久的理由"}
    answer = client_of("auditor").post(f"/forms/{submitted.pk}/return/", given)
    assert answer.status_code == 409
    assert "已有更新的版本，未覆盖他人的修改" in text(answer, "#step-return [role=alert]")
    assert text(answer, "#step-return textarea") == "写了很久的理由"
    assert status(submitted) == "待审核"


def test_a_step_that_came_too_late_says_so_and_keeps_what_was_typed(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    given = {"version": submitted.version, "reason": "请修改第三行"}
    approve_form(submitted, by=cast.auditor, expected_version=submitted.version)
    answer = client_of("auditor").post(f"/forms/{submitted.pk}/return/", given)
    assert answer.status_code == 409
    said = text(answer, ".notice-error")
    assert "这份表现在是「审核通过」，不能退回修改" in said
    assert "请修改第三行" in said
    assert status(submitted) == "审核通过"


def test_a_return_needs_a_reason_or_a_comment(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    client = client_of("auditor")
    page = client.get(f"/forms/{submitted.pk}/")
    assert "required" in page.content.decode().split('id="step-return-text"')[1].split(">")[0]
    answer = client.post(
        f"/forms/{submitted.pk}/return/", {"version": submitted.version, "reason": "  "}
    )
    assert answer.status_code == 422
    assert "请写明退回理由" in text(answer, "#step-return [role=alert]")
    assert status(submitted) == "待审核"
    add_comment(
        submitted, by=cast.auditor, text="请核对", place="actual_outcome", label="实际完成情况"
    )
    assert take(client, submitted, "return", reason="") == 302
    assert status(submitted) == "退回修改"


@pytest.mark.parametrize("step", ["unpublish", "reopen", "adjust"])
def test_reasons_that_are_too_long_come_back_as_they_were_typed(
    cast: Cast, client_of: ClientOf, step: str
) -> None:
    form = cast.form("固定源管理技术支持", 2026)
    Membership.objects.create(user=cast.preparer, unit=form.project.unit, role=Role.PREPARER.value)
    before = "published" if step == "unpublish" else "approved"
    Form.objects.filter(pk=form.pk).update(status=before)
    reason = "理由" * 1001
    who = "preparer" if step == "adjust" else "auditor"
    answer = client_of(who).post(
        f"/forms/{form.pk}/{step}/", {"version": form.version, "reason": reason}
    )
    assert answer.status_code == 422
    assert "超过 2000 字（现 2002 字）" in text(answer, f"#step-{step} [role=alert]")
    assert text(answer, f"#step-{step} textarea") == reason
    assert Form.objects.get(pk=form.pk).status == before


def test_errors_stand_in_the_way_of_a_submit_and_are_named(cast: Cast, client_of: ClientOf) -> None:
    form = copied_declaration(cast.preparer, cast.form("信息化运维项目", 2026))
    client = client_of("preparer")
    page = client.get(f"/forms/{form.pk}/")
    assert steps(client, form) == ["填报"]
    (hindered,) = texts(page, ".notice-warning")
    assert "处错误，改正后才能送审。" in hindered
    answer = client.post(f"/forms/{form.pk}/submit/", {"version": form.version})
    assert answer.status_code == 422
    assert "从其他表复制而来，请核对后确认或改写" in text(answer, "#step-submit [role=alert]")
    assert status(form) == "草稿"


def test_nobody_judges_what_they_submitted_themselves(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    Membership.objects.create(
        user=cast.preparer, unit=submitted.project.unit, role=Role.AUDITOR.value
    )
    client = client_of("preparer")
    assert "这份表由您本人送审，须由其他审核人审核通过。" in texts(
        client.get(f"/forms/{submitted.pk}/"), ".notice-warning"
    )
    given = {"version": submitted.version}
    assert client.post(f"/forms/{submitted.pk}/approve/", given).status_code == 403
    assert status(submitted) == "待审核"


def test_a_unit_that_looks_first(cast: Cast, client_of: ClientOf) -> None:
    form = returned(
        submitted_declaration(cast.preparer, cast.form("信息化运维项目", 2026)), cast.auditor
    )
    reviewer = unit_reviewer_of(form)
    preparer = client_of("preparer")
    assert steps(preparer, form) == ["送单位审核", "修改"]
    page = preparer.get(f"/forms/{form.pk}/edit/")
    assert text(page, "#editor-submit") == "送单位审核"
    assert take(preparer, form, "submit") == 302
    assert status(form) == "待单位审核"
    assert client_of("auditor").get(f"/forms/{form.pk}/").status_code == 404
    unit = Client()
    unit.force_login(reviewer)
    assert steps(unit, form) == ["退回修改", "单位审核通过", "逐格批注"]
    assert primary(unit, form) == ["单位审核通过"]
    assert take(unit, form, "endorse", opinion="数据属实") == 302
    assert steps(client_of("auditor"), form) == ["退回修改", "审核"]
    (first, *_) = texts(client_of("auditor").get(f"/forms/{form.pk}/"), ".milestones li")
    assert first.startswith("单位审核通过 吴单位审")
    assert first.endswith("数据属实")


def test_why_it_came_back_stands_on_top(cast: Cast, client_of: ClientOf, submitted: Form) -> None:
    row = submitted.self_evaluation.results.all()[1]
    add_comment(
        submitted, by=cast.auditor, text="请说明数据来源", place=f"row:{row.code}.actual",
        label=f"第 2 行「{row.name}」实际完成值", quote=row.actual,
    )  # fmt: skip
    form = returned(submitted, cast.auditor, reason="请逐项核对\n第二段")
    for address in (f"/forms/{form.pk}/", f"/forms/{form.pk}/edit/"):
        said = text(client_of("preparer").get(address), ".sent-back")
        assert said.startswith("赵审核 于 ")
        assert timezone.localdate().isoformat() in said
        assert "请逐项核对第二段" in said
        assert "未处理的批注 1 条" in said
    page = client_of("preparer").get(f"/forms/{form.pk}/")
    assert "请说明数据来源" in text(page, ".comment")
    assert links(page, ".comment-head a") == ["#cell-indicators-1-actual"]


def test_handing_in_names_what_was_asked_but_neither_changed_nor_answered(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    rows = list(submitted.self_evaluation.results.all())
    for number, words in ((1, "先改这里"), (2, "这里也要改")):
        add_comment(
            submitted, by=cast.auditor, text=words, place=f"row:{rows[number].code}.actual",
            label=f"第 {number + 1} 行实际完成值", quote=rows[number].actual,
        )  # fmt: skip
    form = returned(submitted, cast.auditor)
    change(form, cast.preparer, put("indicators.1.actual", "改过的完成值"))
    page = client_of("preparer").get(f"/forms/{form.pk}/")
    named = texts(page, "#step-submit .step-named li")
    assert any("这里也要改" in one for one in named)
    assert not any("先改这里" in one for one in named)

    again = handed_in_again(form, cast.preparer)
    for who in ("auditor", "preparer"):
        page = client_of(who).get(f"/forms/{again.pk}/")
        assert texts(page, ".since .asked li") == ["第 3 行实际完成值：这里也要改"]


def test_after_it_came_back_only_what_changed_is_marked(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    page = client_of("auditor").get(f"/forms/{submitted.pk}/")
    assert texts(page, ".sheet-table .is-changed") == []
    was = submitted.self_evaluation.results.all()[1].actual
    form = returned(submitted, cast.auditor)
    again = handed_in_again(form, cast.preparer, put("indicators.1.actual", "改过的完成值"))
    for who in ("auditor", "preparer", "viewer"):
        page = client_of(who).get(f"/forms/{again.pk}/")
        assert texts(page, ".sheet-table .is-changed") == [f"{was} 改过的完成值"]
        assert texts(page, ".sheet-table .is-changed del") == [was]
        assert "退回以来改动 1 处" in text(page, ".since h2")
        (told,) = texts(page, ".differences li")
        assert "第 2 行 实际完成值" in told
        assert links(page, ".differences a") == ["#cell-indicators-1-actual"]


def test_the_result_stands_beside_the_unit_s_own(
    cast: Cast, client_of: ClientOf, submitted: Form
) -> None:
    row = submitted.self_evaluation.results.all()[1]
    client = client_of("auditor")
    given = {
        "edits": 0,
        "opinion": "个别指标偏高",
        "rows": [{"row_code": row.code, "score": "1.50", "remark": "佐证不足"}],
    }
    address = f"/api/forms/{submitted.pk}/review"
    assert client.patch(address, given, content_type="application/json").status_code == 200
    assert "佐证不足" not in client_of("preparer").get(f"/forms/{submitted.pk}/").content.decode()
    assert take(client, submitted, "approve") == 302
    for who in ("preparer", "auditor", "viewer"):
        page = client_of(who).get(f"/forms/{submitted.pk}/")
        result = text(page, ".result")
        assert "审核通过，赵审核，" in result
        assert "个别指标偏高" in result
        assert row.score is not None
        own, given_total = texts(page, ".result-scores .number")
        assert float(own) - float(given_total) == pytest.approx(float(row.score) - 1.5)
        (changed,) = texts(page, ".result > .table-frame tbody tr")
        assert changed.endswith("佐证不足")
        assert "1.50−18.50" in changed
        assert len(texts(page, ".result details tbody tr")) == 4 + 2
        assert links(page, ".result-head a")[0].startswith(f"/forms/{submitted.pk}/opinion/")


def test_earlier_rounds_can_be_unfolded(cast: Cast, client_of: ClientOf, submitted: Form) -> None:
    form = handed_in_again(returned(submitted, cast.auditor, reason="先改一遍"), cast.preparer)
    approve_form(form, by=cast.auditor, expected_version=form.version, opinion="同意")
    page = client_of("preparer").get(f"/forms/{form.pk}/")
    (earlier,) = texts(page, ".round")
    assert "主管部门审核：退回修改" in earlier
    assert "先改一遍" in earlier


def test_a_late_form_says_so(cast: Cast, client_of: ClientOf, submitted: Form) -> None:
    client = client_of("auditor")
    assert "逾期送审" not in text(client.get(f"/forms/{submitted.pk}/"), ".facts")
    Form.objects.filter(pk=submitted.pk).update(is_late=True)
    assert "逾期送审" in text(client.get(f"/forms/{submitted.pk}/"), ".facts")


def test_asking_is_not_doing(client_of: ClientOf, submitted: Form) -> None:
    for step in ("withdraw", "return", "approve", "publish", "adjust"):
        client = client_of("preparer")
        with nothing_written():
            assert client.get(f"/forms/{submitted.pk}/{step}/").status_code == 405


def test_an_adjustment_given_up_is_named_before(cast: Cast, client_of: ClientOf) -> None:
    form = cast.form("固定源管理技术支持", 2026)
    user: User = cast.preparer
    Membership.objects.create(user=user, unit=form.project.unit, role=Role.PREPARER.value)
    Form.objects.filter(pk=form.pk).update(status="approved")
    form.refresh_from_db()
    assert steps(client_of("preparer"), form) == ["目标调整"]
    adjust_form(form, by=user, expected_version=form.version, reason="追加预算")
    client = client_of("preparer")
    assert steps(client, form) == ["取消调整", "送审", "填报"]
    page = client.get(f"/forms/{form.pk}/")
    assert "恢复第 1 版" in text(page, "#step-cancel_adjustment .step-named")
    assert "目标调整中，第 1 版仍有效" in text(page, ".facts")
