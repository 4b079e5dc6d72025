"""One-time codes (动态验证码): a second proof at signing in, from a device that the person holds.

The device follows RFC 6238. For the day it is lost there are recovery codes; of these only a keyed digest
is kept, as much of it as the column takes (80 bits).
"""

from __future__ import annotations

import hmac
import math
import secrets
from base64 import b32encode
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from perfgoals.accounts.models import User
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction

CODES_SET_UP = "codes_set_up"
"""In a session: that whoever must use one-time codes does."""

RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that is taken for another


class Proof(StrEnum):
    """What a code turned out to be."""

    CODE = "动态验证码"
    RECOVERY = "恢复码"


def device_of(user: User, *, confirmed: bool = True) -> TOTPDevice | None:
    """The device that the person signs in with; the one just being set up when not ``confirmed``."""
    return TOTPDevice.objects.filter(user=user, confirmed=confirmed).order_by("-pk").first()


@transaction.atomic
def begin_codes(user: User) -> TOTPDevice:
    """A new key to be brought onto a device. It counts for nothing until a code confirms it."""
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    record(AuditAction.PASSWORD, "开始设置动态验证码", by=user, subject=user)
    return TOTPDevice.objects.create(user=user, name="动态验证码", confirmed=False)


@transaction.atomic
def confirm_codes(user: User, text: str) -> list[str] | None:
    """Switch one-time codes on, when the device being set up shows that code. Returns the recovery
    codes, which cannot be shown again; None for a wrong code."""
    begun = device_of(user, confirmed=False)
    device = begun and verify_token(user, begun.persistent_id, _plain(text))
    if not device:
        return None
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    record(AuditAction.PASSWORD, "启用动态验证码", by=user, subject=user)
    return _new_recovery_codes(user)


@transaction.atomic
def renew_recovery_codes(user: User) -> list[str]:
    """New recovery codes; the old ones are worth nothing any more."""
    record(AuditAction.PASSWORD, "更换恢复码", by=user, subject=user)
    return _new_recovery_codes(user)


@transaction.atomic
def remove_codes(user: User, *, by: User, reason: str = "") -> bool:
    """Switch one-time codes off: by the person, or by an administrator when the device is lost.
    Returns whether they were on."""
    was_on = device_of(user) is not None
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()
    if was_on:
        record(AuditAction.PASSWORD, "停用动态验证码", by=by, subject=user, reason=reason)
    return was_on


@transaction.atomic
def verify_code(user: User, text: str) -> Proof | None:
    """Use up a code of the person's device, or a recovery code. After a wrong one each further try has
    to wait twice as long, see ``waiting_time``; until then even a right one is refused."""
    plain = _plain(text)
    if plain.isascii() and plain.isdigit():
        device, proof = device_of(user), Proof.CODE
    else:
        device, proof = StaticDevice.objects.filter(user=user).first(), Proof.RECOVERY
        plain = _digest(plain)
    if device is None or not verify_token(user, device.persistent_id, plain):
        return None
    if proof is Proof.RECOVERY:
        left = StaticToken.objects.filter(device=device).count()
        record(
            AuditAction.PASSWORD, "用掉一个恢复码", by=user, subject=user, details={"剩余": left}
        )
    return proof


def waiting_time(user: User, *, confirmed: bool = True) -> int:
    """How many seconds no code will be accepted, because of wrong ones before; 0 when one will be."""
    devices = [device_of(user, confirmed=confirmed), StaticDevice.objects.filter(user=user).first()]
    waits = [0]
    for device in filter(None, devices):
        allowed, why = device.verify_is_allowed()
        if not allowed:
            waits.append(math.ceil((why["locked_until"] - timezone.now()).total_seconds()))
    return max(waits)


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="恢复码")
    plain = ["".join(secrets.choice(_LETTERS) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(one)) for one in plain)
    return [f"{one[:5]}-{one[5:]}" for one in plain]


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _digest(plain: str) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"recovery:{plain}".encode(), "sha256")
    return b32encode(digest[:10]).decode().lower()
