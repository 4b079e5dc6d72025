"""Schemes out of their JSON, and the one in force in a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from perfgoals.common.documents import DocumentError, ShapeError
from scoring.rules.scheme.model import Scheme


def read_schemes(data: Any) -> list[Scheme]:
    """The schemes in ``data`` (from ``read_json``, a list). Raises DocumentError, also when two
    schemes share an id or a year, or when not exactly one is the default."""
    if not isinstance(data, list):
        raise DocumentError([ShapeError("", "list_type", "应为列表")])
    schemes: list[Scheme] = []
    errors: list[ShapeError] = []
    for index, item in enumerate(data):
        try:
            schemes.append(Scheme.read(item))
        except DocumentError as error:
            errors += [
                ShapeError(f"{index}.{e.path}".rstrip("."), e.code, e.message) for e in error.errors
            ]
    errors = errors or _clashes(schemes)
    if errors:
        raise DocumentError(errors)
    return schemes


def _clashes(schemes: Sequence[Scheme]) -> list[ShapeError]:
    errors = []
    if sum(scheme.default for scheme in schemes) != 1:
        errors.append(ShapeError("", "default", "应有且只有一个默认的计分办法"))
    for index, scheme in enumerate(schemes):
        for other in schemes[:index]:
            if scheme.id == other.id:
                errors.append(ShapeError(f"{index}.id", "twice", f"编号重复：{scheme.id}"))
            elif _overlap(scheme, other):
                message = f"「{scheme.name}」与「{other.name}」的年度重叠"
                errors.append(ShapeError(f"{index}.first_year", "overlap", message))
    return errors


def _overlap(one: Scheme, other: Scheme) -> bool:
    starts = [scheme.first_year for scheme in (one, other) if scheme.first_year is not None]
    ends = [scheme.last_year for scheme in (one, other) if scheme.last_year is not None]
    return any(one.in_force(year) and other.in_force(year) for year in starts + ends)


def scheme_for(year: int, schemes: Sequence[Scheme]) -> Scheme:
    """The scheme in force in ``year``, else the default one. Raises LookupError without either."""
    for scheme in schemes:
        if scheme.in_force(year):
            return scheme
    for scheme in schemes:
        if scheme.default:
            return scheme
    raise LookupError(f"没有适用于 {year} 年度的计分办法")
