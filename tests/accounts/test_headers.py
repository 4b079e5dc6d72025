"""What a browser may do with our pages, and what Django thinks of the production settings."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client

from tests.accounts.people import person, signed_in

pytestmark = pytest.mark.django_db


def policy(response: object) -> dict[str, str]:
    parts = response["Content-Security-Policy"].split(";")  # type: ignore[index]
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in parts)}


@pytest.mark.parametrize("address", ["/", "/forms/", "/account/", "/api/docs", "/nowhere/"])
def test_pages_run_our_scripts_only(address: str) -> None:
    response = signed_in(person()).get(address)
    assert policy(response) == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]


def test_the_sign_in_and_the_interface_too() -> None:
    for address in ("/sign-in/", "/api/forms"):
        assert policy(Client().get(address))["default-src"] == "'self'"


def test_the_admin_runs_no_inline_script_either(admin_client: Client) -> None:
    rules = policy(admin_client.get("/admin/"))
    assert rules["script-src"] == "'self' 'unsafe-eval'"
    assert rules["frame-ancestors"] == "'none'"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites() -> None:
    client = Client()
    person()
    client.post("/sign-in/", {"username": "zhang", "password": "一个够长的密码"})
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] == "", "it goes with the browser"


def run_check(**variables: str) -> subprocess.CompletedProcess[str]:
    # Whether a browser is open in this process says nothing about a server.
    told = {
        name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"
    }
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={**told, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_production_settings_are_in_order() -> None:
    result = run_check(HTTPS="1", SECRET_KEY="b7xq-" * 12 + "Zk3", DEBUG="0")
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


@pytest.mark.parametrize(
    "variables",
    [{"TRUSTED_PROXIES": "-1"}, {"SESSION_IDLE_MINUTES": "0"}, {"SIGN_IN_LIMIT": "viele"}],
)
def test_a_typing_error_in_the_environment_stops_the_start(variables: dict[str, str]) -> None:
    result = run_check(**variables)
    assert result.returncode != 0
    assert f"环境变量 {next(iter(variables))} 应为" in result.stderr
