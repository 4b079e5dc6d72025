"""Official sheets on paper: single prints, booklets, and the store that keeps them."""

from perfgoals.common.printing.booklet import print_booklet
from perfgoals.common.printing.printer import PrintingCancelled, PrintingError
from perfgoals.common.printing.prints import print_sheets, standalone_html
from perfgoals.common.printing.store import (
    html_key,
    print_key,
    print_store,
    stored_html_print,
    stored_print,
)

__all__ = [
    "PrintingCancelled",
    "PrintingError",
    "html_key",
    "print_booklet",
    "print_key",
    "print_sheets",
    "print_store",
    "standalone_html",
    "stored_html_print",
    "stored_print",
]
