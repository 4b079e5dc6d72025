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
from perfgoals.accounts.services.holding import (
    NOBODY,
    add_existing,
    add_role,
    change_role,
    remove_role,
    role_in,
)
from perfgoals.accounts.services.keeping import (
    add_person,
    change_person,
    give_password,
    lift_lock,
    remove_device,
    sign_out_everywhere,
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
from perfgoals.accounts.services.stamps import (
    StaleStamp,
    log_stamp,
    password_stamp,
    person_stamp,
    roles_stamp,
    sign_in_stamp,
    unit_stamp,
)
from perfgoals.accounts.services.tokens import (
    create_api_token,
    revoke_api_token,
    user_of_token,
)
from perfgoals.accounts.services.units import add_unit, change_unit

__all__ = [
    "CODES_SET_UP",
    "NOBODY",
    "StaleStamp",
    "add_existing",
    "add_person",
    "add_role",
    "add_unit",
    "begin_codes",
    "change_password",
    "change_person",
    "change_role",
    "change_unit",
    "confirm_codes",
    "confirm_password",
    "create_api_token",
    "device_of",
    "end_session",
    "end_sessions",
    "ensure_user",
    "give_password",
    "lift_lock",
    "live_sessions",
    "lock_end",
    "locks_of",
    "log_stamp",
    "note_use",
    "password_given",
    "password_stamp",
    "person_stamp",
    "record_failure",
    "record_made",
    "record_rights",
    "remove_codes",
    "remove_device",
    "remove_role",
    "renew_recovery_codes",
    "revoke_api_token",
    "rights_of",
    "role_in",
    "roles_stamp",
    "sign_in_as",
    "sign_in_stamp",
    "sign_out_everywhere",
    "sign_out_of",
    "time_left",
    "unit_stamp",
    "unlock",
    "user_of_token",
    "verify_code",
    "waiting_time",
]
