"""What is kept for all apps: background jobs, and the log of who did what."""

from perfgoals.common.models.audit import AuditAction, AuditEntry, Channel, kind_of
from perfgoals.common.models.jobs import Job

__all__ = ["AuditAction", "AuditEntry", "Channel", "Job", "kind_of"]
