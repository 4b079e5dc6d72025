"""Units, as an administrator keeps those within reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from perfgoals.accounts.access import Reach, reach_of_admin
from perfgoals.accounts.models import Unit, User
from perfgoals.accounts.services.stamps import require_none_since, require_stamp, unit_stamp
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import changes_of, snapshot

_DECIDED_ABOVE = ("code", "name", "parent")


@transaction.atomic
def add_unit(*, values: Mapping[str, Any], seen: str, by: User) -> Unit:
    """A new unit below one within reach. seen: the stamp of the log when the page was shown.

    Raises StaleStamp where the same was sent before, PermissionDenied where it would lie elsewhere, and
    ValidationError for a code or name just taken.
    """
    reach = reach_of_admin(by)
    _require_within(reach, values["parent"])
    unit = Unit(**values)
    summary = f"新增单位「{unit}」"
    require_none_since(seen, user_id=by.pk, action=AuditAction.CREATED.value, summary=summary)
    _save(unit)
    changes = changes_of(Unit, None, snapshot(unit))
    record(AuditAction.CREATED, summary, by=by, subject=unit, changes=changes)
    return unit


@transaction.atomic
def change_unit(*, unit: Unit, values: Mapping[str, Any], seen: str, by: User) -> Unit:
    """Other values for a unit within reach. seen: the stamp of what the page showed.

    Raises StaleStamp, PermissionDenied where it would leave the reach or is the top of it, and
    ValidationError where the tree would become a circle or a code or name was just taken.
    """
    # One at a time: two moves that are sound each by itself can make a circle together.
    units = {one.pk: one for one in Unit.objects.select_for_update().order_by("pk")}
    stored = units[unit.pk]
    require_stamp(unit_stamp(stored), seen)
    reach = reach_of_admin(by)
    reach.unit(stored.pk)
    differing = {name: value for name, value in values.items() if getattr(stored, name) != value}
    if reach.is_top(stored) and differing.keys() & set(_DECIDED_ABOVE):
        raise PermissionDenied("这个单位是您管理范围的最上一级，编码、名称和上级单位不由您修改")
    if "parent" in differing:
        _require_within(reach, values["parent"])
        _require_no_circle(stored, values["parent"], units)
    before = snapshot(stored)
    for name, value in differing.items():
        setattr(stored, name, value)
    if differing:
        _save(stored)
        changes = changes_of(Unit, before, snapshot(stored))
        record(AuditAction.CHANGED, f"修改单位「{stored}」", by=by, subject=stored, changes=changes)
    return stored


def _require_within(reach: Reach, parent: Unit | None) -> None:
    if not reach.is_whole and (parent is None or parent.pk not in reach.units):
        raise PermissionDenied("上级单位不在您管理的范围内")


def _require_no_circle(unit: Unit, parent: Unit | None, units: Mapping[int, Unit]) -> None:
    above = parent.pk if parent is not None else None
    seen = set()
    while above is not None and above not in seen:
        if above == unit.pk:
            raise ValidationError(f"上级单位成环：「{parent}」在「{unit}」之下")
        seen.add(above)
        above = units[above].parent_id


def _save(unit: Unit) -> None:
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError:
        raise ValidationError("这个编码或名称刚刚被别的单位使用，请换一个") from None
