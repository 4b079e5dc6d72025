"""The base of every document: cells that keep what was printed, and shape errors in Chinese.

A document is what a form says. Reading it never loses anything: a decimal keeps its trailing zeros, a
blank amount stays blank (it is not 0.00), a text keeps its spaces, a key that was absent stays absent.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

MAX_TEXT = 32_767  # what one cell of a workbook holds
# Control characters, and halves of surrogate pairs, which no encoding can carry.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PLAIN_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_CENT = Decimal("0.01")
_POINTS = (6, 4)  # digits before and behind the point
_AS_KEPT = object()  # the context in which pydantic reads a document as the tables give it back
_GROUPED_NUMBER = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")

Damage = Literal["partial", "lost", "reconstructed", "inferred", "maybe_truncated"]


def _read_text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise PydanticCustomError("text_type", "应为文字，读到 {found}", {"found": _shown(value)})
    if not value.isprintable() and _CONTROL.search(value):
        raise PydanticCustomError("text_control", "含有不能打印的控制字符，请删去后重新粘贴", {})
    if len(value) > MAX_TEXT:
        raise PydanticCustomError(
            "text_length", "文字长 {length} 个字符，超过上限 32767", {"length": len(value)}
        )
    return value


def is_sound_text(value: str) -> bool:
    """Whether a cell of text takes it for certain; asked where there are many, for what is not certain is
    read."""
    return value.isprintable() and len(value) <= MAX_TEXT


@lru_cache(maxsize=1024)  # weights and scores are few and recur
def is_sound_points(value: Decimal) -> bool:
    """Whether a cell of points takes it for certain."""
    whole, places = _POINTS
    return value.is_finite() and abs(value) < 10**whole and value == round(value, places)


def _read_decimal(value: object) -> Decimal | None:
    if value is None or isinstance(value, Decimal):
        if isinstance(value, Decimal) and not value.is_finite():
            raise PydanticCustomError("number", "应为数字，读到 {found}", {"found": str(value)})
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if not isinstance(value, str):
        raise PydanticCustomError("number", "应为数字，读到 {found}", {"found": _shown(value)})
    # Most numbers are plain already; with them nothing needs to be brought into one width.
    text = (value if value.isascii() else unicodedata.normalize("NFKC", value)).strip()
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


def unpadded(number: Decimal | None) -> Decimal | None:
    """A number out of a column of fixed scale, without the zeros beyond its second decimal."""
    if number is None:
        return None
    kept = number.quantize(_CENT)
    if kept == number:
        return kept
    exponent = number.normalize().as_tuple().exponent
    places = max(2, -exponent) if isinstance(exponent, int) else 2
    return number.quantize(Decimal(1).scaleb(-places))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"「{text[:40]}…」" if len(text) > 40 else f"「{text}」"


def plain(number: Decimal) -> str:
    """The number in digits as it was read, trailing zeros kept, never with an exponent."""
    return f"{number:f}"


Text = Annotated[str, BeforeValidator(_read_text)]
"""A cell of text; null reads as empty."""


def _number_cell(whole: int, places: int) -> tuple[PlainValidator, PlainSerializer]:
    """Reads a number, and refuses one that no table keeps exactly."""
    limit = Decimal(10) ** whole

    def read(value: object) -> Decimal | None:
        number = _read_decimal(value)
        if number is None:
            return None
        if abs(number) >= limit:
            raise PydanticCustomError(
                "number_size", "数字过大，整数部分最多 {whole} 位", {"whole": whole}
            )
        if number != round(number, places):
            raise PydanticCustomError("number_places", "小数最多 {places} 位", {"places": places})
        return number

    def read_kept(value: object) -> Decimal | None:
        return _kept_number(read(value))

    # The same weights, scores and rates stand in row after row.
    read_text, read_kept_text = lru_cache(maxsize=4096)(read), lru_cache(maxsize=4096)(read_kept)

    def validate(value: object, info: ValidationInfo) -> Decimal | None:
        if info.context is _AS_KEPT:
            return read_kept_text(value) if type(value) is str else read_kept(value)
        return read_text(value) if type(value) is str else read(value)

    return PlainValidator(validate, json_schema_input_type=Decimal | None), _as_printed


def _kept_number(number: Decimal | None) -> Decimal | None:
    """As the tables give it back, see ``Document.as_kept``. The same object where nothing changes."""
    if number is None or number.same_quantum(_CENT):
        return number
    kept = unpadded(number)
    return number if kept is None or kept.same_quantum(number) else kept


_as_printed = PlainSerializer(lambda v: None if v is None else plain(v), when_used="json")

Amount = Annotated[Decimal | None, *_number_cell(15, 6)]
"""An amount of money in the money unit of the form, as printed; None is a blank cell, which is not
0.00. Thousands separators and full-width digits are understood; a binary float is refused, for it is
not what was printed."""

Rate = Annotated[Decimal | None, *_number_cell(11, 4)]
"""A rate in per cent, as printed."""

Points = Annotated[Decimal | None, *_number_cell(*_POINTS)]
"""A weight or score in points, as printed."""

Day = Annotated[date | None, BeforeValidator(_read_date)]
"""A calendar day; None is a blank cell."""


def stated(**cells: Any) -> dict[str, Any]:
    """The optional cells that say something. One that is empty is left out of the document, as it is
    left out of a published one."""
    return {name: value for name, value in cells.items() if value not in (None, "", {})}


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
    "union_tag_not_found": "缺少 op",
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
    return [
        ShapeError(".".join(str(part) for part in item["loc"]), item["type"], shape_message(item))
        for item in error.errors(include_url=False)
    ]


def shape_message(item: Mapping[str, Any]) -> str:
    """One of pydantic's errors as a Chinese sentence."""
    code = item["type"]
    if code in _MESSAGES:
        return _MESSAGES[code]
    found = _shown(item.get("input"))
    if code in ("literal_error", "enum", "union_tag_invalid"):
        expected = item["ctx"].get("expected") or item["ctx"]["expected_tags"]
        expected = expected.replace(" or ", " 或 ").replace("'", "")
        return f"应为 {expected}，读到 {found}"
    if code == "greater_than_equal":
        return f"应不小于 {item['ctx']['ge']}，读到 {found}"
    if code == "less_than_equal":
        return f"应不大于 {item['ctx']['le']}，读到 {found}"
    if code in ("too_long", "too_short"):
        return "个数超出允许的范围"
    return str(item["msg"])


