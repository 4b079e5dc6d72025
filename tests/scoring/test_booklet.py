"""Booklets: the list of them, and the work of printing one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from perfgoals.accounts.models import Unit, User
from perfgoals.common.models import Job
from perfgoals.common.printing import PrintingCancelled, PrintingError
from projects.models import Form
from scoring.tasks import make_booklet
from tests.cast import BUREAU, CENTRE, INFORMATION, Cast
from tests.reading import links, nothing_written, text, texts

URL = "/booklets/"


def choice(year: int, kind: str, unit: str) -> dict[str, str]:
    return {"year": str(year), "kind": kind, "unit": str(Unit.objects.get(name=unit).pk)}


def print_as(owner: User, **parameters: object) -> Job:
    """The job of printing a booklet, run to its end."""
    job = Job.objects.create(kind="booklet", title="汇总表", owner=owner, parameters=parameters)
    make_booklet.call(job_id=str(job.pk))
    job.refresh_from_db()
    return job


def test_the_booklets_that_can_be_printed(cast: Cast, client_of: Callable[[str], Client]) -> None:
    response = client_of("auditor").get(URL)
    assert [line.removesuffix(" 打印汇总表") for line in texts(response, "tbody tr")] == [
        f"2026 {CENTRE} 申报表 7 张",
        f"2024 {CENTRE} 申报表 2 张",
        f"2024 {BUREAU} 自评表 18 张",
        f"2020 {INFORMATION} 自评表 5 张",
        f"2020 {BUREAU} 自评表 4 张",
    ]


def test_filters(cast: Cast, client_of: Callable[[str], Client]) -> None:
    client = client_of("auditor")
    assert len(texts(client.get(f"{URL}?year=2020"), "tbody tr")) == 2
    response = client.get(f"{URL}?year=2020&kind=declaration")
    assert text(response, ".empty h2") == "没有可打印的汇总表"
    assert links(response, ".empty a") == [URL]


def test_a_stranger_is_offered_those_of_his_unit(client_of: Callable[[str], Client]) -> None:
    rows = texts(client_of("stranger").get(URL), "tbody tr")
    assert len(rows) == 1
    assert INFORMATION in rows[0]


def test_the_list_writes_nothing_and_takes_few_queries(
    client_of: Callable[[str], Client], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("auditor")
    with nothing_written(), django_assert_num_queries(5):  # session, user, choices, count, rows
        client.get(URL)


def test_printing_starts_in_the_background_and_leads_to_its_page(
    cast: Cast,
    client_of: Callable[[str], Client],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    client = client_of("auditor")
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(URL, choice(2026, "declaration", CENTRE))
    job = Job.objects.get()
    assert response["Location"] == f"/jobs/{job.pk}/"
    assert job.owner == cast.auditor
    assert text(client.get(response["Location"]), "h1") == f"{CENTRE} 2026 年度申报表汇总表"
    assert DBTaskResult.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("stranger", (2020, "self_evaluation", BUREAU)),
        ("auditor", (2020, "declaration", BUREAU)),
        ("auditor", (1999, "declaration", BUREAU)),
    ],
)
def test_what_is_not_there_is_not_printed(
    cast: Cast, client_of: Callable[[str], Client], name: str, chosen: tuple[int, str, str]
) -> None:
    client = client_of(name)
    response = client.post(URL, choice(*chosen))
    assert response["Location"] == URL
    assert text(client.get(URL), ".messages") == "没有找到要打印的汇总表，请从下表中选择。"
    assert not Job.objects.exists()


def test_a_choice_that_is_not_whole_is_not_printed(client_of: Callable[[str], Client]) -> None:
    assert client_of("auditor").post(URL, {"year": "2026"})["Location"] == URL
    assert not Job.objects.exists()


def test_the_booklet_has_title_contents_bookmarks_and_every_form(cast: Cast, db: None) -> None:
    unit = Unit.objects.get(name=INFORMATION).pk
    job = print_as(cast.stranger, year=2020, kind="self_evaluation", unit=unit)
    assert job.state == "done", job.message
    assert job.result_name == f"{INFORMATION}2020年度项目绩效自评表汇总表.pdf"
    pdf = PdfReader(
        io.BytesIO((Path(settings.DATA_DIR) / "results" / job.result_path).read_bytes())
    )
    assert pdf.metadata is not None
    assert pdf.metadata.title == f"{INFORMATION}2020年度项目绩效自评表汇总表"
    names = [
        "上海市环境保护局信息化能力建设项目(运维)",
        "上海市重点污染源主要污染物排放许可证监管与信息发布系统(2020升级改造)",
        "上海市建设用地地块土壤污染环境管理系统",
        "三江路监测大楼业务网络通讯费",
        "上海市生态环境局一网通办服务系统",
    ]
    assert [mark.title for mark in pdf.outline if not isinstance(mark, list)] == names
    contents = pdf.pages[0].extract_text().replace("\n", "")
    assert all(name in contents for name in names)
    assert job.done == job.total > 0


def test_nobody_prints_what_he_no_longer_sees(cast: Cast, db: None) -> None:
    unit = Unit.objects.get(name=BUREAU).pk
    job = print_as(cast.stranger, year=2020, kind="self_evaluation", unit=unit)
    assert job.state == "failed"
    assert job.message == "没有可打印的表，可能已被移走"


@pytest.mark.parametrize(
    ("failure", "state", "message"),
    [
        (
            PrintingError("打印失败：超过 60 秒的时间上限"),
            "failed",
            "打印失败：超过 60 秒的时间上限",
        ),
        (PrintingCancelled("打印已取消"), "cancelled", ""),
    ],
)
def test_a_print_that_fails_or_is_given_up(
    cast: Cast, db: None, failure: Exception, state: str, message: str
) -> None:
    unit = Unit.objects.get(name=INFORMATION).pk
    with patch("scoring.tasks.print_booklet", side_effect=failure):
        job = print_as(cast.stranger, year=2020, kind="self_evaluation", unit=unit)
    assert (job.state, job.message) == (state, message)


def test_a_cancel_is_heard_while_it_prints(cast: Cast, db: None) -> None:
    def cancel_halfway(title: str, sheets: list, *, progress: Callable, **more: object) -> bytes:
        Job.objects.update(cancel_requested=True)
        progress(1, 2)
        raise AssertionError("went on")

    unit = Unit.objects.get(name=INFORMATION).pk
    with patch("scoring.tasks.print_booklet", cancel_halfway):
        job = print_as(cast.stranger, year=2020, kind="self_evaluation", unit=unit)
    assert job.state == "cancelled"


def test_a_task_delivered_twice_is_done_once(cast: Cast, db: None) -> None:
    unit = Unit.objects.get(name=INFORMATION).pk
    with patch("scoring.tasks.print_booklet", return_value=b"%PDF-1") as printer:
        job = print_as(cast.stranger, year=2020, kind="self_evaluation", unit=unit)
        make_booklet.call(job_id=str(job.pk))
    assert printer.call_count == 1


def test_the_forms_of_a_booklet_are_read_with_few_queries(
    cast: Cast, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    unit = Unit.objects.get(name=BUREAU).pk
    booklet = Form.objects.visible_to(cast.auditor).of_booklet(
        year=2024, kind="self_evaluation", unit=unit
    )
    with django_assert_num_queries(3):  # forms, amounts, rows
        assert len([list(form.self_evaluation.results.all()) for form in booklet]) == 18


def test_anonymous_is_sent_to_sign_in(client_of: Callable[[str], Client]) -> None:
    assert client_of("anonymous").get(URL)["Location"] == "/sign-in/?next=/booklets/"
    assert client_of("anonymous").post(URL)["Location"].startswith("/sign-in/")


def test_other_methods_are_refused(client_of: Callable[[str], Client]) -> None:
    assert client_of("preparer").put(URL).status_code == 405
