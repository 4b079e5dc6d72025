"""复核意见书 as PDF."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from perfgoals.common.models import AuditEntry
from perfgoals.common.printing import PrintingError
from projects.models import Form
from projects.services import revoke_waiver, waive_finding
from scoring.access import form_document
from scoring.services import RowChange, approve_form, judge, patch_review, reopen_form
from tests.cast import Cast
from tests.drafts import put
from tests.reading import links, text, texts
from tests.submitted import (
    handed_in_again,
    returned,
    submitted_declaration,
    submitted_evaluation,
)

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]


def url(form: Form) -> str:
    return f"/forms/{form.pk}/opinion/"


def pages(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    found = PdfReader(io.BytesIO(response.content)).pages
    return [re.sub(r"\s+", "", one.extract_text()) for one in found]


@pytest.fixture
def approved(cast: Cast) -> Form:
    """土壤固废化学品污染防治 with 28 rows; the reviewer lowers two and lets one finding pass."""
    form = submitted_evaluation(cast.preparer, cast.form("土壤固废化学品污染防治", 2020))
    rows = form.self_evaluation.results.all()
    changes = [
        RowChange(rows[1].code, Decimal("1.00"), "超额完成较多"),
        RowChange(rows[7].code, Decimal("0.50"), "佐证不足<b>&"),
        RowChange(rows[3].code, None, "注意口径"),
    ]
    patch_review(form, changes, by=cast.auditor, expected_edits=0, opinion="总体真实。\n请改进。")
    document = form_document(form)
    warning = next(one for one in judge(document, form).findings if one.level == "warning")
    waive_finding(form, document, warning, by=cast.auditor, reason="已核实")
    approve_form(form, by=cast.auditor, expected_version=form.version)
    return Form.objects.get(pk=form.pk)


def test_the_paper_says_what_was_decided(client_of: ClientOf, approved: Form) -> None:
    client = client_of("preparer")
    response = client.get(url(approved))
    assert response["Content-Type"] == "application/pdf"
    name = quote("土壤固废化学品污染防治 2021年自评表项目支出绩效自评复核意见书.pdf")
    assert name in response["Content-Disposition"]
    found = pages(client, url(approved))
    said = "".join(found)
    today = timezone.localdate()
    day = f"{today.year}年{today.month}月{today.day}日"
    for words in (
        "项目支出绩效自评复核意见书",
        "上海市生态环境局：",
        "2021年度「土壤固废化学品污染防治」项目支出绩效自评表（第3版）收悉",
        "审核通过",
        "年初预算数16,304,000.00元",
        "全年执行数16,202,910.00元",
        "预算执行率99.77%",
        "自评99.94优",
        "复核97.45优",
        "以下2项指标的得分与自评不一致",
        "2印刷资料2.002.001.00超额完成较多",
        "佐证不足<b>&",
        "注意口径",
        "下列1处检查结果经核实予以豁免",
        "豁免理由：已核实（赵审核，",
        "总体真实。请改进。",
        f"上海市生态环境局审核人：赵审核{day}",
    ):
        assert words in said, words
    assert [f"—{number}—" in page for number, page in enumerate(found, 1)] == [True] * len(found)


def test_it_stays_as_it_was_decided(cast: Cast, client_of: ClientOf, approved: Form) -> None:
    client = client_of("auditor")
    before = pages(client, url(approved))
    reopen_form(approved, by=cast.auditor, expected_version=approved.version, reason="更正")
    revoke_waiver(approved.waivers.get(), by=cast.auditor)
    handed_in_again(Form.objects.get(pk=approved.pk), cast.preparer, put("actual_outcome", "改了"))
    assert pages(client, url(approved)) == before


def test_a_return_has_one_too_and_each_can_be_asked_for(cast: Cast, client_of: ClientOf) -> None:
    form = submitted_evaluation(cast.preparer, cast.form("海洋生态环境保护", 2024))
    form = returned(form, cast.auditor, reason="请补充依据")
    client = client_of("preparer")
    first = form.reviews.get()
    said = "".join(pages(client, url(form)))
    assert "退回修改" in said
    assert "四、审核意见请补充依据" in said
    assert "请于修改后重新报送。上海市生态环境局" in said
    form = handed_in_again(form, cast.preparer)
    approve_form(form, by=cast.auditor, expected_version=form.version)
    assert "同意。" in "".join(pages(client, url(form)))
    assert "请补充依据" in "".join(pages(client, f"{url(form)}?review={first.pk}"))
    for number in ("0", "x", "9" * 30):
        assert client.get(f"{url(form)}?review={number}").status_code == 404


def test_a_declaration_with_a_remark_on_each_row(cast: Cast, client_of: ClientOf) -> None:
    form = submitted_declaration(
        cast.preparer, cast.form("现代化生态环境监测体系建设专项保障", 2026)
    )
    rows = list(form.declaration.indicators.all())
    changes = [RowChange(row.code, None, f"对第{row.pk}项的意见" * 6) for row in rows]
    patch_review(form, changes, by=cast.auditor, expected_edits=0)
    approve_form(form, by=cast.auditor, expected_version=form.version)
    found = pages(client_of("auditor"), url(form))
    said = "".join(found)
    assert "项目支出绩效目标审核意见书" in said
    assert "年度资金申请总额" in said
    assert all(f"对第{row.pk}项的意见" in said for row in rows)
    assert "自评" not in said


def test_before_a_decision_a_page_says_so(cast: Cast, client_of: ClientOf) -> None:
    form = submitted_evaluation(cast.preparer, cast.form("海洋生态环境保护", 2024))
    answer = client_of("preparer").get(url(form))
    assert answer.status_code == 404
    assert text(answer, "h1") == "还没有意见书"
    assert "现在是「待审核」" in text(answer, ".problem")
    assert client_of("auditor").get(url(cast.planning)).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("newcomer", 404), ("viewer", 200)])
def test_who_gets_it(client_of: ClientOf, approved: Form, who: str, status: int) -> None:
    assert client_of(who).get(url(approved)).status_code == status
    assert client_of(who).post(url(approved)).status_code == 405


def test_what_the_browser_has_is_not_sent_again(client_of: ClientOf, approved: Form) -> None:
    client = client_of("viewer")
    tag = client.get(url(approved))["ETag"]
    assert client.get(url(approved), headers={"If-None-Match": tag}).status_code == 304


def test_a_print_that_fails_says_why(client_of: ClientOf, approved: Form) -> None:
    failed = PrintingError("打印失败：超过 60 秒的时间上限")
    with patch("scoring.views.opinion.stored_html_print", side_effect=failed):
        answer = client_of("viewer").get(url(approved))
    assert answer.status_code == 503
    assert "超过 60 秒" in text(answer)


def test_the_paper_is_looked_at_before_it_is_printed(client_of: ClientOf, approved: Form) -> None:
    page = f"{url(approved)}preview/"
    shown = client_of("preparer").get(page)
    assert shown.status_code == 200
    said = "".join(text(shown, ".opinion").split())
    printed = "".join(pages(client_of("preparer"), url(approved)))
    for words in ("项目支出绩效自评复核意见书", "超额完成较多", "佐证不足<b>&", "请改进。"):
        assert words in said
        assert words in printed
    assert texts(shown, ".opinion-number") == [], "填报人不填发文字号"
    [pdf] = links(shown, ".page-head a.button")
    assert pdf == f"{url(approved)}?review={approved.reviews.get().pk}"


def test_an_auditor_gives_it_a_number(client_of: ClientOf, approved: Form) -> None:
    page, client = f"{url(approved)}preview/", client_of("auditor")
    review = approved.reviews.get()
    answer = client.post(page, {"review": review.pk, "number": " 沪环规〔2026〕12号\x00 "})
    assert answer["Location"] == f"{page}?review={review.pk}"
    assert "沪环规〔2026〕12号" in text(client.get(page), ".opinion .reference")
    assert "沪环规〔2026〕12号" in "".join(pages(client_of("preparer"), url(approved)))
    entry = AuditEntry.objects.get(summary="填写意见书发文字号")
    assert entry.changes[0]["after"] == "沪环规〔2026〕12号"
    client.post(page, {"number": ""})
    assert "〔2026〕" not in text(client.get(page), ".opinion")
    for wrong, why in (("字" * 61, "最多 60 字（现 61 字）"), ("一\n二", "只有一行")):
        answer = client.post(page, {"number": wrong})
        assert answer.status_code == 422
        assert why in text(answer, ".field-error")
    assert client_of("preparer").post(page, {"number": "x"}).status_code == 403
    assert client_of("stranger").post(page, {"number": "x"}).status_code == 404


def test_before_anything_was_decided_there_is_nothing_to_look_at(
    cast: Cast, client_of: ClientOf
) -> None:
    form = submitted_evaluation(cast.preparer, cast.form("土壤固废化学品污染防治", 2020))
    for address in ("", "preview/"):
        answer = client_of("auditor").get(url(form) + address)
        assert answer.status_code == 404
        assert text(answer, "h1") == "还没有意见书"
