"""The figures that are kept of a project, for its self-evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from projects.models import Form, FormVersion
from projects.services import figures_of, whence
from projects.workflow import FormKind
from scoring.access import form_document
from scoring.documents import FormDocument, SelfEvaluationDocument
from scoring.rules.scheme import Scheme
from scoring.services.editing import Judged, replace_form
from scoring.services.execution_lists.filling import AMOUNTS, Filling, filled_document
from scoring.services.importing.comparing import changed_cells

if TYPE_CHECKING:
    from collections.abc import Mapping

    from perfgoals.accounts.models import User
    from projects.models import BudgetExecution


@dataclass(frozen=True, slots=True)
class FiguresOffered:
    """What the accounts say of the project of a form. document: the form with it; differs: whether that is
    another than the form; whence: where the figures come from, in Chinese."""

    document: SelfEvaluationDocument
    differs: bool
    whence: str


def with_figures(
    document: SelfEvaluationDocument, figures: Mapping[str, BudgetExecution], scheme: Scheme
) -> SelfEvaluationDocument:
    """The form with the figures, as if a list said so."""
    filling = Filling(
        {
            (source, column): amount
            for source, one in figures.items()
            for column in AMOUNTS
            if (amount := getattr(one, column)) is not None
        }
    )
    return filled_document(document, filling, scheme) if filling.amounts else document


def figures_offered(form: Form, document: FormDocument | None = None) -> FiguresOffered | None:
    """What is kept of the form's project and year, None for nothing and for a declaration. document: the
    form, where it was read already."""
    if form.kind != FormKind.SELF_EVALUATION:
        return None
    figures = figures_of(form.project_id, form.year_id)
    if not figures:
        return None
    before = document or form_document(form)
    assert isinstance(before, SelfEvaluationDocument)  # the kind says so
    after = with_figures(before, figures, form.self_evaluation.scheme.as_scheme())
    return FiguresOffered(after, bool(changed_cells(before, after)), whence(figures))


def take_figures(form: Form, *, by: User, expected_version: int) -> Judged | None:
    """Make the funds of the form those of the accounts. None where nothing is kept of its project. Raises
    StaleVersion and WrongStatus."""
    offered = figures_offered(form)
    if offered is None:
        return None
    return replace_form(
        form,
        offered.document,
        by=by,
        expected_version=expected_version,
        reason=FormVersion.Reason.SAVED,
        note=f"取用预算执行数：{offered.whence}",
    )
