"""Changes to people and their roles."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import ApiToken, Membership, Role, Unit, User

# A program may call many times a second; when a token was last used is told to the minute.
_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def ensure_user(
    *,
    username: str,
    full_name: str,
    password: str,
    memberships: Iterable[tuple[Unit, Role]],
    is_admin: bool = False,
) -> tuple[User, bool]:
    """The person of that sign-in name; made where there is none. An existing one keeps the password.

    Returns the person and whether it was made now.
    """
    user, created = User.objects.get_or_create(
        username=username,
        defaults={"full_name": full_name, "is_staff": is_admin, "is_superuser": is_admin},
    )
    if created:
        user.set_password(password)
        user.save(update_fields=["password"])
    for unit, role in memberships:
        Membership.objects.get_or_create(user=user, unit=unit, role=role.value)
    return user, created


def create_api_token(*, user: User, name: str) -> tuple[ApiToken, str]:
    """A new token for the person, and its text, which is not kept and cannot be shown again."""
    text = f"pg_{secrets.token_urlsafe(32)}"
    token = ApiToken(user=user, name=name, digest=_digest(text))
    token.full_clean(exclude=["digest"])
    token.save()
    return token, text


def user_of_token(text: str) -> User | None:
    """The person whose token this is; None for an unknown one or a person who may not sign in."""
    token = (
        ApiToken.objects.filter(digest=_digest(text), user__is_active=True)
        .select_related("user")
        .first()
    )
    if token is None:
        return None
    now = timezone.now()
    if token.last_used_at is None or now - token.last_used_at > _NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
    return token.user


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
