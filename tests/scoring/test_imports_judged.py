"""批量导入 with many forms: judged by several processes, with the same outcome, or not kept at all."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from django.db.models import QuerySet

from perfgoals.accounts.models import User
from perfgoals.common.findings import Finding, Level
from perfgoals.common.models import Job
from projects.models import Form
from scoring.access import form_document
from scoring.models import ImportBatch, ImportItem
from scoring.services import judge
from scoring.services.importing import (
    Judges,
    NotJudged,
    apply_batch,
    judging,
    order_reading,
    silent,
)
from scoring.services.waiving import waive_finding
from scoring.tasks import IMPORT_READ, read_import
from scoring.workbooks import batches
from tests.cast import Cast
from tests.imports import (
    ALL,
    SOUND,
    flat_file,
    imported,
    json_file,
    json_of,
    named,
    sound,
    uploaded,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two forms are many."""
    monkeypatch.setattr(judging, "FEW", 1)
    monkeypatch.setattr(judging, "AT_ONCE", 3)
    monkeypatch.setattr(judging, "hands_at_hand", lambda: 2)
    monkeypatch.setattr(batches, "_FLAT_FORM", 1)


def told(batch: ImportBatch) -> list[tuple[object, ...]]:
    items = batch.items.order_by("number")
    return list(
        items.values_list(
            *("plan", "why", "changes", "problems", "judged", "takeable"),
            *("error_count", "warning_count", "hint_count"),
        )
    )


def without_codes(batch: ImportBatch) -> list[dict[str, object]]:
    """The documents, but for the codes that are drawn by lot."""
    found = []
    for item in batch.items.order_by("number"):
        document: Any = item.document
        rows = [{**row, "code": bool(row["code"])} for row in document["indicators"]]
        found.append({**document, "indicators": rows})
    return found


def new_forms() -> bytes:
    """As many forms as were published, of new projects, some of them with faults."""
    faults = [{}, {"annual_goal": ""}, {"money_unit": "万元"}, {"overall_goal": "—"}]
    return json_file([named(f"项目{n}", **faults[n % 4]) for n in range(12)])


def test_few_forms_need_nobody_else() -> None:
    with Judges() as judges:
        judges.expect(judging.FEW)
        assert judges._crew.process_ids == []


def test_several_processes_say_what_one_says(cast: Cast, request: pytest.FixtureRequest) -> None:
    alone = uploaded(new_forms(), cast.admin)
    request.getfixturevalue("many")
    together = uploaded(new_forms(), cast.admin)
    assert told(together) == told(alone)
    assert without_codes(together) == without_codes(alone)
    assert {one[0] for one in told(alone)} == {"new", "error"}


def test_published_forms_come_back_unchanged_however_many_judge(cast: Cast, many: None) -> None:
    forms = Form.objects.select_related("project").order_by("pk")
    assert uploaded(flat_file(forms), cast.admin).summary["plans"] == {"unchanged": 36}


def test_what_several_processes_judged_is_applied(cast: Cast, many: None) -> None:
    _, answer = imported(json_file([named("甲项目"), named("乙项目")]), cast.admin, ALL)
    assert answer.made == 2
    rows = Form.objects.get(project__name="乙项目").declaration.indicators.order_by("order")
    targets = [row["target"] for row in sound()["indicators"]]
    assert [row.target for row in rows] == targets
    first = rows[0]
    assert (first.target_kind, first.target_comparison) == ("quantitative", "≥")
    assert first.target_number == 4
    assert first.target_measure == "场"


def counted(form: Form) -> tuple[int, int, int]:
    """The findings that the page of the form shows: errors, warnings, hints."""
    shown = Counter(one.level for one in judge(form_document(form), form).findings)
    return shown[Level.ERROR], shown[Level.WARNING], shown[Level.HINT]


Places = set[tuple[str, str]]


def told_and_taken(forms: QuerySet[Form], words: str, by: User) -> dict[int | None, Places]:
    """Import the forms with those words added to their goals. Returns what was told of each, and where."""
    written = json.loads(json_of(forms))
    for data in written:
        goal = "annual_goal" if data["form"] == "declaration" else "expected_goal"
        data[goal] += words
    batch = uploaded(json.dumps(written, ensure_ascii=False).encode(), by)
    numbers = list(batch.items.filter(takeable=True).values_list("number", flat=True))
    answer = apply_batch(batch, mode=SOUND, chosen=numbers, by=by, report=silent)
    assert answer.changed == len(written)
    return {
        item.form_id: {(one["path"], one["message"]) for one in item.problems}
        for item in batch.items.all()
    }


@pytest.mark.parametrize("hands", [0, 2])
def test_an_imported_form_has_the_findings_that_its_page_shows(
    cast: Cast, hands: int, request: pytest.FixtureRequest
) -> None:
    if hands:
        request.getfixturevalue("many")
    Form.objects.update(status="draft")
    some = Form.objects.order_by("pk")
    told = told_and_taken(some, "（已核对）", cast.admin)
    assert [(f.error_count, f.warning_count, f.hint_count) for f in some.all()] == [
        counted(form) for form in some
    ]

    # Of each level one is waived: neither told nor counted any more.
    waived: dict[int, list[Finding]] = {}
    for form in some.all():
        document = form_document(form)
        waived[form.pk] = list({f.level: f for f in judge(document, form).findings}.values())
        for finding in waived[form.pk]:
            is_told = (finding.path, finding.message) in told[form.pk]
            assert is_told is (finding.level is not Level.HINT)
            waive_finding(form, document, finding, by=cast.admin, reason="核实无误")
    assert {one.level for findings in waived.values() for one in findings} == set(Level)
    before = {form.pk: counted(form) for form in some.all()}
    again = told_and_taken(some.all(), "（再次核对）", cast.admin)
    for form in some.all():
        assert again[form.pk].isdisjoint((one.path, one.message) for one in waived[form.pk])
        assert (form.error_count, form.warning_count, form.hint_count) == before[form.pk]


def test_a_process_that_dies_leaves_nothing(
    cast: Cast, many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "_WORK", "tests.mortal_judge:judge")
    with pytest.raises(NotJudged, match="没有保存任何内容"):
        uploaded(new_forms(), cast.admin)
    batch = ImportBatch.objects.get()
    assert batch.standing == ImportBatch.State.UPLOADED
    assert not ImportItem.objects.exists()


def test_the_job_fails_with_a_sentence(
    cast: Cast, many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = uploaded(new_forms(), cast.admin)
    kept = told(batch)
    job = order_reading(batch, read_import, kind=IMPORT_READ, by=cast.admin)
    monkeypatch.setattr(judging, "_WORK", "tests.mortal_judge:judge")
    read_import.call(job_id=str(job.pk))
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert job.message == "检查时辅助进程意外终止，没有保存任何内容，请重新读取"
    assert told(batch) == kept
