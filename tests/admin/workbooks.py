"""Workbooks for the import, and what the pages of an import say."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook, load_workbook

from tests.reading import Answer, texts

UNITS = "/admin/accounts/unit/"
USERS = "/admin/accounts/user/"
PROJECTS = "/admin/projects/project/"
FIGURES = "/admin/projects/budgetexecution/"
CATEGORIES = "/admin/indicators/indicatorcategory/"


def workbook(*rows: Sequence[Any], title: str = "表一") -> bytes:
    """A workbook of these rows. A text is written as a text, also one that begins with "="."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(client: Client, page: str, data: bytes, name: str = "表.xlsx") -> Any:
    """The answer to sending the file: its problems or its preview."""
    return client.post(f"{page}import/", {"file": SimpleUploadedFile(name, data)})


def confirm(client: Client, page: str, preview: Any) -> Any:
    """The answer to confirming what the preview shows."""
    ticket = preview.context["ticket"]
    return client.post(f"{page}process_import/", {"ticket": ticket}, follow=True)


def bring_in(client: Client, page: str, *rows: Sequence[Any]) -> Any:
    """Both steps; the answer to the second."""
    preview = upload(client, page, workbook(*rows))
    assert problems(preview) == []
    return confirm(client, page, preview)


def problems(response: Answer) -> list[tuple[str, str, str]]:
    """Row, column and sentence of each problem that the page lists."""
    if not texts(response, "#problems"):
        return []
    rows = texts(response, "section[aria-labelledby=problems] tbody td")
    return [(rows[at], rows[at + 1], rows[at + 3]) for at in range(0, len(rows), 4)]


def previewed(response: Answer) -> list[list[str]]:
    """The cells of each row of the preview."""
    width = len(texts(response, "section[aria-labelledby=preview] th"))
    cells = texts(response, "section[aria-labelledby=preview] tbody td")
    return [cells[at : at + width] for at in range(0, len(cells), width)]


def exported(client: Client, page: str) -> list[tuple[Any, ...]]:
    """The rows of the exported workbook, headers first."""
    response = client.post(f"{page}export/", {"format": "0", "resource": "0"})
    sheet = load_workbook(BytesIO(response.content)).active
    assert sheet is not None
    return list(sheet.values)
