"""How sure the reader is that it took a sheet for the right form, and what that rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from perfgoals.common.workbooks.official import OfficialForm
from projects.workflow import FormKind
from scoring.workbooks.files import Sureness

_FEW = 3  # a third of the layout's cells may be missing without a doubt
_NAMED = 5
_ROW = 3  # so many cells of one row are the row
_YEAR_FROM = {
    "above": "年度取自同一工作表上面一份表",
    "sheet": "标题里没有年度，{year} 取自工作表名",
    "file": "标题里没有年度，{year} 取自文件名",
    "": "没有找到年度",
}


def sureness_of(found: OfficialForm) -> tuple[Sureness, str, list[str]]:
    """How sure, why (in Chinese), and what was assumed, a sentence each."""
    assumed = _assumed(found)
    label = FormKind(found.kind).label
    if found.mark is not None:
        return Sureness.CERTAIN, f"有本系统的标记：{label}", assumed
    there = found.asked - len(found.missing)
    why = [f"没有本系统的标记，按标签认出是{label}：{found.asked} 个栏目中找到 {there} 个"]
    if not found.kind_stated:
        why.append("标题没有写明是申报表还是自评表")
    if found.missing:
        names = grouped(found.missing)
        more = "等" if len(names) > _NAMED else ""
        why.append(f"缺 {'、'.join(names[:_NAMED])}{more}")
    few = len(found.missing) * _FEW <= found.asked
    sure = few and found.year_from == "title" and (found.kind_stated or not found.missing)
    return Sureness.LIKELY if sure else Sureness.DOUBTFUL, "；".join([*why, *assumed]), assumed


def grouped(titles: Sequence[str]) -> list[str]:
    """Names of cells, those of one row of the funds as one: 「其他资金」 for 「其他资金 · 年初预算数」
    and its neighbours."""
    rows = Counter(title.rpartition(" · ")[0] for title in titles)
    names = []
    for title in titles:
        row = title.rpartition(" · ")[0]
        names.append(row if row and rows[row] >= _ROW else title)
    return list(dict.fromkeys(names))


def _assumed(found: OfficialForm) -> list[str]:
    said = []
    if found.year_from != "title":
        said.append(_YEAR_FROM[found.year_from].format(year=found.year))
    if found.money_unit is None and not found.faults:
        said.append(f"没有写明金额单位，按{found.layout.money_unit}读取")
    return said
