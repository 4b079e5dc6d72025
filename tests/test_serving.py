"""``make run``: what the supervisor does, with stand-ins for web and worker, and once for real."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from perfgoals.common.serving.child import LOG_LIMIT, Child
from perfgoals.common.serving.place import RefusedError, bind, claim_installation, leave_note
from perfgoals.common.serving.signals import StopSignals
from perfgoals.common.serving.supervisor import Supervisor

ROOT = Path(__file__).resolve().parent.parent
WAITING = "import signal; print('ready', flush=True); signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + WAITING
DYING = "import sys; sys.exit('全坏了')"


@dataclass
class Clock:
    """A clock that goes when told to."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def signals() -> Iterator[StopSignals]:
    # A run of the tests that goes on when its terminal is closed (nohup) ignores this one.
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    with StopSignals() as caught:
        yield caught
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def make_child(tmp_path: Path) -> Iterator[Callable[..., Child]]:
    made: list[Child] = []

    def make(program: str, clock: Clock | None = None) -> Child:
        log = tmp_path / f"{len(made)}.log"
        child = Child("网站服务", [sys.executable, "-c", program], log, clock=clock or Clock())
        made.append(child)
        return child

    yield make
    for child in made:
        child.kill()


def wait_until_ready(child: Child) -> None:
    """Wait until the child has said that it is ready. Fails when it has ended instead."""
    assert child.process
    command = ["tail", "-n", "+1", "-F", f"--pid={child.process.pid}", str(child.log)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as follow:
        assert follow.stdout
        assert any(line == b"ready\n" for line in follow.stdout)
        follow.kill()


def wait_for_death(child: Child) -> None:
    assert child.process
    os.waitid(os.P_PID, child.process.pid, os.WEXITED | os.WNOWAIT)


def test_restarts_who_dies_after_longer_and_longer_pauses(
    signals: StopSignals, make_child: Callable[..., Child]
) -> None:
    said: list[str] = []
    clock = Clock()
    child = make_child(DYING, clock)
    supervisor = Supervisor([child], signals, said.append)
    pauses = []
    child.start()
    for _ in range(7):
        wait_for_death(child)
        supervisor.look_after()
        assert child.process is None
        pauses.append(child.due - clock.now)
        clock.now = child.due - 0.01
        supervisor.look_after()
        assert child.process is None
        clock.now = child.due
        supervisor.look_after()
        assert child.process is not None
    assert pauses == [1, 2, 4, 8, 16, 30, 30]
    assert said[1].startswith("网站服务意外结束（退出码 1），2 秒后重新启动。日志 ")
    assert "全坏了" in said[1]


def test_an_end_after_long_good_service_is_a_first_one(
    signals: StopSignals, make_child: Callable[..., Child]
) -> None:
    clock = Clock()
    child = make_child(DYING, clock)
    child.failures = 5
    child.start()
    clock.now = 61
    wait_for_death(child)
    Supervisor([child], signals, lambda _: None).look_after()
    assert child.due == 62


def test_stop_ends_all_and_what_they_have_started(
    signals: StopSignals, make_child: Callable[..., Child]
) -> None:
    with_grandchild = (
        "import subprocess, sys; "
        f"print(subprocess.Popen([sys.executable, '-c', {DEAF!r}]).pid, flush=True); {WAITING}"
    )
    children = [make_child(WAITING), make_child(with_grandchild)]
    supervisor = Supervisor(children, signals, print)
    supervisor.start()
    wait_until_ready(children[0])
    wait_until_ready(children[1])
    grandchild = psutil.Process(int(re.findall(r"\d+", children[1].log.read_text())[0]))
    processes = [child.process for child in children]
    supervisor.stop()
    assert all(process and process.returncode is not None for process in processes)
    assert psutil.wait_procs([grandchild], timeout=10) == ([grandchild], [])


def test_stop_kills_who_will_not_listen(
    signals: StopSignals, make_child: Callable[..., Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("perfgoals.common.serving.supervisor.STOP_STEPS", ((signal.SIGTERM, 0.0),))
    child = make_child(DEAF)
    child.start()
    process = child.process
    wait_until_ready(child)
    Supervisor([child], signals, print).stop()
    assert process
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_watching_ends_with_a_signal(
    signals: StopSignals, make_child: Callable[..., Child], number: int
) -> None:
    os.kill(os.getpid(), number)
    Supervisor([make_child(WAITING)], signals, print).watch()
    assert signals.requested


def test_a_big_log_is_begun_anew(make_child: Callable[..., Child]) -> None:
    child = make_child(DYING)
    child.log.write_bytes(b"x" * (LOG_LIMIT + 1))
    child.start()
    wait_for_death(child)
    assert child.log.with_suffix(".log.1").stat().st_size == LOG_LIMIT + 1
    assert child.log.read_text() == "全坏了\n"


def test_the_tail_of_a_log_is_of_this_life_only(make_child: Callable[..., Child]) -> None:
    child = make_child(DYING)
    child.log.write_text("以前的\n")
    child.start()
    wait_for_death(child)
    assert child.tail() == "    全坏了"


def test_a_second_copy_is_told_where_the_first_one_is(tmp_path: Path) -> None:
    file = tmp_path / "run" / "serving.lock"
    with claim_installation(file) as claim:
        leave_note(claim, "http://127.0.0.1:8000/（进程 7）")
        with pytest.raises(
            RefusedError, match=r"已有一份在运行：http://127\.0\.0\.1:8000/（进程 7）"
        ):
            claim_installation(file)
    claim_installation(file).close()


def test_a_busy_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(RefusedError, match=f"端口 {port} 已被其他程序占用.*PORT={port + 1}"):
            bind("127.0.0.1", port)


def test_an_impossible_host_is_named() -> None:
    with pytest.raises(RefusedError, match="不能在地址 192\\.0\\.2\\.1 端口 8000 上提供服务"):
        bind("192.0.2.1", 8000)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The whole application, served as ``make run`` does it, and what it says at its start."""
    folder = tmp_path_factory.mktemp("installation")
    with start_serving(folder, "0") as process:
        assert process.stdout
        said = ""
        for line in process.stdout:
            said += line
            if "日志：" in line:
                break
        yield process, said
        process.kill()


def start_serving(folder: Path, port: str) -> subprocess.Popen[str]:
    names = ("DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    return subprocess.Popen(
        [sys.executable, "-m", "perfgoals.common.serving"],
        cwd=ROOT,
        env=environment | {"PERFGOALS_DATA": str(folder), "PERFGOALS_PORT": port},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_serves_the_application(served: tuple[subprocess.Popen[str], str]) -> None:
    process, said = served
    for role in ("preparer", "auditor", "admin"):
        assert f"{role} / perfgoals-demo" in said
    address = urlsplit(re.findall(r"http://\S+", said)[0])
    assert address.hostname
    connection = http.client.HTTPConnection(address.hostname, address.port)
    connection.request("GET", "/")
    answer = connection.getresponse()
    assert answer.status == 302
    connection.close()
    folder = Path(re.findall(r"日志：(\S+)", said)[0]).parent
    second = start_serving(folder, "0")
    output, _ = second.communicate()
    assert second.returncode == 1
    assert (
        output
        == f"已有一份在运行：{address.geturl()}（进程 {process.pid}）。请直接使用，或先停止它。\n"
    )
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    rest = process.communicate()[0]
    assert process.returncode == 0
    assert rest.splitlines()[-2:] == ["正在停止……", "已停止。"]
    assert psutil.wait_procs(family, timeout=10)[1] == []
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()


def test_an_unusable_data_folder_is_named_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    process = start_serving(tmp_path / "file", "0")
    assert process.communicate()[0] == (
        f"数据目录不能使用：File exists {tmp_path / 'file'}。"
        "请用当初启动它的用户运行，或用环境变量 PERFGOALS_DATA 另指定一个目录。\n"
    )
    assert process.returncode == 1


def test_a_wrong_port_is_named(tmp_path: Path) -> None:
    output, _ = start_serving(tmp_path, "http").communicate()
    assert output == "端口应为 1 到 65535 的整数，现为「http」。例如：make run PORT=8001\n"


def test_an_unreachable_database_is_named_without_a_traceback() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": f"postgresql://nobody@127.0.0.1:{port}/none"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert result.stderr.startswith("数据库出错：")
    assert f'"127.0.0.1", port {port} failed' in result.stderr
    assert "Traceback" not in result.stderr
