"""Fixtures for all tests: own files, and a real browser."""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Route,
    sync_playwright,
)
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from perfgoals.accounts.models import User
from tests.tracing import every_request_leaves_a_trace  # noqa: F401

# The first has no windows, not even unseen ones, and takes a third less time.
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--slow-answers",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="the live server waits a random time up to this before each answer, and the browser"
        " works at a quarter of its pace: shows tests that pass on a quick machine only",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: what is quick to fail comes first, and see ``browser``."""
    items.sort(key=lambda item: "page_as" in getattr(item, "fixturenames", ()))


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> None:
    """Prints, uploads and results of each test go to a folder of its own."""
    settings.DATA_DIR = tmp_path
    settings.PRINT_STORE = tmp_path / "prints"
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "uploads"},
        },
        # Served from where they lie, not from what collectstatic once gathered.
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # Signing in is slow on purpose; tests need not wait for it.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    chromium = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if chromium is None:
        pytest.fail("没有找到浏览器 chromium，请先运行 make install-dev")
    # While Playwright runs, an event loop does too, in this very thread, and Django would refuse
    # every query of a test for fear of blocking it. Nothing else runs in that loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        instance = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield instance
        instance.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


class Door:
    """The way into the live server: open during a test that uses it, shut between two of them.

    A page that is closed still sends that it was left. What arrives when its test is over would
    be answered from the emptied tables, and what is noted of it be found by the next test.
    """

    def __init__(self, app: WSGIApplication, slowness: float) -> None:
        self._app = app
        self._slowness = slowness
        self._open = False
        self._inside = 0
        self._changed = threading.Condition()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
        if not self._come_in():
            start_response("503 Service Unavailable", [("Content-Length", "0")])
            return
        try:
            time.sleep(random.uniform(0, self._slowness))
            answer = self._app(environ, start_response)
            try:
                yield from answer
            finally:
                # Django gives back the connection to the database here.
                getattr(answer, "close", lambda: None)()
        finally:
            self._leave()

    def _come_in(self) -> bool:
        with self._changed:
            self._inside += self._open
            return self._open

    def _leave(self) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def open(self) -> None:
        """Let requests in."""
        with self._changed:
            self._open = True

    def shut(self) -> None:
        """Let no more in, and wait until those inside are answered.

        :raises TimeoutError: a request was not answered within a minute.
        """
        with self._changed:
            self._open = False
            if not self._changed.wait_for(lambda: self._inside == 0, timeout=60):
                raise TimeoutError(f"仍有 {self._inside} 个请求没有答复")


@pytest.fixture(scope="session")
def door(live_server: LiveServer, pytestconfig: pytest.Config) -> Door:
    """The live server's, put into it once."""
    server = live_server.thread.httpd
    app = server.get_app()
    assert app is not None
    way_in = Door(app, pytestconfig.getoption("slow_answers"))
    server.set_app(way_in)
    return way_in


@pytest.fixture(autouse=True)
def live_server_at_rest(request: pytest.FixtureRequest) -> Iterator[None]:
    """The live server answers while its test runs; then it rests before the tables are emptied."""
    if "live_server" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("transactional_db")  # so that it is torn down after this
    door = request.getfixturevalue("door")
    door.open()
    yield
    door.shut()


@pytest.fixture
def page_as(
    browser: Browser,
    live_server: LiveServer,
    live_server_at_rest: None,
    pytestconfig: pytest.Config,
) -> Iterator[Callable[[str | None], Page]]:
    """``page_as("preparer")``: a page of a browser of its own, signed in as the user of that name.

    A demo user named after the role is made where there is none; None stays anonymous. Relative
    addresses work (``page.goto("/")``). A script error on any page, a request to another host and
    anything that the content policy forbids fails the test.
    """
    slow = pytestconfig.getoption("slow_answers") > 0
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def guard(route: Route) -> None:
        if urlsplit(route.request.url).netloc == urlsplit(live_server.url).netloc:
            route.continue_()
        else:
            faults.append(f"请求了其他网站：{route.request.url}")
            route.abort()

    def note(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            faults.append(f"页面做了安全策略不许的事：{message.text}")

    def open_page(username: str | None) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": 1280, "height": 800},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",  # what is clicked does not scroll by meanwhile
        )
        contexts.append(context)
        context.route("**/*", guard)
        context.on("weberror", lambda error: faults.append(f"脚本出错：{error.error}"))
        context.on("console", note)
        if username:
            key = _session_key(username)
            context.add_cookies([{"name": "sessionid", "value": key, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(15_000)
        if slow:
            context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def _session_key(username: str) -> str:
    if not User.objects.filter(username=username).exists():
        call_command("create_demo_users", verbosity=0)
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client.cookies["sessionid"].value
