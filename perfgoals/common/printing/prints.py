"""Sheets in, PDF out: HTML from the templates, laid out as often as the page breaks ask for."""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from perfgoals.common.printing.printer import LaidOut, Printer, PrintingError, Session
from perfgoals.common.sheets import Sheet, split_sheet, view_sheet

ROUNDS = 3
"""A second layout suffices nearly always; a third one where the split itself moved a row."""


@cache
def style_sheet() -> str:
    """The style of all prints: that of the page, and what makes it paper."""
    return _css("sheet.css") + _css("print.css")


def _css(name: str) -> str:
    return (Path(settings.BASE_DIR) / "static" / "css" / name).read_text(encoding="utf-8")


def long_printer() -> Printer:
    """A printing process of one's own, for long work; close it afterwards."""
    return Printer(style_sheet(), time_limit=300.0)


class _Shared:
    """The printing process of this server process, started at the first print."""

    def __init__(self) -> None:
        self.forget()
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            # A forked server must not talk into its parent's pipe.
            os.register_at_fork(after_in_child=self.forget)

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.printer: Printer | None = None

    def get(self) -> Printer:
        with self.lock:
            self.printer = self.printer or Printer(style_sheet())
            return self.printer

    def close(self) -> None:
        with self.lock:
            if self.printer is not None:
                self.printer.close()
            self.printer = None


_shared = _Shared()


def shared_printer() -> Printer:
    """The printing process that all prints of this server process share."""
    return _shared.get()


def anchor(number: int) -> str:
    """The name of the sheet at ``number`` (from 0) within a document."""
    return f"s{number}"


def document_html(
    sheets: Sequence[Sheet],
    *,
    title: str,
    draft: bool = False,
    first: int = 0,
    cover: dict[str, Any] | None = None,
    numbering: dict[str, int] | None = None,
    remark: str = "",
) -> str:
    """One HTML document of ``sheets``, the same that is made into PDF. ``first`` is the number of its
    first sheet within the whole; ``cover``, ``numbering`` and ``remark`` are those of
    ``sheets/document.html``."""
    views = [
        view_sheet(sheet, linked=False, anchor=anchor(first + number))
        for number, sheet in enumerate(sheets)
    ]
    context = {
        "title": title,
        "sheets": views,
        "draft": draft,
        "cover": cover,
        "numbering": numbering,
        "remark": remark,
    }
    return render_to_string("sheets/document.html", context)


def standalone_html(sheet: Sheet, *, draft: bool = False) -> str:
    """The sheet as a web page of its own that needs no other file."""
    context = {
        "title": sheet.document_title,
        "sheets": [view_sheet(sheet)],
        "draft": draft,
        "style": _css("sheet.css"),
    }
    return render_to_string("sheets/document.html", context)


def settle(
    session: Session,
    sheets: Sequence[Sheet],
    html_of: Callable[[Sequence[Sheet]], str],
    *,
    start: Sequence[Sheet] | None = None,
    first: int = 0,
) -> tuple[list[Sheet], LaidOut]:
    """Lay ``sheets`` out until their page breaks stay where they are split, at most ``ROUNDS`` times.

    ``start`` are the same sheets as split by an earlier layout. Returns the sheets as split and laid
    out last; the session holds that document, ready to be written. A split in which text was lost is
    given up for the plain layout. Raises PrintingError when even that loses text.
    """
    pieces = list(start or sheets)
    for last in (False,) * (ROUNDS - 1) + (True,):
        laid = session.lay_out(html_of(pieces))
        split = [
            split_sheet(sheet, laid.rows.get(anchor(first + number), {}))
            for number, sheet in enumerate(sheets)
        ]
        if last or split == pieces:
            break
        pieces = split
    if laid.lossy and pieces != list(sheets):
        pieces = list(sheets)
        laid = session.lay_out(html_of(pieces))
    if laid.lossy:
        raise PrintingError("打印失败：有单元格未能完整排版，请缩短过长的文字")
    return pieces, laid


def print_sheets(
    sheets: Sequence[Sheet],
    *,
    title: str = "",
    draft: bool = False,
    remark: str = "",
    printer: Printer | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> bytes:
    """One PDF of ``sheets``, each from a new page.

    title: of the document, else that of the first sheet. draft: print 草稿 on every page. remark: a few
    words that stand at the foot of every page.
    Raises PrintingError (a Chinese sentence) when it takes too long, too much memory or fails.
    """
    title = title or sheets[0].document_title

    def html_of(pieces: Sequence[Sheet]) -> str:
        return document_html(pieces, title=title, draft=draft, remark=remark)

    with (printer or shared_printer()).session(cancelled) as session:
        settle(session, sheets, html_of)
        return session.write()


def print_html(html: str, *, printer: Printer | None = None) -> bytes:
    """One PDF of a document that is no sheet and brings its own style. html: well-formed XML.

    Raises PrintingError (a Chinese sentence) when it takes too long, too much memory or fails.
    """
    with (printer or shared_printer()).session() as session:
        session.lay_out(html)
        return session.write()
