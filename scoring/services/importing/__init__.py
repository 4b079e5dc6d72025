"""The way of a file: kept, read, looked at, applied, and perhaps undone.

Files are read by ``scoring.tasks`` and the commands, which know workbooks; here is what becomes of the
forms in them. A batch is applied or undone in one transaction, in which its own state changes too.
"""

from scoring.services.importing.applying import (
    BY_ITSELF,
    IN_THE_WAY,
    Applied,
    NotApplied,
    apply_batch,
)
from scoring.services.importing.judging import Judges, NotJudged
from scoring.services.importing.planning import Over, plan_batch
from scoring.services.importing.progress import Report, silent, told_outside
from scoring.services.importing.undoing import Undone, undo_batch
from scoring.services.importing.uploading import (
    MAX_BYTES,
    MOST_FILES,
    WrongStanding,
    discard_batch,
    keep_marked,
    keep_upload,
    may_import,
    order_applying,
    order_reading,
    order_undoing,
    refuse_batch,
    safe_name,
)

__all__ = [
    "BY_ITSELF",
    "IN_THE_WAY",
    "MAX_BYTES",
    "MOST_FILES",
    "Applied",
    "Judges",
    "NotApplied",
    "NotJudged",
    "Over",
    "Report",
    "Undone",
    "WrongStanding",
    "apply_batch",
    "discard_batch",
    "keep_marked",
    "keep_upload",
    "may_import",
    "order_applying",
    "order_reading",
    "order_undoing",
    "plan_batch",
    "refuse_batch",
    "safe_name",
    "silent",
    "told_outside",
    "undo_batch",
]
