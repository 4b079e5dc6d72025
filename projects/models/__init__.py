"""Years, projects, their forms, the money on them and what is said of them."""

from projects.models.budgets import BudgetExecution
from projects.models.forms import (
    KIND_CHOICES,
    STATUS_CHOICES,
    Attachment,
    Form,
    FormPresence,
    FormVersion,
    FundingLine,
    FundingSource,
)
from projects.models.projects import (
    Project,
    ProjectGrant,
)
from projects.models.remarks import (
    Adjustment,
    Comment,
    Waiver,
)
from projects.models.visits import Visit
from projects.models.years import (
    Deadline,
    DeadlineExtension,
    FiscalYear,
    Stage,
)

__all__ = [
    "KIND_CHOICES",
    "STATUS_CHOICES",
    "Adjustment",
    "Attachment",
    "BudgetExecution",
    "Comment",
    "Deadline",
    "DeadlineExtension",
    "FiscalYear",
    "Form",
    "FormPresence",
    "FormVersion",
    "FundingLine",
    "FundingSource",
    "Project",
    "ProjectGrant",
    "Stage",
    "Visit",
    "Waiver",
]
