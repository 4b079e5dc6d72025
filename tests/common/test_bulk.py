"""Many rows at once: what is stored is what was given, or nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from perfgoals.accounts.models import Unit
from perfgoals.common.audit import Act, copy_all
from perfgoals.common.bulk import insert_values, update_rows
from perfgoals.common.copying import Intake
from perfgoals.common.models import AuditAction, AuditEntry
from projects.models import FundingLine

pytestmark = pytest.mark.django_db

BLANK = dict.fromkeys(
    ["reason", "user_name", "address", "subject_type", "subject_id", "subject"], ""
)
PLAIN = {"action": "changed", "channel": "page", "summary": "填写", "changes": [], "details": {}}
COLUMNS = (*PLAIN, *BLANK, "user_id")
ODD = [
    "",
    "\\",
    "\\N",
    "\\.",
    "甲\t乙\n丙\r丁",
    "以 \\n 结尾\\",
    "\"引号\" 和 '单引号'",
    "=1+1",
    "😀",
]


def row(**said: Any) -> dict[str, Any]:
    return PLAIN | BLANK | said


def test_every_text_comes_back_as_it_was() -> None:
    rows = [row(reason=text, changes=[text], details={text or "空": text}) for text in ODD]
    insert_values(AuditEntry, COLUMNS, rows)
    entries = AuditEntry.objects.order_by("pk")
    assert [entry.reason for entry in entries] == ODD
    assert [entry.changes for entry in entries] == [[text] for text in ODD]
    assert [entry.details for entry in entries] == [{text or "空": text} for text in ODD]
    assert {entry.user_id for entry in entries} == {None}


def test_columns_of_kept_rows_are_written_anew() -> None:
    units = [Unit.objects.create(name=name, code=name) for name in ("甲", "乙", "丙")]
    for unit in units[:2]:
        unit.name = f"{unit.name}\t中心"
    assert update_rows(Unit, units[:2], ["name"]) == 2
    assert list(Unit.objects.order_by("pk").values_list("name", flat=True)) == [
        "甲\t中心",
        "乙\t中心",
        "丙",
    ]


def test_tables_are_taken_in_one_after_another() -> None:
    with transaction.atomic(), Intake() as intake:
        for start in range(3):
            rows = (row(summary=f"第 {start} 批", user_id=n) for n in range(2_000))
            insert_values(AuditEntry, COLUMNS, rows, intake=intake)
        copy_all((Act(AuditAction.CHANGED, "末尾") for _ in range(2)), intake=intake)
    said = list(AuditEntry.objects.order_by("pk").values_list("summary", flat=True))
    assert said == [
        *["第 0 批"] * 2_000,
        *["第 1 批"] * 2_000,
        *["第 2 批"] * 2_000,
        "末尾",
        "末尾",
    ]


@transaction.atomic
def handed_over(*tables: tuple[type[Model], tuple[str, ...], Iterable[dict[str, Any]]]) -> None:
    with Intake() as intake:
        for model, columns, rows in tables:
            insert_values(model, columns, rows, intake=intake)
            intake.look_up()


def test_where_a_row_cannot_be_made_nothing_is_stored() -> None:
    def rows() -> Iterator[dict[str, Any]]:
        yield from (row() for _ in range(50_000))
        raise RuntimeError("中断")

    with pytest.raises(RuntimeError, match="中断"):
        handed_over((AuditEntry, COLUMNS, [row()]), (AuditEntry, COLUMNS, rows()))
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("more", [0, 400_000])
def test_what_the_database_refuses_is_told_and_nothing_is_stored(more: int) -> None:
    """Whether it is found while rows are still being made, or after the last."""
    wrong = [row(), row(action="自创")]
    rest = (row() for _ in range(more))
    with pytest.raises(IntegrityError, match="audit_action_known"):
        handed_over((AuditEntry, COLUMNS, wrong), (AuditEntry, COLUMNS, rest))
    assert not AuditEntry.objects.exists()
    assert (next(rest, None) is None) is (more == 0)  # the others are not made in vain


def test_a_reference_to_nothing_is_found_when_it_is_looked_up() -> None:
    line = {"form_id": 987_654_321, "source": "total"}
    with pytest.raises(IntegrityError, match="is not present"):
        handed_over((FundingLine, ("form_id", "source"), [line]))
