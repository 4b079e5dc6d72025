"""目标调整: both versions side by side, and what stands in the meantime."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.test import Client
from pypdf import PdfReader

from projects.models import Form
from scoring.services import (
    adjust_form,
    approve_form,
    cancel_adjustment,
    start_self_evaluation,
    submit_form,
)
from tests.cast import Cast
from tests.drafts import change, prepares, put, said
from tests.reading import links, nothing_written, text, texts

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]


@pytest.fixture
def adjusting(cast: Cast) -> Form:
    """An approved declaration of the centre, version 1, whose goals are being adjusted."""
    published = cast.form("固定源管理技术支持", 2026)
    prepares(cast.preparer, published)
    Form.objects.filter(pk=published.pk).update(status="approved")
    form = Form.objects.get(pk=published.pk)
    adjust_form(form, by=cast.preparer, expected_version=form.version, reason="年中追加预算")
    change(
        form,
        cast.preparer,
        put("indicators.3.target", "≥60000.00(家)"),
        {"op": "remove", "path": "indicators", "at": 5, "count": 1},
        {
            "op": "insert",
            "path": "indicators",
            "at": 1,
            "rows": [
                {
                    "level1": "成本指标",
                    "level2": "经济成本指标",
                    "name": "新的成本",
                    "target": "≤5(元)",
                }
            ],
        },
    )
    return Form.objects.get(pk=form.pk)


def url(form: Form) -> str:
    return f"/forms/{form.pk}/adjustment/"


def test_both_versions_stand_side_by_side_with_what_differs_marked(
    client_of: ClientOf, adjusting: Form
) -> None:
    client = client_of("auditor")
    with nothing_written():
        page = client.get(url(adjusting))
    facts = text(page, ".adjustment dl")
    assert "调整理由年中追加预算" in facts
    assert "申请张填报，" in facts
    assert "第 1 版，调整后的内容审核通过前仍以它为准" in facts
    left, right = texts(page, ".sides > section")
    assert left.startswith("调整前（批准的第 1 版）")
    assert right.startswith("调整后（未经批准）")
    assert texts(page, ".sides > section:first-child .is-changed") == ["≥50000.00(家)"]
    assert texts(page, ".sides > section:last-child .is-changed") == ["≥60000.00(家)"]
    assert "新的成本" not in left
    assert "新增新的成本" in right
    assert texts(page, ".sides section .is-absent.name") == ["（无此行）", "（无此行）"]
    assert len(texts(page, ".differences li")) == 3
    ids = page.content.decode().split(' id="')
    names = [one.split('"')[0] for one in ids[1:]]
    assert len(names) == len(set(names))


def test_the_approved_version_can_be_printed_meanwhile(
    client_of: ClientOf, adjusting: Form
) -> None:
    client = client_of("auditor")
    page = client.get(url(adjusting))
    assert f"/forms/{adjusting.pk}/pdf/?version=1" in links(page, ".adjustment a")

    def printed(address: str) -> str:
        pages = PdfReader(io.BytesIO(client.get(address).content)).pages
        return "".join(one.extract_text() for one in pages)

    approved = printed(f"/forms/{adjusting.pk}/pdf/?version=1")
    assert "≥50000.00(家)" in approved
    assert "批准的第 1 版；目标调整中，调整批准前有效" in approved
    assert "草稿" not in approved
    written = printed(f"/forms/{adjusting.pk}/pdf/")
    assert "≥60000.00(家)" in written
    assert "目标调整中，未经批准；第 1 版仍有效" in written
    assert "草稿" in written
    for number in ("2", "99", "x", "9" * 30):
        assert client.get(f"/forms/{adjusting.pk}/pdf/?version={number}").status_code == 404


def test_a_self_evaluation_begins_from_what_was_approved(
    cast: Cast, client_of: ClientOf, adjusting: Form
) -> None:
    page = client_of("preparer").get(
        f"/forms/new/?kind=self_evaluation&year=2026&project={adjusting.project_id}"
    )
    assert "17 行指标" in text(page)
    form = start_self_evaluation(project=adjusting.project, year=2026, by=cast.preparer)
    assert form.self_evaluation.declaration_id == adjusting.pk
    rows = said(form).indicators
    assert len(rows) == 17
    assert rows[3].target == "≥50000.00(家)"
    assert "新的成本" not in [row.name for row in rows]


def test_adjusted_submitted_and_approved_anew(
    cast: Cast, client_of: ClientOf, adjusting: Form
) -> None:
    submit_form(adjusting, by=cast.preparer, expected_version=adjusting.version)
    form = Form.objects.get(pk=adjusting.pk)
    page = client_of("auditor").get(f"/forms/{form.pk}/")
    assert "目标调整以来改动 3 处" in text(page, ".since h2")
    # Each leads to its cell; a row that was removed has none.
    assert links(page, ".since .differences a") == [
        "#cell-indicators-1-name",
        "#cell-indicators-4-target",
    ]
    approve_form(form, by=cast.auditor, expected_version=form.version)
    form.refresh_from_db()
    assert (form.status, form.adjusts_version) == ("approved", None)
    assert said(form).indicators[4].target == "≥60000.00(家)"
    page = client_of("viewer").get(url(form))
    assert "重新批准赵审核，" in text(page, ".adjustment dl")
    assert f"第 {form.version} 版" in text(page, ".adjustment dl")
    assert texts(page, ".sides > section:first-child .is-changed") == ["≥50000.00(家)"]
    assert texts(page, ".sides > section:last-child .is-changed") == ["≥60000.00(家)"]
    printed = client_of("viewer").get(f"/forms/{form.pk}/pdf/?version=1")
    assert "此后经目标调整" in PdfReader(io.BytesIO(printed.content)).pages[0].extract_text()
    adjust_form(form, by=cast.preparer, expected_version=form.version, reason="再次调整")
    page = client_of("viewer").get(url(form))
    assert [one.rsplit(" ", 1)[-1] for one in texts(page, ".milestones li")] == [
        "再次调整",
        "年中追加预算",
    ]
    assert "年中追加预算" in text(
        client_of("viewer").get(f"{url(form)}?number=1"), ".adjustment dl"
    )
    assert client_of("viewer").get(f"{url(form)}?number=77").status_code == 404


def test_given_up_it_says_exactly_what_was_approved(
    cast: Cast, client_of: ClientOf, adjusting: Form
) -> None:
    before = adjusting.versions.get(number=1).document
    cancel_adjustment(adjusting, by=cast.preparer, expected_version=adjusting.version)
    form = Form.objects.get(pk=adjusting.pk)
    assert (form.status, form.adjusts_version) == ("approved", None)
    # But for the codes of rows, which a published form has none of until somebody writes in it.
    now = said(form).as_json()
    for row in now["indicators"]:
        row.pop("code", None)
    assert now == before
    page = client_of("viewer").get(url(form))
    assert "恢复第 1 版" in text(page, ".adjustment dl")
    assert texts(page, ".sides") == []


def test_without_an_adjustment_the_page_says_how_to_begin_one(
    cast: Cast, client_of: ClientOf
) -> None:
    page = client_of("auditor").get(url(cast.declaration))
    assert "这份申报表没有调整过目标" in text(page, ".empty")
    assert client_of("auditor").get(url(cast.planning)).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("colleague", 404), ("stranger", 404), ("newcomer", 404), ("preparer", 200), ("auditor", 200)],
)
def test_who_sees_it(client_of: ClientOf, adjusting: Form, who: str, status: int) -> None:
    assert client_of(who).get(url(adjusting)).status_code == status
    assert client_of(who).post(url(adjusting)).status_code == 405
