"""Test databases: on a server of their own, fast and of no value."""

from __future__ import annotations

import fcntl
import itertools
from typing import Any, BinaryIO

from django.conf import settings
from django.db.backends.postgresql import creation

from perfgoals.common.embedded_postgres.server import CARELESS_OPTIONS, try_lock


class DatabaseCreation(creation.DatabaseCreation):
    """Makes test databases beside, not among, the installation's data.

    Tests may therefore run while the application does, and several test runs at the same time each
    get a database of their own.
    """

    _claim: tuple[str, BinaryIO] | None = None

    def create_test_db(self, *args: Any, **kwargs: Any) -> str:
        """Create the test database on the test server. Returns its name."""
        self._move_to_test_server()
        return super().create_test_db(*args, **kwargs)

    def _get_test_db_name(self) -> str:
        if self._claim is None:
            self._claim = self._claim_name(super()._get_test_db_name())  # type: ignore[misc]
        return self._claim[0]

    def _move_to_test_server(self) -> None:
        self.connection.settings_dict["SERVER_HOME"] = settings.DATA_DIR / "postgres-test"
        self.connection.settings_dict["SERVER_OPTIONS"] = CARELESS_OPTIONS

    @staticmethod
    def _claim_name(name: str) -> tuple[str, BinaryIO]:
        """The name, or with a number at its end while other test runs use it."""
        folder = settings.DATA_DIR / "run"
        folder.mkdir(parents=True, exist_ok=True)
        for number in itertools.count(1):
            candidate = name if number == 1 else f"{name}_{number}"
            file = folder / f"{candidate}.lock"
            file.touch()
            if (claim := try_lock(file, fcntl.LOCK_EX)) is not None:
                return candidate, claim
        raise AssertionError("unreachable")
