"""Numbers and dates as a spreadsheet shows them: 0.85 under 0% is 85%.

Only what shows in a form is understood: digits, separators, per cent, literal text, scaling by
thousands, dates. What a format asks beyond that is left out and never changes a digit.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, localcontext

from perfgoals.common.numbers import trimmed

GENERAL = "General"

# ECMA-376 part 1, 18.8.30; 27 to 58 as Chinese versions of Excel and WPS show them.
BUILTIN: dict[int, str] = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy/m/d", 15: "d-m-yy", 16: "d-m", 17: "m-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm",
    21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: 'yyyy"年"m"月"', 28: 'm"月"d"日"', 29: 'm"月"d"日"',
    30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"', 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00",
    40: "#,##0.00;-#,##0.00", 41: "#,##0;-#,##0", 42: "#,##0;-#,##0", 43: "#,##0.00;-#,##0.00",
    44: "#,##0.00;-#,##0.00", 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss", 49: "@",
    50: 'yyyy"年"m"月"', 51: 'm"月"d"日"', 52: 'yyyy"年"m"月"', 53: 'm"月"d"日"', 54: 'm"月"d"日"',
    57: 'yyyy"年"m"月"', 58: 'm"月"d"日"',
}  # fmt: skip

_PIECE = re.compile(
    r'"([^"]*)"?'  # quoted text
    r"|[\\!](.)"  # one escaped character
    r"|\[(\$[^\]-]*)?[^\]]*\]"  # colour, condition, locale; a currency sign is shown
    r"|[_*]."  # padding
    r"|(E[+-]0+|\?+/\?+|@)"  # what is not understood
    r"|([0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)(,*)"  # the number
    r"|(%)"
    r"|(General|G/通用格式)"
    r"|(.)",
    re.DOTALL | re.IGNORECASE,
)
_DATE_PIECE = re.compile(
    r'"([^"]*)"?|[\\!](.)|\[\$[^\]]*\]|\[[hms]+\]|[_*].|(AM/PM|上午/下午)|(y+|m+|d+|h+|s+|a{3,})(?:\.0+)?|(.)',
    re.DOTALL | re.IGNORECASE,
)
_WEEKDAYS = "一二三四五六日"
_MAX_PLACES = 30


def shows_date(code: str) -> bool:
    """Whether the format shows a number as a date or a time."""
    bare = re.sub(r'"[^"]*"?|[\\!_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', "", code.split(";")[0])
    return code.lower() != "general" and re.search(r"[ymdhs]", bare, re.IGNORECASE) is not None


def shows_percent(code: str) -> bool:
    """Whether the format shows 0.85 as 85%."""
    return "%" in re.sub(r'"[^"]*"?|[\\!].', "", code)


def shown_places(code: str) -> int | None:
    """How many decimals the format shows of the number as it is stored; None where it shows as many
    as there are."""
    for match in _PIECE.finditer(_sections(code)[0]):
        if match[4] or match[8]:
            return None
        if match[5]:
            places = len(match[5].partition(".")[2])
            return places + 2 * shows_percent(code)
    return None


def shown_number(value: Decimal, code: str = GENERAL) -> str:
    """The number as the format shows it."""
    section, value = _section(value, code)
    pieces = list(_PIECE.finditer(section))
    if any(piece[4] for piece in pieces) or not section:
        return trimmed(value)
    with localcontext() as context:
        context.prec = 60
        for piece in pieces:
            value = value * 100 if piece[7] else value
            value = value / 1000 ** len(piece[6] or "")
        return "".join(_shown_piece(piece, value) for piece in pieces)


def _shown_piece(piece: re.Match[str], value: Decimal) -> str:
    if piece[5]:
        return _digits(value, piece[5])
    if piece[8]:
        return trimmed(value)
    if piece[3]:
        return piece[3][1:]
    return piece[1] or piece[2] or piece[7] or piece[9] or ""


def _digits(value: Decimal, pattern: str) -> str:
    whole, _, decimals = pattern.partition(".")
    least = len(decimals.rstrip("#?"))
    rounded = value.quantize(Decimal(1).scaleb(-min(len(decimals), _MAX_PLACES)), ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    front, _, back = text.partition(".")
    back = back[:least] + back[least:].rstrip("0")
    sign, front = ("-", front[1:]) if front.startswith("-") else ("", front)
    digits = front.rjust(whole.count("0"), "0") if front != "0" or "0" in whole else ""
    return sign + (f"{digits}.{back}" if back else digits)


def _sections(code: str) -> list[str]:
    return re.findall(r'((?:"[^"]*"?|[\\!].|[^;"\\!])*)(?:;|$)', code)[:4] or [""]


def _section(value: Decimal, code: str) -> tuple[str, Decimal]:
    """The part of the format that the number falls under; a part for negative ones writes the sign
    itself."""
    sections = _sections(code)
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], -value
    if value == 0 and len(sections) > 2 and sections[2]:
        return sections[2], value
    return sections[0], value


def shown_date(value: date | datetime | time, code: str) -> str:
    """The day or time as the format shows it; as ISO writes it where the format says nothing."""
    pieces = list(_DATE_PIECE.finditer(_sections(code)[0]))
    if not any(piece[4] for piece in pieces):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    afternoon = any(piece[3] for piece in pieces)
    shown = []
    before = ""
    for number, piece in enumerate(pieces):
        token = (piece[4] or "").lower()
        if token:
            after = next((p[4].lower() for p in pieces[number + 1 :] if p[4]), "")
            minutes = token[0] == "m" and (before.startswith("h") or after.startswith("s"))
            shown.append(_part(value, "n" * len(token) if minutes else token, afternoon))
            before = token
        elif piece[3]:
            shown.append("下午" if getattr(value, "hour", 0) >= 12 else "上午")
        else:
            shown.append(piece[1] or piece[2] or piece[5] or "")
    return "".join(shown)


def _part(value: date | datetime | time, token: str, afternoon: bool) -> str:
    kind, width = token[0], min(len(token), 2)
    if kind == "y":
        year = getattr(value, "year", 1900)
        return f"{year:04d}" if len(token) > 2 else f"{year % 100:02d}"
    if kind == "a" or (kind == "d" and len(token) > 2):
        day = _WEEKDAYS[value.weekday()] if isinstance(value, date) else ""
        return f"星期{day}" if len(token) > 3 else day
    if kind == "h" and afternoon:
        return f"{(getattr(value, 'hour', 0) - 1) % 12 + 1:0{width}d}"
    name = {"m": "month", "d": "day", "h": "hour", "n": "minute", "s": "second"}[kind]
    return f"{getattr(value, name, 0):0{width}d}"
