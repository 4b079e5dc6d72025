"""How long the longest published form (62 rows) takes to print, beside a browser printing the same.

Run by hand on an idle machine: ``python -m benchmarks.pdf [rounds]``. Each round prints the sheet with
the warm printing process (from the document to the PDF, both layouts included), then lets headless
Chromium print the very same HTML, then takes the PDF from the store. Prints the medians.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test.utils import override_settings  # noqa: E402

from indicators.documents import DeclarationDocument  # noqa: E402
from indicators.sheets import declaration_sheet  # noqa: E402
from perfgoals.common.documents import read_json  # noqa: E402
from perfgoals.common.printing import print_sheets, stored_print  # noqa: E402
from perfgoals.common.printing.prints import (  # noqa: E402
    document_html,
    settle,
    shared_printer,
    style_sheet,
)
from perfgoals.common.sheets import shipped_layout  # noqa: E402

PRINT_LIMIT = 500
STORE_LIMIT = 20
"""Milliseconds that a print and an unchanged form from the store may take."""

CHROMIUM_NAMES = ("chromium", "chromium-headless-shell", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer")


def longest_form() -> DeclarationDocument:
    file = Path(settings.FIXTURES_DIR) / "published" / "declarations_2026.json"
    forms = [DeclarationDocument.read(form) for form in read_json(file.read_bytes())]
    return max(forms, key=lambda form: len(form.indicators))


def printed_html(document: DeclarationDocument) -> str:
    """The HTML of the last layout, with its style inside."""
    title = "benchmark"
    with shared_printer().session() as session:
        pieces, _ = settle(
            session, [declaration_sheet(document)], lambda part: document_html(part, title=title)
        )
    html = document_html(pieces, title=title)
    return html.replace("</head>", f"<style>{style_sheet()}</style></head>")


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def measure(rounds: int, folder: Path) -> dict[str, list[float]]:
    document = longest_form()
    layout = shipped_layout(document.form, document.year)
    page = folder / "sheet.html"
    page.write_text(printed_html(document), encoding="utf-8")
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)

    def ours() -> None:
        print_sheets([declaration_sheet(document)])

    def browser() -> None:
        target = f"--print-to-pdf={folder / 'chromium.pdf'}"
        subprocess.run(
            [str(chromium), *CHROMIUM_OPTIONS, target, page.as_uri()],
            check=True,
            capture_output=True,
        )

    def stored() -> None:
        stored_print(document, layout, lambda: declaration_sheet(document))

    ours()
    stored()
    times: dict[str, list[float]] = {"ours": [], "browser": [], "stored": []}
    for _ in range(rounds):
        times["ours"].append(milliseconds(ours))
        if chromium:
            times["browser"].append(milliseconds(browser))
        times["stored"].append(milliseconds(stored))
    return times


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with (
        tempfile.TemporaryDirectory() as name,
        override_settings(PRINT_STORE=Path(name) / "prints"),
    ):
        times = measure(rounds, Path(name))
    medians = {name: statistics.median(values) for name, values in times.items() if values}
    print(f"62 行申报表，{rounds} 次的中位数（毫秒）")
    print(f"打印（含两次排版）  {medians['ours']:8.1f}   上限 {PRINT_LIMIT}")
    if "browser" in medians:
        ratio = medians["browser"] / medians["ours"]
        print(f"Chromium 打印同一页 {medians['browser']:8.1f}   为本系统的 {ratio:.1f} 倍")
    else:
        print("没有找到 Chromium，不作比较")
    print(f"由存档取回          {medians['stored']:8.1f}   上限 {STORE_LIMIT}")
    return 0 if medians["ours"] <= PRINT_LIMIT and medians["stored"] <= STORE_LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
