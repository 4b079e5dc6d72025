"""Beginning a form: blank, from another form, from the library, or from an approved declaration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from indicators.access import declaration_document
from indicators.documents import (
    DeclarationDocument,
    DeclaredIndicator,
    DeclaredProject,
    RequestedFunds,
)
from indicators.models import Declaration, LibraryIndicator
from indicators.services import create_declaration
from indicators.values import Kind, read_value
from perfgoals.common.sheets import shipped_layout
from projects.documents import from_yuan, stable_path, to_yuan
from projects.models import FiscalYear, Form, FormVersion, Project
from projects.services import figures_of, whence
from projects.workflow import FormKind, Status
from scoring.documents import (
    EvaluatedFunds,
    EvaluatedProject,
    IndicatorResult,
    SelfEvaluationDocument,
    SpentFunds,
    TotalFunds,
)
from scoring.models import ScoringScheme
from scoring.rules.weights import propose_weights
from scoring.services.editing import TAKEN_OVER, with_row_codes
from scoring.services.evaluations import create_self_evaluation
from scoring.services.execution_lists.taking import with_figures

if TYPE_CHECKING:
    from perfgoals.accounts.models import User

_AMOUNTS = ("annual_request", "appropriation", "carryover", "other")
_PROJECT_AMOUNTS = ("project_total", "project_fiscal", "project_other")


@transaction.atomic
def start_declaration(
    *,
    project: Project,
    year: int,
    by: User,
    copy_of: Form | None = None,
    library: Sequence[LibraryIndicator] = (),
) -> Form:
    """A new declaration for the project and year.

    copy_of: a declaration whose goals, indicators and amounts are taken over; marked to be confirmed
    are the amounts, whatever names a date or the year of the other form, and what is damaged there.
    library: indicators to begin with instead. Raises ValidationError where the project already has a
    declaration for the year, and for a copy of a form of the other kind.
    """
    _refuse_impossible(FormKind.DECLARATION, project, year)
    if copy_of is not None and copy_of.kind != FormKind.DECLARATION:
        raise ValidationError("申报表只能从另一份申报表复制")
    document = DeclarationDocument(
        form="declaration",
        year=year,
        department=project.department.name if project.department else project.unit.name,
        unit=project.unit.name,
        project=DeclaredProject(
            name=project.name,
            nature=project.nature,
            category=project.category,
            start=project.start,
            end=project.end,
        ),
        money_unit=shipped_layout(FormKind.DECLARATION.value, year).money_unit,
        indicators=[
            DeclaredIndicator(level1=i.level1, level2=i.level2, name=i.name, target=i.target)
            for i in _in_order_of_classes(library)
        ],
    )
    to_confirm: list[str] = []
    if copy_of is not None:
        document, to_confirm = _copied(document, declaration_document(copy_of))
    document = with_row_codes(document).as_kept()
    reason = FormVersion.Reason.COPIED if copy_of else FormVersion.Reason.CREATED
    form = create_declaration(document, by=by, reason=reason, project=project)
    if to_confirm:
        form.unconfirmed = [stable_path(document, path) for path in to_confirm]
        form.save(update_fields=["unconfirmed"])
    return form


def _copied(
    document: DeclarationDocument, earlier: DeclarationDocument
) -> tuple[DeclarationDocument, list[str]]:
    """The document with what another declaration says, and the cells that must be looked at."""
    rows = [row.model_copy(update={"code": "", "damaged": {}}) for row in earlier.indicators]
    funds = RequestedFunds(
        **{
            name: from_yuan(
                to_yuan(getattr(earlier.funds, name), earlier.money_unit), document.money_unit
            )
            for name in (*_PROJECT_AMOUNTS, *_AMOUNTS)
        }
    )
    copied = document.model_copy(
        update={
            "funds": funds,
            "overall_goal": earlier.overall_goal,
            "annual_goal": earlier.annual_goal,
            "indicators": rows,
        }
    )
    return copied, list(_to_confirm(copied, earlier))


def _to_confirm(copied: DeclarationDocument, earlier: DeclarationDocument) -> Iterator[str]:
    """The cells of a copy that may not hold for it as they stand, in the order of the form."""
    for name in ("start", "end"):
        day = getattr(copied.project, name)
        # The end of a plan that lies before the year of the form, and the beginning that goes with it.
        if day and copied.project.end and copied.project.end.year < copied.year:
            yield f"project.{name}"
    for name in (*_PROJECT_AMOUNTS, *_AMOUNTS):
        if getattr(copied.funds, name) is not None:
            yield f"funds.{name}"
    for name in ("overall_goal", "annual_goal"):
        if str(earlier.year) in getattr(copied, name) or name in earlier.damaged:
            yield name
    for number, row in enumerate(earlier.indicators):
        if str(earlier.year) in row.name or "name" in row.damaged:
            yield f"indicators.{number}.name"
        if _names_a_date(row.target, earlier.year) or "target" in row.damaged:
            yield f"indicators.{number}.target"


def _names_a_date(target: str, year: int) -> bool:
    value = read_value(target, year=year)
    return (
        value.kind is Kind.DEADLINE
        or any(part.deadline for part in value.parts)
        or str(year) in target
    )


def _in_order_of_classes(library: Sequence[LibraryIndicator]) -> Iterable[LibraryIndicator]:
    """As the official tree has them, so that the merged cells of levels 1 and 2 stand together."""
    chosen = [indicator.pk for indicator in library]
    return LibraryIndicator.objects.in_tree_order().filter(pk__in=chosen) if chosen else ()


@transaction.atomic
def start_self_evaluation(
    *, project: Project, year: int, by: User, with_declaration: bool = True
) -> Form:
    """A new self-evaluation for the project and year, from its approved declaration if there is one and
    ``with_declaration``.

    Indicators and targets are then taken over, and weights proposed by the scheme in force. The funds are
    those of the accounts, as far as budget execution figures are kept of the project and year; the note of
    the first version says where they come from. Raises ValidationError where the project already has a
    self-evaluation for the year.
    """
    _refuse_impossible(FormKind.SELF_EVALUATION, project, year)
    declaration = approved_declaration(project, year) if with_declaration else None
    scheme = ScoringScheme.objects.in_force(year).as_scheme()
    money_unit = shipped_layout(FormKind.SELF_EVALUATION.value, year).money_unit
    rows: list[IndicatorResult] = []
    goal = ""
    funds: dict[str, Decimal | None] = {}
    if declaration is not None:
        declared = approved_document(declaration)
        goal = declared.annual_goal
        weights = propose_weights([row.level1 for row in declared.indicators], scheme)
        rows = [
            IndicatorResult(
                level1=row.level1,
                level2=row.level2,
                name=row.name,
                target=row.target,
                weight=weight,
                damaged={cell: how for cell, how in row.damaged.items() if cell in TAKEN_OVER},
            )
            for row, weight in zip(declared.indicators, weights, strict=True)
        ]
        funds = {
            name: from_yuan(to_yuan(getattr(declared.funds, name), declared.money_unit), money_unit)
            for name in _AMOUNTS
        }
    document = SelfEvaluationDocument(
        form="self_evaluation",
        year=year,
        department=project.department.name if project.department else project.unit.name,
        unit=project.unit.name,
        project=EvaluatedProject(name=project.name),
        money_unit=money_unit,
        funds=EvaluatedFunds(
            total=TotalFunds(
                initial_budget=funds.get("annual_request"), weight=scheme.execution.weight.value
            ),
            **{
                name: SpentFunds(initial_budget=funds.get(name))
                for name in ("appropriation", "carryover", "other")
            },
        ),
        expected_goal=goal,
        indicators=rows,
        total_weight=scheme.weights.total.value,
    )
    figures = figures_of(project.pk, year)
    return create_self_evaluation(
        with_row_codes(with_figures(document, figures, scheme)).as_kept(),
        by=by,
        reason=FormVersion.Reason.CREATED,
        note=f"资金取自预算执行数：{whence(figures)}" if figures else "",
        project=project,
        declaration=declaration,
    )


def approved_declaration(project: Project, year: int) -> Declaration | None:
    """The declaration that a self-evaluation of the project and year starts from: one that is approved,
    also while its goals are being adjusted; see ``approved_document``."""
    approved = Q(form__status__in=[Status.APPROVED.value, Status.PUBLISHED.value])
    adjusting = Q(form__adjusts_version__isnull=False)
    return (
        Declaration.objects.filter(approved | adjusting, form__project=project, form__year=year)
        .select_related("form")
        .first()
    )


def approved_document(declaration: Declaration) -> DeclarationDocument:
    """What was approved: while the goals are being adjusted that is the version on record, for what is
    being written has no force yet."""
    form = declaration.form
    number = form.adjusts_version
    if number is None:
        return declaration_document(form)
    kept = form.versions.get(first_number__lte=number, number__gte=number)
    return DeclarationDocument.read(kept.document)


def _refuse_impossible(kind: FormKind, project: Project, year: int) -> None:
    if FiscalYear.objects.filter(year=year, is_open=False).exists():
        raise ValidationError(f"{year} 年度没有开放填报")
    if Form.objects.filter(kind=kind.value, project=project, year=year).exists():
        raise ValidationError(f"「{project}」{year} 年度已有{kind.label}，请直接打开它")
