"""Reading printed PDFs back: the words of each page, fonts, bookmarks."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

from tests.rules.published_sheets import plain


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page without blanks and line breaks."""
    return [plain(page.extract_text()) for page in PdfReader(io.BytesIO(pdf)).pages]


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """Each font of the PDF, without its subset prefix, and whether it is embedded."""
    fonts: dict[str, bool] = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        resources: Any = page["/Resources"]
        for reference in resources["/Font"].values():
            font = reference.get_object()
            descendant = font["/DescendantFonts"][0].get_object()
            descriptor = descendant["/FontDescriptor"].get_object()
            name = font["/BaseFont"].split("+")[-1]
            fonts[name] = any(f"/FontFile{kind}" in descriptor for kind in ("", "2", "3"))
    return fonts


def bookmarks_of(pdf: bytes) -> list[tuple[str, int]]:
    """The bookmarks and the pages (from 1) they lead to."""
    reader = PdfReader(io.BytesIO(pdf))
    return [
        (str(mark.title), (reader.get_destination_page_number(mark) or 0) + 1)
        for mark in reader.outline
        if not isinstance(mark, list)
    ]
