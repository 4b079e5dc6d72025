"""Changes to stored forms of either kind."""

from scoring.services.attachments import add_attachment, remove_attachment
from scoring.services.cross import check_year, refresh_cross_findings
from scoring.services.cross_notes import CrossNote, compares_forms, cross_findings
from scoring.services.digests import can_send, send_digests
from scoring.services.editing import (
    Judged,
    Patched,
    judge,
    patch_form,
    replace_form,
    restore_version,
    unconfirmed_paths,
)
from scoring.services.evaluations import create_self_evaluation, save_self_evaluation
from scoring.services.loading import load_form, load_schemes
from scoring.services.moves import (
    NotSound,
    adjust_form,
    approve_form,
    cancel_adjustment,
    endorse_form,
    publish_form,
    reopen_form,
    return_form,
    submit_form,
    unpublish_form,
    withdraw_form,
)
from scoring.services.offers import offered_values
from scoring.services.reviewing import (
    RowChange,
    StaleReview,
    patch_review,
    pending_review,
    review_rows,
    reviewed_document,
    reviewed_evaluation,
)
from scoring.services.rounds import Round, cell_value, round_of
from scoring.services.starting import (
    approved_declaration,
    approved_document,
    start_declaration,
    start_self_evaluation,
)
from scoring.services.waiving import revoke_of_form, waive_of_form

__all__ = [
    "CrossNote",
    "Judged",
    "NotSound",
    "Patched",
    "Round",
    "RowChange",
    "StaleReview",
    "add_attachment",
    "adjust_form",
    "approve_form",
    "approved_declaration",
    "approved_document",
    "can_send",
    "cancel_adjustment",
    "cell_value",
    "check_year",
    "compares_forms",
    "create_self_evaluation",
    "cross_findings",
    "endorse_form",
    "judge",
    "load_form",
    "load_schemes",
    "offered_values",
    "patch_form",
    "patch_review",
    "pending_review",
    "publish_form",
    "refresh_cross_findings",
    "remove_attachment",
    "reopen_form",
    "replace_form",
    "restore_version",
    "return_form",
    "review_rows",
    "reviewed_document",
    "reviewed_evaluation",
    "revoke_of_form",
    "round_of",
    "save_self_evaluation",
    "send_digests",
    "start_declaration",
    "start_self_evaluation",
    "submit_form",
    "unconfirmed_paths",
    "unpublish_form",
    "waive_of_form",
    "withdraw_form",
]
