"""``python -m perfgoals.common.serving``: everything that ``make run`` does after installing."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from ipaddress import ip_address
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from perfgoals.common.data_folder import unusable
from perfgoals.common.embedded_postgres.errors import ServerError
from perfgoals.common.embedded_postgres.server import Server, server_at
from perfgoals.common.serving.child import Child, end_with_parent
from perfgoals.common.serving.place import (
    RefusedError,
    bind,
    bind_after_a_crash,
    claim_installation,
    leave_note,
)
from perfgoals.common.serving.signals import StopSignals
from perfgoals.common.serving.supervisor import Supervisor, answers

ANSWER_SECONDS = 120


def main() -> int:
    """Serve until a signal asks for the end. Returns the exit code."""
    keep_standard_streams_open()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "perfgoals.settings")
    os.chdir(Path(__file__).resolve().parents[3])
    with StopSignals() as signals:
        try:
            return serve(signals)
        except (RefusedError, ServerError) as error:
            say(str(error))
        except ImproperlyConfigured as error:
            say(f"设置有误：{error}")
        except OSError as error:
            say(unusable(error))
        return 1


def serve(signals: StopSignals) -> int:
    """Claim, prepare, start, watch, stop. Raises RefusedError or ServerError."""
    host = os.environ.get("PERFGOALS_HOST") or "127.0.0.1"
    port = port_number(os.environ.get("PERFGOALS_PORT") or "8000")
    claim = claim_installation(settings.DATA_DIR / "run" / "serving.lock")
    take = bind_after_a_crash if claim.read() else bind
    with claim, take(host, port) as listener:
        address = web_address(listener)
        leave_note(claim, f"{address}（进程 {os.getpid()}）")
        database = embedded_database()
        try:
            if not prepare(signals):
                return 0 if signals.requested else 1
            return run_services(signals, listener, address)
        finally:
            if database:
                stop_database(database)
            leave_note(claim, "")
            say("已停止。")


def run_services(signals: StopSignals, listener: socket.socket, address: str) -> int:
    """Keep web and worker running until a signal asks for the end. Returns the exit code."""
    web, worker = services(listener)
    supervisor = Supervisor([web, worker], signals, say)
    try:
        supervisor.start()
        if not wait_for_answer(signals, web, listener):
            return 1
        if not signals.requested:
            say(welcome(listener, address))
        supervisor.watch()
        say("正在停止……")
        return 0
    finally:
        supervisor.stop()


def services(listener: socket.socket) -> tuple[Child, Child]:
    """Web and worker."""
    logs = settings.DATA_DIR / "log"
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py"]
    # The listening socket stays with the supervisor: while web restarts, visitors wait in line.
    gunicorn += ["--bind", f"fd://{listener.fileno()}"]
    worker = [sys.executable, "manage.py", "run_worker", "--queue-name", "*", "--no-reload"]
    return (
        Child("网站服务", gunicorn, logs / "web.log", inherited=[listener.fileno()]),
        Child("后台任务服务", worker, logs / "worker.log"),
    )


def prepare(signals: StopSignals) -> bool:
    """Run the preparations. Returns False when they failed or were broken off."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "prepare", "--sign-ins-to", str(sign_ins_file())],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=end_with_parent,
    )
    while process.poll() is None:
        if signals.requested:
            process.terminate()
            process.wait()
            return False
        signals.wait(1)
    if process.returncode:
        say("准备工作没有完成，原因见上。")
    return not process.returncode and not signals.requested


def wait_for_answer(signals: StopSignals, web: Child, listener: socket.socket) -> bool:
    """Wait until the web server answers. Returns False when it has ended instead."""
    host, port = reachable(listener)
    deadline = web.clock() + ANSWER_SECONDS
    while not signals.requested and not answers(host, port):
        if (code := web.noticed_end()) is not None:
            say(f"网站服务无法启动（退出码 {code}）。日志 {web.log} 的最后几行：\n{web.tail()}")
            return False
        if web.clock() > deadline:
            say(f"网站服务没有正常应答，请查看日志 {web.log}，最后几行：\n{web.tail()}")
            return True
        signals.wait(0.1)
    return True


def embedded_database() -> Server | None:
    """The embedded server, held from here to the end; None when another server is configured."""
    if settings.DATABASES["default"]["ENGINE"] != "perfgoals.common.embedded_postgres":
        say("使用 DATABASE_URL 指定的数据库。")
        return None
    server = server_at(settings.DATA_DIR / "postgres")
    say("启动内置数据库……")
    server.hold()
    return server


def stop_database(server: Server) -> None:
    """Give the server up and wait for its end, unless others go on using it."""
    if not server.release():
        say("内置数据库还有其他命令在使用，将在最后一个结束时停止。")


def welcome(listener: socket.socket, address: str) -> str:
    """What to tell when all runs: address, sign-ins, logs, how to stop."""
    rows = [line.split("\t") for line in sign_ins_file().read_text().splitlines()]
    lines = ["", "绩效目标管理已启动，按 Ctrl-C 停止", f"  网址：{address}"]
    lines += ["  演示账号（用户名 / 密码）："]
    lines += [f"    {role}：{user} / {password}" for role, user, password, *_ in rows]
    if not ip_address(listener.getsockname()[0]).is_loopback:
        lines += ["  注意：其他电脑也能访问，而演示账号的密码是公开的。"]
        lines += ["  他人使用的主机名或 IP 须写入环境变量 ALLOWED_HOSTS。"]
    lines += [f"  日志：{settings.DATA_DIR / 'log'}", ""]
    return "\n".join(lines)


def sign_ins_file() -> Path:
    """Where the preparations leave the demo sign-ins, one a line: role, user name, password."""
    return Path(settings.DATA_DIR) / "run" / "sign_ins.txt"


def port_number(text: str) -> int:
    """A TCP port. Raises RefusedError for anything else."""
    if not (text.isascii() and text.isdigit() and int(text) < 65536):
        raise RefusedError(f"端口应为 1 到 65535 的整数，现为「{text}」。例如：make run PORT=8001")
    return int(text)


def reachable(listener: socket.socket) -> tuple[str, int]:
    """Host and port at which this machine itself reaches the listener."""
    host, port = listener.getsockname()[:2]
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host), port  # noqa: S104


def web_address(listener: socket.socket) -> str:
    """The address to open in a browser."""
    host, port = reachable(listener)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def say(text: str) -> None:
    """Tell the person at the terminal, if there still is one."""
    with contextlib.suppress(OSError):
        print(text, flush=True)  # noqa: T201


def keep_standard_streams_open() -> None:
    """Fill closed standard streams, so that no file of ours gets their numbers."""
    while (number := os.open(os.devnull, os.O_RDWR)) < 3:
        pass
    os.close(number)


if __name__ == "__main__":
    sys.exit(main())
