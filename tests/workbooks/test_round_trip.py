"""All published forms go into a workbook and come out as they were."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from scoring.documents import FormDocument
from tests.workbooks.office import all_read, published, published_form, the_document, written

FORMS = published()


def shown(document: FormDocument) -> FormDocument:
    """The form without what its sheet does not show."""
    rows = [row.model_copy(update={"damaged": {}, "code": ""}) for row in document.indicators]
    hidden: dict[str, Any] = {"source": None, "damaged": {}, "indicators": rows}
    if document.form == "declaration":
        hidden["summary_title"] = ""
    return document.model_copy(update=hidden)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.year}-{form.project.name[:12]}")
def test_a_published_form_comes_out_of_its_workbook_as_it_went_in(form: FormDocument) -> None:
    assert shown(the_document(written(form))) == shown(form)


def test_all_of_them_in_one_workbook() -> None:
    assert len(FORMS) == 36
    found = all_read(written(*FORMS))
    assert len({form.sheet for form, _ in found}) == 36
    assert [shown(filled.document) for _, filled in found] == [shown(form) for form in FORMS]
    assert [filled.remarks for _, filled in found] == [[]] * 36


def test_codes_and_mark_come_back() -> None:
    form = published_form("移动源管理技术支持", 2026)
    rows = [
        row.model_copy(update={"code": f"c{number}"}) for number, row in enumerate(form.indicators)
    ]
    form = form.model_copy(update={"indicators": rows})
    ((found, filled),) = all_read(written(form, form=12, version=7))
    assert found.mark is not None
    assert (found.mark.form, found.mark.version, found.mark.kind) == (12, 7, "declaration")
    assert [row.code for row in filled.document.indicators] == [f"c{n}" for n in range(62)]


def test_a_form_in_another_money_unit_than_its_layout_is_not_rounded() -> None:
    form = published_form("土壤固废化学品污染防治", 2024)
    total = form.funds.total.model_copy(update={"executed": Decimal("14179923.37")})
    funds = form.funds.model_copy(update={"total": total})
    form = form.model_copy(update={"funds": funds, "money_unit": "元"})
    assert the_document(written(form)).funds == form.funds
