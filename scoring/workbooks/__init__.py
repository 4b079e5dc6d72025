"""Forms as workbooks: the official sheet of one form, and files with many forms."""

from scoring.workbooks.official import (
    UploadedForm,
    class_names,
    find_all,
    form_from,
    form_workbook,
    official_sheet,
    own_layout,
    read_upload,
)

__all__ = [
    "UploadedForm",
    "class_names",
    "find_all",
    "form_from",
    "form_workbook",
    "official_sheet",
    "own_layout",
    "read_upload",
]
