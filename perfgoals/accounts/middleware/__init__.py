"""What is the same for every request: how long a session lasts, what has to be done first, and what a
browser may do with our pages."""

from perfgoals.accounts.middleware.duties import Duties
from perfgoals.accounts.middleware.headers import SafetyHeaders
from perfgoals.accounts.middleware.sessions import SessionLimits

__all__ = ["Duties", "SafetyHeaders", "SessionLimits"]
