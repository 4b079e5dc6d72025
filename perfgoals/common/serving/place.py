"""The port and the installation, each taken by one copy at a time."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import BinaryIO


class RefusedError(Exception):
    """Serving cannot begin. The text is Chinese and says what to do."""


def claim_installation(file: Path) -> BinaryIO:
    """Take the installation. Keep the result: closing it, or ending, gives the installation back.

    It may hold the note of a copy that has not come to an orderly end, to be read from it.
    Raises RefusedError when another copy is running.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    claim = os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, 0o644), "r+b")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        note = claim.read().decode()
        claim.close()
        raise RefusedError(
            f"已有一份在运行{note and '：' + note}。请直接使用，或先停止它。"
        ) from None
    return claim


def leave_note(claim: BinaryIO, note: str) -> None:
    """Leave a note for a second copy: where the first one answers. Empty after an orderly end."""
    claim.seek(0)
    claim.truncate()
    claim.write(note.encode())
    claim.flush()


def bind_after_a_crash(host: str, port: int, seconds: float = 8.0) -> socket.socket:
    """As ``bind``, with time for the children of a killed copy to let go of the port."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(RefusedError):
            return bind(host, port)
        time.sleep(0.2)
    return bind(host, port)


def bind(host: str, port: int) -> socket.socket:
    """Take the address. Raises RefusedError when it is busy or impossible."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        # Until then the system would let another program take the same port.
        listener.listen(512)
    except OSError as error:
        raise RefusedError(_why(host, port, error)) from error
    return listener


def _why(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"端口 {port} 已被其他程序占用。请换一个端口，例如：make run PORT={port + 1}"
    if error.errno == errno.EACCES:
        return f"没有使用端口 {port} 的权限。请换一个 1024 以上的端口，例如：make run PORT=8000"
    return f"不能在地址 {host} 端口 {port} 上提供服务（{error.strerror}）。请检查 PERFGOALS_HOST。"
