"""manage.py evaluate: a form in, what the rules make of it out. Writes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from indicators.checks import check_declaration
from scoring.access import get_scheme
from scoring.checks import check_self_evaluation
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.evaluation import evaluate, evaluation_json
from scoring.management.files import read_forms


class Command(BaseCommand):
    help = (
        "计算一份表：读入 JSON，写出执行率、建议得分、总分、等级和全部问题（JSON），不保存任何内容"
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="表的 JSON 文件（一份，或若干份的列表）")
        parser.add_argument("--scheme", help="计分办法编码；不给时按年度取适用的办法")

    def handle(self, *args: Any, file: Path, scheme: str | None, **options: Any) -> None:
        documents = read_forms(file)
        results = [result_of(document, code=scheme) for document in documents]
        answer = results if len(results) > 1 else results[0]
        self.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1))


def result_of(document: FormDocument, *, code: str | None) -> dict[str, Any]:
    """What the rules make of the document, as plain JSON; numbers as texts, so that none is rounded."""
    try:
        scheme = get_scheme(document.year, code=code)
    except LookupError as error:
        raise CommandError(str(error), returncode=2) from error
    if isinstance(document, SelfEvaluationDocument):
        outcome = evaluate(document, scheme)
        findings = check_self_evaluation(document, outcome)
        return {
            "form": document.form,
            **evaluation_json(document, outcome),
            "findings": [finding.as_json() for finding in findings],
        }
    return {
        "form": document.form,
        "scheme": scheme.id,
        "execution_rate": None,
        "execution_score": None,
        "indicators": [
            {"name": row.name, "suggested_score": None, "explanation": "申报表不计分"}
            for row in document.indicators
        ],
        "total_score": None,
        "suggested_total": None,
        "rating": None,
        "findings": [finding.as_json() for finding in check_declaration(document)],
    }
