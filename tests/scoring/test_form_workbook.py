"""A form as its workbook: downloaded, uploaded, looked at, applied."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from perfgoals.accounts.models import Membership, Role, Unit
from perfgoals.common.patches import SetCell
from projects.models import Form, FormVersion
from scoring.access import form_document
from scoring.services import patch_form, start_self_evaluation
from tests.cast import CENTRE, Cast
from tests.reading import links, nothing_written, text, texts
from tests.workbooks.office import coordinate, opened, put_in_row, saved, take_out_row

ClientOf = Callable[[str], Client]
UPLOADED = FormVersion.Reason.UPLOADED


@pytest.fixture
def draft(cast: Cast, db: None) -> Form:
    """A self-evaluation of the bureau that the preparer writes."""
    Form.objects.filter(pk=cast.planning.pk).update(status="draft")
    return cast.planning


def url(form: Form, what: str = "") -> str:
    return f"/forms/{form.pk}/workbook/{what}"


def download(client: Client, form: Form) -> bytes:
    response = client.get(url(form))
    assert response.status_code == 200
    return response.content


def upload(client: Client, form: Form, data: bytes, name: str = "填好的.xlsx") -> Any:
    return client.post(url(form, "upload/"), {"file": SimpleUploadedFile(name, data)})


def looked_at(response: Any) -> str:
    return response.context["token"]


def apply(client: Client, form: Form, response: Any) -> Any:
    return client.post(url(form, "apply/"), {"looked_at": looked_at(response)})


def with_score(data: bytes, score: Any) -> bytes:
    """The workbook with another score in the first row."""
    sheet = opened(data)
    row, column = coordinate(sheet, "偏差原因分析及改进措施")
    sheet.cell(row + 1, column - 1).value = score
    return saved(sheet)


def stored(form: Form) -> Any:
    """What the form says in the tables now."""
    return form_document(fresh(form))


def fresh(form: Form) -> Form:
    return Form.objects.get(pk=form.pk)


# -- download --------------------------------------------------------------------------------------


def test_the_download_is_a_workbook_with_the_forms_name(cast: Cast, client_of: ClientOf) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = client.get(url(cast.planning))
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert response["Content-Disposition"].startswith("attachment;")
    assert (
        quote("综合规划、区域协作及资金管理 2020年自评表.xlsx") in response["Content-Disposition"]
    )
    sheet = opened(response.content)
    assert sheet["A1"].value == "财政项目支出绩效自评表"
    assert sheet.title == "综合规划、区域协作及资金管理"


@pytest.mark.parametrize("name", ["colleague", "auditor", "viewer", "admin"])
def test_who_sees_the_form_may_download_it(cast: Cast, client_of: ClientOf, name: str) -> None:
    assert client_of(name).get(url(cast.planning)).status_code == 200


# -- the page --------------------------------------------------------------------------------------


def test_the_page_says_what_to_do(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = client.get(url(draft, "upload/"))
    assert texts(response, ".workbook-ways h2") == ["一、下载", "二、上传"]
    assert links(response, ".workbook-ways a") == [url(draft)]


def test_an_unchanged_workbook_changes_nothing(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    data = download(client, draft)
    with nothing_written():
        response = upload(client, draft, data)
    assert response.status_code == 200
    assert text(response, "#preview") == "与现在的内容完全相同"
    assert texts(response, "button.button-primary") == []


def test_differences_are_shown_cell_by_cell_before_they_are_applied(
    draft: Form, client_of: ClientOf
) -> None:
    client = client_of("preparer")
    sheet = opened(download(client, draft))
    row, column = coordinate(sheet, "偏差原因分析及改进措施")
    before = form_document(draft)
    sheet.cell(row + 1, column).value = "入库较晚，已督促"
    sheet.cell(row + 1, column - 1).value = 1.5
    take_out_row(sheet, row + 4)
    put_in_row(sheet, row + 3, {4: "新增的指标", 5: "≥3次"})
    amount, left = coordinate(sheet, "年度资金总额")
    sheet.cell(amount, left + 4).value = 2_900_000
    with nothing_written():
        response = upload(client, draft, saved(sheet))
    assert response.status_code == 200
    assert text(response, "#preview") == "将改动 5 处，尚未采用"
    told = texts(response, ".differences li")
    first = before.indicators[0]
    assert told[0].startswith("改动 年度资金总额 全年执行数")
    assert told[0].endswith("→ 2,900,000")
    assert told[1].startswith(f"改动 第 1 行 得分 {first.name}")
    assert told[1].endswith("→ 1.5")
    assert told[2].endswith("（空） → 入库较晚，已督促")
    assert told[3] == "新增 第 3 行 新增的指标 新增一行"
    assert told[4].startswith("删除 原第 4 行")
    assert fresh(draft).version == draft.version


def test_applying_is_one_version(cast: Cast, draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    looked = upload(client, draft, with_score(download(client, draft), 1.5))
    response = apply(client, draft, looked)
    assert response["Location"] == f"/forms/{draft.pk}/"
    document = stored(draft)
    assert document.indicators[0].score == Decimal("1.5")
    version = draft.versions.first()
    assert version is not None
    assert (version.number, version.reason, version.by) == (
        draft.version + 1, UPLOADED, cast.preparer,
    )  # fmt: skip
    assert version.note == "文件「填好的.xlsx」"
    assert draft.versions.count() == 2
    page = client.get(response["Location"])
    assert f"已按工作簿更新，成为第 {draft.version + 1} 版。" in text(page, ".messages")


def test_rows_keep_what_the_sheet_does_not_show(
    cast: Cast, draft: Form, client_of: ClientOf
) -> None:
    client = client_of("preparer")
    done = patch_form(
        draft,
        [
            SetCell(op="set", path="indicators.1.attainment", value="partial"),
            SetCell(op="set", path="funds.total.deviation_reason", value="招标较晚"),
        ],
        by=cast.preparer,
        expected_version=draft.version,
    )
    codes = [row.code for row in done.judged.document.indicators]
    sheet = opened(download(client, draft))
    row, column = coordinate(sheet, "偏差原因分析及改进措施")
    sheet.cell(row + 2, column).value = "说明"
    put_in_row(sheet, row + 1, {4: "放在最前的指标"})
    apply(client, draft, upload(client, draft, saved(sheet)))
    document = stored(draft)
    assert [one.code for one in document.indicators[1:]] == codes
    assert document.indicators[2].attainment == "partial"
    assert document.funds.total.deviation_reason == "招标较晚"


def test_findings_after_applying_are_shown(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    response = upload(client, draft, with_score(download(client, draft), 99))
    rows = texts(response, ".workbook-findings tbody tr")
    assert any("第 1 行 得分" in row and "99" in row and row.startswith("错误") for row in rows)


# -- what cannot be taken --------------------------------------------------------------------------


def test_errors_name_the_cell_and_nothing_can_be_applied(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = upload(client, draft, with_score(download(client, draft), "满分"))
    assert response.status_code == 422
    assert text(response, "#problems") == "有 1 处不能读入，没有改动任何内容"
    (row,) = texts(response, ".workbook-problems tbody tr")
    assert row == "H13年报审计数量 · 得分满分应为数字"
    assert "token" not in response.context


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html>", "网页（HTML）"),
        (b"PK\x03\x04broken", "文件不完整或已损坏"),
        ("项目名称,1".encode("gb18030"), "文本（如 CSV）"),
    ],
)
def test_a_file_that_is_no_workbook(
    draft: Form, client_of: ClientOf, data: bytes, words: str
) -> None:
    response = upload(client_of("preparer"), draft, data)
    assert response.status_code == 422
    assert words in text(response, ".notice-error")


def test_no_file_and_a_file_too_large(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    response = client.post(url(draft, "upload/"))
    assert (response.status_code, text(response, ".notice-error")) == (422, "请选择工作簿文件。")
    response = upload(client, draft, b"PK" + bytes(5 * 2**20))
    assert response.status_code == 422
    assert "文件超过 5 MB" in text(response, ".notice-error")


def test_the_workbook_of_another_form(cast: Cast, draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    response = upload(client, draft, download(client, cast.form("科技与国际合作交流", 2020)))
    assert response.status_code == 422
    assert "工作簿是从另一份表下载的" in text(response, ".workbook-problems")


def test_the_workbook_of_the_other_kind(cast: Cast, draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    response = upload(client, draft, download(client_of("admin"), cast.declaration))
    assert response.status_code == 422
    assert "工作簿里是申报表，这里要的是自评表" in text(response, ".workbook-problems")


def test_department_and_unit_are_settled(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    sheet = opened(download(client, draft))
    row, column = coordinate(sheet, "主管部门")
    sheet.cell(row, column + 1).value = "另一个局"
    response = upload(client, draft, saved(sheet))
    assert text(response, "#preview") == "与现在的内容完全相同"
    assert "「主管部门」在建表时已确定，仍为「上海市生态环境局」" in text(
        response, ".workbook-remarks"
    )


def test_what_the_approved_declaration_says_stays(
    cast: Cast, db: None, client_of: ClientOf
) -> None:
    declared = cast.form("交通工具购置及更新", 2024)
    form = start_self_evaluation(project=declared.project, year=2024, by=cast.admin)
    unit = Unit.objects.get(name=CENTRE)
    Membership.objects.create(user=cast.preparer, unit=unit, role=Role.PREPARER.value)
    client = client_of("preparer")
    sheet = opened(download(client, form))
    row, column = coordinate(sheet, "三级指标")
    sheet.cell(row + 1, column).value = "改了名的指标"
    sheet.cell(row + 2, column + 2).value = "无违章"
    take_out_row(sheet, row + 4)
    put_in_row(sheet, row + 3, {column: "私自增加的指标", column + 3: 5})
    response = upload(client, form, saved(sheet))
    assert text(response, "#preview") == "将改动 1 处，尚未采用"
    remarks = texts(response, ".workbook-remarks li")
    assert remarks == [
        "第 1 行「行驶公里数」的指标和指标值取自已批准的申报表，其改动不采用",
        "第 4 行「节能减排」取自已批准的申报表，不能删去，保持不变",
        "新增的「私自增加的指标」不采用：指标取自已批准的申报表，不能增加",
    ]
    apply(client, form, response)
    assert [one.name for one in stored(form).indicators] == [
        "行驶公里数", "行驶安全性", "接送准点率", "节能减排", "车辆使用管理办法", "乘用人员满意度",
    ]  # fmt: skip
    assert stored(form).indicators[1].actual == "无违章"


# -- in between ------------------------------------------------------------------------------------


def change(form: Form, by: Any, path: str, value: Any) -> None:
    form = fresh(form)
    patch_form(
        form, [SetCell(op="set", path=path, value=value)], by=by, expected_version=form.version
    )


def test_what_was_changed_since_the_download_is_named(
    cast: Cast, draft: Form, client_of: ClientOf
) -> None:
    client = client_of("preparer")
    data = with_score(download(client, draft), 1.5)
    change(draft, cast.colleague, "indicators.0.actual", "同事改过")
    response = upload(client, draft, data)
    warning = text(response, ".workbook-preview .notice-warning")
    assert "工作簿是在第 1 版时下载的，表现在是第 2 版" in warning
    assert texts(response, ".overwritten li")[0].startswith("第 1 行 实际完成值")
    assert len(texts(response, ".overwritten li")) == 1


def test_when_autosaves_hide_the_downloaded_version_it_says_so(
    cast: Cast, draft: Form, client_of: ClientOf
) -> None:
    client = client_of("preparer")
    change(draft, cast.preparer, "indicators.0.actual", "改一次")
    data = with_score(download(client, draft), 1.5)
    change(draft, cast.preparer, "indicators.0.actual", "又改一次")
    warning = text(upload(client, draft, data), ".workbook-preview .notice-warning")
    assert "无法逐格分辨" in warning


def test_what_was_saved_after_the_look_is_not_overwritten(
    cast: Cast, draft: Form, client_of: ClientOf
) -> None:
    client = client_of("preparer")
    looked = upload(client, draft, with_score(download(client, draft), 1.5))
    change(draft, cast.colleague, "indicators.0.actual", "同事改过")
    response = apply(client, draft, looked)
    assert response.status_code == 409
    assert "没有采用" in text(response, ".notice-error")
    assert stored(draft).indicators[0].actual == "同事改过"
    assert any("同事改过" in one for one in texts(response, ".differences li"))
    assert apply(client, draft, response).status_code == 302
    assert stored(draft).indicators[0].score == Decimal("1.5")


def test_applying_twice_does_it_once(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    looked = upload(client, draft, with_score(download(client, draft), 1.5))
    assert apply(client, draft, looked).status_code == 302
    assert apply(client, draft, looked).status_code == 409
    assert draft.versions.filter(reason=UPLOADED).count() == 1


def test_a_look_is_good_for_one_person_one_form_and_a_time(
    cast: Cast, draft: Form, client_of: ClientOf
) -> None:
    client = client_of("preparer")
    looked = upload(client, draft, with_score(download(client, draft), 1.5))
    other = cast.form("科技与国际合作交流", 2020)
    Form.objects.filter(pk=other.pk).update(status="draft")
    for who, form, token in (
        ("colleague", draft, looked_at(looked)),
        ("preparer", other, looked_at(looked)),
        ("preparer", draft, looked_at(looked)[:-3] + "abc"),
        ("preparer", draft, ""),
    ):
        response = client_of(who).post(url(form, "apply/"), {"looked_at": token})
        assert response.status_code == 422
        assert "预览已过期或不属于您" in text(response, ".notice-error")
    with patch("scoring.views.form_workbook.LASTS", -1):
        assert apply(client, draft, looked).status_code == 422
    assert fresh(draft).version == draft.version


# -- rights ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["auditor", "viewer", "admin"])
def test_who_may_not_edit_may_not_upload(
    cast: Cast, draft: Form, client_of: ClientOf, name: str
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="returned")  # a draft they would not even see
    client = client_of(name)
    assert client.get(url(draft, "upload/")).status_code == 403
    assert client.post(url(draft, "upload/")).status_code == 403
    assert client.post(url(draft, "apply/")).status_code == 403


@pytest.mark.parametrize("what", ["", "upload/", "apply/"])
@pytest.mark.parametrize("name", ["stranger", "newcomer"])
def test_others_do_not_find_it(draft: Form, client_of: ClientOf, name: str, what: str) -> None:
    client = client_of(name)
    response = client.post(url(draft, what)) if what == "apply/" else client.get(url(draft, what))
    assert response.status_code == 404


@pytest.mark.parametrize("status", ["submitted", "approved", "published"])
def test_a_form_that_is_handed_in_is_not_changed(
    draft: Form, client_of: ClientOf, status: str
) -> None:
    client = client_of("preparer")
    data = with_score(download(client, draft), 1.5)
    looked = upload(client, draft, data)
    Form.objects.filter(pk=draft.pk).update(status=status)
    for response in (
        client.get(url(draft, "upload/")),
        upload(client, draft, data),
        apply(client, draft, looked),
    ):
        assert response.status_code == 409
        assert "不能修改" in text(response, ".notice-error")
        assert texts(response, "#workbook-file") == []
    assert fresh(draft).version == draft.version


def test_anonymous_is_sent_to_sign_in(draft: Form, client_of: ClientOf) -> None:
    for what in ("", "upload/", "apply/"):
        response = client_of("anonymous").get(url(draft, what))
        assert response["Location"] == f"/sign-in/?next={url(draft, what)}"


def test_other_methods_are_refused(draft: Form, client_of: ClientOf) -> None:
    client = client_of("preparer")
    assert client.post(url(draft)).status_code == 405
    assert client.get(url(draft, "apply/")).status_code == 405
    assert client.put(url(draft, "upload/")).status_code == 405


def test_a_page_of_another_site_cannot_upload_or_apply(cast: Cast, draft: Form) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.preparer)
    assert client.post(url(draft, "upload/")).status_code == 403
    assert client.post(url(draft, "apply/")).status_code == 403
