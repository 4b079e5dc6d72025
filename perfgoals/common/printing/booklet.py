"""汇总表: many forms as one PDF, with heading, contents, bookmarks and page numbers through the whole."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link
from pypdf.generic import NameObject, TextStringObject

from perfgoals.common.printing.printer import LaidOut, Printer, PrintingError, Session
from perfgoals.common.printing.prints import ROUNDS, anchor, document_html, long_printer, settle
from perfgoals.common.sheets import Sheet, split_sheet

CHUNK = 100
"""Forms in one document. More would take too much memory; each chunk carries the fonts once more."""

_GROUP = 10  # forms laid out at a time to find their page breaks: often enough to show progress

Progress = Callable[[int, int], None]


def print_booklet(
    title: str,
    sheets: Sequence[Sheet],
    *,
    draft: bool = False,
    chunk: int = CHUNK,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    printer: Printer | None = None,
) -> bytes:
    """All ``sheets`` as one PDF: a heading, contents with page numbers, then each form from a new page.

    chunk: forms laid out in one document, the documents being joined. progress: called with the number
    of steps done and of steps in all. cancelled: asked while it works. printer: else a process of its
    own, so that single prints need not wait.
    Raises PrintingError, and PrintingCancelled when the user gave up.
    """
    if not sheets:
        raise PrintingError("汇总表中没有表格可打印")
    booklet = _Booklet(title, sheets, draft, chunk, progress or (lambda done, total: None))
    if printer is not None:
        with printer.session(cancelled) as session:
            return booklet.print(session)
    with long_printer() as own, own.session(cancelled) as session:
        return booklet.print(session)


@dataclass
class _Chunk:
    """A run of sheets that is one document: its first sheet, and how it was laid out last."""

    first: int
    sheets: Sequence[Sheet]
    pages: int = 0


class _Booklet:
    def __init__(
        self, title: str, sheets: Sequence[Sheet], draft: bool, chunk: int, progress: Progress
    ) -> None:
        self.title = title
        self.sheets = sheets
        self.draft = draft
        self.chunks = [
            _Chunk(first, sheets[first : first + chunk]) for first in range(0, len(sheets), chunk)
        ]
        self.progress = progress
        self.split = list(sheets)
        self.starts = [0] * len(sheets)
        self.total = 0
        self.cover_links: dict[str, tuple[float, ...]] = {}
        self.height = 0.0

    def print(self, session: Session) -> bytes:
        self.measure(session)
        for _ in range(ROUNDS):
            pdfs, starts, total = self.press(session)
            agreed = (starts, total) == (self.starts, self.total)
            self.starts, self.total = starts, total
            if agreed:
                break
        return pdfs[0] if len(pdfs) == 1 else self.joined(pdfs)

    def measure(self, session: Session) -> None:
        """Find the page breaks of every form, and from them where each will begin."""
        page = session.lay_out(self.html([], first=0, cover=self.cover(0))).pages + 1
        for first in range(0, len(self.sheets), _GROUP):
            group = self.sheets[first : first + _GROUP]
            laid = session.lay_out(self.html(group, first=first))
            for number, sheet in enumerate(group, first):
                self.split[number] = split_sheet(sheet, laid.rows[anchor(number)])
            begins = [laid.first_page(anchor(first + number)) for number in range(len(group))]
            self.starts[first : first + len(group)] = [page + begin - 1 for begin in begins]
            page += laid.pages
            self.progress(first + len(group), 2 * len(self.sheets))
        self.total = page - 1

    def press(self, session: Session) -> tuple[list[bytes], list[int], int]:
        """All chunks as PDF, with the pages on which the forms really begin and the number of pages."""
        pdfs, starts, before = [], [], 0
        for number, chunk in enumerate(self.chunks):
            pieces, laid = self.settled(session, number, chunk, before)
            self.split[chunk.first : chunk.first + len(pieces)] = pieces
            starts += [
                before + laid.first_page(anchor(chunk.first + place))
                for place in range(len(pieces))
            ]
            if number == 0:
                self.cover_links, self.height = laid.links, laid.height
            pdfs.append(session.write())
            before += laid.pages
            done = len(self.sheets) + chunk.first + len(pieces)
            self.progress(done, 2 * len(self.sheets))
        return pdfs, starts, before

    def settled(
        self, session: Session, number: int, chunk: _Chunk, before: int
    ) -> tuple[list[Sheet], LaidOut]:
        numbering = None
        if len(self.chunks) > 1:
            numbering = {"first": before + 1, "total": self.total}
        cover = self.cover(len(chunk.sheets)) if number == 0 else None

        def html_of(pieces: Sequence[Sheet]) -> str:
            return self.html(pieces, first=chunk.first, cover=cover, numbering=numbering)

        start = self.split[chunk.first : chunk.first + len(chunk.sheets)]
        return settle(session, chunk.sheets, html_of, start=start, first=chunk.first)

    def html(self, pieces: Sequence[Sheet], *, first: int, **parts: Any) -> str:
        return document_html(pieces, title=self.title, draft=self.draft, first=first, **parts)

    def cover(self, linked: int) -> dict[str, Any]:
        """Heading and contents; the first ``linked`` forms are in the same document as they."""
        entries = [
            {
                "number": number + 1,
                "name": sheet.name,
                "page": page,
                "anchor": anchor(number) if number < linked else "",
            }
            for number, (sheet, page) in enumerate(zip(self.sheets, self.starts, strict=True))
        ]
        return {"title": self.title, "entries": entries}

    def joined(self, pdfs: Sequence[bytes]) -> bytes:
        """The chunks as one PDF: bookmarks kept, contents linked across them, title and language set."""
        writer = PdfWriter()
        for pdf in pdfs:
            writer.append(PdfReader(io.BytesIO(pdf)))
        for page, link in self.far_links():
            writer.add_annotation(page, link)
        writer.add_metadata({"/Title": self.title})
        writer.root_object[NameObject("/Lang")] = TextStringObject("zh-CN")
        result = io.BytesIO()
        writer.write(result)
        return result.getvalue()

    def far_links(self) -> Iterator[tuple[int, Link]]:
        """Links of the contents to forms of later chunks: (page they stand on, from 0; link)."""
        for key, (page, left, top, width, height) in self.cover_links.items():
            box = (left, self.height - top - height, left + width, self.height - top)
            target = self.starts[int(key) - 1] - 1
            yield int(page) - 1, Link(rect=box, border=[0, 0, 0], target_page_index=target)
