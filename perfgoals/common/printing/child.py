"""The printing process: lays out HTML with WeasyPrint and writes PDF, at the end of a pipe.

Run as a program by ``printer.py`` and nowhere else; WeasyPrint is imported in this process only. It
knows neither Django nor the application, has no address to fetch anything from, and may be killed at
any time. A message is a JSON header and a body, each with its length in front.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import re
import struct
import sys
import traceback
from collections import defaultdict
from collections.abc import Iterator
from typing import IO, Any
from xml.etree import ElementTree

_LENGTH = struct.Struct(">I")
_PX_TO_PT = 0.75
_NO_LETTER = re.compile(r"\W+")


def write_message(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Send one message. Raises OSError when the other end is gone."""
    head = json.dumps(header, ensure_ascii=False).encode()
    stream.write(_LENGTH.pack(len(head)) + head + _LENGTH.pack(len(body)) + body)
    stream.flush()


def read_message(stream: IO[bytes]) -> tuple[dict[str, Any], bytes] | None:
    """The next message; None when the other end has closed the pipe."""
    head = _read_part(stream)
    body = None if head is None else _read_part(stream)
    if head is None or body is None:
        return None
    return json.loads(head), body


def _read_part(stream: IO[bytes]) -> bytes | None:
    size = stream.read(_LENGTH.size)
    if len(size) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(size)
    data = stream.read(length)
    return data if len(data) == length else None


def _letters(text: str) -> int:
    """How many letters, characters and digits a text has, whatever became of its blanks and signs."""
    return len(_NO_LETTER.sub("", text))


class _Messages(logging.Handler):
    """Keeps what WeasyPrint complains of, to be sent with the answer."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())

    def taken(self) -> list[str]:
        texts, self.texts = self.texts, []
        return texts


class _Press:
    """WeasyPrint with everything that stays the same from print to print."""

    def __init__(self, style: str) -> None:
        import weasyprint
        from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
        from weasyprint.formatting_structure import boxes
        from weasyprint.text.fonts import FontConfiguration
        from weasyprint.urls import URLFetcher

        class NothingFetched(URLFetcher):
            """A form has neither pictures nor links; whatever asks for an address is refused."""

            def fetch(self, url: str, headers: object = None) -> Any:
                raise ValueError(f"fetching is forbidden: {url[:80]}")

        class WellFormed(weasyprint.HTML):
            """Our templates write well-formed XML, which is read thirty times as fast as HTML."""

            def __init__(self, text: str, fetcher: URLFetcher) -> None:
                root = ElementTree.fromstring(text)
                self.base_url = None
                self.url_fetcher = fetcher
                self.media_type = "print"
                self.wrapper_element = ElementWrapper.from_html_root(root, content_language=None)
                self.etree_element = self.wrapper_element.etree_element

        self.html = WellFormed
        self.boxes = boxes
        self.fetcher = NothingFetched()
        self.fonts = FontConfiguration()
        self.style = weasyprint.CSS(string=style, font_config=self.fonts, url_fetcher=self.fetcher)
        self.document: Any = None

    def lay_out(self, html: str) -> dict[str, Any]:
        """Lay the document out and tell where its rows stand; it is kept for ``write``."""
        self.document = None
        parsed = self.html(html, self.fetcher)
        self.document = parsed.render(stylesheets=[self.style], font_config=self.fonts)
        rows: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        links: dict[str, list[float]] = {}
        for number, page in enumerate(self.document.pages, 1):
            self._read_page(page._page_box, number, rows, links)
        return {
            "lost": self._lost(parsed.etree_element, rows),
            "pages": len(self.document.pages),
            "height": self.document.pages[0].height * _PX_TO_PT,
            "rows": {key: self._places(found) for key, found in rows.items()},
            "links": links,
        }

    def write(self) -> bytes:
        """The PDF of the document laid out last."""
        pdf: bytes = self.document.write_pdf()
        self.document = None
        return pdf

    def _read_page(
        self,
        box: Any,
        number: int,
        rows: dict[str, list[tuple[int, Any]]],
        links: dict[str, list[float]],
    ) -> None:
        """Collect the rows that carry ``data-row`` and the rectangles of ``data-link`` (in points)."""
        for child in getattr(box, "children", ()):
            element = child.element
            if isinstance(child, self.boxes.TableRowBox):
                if element is not None and (key := element.get("data-row")):
                    rows[key].append((number, child))
                    continue
            elif element is not None and (key := element.get("data-link")):
                sides = (child.position_x, child.position_y, child.width, child.height)
                links[key] = [number, *(side * _PX_TO_PT for side in sides)]
            self._read_page(child, number, rows, links)

    def _lost(self, root: Any, rows: dict[str, list[tuple[int, Any]]]) -> list[str]:
        """The rows whose text does not stand on the pages wholly. WeasyPrint has dropped text where a
        table breaks inside merged cells; a form must not lose a word unseen."""
        expected: dict[str, int] = defaultdict(int)
        for element in root.iter("tr"):
            if key := element.get("data-row"):
                expected[key] += _letters("".join(element.itertext()))
        return [
            key
            for key, count in expected.items()
            if count != sum(_letters(box.text) for _, row in rows[key] for box in self._texts(row))
        ]

    def _texts(self, box: Any) -> Iterator[Any]:
        return (part for part in box.descendants() if isinstance(part, self.boxes.TextBox))

    def _places(self, found: list[tuple[int, Any]]) -> list[list[Any]]:
        """The pages of a row; for each, what part of the text stands there if they are several."""
        pages: dict[int, dict[str, int]] = {page: defaultdict(int) for page, _ in found}
        if len(pages) > 1:
            for page, row in found:
                self._count(row, pages[page])
        return [[page, taken] for page, taken in pages.items()]

    def _count(self, row: Any, taken: dict[str, int]) -> None:
        """Add to ``taken``, by ``data-column``, how many characters stand in this part of the row."""
        for cell in row.children:
            column = cell.element.get("data-column")
            if column is None:
                continue
            for box in self._texts(cell):
                taken[column] += sum(not char.isspace() for char in box.text)


def _limit_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the time limit still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _answer(press: _Press, header: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    if header["do"] == "write":
        return {}, press.write()
    return press.lay_out(body.decode()), b""


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until the pipe is closed. The first message brings style and memory limit."""
    first = read_message(requests)
    if first is None:
        return
    header, style = first
    messages = _Messages()
    logger = logging.getLogger("weasyprint")
    logger.handlers = [messages]
    logger.propagate = False
    press = _Press(style.decode())
    press.lay_out(header["warm_up"])
    press.write()
    messages.taken()
    _limit_memory(header["memory_limit"])
    # What is loaded by now stays for good, and a print is too short to be interrupted by collections.
    gc.collect()
    gc.freeze()
    gc.disable()
    write_message(answers, {"ready": True})
    while True:
        try:
            request = read_message(requests)
            if request is None:
                return
            answer, body = _answer(press, *request)
        except MemoryError:
            write_message(answers, {"error": "memory"})
            return
        except Exception:
            answer, body = {"error": "failed", "detail": traceback.format_exc()}, b""
        write_message(answers, answer | {"warnings": messages.taken()}, body)
        gc.collect()


def main() -> None:
    # Whatever a library prints must not fall between the messages.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        serve(sys.stdin.buffer, answers)
    except BrokenPipeError:  # the application is gone
        os._exit(1)


if __name__ == "__main__":
    main()
