"""The base of every document: cells that keep what was printed, and shape errors in Chinese.

A document is what a form says. Reading it never loses anything: a decimal keeps its trailing zeros, a
blank amount stays blank (it is not 0.00), a text keeps its spaces, a key that was absent stays absent.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, ValidationError
from pydantic_core import PydanticCustomError

MAX_TEXT = 32_767  # what one cell of a workbook holds
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")

Damage = Literal["partial", "lost", "reconstructed", "inferred", "maybe_truncated"]


def _read_text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PydanticCustomError("text_type", "应为文字，读到 {found}", {"found": _shown(value)})
    if _CONTROL.search(value):
        raise PydanticCustomError("text_control", "含有不能打印的控制字符，请删去后重新粘贴", {})
    if len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "text_length", "文字长 {length} 个字符，超过上限 32767", {"length": len(value)}
        )
    return value


def _read_decimal(value: object) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        if isinstance(value, Decimal) and not value.is_finite():
            raise PydanticCustomError("number", "应为数字，读到 {found}", {"found": str(value)})
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, str):
        raise PydanticCustomError("number", "应为数字，读到 {found}", {"found": _shown(value)})
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return None
    if _GROUPED_NUMBER.fullmatch(text):
        text = text.replace(",", "")
    if not _PLAIN_NUMBER.fullmatch(text) or len(text) > 40:
        raise PydanticCustomError("number", "应为数字，读到 {found}", {"found": _shown(value)})
    return Decimal(text)


def _read_date(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("date", "应为日期，读到 {found}", {"found": _shown(value)})
    text = unicodedata.normalize("NFKC", value).strip()
    if not text:
        return None
    parts = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    try:
        if parts:
            return date(*(int(part) for part in parts.groups()))
    except ValueError:
        pass
    raise PydanticCustomError(
        "date", "应为日期（如 2026-01-31），读到 {found}", {"found": _shown(value)}
    )


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"「{text[:40]}…」" if len(text) > 40 else f"「{text}」"


def plain(number: Decimal) -> str:
    """The number in digits as it was read, trailing zeros kept, never with an exponent."""
    return f"{number:f}"


Text = Annotated[str, BeforeValidator(_read_text)]
"""A cell of text; null reads as empty."""

Number = Annotated[
    Decimal | None,
    BeforeValidator(_read_decimal),
    PlainSerializer(lambda v: None if v is None else plain(v), when_used="json"),
]
"""An amount, rate, weight or score as printed; None is a blank cell. Thousands separators and
full-width digits are understood; a binary float is refused, for it is not what was printed."""

Day = Annotated[date | None, BeforeValidator(_read_date)]
"""A calendar day; None is a blank cell."""


@dataclass(frozen=True, slots=True)
class ShapeError:
    """A cell that cannot hold what was given: its path, a code and a Chinese sentence."""

    path: str
    code: str
    message: str


class DocumentError(ValueError):
    """A text that is no document. ``errors`` names every cell at fault."""

    def __init__(self, errors: list[ShapeError]) -> None:
        self.errors = errors
        super().__init__("；".join(f"{e.path or '文件'}：{e.message}" for e in errors))


_MESSAGES = {
    "missing": "缺少这一项",
    "extra_forbidden": "不认识的项目名，请核对拼写",
    "model_type": "应为一组名称和值",
    "model_attributes_type": "应为一组名称和值",
    "dict_type": "应为一组名称和值",
    "list_type": "应为列表",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "frozen_instance": "不能改动",
}


def shape_errors(error: ValidationError) -> list[ShapeError]:
    """What pydantic found, as paths and Chinese sentences."""
    found = []
    for item in error.errors(include_url=False):
        path = ".".join(str(part) for part in item["loc"])
        code = item["type"]
        if code in _MESSAGES:
            message = _MESSAGES[code]
        elif code == "literal_error":
            expected = item["ctx"]["expected"].replace(" or ", " 或 ").replace("'", "")
            message = f"应为 {expected}，读到 {_shown(item['input'])}"
        elif code in ("greater_than_equal", "less_than_equal"):
            word, limit = ("不小于", "ge") if code == "greater_than_equal" else ("不大于", "le")
            message = f"应{word} {item['ctx'][limit]}，读到 {_shown(item['input'])}"
        elif code in ("too_long", "too_short"):
            message = "行数超出允许的范围"
        else:
            message = item["msg"]
        found.append(ShapeError(path, code, message))
    return found


def read_json(text: str | bytes) -> Any:
    """JSON with decimals kept exact. Raises DocumentError for a text that is no JSON."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise DocumentError([ShapeError("", "encoding", "文件不是 UTF-8 编码")]) from error
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 个字符"
        raise DocumentError([ShapeError("", "json", f"不是合法的 JSON：{place}处有误")]) from error
    except RecursionError as error:
        raise DocumentError([ShapeError("", "json", "JSON 嵌套过深")]) from error


def _refuse_constant(name: str) -> Any:
    raise DocumentError([ShapeError("", "json", f"不是合法的 JSON：含有 {name}")])


class Document(BaseModel):
    """A part of a form. Immutable; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def read(cls, data: Any) -> Self:
        """The document in ``data`` (from ``read_json``). Raises DocumentError."""
        try:
            return cls.model_validate(data)
        except ValidationError as error:
            raise DocumentError(shape_errors(error)) from error

    def as_json(self) -> dict[str, Any]:
        """The document as read: only the keys that were given, in the order of the form."""
        return self.model_dump(mode="json", exclude_unset=True)
