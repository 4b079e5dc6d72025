"""What is done with many forms of the queue at once."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.test import Client

from perfgoals.accounts.models import Membership, Role
from perfgoals.common.models import AuditEntry, Job
from projects.models import Form, FormVersion
from scoring.tasks import run_review_batch
from scoring.views import batches
from tests.cast import Cast
from tests.reading import links, nothing_written, text, texts
from tests.waiting import URL


def batch(client: Client, action: str, forms: list[Form], address: str = "", **more: Any) -> Any:
    chosen = [f"{form.pk}:{form.version}" for form in forms]
    return client.post(f"{URL}batch/{address}", {"action": action, "form": chosen, **more})


def status(form: Form) -> str:
    return Form.objects.get(pk=form.pk).status


def test_a_batch_says_first_what_it_will_do(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    with nothing_written():
        response = batch(client, "return", three, query="risk=high")
    assert text(response, "#ready") == "将退回 3 份"
    assert links(response, ".actions a") == ["/review/?risk=high"]
    assert [status(form) for form in three] == ["submitted"] * 3


def test_a_batch_returns_with_a_reason(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    response = batch(client_of("auditor"), "return", three, "apply/", text="请补充佐证材料")
    assert text(response, "[role=status]") == "已退回 3 份。"
    assert [status(form) for form in three] == ["returned"] * 3
    for form in three:
        version = form.versions.get(number=3)
        assert (version.reason, version.note, version.by) == (
            "returned",
            "请补充佐证材料",
            cast.auditor,
        )
        assert form.reviews.get().reason == "请补充佐证材料"
    entries = AuditEntry.objects.filter(action="moved", reason="请补充佐证材料")
    assert entries.count() == 3


def test_a_return_needs_a_reason(three: list[Form], client_of: Callable[[str], Client]) -> None:
    response = batch(client_of("auditor"), "return", three, "apply/", text="  ")
    assert response.status_code == 422
    assert text(response, "[role=alert]") == "请写明退回理由"
    assert [status(form) for form in three] == ["submitted"] * 3


def test_one_that_was_changed_is_left_and_said_so(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    Form.objects.filter(pk=three[1].pk).update(version=5)
    response = batch(client_of("auditor"), "return", three, "apply/", text="请修改")
    assert text(response, "#done") == "已退回 2 份"
    assert text(response, "#left") == "未处理 1 份"
    (why,) = texts(response, "section[aria-labelledby=left] tbody tr")
    assert "您看到的是第 2 版，此后已有改动" in why
    assert status(three[1]) == "submitted"


def test_a_batch_sent_twice_does_nothing_twice(
    three: list[Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    batch(client, "return", three, "apply/", text="请修改")
    versions = FormVersion.objects.count()
    again = batch(client, "return", three, "apply/", text="请修改")
    assert text(again, "[role=status]") == "已退回 3 份。"
    assert FormVersion.objects.count() == versions


def test_only_forms_without_errors_are_approved(
    sound_and_not: tuple[Form, Form], client_of: Callable[[str], Client]
) -> None:
    client = client_of("auditor")
    foreseen = batch(client, "approve", list(sound_and_not))
    assert text(foreseen, "#ready") == "将通过 1 份"
    assert text(foreseen, "#left") == "1 份不能一并处理"
    assert "处错误，请打开表单独处理" in text(foreseen, "section[aria-labelledby=left] tbody tr")
    response = batch(client, "approve", list(sound_and_not), "apply/", text="同意")
    assert text(response, "#done") == "已通过 1 份"
    assert [status(form) for form in sound_and_not] == ["approved", "submitted"]
    review = sound_and_not[0].reviews.get()
    assert (review.outcome, review.opinion) == ("approved", "同意")


def test_nobody_approves_what_they_submitted(
    cast: Cast, sound_and_not: tuple[Form, Form], client_of: Callable[[str], Client]
) -> None:
    form = sound_and_not[0]
    Form.objects.filter(pk=form.pk).update(submitted_by=cast.auditor)
    response = batch(client_of("auditor"), "approve", [form], "apply/")
    assert "由您本人送审" in text(response, "section[aria-labelledby=left] tbody tr")
    assert status(form) == "submitted"
    assert sum("本人送审" in row for row in texts(client_of("auditor").get(URL), "tbody th")) == 1


def test_the_units_reviewer_passes_forms_on(
    cast: Cast, sound_and_not: tuple[Form, Form], client_of: Callable[[str], Client]
) -> None:
    form = sound_and_not[0]
    Form.objects.filter(pk=form.pk).update(status="unit_review")
    form.reviews.update(stage="unit")
    Membership.objects.create(
        user=cast.newcomer, unit=form.project.unit, role=Role.UNIT_REVIEWER.value
    )
    response = batch(client_of("newcomer"), "approve", [form], "apply/")
    assert text(response, "#done") == "已通过 1 份"
    assert status(form) == "submitted"
    assert list(form.reviews.values_list("stage", "outcome")) == [
        ("unit", "approved"),
        ("department", "pending"),
    ]


@pytest.mark.parametrize("name", ["preparer", "viewer", "stranger", "newcomer"])
@pytest.mark.parametrize("action", ["return", "approve"])
def test_others_do_nothing_with_a_batch(
    three: list[Form], client_of: Callable[[str], Client], name: str, action: str
) -> None:
    response = batch(client_of(name), action, three, "apply/", text="试一试")
    assert response.status_code == 200
    assert text(response, "#left") == "未处理 3 份"
    assert [status(form) for form in three] == ["submitted"] * 3


def test_a_number_out_of_reach_tells_nothing(
    cast: Cast, three: list[Form], client_of: Callable[[str], Client]
) -> None:
    response = batch(client_of("newcomer"), "return", [three[0]], "apply/", text="试一试")
    row = text(response, "section[aria-labelledby=left] tbody tr")
    assert row == f"第 {three[0].pk} 号表没有这份表，或不在您的范围内"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"action": "return"},
        {"action": "explode", "form": "1:1"},
        {"action": "return", "form": "x"},
    ],
)
@pytest.mark.parametrize("address", ["", "apply/"])
def test_nothing_chosen(
    client_of: Callable[[str], Client], sent: dict[str, str], address: str
) -> None:
    client = client_of("auditor")
    response = client.post(f"{URL}batch/{address}", sent, follow=True)
    assert text(response, ".messages") == "请先在列表中选中要处理的表。"
    assert client.get(f"{URL}batch/{address}").status_code == 405


def test_many_are_done_in_the_background(
    cast: Cast,
    three: list[Form],
    client_of: Callable[[str], Client],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    Form.objects.filter(pk=three[2].pk).update(version=9)
    client = client_of("auditor")
    response = batch(client, "return", three, "apply/", text="请修改")
    job = Job.objects.get(kind="review_batch")
    assert response["Location"] == f"/jobs/{job.pk}/"
    run_review_batch.func(str(job.pk))
    job.refresh_from_db()
    assert job.state == "done"
    assert job.result_name == "批量退回结果（已退回 2 份，未处理 1 份）.xlsx"
    assert [status(form) for form in three] == ["returned", "returned", "submitted"]
    result = b"".join(client.get(f"/jobs/{job.pk}/result/").streaming_content)  # type: ignore[attr-defined]
    rows = list(openpyxl.load_workbook(BytesIO(result)).active.values)
    assert rows[0] == ("项目", "单位", "年度", "结果", "说明")
    assert [row[3] for row in rows[1:]] == ["已退回", "已退回", "未处理"]
    assert AuditEntry.objects.filter(action="moved", channel="worker").count() == 2
