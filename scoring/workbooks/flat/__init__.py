"""Forms as a flat workbook: the tables 项目, 资金, 绩效指标 and 自评结果, one row per thing.

Rows of the other tables say which form they belong to: by 表编号, without one by 序号 of the workbook,
without that by 项目编码, 年度 and 表种, without a code by 实施单位, 年度, 项目名称 and 表种 (``references``).
Rows of indicators are known by their 行码; without one the row of a kept form is that of the same class of
level 2 and name, in order.
"""

from scoring.workbooks.flat.finding import looks_flat
from scoring.workbooks.flat.gathering import Each, FlatFile
from scoring.workbooks.flat.reading import FlatReading, read_flat
from scoring.workbooks.flat.unseen import kept_over
from scoring.workbooks.flat.writing import (
    FlatForm,
    FlatOffers,
    Made,
    flat_csv,
    flat_offers,
    flat_template,
    flat_workbook,
)

__all__ = [
    "Each",
    "FlatFile",
    "FlatForm",
    "FlatOffers",
    "FlatReading",
    "Made",
    "flat_csv",
    "flat_offers",
    "flat_template",
    "flat_workbook",
    "kept_over",
    "looks_flat",
    "read_flat",
]
