"""manage.py print_form: a stored form, or one in a JSON file, in its official layout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from perfgoals.common.documents import DocumentError
from perfgoals.common.printing import PrintingError, print_sheets, standalone_html
from projects.models import Form
from scoring.access import form_document
from scoring.documents import FormDocument
from scoring.management.files import WRONG_FILE, read_forms, write_output
from scoring.sheets import form_sheet


class Command(BaseCommand):
    help = "按规定格式打印一份表：给出表的编号，或一个 JSON 文件"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("form", metavar="编号或文件.json", help="表的编号，或表的 JSON 文件")
        parser.add_argument("--format", choices=["html", "pdf", "json"], default="pdf", help="格式")
        parser.add_argument(
            "--number", type=int, help="文件中有若干份表时，只打印第几份；不给时全部打印"
        )
        parser.add_argument("-o", "--output", type=Path, help="输出文件；不给时写到标准输出")

    def handle(
        self,
        *args: Any,
        form: str,
        format: str,
        number: int | None,
        output: Path | None,
        **options: Any,
    ) -> None:
        documents, draft = self._find(form, number, format)
        content = _printed(documents, format, draft=draft)
        write_output(self, content, output, binary=format == "pdf")

    def _find(self, name: str, number: int | None, format: str) -> tuple[list[FormDocument], bool]:
        """The documents meant, and whether they are drafts."""
        if name.isdecimal():
            form = Form.objects.filter(pk=int(name)).first()
            if form is None:
                raise CommandError(f"没有编号为 {name} 的表", returncode=WRONG_FILE)
            return [form_document(form)], form.is_draft
        documents = read_forms(Path(name))
        if number is None and (format != "html" or len(documents) == 1):
            return documents, False
        if number is None:
            raise CommandError(
                f"{name} 中有 {len(documents)} 份表，网页一次印一份，请用 --number 指明第几份",
                returncode=WRONG_FILE,
            )
        if not 1 <= number <= len(documents):
            raise CommandError(
                f"{name} 中有 {len(documents)} 份表，没有第 {number} 份", returncode=WRONG_FILE
            )
        return [documents[number - 1]], False


def _printed(documents: list[FormDocument], format: str, *, draft: bool) -> bytes:
    if format == "json":
        data = [document.as_json() for document in documents]
        text = json.dumps(data if len(data) > 1 else data[0], ensure_ascii=False, indent=1)
        return f"{text}\n".encode()
    try:
        sheets = [form_sheet(document) for document in documents]
        if format == "html":
            return standalone_html(sheets[0], draft=draft).encode()
        return print_sheets(sheets, draft=draft)
    except (DocumentError, PrintingError) as error:
        raise CommandError(f"不能打印：{error}", returncode=1) from error
