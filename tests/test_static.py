"""What the pages load, under the names that an installation serves it by."""

from __future__ import annotations

import re

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders

SCRIPTS = sorted((settings.BASE_DIR / "static" / "js").rglob("*.js"))


def test_no_script_guesses_the_name_of_a_file() -> None:
    """Files are served under names with a digest, which only templates and import lines know."""
    assert SCRIPTS
    guessing = [file.name for file in SCRIPTS if "import.meta.url" in file.read_text()]
    assert guessing == []


def test_every_module_that_is_imported_is_there() -> None:
    for file in SCRIPTS:
        for name in re.findall(r'^import .* from "(\./[^"]+)";$', file.read_text(), re.MULTILINE):
            assert (file.parent / name).is_file(), f"{file.name} → {name}"


def test_nothing_is_fetched_from_elsewhere() -> None:
    found = [path for finder in get_finders() for path, _ in finder.list([])]
    assert "css/sheet.css" in found
    for file in (settings.BASE_DIR / "templates").rglob("*.html"):
        loaded = re.findall(
            r'<(?:script|link|img)[^>]+(?:src|href)="(https?:)?//', file.read_text()
        )
        assert loaded == [], file
