"""Workbooks changed at random, the whole way: read, planned, shown, applied, undone, 200 of them in each run.
Every form is then either just what its line in the preview said, or untouched."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from unittest.mock import patch

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from perfgoals.accounts.models import User
from perfgoals.common.models import AuditEntry
from projects.models import Form, FormVersion, Project
from scoring.access import form_document
from scoring.models import ImportBatch
from scoring.services.importing import NotApplied, apply_batch, silent, undo_batch
from scoring.workbooks import reading
from tests.cast import Cast
from tests.imports import ALL, SOUND, flat_file, imported, json_file, named, official_file, uploaded
from tests.workbooks.office import saved
from tests.workbooks.test_mutated import CHANGES, in_process

pytestmark = pytest.mark.django_db
ClientOf = Callable[[str], Client]

EXAMPLES = 100  # of each of two kinds of workbook
SHOWN = 4  # one of so many is looked at on its pages
BACK = 3  # one of so many is taken back


@dataclass(frozen=True, slots=True)
class Kept:
    """What a form says: in the tables, in its latest version, and which that is."""

    document: Any
    latest: Any
    version: int


def drafts(cast: Cast) -> list[Form]:
    """Drafts of both kinds, beside one that nobody may change."""
    evaluation = form_document(cast.maintenance)
    new = evaluation.model_copy(update={"year": 2026, "source": None, "damaged": {}})
    documents = [named("甲项目"), named("乙项目"), new]
    imported(json_file(documents), cast.admin, chosen=[3])
    made = Form.objects.filter(year=2026, status="draft", version=1)
    found = [*made.order_by("pk").select_related("project"), cast.maintenance]
    # All that is kept is looked at again and again: one more form will do that no file names.
    beside = cast.planning.pk
    Form.objects.exclude(pk__in=[beside, *(form.pk for form in found)]).delete()
    return found


def with_new_goals(base: bytes) -> bytes:
    """So that there is something to write."""
    workbook = load_workbook(BytesIO(base))
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and "四场培训" in cell.value:
                    cell.value = cell.value.replace("四场", "六场")
    return saved(workbook)


def changed(base: bytes, chance: random.Random) -> bytes:
    """The workbook after some changes on one or two of its sheets."""
    workbook = load_workbook(BytesIO(base))
    for sheet in chance.sample(workbook.worksheets, chance.randint(1, 2)):
        for _ in range(chance.randint(1, 3)):
            chance.choice(CHANGES)(sheet, chance)
    return saved(workbook)


def full(said: Any) -> Any:
    """What is said without the cells that are blank."""
    if isinstance(said, dict):
        return {name: full(one) for name, one in said.items() if one not in (None, "")}
    return [full(one) for one in said] if isinstance(said, list) else said


def everything() -> dict[int, Kept]:
    latest = {
        version.form_id: version.document
        for version in FormVersion.objects.order_by("form_id", "number")
    }
    return {
        form.pk: Kept(form_document(form).as_json(), latest.get(form.pk), form.version)
        for form in Form.objects.with_documents()
    }


@contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", [official_file, flat_file])
def test_changed_workbooks_are_written_as_told_or_not_at_all(
    cast: Cast, client_of: ClientOf, kind: Callable[[list[Form]], bytes]
) -> None:
    base = with_new_goals(kind(drafts(cast)))
    client = client_of("admin")
    before = everything()
    applied = 0
    # The process that reads costs most of the time; official sheets are read without.
    quick = patch.object(reading, "read_sheets_or_tables", in_process)
    reader = quick if kind is official_file else nullcontext()

    @settings(
        max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.integers(0, 10**9))
    def goes_its_way(seed: int) -> None:
        nonlocal applied
        with taken_back(), reader:
            applied += one_way(changed(base, random.Random(seed)), seed, cast.admin, client, before)

    goes_its_way()
    assert applied >= EXAMPLES // 3, "too few of them get anywhere"


def one_way(content: bytes, seed: int, by: User, client: Client, before: dict[int, Kept]) -> bool:
    """Read the workbook, look at it, apply it, and at times take it back. Returns whether any form was
    written."""
    projects = set(Project.objects.values_list("pk", flat=True))
    batch = uploaded(content, by)
    assert everything() == before
    assert batch.state in ("ready", "refused")
    if batch.state == "refused":
        assert re.search("[一-龥]", batch.message)
        return False
    items = list(batch.items.order_by("number"))
    for item in items:
        assert item.plan in ("new", "changed", "unchanged") or re.search("[一-龥]", item.why)
        for one in item.problems:
            assert re.search("[一-龥]", one["message"]), one
            assert one["label"], one
    if seed % SHOWN == 0:
        assert client.get(f"/imports/{batch.pk}/").status_code == 200
        for item in items:
            assert client.get(f"/imports/{batch.pk}/forms/{item.number}/").status_code == 200
    chosen = [item.number for item in items if item.takeable and seed % 2]
    mode = ALL if seed % 5 == 0 else SOUND
    refused = refusal(batch, mode=mode, by=by, chosen=chosen)
    if refused:
        assert re.search("[一-龥]", refused)
        assert everything() == before
        assert set(Project.objects.values_list("pk", flat=True)) == projects
        return False
    written_as_told(batch, before)
    if seed % BACK == 0:
        undo_batch(batch, by=by, report=silent)
        after = everything()
        assert after.keys() == before.keys()
        for pk, kept in after.items():
            assert kept.document == before[pk].document
        assert set(Project.objects.values_list("pk", flat=True)) == projects
    return True


def refusal(batch: ImportBatch, **asked: Any) -> str:
    """Why nothing was applied, "" where something was."""
    try:
        apply_batch(batch, report=silent, **asked)
    except NotApplied as error:
        return str(error)
    return ""


def written_as_told(batch: ImportBatch, before: dict[int, Kept]) -> None:
    """Of the forms of the batch; those that it does not name are as they were."""
    after = everything()
    told = {item.form_id: item for item in batch.items.filter(outcome="done")}
    assert told
    assert after.keys() == before.keys() | told.keys()
    for pk, kept in after.items():
        item = told.get(pk)
        if item is None:
            assert kept == before[pk]
            continue
        assert full(kept.document) == full(kept.latest) == full(item.document)
        assert kept.version == item.version_after
        assert kept.version == (before[pk].version + 1 if pk in before else 1)
    logged = AuditEntry.objects.filter(
        subject_type="projects.form", action="imported", details__批次=str(batch.pk)
    )
    assert set(logged.values_list("subject_id", flat=True)) == {str(pk) for pk in told}
