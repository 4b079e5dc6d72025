"""The cells of a form that do not stand in its indicator tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from perfgoals.common.workbooks.cells import SheetCell, Span
from perfgoals.common.workbooks.labels import SECOND_CHOICE, Place, Wording
from perfgoals.common.workbooks.marks import Mark
from perfgoals.common.workbooks.official.found import Found
from perfgoals.common.workbooks.official.region import Label, Region

_MAX_ALIKE = 20  # labels of one text that are looked at


class FixedCells:
    """Finds them by the words of a layout. missing: the names of those that are not there. read: the
    places of all cells that went into one. remarks: what should be known of it."""

    def __init__(self, region: Region, words: Wording) -> None:
        self.region, self.words = region, words
        self.missing: list[str] = []
        self.read: set[tuple[int, int]] = set()
        self.remarks: list[str] = []

    def head(self, below: int) -> Iterator[Found]:
        labels = self.region.above(below)
        headings = self.headings(self.words.head, labels)
        for place in self.words.head:
            mine = [x for x in labels if x.text == place.label and headings.get(x.text) is not x]
            mine = mine[:_MAX_ALIKE]
            if place.group:
                mine = [x for x in mine if self.group(x, place, labels) == place.group]
            if not mine and not place.column:
                found = self.elsewhere(place, below, labels)
                if found is not None:
                    yield found
                    continue
            if not mine or (place.column and place.column not in headings):
                self.missing.append(place.title)
            elif place.column:
                yield self.crossing(place, mine[0].span, headings[place.column].span)
            else:
                yield self.beside(place, mine[0], labels)

    def elsewhere(self, place: Place, below: int, labels: Sequence[Label]) -> Found | None:
        """A cell that holds the label and the value, or one beside a label that says nearly the same."""
        for word in (place.label, *SECOND_CHOICE.get(place.label, ())):
            for label in self.region.inline:
                if label.text == word and label.cell.row < below:
                    self.note_second(place, word)
                    row, column = label.cell.row, label.cell.column
                    self.read.add((row, column))
                    cell = SheetCell(row, column, label.value)
                    return Found(place.path, place.title, row, column, cell, place.money)
            for label in labels:
                if label.text == word != place.label:
                    self.note_second(place, word)
                    self.read.add((label.cell.row, label.cell.column))
                    return self.beside(place, label, labels)
        return None

    def note_second(self, place: Place, word: str) -> None:
        if word not in (place.label, place.column):
            self.remarks.append(f"没有「{place.title}」，按「{word}」读取")

    def headings(self, places: Iterable[Place], labels: Sequence[Label]) -> dict[str, Label]:
        """The headings of the columns of a block: those of the row that has most of them."""
        asked = {place.column for place in places if place.column}
        by_row: dict[int, dict[str, Label]] = {}
        for label in labels:
            if label.text in asked:
                by_row.setdefault(label.cell.row, {}).setdefault(label.text, label)
        return max(by_row.values(), key=len, default={})

    def group(self, label: Label, place: Place, labels: Sequence[Label]) -> str:
        """The nearest label above that begins in the same column and tells cells of one label apart."""
        groups = {p.group for p in self.words.head if p.label == place.label}
        above = [
            x
            for x in labels
            if x.text in groups
            and x.cell.row < label.cell.row
            and x.span.left <= label.cell.column <= x.span.right
        ]
        return max(above, key=lambda x: x.cell.row).text if above else ""

    def beside(self, place: Place, label: Label, labels: Sequence[Label]) -> Found:
        """The first cell to the right of the label that holds something, up to the next label."""
        row, column = label.span.top, label.span.right + 1
        begin = column
        fixed = {p.label for p in self.words.places} | {p.group for p in self.words.places}
        others = {x.cell.address for x in labels if x.text in fixed and x.cell is not label.cell}
        while column <= self.region.sheet.columns:
            span = self.region.sheet.span(row, column)
            cell = self.region.sheet.at(row, column)
            if cell is not None:
                mark = isinstance(cell.value, str) and Mark.read(cell.value)
                if cell.address in others or mark:
                    break
                self.read.add((cell.row, cell.column))
                return Found(place.path, place.title, cell.row, cell.column, cell, place.money)
            column = span.right + 1
        return Found(place.path, place.title, row, begin, None, place.money)

    def crossing(self, place: Place, row: Span, column: Span) -> Found:
        """The cell in the row of one label and the column of another; a label that is merged across the
        column is none."""
        for number in range(row.top, row.bottom + 1):
            for across in range(column.left, column.right + 1):
                cell = self.region.sheet.at(number, across)
                if cell is not None and (cell.row, cell.column) != (row.top, row.left):
                    self.read.add((cell.row, cell.column))
                    return Found(place.path, place.title, cell.row, cell.column, cell, place.money)
        return Found(place.path, place.title, row.top, column.left, None, place.money)

    def goals(self, below: int) -> Iterator[Found]:
        """What stands below the headings of the goals, down to the tree or the next of them; several
        rows are joined. Of a heading that has a row to itself it is what stands beside it."""
        labels = self.region.above(below)
        headings = self.headings(self.words.goals, labels)
        self.read |= {
            (x.cell.row, x.cell.column)  # 总体目标 at the side of both
            for heading in headings.values()
            for x in self.goal_labels(heading, labels)
            if x.span.top <= heading.span.top <= x.span.bottom
        }
        for place in self.words.goals:
            heading = headings.get(place.column) or self.lone_heading(place, labels, below)
            if heading is None:
                self.missing.append(place.title)
                continue
            if heading.value:
                row, column = heading.cell.row, heading.cell.column
                self.read.add((row, column))
                goal = SheetCell(row, column, heading.value)
                yield Found(place.path, place.title, row, column, goal)
                continue
            beside = self.beside_goal(place, heading, labels)
            if beside is not None:
                yield beside
                continue
            top, column = heading.span.bottom + 1, heading.span.left
            last = self.last_of_goal(heading, labels, below)
            cells = [
                cell
                for row in range(top, last + 1)
                for across in range(column, heading.span.right + 1)
                if (cell := self.region.sheet.own(row, across)) is not None
            ]
            self.read |= {(cell.row, cell.column) for cell in cells}
            if len(cells) > 1:
                first = cells[0]
                joined = "\n".join(cell.text for cell in cells)
                problem = next((cell.problem for cell in cells if cell.problem), "")
                cells = [SheetCell(first.row, first.column, joined, problem=problem)]
            cell = cells[0] if cells else None
            yield Found(place.path, place.title, top, column, cell)

    def lone_heading(self, place: Place, labels: Sequence[Label], below: int) -> Label | None:
        """The heading of a goal that does not stand beside the others, or one that says nearly the
        same; perhaps in one cell with the goal."""
        for word in (place.column, *SECOND_CHOICE.get(place.column, ())):
            inline = (label for label in self.region.inline if label.cell.row < below)
            for label in (*labels, *inline):
                if label.text == word:
                    self.note_second(place, word)
                    self.read.add((label.cell.row, label.cell.column))
                    return label
        return None

    def beside_goal(self, place: Place, heading: Label, labels: Sequence[Label]) -> Found | None:
        """What stands to the right of a heading that has a row to itself, None for nothing."""
        if any(other.span.top == heading.span.top for other in self.goal_labels(heading, labels)):
            return None
        found = self.beside(place, heading, labels)
        return found if found.cell is not None else None

    def last_of_goal(self, heading: Label, labels: Sequence[Label], below: int) -> int:
        """The row above the next heading of a goal, or above the tree."""
        tops = (other.span.top for other in self.goal_labels(heading, labels))
        return min((top for top in tops if top > heading.span.bottom), default=below) - 1

    def goal_labels(self, heading: Label, labels: Sequence[Label]) -> Iterator[Label]:
        """The other headings of goals."""
        asked = {
            word
            for place in self.words.goals
            for word in (place.column, *SECOND_CHOICE.get(place.column, ()))
        }
        return (x for x in labels if x.text in asked - {heading.text})

    def closing(self, header: Mapping[str, Label], below: int) -> tuple[int, list[Found]]:
        """The last row of the tree, and the cells below it."""
        names = {place.label for place in self.words.closing}
        # Closing labels stand at the left edge; an indicator of the same name does not.
        name_column = next(
            x.span.left for text, x in header.items() if self.words.tree[text] == "name"
        )
        labels = {
            label.text: label
            for label in reversed(self.region.labels)
            if label.text in names and label.cell.row >= below and label.span.left < name_column
        }
        end = min((label.cell.row for label in labels.values()), default=self.region.last + 1) - 1
        found = []
        for place in self.words.closing:
            label = labels.get(place.label)
            if label is None or (place.column and place.column not in header):
                self.missing.append(place.title)
            elif place.column:
                found.append(self.crossing(place, label.span, header[place.column].span))
            else:
                found.append(self.beside(place, label, list(labels.values())))
        return end, found
