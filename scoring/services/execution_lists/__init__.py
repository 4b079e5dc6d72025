"""Lists of executed budgets against the self-evaluations of a year: which row is which form's, what the form
would say, and the figures that are kept."""

from scoring.services.execution_lists.applying import apply_list, undo_list
from scoring.services.execution_lists.files import (
    PER_PAGE,
    begin_list,
    chosen_projects,
    keep_choices,
    keep_list,
    listed_projects,
    needs_money_unit,
    open_years,
    order_listing,
    order_planning,
)
from scoring.services.execution_lists.filling import Filling, filled_document, filling_of
from scoring.services.execution_lists.matching import (
    OFFERED,
    Candidate,
    How,
    ListedProject,
    match_rows,
    reached_projects,
)
from scoring.services.execution_lists.rows import ExecutionRow, folded_name
from scoring.services.execution_lists.taking import FiguresOffered, figures_offered, take_figures
from scoring.services.execution_lists.telling import Places, tell_own_only

__all__ = [
    "OFFERED",
    "PER_PAGE",
    "Candidate",
    "ExecutionRow",
    "FiguresOffered",
    "Filling",
    "How",
    "ListedProject",
    "Places",
    "apply_list",
    "begin_list",
    "chosen_projects",
    "figures_offered",
    "filled_document",
    "filling_of",
    "folded_name",
    "keep_choices",
    "keep_list",
    "listed_projects",
    "match_rows",
    "needs_money_unit",
    "open_years",
    "order_listing",
    "order_planning",
    "reached_projects",
    "take_figures",
    "tell_own_only",
    "undo_list",
]
