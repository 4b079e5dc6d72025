"""The commands for forms: what they answer, and how they refuse a wrong file."""

from __future__ import annotations

import json
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pypdf
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from projects.models import Form

PUBLISHED = settings.FIXTURES_DIR / "published"


def published(year: int, number: int, kind: str = "self_evaluations") -> dict[str, Any]:
    return json.loads((PUBLISHED / f"{kind}_{year}.json").read_text())[number]


def write(tmp_path: Path, data: Any) -> Path:
    file = tmp_path / "form.json"
    file.write_text(json.dumps(data, ensure_ascii=False))
    return file


def evaluated(file: Path, **options: Any) -> Any:
    out = StringIO()
    call_command("evaluate", file, stdout=out, **options)
    return json.loads(out.getvalue())


pytestmark = pytest.mark.django_db


class TestEvaluate:
    def test_a_published_form(self, tmp_path: Path) -> None:
        answer = evaluated(write(tmp_path, published(2020, 0)))
        assert answer["scheme"] == "shanghai-2020"
        assert Decimal(answer["execution_rate"]) == Decimal("90.13")
        assert Decimal(answer["execution_score"]) == Decimal("9.01")
        assert Decimal(answer["total_score"]) == Decimal("99.01")
        assert len(answer["indicators"]) == 5
        assert answer["indicators"][0]["suggested_score"] == "20.00"
        assert {"path", "level", "code", "message"} <= set(answer["findings"][0])

    def test_what_the_form_states_is_compared_and_never_taken_over(self, tmp_path: Path) -> None:
        form = published(2024, 0)
        form["funds"]["total"] |= {"execution_rate": "100.00", "score": "10.00"}
        form |= {"total_score": "100.00", "rating": "差"}
        answer = evaluated(write(tmp_path, form))
        assert answer["execution_rate"] == "98.98"
        assert answer["execution_score"] == "9.90"
        assert answer["total_score"] == "95.90"
        assert answer["rating"] == "优"
        found = {finding["path"] for finding in answer["findings"]}
        assert {"funds.total.execution_rate", "funds.total.score", "total_score", "rating"} <= found

    def test_another_scheme_rounds_otherwise(self, tmp_path: Path) -> None:
        form = write(tmp_path, published(2020, 0))
        # 980710 ÷ 1088156 = 90.1258…%
        assert evaluated(form, scheme="shanghai-2024")["execution_rate"] == "90.12"
        assert evaluated(form, scheme="ministry-2020")["execution_rate"] == "90.13"

    def test_a_year_without_its_own_scheme_takes_the_ministry_s(self, tmp_path: Path) -> None:
        answer = evaluated(write(tmp_path, published(2020, 0) | {"year": 2018}))
        assert answer["scheme"] == "ministry-2020"

    def test_a_declaration_has_findings_and_no_score(self, tmp_path: Path) -> None:
        answer = evaluated(write(tmp_path, published(2026, 0, "declarations")))
        assert answer["total_score"] is None
        assert "indicators.28.target" in {finding["path"] for finding in answer["findings"]}

    def test_a_blank_form(self, tmp_path: Path) -> None:
        answer = evaluated(write(tmp_path, {"form": "self_evaluation", "year": 2024}))
        assert answer["execution_rate"] is None
        assert answer["rating"] is None

    def test_a_list_of_forms(self) -> None:
        answer = evaluated(PUBLISHED / "self_evaluations_2024.json")
        assert [item["execution_rate"] for item in answer][:3] == ["98.98", "99.24", "99.78"]

    def test_every_wrong_cell_is_named(self, tmp_path: Path) -> None:
        form = published(2020, 0)
        form["funds"]["total"]["executed"] = "九十八万"
        form["indicators"][3]["weight"] = "十分"
        form["indicators"][1]["colour"] = "红"
        with pytest.raises(CommandError) as caught:
            evaluated(write(tmp_path, form))
        message = str(caught.value)
        assert caught.value.returncode == 2
        assert "3 处错误" in message
        assert "funds.total.executed：应为数字，读到 「九十八万」" in message
        assert "indicators.3.weight：应为数字，读到 「十分」" in message
        assert "indicators.1.colour：不认识的项目名" in message

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("{", "不是合法的 JSON：第 1 行第 2 个字符处有误"),
            ("[]", "中没有表"),
            ("3", "应为一份表"),
            ('{"form": "整体支出", "year": 2024}', "form：应为 declaration（申报表）或"),
            ('{"form": "declaration"}', "year：缺少这一项"),
            ('{"form": "declaration", "year": 2024, "year": 2025}', "「year」在同一处出现两次"),
            ("[" * 100_000, "JSON 嵌套过深"),
        ],
    )
    def test_a_file_that_is_no_form(self, tmp_path: Path, text: str, message: str) -> None:
        file = tmp_path / "form.json"
        file.write_text(text)
        with pytest.raises(CommandError) as caught:
            evaluated(file)
        assert message in str(caught.value)
        assert caught.value.returncode == 2

    def test_a_missing_file_and_an_unknown_scheme(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="不能读取"):
            evaluated(tmp_path / "none.json")
        with pytest.raises(CommandError, match="没有编码为「mars」的计分办法") as caught:
            evaluated(write(tmp_path, published(2020, 0)), scheme="mars")
        assert caught.value.returncode == 2


