"""Changes to people and their roles, and everything about signing in."""

from perfgoals.accounts.services.codes import (
    CODES_SET_UP,
    begin_codes,
    confirm_codes,
    device_of,
    remove_codes,
    renew_recovery_codes,
    verify_code,
    waiting_time,
)
from perfgoals.accounts.services.locking import lock_end, locks_of, unlock
from perfgoals.accounts.services.passwords import change_password, password_given
from perfgoals.accounts.services.people import (
    ensure_user,
    record_made,
    record_rights,
    rights_of,
)
from perfgoals.accounts.services.sessions import (
    end_session,
    end_sessions,
    live_sessions,
    note_use,
    time_left,
)
from perfgoals.accounts.services.signing import (
    confirm_password,
    record_failure,
    sign_in_as,
    sign_out_of,
)
from perfgoals.accounts.services.tokens import (
    create_api_token,
    revoke_api_token,
    user_of_token,
)

__all__ = [
    "CODES_SET_UP",
    "begin_codes",
    "change_password",
    "confirm_codes",
    "confirm_password",
    "create_api_token",
    "device_of",
    "end_session",
    "end_sessions",
    "ensure_user",
    "live_sessions",
    "lock_end",
    "locks_of",
    "note_use",
    "password_given",
    "record_failure",
    "record_made",
    "record_rights",
    "remove_codes",
    "renew_recovery_codes",
    "revoke_api_token",
    "rights_of",
    "sign_in_as",
    "sign_out_of",
    "time_left",
    "unlock",
    "user_of_token",
    "verify_code",
    "waiting_time",
]
