"""manage.py verify_published: every published form recomputed and held against what it prints."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from indicators.checks import check_declaration
from perfgoals.common.documents import plain
from perfgoals.common.findings import Finding, Level
from scoring.access import shipped_scheme
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.evaluation import evaluate
from scoring.management.files import read_data, read_forms

HEADINGS = ("年度", "表", "项目", "执行率", "执行得分", "总分", "等级", "错误/警告/提示", "结果")


@dataclass
class Line:
    """A form's row of the table; ``faults`` are the pinned numbers that differ."""

    cells: list[str]
    faults: list[str] = field(default_factory=list)


class Command(BaseCommand):
    help = "重算全部公开表，与印出的数字逐一比较；有一个已确认的数字不符即以 1 退出"
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        known = {
            (item["year"], item["project"]): item
            for item in read_data(settings.FIXTURES_DIR / "published_known.json")
        }
        lines = []
        for file in sorted((settings.FIXTURES_DIR / "published").glob("*.json")):
            for document in read_forms(file):
                lines.append(_line(document, known.get((document.year, document.project.name))))
        self._print_table([line.cells for line in lines])
        faults = [fault for line in lines for fault in line.faults]
        self.stdout.write(f"共 {len(lines)} 份，{len(faults)} 处与已确认的数字不符")
        if faults:
            for fault in faults:
                self.stderr.write(fault)
            raise SystemExit(1)

    def _print_table(self, rows: list[list[str]]) -> None:
        table = [list(HEADINGS), *rows]
        widths = [max(_width(row[column]) for row in table) for column in range(len(HEADINGS))]
        for row in table:
            cells = (
                text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)
            )
            self.stdout.write("  ".join(cells).rstrip())


def _line(document: FormDocument, known: dict[str, Any] | None) -> Line:
    kind = "自评表" if isinstance(document, SelfEvaluationDocument) else "申报表"
    head = [str(document.year), kind, _short(document.project.name)]
    if not isinstance(document, SelfEvaluationDocument):
        return Line([*head, "—", "—", "—", "—", _counts(check_declaration(document)), "不计分"])
    outcome = evaluate(document, shipped_scheme(document.year))
    total = document.funds.total
    line = Line(head)
    stated_total, stated_rating = document.total_score, document.rating
    compared = [
        ("执行率", total.execution_rate, outcome.execution.rate),
        ("执行得分", total.score, outcome.execution.score),
    ]
    for label, stated, computed in compared:
        line.cells.append(_pair(stated, computed))
        if stated != computed:
            line.faults.append(f"{head[0]} {head[2]}：{label}印 {stated}，算得 {computed}")
    expected_total = Decimal(known["total_score"]) if known else stated_total
    expected_rating = known["rating"] if known else stated_rating
    line.cells += [
        _pair(stated_total, outcome.total_score),
        _pair(stated_rating, outcome.rating) if stated_rating else f"未印/{outcome.rating}",
        _counts(check_self_evaluation(document, outcome)),
        known["note"] if known else ("一致" if not line.faults else "不一致"),
    ]
    if outcome.total_score != expected_total:
        line.faults.append(
            f"{head[0]} {head[2]}：总分应为 {expected_total}，算得 {outcome.total_score}"
        )
    if expected_rating is not None and outcome.rating != expected_rating:
        line.faults.append(
            f"{head[0]} {head[2]}：等级应为 {expected_rating}，算得 {outcome.rating}"
        )
    return line


def _pair(stated: Decimal | str | None, computed: Decimal | str | None) -> str:
    """Printed and recomputed, as one cell; one number where they agree."""
    if stated is not None and stated == computed:
        return _text(stated)
    return f"{'未印' if stated is None else _text(stated)}/{'—' if computed is None else _text(computed)}"


def _text(value: Decimal | str) -> str:
    return plain(value) if isinstance(value, Decimal) else value


def _counts(findings: list[Finding]) -> str:
    levels = Counter(finding.level for finding in findings)
    return "/".join(str(levels[level]) for level in Level)


def _short(name: str) -> str:
    return name if len(name) <= 16 else f"{name[:15]}…"


def _width(text: str) -> int:
    """Columns on a terminal: a full-width character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
