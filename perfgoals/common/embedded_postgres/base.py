"""The connection: PostgreSQL's own, to the embedded server."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base
from django.db.utils import OperationalError

from perfgoals.common.embedded_postgres.client import DatabaseClient
from perfgoals.common.embedded_postgres.creation import DatabaseCreation
from perfgoals.common.embedded_postgres.errors import ServerError
from perfgoals.common.embedded_postgres.server import PORT, ROLE, server_at


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that starts the server if it does not run."""

    client_class = DatabaseClient
    creation_class = DatabaseCreation

    def get_connection_params(self) -> dict[str, Any]:
        """Parameters of a new connection, to a server that runs and a database that exists.

        Raises OperationalError with a Chinese message when the server cannot be started.
        """
        params: dict[str, Any] = super().get_connection_params()
        test_home = self.settings_dict.get("SERVER_HOME")
        try:
            if test_home:
                # Django itself makes the databases there.
                options = self.settings_dict["SERVER_OPTIONS"]
                postmaster = server_at(test_home, options).hold()
            else:
                server = server_at(settings.DATA_DIR / "postgres")
                postmaster = server.hold_database(params["dbname"])
        except ServerError as error:
            raise OperationalError(str(error)) from error
        return params | {"host": postmaster.socket_folder, "port": PORT, "user": ROLE}
