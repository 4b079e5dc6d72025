"""The history of a form, one version of it, and the way back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from projects.models import Form
from tests.cast import Cast
from tests.drafts import change, copied_declaration, put, said
from tests.reading import links, nothing_written, text, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(cast: Cast) -> Form:
    """Copied, then saved twice by one person, then once by another: versions 1, 3 and 4."""
    form = copied_declaration(cast.preparer, cast.form("固定源管理技术支持", 2026))
    change(form, cast.preparer, put("annual_goal", "初稿"))
    change(form, cast.preparer, put("annual_goal", "二稿"))
    change(form, cast.colleague, put("indicators.3.target", "≥52000.00(家)"))
    return form


@pytest.fixture
def preparer(client_of: Callable[[str], Client], draft: Form) -> Client:
    return client_of("preparer")


def url(form: Form, *rest: object) -> str:
    return "/".join(["", "forms", str(form.pk), "versions", *map(str, rest), ""])


def test_a_sitting_is_one_line_with_who_when_and_why(preparer: Client, draft: Form) -> None:
    with nothing_written():
        response = preparer.get(url(draft))
    rows = texts(response, ".version-table tbody tr")
    assert len(rows) == 3
    assert "第 4 版 现在 李同事" in rows[0]
    assert "第 3 版 张填报" in rows[1]
    assert " 至 " in rows[1]
    assert rows[1].count("填写 2") == 1
    assert "第 1 版 张填报" in rows[2]
    assert "复制建立 1" in rows[2]
    assert f"{url(draft, 'compare')}?before=1&after=3" in links(response, ".version-links a")
    assert url(draft, 1, "restore") in links(response, ".version-links a")
    assert url(draft, 4, "restore") not in links(response, ".version-links a")


def test_who_may_not_change_is_not_offered_to_restore(
    client_of: Callable[[str], Client], draft: Form
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    response = client_of("auditor").get(url(draft))
    assert response.status_code == 200
    assert not [link for link in links(response, "a") if "restore" in link]


def test_the_form_page_leads_to_the_history(preparer: Client, draft: Form) -> None:
    assert url(draft) in links(preparer.get(f"/forms/{draft.pk}/"), ".facts a")


def test_it_takes_as_many_queries_for_any_history(
    client_of: Callable[[str], Client],
    cast: Cast,
    draft: Form,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    client = client_of("auditor")
    for form in (draft, cast.planning):
        with django_assert_num_queries(5):  # session, user, form, versions, roles
            client.get(url(form))


def test_a_version_shows_the_sheet_of_its_time(preparer: Client, draft: Form) -> None:
    with nothing_written():
        response = preparer.get(url(draft, 3))
    assert "二稿" in text(response, ".sheet-goals")
    assert "≥50000.00(家)" in text(response, ".sheet-indicators")
    assert "这是过去的内容，只能查看。表现在是第 4 版。" in text(response, ".notice")
    assert "（保存 2 次），填写" in text(response, ".facts")
    assert texts(response, "input, textarea") == [""]  # the sign-out's token, nothing to write in
    assert links(response, ".trail a") == [url(draft), url(draft, 1), url(draft, 4)]


def test_a_number_inside_a_sitting_is_the_sitting(preparer: Client, draft: Form) -> None:
    assert "二稿" in text(preparer.get(url(draft, 2)), ".sheet-goals")
    assert preparer.get(url(draft, 9)).status_code == 404
    assert preparer.get(url(draft, 0)).status_code == 404
    assert preparer.get(url(draft, 10**12)).status_code == 404


def test_before_restoring_it_names_what_will_change(preparer: Client, draft: Form) -> None:
    with nothing_written():
        response = preparer.get(url(draft, 1, "restore"))
    assert "恢复后有 2 处变回第 1 版" in text(response, ".restore")
    told = texts(response, ".differences li")
    assert told[0].startswith("改动 年度总体目标 二稿 → 按国家部署和要求完成不少于140家")
    assert told[1] == (
        "改动 第 4 行 年度指标值 固定污染源信息库动态更新企业数 ≥52000.00(家) → ≥50000.00(家)"
    )


def test_restoring_makes_a_version_of_its_own(preparer: Client, cast: Cast, draft: Form) -> None:
    response = preparer.post(url(draft, 1, "restore"), {"version": 4}, follow=True)
    assert "已恢复到第 1 版的内容，成为第 5 版。" in text(response, ".messages")
    assert "恢复旧版本：恢复到第 1 版" in texts(response, ".version-table tbody tr")[0]
    stored = Form.objects.get(pk=draft.pk)
    published = said(cast.form("固定源管理技术支持", 2026))
    assert said(stored).annual_goal == published.annual_goal
    assert stored.versions.count() == 4


def test_nothing_is_restored_over_what_was_saved_since(
    preparer: Client, cast: Cast, draft: Form
) -> None:
    change(draft, cast.colleague, put("annual_goal", "刚刚写的"))
    response = preparer.post(url(draft, 1, "restore"), {"version": 4})
    assert response.status_code == 409
    assert "没有恢复" in text(response, ".notice-error")
    assert "刚刚写的" in texts(response, ".differences li")[0]
    assert said(draft).annual_goal == "刚刚写的"
    assert preparer.post(url(draft, 1, "restore"), {"version": 5}).status_code == 302


def test_a_form_that_was_handed_in_is_not_restored(preparer: Client, draft: Form) -> None:
    Form.objects.filter(pk=draft.pk).update(status="submitted")
    response = preparer.post(url(draft, 1, "restore"), {"version": 4})
    assert response.status_code == 409
    assert "这份表现在是「待审核」，不能修改" in text(response, ".notice-error")
    assert texts(response, ".restore button") == []


def test_what_is_the_same_needs_no_restoring(preparer: Client, draft: Form) -> None:
    response = preparer.get(url(draft, 4, "restore"))
    assert "与第 4 版完全相同，不必恢复" in text(response, ".restore")


@pytest.mark.parametrize(
    ("person", "read", "restore"),
    [("preparer", 200, 200), ("auditor", 200, 403), ("stranger", 404, 404), ("newcomer", 404, 404)],
)
def test_who_sees_the_history(
    client_of: Callable[[str], Client], draft: Form, person: str, read: int, restore: int
) -> None:
    Form.objects.filter(pk=draft.pk).update(status="returned")
    client = client_of(person)
    assert client.get(url(draft)).status_code == read
    assert client.get(url(draft, 1)).status_code == read
    assert client.get(f"{url(draft, 'compare')}?before=1").status_code == read
    assert client.get(url(draft, 1, "restore")).status_code == restore
    if restore != 200:
        assert client.post(url(draft, 1, "restore"), {"version": 4}).status_code == restore
    assert Form.objects.get(pk=draft.pk).version == 4


def test_anonymous_is_sent_to_sign_in(client: Client, draft: Form) -> None:
    for address in (url(draft), url(draft, 1), url(draft, "compare"), url(draft, 1, "restore")):
        assert client.get(address)["Location"].startswith("/sign-in/")