_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def read_json(text: str | bytes) -> Any:
    """JSON with decimals kept exact. Raises DocumentError for a text that is no JSON."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        read = json.loads(
            text,
            parse_float=Decimal,
            parse_int=_read_whole,
            parse_constant=_refuse_constant,
            object_pairs_hook=_read_members,
        )
        if _HALF.search(text):
            # Half of a character can be written in JSON, and nowhere else.
            json.dumps(read, ensure_ascii=False, default=str).encode()
        return read
    except UnicodeDecodeError as error:
        raise DocumentError([ShapeError("", "encoding", "文件不是 UTF-8 编码")]) from error
    except UnicodeEncodeError as error:
        raise DocumentError([ShapeError("", "json", "不是合法的 JSON：有残缺的字符")]) from error
    except json.JSONDecodeError as error:
        place = f"第 {error.lineno} 行第 {error.colno} 个字符"
        raise DocumentError([ShapeError("", "json", f"不是合法的 JSON：{place}处有误")]) from error
    except RecursionError as error:
        raise DocumentError([ShapeError("", "json", "JSON 嵌套过深")]) from error


def _read_whole(digits: str) -> int:
    if len(digits) > 40:
        raise DocumentError(
            [ShapeError("", "json", f"不是合法的 JSON：数字过长（{len(digits)} 位）")]
        )
    return int(digits)


def _read_members(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; of a name given twice one value would be lost unseen, so it is refused."""
    read = dict(members)
    if len(read) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise DocumentError([ShapeError("", "json", f"名称「{twice}」在同一处出现两次")])
    return read


def _refuse_constant(name: str) -> Any:
    raise DocumentError([ShapeError("", "json", f"不是合法的 JSON：含有 {name}")])


class Document(BaseModel):
    """A part of a form. Immutable; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def read(cls, data: Any, *, kept: bool = False) -> Self:
        """The document in ``data`` (from ``read_json``); kept: as ``as_kept`` gives it, at once. Raises
        DocumentError."""
        try:
            return cls.model_validate(data, context=_AS_KEPT if kept else None)
        except ValidationError as error:
            raise DocumentError(shape_errors(error)) from error

    def as_json(self) -> dict[str, Any]:
        """The document as read: only the keys that were given, in the order of the form."""
        return self.model_dump(mode="json", exclude_unset=True)

    def as_json_text(self) -> str:
        """The same as text."""
        return self.model_dump_json(exclude_unset=True)

    def as_kept(self) -> Self:
        """The document as the tables give it back: numbers with at least two decimals and no more than
        they need. What was just typed then says the same as what is read later."""
        changed: dict[str, Any] = {}
        given = self.model_fields_set
        for name in _numbered(type(self)):
            if name in given:
                value = getattr(self, name)
                kept = _kept(value)
                if kept is not value:
                    changed[name] = kept
        return self.model_copy(update=changed) if changed else self


@cache
def _numbered(kind: type[Document]) -> tuple[str, ...]:
    """The fields that are numbers or have some within them."""
    return tuple(
        name for name, field in kind.model_fields.items() if _has_numbers(field.annotation)
    )


def _has_numbers(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Document):
        return bool(_numbered(annotation))
    return annotation is Decimal or any(map(_has_numbers, get_args(annotation)))


def _kept(value: Any) -> Any:
    """The same object where nothing changes."""
    if isinstance(value, Decimal):
        return _kept_number(value)
    if isinstance(value, Document):
        return value.as_kept()
    if isinstance(value, list):
        rows = [_kept(row) for row in value]
        return rows if any(new is not old for new, old in zip(rows, value, strict=True)) else value
    return value
