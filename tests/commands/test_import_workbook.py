"""manage.py import_workbook: what it answers, and its exit codes."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from projects.models import Form
from tests.cast import Cast, cast
from tests.execution import HEAD, MAINTENANCE, draft, figures, funds, workbook
from tests.imports import flat_file, json_file, named
from tests.tracing import every_request_leaves_a_trace

__all__ = ["cast", "every_request_leaves_a_trace"]

pytestmark = pytest.mark.django_db


def run(tmp_path: Path, content: bytes, *options: str, user: str = "admin") -> tuple[str, str]:
    file = tmp_path / "导入.xlsx"
    file.write_bytes(content)
    out, error = StringIO(), StringIO()
    call_command("import_workbook", file, "--user", user, *options, stdout=out, stderr=error)
    return out.getvalue(), error.getvalue()


def test_a_sound_file(cast: Cast, tmp_path: Path) -> None:
    out, error = run(tmp_path, json_file([named("甲"), named("乙")]))
    assert "新增 2 份，修改 0 份" in out
    assert "正在读取文件" in error
    assert "正在写入" in error
    assert Form.objects.filter(project_name__in=["甲", "乙"]).count() == 2


def test_nothing_to_do(cast: Cast, tmp_path: Path) -> None:
    out, _ = run(tmp_path, flat_file(Form.objects.select_related("project")))
    assert "无变化 36 份" in out
    assert "没有要改动的内容" in out


def test_an_error_keeps_all_out(cast: Cast, tmp_path: Path) -> None:
    content = json_file([named("甲"), named("乙", unit="某某局")])
    with pytest.raises(CommandError, match="没有导入任何内容") as raised:
        run(tmp_path, content)
    assert raised.value.returncode == 1
    assert not Form.objects.filter(project_name="甲").exists()
    out, _ = run(tmp_path, content, "--sound-only")
    assert "错误 第 2 份 实施单位：读到「某某局」，系统里没有这个单位" in out
    assert "新增 1 份" in out


def test_no_workbook(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="网页") as raised:
        run(tmp_path, b"<html></html>")
    assert raised.value.returncode == 2
    with pytest.raises(CommandError, match="是空的") as raised:
        run(tmp_path, b"")
    assert raised.value.returncode == 2


def test_a_file_that_is_not_there(cast: Cast, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="不能读取") as raised:
        call_command("import_workbook", tmp_path / "没有.xlsx", "--user", "admin")
    assert raised.value.returncode == 2


@pytest.mark.parametrize("user", ["preparer", "nobody"])
def test_administrators_only(cast: Cast, tmp_path: Path, user: str) -> None:
    with pytest.raises(CommandError, match="不是可以批量导入的管理员"):
        run(tmp_path, json_file([named("甲")]), user=user)
    assert not Form.objects.filter(project_name="甲").exists()


class TestAListOfExecutedBudgets:
    def test_it_fills_the_forms_that_are_sure(self, cast: Cast, tmp_path: Path) -> None:
        form = draft(cast.maintenance)
        data = workbook(HEAD, [MAINTENANCE, 1088156, 1000000, 950000], ["某某信息化", 1, 1, 1])
        with pytest.raises(CommandError, match="1 个项目不能确定") as raised:
            run(tmp_path, data, "--execution-year", "2020", "--money-unit", "元")
        assert raised.value.returncode == 1
        assert str(funds(form).total.executed) == "980710.00"
        options = ("--execution-year", "2020", "--money-unit", "元", "--sound-only")
        out, _ = run(tmp_path, data, *options)
        assert "不能确定 执行!A3 「某某信息化」：没有同名的项目" in out
        assert "修改自评表 1 份，保存预算执行数 1 条" in out
        assert str(funds(form).total.executed) == "950000.00"
        assert len(figures()) == 1

    def test_a_missing_money_unit_is_asked_for(self, cast: Cast, tmp_path: Path) -> None:
        data = workbook(HEAD, [MAINTENANCE, 1088156, 1000000, 950000])
        with pytest.raises(CommandError, match="--money-unit") as raised:
            run(tmp_path, data, "--execution-year", "2020")
        assert raised.value.returncode == 2

    def test_a_year_that_is_not_open(self, cast: Cast, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="1999 不是正在填报的年度") as raised:
            run(tmp_path, workbook(HEAD), "--execution-year", "1999")
        assert raised.value.returncode == 2

    def test_what_is_no_list(self, cast: Cast, tmp_path: Path) -> None:
        with pytest.raises(CommandError) as raised:
            run(tmp_path, json_file([named("甲")]), "--execution-year", "2020")
        assert raised.value.returncode == 2
