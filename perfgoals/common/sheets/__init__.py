"""The official sheets: layouts as data, the grid, and its way to page and paper."""

from perfgoals.common.sheets.engine import build_sheet
from perfgoals.common.sheets.grid import LOST, Block, Cell, Row, Sheet
from perfgoals.common.sheets.layout import Layout, layout_for, read_layout
from perfgoals.common.sheets.pages import Place, split_sheet
from perfgoals.common.sheets.shipped import read_layouts, shipped_layout, shipped_layouts
from perfgoals.common.sheets.view import CONTINUED, Anchors, SheetView, cell_id, view_sheet

__all__ = [
    "CONTINUED",
    "LOST",
    "Anchors",
    "Block",
    "Cell",
    "Layout",
    "Place",
    "Row",
    "Sheet",
    "SheetView",
    "build_sheet",
    "cell_id",
    "layout_for",
    "read_layout",
    "read_layouts",
    "shipped_layout",
    "shipped_layouts",
    "split_sheet",
    "view_sheet",
]
