"""Personal tokens for the interface."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from perfgoals.accounts.models import ApiToken, User
from perfgoals.common.audit import record
from perfgoals.common.models import AuditAction

# A program may call many times a second; when a token was last used is told to the minute.
_NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_api_token(*, user: User, name: str) -> tuple[ApiToken, str]:
    """A new token for the person, and its text, which is not kept and cannot be shown again."""
    text = f"pg_{secrets.token_urlsafe(32)}"
    token = ApiToken(user=user, name=name, digest=_digest(text))
    token.full_clean(exclude=["digest"])
    token.save()
    record(AuditAction.RIGHTS, f"建立接口令牌「{token.name}」", by=user, subject=token)
    return token, text


@transaction.atomic
def revoke_api_token(*, token: ApiToken, by: User) -> None:
    record(AuditAction.RIGHTS, f"撤销接口令牌「{token.name}」", by=by, subject=token)
    token.delete()


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
