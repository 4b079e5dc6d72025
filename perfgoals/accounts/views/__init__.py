"""Signing in and out, and one's own account."""

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
    "session_end",
    "session_end_others",
    "session_state",
    "sign_in",
    "sign_in_code",
    "sign_out",
    "token_list",
    "token_revoke",
]
