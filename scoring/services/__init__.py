"""Changes to stored forms of either kind."""

from scoring.services.attachments import add_attachment, remove_attachment
from scoring.services.editing import (
    Judged,
    NotSound,
    Patched,
    judge,
    patch_form,
    replace_form,
    restore_version,
    submit_form,
    unconfirmed_paths,
    withdraw_form,
)
from scoring.services.evaluations import create_self_evaluation, save_self_evaluation
from scoring.services.loading import load_form, load_schemes
from scoring.services.offers import offered_values
from scoring.services.starting import (
    approved_declaration,
    start_declaration,
    start_self_evaluation,
)

__all__ = [
    "Judged",
    "NotSound",
    "Patched",
    "add_attachment",
    "approved_declaration",
    "create_self_evaluation",
    "judge",
    "load_form",
    "load_schemes",
    "offered_values",
    "patch_form",
    "remove_attachment",
    "replace_form",
    "restore_version",
    "save_self_evaluation",
    "start_declaration",
    "start_self_evaluation",
    "submit_form",
    "unconfirmed_paths",
    "withdraw_form",
]
