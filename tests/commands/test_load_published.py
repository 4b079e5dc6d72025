"""manage.py load_published: all 36 forms go into the tables and come out as they were."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from projects.models import Form, FormVersion, Project
from scoring.access import form_document
from scoring.documents import read_form
from scoring.management.files import read_forms
from scoring.models import IndicatorResult, ScoringScheme

PUBLISHED = sorted((settings.FIXTURES_DIR / "published").glob("*.json"))


@pytest.fixture
def loaded(db: None) -> str:
    out = StringIO()
    call_command("load_published", stdout=out)
    return out.getvalue()


def test_it_tells_what_it_loaded_and_loads_once(loaded: str) -> None:
    assert "公开表新增 36 份，已有 0 份" in loaded
    again = StringIO()
    call_command("load_published", stdout=again)
    assert "公开表新增 0 份，已有 36 份" in again.getvalue()
    assert Form.objects.count() == FormVersion.objects.count() == 36
    assert ScoringScheme.objects.count() == 3


def test_every_form_comes_out_of_the_tables_as_it_went_in(loaded: str) -> None:
    documents = [document for file in PUBLISHED for document in read_forms(file)]
    assert len(documents) == 36
    for document in documents:
        form = Form.objects.get(
            kind=document.form,
            year=document.year,
            project__name=document.project.name,
            unit_name=document.unit,
        )
        assert form_document(form) == document
        assert read_form(form.versions.get().document) == document


def test_what_came_out_of_the_tables_reads_again_as_json(loaded: str) -> None:
    for form in Form.objects.all():
        document = form_document(form)
        assert read_form(json.loads(json.dumps(document.as_json()))) == document


def test_a_blank_amount_stays_blank(loaded: str) -> None:
    form = Form.objects.get(
        year=2020, project__name="综合规划、区域协作及资金管理", kind="self_evaluation"
    )
    appropriation = form.funding_lines.get(source="appropriation")
    assert appropriation.initial_budget is None
    assert appropriation.annual_budget == Decimal("3085400.00")
    assert form.funding_lines.get(source="carryover").executed is None


def test_amounts_in_ten_thousands_are_kept_in_yuan(loaded: str) -> None:
    form = Form.objects.get(year=2024, project__name="应对气候变化管理工作")
    assert form.money_unit == "万元"
    assert form.funding_lines.get(source="total").executed == Decimal("3007000")


def test_a_name_may_stand_twice_in_one_class(loaded: str) -> None:
    form = Form.objects.get(year=2026, project__name="固定源管理技术支持")
    name = "建设项目竣工环保自主验收效果抽查评估时间"
    assert form.declaration.indicators.filter(name=name, level2="时效指标").count() == 2


def test_what_the_source_lost_is_kept_as_lost(loaded: str) -> None:
    row = IndicatorResult.objects.get(damaged__target="lost")
    assert (row.name, row.target) == ("…", "…")
    form = Form.objects.get(damaged__name="lost")
    assert form.shown_name == "〔名称无法辨认〕"


def test_the_same_project_of_two_years_is_one_project(loaded: str) -> None:
    project = Project.objects.get(name="土壤固废化学品污染防治", unit__name="上海市生态环境局")
    assert sorted(project.forms.values_list("year", flat=True)) == [2020, 2024]


def test_a_wrong_file_loads_nothing(db: None, tmp_path: Path) -> None:
    form = json.loads(PUBLISHED[0].read_text())[0]
    wrong = form | {"funds": form["funds"] | {"annual_request": "三十六万"}}
    (tmp_path / "forms.json").write_text(json.dumps([form, wrong], ensure_ascii=False))
    with pytest.raises(CommandError) as caught:
        call_command("load_published", folder=tmp_path)
    assert "第 2 份表 funds.annual_request：应为数字，读到 「三十六万」" in str(caught.value)
    assert caught.value.returncode == 2
    assert Form.objects.count() == 0
