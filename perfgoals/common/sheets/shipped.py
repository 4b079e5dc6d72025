"""The layouts that are shipped with the application."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from perfgoals.common.documents import DocumentError, ShapeError, read_json
from perfgoals.common.sheets.layout import Layout, layout_for, read_layout

FOLDER = Path(__file__).resolve().parents[3] / "fixtures" / "layouts"


def read_layouts(folder: Path) -> tuple[Layout, ...]:
    """All layouts of a folder, one JSON file each. Raises DocumentError that names the file."""
    layouts: dict[str, Layout] = {}
    for file in sorted(folder.glob("*.json")):
        try:
            layout = read_layout(read_json(file.read_bytes()))
        except DocumentError as error:
            raise DocumentError(
                [ShapeError(f"{file.name}:{e.path}", e.code, e.message) for e in error.errors]
            ) from error
        if layout.id in layouts:
            raise DocumentError([ShapeError(file.name, "id", f"版式代码「{layout.id}」重复")])
        layouts[layout.id] = layout
    return tuple(layouts.values())


@cache
def shipped_layouts() -> tuple[Layout, ...]:
    """The layouts of ``fixtures/layouts``, read once."""
    return read_layouts(FOLDER)


def shipped_layout(form: str, year: int) -> Layout:
    """The shipped layout of ``form`` in force in ``year``. Raises DocumentError when there is none."""
    return layout_for(form, year, shipped_layouts())
