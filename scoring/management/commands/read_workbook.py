"""manage.py read_workbook: files with forms in, what stands in them and what is wrong out. Writes
nothing."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from perfgoals.common.findings import Level
from perfgoals.common.workbooks.container import UnreadableWorkbook
from projects.workflow import FormKind
from scoring.management.files import why
from scoring.services import judge
from scoring.workbooks.files import FileKind, ReadFile, ReadForm, Sureness
from scoring.workbooks.reading import read_file
from scoring.workbooks.telling import Told, told_findings, told_problem

WRONG, UNREADABLE = 1, 2


class Command(BaseCommand):
    help = (
        "读取工作簿（.xlsx、.xls、.xlsb、.ods）、CSV 或 JSON 中的申报表和自评表，列出读到的表和全部问题，"
        "不保存任何内容。没有错误以 0 退出，有错误以 1 退出，文件不能读取以 2 退出"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, nargs="+", help="文件，可以是几个")
        parser.add_argument("--json", action="store_true", help="以 JSON 写出")

    def handle(self, *args: Any, file: list[Path], **options: Any) -> None:
        answers = [answer_for(path) for path in file]
        if options["json"]:
            answer = answers if len(answers) > 1 else answers[0]
            self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))
        else:
            self.stdout.write("\n\n".join(as_text(answer) for answer in answers))
        refused = [f"{one['file']}：{one['unreadable']}" for one in answers if one["unreadable"]]
        if refused:
            raise CommandError("\n".join(refused), returncode=UNREADABLE)
        if any(answer["errors"] for answer in answers):
            raise SystemExit(WRONG)


def answer_for(path: Path) -> dict[str, Any]:
    """What is to be said of a file, as plain JSON. ``unreadable`` says why it cannot be read, null
    where it can."""
    try:
        read = read_file(path.read_bytes(), name=path.name)
    except UnreadableWorkbook as error:
        return _refused(path, error.code, error.message)
    except OSError as error:
        return _refused(path, "file", f"不能读取文件：{why(error)}")
    told = [told_problem(problem) for problem in read.problems]
    for form in read.forms:
        told += _told(form)
    return _answer(path, read, told)


def _told(form: ReadForm) -> list[Told]:
    told = [told_problem(problem) for problem in form.problems]
    if form.document is not None:
        told += told_findings(form, judge(form.document).findings)
    return told


def _answer(path: Path, read: ReadFile, told: Sequence[Told]) -> dict[str, Any]:
    return {
        "file": path.name,
        "kind": read.kind.value,
        "unreadable": None,
        "documents": [
            {**form.document.as_json(), "sheet": form.sheet, "range": form.range}
            for form in read.forms
            if form.document is not None
        ],
        "forms": [_form(form) for form in read.forms],
        "errors": [one.as_json() for one in told if one.level is Level.ERROR],
        "warnings": [one.as_json() for one in told if one.level is not Level.ERROR],
        "skipped": [asdict(one) for one in read.skipped],
        "ignored": [asdict(one) for one in read.ignored],
        "rows": read.rows,
        "blank_rows": read.blank_rows,
    }


def _form(form: ReadForm) -> dict[str, Any]:
    document = form.document
    return {
        "sheet": form.sheet,
        "range": form.range,
        "form": document.form if document else None,
        "year": document.year if document else None,
        "project": document.project.name if document else None,
        "sureness": form.sureness.value,
        "why": form.why,
        "remarks": form.remarks,
        "id": form.form or None,
        "version": form.version or None,
        "rows": form.rows,
        "blank_rows": form.blank_rows,
    }


def _refused(path: Path, code: str, message: str) -> dict[str, Any]:
    told = Told("", "", Level.ERROR, code, "", "", message)
    return {
        "file": path.name,
        "kind": None,
        "unreadable": message,
        "documents": [],
        "forms": [],
        "errors": [told.as_json()],
        "warnings": [],
        "skipped": [],
        "ignored": [],
        "rows": 0,
        "blank_rows": 0,
    }


# -- in words --------------------------------------------------------------------------------------

_KINDS = {kind.value: kind.label for kind in FileKind}
_SURE = {one.value: one.label for one in Sureness}
_WHAT = {"rows": "行", "columns": "列", "cells": "格"}


def as_text(answer: dict[str, Any]) -> str:
    """The answer for people to read."""
    if answer["unreadable"]:
        return f"{answer['file']}：不能读取"
    ignored = Counter(one["what"] for one in answer["ignored"])
    lines = [
        f"{answer['file']}：{_KINDS[answer['kind']]}，{len(answer['forms'])} 份表，"
        f"读取 {answer['rows']} 行，空行 {answer['blank_rows']} 行，未读取 {ignored['columns']} 列",
        *(_form_line(form) for form in answer["forms"]),
    ]
    for form in answer["forms"]:
        lines += [f"  说明 工作表「{form['sheet']}」：{remark}" for remark in form["remarks"]]
    lines += [f"  跳过 工作表「{one['sheet']}」：{one['reason']}" for one in answer["skipped"]]
    lines += [
        f"  略过 工作表「{one['sheet']}」{_WHAT[one['what']]} {one['where']}：{one['reason']}"
        for one in answer["ignored"]
    ]
    for one in (*answer["errors"], *answer["warnings"]):
        told = Told(**{**one, "level": Level(one["level"])})
        lines.append(f"  {told.level.label} {told.sentence}（{told.code}）")
    lines.append(f"{len(answer['errors'])} 处错误，{len(answer['warnings'])} 处警告和提示")
    return "\n".join(lines)


def _form_line(form: dict[str, Any]) -> str:
    kind = FormKind(form["form"]).label if form["form"] else "读不成一份表"
    name = f" {form['year']} 年「{form['project']}」" if form["form"] else ""
    place = f"工作表「{form['sheet']}」{form['range']}" if form["sheet"] else form["range"]
    return f"  {place}：{kind}{name}，{form['rows']} 行（{_SURE[form['sureness']]}：{form['why']}）"
