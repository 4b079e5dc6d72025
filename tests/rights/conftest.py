"""The stage that both tables are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from tests.cast import make_cast
from tests.rights.stage import Stage, furnish, make_stage


@pytest.fixture(scope="package")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_stage(make_cast())
        transaction.set_rollback(True)


@pytest.fixture
def stage(made: Stage, db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Printing is tried elsewhere."""
    monkeypatch.setattr("scoring.views.prints.stored_print", lambda *args, **options: b"%PDF-1.7")
    monkeypatch.setattr("scoring.views.opinion.stored_html_print", lambda *args: b"%PDF-1.7")
    # Everybody signed in when the first test began, and a session in use is noted once a minute.
    monkeypatch.setattr("perfgoals.accounts.services.sessions._NOTED_EVERY", 3_600)
    furnish(made)
    return made
