"""Names and targets that say nothing of their own: repeated, alike, or only the class again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from indicators.checks.basis import OWN, PRACTICE_GOALS
from indicators.checks.form import Form, Row
from indicators.checks.register import PROMISE
from indicators.values.words import has_content, normal, quoted
from perfgoals.common.findings import Level, Remark

# Fewer rows may well be alike by chance. Own.
ALIKE_ROWS = 4


@PROMISE.check("name.duplicate", Level.ERROR, "三级指标名称重复", basis=PRACTICE_GOALS)
def names_differ(form: Form) -> Iterator[Remark]:
    alike: dict[str, list[Row]] = defaultdict(list)
    for row in form.rows:
        if has_content(row.name) and row.readable("name"):
            alike[row.plain_name].append(row)
    for name, rows in alike.items():
        for earlier, row in pairwise(rows if name else ()):
            yield _repeated(earlier, row)


def _repeated(first: Row, row: Row) -> Remark:
    place = f"第 {first.index + 1} 行"
    path = row.path("name")
    if row.name.strip() != first.name.strip():
        return Remark(
            path,
            f"名称{row.label}与{place}{first.label}只差空格或标点，疑为重复",
            Level.WARNING,
        )
    if (row.level1, row.level2) != (first.level1, first.level2):
        message = f"名称{row.label}与{place}（{first.level2}）相同，请改名以便区分"
        return Remark(path, message, Level.WARNING)
    if row.plain_target != first.plain_target:
        message = f"名称{row.label}在{row.level2}中与{place}重复，两行指标值不同，请改名以便区分"
        return Remark(path, message, Level.WARNING)
    return Remark(path, f"{row.level2}中{row.label}与{place}名称、指标值都相同，请删去一行或改正")


@PROMISE.check("name.is_class", Level.WARNING, "指标名称只是类名", basis=OWN)
def names_are_no_classes(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        bare = row.plain_name.removesuffix("指标")
        classes = [normal(text).removesuffix("指标") for text in (row.level1, row.level2)]
        if bare and bare in classes and row.readable("name", "level2"):
            message = f"三级指标名称{row.label}只是重复了类名，请写明考核什么"
            yield Remark(row.path("name"), message)


@PROMISE.check("target.repeats_name", Level.WARNING, "指标值照抄名称", basis=OWN)
def targets_say_more_than_names(form: Form) -> Iterator[Remark]:
    for row in form.rows:
        if repeats_name(row) and row.readable("name", "target"):
            message = f"指标值照抄了指标名称{quoted(row.target)}，没有写明要达到的数值或标准"
            yield Remark(row.path("target"), message)


def repeats_name(row: Row) -> bool:
    """Is the target the name once more? A name may carry the number of a sub-project (「9. …」),
    which the target does not repeat."""
    name, target = row.plain_name, row.plain_target
    return bool(target) and target in (name, name.lstrip("0123456789"))


@PROMISE.check("rows.all_alike", Level.ERROR, "各行指标值全部相同", basis=OWN)
def targets_are_not_all_alike(form: Form) -> Iterator[Remark]:
    rows = [row for row in form.rows if has_content(row.target)]
    if len(rows) < ALIKE_ROWS:
        return
    first = rows[0].plain_target
    if any(row.plain_target != first for row in rows):
        return
    # 100 % on every row is easy but possible; one count or one word on every row is a placeholder.
    level = Level.WARNING if rows[0].value.measure == "%" else None
    message = f"{len(rows)} 条指标的指标值全是{quoted(rows[0].target)}，疑为占位，请逐条核对"
    yield Remark("", message, level)
