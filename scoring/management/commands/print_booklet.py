"""manage.py print_booklet: all forms of a unit and a year as one PDF (汇总表)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from perfgoals.accounts.models import Unit
from perfgoals.common.documents import DocumentError
from perfgoals.common.printing import PrintingError, print_booklet
from projects.models import Form
from projects.workflow import FormKind
from scoring.access import form_document
from scoring.management.files import write_output
from scoring.sheets import booklet_title, form_sheet


class Command(BaseCommand):
    help = "把一个单位一个年度的全部表印成一册（汇总表）：标题、目录、书签、页码"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--year", type=int, required=True, help="年度")
        parser.add_argument("--unit", required=True, help="单位名称或编码")
        parser.add_argument(
            "--kind",
            choices=[kind.value for kind in FormKind],
            default=FormKind.DECLARATION.value,
            help="表种，默认申报表",
        )
        parser.add_argument("-o", "--output", type=Path, help="输出文件；不给时写到标准输出")

    def handle(
        self,
        *args: Any,
        year: int,
        unit: str,
        kind: str,
        output: Path | None,
        verbosity: int,
        **options: Any,
    ) -> None:
        owner = _find_unit(unit)
        forms = list(Form.objects.of_booklet(year=year, unit=owner.pk, kind=kind))
        if not forms:
            raise CommandError(f"{owner} {year} 年度没有{FormKind(kind).label}", returncode=2)

        def progress(done: int, total: int) -> None:
            if verbosity > 1:
                self.stderr.write(f"{done}/{total}")

        documents = [form_document(form) for form in forms]
        try:
            content = print_booklet(
                booklet_title(documents[0]),
                [form_sheet(document) for document in documents],
                draft=any(form.is_draft for form in forms),
                progress=progress,
            )
        except (PrintingError, DocumentError) as error:
            raise CommandError(f"不能打印：{error}", returncode=1) from error
        write_output(self, content, output, binary=True)


def _find_unit(word: str) -> Unit:
    """The unit of that name or code; a part of the name will do where it is the only one."""
    exact = Unit.objects.filter(name=word) | Unit.objects.filter(code=word)
    found = list(exact) or list(Unit.objects.filter(name__contains=word)[:10])
    if len(found) == 1:
        return found[0]
    if found:
        names = "、".join(unit.name for unit in found)
        raise CommandError(f"「{word}」不止一个单位：{names}", returncode=2)
    raise CommandError(f"没有名称或编码为「{word}」的单位", returncode=2)
