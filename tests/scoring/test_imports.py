"""批量导入: what a file would do, and doing it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from decimal import Decimal

import pytest

from indicators.documents import DeclarationDocument
from perfgoals.common.models import AuditEntry
from projects.models import FiscalYear, Form, FormPresence, FormVersion, Project
from scoring.access import form_document
from scoring.models import ImportBatch
from scoring.services.importing import NotApplied, apply_batch, silent, undo_batch
from scoring.workbooks.flat import FlatForm, flat_workbook
from tests.cast import BUREAU, Cast
from tests.drafts import change, copied_declaration, put, said
from tests.imports import (
    SOUND,
    flat_file,
    imported,
    item,
    json_file,
    json_of,
    named,
    official_file,
    plans,
    saved,
    sheet_of,
    sound,
    uploaded,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("write", [official_file, flat_file, json_of])
def test_the_published_forms_come_back_unchanged(
    cast: Cast, write: Callable[[Iterable[Form]], bytes]
) -> None:
    forms = Form.objects.select_related("project").order_by("pk")
    assert len(forms) == 36
    batch = uploaded(write(forms), cast.admin)
    assert batch.summary["plans"] == {"unchanged": 36}
    assert plans(batch) == ["unchanged"] * 36
    assert list(batch.items.values_list("form", flat=True)) == [form.pk for form in forms]


def test_a_new_form_with_its_project(cast: Cast) -> None:
    batch, answer = imported(json_file([named("生态环境培训")]), cast.admin)
    assert (answer.made, answer.changed) == (1, 0)
    form = Form.objects.get(project__name="生态环境培训")
    assert form.status == "draft"
    assert form.version == 1
    assert form.error_count == 0
    assert form.project.unit.name == BUREAU
    document = form_document(form)
    assert isinstance(document, DeclarationDocument)
    assert document.funds.annual_request == Decimal("200000.00")
    assert [row.target for row in document.indicators][:2] == ["≥4(场)", "≥98(%)"]
    assert all(row.code for row in document.indicators)
    row = form.declaration.indicators.first()
    assert row is not None
    assert (row.target_kind, row.target_comparison, row.target_number) == (
        "quantitative",
        "≥",
        Decimal(4),
    )
    version = form.versions.get()
    assert (version.reason, version.by) == ("uploaded", cast.admin)
    assert version.document["indicators"][0]["name"] == "培训场次"
    assert batch.state == ImportBatch.State.APPLIED
    entry = AuditEntry.objects.get(subject_type="projects.form", subject_id=str(form.pk))
    assert entry.summary == "批量导入，新建表"


def test_a_changed_cell(cast: Cast) -> None:
    draft = copied_declaration(cast.preparer, cast.form("信息化运维项目", 2026))
    change(draft, cast.preparer, put("annual_goal", "按期完成全部运维工作，保障系统稳定运行。"))
    sheet = sheet_of(flat_file([draft]), "项目")
    heads = {cell.value: cell.column for cell in sheet[1]}
    sheet.cell(2, heads["年度总体目标"]).value = "新的目标"
    batch = uploaded(saved(sheet), cast.admin)
    one = item(batch)
    assert [(c["path"], c["after"]) for c in one.changes] == [("annual_goal", "新的目标")]
    apply_batch(batch, mode=SOUND, by=cast.admin, report=silent, chosen=[1])
    after = said(draft)
    assert after.annual_goal == "新的目标"
    assert after.indicators == said(draft).indicators
    form = Form.objects.get(pk=draft.pk)
    assert form.version == draft.version + 1
    entry = AuditEntry.objects.get(
        subject_type="projects.form", subject_id=str(form.pk), action="imported"
    )
    assert [c["path"] for c in entry.changes] == ["annual_goal"]


class TestWhatStandsInTheWay:
    def test_an_unknown_unit_names_its_neighbours(self, cast: Cast) -> None:
        batch = uploaded(json_file([named("培训", unit="上海市生态环境厅")]), cast.admin)
        assert plans(batch) == ["error"]
        assert "「上海市生态环境局」" in item(batch).why
        assert item(batch).takeable is False

    def test_an_unknown_year(self, cast: Cast) -> None:
        batch = uploaded(json_file([named("培训", year=2062)]), cast.admin)
        assert "没有这个年度" in item(batch).why

    def test_a_closed_year(self, cast: Cast) -> None:
        FiscalYear.objects.filter(year=2026).update(is_open=False)
        batch = uploaded(json_file([named("培训")]), cast.admin)
        assert plans(batch) == ["forbidden"]

    def test_the_same_form_twice(self, cast: Cast) -> None:
        batch = uploaded(json_file([named("培训"), named("调研"), named("培训")]), cast.admin)
        assert plans(batch) == ["error", "new", "error"]
        assert "第 3 份" in item(batch).why

    def test_a_form_that_was_handed_in(self, cast: Cast) -> None:
        document = form_document(cast.declaration).model_copy(update={"annual_goal": "别的"})
        batch = uploaded(json_file([document]), cast.admin)
        assert plans(batch) == ["locked"]
        with pytest.raises(NotApplied):
            apply_batch(batch, mode=SOUND, by=cast.admin, report=silent, chosen=[1])

    def test_a_finding_keeps_a_form_out_until_it_is_chosen(self, cast: Cast) -> None:
        content = json_file([named("培训"), named("空白", annual_goal="")])
        batch = uploaded(content, cast.admin)
        assert plans(batch) == ["new", "error"]
        with pytest.raises(NotApplied, match="没有导入任何内容"):
            apply_batch(batch, mode=ImportBatch.Mode.ALL, by=cast.admin, report=silent)
        assert not Project.objects.filter(name="培训").exists()
        answer = apply_batch(batch, mode=SOUND, by=cast.admin, report=silent)
        assert (answer.made, answer.left) == (1, 1)
        batch, answer = imported(content, cast.admin, chosen=[2])
        assert answer.made == 1
        assert Form.objects.get(project_name="空白").error_count > 0

    def test_somebody_has_it_open(self, cast: Cast) -> None:
        draft = copied_declaration(cast.preparer, cast.form("信息化运维项目", 2026))
        imported(json_file([named(draft.project_name, **_as(draft))]), cast.admin, chosen=[1])
        FormPresence.objects.create(form=draft, user=cast.colleague, tab="a")
        new = _as(draft) | {"annual_goal": "全年完成四次巡检，保障系统稳定运行，用户满意。"}
        batch = uploaded(json_file([named(draft.project_name, **new)]), cast.admin)
        assert plans(batch) == ["conflict"]
        assert item(batch).why == "李同事正打开着这份表"

    def test_saved_after_the_download(self, cast: Cast) -> None:
        imported(json_file([named("培训")]), cast.admin)
        form = Form.objects.get(project_name="培训")
        content = flat_file([form])
        change(form, cast.preparer, put("annual_goal", "举办五场培训，考核合格，按期完成。"))
        batch = uploaded(content, cast.admin)
        assert plans(batch) == ["conflict"]
        assert item(batch).why == "文件是第 1 版时下载的，表现在是第 2 版，其间另有修改"
        with pytest.raises(NotApplied):
            apply_batch(batch, mode=SOUND, by=cast.admin, report=silent)
        assert said(form).annual_goal.startswith("举办五场")
        apply_batch(batch, mode=SOUND, by=cast.admin, report=silent, chosen=[1])
        assert said(form).annual_goal.startswith("全年举办四场")


def _as(form: Form) -> dict[str, object]:
    return {"year": form.year_id, "unit": form.unit_name, "department": form.department_name}


def test_one_mistake_made_often_is_one_line(cast: Cast) -> None:
    documents = [named(f"项目{n}", unit="某某局") for n in range(30)]
    batch = uploaded(json_file(documents), cast.admin)
    group = batch.summary["groups"][0]
    assert (group["count"], group["forms"], len(group["cells"])) == (30, 30, 10)


def test_what_was_changed_since_the_preview_stops_all(cast: Cast) -> None:
    imported(json_file([named("甲"), named("乙")]), cast.admin)
    goal = "全年举办六场培训，参训人员考核合格，按期完成，群众知晓率和满意度达到要求。"
    content = json_file([named("甲", annual_goal=goal), named("乙", annual_goal=goal)])
    batch = uploaded(content, cast.admin)
    assert plans(batch) == ["changed", "changed"]
    form = Form.objects.get(project_name="乙")
    change(form, cast.preparer, put("overall_goal", "另一个目标，在预览以后写下。"))
    with pytest.raises(NotApplied, match="「乙」（预览时是第 1 版，现在是第 2 版）"):
        apply_batch(batch, mode=ImportBatch.Mode.ALL, by=cast.admin, report=silent)
    assert said(Form.objects.get(project_name="甲")).annual_goal != goal
    answer = apply_batch(batch, mode=SOUND, by=cast.admin, report=silent)
    assert (answer.changed, answer.left) == (1, 1)
    assert said(form).overall_goal.startswith("另一个目标")


class TestUndo:
    def test_all_is_as_it_was(self, cast: Cast) -> None:
        imported(json_file([named("甲")]), cast.admin)
        form = Form.objects.get(project_name="甲")
        before = said(form)
        goal = "全年举办六场培训，参训人员考核合格，按期完成，群众知晓率和满意度达到要求。"
        content = json_file([named("甲", annual_goal=goal), named("新项目")])
        batch, _ = imported(content, cast.admin)
        answer = undo_batch(batch, by=cast.admin, report=silent)
        assert (answer.undone, answer.kept) == (2, 0)
        assert said(form) == before
        assert list(form.versions.order_by("number").values_list("number", "reason")) == [
            (1, "uploaded"),
            (2, "uploaded"),
            (3, "restored"),
        ]
        assert not Project.objects.filter(name="新项目").exists()
        assert AuditEntry.objects.filter(subject__contains="新项目", action="deleted").count() == 2
        batch.refresh_from_db()
        assert batch.state == ImportBatch.State.UNDONE

    def test_what_was_changed_since_is_left_and_listed(self, cast: Cast) -> None:
        batch, _ = imported(json_file([named("甲"), named("乙")]), cast.admin)
        form = Form.objects.get(project_name="甲")
        change(form, cast.preparer, put("annual_goal", "举办五场培训，考核合格，按期完成。"))
        answer = undo_batch(batch, by=cast.admin, report=silent)
        assert (answer.undone, answer.kept) == (1, 1)
        assert said(form).annual_goal.startswith("举办五场")
        assert item(batch, 1).outcome == "kept"
        assert item(batch, 1).why == "导入后是第 1 版，现在是第 2 版"
        assert not Form.objects.filter(project_name="乙").exists()


def test_a_score_is_reckoned_as_when_it_is_typed(cast: Cast) -> None:
    document = form_document(cast.maintenance)
    FiscalYear.objects.create(year=2021)
    new = document.model_copy(update={"year": 2021, "source": None, "damaged": {}})
    imported(json_file([new]), cast.admin, chosen=[1])
    form = Form.objects.get(project_name=document.project.name, year=2021, kind="self_evaluation")
    evaluation = form.self_evaluation
    assert evaluation.computed_rate == Decimal("90.13")
    assert evaluation.computed_total == Decimal("99.01")
    assert evaluation.scheme.code == "shanghai-2020"
    assert FormVersion.objects.filter(form=form).count() == 1


@pytest.mark.parametrize("strange", ["\0", "\ud800", "\x07", "x" * 40_000])
def test_strange_characters_are_told_and_stop_nothing(cast: Cast, strange: str) -> None:
    data = [sound() | {"year": f"二{strange}"}, sound() | {strange: 1}]
    data.append(sound() | {"project": {"name": f"甲{strange}"}, "unit": f"局{strange}"})
    batch = uploaded(json.dumps(data).encode(), cast.admin)
    assert batch.state in ("ready", "refused")
    if batch.state == "ready":
        assert set(plans(batch)) == {"error"}


def test_two_projects_of_one_name_with_codes_of_their_own(cast: Cast) -> None:
    forms = [FlatForm(named("甲"), project_code="A1"), FlatForm(named("甲"), project_code="A2")]
    _, answer = imported(flat_workbook(forms), cast.admin)
    assert answer.made == 2
    assert set(Project.objects.filter(name="甲").values_list("code", flat=True)) == {"A1", "A2"}
    batch = uploaded(flat_workbook([FlatForm(named("甲"), project_code="A" * 41)]), cast.admin)
    assert item(batch).why == "项目编码最多 40 个字符"
