"""The embedded server: shared, stopped after the last user, started again whatever happened."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
from django.db import connection

from perfgoals.common.embedded_postgres.errors import ServerError
from perfgoals.common.embedded_postgres.server import CARELESS_OPTIONS, PORT, ROLE, Server, try_lock

# Uses the server, tells the process id of the server, and goes on until its input ends.
USER_PROGRAM = """
import sys
from pathlib import Path
from perfgoals.common.embedded_postgres.server import CARELESS_OPTIONS, Server
server = Server(Path(sys.argv[1]), CARELESS_OPTIONS)
print(server.hold_database("perfgoals").pid, flush=True)
sys.stdin.read()
"""
# The same, and the one who waits is a fork: its parent ends at once, or waits in its place.
ORPHAN_PROGRAM = USER_PROGRAM.replace(
    "sys.stdin", "import os; os.fork() and os._exit(0); sys.stdin"
)
PARENT_PROGRAM = USER_PROGRAM.replace(
    "sys.stdin", "import os; os.fork() or os._exit(0); os.wait(); print(); sys.stdin"
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an initialised server that does not run."""
    folder = tmp_path_factory.mktemp("server")
    server = Server(folder, CARELESS_OPTIONS)
    server.hold()
    assert server.release()
    return folder


@pytest.fixture
def users(home: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes started by the test; ended with it."""
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()
    wait_for_end(home)


def start_user(
    home: Path, users: list[subprocess.Popen[str]], program: str = USER_PROGRAM
) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    users.append(process)
    return process


def server_pid(user: subprocess.Popen[str]) -> int:
    assert user.stdout
    return int(user.stdout.readline())


def wait_for_end(home: Path) -> None:
    """Wait until the keeper has done its work and gone."""
    with (home / "keeper.lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def test_starts_once_for_many_and_stops_after_the_last(
    home: Path, users: list[subprocess.Popen[str]]
) -> None:
    for _ in range(4):
        start_user(home, users)
    (pid,) = {server_pid(user) for user in users}
    for user in users[:3]:
        user.communicate()
    assert psutil.pid_exists(pid)
    users[3].communicate()
    wait_for_end(home)
    assert not (home / "data" / "postmaster.pid").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_stops_after_a_user_that_was_killed(
    home: Path, users: list[subprocess.Popen[str]], number: int
) -> None:
    user = start_user(home, users)
    server_pid(user)
    user.send_signal(number)
    user.wait()
    wait_for_end(home)
    assert not (home / "data" / "postmaster.pid").exists()


def test_a_forked_child_keeps_its_parents_server(
    home: Path, users: list[subprocess.Popen[str]]
) -> None:
    parent = start_user(home, users, ORPHAN_PROGRAM)
    pid = server_pid(parent)
    parent.wait()
    assert try_lock(home / "users.lock", fcntl.LOCK_EX) is None
    assert psutil.pid_exists(pid)


def test_the_end_of_a_fork_does_not_stop_the_server(
    home: Path, users: list[subprocess.Popen[str]]
) -> None:
    parent = start_user(home, users, PARENT_PROGRAM)
    pid = server_pid(parent)
    assert parent.stdout
    assert parent.stdout.readline() == "\n"
    assert try_lock(home / "users.lock", fcntl.LOCK_EX) is None
    assert psutil.pid_exists(pid)


def test_survives_a_killed_server_and_keeper(
    home: Path, users: list[subprocess.Popen[str]]
) -> None:
    first = start_user(home, users)
    pid = server_pid(first)
    for keeper in psutil.Process(first.pid).children():
        keeper.kill()
    psutil.Process(pid).kill()
    first.kill()
    first.wait()
    assert (home / "data" / "postmaster.pid").exists()
    assert server_pid(start_user(home, users)) != pid


def test_a_killed_server_comes_back_for_the_next_connection(home: Path) -> None:
    server = Server(home, CARELESS_OPTIONS)
    first = server.hold()
    killed = psutil.Process(first.pid)
    killed.kill()
    killed.wait(10)
    second = server.hold()
    assert second.pid != first.pid
    psycopg2.connect(host=second.socket_folder, port=PORT, user=ROLE).close()
    assert server.release()


def test_a_stale_pid_file_of_a_living_stranger_is_no_hindrance(home: Path) -> None:
    pid_file = home / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{home / 'data'}\n1\n5432\n{home / 'data'}\n\n1 1\nready\n")
    server = Server(home, CARELESS_OPTIONS)
    assert server.hold().pid != os.getpid()
    assert server.release()


def test_an_interrupted_first_start_is_begun_anew(home: Path, tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "half").write_text("half")
    server = Server(tmp_path, CARELESS_OPTIONS)
    server.hold()
    assert server.release()


@pytest.mark.parametrize("name", ["名称 带空格, 引号'与\"逗号", "long-" * 40])
def test_any_folder_name_will_do(home: Path, tmp_path: Path, name: str) -> None:
    server = Server(tmp_path / name, CARELESS_OPTIONS)
    postmaster = server.hold_database("perfgoals")
    connection = psycopg2.connect(
        host=postmaster.socket_folder, port=PORT, user=ROLE, dbname="perfgoals"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ÄÖ') || '绩效'")
        assert cursor.fetchone() == ("äö绩效",)
    connection.close()
    assert server.release()
    assert oct(Path(postmaster.socket_folder).stat().st_mode)[-3:] == "700"
    shutil.rmtree(postmaster.socket_folder)


def test_does_not_listen_on_the_network(home: Path) -> None:
    server = Server(home, CARELESS_OPTIONS)
    listening = psutil.Process(server.hold().pid).net_connections(kind="inet")
    assert server.release()
    assert listening == []


def test_says_why_it_cannot_start(home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "server"
    shutil.copytree(home, broken)
    shutil.copystat(home / "data", broken / "data")
    status = (home / "data").stat()
    for path in ((broken / "data"), *(broken / "data").rglob("*")):
        os.chown(path, status.st_uid, status.st_gid)
    with (broken / "data" / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(ServerError, match=r"数据库无法启动(?s:.*)no_such_setting"):
        Server(broken).hold()


def test_refuses_data_of_another_version(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("16\n")
    with pytest.raises(ServerError, match="PostgreSQL 16，本程序带的是 18"):
        Server(tmp_path).hold()


def test_leaves_a_folder_alone_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keep.txt").write_text("keep")
    with pytest.raises(ServerError, match="不是完整的数据库"):
        Server(tmp_path).hold()
    assert (tmp_path / "data" / "keep.txt").read_text() == "keep"


def test_tests_do_not_touch_the_installation(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        assert "/postgres-test/data" in cursor.fetchone()[0]
