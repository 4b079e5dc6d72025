"""What is changed in the admin, written into the log: the object and its inlines, old and new values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models, router, transaction
from django.db.models.deletion import Collector
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest

from perfgoals.common.audit import Act, AuditChange, record, record_all
from perfgoals.common.models import AuditAction
from perfgoals.common.snapshots import Snapshot, changes_of, snapshot

_NOTED = "_audit_changes"


class RecordedAdmin:
    """Mixed into an admin whose pages change data. Entries are written in the transaction of the change.

    recorded_as: the kind of act where it is not simply 新建, 修改, 删除.
    """

    recorded_as: ClassVar[AuditAction | None] = None
    opts: Any
    model: type[models.Model]

    # Adding and changing: Django saves the object, then its lists, then its inlines, and then writes its
    # own history, all in one transaction.

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
        before = _stored(self.model, obj.pk) if change else None
        super().save_model(request, obj, form, change)  # type: ignore[misc]
        self._noted(request, obj)[:] = changes_of(self.model, before, snapshot(obj))

    def save_related(
        self, request: HttpRequest, form: ModelForm, formsets: Any, change: bool
    ) -> None:
        obj = form.instance
        before = _lists(obj) if change else {}
        super().save_related(request, form, formsets, change)  # type: ignore[misc]
        noted = self._noted(request, obj)
        noted += changes_of(self.model, before, _lists(obj))

    def save_formset(
        self, request: HttpRequest, form: ModelForm, formset: Any, change: bool
    ) -> None:
        before = _before(formset)
        super().save_formset(request, form, formset, change)  # type: ignore[misc]
        noted = self._noted(request, form.instance)
        noted += _inline_changes(formset, before)

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record(request, obj, AuditAction.CREATED, "新增")
        return super().log_addition(request, obj, message)  # type: ignore[misc]

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        self._record(request, obj, AuditAction.CHANGED, "修改")
        return super().log_change(request, obj, message)  # type: ignore[misc]

    def _noted(self, request: HttpRequest, obj: models.Model) -> list[AuditChange]:
        noted: dict[int, list[AuditChange]] = request.__dict__.setdefault(_NOTED, {})
        return noted.setdefault(id(obj), [])

    def _record(
        self, request: HttpRequest, obj: models.Model, action: AuditAction, verb: str
    ) -> None:
        changes = request.__dict__.get(_NOTED, {}).pop(id(obj), [])
        record(
            self.recorded_as or action,
            f"{verb}{self.opts.verbose_name}",
            by=request.user,
            subject=obj,
            changes=changes,
        )

    # Deleting one, and many at once.

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        with transaction.atomic():
            record_all([self._deletion(request, obj)])
            super().delete_model(request, obj)  # type: ignore[misc]

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        with transaction.atomic():
            record_all(self._deletion(request, obj) for obj in queryset)
            super().delete_queryset(request, queryset)  # type: ignore[misc]

    def _deletion(self, request: HttpRequest, obj: models.Model) -> Act:
        with_it = _deleted_with(obj)
        return Act(
            self.recorded_as or AuditAction.DELETED,
            f"删除{self.opts.verbose_name}",
            by=request.user,
            subject=obj,
            changes=changes_of(self.model, snapshot(obj, many=True), None),
            details={"一并删除": with_it} if with_it else {},
        )


def _stored(model: type[models.Model], pk: Any) -> Snapshot | None:
    """What the database says of the object, before it is saved."""
    stored = model._base_manager.filter(pk=pk).first()
    return None if stored is None else snapshot(stored)


def _lists(obj: models.Model) -> Snapshot:
    """Its lists of others alone, such as the rights of a user."""
    fields = {field.name for field in obj._meta.many_to_many}
    if not fields:
        return {}
    return {name: value for name, value in snapshot(obj, many=True).items() if name in fields}


def _before(formset: BaseModelFormSet) -> dict[int, Snapshot]:
    """What the database says of the rows of an inline, by the identity of their instances, which keep it
    even when they are deleted and lose their number."""
    instances = {form.instance.pk: form.instance for form in formset.initial_forms}
    instances.pop(None, None)
    if not instances:
        return {}
    model: Any = formset.model
    stored = model._base_manager.filter(pk__in=list(instances))
    return {id(instances[one.pk]): snapshot(one) for one in stored}


def _inline_changes(formset: Any, before: dict[int, Snapshot]) -> Iterable[AuditChange]:
    model = formset.model
    owner = formset.fk.name if hasattr(formset, "fk") else ""
    written: list[tuple[models.Model, Snapshot | None, Snapshot | None]] = [
        *((one, None, snapshot(one)) for one in getattr(formset, "new_objects", ())),
        *(
            (one, before.get(id(one)), snapshot(one))
            for one, _ in getattr(formset, "changed_objects", ())
        ),
        *((one, before.get(id(one)), None) for one in getattr(formset, "deleted_objects", ())),
    ]
    for one, old, new in written:
        name = model._meta.verbose_name
        fate = "新增" if old is None else "删除" if new is None else ""
        for change in changes_of(
            model,
            old,
            new,
            path=f"{model._meta.model_name}.{one.pk or ''}.",
            label=f"{fate}{name}「{one}」",
        ):
            # That it belongs to this object goes without saying.
            if change.path.rpartition(".")[2] != owner:
                yield change


def _deleted_with(obj: models.Model) -> dict[str, int]:
    """What goes with an object when it is deleted: how many of each kind."""
    collector = Collector(using=router.db_for_write(type(obj), instance=obj), origin=obj)
    collector.collect([obj])
    counts: Counter[str] = Counter()
    for model, instances in collector.data.items():
        counts[str(model._meta.verbose_name)] += len(instances)
    for fast in collector.fast_deletes:
        counts[str(fast.model._meta.verbose_name)] += fast.count()
    counts[str(obj._meta.verbose_name)] -= 1
    return {name: count for name, count in counts.items() if count > 0}