class TestVerifyPublished:
    def test_every_form_has_its_line_and_no_pinned_number_differs(self) -> None:
        out = StringIO()
        call_command("verify_published", stdout=out)
        lines = out.getvalue().splitlines()
        assert lines[-1] == "共 36 份，0 处与已确认的数字不符"
        assert len(lines) == 1 + 36 + 1
        assert any("95.35/89.35" in line and "多 6.00" in line for line in lines)

    def test_it_ends_with_1_when_a_number_differs(self, tmp_path: Path, settings: Any) -> None:
        (tmp_path / "published").mkdir()
        form = published(2024, 0)
        form["total_score"] = "96.90"
        (tmp_path / "published" / "forms.json").write_text(json.dumps([form]))
        for name in ("published_known.json", "scoring_schemes.json"):
            (tmp_path / name).write_text((settings.FIXTURES_DIR / name).read_text())
        settings.FIXTURES_DIR = tmp_path
        err = StringIO()
        with pytest.raises(SystemExit) as caught:
            call_command("verify_published", stdout=StringIO(), stderr=err)
        assert caught.value.code == 1
        assert "总分应为 96.90，算得 95.90" in err.getvalue()


class TestPrintForm:
    def test_pdf_html_and_json_of_a_file(self, tmp_path: Path) -> None:
        file = write(tmp_path, published(2024, 0))
        for ending in ("pdf", "html", "json"):
            call_command(
                "print_form",
                file,
                format=ending,
                output=tmp_path / f"o.{ending}",
                stderr=StringIO(),
            )
        reader = pypdf.PdfReader(BytesIO((tmp_path / "o.pdf").read_bytes()))
        assert "95.90" in "".join(page.extract_text() for page in reader.pages)
        assert "财政项目支出绩效自评表" in (tmp_path / "o.html").read_text()
        assert json.loads((tmp_path / "o.json").read_text()) == published(2024, 0)

    def test_a_stored_form_by_its_number(self, tmp_path: Path) -> None:
        call_command("load_published", stdout=StringIO())
        output = tmp_path / "form.json"
        form = Form.objects.get(year=2020, project__name="三江路监测大楼业务网络通讯费")
        call_command("print_form", str(form.pk), format="json", output=output, stderr=StringIO())
        printed = json.loads(output.read_text())
        assert printed["project"]["name"] == "三江路监测大楼业务网络通讯费"
        assert Decimal(printed["total_score"]) == Decimal("94.92")

    @pytest.mark.parametrize(
        ("name", "options", "message"),
        [
            ("999999", {}, "没有编号为 999999 的表"),
            (str(PUBLISHED / "self_evaluations_2024.json"), {"number": 19}, "没有第 19 份"),
            (str(PUBLISHED / "self_evaluations_2024.json"), {"format": "html"}, "请用 --number"),
        ],
    )
    def test_what_is_not_there(self, name: str, options: dict[str, Any], message: str) -> None:
        with pytest.raises(CommandError, match=message) as caught:
            call_command("print_form", name, **options)
        assert caught.value.returncode == 2


class TestPrintBooklet:
    def test_all_forms_of_a_unit_and_year(self, tmp_path: Path) -> None:
        call_command("load_published", stdout=StringIO())
        output = tmp_path / "booklet.pdf"
        call_command("print_booklet", year=2024, unit="减污降碳", output=output, stderr=StringIO())
        reader = pypdf.PdfReader(BytesIO(output.read_bytes()))
        title = "上海市减污降碳管理运行技术中心2024年度项目绩效目标汇总表"
        assert reader.metadata is not None
        assert reader.metadata.title == title
        assert [str(item["/Title"]) for item in reader.outline] == [  # type: ignore[call-overload]
            "交通工具购置及更新",
            "减污降碳工作专项经费",
        ]

    def test_a_unit_that_is_not_there_or_not_the_only_one(self) -> None:
        call_command("load_published", stdout=StringIO())
        with pytest.raises(CommandError, match="没有名称或编码为「财政局」的单位"):
            call_command("print_booklet", year=2024, unit="财政局")
        with pytest.raises(CommandError, match="不止一个单位"):
            call_command("print_booklet", year=2024, unit="上海市")
        with pytest.raises(CommandError, match="2019 年度没有申报表"):
            call_command("print_booklet", year=2019, unit="减污降碳")
