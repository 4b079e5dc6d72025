"""What to tell when the data folder cannot be used."""

from __future__ import annotations


def unusable(error: OSError) -> str:
    """A Chinese message for a file or folder that cannot be read or written."""
    place = f" {error.filename}" if error.filename else ""
    return (
        f"数据目录不能使用：{error.strerror or error}{place}。"
        "请用当初启动它的用户运行，或用环境变量 PERFGOALS_DATA 另指定一个目录。"
    )
