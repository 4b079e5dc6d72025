"""What a stored object says, field by field in Chinese, to be compared with what it says later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from perfgoals.common.audit import AuditChange
from perfgoals.common.numbers import trimmed

SECRETS = frozenset({"password", "digest", "secret", "key"})
"""Fields whose values never go into the log: of these it says only whether there is one."""

Snapshot = Mapping[str, Any]
"""For each field its value as JSON knows it: choices and references by what they are called."""


def snapshot(instance: models.Model, *, many: bool = False) -> Snapshot:
    """The fields of an object as they stand in it; with ``many`` its lists of others too (a query each)."""
    said = {
        field.name: _said(instance, field)
        for field in instance._meta.concrete_fields
        if not field.primary_key
    }
    if many:
        for field in instance._meta.many_to_many:
            through: Any = field.remote_field.through
            if through._meta.auto_created:
                others = getattr(instance, field.name).all()
                said[field.name] = sorted(str(other) for other in others)
    return said


def changes_of(
    model: type[models.Model],
    before: Snapshot | None,
    after: Snapshot | None,
    *,
    path: str = "",
    label: str = "",
) -> list[AuditChange]:
    """The fields that differ; all that say something where one side is missing. path, label: what goes
    before those of the fields."""
    changes = []
    for name in before or after or {}:
        old, new = (before or {}).get(name), (after or {}).get(name)
        if old == new or (None in (before, after) and old in _NOTHING and new in _NOTHING):
            continue
        if name in SECRETS:
            old, new = _hidden(old), _hidden(new)
        title = str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        changes.append(AuditChange(f"{path}{name}", old, new, label=f"{label}{title}"))
    return changes


_NOTHING: tuple[Any, ...] = (None, "", [], {})


def _hidden(value: Any) -> str:
    return "（有，不记录）" if value else ""


def _said(instance: models.Model, field: models.Field) -> Any:
    raw = getattr(instance, field.attname)
    if raw is None:
        return None
    if field.is_relation:
        return str(getattr(instance, field.name))
    if field.flatchoices:
        return str(dict(field.flatchoices).get(raw, raw))
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(field, models.DecimalField):
        return trimmed(raw)
    if isinstance(raw, str | int | list | dict):
        return raw
    return raw.isoformat() if hasattr(raw, "isoformat") else str(raw)
