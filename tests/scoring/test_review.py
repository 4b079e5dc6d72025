"""The review page: who gets it, and what it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import tinyhtml5
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from perfgoals.accounts.models import Membership, Role
from projects.models import Form
from projects.services import add_comment
from scoring.models import Review
from scoring.services import RowChange, add_attachment, patch_review
from tests.cast import Cast
from tests.drafts import put, said
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
def form(cast: Cast) -> Form:
    """A submitted self-evaluation of 2025 that says what the published one of 2024 says."""
    return submitted_evaluation(cast.preparer, cast.form("科技与国际合作交流", 2024))


def page(form: Form) -> str:
    return f"/forms/{form.pk}/review/"


def data_of(response: Any) -> dict[str, Any]:
    root = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)
    return json.loads(root.find(".//script[@id='review-data']").text)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("auditor", 200),
        ("preparer", 403),
        ("colleague", 403),
        ("viewer", 403),
        ("admin", 403),
        ("stranger", 404),
        ("newcomer", 404),
    ],
)
def test_only_who_judges_gets_it(client_of: ClientOf, form: Form, who: str, status: int) -> None:
    client = client_of(who)
    with nothing_written():
        assert client.get(page(form)).status_code == status


def test_anonymous_visitors_sign_in_first(client_of: ClientOf, form: Form) -> None:
    response = client_of("anonymous").get(page(form))
    assert response["Location"] == f"/sign-in/?next={page(form)}"


def test_other_methods_are_refused(client_of: ClientOf, form: Form) -> None:
    assert client_of("auditor").post(page(form)).status_code == 405


def test_a_form_that_was_decided_is_shown_on_its_own_page(
    cast: Cast, client_of: ClientOf, form: Form
) -> None:
    returned(form, cast.auditor)
    response = client_of("auditor").get(page(form), follow=True)
    assert response.redirect_chain == [(f"/forms/{form.pk}/", 302)]
    assert "这份表现在是「退回修改」，不在您的审核中。" in text(response, ".messages")


def test_the_units_reviewer_comments_without_points(cast: Cast, client_of: ClientOf) -> None:
    published = cast.form("科技与国际合作交流", 2024)
    person = unit_reviewer_of(published)
    form = submitted_evaluation(cast.preparer, published)
    client = Client()
    client.force_login(person)
    response = client.get(page(form))
    assert response.status_code == 200
    assert texts(response, "input.review-score") == []
    assert text(response, "#editor-submit") == "单位审核通过"
    assert client_of("preparer").get(page(form)).status_code == 403
    assert client_of("auditor").get(page(form)).status_code == 404


def test_each_row_has_its_suggestion_and_what_the_reviewer_gave(
    cast: Cast, client_of: ClientOf, form: Form
) -> None:
    first = said(form).indicators[0]
    patch_review(
        form, [RowChange(first.code, first.weight - 1, "少一份")], by=cast.auditor, expected_edits=0
    )
    response = client_of("auditor").get(page(form))
    rows = data_of(response)["rows"]
    assert len(texts(response, ".review-row")) == len(said(form).indicators) == len(rows)
    assert (rows[0]["name"], rows[0]["weight"], rows[0]["score"]) == (first.name, "15", "15")
    assert "建议" in texts(response, ".review-told")[0]
    assert texts(response, "textarea.review-remark")[0] == "少一份"
    state = data_of(response)["state"]
    assert state["rows"][first.code] == {"score": "14.00", "remark": "少一份"}
    assert float(state["difference"]) == -1


def test_last_years_figures_stand_beside_the_row(client_of: ClientOf, form: Form) -> None:
    response = client_of("auditor").get(page(form))
    row = data_of(response)["rows"][0]
    before = dict(row["last"]["values"])
    assert row["last"]["year"] == 2024
    assert (before["三级指标"], before["得分"]) == (row["name"], "15")
    assert "2024 年自评表" in text(response, "#panel-last")
    assert texts(response, "#panel-last summary") == ["预期目标", "实际完成情况"]


def test_a_declaration_asks_for_remarks_only(cast: Cast, client_of: ClientOf) -> None:
    form = submitted_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    response = client_of("auditor").get(page(form))
    assert texts(response, "input.review-score") == []
    assert len(texts(response, "textarea.review-remark")) == 17
    assert data_of(response)["rows"][0]["last"]["year"] == 2026
    assert "年度总体目标" in text(response, "#review-goals")
    assert texts(response, "#total-self") == []


def test_evidence_is_at_hand_by_row(cast: Cast, client_of: ClientOf, form: Form) -> None:
    form = returned(form, cast.auditor)
    code = said(form).indicators[2].code
    file = SimpleUploadedFile("台账.pdf", b"%PDF-1.4 ledger")
    added = add_attachment(form, file=file, name="台账.pdf", row_code=code, by=cast.preparer)
    handed_in_again(form, cast.preparer)
    response = client_of("auditor").get(page(form))
    rows = data_of(response)["rows"]
    assert rows[2]["files"] == [
        {"name": "台账.pdf", "href": f"/forms/{form.pk}/attachments/{added.pk}/"}
    ]
    assert rows[0]["files"] == []


def test_only_what_changed_is_marked_and_what_was_asked_in_vain_is_listed(
    cast: Cast, client_of: ClientOf, form: Form
) -> None:
    rows = said(form).indicators
    for row, words in ((rows[0], "请说明依据"), (rows[1], "原因要写明")):
        add_comment(
            form,
            by=cast.auditor,
            text=words,
            place=f"row:{row.code}.deviation_reason",
            label="偏差原因分析及改进措施",
        )
    form = returned(form, cast.auditor, reason="请补充")
    new = "因设备检修推迟，下一步提前安排"
    handed_in_again(form, cast.preparer, put("indicators.1.deviation_reason", new))
    response = client_of("auditor").get(page(form))
    assert [words for words in texts(response, ".is-changed") if words] == [f"超计划完成 {new}"]
    changes = text(response, "#panel-changes")
    assert "改动 1 处" in changes
    assert "上次的理由请补充" in changes
    assert "要求修改但未改（1）" in changes
    assert "请说明依据" in changes
    assert "原因要写明" not in changes


def test_nobody_approves_their_own_work(cast: Cast, client_of: ClientOf) -> None:
    published = cast.form("科技与国际合作交流", 2024)
    Membership.objects.create(
        user=cast.preparer, unit=published.project.unit, role=Role.AUDITOR.value
    )
    form = submitted_evaluation(cast.preparer, published)
    response = client_of("preparer").get(page(form))
    assert text(response, ".review-own") == (
        "这份表由您本人送审，须由其他人审核通过；可以批注和退回。"
    )
    assert data_of(response)["own_work"]


def test_the_address_keeps_the_queue(cast: Cast, client_of: ClientOf, form: Form) -> None:
    other = submitted_evaluation(cast.preparer, cast.form("海洋生态环境保护", 2024))
    declaration = submitted_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    query = "kind=self_evaluation&sort=project"
    response = client_of("auditor").get(f"{page(form)}?{query}")
    assert links(response, ".review-head .trail a")[0] == f"/review/?{query}"
    beside = links(response, "a[rel=prev], a[rel=next]")
    assert beside == [f"{page(other)}?{query}"]
    assert declaration.pk not in (form.pk, other.pk)
    addresses = data_of(response)["addresses"]
    assert addresses["queue"] == f"/review/?{query}"


def test_a_form_without_a_review_can_be_reviewed(
    cast: Cast, client_of: ClientOf, form: Form
) -> None:
    """One that was submitted before reviews were kept."""
    Review.objects.all().delete()
    client = client_of("auditor")
    with nothing_written():
        response = client.get(page(form))
    assert response.status_code == 200
    assert data_of(response)["state"]["review"] is None
    code = said(form).indicators[0].code
    patch_review(form, [RowChange(code, None, "好")], by=cast.auditor, expected_edits=0)
    assert Review.objects.get(form=form).edits == 1


def test_the_page_takes_as_many_queries_always(
    cast: Cast,
    client_of: ClientOf,
    form: Form,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    client = client_of("auditor")
    client.get(page(form))
    with django_assert_num_queries(25):
        client.get(page(form))
    long = submitted_evaluation(cast.preparer, cast.form("综合规划、区域协作及资金管理", 2024))
    for row in said(long).indicators:
        add_comment(long, by=cast.auditor, text="核对", place=f"row:{row.code}.actual")
    with django_assert_num_queries(26):
        client.get(page(long))
