"""The store of printed PDFs: unchanged forms come back as they were, changed ones do not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from perfgoals.common.printing import print_key, print_store, stored_print
from perfgoals.common.printing.store import PrintStore, code_version
from perfgoals.common.sheets import Sheet, shipped_layout
from scoring.documents import FormDocument
from scoring.sheets import form_sheet
from tests.rules.published_sheets import published_form

PDF = b"%PDF-1.7 "


def form() -> FormDocument:
    return published_form("交通工具购置及更新", 2024)


def key_of(document: FormDocument, *, draft: bool = False) -> str:
    layout = shipped_layout(document.form, document.year)
    return print_key([(document, layout)], draft=draft)


def forbidden() -> Sheet:
    raise AssertionError("laid out again")


def test_an_unchanged_form_is_not_laid_out_twice() -> None:
    document, layout = form(), shipped_layout("declaration", 2024)
    first = stored_print(document, layout, lambda: form_sheet(document))
    assert first.startswith(b"%PDF-")
    assert stored_print(document, layout, forbidden) == first


def test_a_draft_is_another_print() -> None:
    document, layout = form(), shipped_layout("declaration", 2024)
    first = stored_print(document, layout, lambda: form_sheet(document))
    draft = stored_print(document, layout, lambda: form_sheet(document), draft=True)
    assert draft != first
    assert stored_print(document, layout, forbidden, draft=True) == draft


@pytest.mark.parametrize(
    "change",
    [
        lambda form: form.model_copy(update={"department": "另一个部门"}),
        lambda form: form.model_copy(update={"indicators": form.indicators[:-1]}),
        lambda form: form.model_copy(update={"year": 2026}),
    ],
)
def test_any_change_is_another_key(change: Callable[[FormDocument], FormDocument]) -> None:
    assert key_of(change(form())) != key_of(form())


def test_another_layout_title_or_order_is_another_key() -> None:
    one, other = form(), published_form("移动源管理技术支持", 2026)
    old, new = shipped_layout("declaration", 2024), shipped_layout("declaration", 2026)
    keys = {
        print_key([(one, old)], draft=False),
        print_key([(one, new)], draft=False),
        print_key([(one, old)], draft=False, title="汇总表"),
        print_key([(one, old), (other, new)], draft=False),
        print_key([(other, new), (one, old)], draft=False),
    }
    assert len(keys) == 5
    assert print_key([(one, old)], draft=False) in keys


def test_new_code_is_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = key_of(form())
    monkeypatch.setattr("perfgoals.common.printing.store.code_version", lambda: "new")
    assert key_of(form()) != before
    assert len(code_version()) == 64


def test_the_store_lies_where_settings_say(tmp_path: Path) -> None:
    print_store().put("k", PDF)
    assert (tmp_path / "prints" / "k.pdf").read_bytes() == PDF


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    store = PrintStore(tmp_path, limit=3 * len(PDF))
    for number, key in enumerate("abc"):
        store.put(key, PDF)
        os.utime(tmp_path / f"{key}.pdf", (number, number))
    assert store.get("a") == PDF  # used just now
    store.put("d", PDF)
    assert [key for key in "abcd" if store.get(key)] == ["a", "c", "d"]


def test_a_file_that_is_no_pdf_is_not_given_out(tmp_path: Path) -> None:
    store = PrintStore(tmp_path)
    (tmp_path / "k.pdf").write_bytes(b"")
    assert store.get("k") is None
    assert store.get_or_print("k", lambda: PDF) == PDF
    assert store.get("k") == PDF


def test_a_store_that_cannot_be_written_costs_the_copy_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    store = PrintStore(tmp_path / "file")
    assert store.get_or_print("k", lambda: PDF) == PDF
    assert "print not kept" in caplog.text


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    store = PrintStore(tmp_path)
    store.put("k", PDF)
    assert [file.name for file in tmp_path.iterdir()] == ["k.pdf"]
