"""The system account the server runs as.

PostgreSQL refuses to run as root. Where root starts it, it runs as an account of its own, which
must be able to reach the data and the programs.
"""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perfgoals.common.embedded_postgres.errors import ServerError

ACCOUNT_NAME = "pgserver"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """An account that root changes to."""

    name: str
    uid: int
    gid: int

    def process_options(self) -> dict[str, Any]:
        """The options of ``subprocess`` that run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_account(data: Path) -> Account | None:
    """The account to run the server with this data as: None (this process's own) unless it is root.

    Raises ServerError when the account is missing and cannot be made.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and (status := data.stat()).st_uid != 0:
        return Account(owner_name(data), status.st_uid, status.st_gid)
    entry = _own_account()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def owner_name(path: Path) -> str:
    """Whose the path is: a name, or a number where the system knows no name for it."""
    try:
        return path.owner()
    except KeyError:
        return str(path.stat().st_uid)


def _own_account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(ACCOUNT_NAME)
    except KeyError:
        _create_account()
        return pwd.getpwnam(ACCOUNT_NAME)


def _create_account() -> None:
    # The path of a root shell opened by su has no sbin.
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if useradd is None:
        raise ServerError(
            f"数据库不能以 root 身份运行，本机又没有 useradd 命令来建立专用账户 {ACCOUNT_NAME}。"
            "请改用普通用户运行。"
        )
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", "--user-group", ACCOUNT_NAME]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    # 9: somebody else made it in the meantime.
    if result.returncode not in (0, 9):
        raise ServerError(f"无法建立数据库专用账户 {ACCOUNT_NAME}：{result.stderr.strip()}")


def let_reach(account: Account, paths: Iterable[Path]) -> None:
    """Let the account pass through to the paths, wherever they are (even below /root).

    Adds to a folder on the way only the right to pass, never the right to list it.
    Raises ServerError where that is impossible.
    """
    for path in paths:
        for step in reversed(path.resolve().parents):
            status = step.stat()
            if not _may_pass(status, account):
                _add_rights(account, step, status, stat.S_IXOTH)
                log.warning("为使数据库账户 %s 能够通过，已给 %s 加上 o+x 权限", account.name, step)


def let_read(account: Account, folder: Path) -> None:
    """Let the account read and run what is in the folder, as a strict umask may have prevented."""
    for path in (folder, *folder.rglob("*")):
        if path.is_symlink():
            continue
        status = path.stat()
        wanted = stat.S_IROTH | (stat.S_IXOTH if status.st_mode & stat.S_IXUSR else 0)
        if status.st_uid != account.uid and status.st_mode & wanted != wanted:
            _add_rights(account, path, status, wanted)


def _may_pass(status: os.stat_result, account: Account) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _add_rights(account: Account, path: Path, status: os.stat_result, rights: int) -> None:
    try:
        path.chmod(stat.S_IMODE(status.st_mode) | rights)
    except OSError as error:
        raise ServerError(
            f"数据库账户 {account.name} 无法进入 {path}（{error.strerror}）。"
            "请把程序移到其他目录，或改用普通用户运行。"
        ) from error
