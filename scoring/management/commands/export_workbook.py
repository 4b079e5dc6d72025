"""manage.py export_workbook: forms of a kind, year and unit as one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from perfgoals.accounts.models import Unit
from perfgoals.common.audit import record_export
from projects.models import Form
from projects.workflow import FormKind
from scoring.management.files import write_output
from scoring.workbooks.exporting import (
    ExportLayout,
    NotExported,
    export_file,
    offers_for,
    selection_of,
)

NOT_WRITTEN, NOTHING = 1, 2


class Command(BaseCommand):
    help = (
        "把一种表、一个年度（可以只要一个单位）导出为一个文件：official 官方表样工作簿，flat 平铺工作簿，"
        "csv 四张表的压缩包，json 列表。成功以 0 退出，内容不能写出以 1 退出，"
        "没有表或不能写文件以 2 退出"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--kind", choices=[kind.value for kind in FormKind], required=True, help="表种"
        )
        parser.add_argument("--year", type=int, required=True, help="年度")
        parser.add_argument(
            "--layout",
            choices=[layout.value for layout in ExportLayout],
            default=ExportLayout.OFFICIAL.value,
            help="格式，默认官方表样",
        )
        parser.add_argument("--unit", help="单位编码；不给时为全部单位")
        parser.add_argument("-o", "--output", type=Path, required=True, help="输出文件")

    def handle(
        self,
        *args: Any,
        kind: str,
        year: int,
        layout: str,
        unit: str | None,
        output: Path,
        verbosity: int,
        **options: Any,
    ) -> None:
        wanted, units = ExportLayout(layout), Unit.objects.filter(is_active=True)
        forms = Form.objects.filter(kind=kind, year=year)
        if unit is not None:
            units = Unit.objects.filter(code=unit)
            if not units:
                raise CommandError(f"没有编码为「{unit}」的单位", returncode=NOTHING)
            forms = forms.filter(project__unit__in=units)
        selection = selection_of(forms.only("kind", "year").order_by("unit_name", "pk"))
        if not selection.forms:
            told = f"{units[0].name} " if unit is not None else ""
            raise CommandError(f"{told}{year} 年度没有{FormKind(kind).label}", returncode=NOTHING)

        def report(done: int, total: int) -> None:
            if verbosity > 1:
                self.stderr.write(f"{done}/{total}")

        offers = offers_for(units.select_related("parent").order_by("name"), year)
        try:
            content = export_file(
                selection,
                wanted,
                offers=offers if wanted is ExportLayout.FLAT else None,
                at=timezone.localtime(),
                report=report,
            )
        except NotExported as error:
            raise CommandError(f"没有导出：{error}", returncode=NOT_WRITTEN) from error
        write_output(self, content, output, binary=True)
        record_export(
            wanted.label,
            by=None,
            count=len(selection.forms),
            范围=selection.title,
            文件=str(output),
        )
