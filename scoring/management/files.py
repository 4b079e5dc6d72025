"""Reading the files that the commands are given. Whatever is wrong with one ends the command with a
Chinese message that names the cell, and exit code 2."""

from __future__ import annotations

import errno
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from perfgoals.common.documents import DocumentError, read_json
from scoring.documents import FormDocument, read_form

WRONG_FILE = 2
_WHY = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.ENOSPC: "磁盘已满",
    errno.EROFS: "磁盘只能读取",
}


def why(error: OSError) -> str:
    """Why a file cannot be read or written, in Chinese."""
    return _WHY.get(error.errno or 0, error.strerror or str(error))


def wrong_file(path: Path, problems: list[str]) -> CommandError:
    """The error that ends a command because of a file."""
    return CommandError("\n".join([f"{path} 有 {len(problems)} 处错误：", *problems]), returncode=2)


def read_data(path: Path) -> Any:
    """The JSON in the file, decimals exact."""
    try:
        return read_json(path.read_bytes())
    except DocumentError as error:
        raise wrong_file(path, [item.message for item in error.errors]) from error
    except OSError as error:
        raise CommandError(f"不能读取 {path}：{why(error)}", returncode=WRONG_FILE) from error


def read_forms(path: Path) -> list[FormDocument]:
    """The forms in a file: one, or a list of them as the published files are."""
    data = read_data(path)
    several = isinstance(data, list)
    documents, problems = [], []
    for number, item in enumerate(data if several else [data], start=1):
        try:
            documents.append(read_form(item))
        except DocumentError as error:
            place = f"第 {number} 份表 " if several else ""
            problems += [f"{place}{e.path or '（整份表）'}：{e.message}" for e in error.errors]
    if problems:
        raise wrong_file(path, problems)
    if not documents:
        raise CommandError(f"{path} 中没有表", returncode=WRONG_FILE)
    return documents


def write_output(
    command: BaseCommand, content: bytes, output: Path | None, *, binary: bool
) -> None:
    """Write what a command made to the file, or to the standard output where none is given."""
    if output is None:
        if binary and sys.stdout.isatty():
            raise CommandError("PDF 不能显示在终端上，请用 -o 给出输出文件", returncode=2)
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        raise CommandError(f"不能写入 {output}：{why(error)}", returncode=2) from error
    command.stderr.write(f"已写入 {output}（{len(content):,} 字节）")
