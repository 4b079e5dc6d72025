"""A model as a table: which columns, how a row finds its object, and every fault of a file at once."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.html import format_html
from django.utils.safestring import SafeString
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from import_export.resources import Diff, ModelResource
from import_export.results import Result, RowResult
from tablib import Dataset

from perfgoals.common.audit import AuditChange
from perfgoals.common.exchange.reading import Table
from perfgoals.common.exchange.widgets import (
    AmountWidget,
    CellWidget,
    CodeWidget,
    DayWidget,
    TextWidget,
    WholeNumberWidget,
    YesNoWidget,
    shown,
)

log = logging.getLogger(__name__)

# The column that carries the number of the row in the sheet. No workbook can hold such a header.
ROW = "\0row"

_WIDGETS: dict[type[models.Field], type[CellWidget]] = {
    models.BooleanField: YesNoWidget,
    models.DateField: DayWidget,
    models.IntegerField: WholeNumberWidget,
    models.DecimalField: AmountWidget,
    models.CharField: TextWidget,
    models.TextField: TextWidget,
}


class Problem(NamedTuple):
    """What is wrong with a file. row: in the sheet; 0 for the table as a whole."""

    row: int
    column: str
    found: str
    message: str


class UnusableColumnsError(Exception):
    """The columns are not those of the table; each argument is one Chinese sentence."""


class Cells(list[SafeString]):
    """The cells of a row as the preview shows them, and their texts before and after."""

    def __init__(self, shown: Iterable[SafeString], pairs: list[tuple[str, str]]) -> None:
        super().__init__(shown)
        self.pairs = pairs


class CellDiff(Diff):
    """Before and after, cell by cell."""

    def as_html(self) -> Cells:
        pairs = [
            ("" if self.new else shown(old), shown(new))
            for old, new in zip(self.left, self.right, strict=True)
        ]
        return Cells((self._cell(old, new) for old, new in pairs), pairs)

    def _cell(self, old: str, new: str) -> SafeString:
        if old == new or self.new:
            return format_html("{}", new)
        return format_html("<del>{}</del> <ins>{}</ins>", old or "（空）", new or "（空）")


class TableResult(Result):
    """What came of a table: its rows in the order of the sheet, or its problems."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[Problem] = []
        self.refused: list[tuple[dict[str, Any], ValidationError]] = []

    def append_invalid_row(self, number: int, row: Any, validation_error: Any) -> None:
        super().append_invalid_row(row[ROW], row, validation_error)
        self.refused.append((row, validation_error))

    @property
    def has_changes(self) -> bool:
        return any(not row.is_skip() for row in self.rows)

    def digest(self) -> str:
        """A fingerprint of what the rows would do; equal for equal effects."""
        effects = [[row.object_repr, row.import_type, row.diff] for row in self.rows]
        text = json.dumps(effects, ensure_ascii=False, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


class TableRow(RowResult):
    """number: of the row in the sheet."""

    number = 0


class CodeLoader(BaseInstanceLoader):
    """All objects that a table names, in one query."""

    def __init__(self, resource: MasterResource, dataset: Dataset) -> None:
        super().__init__(resource, dataset)
        attribute = resource.key.attribute
        codes = {code for code, _ in resource.coded_rows(dataset)}
        stored = resource.get_queryset().filter(**{f"{attribute}__in": codes})
        self.found = {getattr(instance, attribute): instance for instance in stored}

    def get_instance(self, row: dict[str, Any]) -> models.Model | None:
        return self.found.get(self.resource.code_of(row))


class MasterResource(ModelResource):
    """Columns are headed by verbose names, rows are found by code, nothing is written unless all of it can
    be. ``extra_columns`` are read from a file but never written to one."""

    extra_columns: ClassVar[tuple[str, ...]] = ()

    class Meta:
        use_transactions = True
        skip_unchanged = True
        clean_model_instances = True
        store_instance = True
        import_id_fields = ("code",)
        instance_loader_class = CodeLoader

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known: dict[int, dict[str, list[ValidationError]]] = defaultdict(dict)

    # What the columns are

    @classmethod
    def field_from_django_field(
        cls, field_name: str, django_field: models.Field, readonly: bool
    ) -> Field:
        widget: CellWidget
        if isinstance(django_field, models.ForeignKey):
            target = django_field.related_model
            widget = CodeWidget(
                target._default_manager.complex_filter(django_field.get_limit_choices_to()),
                title=str(django_field.verbose_name),
                changing=target is cls._meta.model,
            )
        else:
            widget = next(
                kind() for base, kind in _WIDGETS.items() if isinstance(django_field, base)
            )
        return Field(
            attribute=field_name,
            column_name=str(django_field.verbose_name),
            widget=widget,
            readonly=readonly,
            # A blank cell leaves alone what cannot be blank and has a default of its own.
            saves_null_values=django_field.null or isinstance(widget, TextWidget),
        )

    @property
    def key(self) -> Field:
        return self.fields[self._meta.import_id_fields[0]]

    def column_names(self) -> list[str]:
        """The headers of a file for import."""
        return [field.column_name for field in self.get_import_fields()] + list(self.extra_columns)

    def required_columns(self) -> list[str]:
        """The headers without which a file is refused: of what has no blank and no default."""
        fields = self._meta.model._meta
        return [
            field.column_name
            for name, field in self.fields.items()
            if name in {one.name for one in fields.fields}
            and not fields.get_field(name).blank
            and not fields.get_field(name).has_default()
        ]

    def changes_of(self, row: RowResult) -> list[AuditChange]:
        """What a row of a file changes, cell by cell, as the log takes it."""
        pairs = zip(self.get_import_fields(), row.diff.pairs, strict=True)
        return [
            AuditChange(field.attribute or "", old, new, label=field.column_name)
            for field, (old, new) in pairs
            if old != new
        ]

    # Reading a file

    def read(self, table: Table, *, dry_run: bool, user: Any) -> TableResult:
        """Take the table in; with ``dry_run`` only look what would come of it. All of it or nothing."""
        dataset = Dataset(
            *((*row.cells, row.number) for row in table.rows), headers=[*table.headers, ROW]
        )
        result: TableResult = self.import_data(
            dataset, dry_run=dry_run, rollback_on_validation_errors=True, user=user
        )
        columns = ["", *self.column_names()]
        result.problems = sorted(
            self._problems(result),
            key=lambda problem: (problem.row, columns.index(problem.column)),
        )
        result.rows.sort(key=lambda row: row.number)
        return result

    @classmethod
    def get_result_class(cls) -> type[Result]:
        return TableResult

    @classmethod
    def get_row_result_class(cls) -> type[RowResult]:
        return TableRow

    @classmethod
    def get_diff_class(cls) -> type[Diff]:
        return CellDiff

    def code_of(self, row: dict[str, Any]) -> str:
        """The code of a row, "" where it has none that can be read."""
        try:
            return self.key.clean(row)
        except (ValueError, KeyError):
            return ""

    def coded_rows(self, dataset: Dataset) -> Iterator[tuple[str, dict[str, Any]]]:
        for cells in dataset:
            row = dict(zip(dataset.headers, cells, strict=True))
            yield self.code_of(row), row

    def before_import(self, dataset: Dataset, **kwargs: Any) -> None:
        headers = [header for header in dataset.headers if header != ROW]
        columns = self.column_names()
        unknown = [header for header in headers if header not in columns]
        missing = [column for column in self.required_columns() if column not in headers]
        faults = []
        if unknown:
            faults.append(f"不认识的列：{'、'.join(unknown)}（可用的列：{'、'.join(columns)}）")
        if missing:
            faults.append(f"缺少必需的列：{'、'.join(missing)}")
            del dataset[:]  # every row would only say the same again
        elif not len(dataset):
            faults.append("标题行下没有内容")
        self.prepare(dataset)
        if faults:
            raise UnusableColumnsError(*faults)

    def prepare(self, dataset: Dataset) -> None:
        """Look over all rows before the first is taken in."""
        self._refuse_repeated_codes(dataset)

    def _refuse_repeated_codes(self, dataset: Dataset) -> None:
        first: dict[str, int] = {}
        for code, row in self.coded_rows(dataset):
            earlier = first.setdefault(code, row[ROW])
            if code and earlier != row[ROW]:
                self.refuse(row[ROW], self.key.attribute, f"与第 {earlier} 行重复")

    def refuse(self, number: int, attribute: str, message: str) -> None:
        """Note what is wrong with a row before it is its turn."""
        self.known[number].setdefault(attribute, []).append(ValidationError(message))

    def import_instance(self, instance: models.Model, row: dict[str, Any], **kwargs: Any) -> None:
        errors = dict(self.known[row[ROW]])
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            error.update_error_dict(errors)
        for attribute, message in self.faults(instance, row, errors, **kwargs):
            errors.setdefault(attribute, []).append(ValidationError(message))
        if errors:
            raise ValidationError(errors)

    def faults(
        self, instance: Any, row: dict[str, Any], errors: dict[str, Any], **kwargs: Any
    ) -> Iterator[tuple[str, str]]:
        """What else is wrong with a row: attribute and sentence. ``errors``: what has been found so far."""
        yield from ()

    def do_instance_save(self, instance: models.Model, is_create: bool) -> None:
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError as error:
            log.warning("导入时数据库拒绝写入：%s", error)
            raise ValidationError({NON_FIELD_ERRORS: ["与已有数据冲突，不能保存"]}) from error

    def after_import_row(self, row: dict[str, Any], row_result: RowResult, **kwargs: Any) -> None:
        row_result.number = row[ROW]

    def after_import(self, dataset: Dataset, result: Result, **kwargs: Any) -> None:
        """Nothing: a file never brings primary keys, so the sequences need no reset."""

    def _problems(self, result: TableResult) -> Iterator[Problem]:
        for error in result.base_errors:
            yield from self._table_problems(error.error)
        titles = {field.attribute: field.column_name for field in self.fields.values()}
        for row, error in result.refused:
            for attribute, messages in error.message_dict.items():
                title = titles.get(attribute, attribute if attribute in self.extra_columns else "")
                # What stands in an extra column is not repeated: it may be a secret.
                found = "" if title in self.extra_columns else shown(row.get(title))
                for message in messages:
                    yield Problem(row[ROW], title, found, message)
        for failed in result.error_rows:
            for error in failed.errors:
                log.error("导入的一行无法处理", exc_info=error.error)
                yield Problem(
                    error.row[ROW], "", "", "无法处理这一行，已记入日志，请联系系统管理员"
                )

    def _table_problems(self, error: Exception) -> Iterator[Problem]:
        if isinstance(error, UnusableColumnsError):
            yield from (Problem(0, "", "", message) for message in error.args)
        else:
            log.error("导入的文件无法处理", exc_info=error)
            yield Problem(0, "", "", "无法处理这个文件，已记入日志，请联系系统管理员")


class TreeResource(MasterResource):
    """A table whose rows may name each other as ``parent``, in any order."""

    def prepare(self, dataset: Dataset) -> None:
        super().prepare(dataset)
        if self.fields["parent"].column_name not in dataset.headers:
            return
        rows = dict(self.coded_rows(dataset))
        rows.pop("", None)
        parents = self._parents_after(rows)
        for code, row in rows.items():
            self._refuse_circle(code, row, parents)
        self.fields["parent"].widget.promised = frozenset(rows)
        order = {code: _depth(code, parents) for code in rows}
        cells = sorted(dataset, key=lambda cells: order.get(self._code_in(dataset, cells), 0))
        del dataset[:]
        dataset.extend(cells)

    def _code_in(self, dataset: Dataset, cells: tuple[Any, ...]) -> str:
        return self.code_of(dict(zip(dataset.headers, cells, strict=True)))

    def _parents_after(self, rows: dict[str, dict[str, Any]]) -> dict[str, str | None]:
        """For each code its parent's, as it would be after the import."""
        column = self.fields["parent"].column_name
        parents = dict(self.get_queryset().values_list("code", "parent__code"))
        for code, row in rows.items():
            try:
                parents[code] = TextWidget().clean(row[column]) or None
            except ValueError:
                parents[code] = None
        return parents

    def _refuse_circle(
        self, code: str, row: dict[str, Any], parents: dict[str, str | None]
    ) -> None:
        path = [code]
        while (above := parents.get(path[-1])) is not None and above not in path:
            path.append(above)
        if above == code:
            title = self.fields["parent"].column_name
            circle = f"成环：{' → '.join([*path, code])}" if len(path) > 1 else "不能是自己"
            self.refuse(row[ROW], "parent", f"{title}{circle}")


def _depth(code: str, parents: dict[str, str | None]) -> int:
    seen = {code}
    while (above := parents.get(code)) is not None and above not in seen:
        seen.add(above)
        code = above
    return len(seen)
