"""The printing process: it fetches nothing, may be killed, and comes back."""

from __future__ import annotations

import gc
import io
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pypdf import PdfReader

from perfgoals.common.printing import PrintingCancelled, PrintingError
from perfgoals.common.printing.printer import Printer
from perfgoals.common.printing.prints import print_sheets, shared_printer
from tests.printing.reading import pages_of
from tests.rules.published_sheets import published_sheet

STYLE = 'body { font-family: "Noto Serif CJK SC" }'


@pytest.fixture
def printer() -> Iterator[Printer]:
    with Printer(STYLE) as printer:
        yield printer


def page_of(body: str) -> str:
    return f'<html lang="zh-CN"><head><title>t</title></head><body>{body}</body></html>'


def printed(printer: Printer, body: str = "<p>一页</p>") -> bytes:
    with printer.session() as session:
        session.lay_out(page_of(body))
        return session.write()


def endless() -> str:
    """A page that takes far longer than any test waits."""
    return "".join(f"<table><tr><td>{'字' * 2000}</td></tr></table>" for _ in range(500))


def test_one_process_prints_again_and_again(printer: Printer) -> None:
    first = printed(printer)
    process = printer.process_id
    assert process is not None
    assert printed(printer) == first
    assert printer.process_id == process


def test_whatever_asks_for_an_address_is_refused(
    printer: Printer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg"><text y="9">geheim</text></svg>')
    address = secret.as_uri()
    body = f"""
        <style>@import url("{address}"); p {{ background: url("{address}") }}</style>
        <link rel="stylesheet" href="{address}"/><link rel="attachment" href="{address}"/>
        <p><img src="{address}"/><img src="http://127.0.0.1:9/x.png"/>
        <img src="data:image/svg+xml,%3Csvg/%3E"/><object data="{address}"/>正文</p>
    """
    with caplog.at_level(logging.WARNING):
        pdf = printed(printer, body)
    assert pages_of(pdf) == ["正文"]
    assert b"geheim" not in pdf
    assert not PdfReader(io.BytesIO(pdf)).attachments
    refused = [record.getMessage() for record in caplog.records]
    assert sum("fetching is forbidden" in message for message in refused) >= 6


def test_a_print_that_takes_too_long_is_killed_and_the_next_one_works(printer: Printer) -> None:
    printed(printer)
    process = printer.process_id
    assert process is not None
    usual, printer.time_limit = printer.time_limit, 0.3
    with pytest.raises(PrintingError, match=r"打印失败：超过 0\.3 秒的时间上限"):
        printed(printer, endless())
    assert printer.process_id is None
    assert not alive(process)
    printer.time_limit = usual
    assert pages_of(printed(printer)) == ["一页"]


def test_a_print_that_takes_too_much_memory_is_refused_and_the_next_one_works() -> None:
    with Printer(STYLE, memory_limit=400 << 20) as printer:
        with pytest.raises(PrintingError, match="打印失败：内容过多，超出打印的内存上限"):
            printed(printer, "字" * 40_000_000)
        assert pages_of(printed(printer)) == ["一页"]


def test_a_process_that_dies_is_replaced(printer: Printer) -> None:
    printed(printer)
    process = printer.process_id
    assert process is not None
    os.kill(process, 9)
    wait_until_gone(process)
    assert pages_of(printed(printer)) == ["一页"]
    assert printer.process_id != process


def test_a_process_that_dies_while_printing_is_an_error(printer: Printer) -> None:
    printed(printer)
    process = printer.process_id
    assert process is not None
    killer = threading.Timer(0.2, os.kill, (process, 9))
    killer.start()
    with pytest.raises(PrintingError, match="打印进程意外终止"):
        printed(printer, endless())
    killer.join()
    assert pages_of(printed(printer)) == ["一页"]


def test_the_user_can_give_up(printer: Printer) -> None:
    printed(printer)
    asked = threading.Event()

    def cancelled() -> bool:
        asked.set()
        return True

    with (
        pytest.raises(PrintingCancelled, match="打印已取消"),
        printer.session(cancelled) as session,
    ):
        session.lay_out(page_of(endless()))
    assert asked.is_set()
    assert pages_of(printed(printer)) == ["一页"]


def test_a_cancel_signal_that_fails_does_not_stop_the_print(printer: Printer) -> None:
    def cancelled() -> bool:
        raise OSError("database gone")

    printed(printer)
    printer.time_limit = 1.0
    with pytest.raises(PrintingError, match="时间上限"), printer.session(cancelled) as session:
        session.lay_out(page_of(endless()))


def test_the_process_is_replaced_after_so_many_prints() -> None:
    with Printer(STYLE, prints=2) as printer:
        processes = []
        for _ in range(4):
            printed(printer)
            processes.append(printer.process_id)
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_a_fault_in_a_print_is_a_sentence_and_a_log(
    printer: Printer, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(PrintingError, match="打印失败：排版时出错"), printer.session() as session:
        session.lay_out("<p>no end")
    assert "ParseError" in caplog.text
    assert pages_of(printed(printer)) == ["一页"]


def test_a_process_that_cannot_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perfgoals.common.printing.printer._PROGRAM", Path("/nowhere/child.py"))
    with Printer("") as printer, pytest.raises(PrintingError, match="打印程序无法启动"):
        printed(printer)


def test_threads_share_one_process(printer: Printer) -> None:
    with ThreadPoolExecutor(4) as pool:
        pdfs = list(pool.map(lambda n: printed(printer, f"<p>第{n}份</p>"), range(8)))
    assert [pages_of(pdf) for pdf in pdfs] == [[f"第{n}份"] for n in range(8)]


def test_closing_ends_the_process(printer: Printer) -> None:
    printed(printer)
    process = printer.process_id
    assert process is not None
    printer.close()
    assert printer.process_id is None
    assert not alive(process)


def test_closing_does_not_wait_for_a_print_without_end(printer: Printer) -> None:
    printed(printer)
    begun = threading.Event()

    def cancelled() -> bool:
        begun.set()
        return False

    def print_on() -> None:
        with printer.session(cancelled) as session:
            session.lay_out(page_of(endless()))

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(print_on)
        assert begun.wait(30)
        printer.close()
        with pytest.raises(PrintingError):
            running.result()
    assert printer.process_id is None


def test_the_shared_process_ends_with_the_application(tmp_path: Path) -> None:
    script = tmp_path / "prints.py"
    script.write_text(
        "import os, django\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'perfgoals.settings'\n"
        "django.setup()\n"
        "from perfgoals.common.printing.prints import shared_printer\n"
        "with shared_printer().session() as session:\n"
        "    session.lay_out('<p>1</p>')\n"
        "print(shared_printer().process_id)\n"
    )
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert not alive(int(done.stdout))


def test_weasyprint_stays_in_its_own_process() -> None:
    print_sheets([published_sheet("交通工具购置及更新", 2024)])
    gc.collect()
    assert shared_printer().process_id != os.getpid()
    assert "weasyprint" not in sys.modules


def test_the_process_knows_no_secrets(printer: Printer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "geheim")
    printed(printer)
    environment = Path(f"/proc/{printer.process_id}/environ")
    assert b"geheim" not in environment.read_bytes()


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until_gone(process: int) -> None:
    """Until a killed child has died; its parent has not asked after it yet."""
    status = Path(f"/proc/{process}/stat")
    end = time.monotonic() + 10
    while status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < end
        os.sched_yield()
