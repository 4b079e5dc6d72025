"""Loading what is shipped with the application."""

from __future__ import annotations

from django.db import transaction

from indicators.documents import DeclarationDocument
from indicators.services import create_declaration
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot
from projects.models import Form, FormVersion
from projects.workflow import FormKind, Status
from scoring.documents import FormDocument
from scoring.models import ScoringScheme
from scoring.rules.scheme import Scheme
from scoring.services.evaluations import create_self_evaluation


@transaction.atomic
def load_form(document: FormDocument) -> tuple[Form, bool]:
    """A published form, stored as published; one that is there already is left as it is.

    Returns the form and whether it was stored now.
    """
    kind = FormKind(document.form)
    stored = Form.objects.filter(
        kind=kind.value,
        year=document.year,
        project__name=document.project.name,
        project__unit__name=document.unit,
    ).first()
    if stored is not None:
        return stored, False
    published, loaded = Status.PUBLISHED, FormVersion.Reason.LOADED
    if isinstance(document, DeclarationDocument):
        return create_declaration(document, by=None, status=published, reason=loaded), True
    return create_self_evaluation(document, by=None, status=published, reason=loaded), True


@transaction.atomic
def load_schemes(schemes: list[Scheme]) -> int:
    """Keep the shipped schemes; one that an administrator has changed since is left alone.

    Returns how many were added.
    """
    added = 0
    for scheme in schemes:
        stored, created = ScoringScheme.objects.get_or_create(
            code=scheme.id,
            defaults={
                "name": scheme.name,
                "first_year": scheme.first_year,
                "last_year": scheme.last_year,
                "content": scheme.as_json(),
            },
        )
        if created:
            changes = changes_of(ScoringScheme, None, snapshot(stored))
            record(AuditAction.IMPORTED, "载入计分办法", subject=stored, changes=changes)
        added += created
    return added
