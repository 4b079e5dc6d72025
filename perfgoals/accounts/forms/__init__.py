"""What people fill in: signing in and what guards it; units and people."""

from perfgoals.accounts.forms.keeping import (
    ExistingPersonForm,
    GivenPasswordForm,
    PeopleFilter,
    PersonForm,
    PersonNewForm,
    RoleForm,
    UntilForm,
)
from perfgoals.accounts.forms.signing import (
    CodeAndPasswordForm,
    CodeForm,
    OwnPasswordForm,
    SignInForm,
    TokenForm,
)
from perfgoals.accounts.forms.units import ReachedUnitForm, UnitForm

__all__ = [
    "CodeAndPasswordForm",
    "CodeForm",
    "ExistingPersonForm",
    "GivenPasswordForm",
    "OwnPasswordForm",
    "PeopleFilter",
    "PersonForm",
    "PersonNewForm",
    "ReachedUnitForm",
    "RoleForm",
    "SignInForm",
    "TokenForm",
    "UnitForm",
    "UntilForm",
]
