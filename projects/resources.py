"""Projects and their money as tables for import and export."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet
from import_export.fields import Field
from import_export.instance_loaders import BaseInstanceLoader
from tablib import Dataset

from perfgoals.common.exchange.resources import ROW, MasterResource
from perfgoals.common.exchange.widgets import ChoiceWidget, TextWidget, WholeNumberWidget
from projects.models import BudgetExecution, FiscalYear, FundingSource, Project


class ProjectResource(MasterResource):
    class Meta:
        model = Project
        fields = ("code", "name", "unit", "department", "nature", "category", "start", "end")

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.select_related("unit", "department")


class YearWidget(WholeNumberWidget):
    """A year that is kept; None for a blank cell."""

    def __init__(self) -> None:
        super().__init__()
        self._years: dict[int, FiscalYear] | None = None

    def read(self, value: Any) -> Any:
        number = super().read(value)
        if number is None:
            return None
        if self._years is None:
            self._years = FiscalYear.objects.in_bulk()
        if number not in self._years:
            known = "、".join(str(year) for year in sorted(self._years))
            raise ValueError(f"系统里没有 {number} 年度（现有：{known}）")
        return self._years[number]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else value.year


class ShownField(Field):
    """A column that is written for people, and told by others when it is read."""

    def __init__(self, attribute: str, column_name: str) -> None:
        super().__init__(attribute, column_name, widget=TextWidget(), readonly=True)


class BudgetExecutionLoader(BaseInstanceLoader):
    """All figures of the projects and years that a table names, in one query."""

    def __init__(self, resource: BudgetExecutionResource, dataset: Dataset) -> None:
        super().__init__(resource, dataset)
        keys = [resource.keys_of(row) for _, row in resource.coded_rows(dataset)]
        stored = resource.get_queryset().filter(
            project__code__in={code for code, _, _ in keys},
            year__in={year for _, year, _ in keys if year},
        )
        self.found = {(one.project.code, one.year_id, one.source): one for one in stored}

    def get_instance(self, row: dict[str, Any]) -> BudgetExecution | None:
        return self.found.get(self.resource.keys_of(row))


class BudgetExecutionResource(MasterResource):
    """A row is a source of a project's money in a year; without a source it is the total."""

    project_name = ShownField("project__name", "项目名称")
    unit_name = ShownField("project__unit__name", "实施单位")
    year = Field("year", column_name="年度", widget=YearWidget())
    source = Field(
        "source",
        column_name="资金来源",
        widget=ChoiceWidget(dict(FundingSource.choices)),
        saves_null_values=False,
    )

    class Meta:
        model = BudgetExecution
        import_id_fields = ("project", "year")
        instance_loader_class = BudgetExecutionLoader
        fields = (
            *("project", "project_name", "unit_name", "year", "source"),
            *("initial_budget", "annual_budget", "executed", "file", "as_of"),
        )
        export_order = import_order = fields

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["project"].column_name = "项目编码"
        self._keys: dict[int, tuple[str, int, str]] = {}

    def get_queryset(self) -> QuerySet[BudgetExecution]:
        return BudgetExecution.objects.select_related("project__unit", "year")

    def keys_of(self, row: dict[str, Any]) -> tuple[str, int, str]:
        """Project code, year and source of a row; "" and 0 for what cannot be read."""
        number = row[ROW]
        if number not in self._keys:
            project, year = self._read("project", row), self._read("year", row)
            source = self._read("source", row) if row.get("资金来源") else FundingSource.TOTAL.value
            self._keys[number] = (
                project.code if project else "",
                year.pk if year else 0,
                source or "",
            )
        return self._keys[number]

    def _read(self, name: str, row: dict[str, Any]) -> Any:
        try:
            return self.fields[name].clean(row)
        except (ValueError, KeyError):
            return None

    def code_of(self, row: dict[str, Any]) -> str:
        keys = self.keys_of(row)
        return "{} {} {}".format(*keys) if all(keys) else ""

    def faults(
        self, instance: Any, row: dict[str, Any], errors: dict[str, Any], **kwargs: Any
    ) -> Iterator[tuple[str, str]]:
        """Money that stands beside the name of another project would go to the wrong one."""
        name = row.get("项目名称")
        if "project" in errors or not isinstance(name, str) or instance.project_id is None:
            return
        if "".join(name.split()) not in ("", "".join(instance.project.name.split())):
            known = instance.project
            yield "project", f"编码「{known.code}」的项目是「{known.name}」，与项目名称不符"
