"""A sample as a workbook: its forms, all that they were drawn from, and how the draw is repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from perfgoals.common.workbooks.lists import PlainList, lists_workbook
from projects.models import Form
from scoring.models import Sample
from scoring.rules.sampling import HOW, lot

if TYPE_CHECKING:
    from perfgoals.accounts.models import User
    from scoring.views.samples import ItemRow

_HEADINGS = (
    *("次序", "表编号", "项目", "单位", "年度", "表种", "抽取时的版本", "抽取时的风险"),
    *("审核得分", "复查结果", "复查得分", "差", "复查意见", "复查人", "复查时间"),
)
_BY_RISK = "总体中风险达到下限的全部列入，从高到低；不随机，没有种子。"
_MEASURES = {
    Sample.Method.SHARE: "{}%",
    Sample.Method.NUMBER: "{} 份",
    Sample.Method.RISK: "风险不低于 {} 分",
}


def sample_workbook(sample: Sample, rows: Sequence[ItemRow], *, reader: User) -> bytes:
    """Three sheets: 抽查清单, 总体, 抽取办法. The draw can be repeated from it without this system."""
    return lists_workbook(
        [
            PlainList("抽查清单", _HEADINGS, [_listed(row) for row in rows]),
            PlainList(
                "总体",
                ("排序", "表编号", "抽签值", "抽中次序", "项目", "单位"),
                _population(sample, reader),
            ),
            PlainList("抽取办法", ("项目", "内容"), _how(sample)),
        ]
    )


def _listed(row: ItemRow) -> list[Any]:
    item, form = row.item, row.item.form
    return [
        item.place,
        form.pk,
        form.shown_name,
        form.unit_name,
        form.year_id,
        form.get_kind_display(),
        item.version,
        item.risk,
        Decimal(row.first_score) if row.first_score else None,
        item.get_outcome_display(),
        *(Decimal(score) if score else None for score in (row.score, row.difference)),
        item.remark,
        str(item.by or ""),
        item.at.date() if item.at else None,
    ]


def _population(sample: Sample, reader: User) -> Iterator[list[Any]]:
    """In the order of the lots, where they were drawn; else by number. Of a form that the reader does not
    see (any more) the number alone."""
    numbers: list[int] = sample.population
    known = {form.pk: form for form in _known(numbers, reader)}
    places = dict(sample.items.values_list("form_id", "place"))
    lots = {number: lot(sample.seed, number) if sample.seed else "" for number in numbers}
    for order, number in enumerate(sorted(numbers, key=lambda one: (lots[one], one)), 1):
        form = known.get(number)
        yield [
            order,
            number,
            lots[number],
            places.get(number),
            form.shown_name if form else "",
            form.unit_name if form else "",
        ]


def _known(numbers: Iterable[int], reader: User) -> Iterable[Form]:
    visible = Form.objects.visible_to(reader).filter(pk__in=list(numbers))
    return visible.only("project_name", "unit_name")


def _how(sample: Sample) -> list[tuple[str, str]]:
    at = timezone.localtime(sample.at)
    return [
        ("名称", sample.name),
        (
            "范围",
            f"{sample.year_id} 年{sample.get_kind_display()}，{sample.unit}及下级，审核通过或已公开",
        ),
        ("方式", sample.get_method_display()),
        ("比例、数量或下限", _MEASURES[Sample.Method(sample.method)].format(sample.amount)),
        ("总体", f"{len(sample.population)} 份"),
        ("抽取", f"{sample.items.count()} 份"),
        ("抽取人", str(sample.by)),
        ("抽取时间", f"{at:%Y-%m-%d %H:%M:%S}"),
        ("种子", sample.seed or "无"),
        ("办法", HOW if sample.seed else _BY_RISK),
    ]
