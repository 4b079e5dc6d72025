"""A form as PDF."""

from __future__ import annotations

import io
from collections.abc import Callable
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.test import Client
from pypdf import PdfReader

from perfgoals.common.printing import PrintingError
from projects.models import Form
from tests.cast import Cast
from tests.reading import links, nothing_written, text


def url(form: Form) -> str:
    return f"/forms/{form.pk}/pdf/"


def test_the_pdf_is_shown_in_the_browser_under_its_name(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("preparer")
    with nothing_written():
        response = client.get(url(cast.planning))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline;")
    assert quote("综合规划、区域协作及资金管理 2020年自评表.pdf") in response["Content-Disposition"]
    pages = PdfReader(io.BytesIO(response.content)).pages
    printed = "".join(page.extract_text() for page in pages)
    assert "财政项目支出绩效自评表" in printed
    assert "95.35" in printed
    assert "草稿" not in printed


def test_an_unchanged_form_is_not_sent_or_laid_out_again(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("preparer")
    first = client.get(url(cast.planning))
    assert first["Cache-Control"] == "private, no-cache"
    with patch("perfgoals.common.printing.store.print_sheets", side_effect=AssertionError):
        assert client.get(url(cast.planning)).content == first.content
        again = client.get(url(cast.planning), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_a_draft_is_another_print_that_says_so(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    client = client_of("preparer")
    published = client.get(url(cast.planning))
    Form.objects.filter(pk=cast.planning.pk).update(status="draft")
    draft = client.get(url(cast.planning))
    assert draft["ETag"] != published["ETag"]
    for page in PdfReader(io.BytesIO(draft.content)).pages:
        assert "草稿" in page.extract_text()


def test_what_no_file_name_takes_is_left_out(
    cast: Cast, client_of: Callable[[str], Client]
) -> None:
    form = cast.planning
    Form.objects.filter(pk=form.pk).update(project_name='甲/乙:"丙"\n丁')
    response = client_of("preparer").get(url(form))
    assert quote("甲_乙__丙__丁 2020年自评表.pdf") in response["Content-Disposition"]


def test_a_print_that_fails_says_so_and_is_logged(
    cast: Cast, client_of: Callable[[str], Client], caplog: pytest.LogCaptureFixture
) -> None:
    client = client_of("preparer")
    failure = PrintingError("打印失败：超过 60 秒的时间上限")
    with patch("scoring.views.prints.stored_print", side_effect=failure):
        response = client.get(url(cast.planning))
    assert response.status_code == 503
    assert text(response, "h1") == "「综合规划、区域协作及资金管理」这次没有打印出来"
    assert "打印失败：超过 60 秒的时间上限" in text(response, ".problem")
    assert links(response, ".problem a") == [url(cast.planning), f"/forms/{cast.planning.pk}/"]
    assert f"表 {cast.planning.pk} 打印失败" in caplog.text


@pytest.mark.parametrize("name", ["stranger", "newcomer"])
def test_others_do_not_find_it(cast: Cast, client_of: Callable[[str], Client], name: str) -> None:
    assert client_of(name).get(url(cast.planning)).status_code == 404


@pytest.mark.parametrize("name", ["colleague", "auditor", "viewer", "admin"])
def test_who_sees_the_form_may_print_it(
    cast: Cast, client_of: Callable[[str], Client], name: str
) -> None:
    with patch("scoring.views.prints.stored_print", return_value=b"%PDF-"):
        assert client_of(name).get(url(cast.planning)).status_code == 200


def test_anonymous_is_sent_to_sign_in(cast: Cast, client_of: Callable[[str], Client]) -> None:
    address = url(cast.planning)
    assert client_of("anonymous").get(address)["Location"] == f"/sign-in/?next={address}"


def test_other_methods_are_refused(cast: Cast, client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").post(url(cast.planning)).status_code == 405
