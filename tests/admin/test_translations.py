"""The Chinese of the libraries: what is read at run time is what stands in the source beside it."""

from __future__ import annotations

import ast
import gettext
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

FOLDER = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
_PARTS = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[0\])?) ((?:".*"\n?)+)', re.MULTILINE)


def source(domain: str) -> dict[str, str]:
    """The sentences of the .po file and their Chinese."""
    found = {}
    for entry in (FOLDER / f"{domain}.po").read_text().split("\n\n"):
        parts = {
            name.removesuffix("[0]"): "".join(ast.literal_eval(line) for line in lines.splitlines())
            for name, lines in _PARTS.findall(f"{entry}\n")
        }
        if "msgid" not in parts:
            continue  # a heading
        context = f"{parts['msgctxt']}\x04" if "msgctxt" in parts else ""
        found[context + parts["msgid"]] = parts["msgstr"]
    return found


@pytest.mark.parametrize("domain", ["django", "djangojs"])
def test_compiled_and_source_agree(domain: str) -> None:
    with (FOLDER / f"{domain}.mo").open("rb") as file:
        catalog: dict[Any, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    compiled = {key if isinstance(key, str) else key[0]: value for key, value in catalog.items()}
    written = source(domain)
    assert {key: text for key, text in compiled.items() if key} == {
        key: text for key, text in written.items() if key
    }
    assert all(re.search(r"[\u4e00-\u9fff]", text) for key, text in written.items() if key)
