"""People with passwords, and codes as a phone shows them."""

from __future__ import annotations

import time
from typing import Any

from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts.models import User
from perfgoals.common.models import AuditEntry

PASSWORD = "一个够长的密码"
ANOTHER = "另一个更长的密码十个字"


def person(username: str = "zhang", **more: Any) -> User:
    return User.objects.create_user(username, password=PASSWORD, full_name="张三", **more)


def try_sign_in(
    password: str, username: str = "zhang", address: str = "10.0.0.1", client: Client | None = None
) -> Any:
    data = {"username": username, "password": password}
    return (client or Client()).post("/sign-in/", data, REMOTE_ADDR=address)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def code_of(device: TOTPDevice, ahead: int = 0) -> str:
    """What the phone shows now, or so many half minutes later."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + ahead * device.step
    return f"{totp.token():06d}"


def logged(action: str) -> list[tuple[str, str, str]]:
    """Who, what, about whom: the entries of that kind, the oldest first."""
    entries = AuditEntry.objects.filter(action=action).order_by("pk")
    return [(one.user_name, one.summary, one.subject) for one in entries]
