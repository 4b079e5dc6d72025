"""Projects as a table for import and export."""

from __future__ import annotations

from django.db.models import QuerySet

from perfgoals.common.exchange.resources import MasterResource
from projects.models import Project


class ProjectResource(MasterResource):
    class Meta:
        model = Project
        fields = ("code", "name", "unit", "department", "nature", "category", "start", "end")

    def get_queryset(self) -> QuerySet[Project]:
        return Project.objects.select_related("unit", "department")
