"""Pages as people read them: the words of an answer, found by CSS selectors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import tinyhtml5
from cssselect2 import ElementWrapper  # type: ignore[import-untyped]
from django.db import connection
from django.test.utils import CaptureQueriesContext


class Answer(Protocol):
    """What a client gets, of whichever of Django's classes it is."""

    @property
    def content(self) -> bytes: ...


# The log is written to whatever the request: it tells of exports and of what was turned down.
_WRITES = re.compile(
    r'^\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b(?! INTO "common_auditentry")', re.IGNORECASE
)


def texts(response: Answer, selector: str) -> list[str]:
    """The words of each element that fits, blanks folded."""
    root = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)
    found = ElementWrapper.from_html_root(root).query_all(selector)
    return [words("".join(one.etree_element.itertext())) for one in found]


def text(response: Answer, selector: str = "body") -> str:
    """The words of the one element that fits."""
    (found,) = texts(response, selector)
    return found


def links(response: Answer, selector: str) -> list[str]:
    """Where the links that fit lead."""
    root = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)
    found = ElementWrapper.from_html_root(root).query_all(selector)
    return [one.etree_element.get("href", "") for one in found]


def sendings(response: Answer, ending: str) -> list[tuple[str, dict[str, str]]]:
    """Of each form of the page whose address ends so: the address, and what it sends unseen."""
    root = tinyhtml5.parse(response.content.decode(), namespace_html_elements=False)
    found = []
    for one in ElementWrapper.from_html_root(root).query_all(f"form[action$='{ending}']"):
        fields = [field.etree_element for field in one.query_all("input[type=hidden]")]
        unseen = {field.get("name", ""): field.get("value", "") for field in fields}
        unseen.pop("csrfmiddlewaretoken", None)
        found.append((one.etree_element.get("action", ""), unseen))
    return found


def words(raw: str) -> str:
    return " ".join(raw.split())


@contextmanager
def nothing_written() -> Iterator[None]:
    """Fails when a statement inside changes data; what is added to the log does not count."""
    with CaptureQueriesContext(connection) as queries:
        yield
    assert [q["sql"] for q in queries.captured_queries if _WRITES.match(q["sql"])] == []
