"""The sheet editor as a test drives it: open a form, type, paste a block, wait until it is saved."""

from __future__ import annotations

import html
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from indicators.models import LibraryIndicator
from indicators.services import load_categories
from perfgoals.accounts.models import Membership, Role, Unit, User
from perfgoals.common.documents import read_json
from perfgoals.common.patches import InsertRows, SetCell
from projects.models import Form, Project
from scoring.access import form_document
from scoring.rules.scheme import read_schemes
from scoring.services import load_schemes, patch_form, start_declaration
from tests.cast import BUREAU, CENTRE

_NUMBERS = itertools.count(1)
HEADINGS = ("一级指标", "二级指标", "三级指标", "年度指标值")
FIELDS = ("level1", "level2", "name", "target")
PASSWORD = "一个够长的密码"
ROWS = (
    ("产出指标", "数量指标", "重型车跟车测试数次", "≥3000(辆次)"),
    ("产出指标", "数量指标", "油气回收评估总报告数", "=1(份)"),
    ("产出指标", "质量指标", "数据准确率", "≥95(%)"),
    ("满意度指标", "服务对象满意度指标", "车主满意度", "≥85(%)"),
)


@pytest.fixture
def office(transactional_db: None) -> None:
    """The centre and the bureau above it, a preparer and a colleague of the centre, an auditor and a
    viewer of the bureau; schemes, classes and a few indicators of the library; no form yet."""
    load_schemes(read_schemes(_shipped("scoring_schemes.json")))
    load_categories(_shipped("indicator_categories.json"))
    bureau = Unit.objects.create(code="U1", name=BUREAU)
    centre = Unit.objects.create(code="U2", name=CENTRE, parent=bureau)
    for username, full_name, unit, role in (
        ("preparer", "张填报", centre, Role.PREPARER),
        ("colleague", "李同事", centre, Role.PREPARER),
        ("auditor", "赵审核", bureau, Role.AUDITOR),
    ):
        user = User.objects.create_user(username, full_name=full_name, password=PASSWORD)
        Membership.objects.create(user=user, unit=unit, role=role.value)
    for code, name, target in (
        ("L1", "机动车排放抽测数量", "≥3000(辆次)"),
        ("L2", "机动车尾气遥感监测设备维保数", "=4(套)"),
    ):
        LibraryIndicator.objects.create(
            code=code,
            level1="产出指标",
            level2="数量指标",
            topic="移动源",
            name=name,
            target=target,
        )


def _shipped(name: str) -> Any:
    return read_json((settings.FIXTURES_DIR / name).read_bytes())


def new_project(name: str = "新建项目") -> Project:
    centre = Unit.objects.get(name=CENTRE)
    return Project.objects.create(
        code=f"T{next(_NUMBERS)}", name=name, unit=centre, department=centre.parent
    )


def new_declaration(name: str = "新建项目", *, year: int = 2026, **more: Any) -> Form:
    """A blank declaration of the centre."""
    return start_declaration(project=new_project(name), year=year, by=person("preparer"), **more)


def declared(rows: Sequence[Sequence[str]], **cells: Any) -> Form:
    """A declaration with those rows; ``cells`` are set by path, with __ for a dot."""
    form = new_declaration()
    change(form, "preparer", rows=rows, **cells)
    return form


def change(form: Form, who: str, *, rows: Sequence[Sequence[str]] = (), **cells: Any) -> None:
    """Somebody changes the form, not in this browser."""
    form = Form.objects.get(pk=form.pk)
    changes: list[Any] = [
        SetCell(op="set", path=path.replace("__", "."), value=value)
        for path, value in cells.items()
    ]
    if rows:
        new = [dict(zip(FIELDS, row, strict=True)) for row in rows]
        changes.append(InsertRows(op="insert", path="indicators", at=0, rows=new))
    patch_form(form, changes, by=person(who), expected_version=form.version)


