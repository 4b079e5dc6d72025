"""Cells of an uploaded table to values and back. What cannot be read raises ValueError, in Chinese."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from django.db.models import Model, QuerySet
from import_export.widgets import Widget
from openpyxl.utils.datetime import from_excel
from pydantic import TypeAdapter, ValidationError

from perfgoals.common.documents import Amount, Day, Text
from perfgoals.common.exchange.reading import BadCell
from perfgoals.common.numbers import padded, trimmed

_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_AMOUNT: TypeAdapter[Decimal | None] = TypeAdapter(Amount)
_DAY: TypeAdapter[date | None] = TypeAdapter(Day)
# A date whose format was lost is a count of days; these are 1982 to 2118.
_FIRST_SERIAL, _LAST_SERIAL = 30_000, 80_000


def shown(value: Any) -> str:
    """A cell as a message or a preview shows it."""
    if value is None or isinstance(value, BadCell):
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return trimmed(Decimal(repr(value)))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value)


class CellWidget(Widget, ABC):
    """The base: refuses a bad cell, gives values as they are, and blank for None."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        if isinstance(value, BadCell):
            raise ValueError(value.message)
        return self.read(value.strip() if isinstance(value, str) else value)

    @abstractmethod
    def read(self, value: Any) -> Any:
        """The value of a good cell."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else value


class TextWidget(CellWidget):
    """A text. A number that a spreadsheet made of a code is taken as typed."""

    def read(self, value: Any) -> str:
        if isinstance(value, bool | date | time):
            raise ValueError(f"应为文字，读到「{shown(value)}」，请把这一列设为文本格式后重填")
        try:
            return _TEXT.validate_python(None if value is None else shown(value))
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from error


class WholeNumberWidget(CellWidget):
    """A whole number; None for a blank cell."""

    def read(self, value: Any) -> int | None:
        if value is None:
            return None
        text = shown(value)
        if isinstance(value, bool) or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError(f"应为整数，读到「{text}」")
        return int(text)


class AmountWidget(CellWidget):
    """An amount of money; None for a blank cell, which is not 0.00."""

    def read(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, bool | date | time):
            raise ValueError(f"应为金额（数字），读到「{shown(value)}」")
        try:
            return _AMOUNT.validate_python(shown(value))
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return "" if value is None else Decimal(padded(value))


class ChoiceWidget(CellWidget):
    """One of a few words, each of which has a meaning; None for a blank cell."""

    def __init__(self, choices: Mapping[str, str]) -> None:
        super().__init__()
        self.words = dict(choices)

    def read(self, value: Any) -> str | None:
        if value is None:
            return None
        meanings = {word: meaning for meaning, word in self.words.items()}
        text = shown(value).strip()
        if text not in meanings:
            raise ValueError(f"应为 {'、'.join(meanings)} 之一，读到「{text}」")
        return meanings[text]

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return self.words.get(value, "")


class DayWidget(CellWidget):
    """A calendar day; None for a blank cell."""

    def read(self, value: Any) -> date | None:
        if isinstance(value, int) and _FIRST_SERIAL <= value <= _LAST_SERIAL:
            value = from_excel(value)
        if isinstance(value, datetime):
            return value.date()
        try:
            return _DAY.validate_python(value if isinstance(value, date) else shown(value))
        except ValidationError as error:
            raise ValueError(error.errors()[0]["msg"]) from error


class YesNoWidget(CellWidget):
    """是 or 否; None for a blank cell."""

    WORDS = {"是": True, "否": False, "true": True, "false": False, "1": True, "0": False}

    def read(self, value: Any) -> bool | None:
        if value is None:
            return None
        try:
            return self.WORDS[shown(value).lower()]
        except KeyError:
            raise ValueError(f"应为「是」或「否」，读到「{shown(value)}」") from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return shown(value)


class CodeWidget(CellWidget):
    """A reference to another object, written as its code; None for a blank cell.

    choices: what may be referred to. changing: the choices change while the file is read, as the rows of
    a tree refer to each other. promised: codes that the file itself brings; where one is missing its own
    row was refused, and says so there.
    """

    def __init__(self, choices: QuerySet[Any], *, title: str, changing: bool = False) -> None:
        super().__init__()
        self.choices, self.title, self.changing = choices, title, changing
        self.promised: frozenset[str] = frozenset()
        self._found: dict[str, Model] | None = None

    def read(self, value: Any) -> Model | None:
        code = TextWidget().read(value)
        if not code:
            return None
        found = self._find(code)
        if found is None and code not in self.promised:
            raise ValueError(self._missing(code))
        return found

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else value.code

    def _find(self, code: str) -> Model | None:
        if self.changing:
            return self.choices.filter(code=code).first()
        if self._found is None:
            self._found = {choice.code: choice for choice in self.choices.all()}
        return self._found.get(code)

    def _missing(self, code: str) -> str:
        message = f"没有编码为「{code}」的{self.title}"
        named = self.choices.filter(name=code).first()
        return f"{message}；应填编码，「{code}」的编码是 {named.code}" if named else message
