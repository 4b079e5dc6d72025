"""Printed PDFs are kept: an unchanged form is not laid out twice."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from perfgoals.common import numbers, sheets
from perfgoals.common.documents import Document
from perfgoals.common.printing.printer import Printer
from perfgoals.common.printing.prints import print_html, print_sheets
from perfgoals.common.sheets import Layout, Sheet

logger = logging.getLogger(__name__)

LIMIT = 512 << 20
"""Bytes the store may take; beyond them the prints used longest ago go."""


class PrintStore:
    """PDFs by key, in files of one folder. Safe for any number of processes at once."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder
        self.limit = limit

    def get(self, key: str) -> bytes | None:
        """The PDF kept under ``key``; None when there is none."""
        file = self._file(key)
        try:
            pdf = file.read_bytes()
            os.utime(file)  # what is used stays longest
        except OSError:
            return None
        return pdf if pdf.startswith(b"%PDF-") else None

    def put(self, key: str, pdf: bytes) -> None:
        """Keep ``pdf``. A full disk costs the copy, not the print."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as draft:
                draft.write(pdf)
            os.replace(draft.name, self._file(key))
            self._make_room()
        except OSError:
            logger.warning("print not kept", exc_info=True)

    def get_or_print(self, key: str, make: Callable[[], bytes]) -> bytes:
        """The PDF kept under ``key``, else the one that ``make`` gives, which is kept."""
        pdf = self.get(key)
        if pdf is None:
            pdf = make()
            self.put(key, pdf)
        return pdf

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.pdf"

    def _make_room(self) -> None:
        with os.scandir(self.folder) as entries:
            kept = [(entry.stat(), entry.path) for entry in entries if entry.is_file()]
        size = sum(stat.st_size for stat, _ in kept)
        for stat, path in sorted(kept, key=lambda item: item[0].st_mtime_ns):
            if size <= self.limit:
                return
            Path(path).unlink(missing_ok=True)
            size -= stat.st_size


@cache
def code_version() -> str:
    """A hash of everything that decides how a print looks beside document and layout."""
    base = Path(settings.BASE_DIR)
    files = [
        *Path(__file__).parent.glob("*.py"),
        *Path(str(sheets.__file__)).parent.glob("*.py"),
        Path(str(numbers.__file__)),
        *(base / "templates" / "sheets").iterdir(),
        *(base / "static" / "css").glob("sheet.css"),
        *(base / "static" / "css").glob("print.css"),
    ]
    digest = hashlib.sha256(version("weasyprint").encode())
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def print_key(
    parts: Iterable[tuple[Document, Layout]], *, draft: bool, title: str = "", remark: str = ""
) -> str:
    """The key of a print of these documents, in this order, each in its layout."""
    content = [[document.as_json(), layout.as_json()] for document, layout in parts]
    said = [code_version(), title, draft, remark, content]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def html_key(html: str) -> str:
    """The key of a print of a document that is no sheet."""
    return hashlib.sha256(f"{code_version()}\0{html}".encode()).hexdigest()


def print_store() -> PrintStore:
    """The store of this installation (``settings.PRINT_STORE``)."""
    return PrintStore(Path(settings.PRINT_STORE))


def stored_print(
    document: Document,
    layout: Layout,
    sheet: Callable[[], Sheet],
    *,
    draft: bool = False,
    remark: str = "",
    printer: Printer | None = None,
) -> bytes:
    """The PDF of one form: as kept, else printed from ``sheet()`` and kept. Raises PrintingError."""
    return print_store().get_or_print(
        print_key([(document, layout)], draft=draft, remark=remark),
        lambda: print_sheets([sheet()], draft=draft, remark=remark, printer=printer),
    )


def stored_html_print(html: str) -> bytes:
    """The PDF of a document that is no sheet: as kept, else printed and kept. Raises PrintingError."""
    return print_store().get_or_print(html_key(html), lambda: print_html(html))
