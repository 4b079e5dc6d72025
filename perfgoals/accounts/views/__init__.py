"""Signing in and out, one's own account, and the units and people that an administrator keeps."""

from perfgoals.accounts.views.account import (
    account,
    password_change,
    session_end,
    session_end_others,
)
from perfgoals.accounts.views.codes import (
    code_begin,
    code_off,
    code_recovery,
    code_set_up,
)
from perfgoals.accounts.views.holding import (
    person_device,
    person_password,
    person_sign_out,
    person_unlock,
    role_add,
    role_change,
    role_remove,
)
from perfgoals.accounts.views.people import (
    person_edit,
    person_existing,
    person_list,
    person_new,
)
from perfgoals.accounts.views.requests import SignedInRequest
from perfgoals.accounts.views.signing import (
    admin_sign_in,
    locked_out,
    session_state,
    sign_in,
    sign_in_code,
    sign_out,
)
from perfgoals.accounts.views.tokens import token_list, token_revoke
from perfgoals.accounts.views.units import unit_edit, unit_list, unit_new

__all__ = [
    "SignedInRequest",
    "account",
    "admin_sign_in",
    "code_begin",
    "code_off",
    "code_recovery",
    "code_set_up",
    "locked_out",
    "password_change",
    "person_device",
    "person_edit",
    "person_existing",
    "person_list",
    "person_new",
    "person_password",
    "person_sign_out",
    "person_unlock",
    "role_add",
    "role_change",
    "role_remove",
    "session_end",
    "session_end_others",
    "session_state",
    "sign_in",
    "sign_in_code",
    "sign_out",
    "token_list",
    "token_revoke",
    "unit_edit",
    "unit_list",
    "unit_new",
]
