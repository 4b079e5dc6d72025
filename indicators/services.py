"""Changes to declarations."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Protocol

from django.db import transaction
from django.db.models import Model, Q

from indicators.checks import check_declaration
from indicators.documents import DeclarationDocument, DeclaredIndicator
from indicators.models import Declaration, Indicator, IndicatorCategory, LibraryIndicator
from indicators.values import KeptTarget, kept_target
from perfgoals.common.audit import Act, record_all
from perfgoals.common.findings import Finding
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot
from projects.models import Form, FormVersion, FundingSource, Project
from projects.services import (
    ensure_project,
    ensure_year,
    record_version,
    without_waived,
    write_columns,
    write_funding_lines,
    write_header,
    write_rows,
)
from projects.workflow import FormKind, Status

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

ROW_COLUMNS = (
    "code",
    "damaged",
    "level1",
    "level2",
    "name",
    "target",
    "target_kind",
    "target_comparison",
    "target_number",
    "target_measure",
)


class SeedForm(Protocol):
    """A form of either kind, as far as the library takes from it."""

    @property
    def year(self) -> int: ...
    @property
    def project(self) -> Any: ...
    @property
    def indicators(self) -> Sequence[Any]: ...


def row_columns(
    row: DeclaredIndicator | Any, *, year: int, target: KeptTarget | None = None
) -> dict[str, Any]:
    """The columns that a row of either form shares. target: what its text says, where that is known."""
    kept = target or kept_target(row.target, year=year)
    return {
        "code": row.code,
        "damaged": row.damaged,
        "level1": row.level1,
        "level2": row.level2,
        "name": row.name,
        "target": row.target,
        "target_kind": kept.kind,
        "target_comparison": kept.comparison,
        "target_number": kept.number,
        "target_measure": kept.measure,
    }


@transaction.atomic
def create_declaration(
    document: DeclarationDocument,
    *,
    by: User | None,
    status: Status = Status.DRAFT,
    reason: FormVersion.Reason = FormVersion.Reason.CREATED,
    project: Project | None = None,
) -> Form:
    """A new declaration of what the document says.

    project: whose it is; without it unit, project and year are found by name, and made where missing.

    Raises ValidationError where the project already has a declaration for the year.
    """
    header = document.project
    form = Form(
        kind=FormKind.DECLARATION.value,
        project=project
        or ensure_project(
            name=header.name,
            unit=document.unit,
            department=document.department,
            details=header.model_dump(include={"nature", "category", "start", "end"}),
            by=by,
        ),
        year=ensure_year(document.year, by=by),
        status=status.value,
    )
    form.full_clean()
    form.save()
    Declaration.objects.create(form=form)
    _write(form, document, by=by, reason=reason)
    return form


# Called inside a transaction it takes part in that one: a point to go back to would be two more
# queries for every cell that is typed.
@transaction.atomic(savepoint=False)
def save_declaration(
    form: Form,
    document: DeclarationDocument,
    *,
    by: User,
    expected_version: int,
    reason: FormVersion.Reason = FormVersion.Reason.SAVED,
    note: str = "",
    before: DeclarationDocument | None = None,
) -> list[Finding]:
    """Replace what the form says. Raises StaleVersion when it was saved since ``expected_version``.

    before: what the form says now, where the caller has read it already: parts that do not differ are
    not written again. Returns the findings.
    """
    return _write(
        form,
        document,
        by=by,
        reason=reason,
        note=note,
        before=before,
        expected_version=expected_version,
    )


@transaction.atomic
def load_categories(data: list[dict[str, Any]]) -> int:
    """Keep the shipped classes of levels 1 and 2. One that is there already, by its code or by its name
    in its class, is left as an administrator has it.

    data: as in ``fixtures/indicator_categories.json``, level 1 with its ``children``. Returns how many
    were added.
    """
    added: list[IndicatorCategory] = []
    for item in data:
        parent, created = _ensure_category(item, parent=None)
        added += [parent] if created else []
        for child in item["children"]:
            category, created = _ensure_category(child, parent=parent)
            added += [category] if created else []
    record_all(_loaded(category) for category in added)
    return len(added)


def _ensure_category(
    item: dict[str, Any], *, parent: IndicatorCategory | None
) -> tuple[IndicatorCategory, bool]:
    same = Q(code=item["code"]) | Q(parent=parent, name=item["name"])
    stored = IndicatorCategory.objects.filter(same).first()
    if stored is not None:
        return stored, False
    columns = {name: value for name, value in item.items() if name != "children"}
    return IndicatorCategory.objects.create(parent=parent, **columns), True


@transaction.atomic
def seed_library(forms: Iterable[SeedForm], topics: Mapping[str, str]) -> int:
    """Keep the indicators of published forms in the library. One that is there already, by its class and
    name, is left as an administrator has it.

    Rows of one class and name are merged; the target is the one that most of them have (of equals the
    first), and the topic the project in which most of them stand. What is damaged in the source is left
    out: rows without a readable name, unreadable targets, and topics. topics: project name → topic, for
    names that cannot be read or are no topic. Returns how many were added.
    """
    gathered: dict[tuple[str, str], list[tuple[str, str, str, int]]] = defaultdict(list)
    for form in forms:
        topic = topics.get(form.project.name, form.project.name)
        for row in form.indicators:
            if row.name and row.level2 and "name" not in row.damaged:
                target = "" if "target" in row.damaged else row.target
                gathered[row.level2, row.name].append((row.level1, topic, target, form.year))
    kept = set(LibraryIndicator.objects.values_list("level2", "name"))
    new = [
        _library_indicator(level2, name, found)
        for (level2, name), found in gathered.items()
        if (level2, name) not in kept
    ]
    LibraryIndicator.objects.bulk_create(new)
    record_all(_loaded(indicator) for indicator in new)
    return len(new)


def _loaded(instance: Model) -> Act:
    changes = changes_of(type(instance), None, snapshot(instance))
    return Act(AuditAction.IMPORTED, "载入随系统提供的内容", subject=instance, changes=changes)


def _library_indicator(
    level2: str, name: str, found: list[tuple[str, str, str, int]]
) -> LibraryIndicator:
    level1s, topics, targets, years = zip(*found, strict=True)
    stated = [target for target in targets if target]
    code = hashlib.sha256(f"{level2}\n{name}".encode()).hexdigest()[:10]
    return LibraryIndicator(
        code=f"L{code}",
        level1=_most_frequent(level1s),
        level2=level2,
        topic=_most_frequent(topics),
        name=name,
        target=_most_frequent(stated) if stated else "",
        source=f"公开表 {'、'.join(str(year) for year in sorted(set(years)))} 年度",
    )


def _most_frequent(texts: Sequence[str]) -> str:
    return Counter(texts).most_common(1)[0][0]


def _write(
    form: Form,
    document: DeclarationDocument,
    *,
    by: User | None,
    reason: FormVersion.Reason,
    note: str = "",
    before: DeclarationDocument | None = None,
    expected_version: int | None = None,
) -> list[Finding]:
    findings, _ = without_waived(form, document, check_declaration(document))
    write_header(form, header_columns(document), findings, expected_version=expected_version)
    if before is None or before.funds != document.funds or before.money_unit != document.money_unit:
        write_funding_lines(form, requested_amounts(document), money_unit=document.money_unit)
    declaration = form.declaration
    write_columns(declaration, declaration_columns(document))
    write_rows(declaration.indicators.all(), indicator_rows(form.pk, document), ROW_COLUMNS)
    record_version(form, document, by=by, reason=reason, note=note, before=before)
    return findings


def header_columns(document: Any) -> dict[str, Any]:
    """What both kinds of form keep of a document in the columns of the form itself."""
    return {
        "project_name": document.project.name,
        "unit_name": document.unit,
        "department_name": document.department,
        "money_unit": document.money_unit,
        "source": document.source or "",
        "damaged": document.damaged,
    }


def declaration_columns(document: DeclarationDocument) -> dict[str, Any]:
    """What is kept of a document in the columns of the declaration."""
    header = document.project
    return {
        "summary_title": document.summary_title,
        "nature": header.nature,
        "category": header.category,
        "start": header.start,
        "end": header.end,
        "overall_goal": document.overall_goal,
        "annual_goal": document.annual_goal,
    }


def indicator_rows(declaration: int, document: DeclarationDocument) -> list[Indicator]:
    """The rows of the document, not stored yet. declaration: its number."""
    return [Indicator(**columns) for columns in indicator_columns(declaration, document)]


def indicator_columns(
    declaration: int, document: DeclarationDocument, targets: Sequence[KeptTarget] = ()
) -> list[dict[str, Any]]:
    """The columns of these rows. targets: what is kept of their targets, where that is known."""
    return [
        {
            "declaration_id": declaration,
            "order": order,
            **row_columns(row, year=document.year, target=target),
        }
        for order, (row, target) in enumerate(zip_longest(document.indicators, targets))
    ]


def requested_amounts(document: DeclarationDocument) -> dict[str, dict[str, Decimal | None]]:
    """The funds block of the document as ``write_funding_lines`` takes it."""
    funds = document.funds
    return {
        FundingSource.TOTAL: {
            "project_amount": funds.project_total,
            "requested": funds.annual_request,
        },
        FundingSource.APPROPRIATION: {
            "project_amount": funds.project_fiscal,
            "requested": funds.appropriation,
        },
        FundingSource.CARRYOVER: {"requested": funds.carryover},
        FundingSource.OTHER: {"project_amount": funds.project_other, "requested": funds.other},
    }
