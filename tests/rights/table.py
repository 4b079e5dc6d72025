"""The table: for every address outside the admin, who gets which answer.

The lines stand in ``tests.rights.lines``, by what the addresses are about; the rules that they name in
``tests.rights.rules``, and what they send in ``tests.rights.bodies``.
"""

from __future__ import annotations

from tests.rights.line import Line
from tests.rights.lines import account, forms, imports, interface, keeping, many

LINES: tuple[Line, ...] = (
    *many.LINES,
    *forms.LINES,
    *imports.LINES,
    *account.LINES,
    *keeping.LINES,
    *interface.LINES,
)
