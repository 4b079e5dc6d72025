"""Fixtures for all tests: own files, and a real browser."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.core.signals import request_finished, request_started
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

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")


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


class Traffic:
    """Requests that the live server is answering."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    def begins(self, **kwargs: object) -> None:
        """A request has come in; the test's own client, which needs no server, does not count."""
        self._add(1)

    def ends(self, **kwargs: object) -> None:
        """It has been answered, and its connection to the database been given back."""
        self._add(-1)

    def _add(self, number: int) -> None:
        if threading.current_thread() is not threading.main_thread():
            with self._changed:
                self._count += number
                self._changed.notify_all()

    def wait_for_its_end(self) -> None:
        """Wait until nothing is being answered any more."""
        with self._changed:
            self._changed.wait_for(lambda: self._count <= 0, timeout=30)


@pytest.fixture
def traffic(live_server: LiveServer) -> Iterator[Traffic]:
    """The live server's; at the end of a test it comes to rest before the database goes away."""
    watch = Traffic()
    request_started.connect(watch.begins)
    request_finished.connect(watch.ends)
    yield watch
    watch.wait_for_its_end()
    request_started.disconnect(watch.begins)
    request_finished.disconnect(watch.ends)


@pytest.fixture
def page_as(
    browser: Browser, live_server: LiveServer, traffic: Traffic
) -> Iterator[Callable[[str | None], Page]]:
    """``page_as("preparer")``: a page of a browser of its own, signed in as the user of that name.

    A demo user named after the role is made where there is none; None stays anonymous. Relative
    addresses work (``page.goto("/")``). A script error on any page, a request to another host and
    anything that the content policy forbids fails the test.
    """
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
