"""What was read of a file with many forms, whichever way it is laid out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from perfgoals.common.workbooks.filling import CellProblem
from scoring.documents import FormDocument, read_form


class FileKind(StrEnum):
    """How a file is laid out."""

    OFFICIAL = "official"
    FLAT = "flat"
    JSON = "json"
    EXECUTION = "execution"

    @property
    def label(self) -> str:
        return {
            "official": "官方表样",
            "flat": "平铺工作簿",
            "json": "JSON",
            "execution": "预算执行表",
        }[self.value]


class Sureness(StrEnum):
    """How sure the reader is that it took a sheet for the right form."""

    CERTAIN = "certain"
    LIKELY = "likely"
    DOUBTFUL = "doubtful"

    @property
    def label(self) -> str:
        return {"certain": "确定", "likely": "基本确定", "doubtful": "存疑"}[self.value]


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the file: the sheet's name and the address, "B12"."""

    sheet: str
    cell: str


@dataclass(slots=True)
class ReadForm:
    """A form as it stands in the file.

    head: the form; None where cells could not be taken, problems then name every one of them. data: its
    JSON where ``head`` lacks the rows of indicators, see ``document``. places: the
    cell of the file for the paths of the document, for findings. sheet, range: where it came from
    ("A1:H40"; of a flat workbook the rows of the project's sheet). project_code, form: what the file
    says it is in the system, "" and 0 where it does not; version: the version that was downloaded, 0
    where the file does not say. why: what the sureness rests on, in Chinese. remarks: what was passed
    over or read in a way that should be known. rows, blank_rows: of the indicator tree. name: of the
    project as the file has it, also where the form cannot be taken.
    """

    head: FormDocument | None
    sheet: str
    range: str
    problems: list[CellProblem] = field(default_factory=list)
    places: Mapping[str, Place] = field(default_factory=dict)
    project_code: str = ""
    form: int = 0
    version: int = 0
    sureness: Sureness = Sureness.CERTAIN
    why: str = ""
    remarks: list[str] = field(default_factory=list)
    rows: int = 0
    blank_rows: int = 0
    name: str = ""
    data: dict[str, Any] | None = None

    @property
    def document(self) -> FormDocument | None:
        """The whole form. Of thousands that are new, none is asked for: those who judge them read the
        JSON themselves."""
        if self.data is not None:
            self.head, self.data = read_form(self.data), None
        return self.head

    def forget(self) -> None:
        """Let go of what the form says; its place in the file stays."""
        self.head = self.data = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """A sheet that was passed over, with the reason in Chinese."""

    sheet: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ignored:
    """Rows, columns or cells of a sheet that were passed over. what: "rows", "columns" or "cells";
    where: "12–15", "J（备注）" or "D4、E4（联系电话）"."""

    sheet: str
    what: str
    where: str
    reason: str


@dataclass(slots=True)
class ReadFile:
    """What a file holds. problems: those that belong to no form. rows, blank_rows: of all sheets that
    were read."""

    kind: FileKind
    forms: list[ReadForm] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    problems: list[CellProblem] = field(default_factory=list)
    rows: int = 0
    blank_rows: int = 0
