"""Changes to stored forms of either kind."""

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
from scoring.services.starting import start_declaration, start_self_evaluation

__all__ = [
    "Judged",
    "NotSound",
    "Patched",
    "create_self_evaluation",
    "judge",
    "load_form",
    "load_schemes",
    "patch_form",
    "replace_form",
    "restore_version",
    "save_self_evaluation",
    "start_declaration",
    "start_self_evaluation",
    "submit_form",
    "unconfirmed_paths",
    "withdraw_form",
]
