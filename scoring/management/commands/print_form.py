"""manage.py print_form: a stored form, or one in a JSON file, in its official layout."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from perfgoals.common.documents import DocumentError
from perfgoals.common.printing import PrintingError, document_html, print_sheets
from projects.models import Form
from projects.workflow import Status
from scoring.access import form_document
from scoring.documents import FormDocument
from scoring.management.files import WRONG_FILE, read_forms
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
        documents, draft = self._find(form, number)
        content = _printed(documents, format, draft=draft)
        if output is None:
            if format == "pdf" and sys.stdout.isatty():
                raise CommandError("PDF 不能显示在终端上，请用 -o 给出输出文件", returncode=2)
            sys.stdout.buffer.write(content)
            return
        try:
            output.write_bytes(content)
        except OSError as error:
            raise CommandError(f"不能写入 {output}：{error.strerror}", returncode=2) from error
        self.stderr.write(f"已写入 {output}（{len(content):,} 字节）")

    def _find(self, name: str, number: int | None) -> tuple[list[FormDocument], bool]:
        """The documents meant, and whether they are drafts."""
        if name.isdecimal():
            form = Form.objects.filter(pk=int(name)).first()
            if form is None:
                raise CommandError(f"没有编号为 {name} 的表", returncode=WRONG_FILE)
            return [form_document(form)], form.status == Status.DRAFT
        documents = read_forms(Path(name))
        if number is None:
            return documents, False
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
            title = sheets[0].document_title
            return document_html(sheets, title=title, draft=draft).encode()
        return print_sheets(sheets, draft=draft)
    except (DocumentError, PrintingError) as error:
        raise CommandError(f"不能打印：{error}", returncode=1) from error
