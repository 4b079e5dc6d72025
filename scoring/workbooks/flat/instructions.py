"""The page of the flat workbook that says how it is filled."""

from __future__ import annotations

from collections.abc import Iterator

from projects.workflow import FormKind
from scoring.workbooks.flat.columns import DECLARATION, EVALUATION


def instructions(kind: FormKind | None) -> Iterator[list[str]]:
    """Rows of one text (headings) or two (what it is about, what to do)."""
    yield ["平铺工作簿填写说明"]
    yield ["一、有哪些表"]
    yield ["项目", "一份表一行：表种、年度、项目编码、项目名称、单位、目标等。"]
    yield ["资金", "一份表的一种资金来源一行：资金总额、当年财政拨款、上年结转资金、其他资金。"]
    if kind is not EVALUATION:
        yield ["绩效指标", "申报表的一个指标一行。"]
    if kind is not DECLARATION:
        yield ["自评结果", "自评表的一个指标一行：指标值、实际完成值、分值、得分、偏差原因。"]
    yield ["二、各行怎样对应到项目"]
    yield ["有表编号的", "按「表编号」对应。下载时已填好，请不要改动。"]
    yield ["有项目编码的", "没有表编号时，按「项目编码」加「年度」和表种对应。"]
    yield [
        "新项目",
        "没有编码时，按「序号」对应；没有序号的，按「实施单位」加「年度」「项目名称」和表种对应。",
    ]
    yield ["核对", "四张表里写的不一致、指向另一个项目，或在「项目」表里找不到的，都会逐格列出。"]
    yield ["指标的先后", "同一项目的指标按从上到下的次序排列。"]
    yield [
        "指标的行码",
        "有「行码」的按行码认出原来的一行；新增的行留空。没有行码的，按二级指标、三级指标和先后次序认出。",
    ]
    yield ["三、怎样填"]
    yield [
        "列",
        "列可以换位置，可以加自己的备注列（不读取），但不要改标题的文字。深色标题的列必须有。",
    ]
    yield ["灰色的列", "由系统填写：表编号、版本、行码、源文件损坏处。请不要改动，新增的行留空。"]
    yield ["金额", "按「金额单位」（元或万元）填写数字。留空表示没有填，不等于 0.00。"]
    yield ["百分数", "执行率填 93.54 或 93.54%，都表示百分之九十三点五四。"]
    yield ["日期", "如 2026-01-31；2026年1月31日、2026/1/31 也可以。"]
    yield ["年度指标值", "照原样填写，如 ≥95%、=3份、2026年12月底前完成。"]
    yield [
        "下拉选项",
        "表种、金额单位、资金来源、完成档次只能选列出的；单位和一、二级指标可以另写，由系统检查。",
    ]
    if kind is not DECLARATION:
        yield ["评分等级", "留空表示表上没有这一栏；写「〔空白〕」表示有这一栏、没有填。"]
    yield ["公式", "可以用公式，但保存前要让 Excel 或 WPS 算出结果。"]
    yield ["四、填好以后"]
    yield [
        "导入",
        "在「批量导入」里上传。系统先检查并预览，确认后才写入；全部错误会标在工作簿里还给您。",
    ]