def published(name: str, year: int) -> dict[str, Any]:
    """A published declaration as JSON."""
    file = settings.FIXTURES_DIR / "published" / f"declarations_{year}.json"
    return next(one for one in read_json(file.read_bytes()) if one["project"]["name"] == name)


def open_editor(page: Page, form: Form) -> None:
    page.goto(f"/forms/{form.pk}/edit/")
    expect(page.locator("html.editor-ready")).to_be_attached()


def cell(page: Page, path: str) -> Locator:
    """The input of a cell, by its path in the document."""
    return page.locator(f"#cell-{path.replace('.', '-')} textarea.cell-input")


def fill(page: Page, path: str, text: str) -> None:
    """Select the cell with a press, and type."""
    cell(page, path).click()
    page.keyboard.type(text)


def saved(page: Page) -> None:
    """Everything typed so far has been saved."""
    page.keyboard.press("Control+s")
    expect(page.locator("#editor-saved")).to_have_text(re.compile(r"^已保存 \d\d:\d\d:\d\d"))


def stored(form: Form) -> dict[str, Any]:
    return json.loads(json.dumps(form_document(Form.objects.get(pk=form.pk)).as_json()))


def says(page: Page, path: str, text: str) -> None:
    expect(cell(page, path)).to_have_value(text)


def excel_html(rows: Sequence[Sequence[str]], *, headings: Sequence[str] = ()) -> str:
    """A block as Excel puts it on the clipboard: equal neighbours of the first two columns merged."""
    lines = ["<tr>" + "".join(f"<td>{one}</td>" for one in headings) + "</tr>"] if headings else []
    for number, row in enumerate(rows):
        cells = []
        for column, text in enumerate(row):
            span = 1
            if column < 2:
                key = row[: column + 1]
                if number and rows[number - 1][: column + 1] == key:
                    continue
                while number + span < len(rows) and rows[number + span][: column + 1] == key:
                    span += 1
            merged = f' rowspan="{span}"' if span > 1 else ""
            words = html.escape(text).replace("\n", "<br style='mso-data-placement:same-cell;'>")
            cells.append(f"<td{merged} class=xl65>{words}</td>")
        lines.append("<tr height=19>" + "\r\n ".join(cells) + "</tr>")
    body = "\n".join(lines)
    return (
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body><!--StartFragment-->"
        f"<table border=0>{body}</table><!--EndFragment--></body></html>"
    )


def tab_text(rows: Iterable[Sequence[str]]) -> str:
    return "\r\n".join("\t".join(row) for row in rows)


def paste(page: Page, *, text: str = "", markup: str = "") -> None:
    """A real paste into whatever has the focus."""
    page.evaluate(
        """([text, markup]) => {
          const data = new DataTransfer();
          if (text) data.setData("text/plain", text);
          if (markup) data.setData("text/html", markup);
          const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
          if (document.activeElement.dispatchEvent(event) && document.activeElement.setRangeText)
            document.execCommand("insertText", false, text);
        }""",
        [text, markup],
    )


def copied(page: Page) -> dict[str, str]:
    """What a real copy of the selection puts on the clipboard."""
    return page.evaluate(
        """() => {
          const data = new DataTransfer();
          document.activeElement.dispatchEvent(
            new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
          return { text: data.getData("text/plain"), html: data.getData("text/html") };
        }"""
    )


def rows_of(document: dict[str, Any]) -> list[tuple[str, ...]]:
    return [tuple(row[field] for field in FIELDS) for row in document["indicators"]]


def person(name: str) -> User:
    return User.objects.get(username=name)


def sound_declaration() -> Form:
    """A declaration without errors."""
    return declared(
        (*ROWS, ("效益指标", "社会效益指标", "群众投诉次数", "≤3(次)")),
        project__nature="其他一次性项目",
        project__category="特定目标类",
        project__start="2026-01-01",
        project__end="2026-12-31",
        funds__annual_request="10000",
        funds__appropriation="10000",
        annual_goal="完成3000辆次重型车跟车测试，提交1份评估总报告。",
    )
