"""Which cells of a form are damaged in its source, in words."""

from __future__ import annotations

from collections.abc import Sequence

from indicators.checks.form import marks_of
from indicators.checks.register import place
from indicators.documents import DeclaredIndicator
from perfgoals.common.documents import Damage
from scoring.documents import FormDocument, IndicatorResult
from scoring.views.cell_names import cell_name

DAMAGES: dict[Damage, str] = {
    "lost": "全部无法辨认",
    "partial": "部分文字缺失，缺处以“…”表示",
    "reconstructed": "按可辨认的部分复原",
    "inferred": "按上下文判断填入",
    "maybe_truncated": "末尾可能有缺失",
}


def damages_of(document: FormDocument) -> list[str]:
    """One sentence for each way in which cells are damaged, which names them in the order of the form."""
    rows: Sequence[DeclaredIndicator | IndicatorResult] = document.indicators
    marks = marks_of(document.damaged, [row.damaged for row in rows])
    cells: dict[Damage, list[str]] = {}
    for path in sorted(marks, key=place):
        cells.setdefault(marks[path], []).append(cell_name(path) or path)
    return [
        f"{words}：{'、'.join(cells[mark])}" for mark, words in DAMAGES.items() if mark in cells
    ]
