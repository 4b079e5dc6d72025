"""The stage of the rights table, with a form of the stranger's own on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from projects.models import Form
from tests.cast import Cast, make_cast
from tests.rights.stage import Stage, furnish, make_stage
from tests.submitted import submitted_evaluation


@pytest.fixture(scope="package")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_cast()
        transaction.set_rollback(True)


@pytest.fixture(scope="package")
def made(cast: Cast) -> Stage:
    return make_stage(cast)


@pytest.fixture
def stage(made: Stage, db: None, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr("perfgoals.accounts.services.sessions._NOTED_EVERY", 3_600)
    furnish(made)
    return made


@pytest.fixture
def own(stage: Stage, cast: Cast) -> Form:
    """The stranger's own form, returned."""
    form = submitted_evaluation(stage.people["stranger"], cast.form("海洋生态环境保护", 2024))
    Form.objects.filter(pk=form.pk).update(status="returned")
    return Form.objects.get(pk=form.pk)
