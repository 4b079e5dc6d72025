"""Reading the files that the commands are given. Whatever is wrong with one ends the command with a
Chinese message that names the cell, and exit code 2."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from perfgoals.common.documents import DocumentError, read_json
from scoring.documents import FormDocument, read_form

WRONG_FILE = 2


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
        raise CommandError(f"不能读取 {path}：{error.strerror}", returncode=WRONG_FILE) from error


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
